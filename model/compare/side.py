"""One scenario's part in a comparison: what is kept of a whole run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.checks import COLUMNS as CHECK_COLUMNS
from hepaplan.model.checks import all_checks, checks_without_plan
from hepaplan.model.evaluate import Progress, as_today, scarce_capacity, usual_care
from hepaplan.model.outcomes import Value
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import Totals
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import NOTHING_SCARCE, Replayed, UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.tables import money_tables, plan_tables, summary, usual_tables

SAME_PEOPLE = 1e-9


@dataclass(frozen=True)
class Worth:
    """Discounted worth of some people: pounds and QALYs."""

    cost: float
    qalys: float


@dataclass(frozen=True, eq=False)
class People:
    """Whose health and cost a policy's totals are.

    `new` (month, group) have their first liver metastases in the window, `waiting` (point and
    group) are on a list as it opens. Those treated before the window come back in it as the
    scenario's pathway says: `carried_in` is their number, `carried_worth` what they are worth at
    usual care.
    """

    groups: tuple[str, ...]
    new: Floats
    waiting: Mapping[tuple[str, str], float]
    carried_in: float
    carried_worth: Worth

    @property
    def count(self) -> float:
        """Return patients new in the window, and those on a list as it opens."""
        return float(self.new.sum() + sum(self.waiting.values()))

    def same_as(self, other: People) -> bool:
        """Return whether the new patients, and those waiting on day one, are the same."""
        keys = self.waiting.keys() | other.waiting.keys()
        lists = [[w.get(key, 0.0) for key in keys] for w in (self.waiting, other.waiting)]
        return (
            self.groups == other.groups
            and np.allclose(self.new, other.new, rtol=SAME_PEOPLE, atol=SAME_PEOPLE)
            and np.allclose(lists[0], lists[1], rtol=SAME_PEOPLE, atol=SAME_PEOPLE)
        )


@dataclass(frozen=True, eq=False)
class Side:
    """What a comparison keeps of one scenario under its policies.

    `figures`: measure, unit, policy, value. `costs`: undiscounted spending by policy, calendar
    year, treatment and category. `list_deaths`: deaths on each decision point's list in the
    window, by policy. `solver` and `status` are the plan's, empty where none was sought.
    """

    name: str
    scenario: Scenario
    policies: tuple[str, ...]
    figures: pd.DataFrame
    costs: pd.DataFrame
    totals: Mapping[str, Totals]
    list_deaths: Mapping[str, Mapping[str, float]]
    people: People
    checks: pd.DataFrame
    solver: str
    status: str
    gap: float

    @property
    def scarce(self) -> tuple[str, ...]:
        """Return the policies that face real capacity: the strategies of the comparison."""
        return tuple(policy for policy in self.policies if policy != NOTHING_SCARCE)

    def figure(self, measure: str, policy: str) -> float:
        """Return one key figure."""
        chosen = (self.figures["measure"] == measure) & (self.figures["policy"] == policy)
        (value,) = self.figures.loc[chosen, "value"]
        return float(value)


def side_of(scenario: Scenario, name: str, with_plan: bool, progress: Progress) -> Side:
    """Return a scenario run whole, or without the plan; raises what `evaluate` raises."""
    usual = usual_care(scenario)
    best, solver, status, gap = None, "", "", 0.0
    replayed: Replayed
    if with_plan:
        replayed = best = scarce_capacity(usual, progress)
        solver, status, gap = best.best.solver, best.best.status, best.best.gap
    else:
        replayed = as_today(usual, progress)
    costs = plan_tables.by_policy(usual, replayed, money_tables.cost_table)
    people = _people(usual, replayed)
    made = checks_without_plan(usual, replayed) if best is None else all_checks(usual, best)
    return Side(
        name=name,
        scenario=scenario,
        policies=tuple(replayed.replays),
        figures=_figures(usual, replayed, costs),
        costs=costs,
        totals=replayed.totals,
        list_deaths={p: _list_deaths(usual, done) for p, done in replayed.replays.items()},
        people=people,
        checks=pd.concat([made, _whole(usual, replayed, people)], ignore_index=True),
        solver=solver,
        status=status,
        gap=gap,
    )


def _whole(usual: UsualCare, replayed: Replayed, people: People) -> pd.DataFrame:
    """Return the check that new patients, those waiting and those carried in make the totals."""
    total, arrived = replayed.totals[NOTHING_SCARCE], _arrived_worth(usual, replayed)
    gap = max(
        abs(arrived.cost + people.carried_worth.cost - total.cost_discounted)
        / max(total.cost_discounted, 1.0),
        abs(arrived.qalys + people.carried_worth.qalys - total.qalys_discounted)
        / max(total.qalys_discounted, 1.0),
    )
    row = [
        "new and earlier patients make the whole",
        "worth of new patients, those waiting and those carried in against the totals, relative",
        gap, SAME_PEOPLE, gap <= SAME_PEOPLE,
    ]  # fmt: skip
    return pd.DataFrame([row], columns=CHECK_COLUMNS)


def _figures(usual: UsualCare, replayed: Replayed, costs: pd.DataFrame) -> pd.DataFrame:
    """Return the key figures of a run, with need and capacity, one row for each policy."""
    wide = summary.key_figures(
        usual,
        replayed,
        {
            "cases": usual_tables.cases(usual),
            "metastases": usual_tables.metastases(usual),
            "treatments": plan_tables.by_policy(usual, replayed, plan_tables.treatment_table),
            "costs": costs,
            "outcomes": money_tables.outcomes(usual, replayed),
        },
    )
    tall = wide.melt(["measure", "unit"], var_name="policy", value_name="value")
    order = {measure: place for place, measure in enumerate(wide["measure"])}
    tall = tall.iloc[tall["measure"].map(order).argsort(kind="stable")]
    return pd.concat([tall, _needs(usual, replayed)], ignore_index=True)


def _needs(usual: UsualCare, replayed: Replayed) -> pd.DataFrame:
    """Return what all sites would need a year if nothing were scarce, and what they have."""
    years = usual.scenario.settings.window.months / MONTHS_PER_YEAR
    table = plan_tables.requirements(usual, replayed)
    sums = table.groupby(["resource", "unit"], sort=False)[["required", "capacity"]].sum() / years
    resources = usual.scenario.settings.resource
    rows = [
        (
            f"{what} {resources[row['resource']].label}",
            f"{row['unit']} a year",
            NOTHING_SCARCE,
            float(row[column]),
        )
        for row in sums.reset_index().to_dict("records")
        for what, column in (("need of", "required"), ("capacity of", "capacity"))
    ]
    return pd.DataFrame(rows, columns=["measure", "unit", "policy", "value"])


def _list_deaths(usual: UsualCare, done: Replay) -> dict[str, float]:
    """Return deaths on the lists of each decision point in the window."""
    window = usual.scenario.settings.window.months
    dead = (done.cancer_deaths + done.other_deaths)[..., :window].sum(axis=(1, 2))
    return {point: float(dead[place]) for place, point in enumerate(usual.kernels.points)}


def _people(usual: UsualCare, replayed: Replayed) -> People:
    window = usual.scenario.settings.window.months
    inside = slice(usual.before, usual.before + window)
    backlog = usual.scenario.tables.backlog.groupby(["decision_point", "group"])["patients"].sum()
    on_lists = backlog.reset_index().to_dict("records")
    carried = replayed.network.entries[..., :window] - usual.eligible[..., inside].sum(axis=1)
    return People(
        groups=usual.kernels.groups,
        new=usual.metastases[inside].sum(axis=(1, 3)),
        waiting={(r["decision_point"], r["group"]): float(r["patients"]) for r in on_lists},
        carried_in=float(carried.sum()),
        carried_worth=_worth(usual, carried),
    )


def _arrived_worth(usual: UsualCare, replayed: Replayed) -> Worth:
    """Return the worth at usual care of the window's new patients and of day one's lists."""
    window = usual.scenario.settings.window.months
    arrivals = usual.eligible[..., usual.before : usual.before + window].sum(axis=1)
    on_lists = replayed.network.backlog.sum(axis=(2, 3))
    new, values = _worth(usual, arrivals), usual.worth
    return Worth(
        new.cost + float((on_lists * values.cost_discounted.start).sum()),
        new.qalys + float((on_lists * values.qalys_discounted.start).sum()),
    )


def _worth(usual: UsualCare, arrivals: Floats) -> Worth:
    """Return the worth at usual care of arrivals (point, group, month) of the window."""

    def total(value: Value) -> float:
        when = value.monthly_discount ** np.arange(arrivals.shape[-1])
        return float(np.einsum("cgt,cg,t->", arrivals, value.arrival, when))

    return Worth(total(usual.worth.cost_discounted), total(usual.worth.qalys_discounted))
