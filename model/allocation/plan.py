"""The plan that is best in each of its aims in turn, of all that keep every rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.aims import STAYED, Reached, seek_in_order
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.conflict_words import Words, explained
from hepaplan.model.allocation.fairness import months_in_time
from hepaplan.model.allocation.proof import faults, in_whole_numbers
from hepaplan.model.allocation.read_back import plan_at, programme_point, programme_worth
from hepaplan.model.allocation.session import TIME_LIMIT_SECONDS, Session, Solution, Stopped
from hepaplan.model.allocation.solver import (
    NoPlan,
    believe,
    check_range,
    minimise,
    no_plan,
    without_dust,
)
from hepaplan.model.allocation.written import Asked, Written, write
from hepaplan.model.arrays import Floats
from hepaplan.model.depth import Solver
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_rules import Aim
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.plan_value import charged_by_replay, uncharged
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.network import Network

FLOWS = (
    "arrivals",
    "begun",
    "referral",
    "referral_bounds",
    "lists",
    "beyond_standard",
    "substitution",
)
"""The rules that reading 1 keeps whatever else a scenario asks for."""
AS_IT_IS = 1e-6
"""Share of the largest weight that a whole choice has to gain before anything is changed."""
MOST_ROUNDS = 4
CLOSE = 2e-3
"""Relative gap between programme and replay below which the mix of patients is right."""
AS_GOOD = 5e-4
"""Relative difference in worth below which two rounds are equally good."""


@dataclass(frozen=True)
class BestPlan:
    """A plan proven best, what it reaches, the programme behind it, and what proved it.

    `qalys` is the programme's own figure, discounted, for decisions over the whole horizon;
    `reached` what each aim reached, in order. `rounds`: how often the programme was written, each
    time with the mix of patients that the replay of the last plan found. `usual_residual` and
    `usual_worth_gap`: how far reading 1's flows break the rows of the first one (capacity and what
    a scenario asks for left out), and how far their objective is from arrivals times value.
    """

    plan: Plan
    qalys: float
    reached: tuple[Reached, ...]
    status: str
    gap: float
    seconds: float
    rounds: int
    residuals: dict[str, float]
    usual_residual: float
    usual_worth_gap: float
    written: Written
    point: Floats
    solver: str

    @property
    def is_proven(self) -> bool:
        """Whether every aim was sought to its proof, not stopped at a limit."""
        ends = (self.status, *(step.status for step in self.reached))
        return all(status == "optimal" for status in ends)

    @property
    def variables(self) -> int:
        """Number of columns."""
        return self.written.at.count

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.written.rows.matrix.shape[0])

    @property
    def nonzeros(self) -> int:
        """Number of coefficients that are not zero."""
        return int(self.written.rows.matrix.nnz)


def most_health(
    network: Network,
    rules: PlanRules,
    values: Values,
    usual: Replay,
    willingness_to_pay: float = 0.0,
    time_limit: float = TIME_LIMIT_SECONDS,
    asked: Asked | None = None,
    words: Words | None = None,
    solver: Solver = "highs",
) -> BestPlan:
    """Return the plan that is best in the first of its aims, then in the next, and so on.

    The programme is written first in reading 1's terms (`usual`): its mix of patients, and no
    charge for what waiting does after a start. It is written again in the terms of the last plan's
    replay until the two agree, and the plan whose replay is best in the first aim is kept. Raises
    `NoPlan` when no plan keeps every rule or none is proven best.
    """
    asked = asked or Asked()
    first, floor = rules.aims[0], rules.equity is not None and asked.origin is not None
    classes = patient_classes(network, usual, pooled=rules.age_neutral)
    work = write(uncharged(network), classes, rules, values, willingness_to_pay, asked)
    broken, gap = _reading_one(work, values, usual)
    rounds: list[_Round] = []
    for number in range(MOST_ROUNDS):
        with explained(words or Words(network), work.at, work.rows, asked.treatments):
            session, proven, found = _solved(work, first, time_limit, solver)
        done = replay(network, plan_at(network, work.classes, work.at, found.point))
        value = programme_worth(network, done, values, first, willingness_to_pay)
        told = -float(work.weights[first] @ found.point)
        rounds.append(_Round(work, session, proven, found, value))
        drift = abs(value - told) / max(abs(value), 1.0)
        if drift <= CLOSE and (number > 0 or not floor):
            break
        in_time = months_in_time(network, classes, work.at, found.point) if floor else None
        if rules.age_neutral:
            classes = patient_classes(network, done, pooled=True, otherwise=classes)
        charged = charged_by_replay(network, done, values)
        work = write(charged, classes, rules, values, willingness_to_pay, asked, in_time)
    best = _best_round(rounds[int(floor) :])
    return replace(
        _in_order(best, rules, network, solver),
        seconds=sum(found.proven.seconds for found in rounds),
        rounds=len(rounds),
        usual_residual=broken,
        usual_worth_gap=gap,
    )


@dataclass(frozen=True)
class _Round:
    """One programme, what proved its first aim, and what its replay is worth in that."""

    work: Written
    session: Session | None
    proven: Solution
    found: Solution
    value: float


def _best_round(rounds: Sequence[_Round]) -> _Round:
    """Return the round whose replay is worth most, of equals the last: it knows its patients."""
    most = max(done.value for done in rounds)
    return next(d for d in reversed(rounds) if d.value >= most - AS_GOOD * abs(most))


def _in_order(best: _Round, rules: PlanRules, network: Network, solver: Solver) -> BestPlan:
    """Return the plan of a round after the later aims were sought too.

    Where HiGHS was asked and failed, they are not sought, and are told as what was not proven.
    """
    work, proven = best.work, best.proven
    aims = [(aim, work.weights[aim]) for aim in rules.aims]
    found = best.found
    reached: tuple[Reached, ...] = (
        Reached(rules.aims[0], -best.value, proven.status, proven.seconds),
    )
    if best.session is not None:
        give_up = rules.give_up.number if rules.give_up else 0.0
        found, reached = seek_in_order(best.session, best.found, aims, give_up)
    elif solver == "highs":
        reached += tuple(
            Reached(aim, float(weights @ found.point), f"{STAYED}: failed", 0.0)
            for aim, weights in aims[1:]
            if weights.any()
        )
    point = in_whole_numbers(work.rows, found.point)
    first = aims[0][1]
    if faulty := faults(work.rows, first, point, float(first @ point)):
        raise NoPlan(f"the solver's answer breaks {'; '.join(faulty)}")
    return BestPlan(
        plan=plan_at(network, work.classes, work.at, point),
        qalys=work.qalys(point),
        reached=reached,
        status=proven.status,
        gap=proven.gap,
        seconds=proven.seconds,
        rounds=1,
        residuals=work.rows.worst(point),
        usual_residual=0.0,
        usual_worth_gap=0.0,
        written=work,
        point=point,
        solver=proven.solver,
    )


def _reading_one(work: Written, values: Values, usual: Replay) -> tuple[float, float]:
    """Return how far reading 1 breaks the flow equations, and is from arrivals times value."""
    point = programme_point(work.network, work.classes, work.at, usual)
    broken = work.rows.worst(point)
    worth = objectives.usual_worth(work.network, work.classes, values.qalys_discounted)
    gap = abs(work.qalys(point) - worth) / max(abs(worth), 1.0)
    return max(broken[name] for name in FLOWS), gap


def _solved(
    work: Written, aim: Aim, time_limit: float, solver: Solver
) -> tuple[Session | None, Solution, Solution]:
    """Return a session, the proven solution of an aim, and it again as the session has it.

    They differ where choices are whole: these are proven first and then stay as they are. Another
    solver than HiGHS leaves no session, nor does a HiGHS that fails: the aim is then proven anew.
    """
    weights = work.weights[aim]
    if solver != "highs":
        proven = minimise(work.rows, weights, time_limit, solver)
        return None, proven, proven
    check_range(work.rows, weights)
    rows = without_dust(work.rows)
    whole = np.flatnonzero(rows.whole)
    chosen = None
    if whole.size:
        tie = AS_IT_IS * float(np.abs(weights).max()) * objectives.as_it_is(work.at)
        chosen = minimise(work.rows, weights + tie, time_limit)
    session = Session(replace(rows, whole=np.zeros_like(rows.whole)), weights, time_limit)
    if chosen is not None:
        session.bound_columns(whole, chosen.point[whole], chosen.point[whole])
    try:
        found = believe(work.rows, weights, session.solve())
        return session, chosen or found, found
    except Stopped as stop:
        if stop.status != "failed":
            raise no_plan(stop) from stop
    except NoPlan:
        pass  # an answer that breaks its own rules is no better than none
    proven = chosen or minimise(work.rows, weights, time_limit)
    return None, proven, proven
