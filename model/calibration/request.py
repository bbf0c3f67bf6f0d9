"""What is fitted to what: parameters within bounds, targets with their standard errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from hepaplan.model.outputs import Output
from hepaplan.model.parameters import Source
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Frozen, Quality
from hepaplan.model.uncertainty.drawing.designs import LARGEST_SEED
from hepaplan.model.uncertainty.spread.inputs import Value

STARTS = 5
MOST_STARTS = 100


class ParameterStated(Frozen):
    """A parameter as a file of targets states it."""

    key: str = Field(min_length=1, description="the figure, as explain and --set name it")
    part: str = Field(
        default="",
        description="one number of a figure that has several: a patient group, a month as in "
        '"month 0", a decision point of the table of eligibility',
    )
    multiply: bool = Field(
        default=False, description="fit one factor on all numbers of the figure, not its value"
    )
    low: float | None = Field(default=None, description="lower bound, in the scenario's prices")
    high: float | None = Field(default=None, description="upper bound, in the scenario's prices")


class TargetStated(Frozen):
    """A target as a file of targets states it."""

    output: str = Field(
        min_length=1,
        description="policy.measure, or overall_survival.POINT.OPTION.MONTH",
    )
    value: float
    standard_error: float = Field(gt=0, description="of the observed value, in its unit")
    source: str = Field(min_length=1, description="key of the scenario's sources or of this file's")
    year: int | None = None
    quality: Quality
    note: str = ""


class TargetsStated(Frozen):
    """A file of targets."""

    scenario: str = Field(min_length=1, description="a shipped scenario, or a folder")
    title: str = ""
    note: str = ""
    starts: int = Field(default=STARTS, ge=1, le=MOST_STARTS, description="points begun from")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED, description="of the points begun from")
    parameter: Annotated[dict[str, ParameterStated], Field(min_length=1)]
    target: Annotated[dict[str, TargetStated], Field(min_length=1)]
    sources: dict[str, Source] = Field(default_factory=dict)


@dataclass(frozen=True)
class Parameter:
    """A number of a scenario that is fitted: its bounds, its value now, what was known of it.

    `keys` are the figure's and those of its copies by `like`, which follow it. `numbers` are the
    figure's by part, as `Quantity.numbers()`; `part` is the one that is fitted. `multiply`: the
    parameter is a factor on all of them. `sd`: standard deviation of its distribution, nothing if
    the scenario has none.
    """

    name: str
    keys: tuple[Key, ...]
    part: str
    multiply: bool
    label: str
    unit: str
    low: float
    high: float
    before: float
    numbers: Mapping[str, float]
    sd: float | None

    def changed(self, number: float, before: Value | None = None) -> Value:
        """Return the figure's value where the parameter is `number`.

        `before` is what another parameter has made of the figure, in another part.
        """
        if self.multiply:
            held = {part: value * number for part, value in self.numbers.items()}
        else:
            stated = before if isinstance(before, Mapping) else self.numbers
            held = {part: float(value) for part, value in stated.items()} | {self.part: number}
        return held[""] if list(held) == [""] else held


@dataclass(frozen=True)
class Target:
    """Something observed outside the model that an output is to come to."""

    name: str
    output: Output
    value: float
    standard_error: float
    source: str
    year: int | None
    quality: Quality
    note: str = ""


@dataclass(frozen=True)
class Request:
    """A calibration: parameters, targets, and the points that the search begins from.

    `scenario` is the name that the file gives; `sources` are those of the targets.
    """

    scenario: str
    parameters: tuple[Parameter, ...]
    targets: tuple[Target, ...]
    sources: Mapping[str, Source]
    starts: int = STARTS
    seed: int = 1
    title: str = ""
