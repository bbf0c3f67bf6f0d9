"""What a comparison found, in computed sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.checks import REPLAYED_PLAN
from hepaplan.model.compare.side import Side
from hepaplan.model.compare.strategies import per_qaly, pools
from hepaplan.model.economics import increment
from hepaplan.model.problems import listed
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH
from hepaplan.model.tables.money_tables import WITHIN_STANDARD
from hepaplan.model.tables.words import pounds

Tables = Mapping[str, pd.DataFrame]
DEATHS = "deaths on a waiting list"
SHOWN = 3
TENTH = 0.1
RUN_BY = {
    FIRST_COME: "as today",
    LONGEST_WAIT: "as today, but at any site",
    MOST_HEALTH: "with the plan",
}


def headlines(sides: Sequence[Side], tables: Tables) -> tuple[str, ...]:
    """Return what a planner reads first: what differs, who waits, health, money, and the best."""
    return (
        *(inputs_words(side, sides, tables["differences"]) for side in sides[1:]),
        *later_start(tables["differences"]),
        *_different_people(sides, tables["per_patient"]),
        *(
            against(side, sides[0], policy, tables)
            for policy in sides[0].scarce
            for side in sides[1:]
        ),
        *_best(sides, tables["strategies"]),
        *_spending(sides, tables["budget_impact"]),
        *_how_sure(sides),
    )


def span(side: Side) -> str:
    """Return the length of the window."""
    months = side.scenario.settings.window.months
    if months % MONTHS_PER_YEAR == 0:
        return "1 year" if months == MONTHS_PER_YEAR else f"{months // MONTHS_PER_YEAR} years"
    return f"{months} months"


def changed_inputs(side: Side, reference: Side, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a scenario whose value is not the reference's."""
    ours = table[table["scenario"] == side.name].set_index("what")
    base = table[table["scenario"] == reference.name].set_index("what")["value"]
    return ours[ours["value"] != base.reindex(ours.index)].reset_index()


def inputs_words(side: Side, sides: Sequence[Side], table: pd.DataFrame) -> str:
    """Return what a scenario changes, first what no other scenario of the comparison changes."""
    reference = sides[0]
    changed = changed_inputs(side, reference, table)
    others = [changed_inputs(s, reference, table) for s in sides[1:] if s is not side]
    shared = {(r["what"], r["value"]) for other in others for r in other.to_dict("records")}
    also = [(r["what"], r["value"]) in shared for r in changed.to_dict("records")]
    changed = changed.iloc[np.argsort(also, kind="stable")]
    if changed.empty:
        return f"{side.name} has the same inputs as {reference.name}."
    named = [f"{row['what']} ({row['value']})" for row in changed.head(SHOWN).to_dict("records")]
    more = f"; and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return f"{side.name} differs from {reference.name} in {'; '.join(named)}{more}."


def later_start(table: pd.DataFrame) -> list[str]:
    """Return that an input on the harm of delay moves no figure, if one differs."""
    if not table["what"].str.startswith("delay.").any():
        return []
    return [
        "Inputs of delay differ, but the plan and the replay do not count what a later start does "
        "after the start, only what waiting itself does: no figure here depends on them."
    ]


def _different_people(sides: Sequence[Side], table: pd.DataFrame) -> list[str]:
    found = pools(sides)
    if len(found) == 1:
        return []
    first = sides[0]
    said = []
    for pool in found[1:]:
        who = listed([side.name for side in pool])
        rows = table[table["policy"] == FIRST_COME].set_index("scenario")
        one, other = (rows.loc[side.name].to_dict() for side in (pool[0], first))
        said.append(
            f"{who} treats other people than {first.name} ({one['patients']:,.0f} patients in "
            f"{span(first)}, not {other['patients']:,.0f}): more patients are no gain in health, "
            f"so no cost per QALY is given between them. For one patient, first come: "
            f"{one['qalys']:.2f} QALYs and £{one['cost_gbp']:,.0f}, against {other['qalys']:.2f} "
            f"and £{other['cost_gbp']:,.0f} (discounted)."
        )
    return said


