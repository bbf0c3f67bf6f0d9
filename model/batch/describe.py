"""What a design will do, in words, and how long it will take: the answer to `--dry-run`."""

from __future__ import annotations

from collections.abc import Sequence

from hepaplan.model.batch.checks import key_of
from hepaplan.model.batch.design import Axis, Level
from hepaplan.model.batch.tasks import Batch, Tasks
from hepaplan.model.outputs import chosen_outputs
from hepaplan.model.problems import listed

MOST_SHOWN = 6
MANY_PLANS = 100


def described(runs: Tasks) -> tuple[str, ...]:
    """Return a design's axes, bases and outputs, and the number of runs, a line each."""
    batch = runs.batch
    design = batch.design
    how = "all combinations" if design.combine == "grid" else "paired one by one"
    share = "" if len(runs) == len(batch.runs) else f" of {len(batch.runs):,}"
    axes = [
        f"  {name}: {_levels(stated, design.axes.get(name))}{_change(batch, name)}"
        for name, stated in batch.levels.items()
    ]
    bases = listed(batch.bases, MOST_SHOWN)
    return (
        f"{design.name}: {len(runs):,}{share} runs, {how} of {len(axes)} axes",
        *axes,
        f"base scenarios ({len(batch.bases)}): {bases}",
        f"outputs ({len(design.outputs)}): {listed(design.outputs)}",
        *plan_notice(runs),
    )


def plan_notice(runs: Tasks) -> tuple[str, ...]:
    """Return a warning where very many runs must each solve the plan."""
    batch = runs.batch
    scenario = next(iter(batch.bases.values())).scenario
    planned = [
        name
        for name, output in chosen_outputs(scenario, batch.design.outputs).items()
        if output.needs == "plan"
    ]
    if not planned or len(runs) < MANY_PLANS:
        return ()
    return (
        f"{listed(planned)}: the plan is solved in each of {len(runs):,} runs, which takes most "
        "of the time; the other policies need no plan",
    )


def probes(runs: Tasks) -> tuple[int, ...]:
    """Return places of one or two runs to time: the first and the last."""
    return tuple(dict.fromkeys((0, len(runs) - 1))) if runs else ()


def estimated_seconds(runs: int, seconds_each: Sequence[float], workers: int) -> float:
    """Return how long runs take if each takes the mean of those timed, shared by workers."""
    return sum(seconds_each) / len(seconds_each) * -(-runs // max(workers, 1))


def _levels(stated: Sequence[Level], axis: Axis | None) -> str:
    if axis is None or axis.sample is not None:
        return f"{len(stated):,} draws from the distributions of the uncertain inputs"
    if axis.first is not None:
        return f"{len(stated):,} values from {axis.first:g} to {axis.last:g}, {axis.scale}"
    return listed(map(str, stated), MOST_SHOWN)


def _change(batch: Batch, name: str) -> str:
    """Return which key an axis changes and how, where its name does not say it."""
    axis = batch.design.axes.get(name)
    if axis is None or (axis.values is None and axis.first is None):
        return ""
    how = {"set": "", "add": "added to ", "multiply": "times "}[axis.by]
    key = key_of(batch.design, name)
    return f" ({how}{key})" if how or key != name else ""
