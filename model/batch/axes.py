"""The levels of an axis, and the combinations of several: by number, never all at once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from hepaplan.model.batch.design import DRAW_AXIS, Axis, Design, Level, Sample


def axis_levels(axis: Axis) -> Sequence[Level]:
    """Return the levels of a sound axis in order; draws count from 0.

    A range has `steps` values from one end to the other, both exactly included, equally spaced or,
    on a log scale, by equal ratios.
    """
    if axis.sample is not None:
        return range(axis.draws or 0)
    for stated in (axis.values, axis.overlays, axis.scenarios):
        if stated is not None:
            return stated
    if axis.first is None or axis.last is None or axis.steps is None:
        return ()
    gaps = axis.steps - 1
    places = [step / gaps for step in range(axis.steps)]
    first, last = axis.first, axis.last
    if axis.scale == "log":
        start, end = math.log(abs(first)), math.log(abs(last))
        sign = math.copysign(1.0, first)
        inner = [sign * math.exp(start + (end - start) * place) for place in places]
    else:
        inner = [first + (last - first) * place for place in places]
    return (first, *inner[1:-1], last)


def all_levels(design: Design) -> dict[str, Sequence[Level]]:
    """Return the levels of every axis by name, draws last.

    Runs of one base are then neighbours, so that a worker need not hold the draws of all bases.
    """
    sampled = sorted(design.axes, key=lambda name: design.axes[name].sample is not None)
    levels = {name: axis_levels(design.axes[name]) for name in sampled}
    return levels | ({DRAW_AXIS: range(design.draws)} if design.draws else {})


def sample_of(design: Design) -> Sample | None:
    """Return the draws that a design asks for, by an axis or at its top."""
    if design.draws:
        return Sample(DRAW_AXIS, design.draws, design.seed, design.sampling, None)
    for name, axis in design.axes.items():
        if axis.sample is not None:
            inputs = None if axis.inputs is None else tuple(sorted(set(axis.inputs)))
            return Sample(name, axis.draws or 0, axis.seed, axis.sampling, inputs)
    return None


def run_count(design: Design, levels: Mapping[str, Sequence[Level]]) -> int:
    """Return how many runs a sound design makes."""
    return math.prod(_sizes(design, levels))


def combination(
    design: Design, levels: Mapping[str, Sequence[Level]], number: int
) -> dict[str, Level]:
    """Return the level of every axis in run `number`, from 0; the last axis moves fastest."""
    sizes = _sizes(design, levels)
    if not 0 <= number < math.prod(sizes):
        raise IndexError(f"run {number} of {math.prod(sizes)}")
    places: list[int] = []
    for size in reversed(sizes):
        number, place = divmod(number, size)
        places.insert(0, place)
    if design.combine == "zip":
        places[:1] = [places[0]] * len(design.axes)
    return {
        name: stated[place] for (name, stated), place in zip(levels.items(), places, strict=True)
    }


def _sizes(design: Design, levels: Mapping[str, Sequence[Level]]) -> list[int]:
    """Return the sizes of what is crossed: axes that are zipped count once."""
    if design.combine == "grid":
        return [len(stated) for stated in levels.values()]
    zipped = [len(levels[name]) for name in design.axes]
    return zipped[:1] + ([design.draws] if design.draws else [])
