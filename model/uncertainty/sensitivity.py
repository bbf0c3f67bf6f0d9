"""The study of all inputs at once: screened by Morris, then Sobol indices of those that matter."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.depth import FULL, Depth
from hepaplan.model.evaluate import usual_care
from hepaplan.model.outputs import HEALTH_AND_MONEY, Output, chosen_outputs
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.moving.evaluations import by_runs
from hepaplan.model.uncertainty.moving.global_sensitivity import (
    Evaluation,
    factors_of,
    headline,
    morris,
    sobol,
    through_draws,
    through_runs,
    uncorrelated,
)
from hepaplan.model.uncertainty.moving.kept import shares_kept
from hepaplan.model.uncertainty.moving.levers import levers
from hepaplan.model.uncertainty.region.region import region_draws
from hepaplan.model.uncertainty.region.region_outputs import (
    drawn_names,
    influential,
    region_outputs,
)
from hepaplan.model.uncertainty.spread.inputs import Input, uncertain_inputs
from hepaplan.model.uncertainty.study import Study

Progress = Callable[[str], None]
QUESTION = "From which inputs does the spread of a result come, when all are unsure at once?"
SCREENING, INDICES = "screening", "sensitivity"


@dataclass(frozen=True)
class Spread:
    """What to look at, and how closely.

    `trajectories` of the Morris design over all inputs, or where an output needs a run of its own
    over the `most` that move reading 1 most and those that do nothing there, each alone; then Sobol
    indices of the `most` with the largest mu* of any output, the outputs taking turns, by `base`
    samples for each (0: none).
    """

    outputs: tuple[str, ...] = HEALTH_AND_MONEY
    inputs: tuple[str, ...] = ()
    trajectories: int = 10
    base: int = 128
    most: int = 20
    seed: int = 1
    workers: int = 2
    depth: Depth = FULL


def sensitivity(scenario: Scenario, asked: Spread, progress: Progress = lambda _: None) -> Study:
    """Return the study of all inputs at once; inputs left out of the indices stay as stated.

    Raises `WrongUse` without SALib, `InvalidInput` for outputs and inputs that are not there, and
    `NoAnswer` where samples cannot be run.
    """
    clock = [time.perf_counter()]
    outputs = list(chosen_outputs(scenario, asked.outputs).values())
    inputs = uncertain_inputs(scenario)
    moved = levers(scenario, inputs, asked.inputs)
    if not moved:
        raise InvalidInput("no input states how unsure it is, so there is nothing to move")
    usual = usual_care(scenario)
    quick = {output.name for output in outputs} <= set(drawn_names(scenario))
    if not quick:
        moved = influential(usual, moved, asked.most, asked.workers)
    chosen = _with_their_sets(inputs, {lever.what.key for lever in moved})
    alone = uncorrelated(chosen)
    factors = factors_of(alone)
    progress(f"{len(factors)} factors, {asked.trajectories} trajectories")
    screened = morris(
        factors, outputs, _evaluation(usual, alone, outputs, quick, asked),
        asked.trajectories, asked.seed,
    )  # fmt: skip
    tables = {SCREENING: screened}
    clock.append(time.perf_counter())
    if asked.base:
        names = _largest(screened, asked.most)
        kept = _with_their_sets(inputs, {
            key for key, what in chosen.items()
            if not names.isdisjoint(f.name for f in factors_of({key: what}))
        })  # fmt: skip
        grouped = factors_of(kept)
        progress(f"Sobol indices of {len({f.group for f in grouped})} factors")
        evaluation = _evaluation(usual, kept, outputs, quick, asked)
        indices = sobol(grouped, outputs, evaluation, asked.base, asked.seed)
        progress("the part that the others have")
        of_all = _evaluation(usual, chosen, outputs, quick, asked)
        shares = shares_kept(chosen, kept, outputs, of_all, asked.base, asked.seed)
        tables[INDICES] = indices.assign(share_kept=indices["output"].map(shares))
    clock.append(time.perf_counter())
    last = tables.get(INDICES, screened)
    return Study(
        "sensitivity", scenario, QUESTION,
        (*(headline(last, output) for output in outputs), *_of_what(tables, outputs, len(inputs))),
        tables,
        {
            "uncertain inputs": len(inputs),
            "factors screened": len(factors),
            "trajectories": asked.trajectories,
            "samples for each index": asked.base,
            "seed": asked.seed,
            "outputs": list(asked.outputs),
        },
        {"screening": clock[1] - clock[0], "indices": clock[2] - clock[1]},
    )  # fmt: skip


def _largest(screened: pd.DataFrame, most: int) -> set[str]:
    """Return the factors with the largest effects on any output: of each the first, then the next.

    Those that move an output at all come before those that do not.
    """
    outputs = {name: place for place, name in enumerate(dict.fromkeys(screened["output"]))}
    in_turn = screened.assign(
        still=screened["mu_star"] == 0, place=screened["output"].map(outputs)
    ).sort_values(["still", "rank", "place"])
    return set(in_turn["factor"].drop_duplicates().head(most))


def _of_what(
    tables: Mapping[str, pd.DataFrame], outputs: Sequence[Output], inputs: int
) -> list[str]:
    """Return which variance the indices share out, and how much of the whole that is."""
    if INDICES not in tables:
        return []
    indices = tables[INDICES]
    moved = int(indices.drop_duplicates("factor")["inputs"].sum())
    shares = indices.drop_duplicates("output").set_index("output")["share_kept"].dropna()
    said = "; ".join(f"{shares[o.name]:.0%} of {o.label}" for o in outputs if o.name in shares)
    whole = f" They explain, of the variance that all inputs screened cause, {said}."
    return [
        f"The shares are of the variance that {moved} random numbers cause, those of inputs with "
        f"the largest effects on any of these; of {inputs} uncertain inputs the others stay as "
        f"stated.{whole if said else ''}"
    ]


def _with_their_sets(inputs: Mapping[Key, Input], keys: set[Key]) -> dict[Key, Input]:
    """Return inputs with all that are correlated with one of them, or share a set with it."""
    sets = {inputs[key].correlated for key in keys} | {inputs[key].of_set for key in keys}
    sets -= {"", ()}
    return {
        key: what
        for key, what in inputs.items()
        if key in keys or what.correlated in sets or what.of_set in sets
    }


def _evaluation(
    usual: UsualCare,
    inputs: Mapping[Key, Input],
    outputs: Sequence[Output],
    quick: bool,
    asked: Spread,
) -> Evaluation:
    scenario = usual.scenario
    if quick:
        return through_draws(
            inputs,
            lambda values: region_outputs(
                scenario, region_draws(usual, values, workers=asked.workers, with_regions=False)
            ),
        )
    names = [output.name for output in outputs]
    return through_runs(inputs, by_runs(scenario, names, asked.depth, asked.workers), outputs)
