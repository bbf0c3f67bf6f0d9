"""A scenario as if its files had stated other values: what runs for one draw, or one change."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Amount, Quantity
from hepaplan.model.uncertainty.drawing.drawn import (
    Figure,
    placed_scenario,
    refuse_beyond_bounds,
    schedule_amounts,
)
from hepaplan.model.uncertainty.spread.inputs import Value, Values

AS_ASKED = 1e-9
"""Difference from the number asked for that is rounding alone."""
REASON = "a value of this run"
CURVE_FIGURES = {"median_months", "cure_share"}
"""Figures of a curve: a value changes the curve fitted to what is stated, which stays stated."""


def stated_scenario(scenario: Scenario, values: Values) -> Scenario:
    """Return the scenario as if its files had stated the numbers in `values`.

    Numbers (or numbers by part) by the key of an input, as `draws.one_draw` gives them; sets of
    shares that must sum to 1 still do (`completed.completed_set`), and a value at a curve fitted to
    points multiplies its hazard. A median or a cured share changes the curve that was fitted to
    the stated figures, as in `survival.fitted.time_to_event`: it is not fitted anew. A changed
    figure has no interval and no distribution any more. Raises ValueError, in words, for a key
    without a figure and for a value outside the bounds of its figure.
    """
    new = placed_scenario(scenario, values, _restated)
    own_prices = {key: amount for key, amount in scenario.stated.items() if key not in values}
    return replace(new, stated=own_prices, reasons=scenario.reasons | dict.fromkeys(values, REASON))


def refuse_crowded_out(key: Key, asked: float, held: float) -> None:
    """Raise ValueError, in words, where a set of shares left a figure another number than asked."""
    if not math.isclose(held, asked, rel_tol=AS_ASKED, abs_tol=AS_ASKED):
        raise ValueError(
            f"{dotted(key)} cannot be {asked:g}: its set of shares would not sum to 1; at most "
            f"{held:g} is left for it"
        )


def _restated(key: Key, figure: Figure, value: Value) -> Figure:
    """Return a figure with its numbers replaced, without what was known of their spread."""
    refuse_beyond_bounds(key, figure, value)
    plain = _without_spread(type(figure))
    if isinstance(figure, Quantity):
        numbers = _numbers(value)
        if key[-1] in CURVE_FIGURES:
            return figure.drawn(numbers)
        return figure.model_copy(update=plain | {"value": numbers})
    *listed, then = (float(v) for v in schedule_amounts(key, figure, value).values())
    return figure.model_copy(update=plain | {"value": tuple(listed), "then": then})


@cache
def _without_spread(kind: type[Figure]) -> dict[str, Any]:
    """Return the defaults of the fields that say how a figure is spread."""
    spread = kind.model_fields.keys() - Amount.model_fields.keys() - {"value", "then"}
    return {name: kind.model_fields[name].default for name in spread}


def _numbers(value: Value) -> float | dict[str, float]:
    if isinstance(value, Mapping):
        return {part: float(np.asarray(number)) for part, number in value.items()}
    return float(np.asarray(value))
