"""What can be moved alone: an uncertain input, or one share of a set, the others making room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeVar

import numpy as np

from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, Key, dotted, nearest
from hepaplan.model.quantities import Spread
from hepaplan.model.uncertainty.drawing.located import record_at
from hepaplan.model.uncertainty.spread.distributions import Beta, Fixed, Gamma, Uncertain
from hepaplan.model.uncertainty.spread.inputs import Input, Value, Values

PATHWAY = "pathway"
ALL_OF_IT = 1e-9
"""What the others of a set may have, as a share of one, by rounding alone."""
Held = TypeVar("Held")


@dataclass(frozen=True)
class Lever:
    """One thing that moves alone, at an input's key; a table's share also has its `part`.

    `parts` are the distributions of its numbers and `point` their stated values, by patient group
    or month, or by nothing for one number; of shares, these are shares, whatever is drawn.
    `bounds`: the least and the most that the figure can be.
    """

    what: Input
    part: str
    point: Mapping[str, float]
    parts: Mapping[str, Uncertain]
    bounds: tuple[float, float]

    @property
    def name(self) -> str:
        """The key as a file writes it, a table's part last."""
        return dotted((*self.what.key, self.part) if self.part else self.what.key)

    @property
    def label(self) -> str:
        """The input's words, with the part that moves."""
        part = self.part.replace("_", " ")
        return f"{self.what.label}: {part}" if part else self.what.label

    @property
    def shown(self) -> float:
        """The stated value; of a figure by group or month the mean of its numbers."""
        return mean(self.point)

    def values(self, numbers: Mapping[str, float]) -> Values:
        """Return the input, and what copies it, at these numbers; nothing else changes."""
        value: Value = dict(numbers)
        if self.part:
            value = {self.part: numbers[""]}
        elif list(numbers) == [""]:
            value = numbers[""]
        return dict.fromkeys((self.what.key, *self.what.copies), value)

    def at_probability(self, probability: float) -> dict[str, float]:
        """Return the numbers below which each lies with this probability."""
        found = {part: float(u.quantile(probability)) for part, u in self.parts.items()}
        return {part: self._inside(number) for part, number in found.items()}

    def times(self, factor: float) -> dict[str, float]:
        """Return the stated numbers times a factor, cut at the figure's bounds."""
        return {part: self._inside(number * factor) for part, number in self.point.items()}

    def at(self, position: float) -> dict[str, float]:
        """Return the numbers at a position: the value itself, or a factor on several numbers."""
        if list(self.point) == [""]:
            return {"": position}
        return {part: number * position for part, number in self.point.items()}

    @property
    def position(self) -> float:
        """Where `at` gives the stated numbers."""
        return self.point[""] if list(self.point) == [""] else 1.0

    def position_at(self, probability: float) -> float:
        """Return the position of a quantile; of several numbers, that of their mean."""
        found = mean(self.at_probability(probability))
        return found if list(self.point) == [""] else found / self.shown

    def _inside(self, number: float) -> float:
        return min(max(number, self.bounds[0]), self.bounds[1])


def mean(numbers: Mapping[str, float]) -> float:
    """Return the mean of an input's numbers."""
    return float(np.mean(list(numbers.values())))


def levers(
    scenario: Scenario, inputs: Mapping[Key, Input], patterns: Sequence[str] = ()
) -> tuple[Lever, ...]:
    """Return everything that can move alone, in the inputs' order.

    `patterns` keep those whose key matches one (`pathway.*utility*`), or begins with it. Shares
    drawn as gammas are levers by what they are: one share of a Dirichlet is a beta, and the others
    keep their proportions (Johnson & Kotz, Continuous Multivariate Distributions, Wiley 1972).
    Raises `InvalidInput` naming every pattern that no input matches.
    """
    groups: dict[Key, dict[str, None]] = {}
    for what in inputs.values():
        if what.of_set:
            groups.setdefault(what.of_set, {}).update(dict.fromkeys(filter(None, what.parts)))
    found: list[Lever] = []
    for what in inputs.values():
        whole = what.has_parts_of_its_own
        found += _of_table(what) if whole else [_of_figure(scenario, what, groups)]
    names = [lever.name for lever in found]
    unused = [text for text in patterns if not any(_matches(name, text) for name in names)]
    if unused:
        raise InvalidInput(
            "\n".join(f'no uncertain input "{text}"{nearest(text, names)}' for text in unused)
        )
    return tuple(
        lever
        for lever in found
        if not patterns or any(_matches(lever.name, text) for text in patterns)
    )


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")


def _of_figure(scenario: Scenario, what: Input, groups: Mapping[Key, Iterable[str]]) -> Lever:
    if what.of_set:
        by_group = tuple(groups[what.of_set]) or ("",)
        parts = {group: _share(_part(what.parts, group)) for group in by_group}
        point = {group: _part(what.point, group) for group in by_group}
        return Lever(what, "", point, parts, (0.0, 1.0))
    inside = what.key[0] == PATHWAY
    record = scenario.pathway if inside else scenario.settings
    figure = record_at(record, what.key[1:] if inside else what.key)
    bounds = figure.bounds if isinstance(figure, Spread) else (0.0, math.inf)
    return Lever(what, "", what.point, what.parts, bounds)


def _of_table(what: Input) -> list[Lever]:
    """Return one lever for each share of a table's row: a Dirichlet, as it is drawn."""
    return [
        Lever(what, part, {"": what.point[part]}, {"": _share(uncertain)}, (0.0, 1.0))
        for part, uncertain in what.parts.items()
        if isinstance(uncertain, Gamma)
    ]


def _part(by_part: Mapping[str, Held], group: str) -> Held:
    return by_part[group] if group in by_part else by_part[""]


def _share(uncertain: Uncertain) -> Uncertain:
    """Return a share of a Dirichlet of which its gamma is drawn; none, or all of it, is fixed.

    The gamma's scale is 1 over the size of the set, whoever else is of it.
    """
    if not isinstance(uncertain, Gamma):
        return Fixed(0.0)
    others = 1.0 / uncertain.scale - uncertain.shape
    if others <= ALL_OF_IT * uncertain.shape:
        return Fixed(1.0)
    return Beta(uncertain.shape, others)
