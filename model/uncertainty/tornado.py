"""The study of inputs one at a time: tornado, thresholds of the decision, grids of two inputs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.compare.comparison import names
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.evaluate import usual_care
from hepaplan.model.outputs import HEALTH_AND_MONEY, Output, chosen_outputs
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, WrongUse, listed, nearest
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.words import sentence_case
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, by_runs
from hepaplan.model.uncertainty.moving.levers import Lever, levers
from hepaplan.model.uncertainty.moving.one_way import (
    ONE_WAY,
    OneWay,
    Ranges,
    headlines,
    one_way,
    ordered,
)
from hepaplan.model.uncertainty.moving.thresholds import THRESHOLDS, beating, reaching, threshold
from hepaplan.model.uncertainty.moving.two_way import positions, two_way
from hepaplan.model.uncertainty.region.region_outputs import (
    by_region_draws,
    drawn_names,
    influential,
)
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.study import Study

Progress = Callable[[str], None]
QUESTION = "Which inputs matter, one at a time, and at which value would we decide otherwise?"
MOST = 1e12
"""The largest number that is searched for, as in the files."""


@dataclass(frozen=True)
class Moves:
    """What to move and look at.

    `inputs`: patterns of keys, all where empty. `most`: inputs that outputs needing a run of their
    own are tried for, the largest in reading 1 and those that do nothing there. `target`: a value
    of the first output to search for, by the `searched` inputs that move it most. `grid`: two
    inputs to vary together, in `cells` values each.
    """

    outputs: tuple[str, ...] = HEALTH_AND_MONEY
    ranges: Ranges = "interval"
    inputs: tuple[str, ...] = ()
    most: int = 20
    target: float | None = None
    searched: int = 5
    grid: tuple[str, str] | None = None
    cells: int = 7
    workers: int = 2
    depth: Depth = FULL


def tornado(
    scenario: Scenario,
    asked: Moves,
    against: Scenario | None = None,
    progress: Progress = lambda _: None,
) -> Study:
    """Return the study of one scenario's inputs, and of the choice between it and another.

    With `against`, thresholds are where the first output is as good in both, each with the same
    value of the input, and grids say which is better where. Raises `InvalidInput` for outputs and
    inputs that are not there, `WrongUse` for a target that nothing reaches and a grid of one input.
    """
    clock = [time.perf_counter()]
    if asked.target is not None and not abs(asked.target) <= MOST:
        raise WrongUse(f"found --target {asked.target:g}; expected a number, at most {MOST:g}")
    both = [scenario] if against is None else [scenario, against]
    outputs = list(chosen_outputs(scenario, asked.outputs).values())
    found = levers(scenario, uncertain_inputs(scenario), asked.inputs)
    if not found:
        raise InvalidInput("no input states how unsure it is, so there is nothing to move")
    usual = usual_care(scenario)
    moved = _moved(usual, found, outputs, asked, progress)
    clock.append(time.perf_counter())
    first = outputs[0]
    sides = {
        name: _evaluate(usual if side is scenario else usual_care(side), first, asked)
        for name, side in zip(names(both), both, strict=True)
    }
    tables: dict[str, pd.DataFrame] = {"one_way": moved.table}
    sentences = list(headlines(moved))
    if against is not None or asked.target is not None:
        progress("thresholds")
        by_name = {lever.name: lever for lever in found}
        top = [by_name[name] for name in moved.inputs[: asked.searched]]
        tables["thresholds"], words = _thresholds(top, first, sides, asked.target)
        sentences += words
    if asked.grid is not None:
        progress("two inputs at once")
        pair = [_only(found, name) for name in asked.grid]
        if pair[0] is pair[1]:
            raise WrongUse(f"found --grid {pair[0].name} twice; name two inputs")
        one, two = ((lever, positions(lever, asked.cells)) for lever in pair)
        grid = two_way(one, two, sides, [first])
        tables["two_way"] = grid.table
        sentences.append(sentence_case(grid.headline))
    clock.append(time.perf_counter())
    return Study(
        "tornado", scenario, QUESTION, tuple(sentences), tables,
        {
            "ranges": asked.ranges,
            "uncertain inputs": len(found),
            "outputs": list(asked.outputs),
            "inputs tried by runs of their own": _tried(moved, outputs),
            "against": "" if against is None else against.settings.name,
        },
        {"one at a time": clock[1] - clock[0], "thresholds and grids": clock[2] - clock[1]},
    )  # fmt: skip


def _moved(
    usual: UsualCare,
    found: Sequence[Lever],
    outputs: Sequence[Output],
    asked: Moves,
    progress: Progress,
) -> OneWay:
    """Return every output at the ends of every range: draws of the region, or runs, by its need."""
    quick = [output for output in outputs if _is_quick(usual, output)]
    slow = [output for output in outputs if not _is_quick(usual, output)]
    frames = []
    if quick:
        progress(f"{len(found)} inputs, one at a time, nothing scarce")
        names = [output.name for output in quick]
        evaluate = by_region_draws(usual, names, asked.workers)
        frames.append(one_way(found, quick, evaluate, asked.ranges).table)
    if slow:
        kept = influential(usual, found, asked.most, asked.workers)
        progress(f"{len(kept)} of {len(found)} inputs, one at a time, by runs of their own")
        runs = _runs(usual, [output.name for output in slow], asked)
        frames.append(one_way(kept, slow, runs, asked.ranges).table)
    table = ordered(pd.concat(frames, ignore_index=True)[list(ONE_WAY)], outputs)
    return OneWay(table, outputs[0], asked.ranges)


def _is_quick(usual: UsualCare, output: Output) -> bool:
    return output.name in drawn_names(usual.scenario)


def _runs(usual: UsualCare, names: Sequence[str], asked: Moves) -> Evaluate:
    return by_runs(usual.scenario, names, asked.depth, asked.workers)


def _evaluate(usual: UsualCare, output: Output, asked: Moves) -> Evaluate:
    if _is_quick(usual, output):
        return by_region_draws(usual, [output.name], asked.workers)
    return _runs(usual, [output.name], asked)


def _thresholds(
    top: Sequence[Lever], output: Output, sides: Mapping[str, Evaluate], target: float | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return where the output reaches the target, and where both scenarios are as good."""
    name, *others = sides
    questions = [] if target is None else [reaching(sides[name], output, target)]
    questions += [
        beating((name, sides[name], output), (other, sides[other], output)) for other in others
    ]
    tables, words = [], []
    idle: dict[str, list[str]] = {}
    for question in questions:
        for lever in top:
            try:
                found = threshold(lever, question)
            except ValueError as nothing:
                words.append(f"{lever.label}: not searched, {nothing}.")
                continue
            tables.append(found.table)
            if found.table["value"].notna().any():
                words.append(found.headline)
            else:
                idle.setdefault(str(found.table["note"].iloc[0]), []).append(lever.label)
    words += [
        "No value of these, between the 0.1% and the 99.9% point of each, changes the decision "
        f"({note}): {'; '.join(labels)}."
        for note, labels in idle.items()
    ]
    whole = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=THRESHOLDS)
    return whole, words


def _only(found: Sequence[Lever], name: str) -> Lever:
    """Return the one input of a name, or that a name begins."""
    exact = [lever for lever in found if lever.name == name]
    fits = exact or [lever for lever in found if lever.name.startswith(name)]
    if len(fits) != 1:
        known = [lever.name for lever in found]
        none = f"none of those that move{nearest(name, known)}"
        which = listed(lever.name for lever in fits) if fits else none
        raise InvalidInput(f'a grid needs one input for "{name}", which fits {which}')
    return fits[0]


def _tried(moved: OneWay, outputs: Sequence[Output]) -> int:
    slow = {output.name for output in outputs if output.needs != "reading 1"}
    return int(moved.table.loc[moved.table["output"].isin(slow), "input"].nunique())
