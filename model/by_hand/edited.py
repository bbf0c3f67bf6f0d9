"""A plan edited by hand: what it would do, the rules it breaks, and what it gains or gives up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.written import programme
from hepaplan.model.by_hand.plan_file import plan_from_table
from hepaplan.model.by_hand.violations import violations
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.evaluate import Progress, scarce_capacity
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.readings import (
    FIRST_COME,
    MOST_HEALTH,
    NOTHING_SCARCE,
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.replay import Plan, replay
from hepaplan.model.tables.money_tables import WITHIN_STANDARD
from hepaplan.model.tables.plan_tables import all_tables

EDITED = "edited plan"
COMPARED = (EDITED, MOST_HEALTH, FIRST_COME)
WAITING_AT_THE_END = "people waiting when the window ends"
NOT_STARTED = "starts planned and not made"


@dataclass(frozen=True)
class Edited:
    """What a plan edited by hand would do: tables by name, and sentences that sum it up.

    `solver` made the best plan that it is compared with.
    """

    tables: Mapping[str, pd.DataFrame]
    headlines: tuple[str, ...]
    solver: str

    @property
    def keeps_every_rule(self) -> bool:
        """Whether no rule is broken."""
        return self.tables["violations"].empty


def evaluate_edited(
    usual: UsualCare,
    table: pd.DataFrame,
    progress: Progress = lambda _: None,
    depth: Depth = FULL,
) -> Edited:
    """Return what the plan of a table would do, beside the best plan and first come.

    The table is sound (`plan_file_checks.plan_problems`). What is built and bought is that of the
    best plan. Tables: `violations`, `comparison`, and those of every policy with the edited plan
    as one more. Raises `NoPlan` where there is no plan to compare with.
    """
    return compare_edited(usual, scarce_capacity(usual, progress, depth), table)


def compare_edited(usual: UsualCare, capacity: Capacity, table: pd.DataFrame) -> Edited:
    """Return the same, of a best plan that is there already."""
    network, best, settings = capacity.network, capacity.best, usual.scenario.settings
    work, pooled = best.written, "group" not in table
    classes, at, rows = work.classes, work.at, work.rows
    if pooled != classes.pooled:
        classes = patient_classes(network, capacity.replays[NOTHING_SCARCE], pooled)
        at, rows = programme(network, classes, settings.plan)
    window = settings.window.months
    plan = plan_from_table(network, classes, table, window)
    plan = replace(plan, extra=best.plan.extra, built=best.plan.built)
    done = replay(network, plan)
    replayed = Replayed(
        network,
        {**capacity.replays, EDITED: done},
        {**capacity.totals, EDITED: replay_totals(network, done, usual.worth, window)},
    )
    tables = all_tables(usual, replayed)
    compared = comparison(usual, replayed, tables["outcomes"], plan)
    broken = violations(usual.scenario, network, classes, at, rows, plan)
    return Edited(
        {"violations": broken, "comparison": compared, **tables},
        headlines(compared, broken),
        best.solver,
    )


def comparison(
    usual: UsualCare, replayed: Replayed, outcomes: pd.DataFrame, plan: Plan
) -> pd.DataFrame:
    """Return what the edited plan, the best plan and first come reach, and the differences.

    Columns measure, unit, one for each of the three, against_most_health, against_first_come.
    """
    window, network = usual.scenario.settings.window.months, replayed.network
    found = {
        (str(row["policy"]), str(row["measure"])): float(row["value"])
        for row in outcomes.to_dict("records")
    }
    units = dict(zip(outcomes["measure"], outcomes["unit"], strict=True))
    rows = [
        (measure, unit, *(found[policy, measure] for policy in COMPARED))
        for measure, unit in units.items()
    ]
    waiting = [float(replayed.replays[p].left[..., window - 1].sum()) for p in COMPARED]
    listed = network.waiting.waits[network.kernels.point_of[network.pair_list]]
    planned, made = (
        float(people[listed][..., :window].sum())
        for people in (plan.starts, replayed.replays[EDITED].starts)
    )
    none = float("nan")
    rows += [
        (WAITING_AT_THE_END, "people", *waiting),
        (NOT_STARTED, "people", planned - made, none, none),
    ]
    table = pd.DataFrame(rows, columns=["measure", "unit", *COMPARED])
    table["against_most_health"] = table[EDITED] - table[MOST_HEALTH]
    table["against_first_come"] = table[EDITED] - table[FIRST_COME]
    return table


def headlines(compared: pd.DataFrame, broken: pd.DataFrame) -> tuple[str, ...]:
    """Return what the edited plan gains and gives up, and which rules it breaks."""
    at = {str(row["measure"]): row for row in compared.to_dict("records")}
    qalys, cost = at["QALYs, discounted"], at["cost, discounted"]
    within, waiting = at[WITHIN_STANDARD], at[WAITING_AT_THE_END]
    rules = "The plan keeps every rule."
    if len(broken):
        listed = "; ".join(broken["in_words"].head(3))
        more = f"; and {len(broken) - 3} more, in the table of violations" * (len(broken) > 3)
        rules = f"The plan breaks {len(broken)} rules: {listed}{more}."
    return (
        f"The edited plan brings {_signed(qalys['against_most_health'])} QALYs against the best "
        f"plan and {_signed(qalys['against_first_come'])} against first come (discounted).",
        f"Its lifetime cost is {_signed(cost['against_most_health'])} pounds against the best plan "
        f"and {_signed(cost['against_first_come'])} against first come (discounted).",
        f"Started within the waiting standard: {within[EDITED]:.1%}; best plan "
        f"{within[MOST_HEALTH]:.1%}, first come {within[FIRST_COME]:.1%}.",
        f"Waiting when the window ends: {waiting[EDITED]:,.1f}; best plan "
        f"{waiting[MOST_HEALTH]:,.1f}, first come {waiting[FIRST_COME]:,.1f} people.",
        rules,
    )


def _signed(amount: float) -> str:
    digits = 2 if abs(amount) < 100 else 0
    return f"{round(amount, digits) + 0.0:+,.{digits}f}"
