"""Strategies compared, discounting and spending in plain loops; nothing of the model is used."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import permutations
from typing import Any

Named = tuple[str, float, float]
"""Name, pounds, QALYs."""


def net_benefit(strategy: Named, willingness_to_pay: float) -> float:
    """Return QALYs in pounds less pounds."""
    return willingness_to_pay * strategy[2] - strategy[1]


def beats(one: Named, other: Named) -> bool:
    """Whether one costs no more and gains no less, and not both are equal."""
    return one[1] <= other[1] and one[2] >= other[2] and one[1:] != other[1:]


def mixture_beats(low: Named, high: Named, other: Named) -> bool:
    """Whether giving some people one strategy and the rest another gains as much for less."""
    if not low[2] < other[2] < high[2]:
        return False
    part = (Fraction(other[2]) - Fraction(low[2])) / (Fraction(high[2]) - Fraction(low[2]))
    return Fraction(low[1]) + part * (Fraction(high[1]) - Fraction(low[1])) < Fraction(other[1])


def standing(strategy: Named, among: Sequence[Named]) -> str:
    """Return where a strategy stands, by trying every other and every mixture of two."""
    if any(beats(other, strategy) for other in among):
        return "dominated"
    if any(mixture_beats(low, high, strategy) for low, high in permutations(among, 2)):
        return "extendedly dominated"
    first = min(s[1] for s in among if not any(beats(other, s) for other in among))
    return "reference" if strategy[1] == first else "on the frontier"


def ratio(strategy: Named, among: Sequence[Named]) -> float | None:
    """Return pounds for each QALY more than the next cheaper one on the frontier."""
    if standing(strategy, among) != "on the frontier":
        return None
    good = ("reference", "on the frontier")
    cheaper = [s for s in among if s[1] < strategy[1] and standing(s, among) in good]
    before = max(cheaper, key=lambda s: s[1])
    return (strategy[1] - before[1]) / (strategy[2] - before[2])


def worth_later(rate: float, convention: str, offset: float, cycle: int, years: float) -> float:
    """Return what one unit is worth now that falls in a cycle of so many years."""
    if convention == "nominal":
        return math.pow(1 + rate * years, -cycle - offset)
    passed = (cycle + offset) * years
    if convention == "continuous":
        return math.exp(-rate * passed)
    worth, whole = 1.0, int(passed + 1e-9)
    for _ in range(whole):
        worth /= 1 + rate
    part = 0.0 if convention == "whole-year" else passed - whole
    return worth * math.pow(1 + rate, -part)


def spending_against(
    rows: Iterable[Mapping[str, Any]], reference: str
) -> dict[tuple[str, str, str], tuple[float, float]]:
    """Return spending, and what it is more than the reference's, by policy, year and category."""
    spent: dict[tuple[str, str, str], float] = {}
    names: list[set[str]] = [set(), set(), set()]
    for row in rows:
        key = (row["policy"], row["year"], row["category"])
        spent[key] = spent.get(key, 0.0) + row["cost_gbp"]
        for known, name in zip(names, key, strict=True):
            known.add(name)
    return {
        (policy, year, category): (
            spent.get((policy, year, category), 0.0),
            spent.get((policy, year, category), 0.0) - spent.get((reference, year, category), 0.0),
        )
        for policy in names[0]
        for year in names[1]
        for category in names[2]
    }
