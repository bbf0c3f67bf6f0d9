"""The runs of a design: counted first, made one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

from hepaplan.model.batch.axes import all_levels, combination, run_count, sample_of
from hepaplan.model.batch.design import Design, Level, Sample, Target, Task
from hepaplan.model.batch.keys import task_key
from hepaplan.model.batch.parts import part
from hepaplan.model.batch.sampling import base_draws
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.inputs import Value

Choice = tuple[tuple[str, Level], ...]
"""Levels of the axes that choose a base: scenarios, overlays and switches, by axis."""
MOST_DRAWN = 2
"""Bases whose draws a worker holds at a time; runs of one base are neighbours."""
QUICK = FULL.quick()
"""No output needs prices, gain or chance."""


@dataclass(frozen=True)
class Base:
    """A scenario with overlays and switches in it, its digest, and what each axis changes in it."""

    name: str
    scenario: Scenario
    digest: str
    targets: Mapping[str, Target]


@dataclass(frozen=True)
class Batch:
    """A checked design with its bases: all that a worker needs, and small enough to send once.

    `base_of`: which base the levels of `base_axes` choose. `code`: version of the model's source.
    """

    design: Design
    bases: Mapping[str, Base]
    base_axes: tuple[str, ...]
    base_of: Mapping[Choice, str]
    code: str
    depth: Depth = QUICK

    @cached_property
    def levels(self) -> dict[str, Sequence[Level]]:
        """Levels of every axis, by the column they fill."""
        return all_levels(self.design)

    @cached_property
    def sample(self) -> Sample | None:
        """The draws of uncertain inputs, if any."""
        return sample_of(self.design)

    @cached_property
    def drawn(self) -> dict[str, dict[Key, Value]]:
        """Draws by base, the latest few, kept where they were made and never sent."""
        return {}

    def draws_of(self, base: Base) -> Mapping[Key, Value]:
        """Return the draws of a base's inputs, made when first asked for."""
        if base.name not in self.drawn and self.sample is not None:
            while len(self.drawn) >= MOST_DRAWN:
                del self.drawn[next(iter(self.drawn))]
            self.drawn[base.name] = base_draws(base.scenario, self.sample)
        return self.drawn[base.name]

    def __getstate__(self) -> dict[str, Any]:
        """Return what is sent to a worker: the fields, not what can be worked out from them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @property
    def runs(self) -> range:
        """Numbers of all runs."""
        return range(run_count(self.design, self.levels))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the design's columns, one for each axis."""
        return tuple(self.levels)

    def task(self, number: int) -> Task:
        """Return run `number`, from 0."""
        values = combination(self.design, self.levels, number)
        base = self.bases[self.base_of[tuple((axis, values[axis]) for axis in self.base_axes)]]
        sample = self.sample
        draw = None if sample is None else int(values[sample.axis])
        key = task_key(
            base.digest, base.targets, values, sample, draw, self.design.outputs, self.depth,
            self.code,
        )  # fmt: skip
        return Task(number, base.name, values, draw, key)


@dataclass(frozen=True)
class Tasks(Sequence[Task]):
    """Some runs of a batch in order, each made when asked for: a million cost no memory."""

    batch: Batch
    numbers: range

    def __len__(self) -> int:
        """Return how many runs there are."""
        return len(self.numbers)

    def __getitem__(self, place: int) -> Task:  # type: ignore[override]
        """Return the run at a place, from 0."""
        return self.batch.task(self.numbers[place])

    def __iter__(self) -> Iterator[Task]:
        """Yield every run in order."""
        return map(self.batch.task, self.numbers)

    def part(self, number: int, of: int) -> Tasks:
        """Return part `number` of `of`, from 1: every run is in exactly one part."""
        return replace(self, numbers=part(self.numbers, number, of))


def tasks(batch: Batch) -> Tasks:
    """Return all runs of a batch."""
    return Tasks(batch, batch.runs)
