"""What a planner reads first: key figures, ten sentences, and the two evidence sets."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hepaplan.model.assumptions import change_table
from hepaplan.model.money_tables import WITHIN_STANDARD, share_within_standard
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_tables import beyond_standard
from hepaplan.model.readings import (
    FIRST_COME,
    MOST_HEALTH,
    NOTHING_SCARCE,
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.renewal import overall_survival

Tables = Mapping[str, pd.DataFrame]
THIS = "this scenario"
LIFETIME = "lifetime "
SPENDING = "spending a year in the window, undiscounted"
FIVE_YEARS = 60
NEAR_POINTS = 10
"""Percentage points within which modelled survival counts as near the published."""


def key_figures(usual: UsualCare, capacity: Replayed, tables: Tables) -> pd.DataFrame:
    """Return the main figures under each policy, yearly averages where they are a year's."""
    window = usual.scenario.settings.window.months
    years = window / 12
    rows: list[dict[str, object]] = []

    def add(measure: str, unit: str, values: Mapping[str, float | None]) -> None:
        rows.append({"measure": measure, "unit": unit, **values})

    same = dict.fromkeys(capacity.replays, tables["cases"]["cases"].sum() / years)
    add("new colorectal cancers", "people a year", same)
    patients = tables["metastases"]["patients"].sum() / years
    add("new patients with liver metastases", "people a year",
        dict.fromkeys(capacity.replays, patients))  # fmt: skip
    treatments = tables["treatments"].groupby(["treatment", "policy"])["starts"].sum() / years
    for treatment in dict.fromkeys(usual.treatments):
        started = {policy: float(treatments[treatment, policy]) for policy in capacity.replays}
        add(f"starts of {treatment}", "people a year", started)
    waiting = {}
    beyond = {}
    for policy, done in capacity.replays.items():
        waiting[policy] = float(done.left[..., window - 1].sum())
        beyond[policy] = float(beyond_standard(usual, done)[..., :window].sum(axis=(0, 1, 2)).max())
    add("waiting at the end of the window", "people", waiting)
    add("most people beyond the standard in any month", "people", beyond)
    shares = {p: share_within_standard(usual, capacity, d) for p, d in capacity.replays.items()}
    add(WITHIN_STANDARD, "share", shares)
    outcome = tables["outcomes"].set_index(["measure", "policy"])["value"]
    for measure, unit, prefix in (
        ("deaths on a waiting list", "people", ""),
        ("QALYs lost to waiting, discounted", "QALY", ""),
        ("QALYs, discounted", "QALY", LIFETIME),
        ("life-years", "years", LIFETIME),
        ("cost, discounted", "GBP", LIFETIME),
        ("net monetary benefit, discounted", "GBP", LIFETIME),
    ):
        values = {policy: float(outcome[measure, policy]) for policy in capacity.replays}
        add(prefix + measure, unit, values)
    spend = tables["costs"].groupby("policy")["cost_gbp"].sum() / years
    add(
        SPENDING,
        "GBP a year",
        {p: float(spend.get(p, 0.0)) for p in capacity.replays},
    )
    return pd.DataFrame(rows)


def headlines(usual: UsualCare, capacity: Capacity, tables: Tables) -> tuple[str, ...]:
    """Return about ten sentences, each computed, that say what the run found."""
    settings = usual.scenario.settings
    years = settings.window.months / 12
    span = f"over {years:g} years" if years >= 1 else f"over {settings.window.months} months"
    figures: dict[tuple[str, str], float] = {
        (str(row["measure"]), policy): float(row[policy])
        for row in tables["key_figures"].to_dict(orient="records")
        for policy in capacity.replays
    }

    def both(measure: str, form: str, scale: float = 1.0) -> tuple[str, str]:
        first, best = (figures[measure, p] / scale for p in (FIRST_COME, MOST_HEALTH))
        return f"{first:{form}}", f"{best:{form}}"

    cases = figures["new colorectal cancers", NOTHING_SCARCE]
    patients = figures["new patients with liver metastases", NOTHING_SCARCE]
    standard = both(WITHIN_STANDARD, ".1%")
    deaths = both("deaths on a waiting list", ",.1f")
    spending = both(SPENDING, ",.1f", 1e6)
    qalys = both(LIFETIME + "QALYs, discounted", ",.0f")
    lost = both("QALYs lost to waiting, discounted", ",.1f")
    return (
        *_changed(usual),
        f"{cases:,.0f} people a year are found with colorectal cancer; {patients:,.0f} a year with "
        f"new liver metastases, at diagnosis or later.",
        *_half_or_quarter(tables),
        f"Treatment starts a year if nothing were scarce: {_starts(usual, figures)}.",
        _short_of(usual, tables),
        _who_waits(usual, tables),
        f"Started within the waiting standard, of all who came: {standard[0]} as today (first "
        f"come), {standard[1]} with the plan, which puts health before the standard.",
        f"Deaths on a waiting list {span}: {deaths[0]} first come, {deaths[1]} with the plan.",
        f"Scarce capacity costs {lost[0]} QALYs {span} first come, {lost[1]} with the plan "
        f"(discounted; a minus means better than usual options with nothing scarce).",
        f"Lifetime health of all who come, wait or start in the window, those ill before it "
        f"included: {qalys[0]} QALYs first come, {qalys[1]} with the plan (discounted to its "
        f"first month).",
        f"Spending: £{spending[0]} million a year first come, £{spending[1]} million with the plan "
        f"(undiscounted, {settings.economics.price_year} prices).",
        *misfit(usual, tables["published"]),
        "Sites and capacities, and several costs and shares, are illustrative or judgement: see "
        "Assumptions.",
    )


