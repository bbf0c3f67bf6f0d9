"""Uncertain inputs of the tiny scenario, written down by hand."""

from __future__ import annotations

from collections.abc import Mapping

from hepaplan.model.problems import Key, dotted
from hepaplan.model.uncertainty.moving.levers import Lever
from hepaplan.model.uncertainty.spread.distributions import Uncertain
from hepaplan.model.uncertainty.spread.inputs import Input

OPERABLE: Key = ("pathway", "decision_point", "operable")


def made_input(
    key: Key,
    point: float | Mapping[str, float],
    drawn: Uncertain | Mapping[str, Uncertain],
    unit: str = "share",
    of_set: Key = (),
    copies: tuple[Key, ...] = (),
) -> Input:
    """Return an input with its point and distribution."""
    return Input(
        key=key,
        label=dotted(key),
        unit=unit,
        source="made_up",
        year=2024,
        quality="illustrative",
        point=point if isinstance(point, Mapping) else {"": point},
        parts=drawn if isinstance(drawn, Mapping) else {"": drawn},
        copies=copies,
        of_set=of_set,
    )


def made_lever(
    name: str,
    drawn: Uncertain,
    point: float | None = None,
    bounds: tuple[float, float] = (0.0, 100.0),
) -> Lever:
    """Return a lever of no scenario, for evaluations made of formulas."""
    at = drawn.mean if point is None else point
    what = made_input((name,), at, drawn)
    return Lever(what, "", what.point, what.parts, bounds)
