"""How sure a figure is, in words: beside its interval and the name of its distribution."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced
from hepaplan.model.uncertainty.spread.altered import Scaled, Truncated
from hepaplan.model.uncertainty.spread.distributions import Fixed, Uncertain
from hepaplan.model.uncertainty.spread.inputs import HAZARD_FACTOR, Input

ASSUMED = "assumed: the scenario's rule for figures without a distribution of their own"


def spread_in_words(figure: Sourced) -> str:
    """Return what a figure itself states of its spread, its interval apart."""
    if not isinstance(figure, Quantity | Schedule):
        return ""
    said = []
    if figure.standard_error is not None:
        said.append(f"standard error {figure.standard_error:g}")
    if isinstance(figure, Quantity):
        stated = (figure.parameters or {}).items()
        said += [f"{name.replace('_', ' ')} {value:g}" for name, value in stated]
        if figure.samples is not None:
            said.append(f"samples in {figure.samples.file}, column {figure.samples.column}")
        if figure.within is not None:
            said.append(f"within {figure.within[0]:g} to {figure.within[1]:g}")
    return ", ".join(said)


def assumed_in_words(inputs: Mapping[Key, Input]) -> dict[Key, tuple[str, str]]:
    """Return family and words by key for every figure whose distribution is a rule's."""
    return {
        key: (family_of(item), ASSUMED + (f" ({HAZARD_FACTOR})" * (item.unit == HAZARD_FACTOR)))
        for item in inputs.values()
        if item.assumed
        for key in (item.key, *item.copies)
    }


def family_of(item: Input) -> str:
    """Return the name of an input's distribution as a file would write it."""
    if item.of_set:
        return "dirichlet"
    uncertain = [part for part in item.parts.values() if not isinstance(part, Fixed)]
    return _family(uncertain[0]) if uncertain else "fixed"


def _family(part: Uncertain) -> str:
    if isinstance(part, Truncated | Scaled):
        return _family(part.whole)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(part).__name__).lower()