def near_published(difference: pd.Series[float]) -> int:
    """Return how many modelled shares alive are near the published, given what they differ by."""
    return int((100 * difference.abs() <= NEAR_POINTS).sum())


def misfit(usual: UsualCare, table: pd.DataFrame) -> tuple[str, ...]:
    """Return how far modelled survival is from what was published, if anything was."""
    if table.empty:
        return ()
    worst = max(table.to_dict("records"), key=lambda row: abs(row["difference"]))
    point = usual.scenario.pathway.decision_point[str(worst["decision_point"])]
    option = point.option[str(worst["option"])].label
    points, month = 100 * float(worst["difference"]), float(worst["month"])
    when = f"{month:.2g} months" if month < 24 else f"{month / 12:.2g} years"
    return (
        f"Modelled survival lies within {NEAR_POINTS} points of "
        f"{near_published(table['difference'])} of {len(table)} published figures; furthest from "
        f"it: {option} ({when}), {abs(points):.0f} points "
        f"{'above' if points > 0 else 'below'}.",
    )


def _starts(usual: UsualCare, figures: Mapping[tuple[str, str], float]) -> str:
    numbers = {t: figures[f"starts of {t}", NOTHING_SCARCE] for t in usual.treatments}
    return "; ".join(f"{name} {number:,.0f}" for name, number in numbers.items() if number >= 0.5)


def _changed(usual: UsualCare) -> tuple[str, ...]:
    """Return what this scenario changes of its base, if anything; the first few by name."""
    changes = change_table(usual.scenario)
    if changes.empty:
        return ()
    named = [f"{row['what']} ({row['change']})" for row in changes.head(3).to_dict("records")]
    more = f"; and {len(changes) - 3} more, listed under changes" if len(changes) > 3 else ""
    return (f"Changed from the base: {'; '.join(named)}{more}.",)


def _half_or_quarter(tables: Tables) -> tuple[str, ...]:
    """Return how much the evidence sets differ, if both are there."""
    table = tables["evidence_sets"].set_index("measure")
    if not {"registry", "review"} <= set(table.columns):
        return ()
    numbers = table[["registry", "review"]].astype(float)
    share = 100 * numbers.loc["new liver metastases to new cancers"]
    first = next(name for name in numbers.index if name.startswith("starts of "))
    return (
        f"Half or a quarter? Of 100 new cancers {share['registry']:.0f} lead to liver metastases "
        f"on the registries' evidence, {share['review']:.0f} on the reviews'; {first} "
        f"{numbers.loc[first, 'registry']:,.0f} or {numbers.loc[first, 'review']:,.0f} a year.",
    )


def _short_of(usual: UsualCare, tables: Tables) -> str:
    """Return which resources are most often full under first come."""
    words = labels(usual.scenario)
    window = usual.scenario.settings.window.months
    table = tables["bottlenecks"]
    full = table[(table["policy"] == FIRST_COME) & (table["months_full"] > 0)].head(3)
    named = [
        f"{words[row['resource']]} at {words[row['site']]} (full in {row['months_full']} of "
        f"{window} months)"
        for row in full.to_dict(orient="records")
    ]
    if not named:
        return "Nothing is short: no resource is ever full."
    return f"What is short as today (first come): {'; '.join(named)}."


