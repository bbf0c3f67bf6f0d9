"""All inputs at once: which of them the spread of an output comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.outputs import Output
from hepaplan.model.problems import Key, NoAnswer, dotted
from hepaplan.model.uncertainty.drawing.designs import inside
from hepaplan.model.uncertainty.drawing.draws import all_streams, one_draw, streams_of, values_at
from hepaplan.model.uncertainty.moving.evaluations import Evaluate, number, reason, said
from hepaplan.model.uncertainty.moving.indices import (
    group_names,
    morris_design,
    morris_effects,
    sobol_design,
    sobol_indices,
)
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95
from hepaplan.model.uncertainty.spread.inputs import Input, Value

SOBOL = ("factor", "label", "inputs", "output", "unit", "rank", "first", "first_95", "total",
         "total_95", "variance", "samples")  # fmt: skip
"""One row for each factor and output, the largest total index first.

`factor`: an input, or a group of them that moves as one; `inputs` how many. `first` and `total`:
Sobol indices, shares of the output's `variance`; `…_95` half the width of their 95% interval.
"""
MORRIS = ("factor", "label", "output", "unit", "rank", "mu", "mu_star", "mu_star_95", "sigma",
          "trajectories")  # fmt: skip
"""One row for each factor and output, the largest mu* first.

In the output's unit: `mu` the mean effect, `mu_star` the mean size of an effect, `sigma` their
standard deviation, high where other inputs matter to it. An effect is 1.5 times the change over a
step of two thirds of the input's 95% interval, in probability: from its 2.5% to its 65.8% point, or
from its 34.2% to its 97.5% point. Where the output follows a normal input in a straight line that
is 0.91 of the change over the whole interval.
"""
Evaluation = Callable[[Floats], Mapping[str, Floats]]
"""Outputs by name (sample,) at probabilities (sample, factor); not a number where refused."""


@dataclass(frozen=True)
class Factor:
    """One coordinate of the unit cube: its name, its words, and the group it moves with."""

    name: str
    label: str
    group: str


def factors_of(
    inputs: Mapping[Key, Input], groups: Mapping[str, Sequence[Key]] | None = None
) -> tuple[Factor, ...]:
    """Return the random numbers of inputs as factors, in the order of `draws.streams_of`.

    Inputs that are correlated are one group, and so are shares of one set: an index of theirs
    alone would mean nothing. `groups` names others, by the keys of their inputs.
    """
    own = {key: name for name, keys in (groups or {}).items() for key in keys}
    found: dict[Key, Factor] = {}
    for key, what in inputs.items():
        group = own.get(key) or what.correlated or (dotted(what.of_set) if what.of_set else "")
        for stream in streams_of(what):
            name = dotted(stream)
            own_part = str(stream[-1]).replace("_", " ")
            part = f": {own_part}" if what.has_parts_of_its_own else ""
            found.setdefault(stream, Factor(name, f"{what.label}{part}", group or name))
    return tuple(found.values())


def uncorrelated(inputs: Mapping[Key, Input]) -> dict[Key, Input]:
    """Return inputs of which each moves by its own random number alone, whatever is correlated."""
    return {key: replace(what, correlated="", correlations=()) for key, what in inputs.items()}


def through_draws(
    inputs: Mapping[Key, Input], at_draws: Callable[[dict[Key, Value]], Mapping[str, Floats]]
) -> Evaluation:
    """Return the evaluation that takes all samples at once, as draws of the inputs.

    `at_draws` gives outputs (draw,) at values (draw,) by key, as `draws.draw` returns them.
    """
    return lambda points: at_draws(values_of(inputs, points))


def through_runs(
    inputs: Mapping[Key, Input], evaluate: Evaluate, outputs: Sequence[Output]
) -> Evaluation:
    """Return the evaluation in which each sample is a run of its own.

    It raises `NoAnswer` where any is refused, saying how many and why: indices need them all.
    """

    def evaluation(points: Floats) -> dict[str, Floats]:
        values = values_of(inputs, points)
        found = evaluate([one_draw(values, index) for index in range(len(points))])
        refused = [reason(outcome) for outcome in found if reason(outcome)]
        if refused:
            raise NoAnswer(
                f"{len(refused)} of {len(points)} samples cannot be run, so no index can be "
                f"computed; the first: {refused[0]}"
            )
        return {o.name: np.array([number(f, o.name) for f in found]) for o in outputs}

    return evaluation


def values_of(inputs: Mapping[Key, Input], points: Floats) -> dict[Key, Value]:
    """Return values (sample,) of inputs and their copies at probabilities (sample, factor)."""
    streams = all_streams(inputs)
    numbers = inside(points)
    return values_at(
        inputs, {stream: np.ascontiguousarray(numbers[:, i]) for i, stream in enumerate(streams)}
    )


def sobol(
    factors: Sequence[Factor],
    outputs: Sequence[Output],
    evaluation: Evaluation,
    base: int = 256,
    seed: int = 1,
) -> pd.DataFrame:
    """Return Sobol indices of every output, columns `SOBOL`.

    `base` is rounded up to a power of 2; (groups + 2) times as many samples are evaluated. An
    output that does not vary has indices of 0; of a single group they are 1.
    """
    size = 1 << max(base - 1, 1).bit_length()
    names, groups = [f.name for f in factors], [f.group for f in factors]
    results = evaluation(sobol_design(names, groups, size, seed))
    kept = group_names(groups)
    frames = []
    for output in outputs:
        found = results[output.name]
        parts = _indices(names, groups, found, seed)
        members = {group: [f for f in factors if f.group == group] for group in kept}
        frame = pd.DataFrame(parts).assign(
            factor=kept,
            label=[_together(some) for some in members.values()],
            inputs=[len(some) for some in members.values()],
            output=output.name,
            unit=output.unit,
            variance=float(found.var()),
            samples=len(found),
        )
        frames.append(_ranked(frame, "total"))
    return pd.concat(frames, ignore_index=True)[list(SOBOL)]


def _together(members: Sequence[Factor]) -> str:
    """Return what a group is called: what its members' words begin with, and how many there are."""
    first = members[0].label
    if len(members) == 1:
        return first
    stems = [member.label.rpartition(": ")[0] for member in members]
    if stems[0] and len(set(stems)) == 1:
        return f"{stems[0]} ({len(members)} together)"
    return f"{first}, and {len(members) - 1} with it"


