"""The uncertain inputs of a scenario: what each is, and how its values may differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.distributions import Uncertain

Value = float | Floats | Mapping[str, float] | Mapping[str, Floats]
"""A number or one a draw (draw,); by patient group or month where the figure is stated so."""
Values = Mapping[Key, Value]
"""Values of inputs by key: settings as `explain` names them, `pathway` first for the pathway."""


@dataclass(frozen=True)
class Input:
    """One uncertain figure: its point value, its distribution and where both are from.

    `parts` are keyed as `Quantity.numbers()`: nothing for a single value, otherwise patient group
    or month; one random number moves them all. `assumed`: the distribution is the scenario's rule
    for figures without one of their own, a judgement. `copies` take the same values; inputs of the
    same `correlated` set move together.
    """

    key: Key
    label: str
    unit: str
    source: str
    year: int | None
    quality: str
    point: Mapping[str, float]
    parts: Mapping[str, Uncertain]
    assumed: bool = False
    correlated: str = ""
    copies: tuple[Key, ...] = ()
