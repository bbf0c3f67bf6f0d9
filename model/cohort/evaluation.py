"""Any discrete-time cohort state-transition model: people, costs and effects, for every draw.

A Markov or, where leaving depends on the time in a state, a semi-Markov cohort (Sonnenberg & Beck,
Medical Decision Making 1993;13:322-38, 10.1177/0272989X9301300409).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.block import Plan, blocks_of, run_block, states_that_matter
from hepaplan.model.cohort.compiled import run_compiled, wants_compiled
from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights
from hepaplan.model.cohort.labelled import Labelled
from hepaplan.model.cohort.rewards import Stream, read_streams
from hepaplan.model.cohort.transitions import Transitions, arrow, differing_draws, unknown_state
from hepaplan.model.cohort.varying import Value, Varying, varying
from hepaplan.model.tables.tidy import Labels

CELLS = 65_536
"""Numbers a cycle works on at once: many to spread the cost of calls, few to stay in the cache."""


@dataclass(frozen=True)
class Results:
    """What an evaluation gives, each table labelled; kept tables are those that were asked for.

    `totals` (stream, draw); `trace` (cycle, state, draw), people at the points 0 to `cycles`;
    `by_cycle` (stream, cycle, draw), the parts that add up to the totals.
    """

    totals: Labelled
    kept: Mapping[str, Labelled]

    def __getitem__(self, stream: str) -> Floats:
        """Return a stream's total in each draw."""
        return self.totals.at(stream=stream)

    @property
    def trace(self) -> Labelled:
        """People in each state at the points 0 to `cycles`."""
        return self._asked_for("trace")

    @property
    def by_cycle(self) -> Labelled:
        """Each stream at each point, weighted and discounted as in the totals."""
        return self._asked_for("by_cycle")

    def _asked_for(self, table: str) -> Labelled:
        if table not in self.kept:
            raise ValueError(f"not kept: call evaluate(..., {table}=True)")
        return self.kept[table]


def evaluate(
    transitions: Transitions,
    *,
    start: Mapping[str, Value],
    cycles: int,
    cycle_years: float,
    streams: Sequence[Stream],
    weights: CycleWeights,
    inflow: Mapping[str, Value] | None = None,
    trace: bool = False,
    by_cycle: bool = False,
    compiled: bool | None = None,
    workers: int | None = None,
) -> Results:
    """Return each stream's total for every draw.

    `start` are the people in each state at point 0, all new to it. `inflow` are people who join at
    the end of each cycle, on their own clock: per cycle a number, or one a cycle. Draws are
    evaluated in blocks and do not depend on each other.

    `compiled`: True for loops compiled by numba, False for numpy, None for whichever the estimated
    work is worth; they agree to rounding. `workers` is how many threads share the draws of compiled
    loops, None for one a core; it changes nothing in the results. numpy takes one.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"{workers} workers: at least 1 is needed")
    if cycles < 1 or not (np.isfinite(cycle_years) and cycle_years > 0):
        raise ValueError(f"{cycles} cycles of {cycle_years:g} years: both must be above 0")
    point_weights = cycle_weights(weights, cycles)
    people = {state: varying(value) for state, value in start.items()}
    joining = {state: varying(value) for state, value in (inflow or {}).items()}
    rewards, problems = read_streams(streams, transitions, cycles)
    problems += _wrong_people("start", people, transitions, 1)
    problems += _wrong_people("inflow", joining, transitions, cycles)
    problems += [
        f"{arrow(key)}: {value.cycles} cycles are stated but the model runs {cycles}"
        for key, value in transitions.moves.items()
        if value.cycles not in (1, cycles)
    ]
    counts = {arrow(key): count for key, count in transitions.stated.items()}
    counts |= {f'start "{state}"': value.draws for state, value in people.items()}
    counts |= {f'inflow "{state}"': value.draws for state, value in joining.items()}
    for stream in rewards:
        counts |= stream.draws
    problems += differing_draws(counts)
    if problems:
        raise ValueError("\n".join(dict.fromkeys(problems)))
    draws = max(counts.values(), default=1)
    factors = np.empty((len(streams), cycles + 1))
    for k, discounted in enumerate(streams):
        factors[k] = discounted.discounting.factors(cycles, cycle_years)
    states = transitions.states if trace else states_that_matter(transitions, rewards)
    plan = Plan(transitions, states, people, joining, rewards, factors, point_weights, cycles)
    names = [stream.name for stream in streams]
    points, each = range(cycles + 1), range(draws)
    kept: dict[str, Labelled] = {}
    if trace:
        kept["trace"] = _empty({"cycle": points, "state": states, "draw": each})
    if by_cycle:
        kept["by_cycle"] = _empty({"stream": names, "cycle": points, "draw": each})
    tables = {name: table.values for name, table in kept.items()}
    totals = np.empty((len(names), draws))
    if wants_compiled(compiled, plan, draws):
        run_compiled(plan, draws, workers, totals, tables)
    else:
        for block in _blocks(plan, draws):
            totals[:, block] = run_block(plan, block, tables)
    return Results(Labelled(totals, {"stream": names, "draw": each}), kept)


def _blocks(plan: Plan, draws: int) -> list[slice]:
    cells = len(plan.states) + len(plan.transitions.moves) + sum(plan.times.values())
    return blocks_of(draws, CELLS // max(cells, 1))


def _empty(axes: Mapping[str, Labels]) -> Labelled:
    return Labelled(np.empty([len(labels) for labels in axes.values()]), axes)


def _wrong_people(
    what: str, people: Mapping[str, Varying], transitions: Transitions, cycles: int
) -> list[str]:
    problems = []
    for state, value in people.items():
        if state not in transitions.states:
            problems.append(f"{what}: {unknown_state(state, transitions.states)}")
        elif value.times > 1:
            problems.append(f'{what} "{state}": people who come in have no time in state')
        elif value.cycles not in (1, cycles):
            problems.append(
                f'{what} "{state}": {value.cycles} values by cycle were given where '
                f"{cycles} are needed"
            )
        elif not ((value.by_cycle >= 0) & np.isfinite(value.by_cycle)).all():
            problems.append(f'{what} "{state}": people must be 0 or more')
    return problems