def _who_waits(usual: UsualCare, tables: Tables) -> str:
    """Return the longest lists under first come: their mean, and their peak."""
    words = labels(usual.scenario)
    lists = tables["lists"]
    waiting = lists[lists["policy"] == FIRST_COME].groupby("decision_point")["waiting"]
    table = waiting.agg(["mean", "max"]).sort_values("mean", ascending=False).head(3)
    named = [
        f"{words[str(point)]} {row['mean']:,.1f} (most {row['max']:,.0f})"
        for point, row in table.to_dict(orient="index").items()
        if row["max"] >= 0.5
    ]
    if not named:
        return "Hardly anyone waits."
    return f"Waiting at a month's end, on average, first come: {'; '.join(named)}."


def evidence_sets(usual: UsualCare, others: Mapping[str, UsualCare]) -> pd.DataFrame:
    """Return the demand that each evidence set implies for the same region, side by side."""
    columns = {THIS: _demand_figures(usual)}
    columns |= {name: _demand_figures(other) for name, other in others.items()}
    table = pd.DataFrame(columns)
    table.insert(0, "unit", [unit for _, unit in table.index])
    table.insert(0, "measure", [measure for measure, _ in table.index])
    return table.reset_index(drop=True)


def _demand_figures(usual: UsualCare) -> dict[tuple[str, str], float]:
    window = usual.scenario.settings.window.months
    years = window / 12
    inside = slice(usual.before, usual.before + window)
    first = usual.case_months.position(usual.months.first)
    cases = float(usual.cases[first : first + window].sum()) / years
    patients = usual.metastases[inside].sum(axis=(0, 1, 2)) / years
    starts = usual.flow.starts[..., inside].sum(axis=(1, 2, 3)) / years
    figures = {
        ("new colorectal cancers", "people a year"): cases,
        ("liver metastases at diagnosis", "people a year"): float(patients[0]),
        ("liver metastases later", "people a year"): float(patients[1]),
        ("new liver metastases to new cancers", "share"): _ratio(patients.sum(), cases),
    }
    for treatment in dict.fromkeys(usual.treatments):
        chosen = np.array([name == treatment for name in usual.treatments])
        figures[f"starts of {treatment}", "people a year"] = float(starts[chosen].sum())
    entered = usual.eligible[..., inside].sum(axis=(1, 3)) / years
    arrival = usual.worth
    figures["life-years of a new patient", "years"] = _ratio(
        (entered * arrival.life_years.arrival).sum(), entered.sum()
    )
    figures["QALYs of a new patient, discounted", "QALY"] = _ratio(
        (entered * arrival.qalys_discounted.arrival).sum(), entered.sum()
    )
    alive = math.nan
    if usual.kernels.months >= FIVE_YEARS:
        by_point, _ = overall_survival(usual.kernels, FIVE_YEARS)
        alive = _ratio((entered * by_point[..., FIVE_YEARS]).sum(), entered.sum())
    figures["alive five years after liver metastases", "share"] = alive
    return figures


def _ratio(part: float, whole: float) -> float:
    """Return a ratio, not a number where there is nobody."""
    return float(part) / float(whole) if whole > 0 else math.nan


def labels(scenario: Scenario) -> dict[str, str]:
    """Return the words for machine names of groups, points, options, sites and resources."""
    found = {name: group.label for name, group in scenario.settings.group.items()}
    for name, point in scenario.pathway.decision_point.items():
        found[name] = point.label
        found |= {option: record.label for option, record in point.option.items()}
    found |= {name: resource.label for name, resource in scenario.settings.resource.items()}
    found |= {name: site.label for name, site in scenario.settings.site.items()}
    return found


def about(usual: UsualCare, capacity: Capacity) -> pd.DataFrame:
    """Return what was run: scenario, size of the programme, solver status."""
    settings, best = usual.scenario.settings, capacity.best
    rows = [
        ("scenario", settings.name),
        ("title", settings.title),
        ("question", settings.question),
        ("window", f"{usual.window_labels[0]} to {usual.window_labels[-1]}"),
        ("months solved after the window, not reported", settings.window.run_out_months),
        ("price year", f"{settings.economics.price_year}, {settings.economics.currency}"),
        ("discount rate, costs (per year)", settings.economics.discount_rate_costs.number),
        ("discount rate, effects (per year)", settings.economics.discount_rate_effects.number),
        ("willingness to pay (GBP per QALY)", settings.economics.willingness_to_pay.number),
        ("perspective", "health service"),
        ("pathway", usual.scenario.pathway.title),
        ("plan: solver", "HiGHS through PuLP"),
        ("plan: status", best.status),
        ("plan: optimality gap (relative)", best.gap),
        ("plan: variables, rows, non-zeros",
         f"{best.variables:,}, {best.rows:,}, {best.nonzeros:,}"),
        ("kernel flows moved to a later month (largest, share)", usual.kernels.lumped),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["item", "value"])
