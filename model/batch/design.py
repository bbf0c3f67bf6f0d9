"""A design of many runs: what varies, over which levels, and what is asked of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field

from hepaplan.model.problems import Key
from hepaplan.model.quantities import Frozen
from hepaplan.model.uncertainty.drawing.designs import LARGEST_SEED
from hepaplan.model.uncertainty.drawing.designs import Design as Sampling

Level = float | int | bool | str
"""One value of an axis, as the design's column shows it."""
Names = Annotated[tuple[str, ...], Field(strict=False)]
By = Literal["set", "add", "multiply"]
NO_OVERLAY = "none"
DRAW_AXIS = "draw"
"""Column of the draws that `draws = N` at the top of a design asks for."""


class Axis(Frozen):
    """What varies along one axis: a list, a range, draws, overlays or scenarios; one of these."""

    key: str = Field(default="", description="what is changed, as --set names it; the axis's name")
    by: By = Field(default="set", description="set the value, add to it or multiply it")
    values: Annotated[tuple[Any, ...], Field(strict=False)] | None = Field(
        default=None, description="a list of numbers, of words or of true and false"
    )
    first: float | None = Field(default=None, alias="from", description="first value of a range")
    last: float | None = Field(default=None, alias="to", description="last value of a range")
    steps: int | None = Field(default=None, description="how many values, both ends included")
    scale: Literal["linear", "log"] = "linear"
    sample: Literal["distribution"] | None = Field(
        default=None, description="joint draws from the distributions of the inputs"
    )
    draws: int | None = Field(default=None, description="how many draws")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED)
    inputs: Names | None = Field(default=None, description="inputs that are drawn; absent: all")
    sampling: Sampling = "random"
    overlays: Names | None = Field(default=None, description='whole overlays; "none" for none')
    scenarios: Names | None = Field(default=None, description="scenarios in place of the base")


class Design(Frozen):
    """A design as its file states it."""

    name: str = Field(min_length=1, max_length=100)
    title: str = ""
    note: str = ""
    scenario: str
    outputs: Annotated[tuple[str, ...], Field(strict=False, min_length=1)]
    axes: dict[str, Axis] = Field(default_factory=dict)
    combine: Literal["grid", "zip"] = "grid"
    draws: int = Field(default=0, ge=0, description="draws common to all combinations of the axes")
    seed: int = Field(default=1, ge=0, le=LARGEST_SEED)
    sampling: Sampling = "random"


@dataclass(frozen=True)
class Sample:
    """Draws of uncertain inputs: `count` draws, of all inputs or of those named."""

    axis: str
    count: int
    seed: int
    sampling: Sampling
    inputs: tuple[str, ...] | None


@dataclass(frozen=True)
class Task:
    """One run: its number from 0, its base, the level of every axis, its draw, and its key.

    `key` says what the run's result depends on (`keys.task_key`): the same run of another design,
    or on another machine, has the same key.
    """

    number: int
    base: str
    values: Mapping[str, Level]
    draw: int | None
    key: str


@dataclass(frozen=True)
class Target:
    """What an axis changes in one base: figures (an original and its copies), or a capacity.

    `factor` turns a value as the file states it into the scenario's prices.
    """

    by: By
    figures: tuple[Key, ...] = ()
    group: str = ""
    factor: float = 1.0
    cell: tuple[str, str] | None = None