def _indices(
    names: Sequence[str], groups: Sequence[str], found: Floats, seed: int
) -> Mapping[str, Floats]:
    """Return indices where there is something to divide: a variance, between several groups."""
    count = len(group_names(groups))
    if np.ptp(found) > 0 and count > 1:
        return sobol_indices(names, groups, found, seed)
    whole = np.full(count, float(np.ptp(found) > 0))
    return {"first": whole, "first_95": 0.0 * whole, "total": whole, "total_95": 0.0 * whole}


def morris(
    factors: Sequence[Factor],
    outputs: Sequence[Output],
    evaluation: Evaluation,
    base: int = 20,
    seed: int = 1,
) -> pd.DataFrame:
    """Return Morris effects of every output, columns `MORRIS`; groups are not used.

    `base` trajectories of as many samples as there are factors, and one more. `evaluation` is of
    inputs that are `uncorrelated`: with others the effect of one input would count as another's.
    """
    names = [f.name for f in factors]
    points = morris_design(names, INTERVAL_95, base, seed)
    results = evaluation(points)
    frames = []
    for output in outputs:
        effects = morris_effects(names, INTERVAL_95, points, results[output.name], seed)
        frame = pd.DataFrame(effects).assign(
            factor=names,
            label=[f.label for f in factors],
            output=output.name,
            unit=output.unit,
            trajectories=base,
        )
        frames.append(_ranked(frame, "mu_star"))
    return pd.concat(frames, ignore_index=True)[list(MORRIS)]


def _ranked(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    ordered = frame.sort_values([column, "factor"], ascending=[False, True], ignore_index=True)
    return ordered.assign(rank=np.arange(1, len(ordered) + 1))


def headline(table: pd.DataFrame, output: Output, most: int = 3) -> str:
    """Return one sentence: from which factors the spread of an output comes."""
    rows = table[table["output"] == output.name].head(most)
    what = f"{output.label} ({output.unit})"
    if "total" in table:
        moving = rows[rows["total"] > 0]
        named = "; ".join(
            f"{r.label}, {r.total:.0%} (95% interval ±{r.total_95:.0%})"
            for r in moving.itertuples()
        )
        start = f"Of the variance of {what}, with all that they do together"
    else:
        moving = rows[rows["mu_star"] > 0]
        sizes = moving["mu_star"].to_numpy(dtype=float)
        named = "; ".join(
            f"{label}, {said(size, output.unit)}"
            for label, size in zip(moving["label"], sizes, strict=True)
        )
        start = (
            f"The largest mean effects on {what}, 1.5 times a step of two thirds of an input's 95% "
            "interval"
        )
    return f"{start}: {named}." if named else f"No input moves {what}."
