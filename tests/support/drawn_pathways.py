"""A pathway by itself with draws in it."""

from __future__ import annotations

from dataclasses import replace

from hepaplan.model.pathway import Pathway
from hepaplan.model.uncertainty.drawing.drawn import PATHWAY, drawn_scenario
from hepaplan.model.uncertainty.spread.inputs import Values
from tests.support.scenarios import tiny


def drawn_pathway(pathway: Pathway, values: Values) -> Pathway:
    """Return a pathway with draws in it, keyed as the pathway's own figures."""
    of_scenario = {(PATHWAY, *key): value for key, value in values.items()}
    return drawn_scenario(replace(tiny(), pathway=pathway), of_scenario).pathway