def against(side: Side, reference: Side, policy: str, tables: Tables) -> str:
    """Return how a scenario compares with the reference under one policy."""
    within = [s.figure(WITHIN_STANDARD, policy) for s in (side, reference)]
    deaths = [s.figure(DEATHS, policy) for s in (side, reference)]
    where = f"{side.name}, {_by(policy)}: {within[0]:.1%} start within the standard, not "
    text = (
        f"{where}{within[1]:.1%}" if f"{within[0]:.1%}" != f"{within[1]:.1%}"
        else f"{side.name}, {_by(policy)}: {within[0]:.1%} start within the standard, as before"
    )  # fmt: skip
    text += f"; {deaths[0]:,.1f} deaths on a waiting list in {span(side)}, against {deaths[1]:,.1f}"
    text += where_more_die(side, reference, policy) if deaths[0] - deaths[1] >= TENTH else ""
    if not side.people.same_as(reference.people):
        return f"{text}."
    table = tables["strategies"]
    ours, base = (
        tuple(chosen[["cost_gbp", "qalys"]].iloc[0])
        for chosen in (
            table[(table["scenario"] == s.name) & (table["policy"] == policy)]
            for s in (side, reference)
        )
    )
    added = increment(ours, base)
    if added.relation == "equal":
        return f"{text}; no difference in lifetime QALYs and cost."
    qalys = (
        "no difference in QALYs" if f"{abs(added.qalys):.1f}" == "0.0" else
        f"{added.qalys:+,.1f} QALYs"
    )  # fmt: skip
    cost = pounds(added.cost, signed=True)
    cost = "about the same cost" if cost == "£0" else cost
    return f"{text}; {qalys} and {cost} (lifetime, discounted)."


def where_more_die(side: Side, reference: Side, policy: str) -> str:
    """Return the list on which deaths rise most, in words."""
    before = reference.list_deaths[policy]
    more = {p: n - before.get(p, 0.0) for p, n in side.list_deaths[policy].items()}
    point = max(more, key=lambda name: more[name])
    label = side.scenario.pathway.decision_point[point].label
    return f" (largest rise: {label}, {more[point]:+,.1f})"


def _by(policy: str) -> str:
    return f"{RUN_BY[policy]} ({policy})"


def _best(sides: Sequence[Side], table: pd.DataFrame) -> list[str]:
    """Return the strategy with most net benefit, and the frontier, among the reference's people."""
    worth = sides[0].scenario.settings.economics.willingness_to_pay.number
    pool = table[table["pool"] == table["pool"].iloc[0]]
    if len(pool) < 2:
        return []
    best = pool.loc[pool["net_monetary_benefit_gbp"].idxmax()]
    first = pool.iloc[0]
    gain = best["incremental_net_monetary_benefit_gbp"]
    lead = f"Most net monetary benefit at £{worth:,.0f} per QALY: {best['strategy']}"
    lead += (
        "." if best["strategy"] == first["strategy"] or gain <= 0
        else f", {pounds(gain)} more than {first['strategy']}."
    )  # fmt: skip
    path = pool[~pool["standing"].isin(["dominated", "extendedly dominated"])]
    path = path.sort_values("cost_gbp", kind="stable")
    steps = [
        row["strategy"]
        + ("" if pd.isna(row["icer_on_frontier"]) else f" ({per_qaly(row['icer_on_frontier'])})")
        for row in path.to_dict("records")
    ]
    off = len(pool) - len(path)
    rest = f"; {off} of {len(pool)} strategies are dominated" if off else ""
    return [lead, f"On the frontier, cheapest first: {'; '.join(steps)}{rest}."]


def _spending(sides: Sequence[Side], table: pd.DataFrame) -> list[str]:
    sums = table.groupby(["scenario", "policy"])["difference_gbp"].sum()
    said = [
        f"{side.name} "
        + ", ".join(f"{pounds(float(sums[side.name, p]), signed=True)} {p}" for p in side.scarce)
        for side in sides[1:]
    ]
    year = sides[0].scenario.settings.economics.price_year
    return [
        f"Spending in {span(sides[0])} less that of {sides[0].name} under the same policy: "
        f"{'; '.join(said)} (undiscounted, {year} prices)."
    ]  # fmt: skip


def _plan_noise(sides: Sequence[Side]) -> float:
    """Return the most by which a plan's replay and its programme differ, in QALYs."""
    gaps = []
    for side in sides:
        checks = side.checks.set_index("check")["residual"]
        gaps.append(float(checks[REPLAYED_PLAN]) * side.totals[MOST_HEALTH].qalys_discounted)
    return max(gaps)


def _how_sure(sides: Sequence[Side]) -> list[str]:
    said = []
    if MOST_HEALTH not in sides[0].policies:
        said.append("No plan was sought: only policies that need none are compared.")
    if sides[0].status:
        said.append(
            f"With the plan, differences below about {_plan_noise(sides):,.1f} QALYs say little: "
            "its replay by age and its own programme differ by that much."
        )
    return [
        *said,
        "Care is costed as it is used: what it takes to set up a list or a bed, or to keep one "
        "empty, is not in. Every figure is a single best estimate, without an interval.",
    ]
