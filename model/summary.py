"""What a planner reads first: key figures, ten sentences, and the two evidence sets."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from hepaplan.model.cohort import overall_survival
from hepaplan.model.money_tables import share_within_standard
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_tables import beyond_standard
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE, Capacity, UsualCare

Tables = Mapping[str, pd.DataFrame]
THIS = "this scenario"


def key_figures(usual: UsualCare, capacity: Capacity, tables: Tables) -> pd.DataFrame:
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
        add(f"starts of {treatment}", "people a year",
            {policy: float(treatments[treatment, policy]) for policy in capacity.replays})  # fmt: skip
    waiting = {}
    beyond = {}
    for policy, done in capacity.replays.items():
        waiting[policy] = float(done.left[..., window - 1].sum())
        beyond[policy] = float(beyond_standard(usual, done)[..., :window].sum(axis=(0, 1, 2)).max())
    add("waiting at the end of the window", "people", waiting)
    add("most people beyond the standard in any month", "people", beyond)
    add("started within the standard", "share",
        {p: share_within_standard(usual, capacity, d) for p, d in capacity.replays.items()})  # fmt: skip
    outcome = tables["outcomes"].set_index(["measure", "policy"])["value"]
    for measure, unit in (
        ("deaths on a waiting list", "people"),
        ("QALYs, discounted", "QALY"),
        ("QALYs lost to waiting, discounted", "QALY"),
        ("life-years", "years"),
        ("cost, discounted", "GBP"),
        ("net monetary benefit, discounted", "GBP"),
    ):
        add(measure, unit, {p: float(outcome[measure, p]) for p in capacity.replays})
    spend = tables["costs"].groupby("policy")["cost_gbp"].sum() / years
    add("spending, undiscounted", "GBP a year", {p: float(spend[p]) for p in capacity.replays})
    return pd.DataFrame(rows)


def headlines(usual: UsualCare, capacity: Capacity, tables: Tables) -> tuple[str, ...]:
    """Return about ten sentences, each computed, that say what the run found."""
    figures = tables["key_figures"].set_index("measure")
    settings = usual.scenario.settings
    years = settings.window.months / 12
    labels_of = labels(usual.scenario)

    def number(measure: str, policy: str = NOTHING_SCARCE) -> float:
        return float(figures.loc[measure, policy])

    treatments = "; ".join(
        f"{treatment} {number(f'starts of {treatment}'):,.0f}"
        for treatment in dict.fromkeys(usual.treatments)
        if number(f"starts of {treatment}") >= 0.5
    )
    full = tables["bottlenecks"]
    full = full[(full["policy"] == MOST_HEALTH) & (full["months_full"] > 0)]
    short = "; ".join(
        f"{labels_of[row.resource]} at {labels_of[row.site]} "
        f"(full in {row.months_full} of {settings.window.months} months)"
        for row in full.head(3).itertuples()
    )
    worst = tables["lists"].query("policy == @FIRST_COME").groupby("decision_point")["waiting"]
    longest = worst.mean().sort_values(ascending=False)
    longest = longest[longest >= 0.5].head(3)
    waits = "; ".join(f"{labels_of[p]} {people:,.0f}" for p, people in longest.items())
    lost = number("QALYs lost to waiting, discounted", FIRST_COME)
    saved = lost - number("QALYs lost to waiting, discounted", MOST_HEALTH)
    return (
        f"{number('new colorectal cancers'):,.0f} colorectal cancers a year, of whom and of those "
        f"before them {number('new patients with liver metastases'):,.0f} a year develop liver "
        f"metastases.",
        f"Treatment starts a year if nothing were scarce: {treatments}.",
        f"What is short: {short}." if short else "Nothing is short: no resource is ever full.",
        f"Waiting in an average month as today (first come): {waits}."
        if waits
        else "Hardly anyone waits.",
        f"Started within the waiting standard: {number('started within the standard', FIRST_COME):.0%}"
        f" first come, {number('started within the standard', MOST_HEALTH):.0%} with the best plan.",
        f"Deaths on a waiting list over {years:g} years: "
        f"{number('deaths on a waiting list', FIRST_COME):,.0f} first come, "
        f"{number('deaths on a waiting list', MOST_HEALTH):,.0f} with the best plan.",
        f"Waiting costs {lost:,.0f} QALYs over {years:g} years first come; the best plan, with the "
        f"same capacity, saves {saved:,.0f} of them.",
        f"Spending: £{number('spending, undiscounted', MOST_HEALTH) / 1e6:,.1f} million a year "
        f"with the best plan, £{number('spending, undiscounted', FIRST_COME) / 1e6:,.1f} million "
        f"first come (undiscounted, {settings.economics.price_year} pounds).",
        f"Lifetime health of these patients: {number('QALYs, discounted', MOST_HEALTH):,.0f} QALYs "
        f"with the best plan (discounted), "
        f"{number('QALYs, discounted', NOTHING_SCARCE):,.0f} if nothing were scarce.",
        "Sites, capacities and several costs are illustrative or judgement: see Assumptions.",
    )


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
        ("new liver metastases to new cancers", "share"): float(patients.sum()) / cases,
    }
    for treatment in dict.fromkeys(usual.treatments):
        chosen = np.array([name == treatment for name in usual.treatments])
        figures[f"starts of {treatment}", "people a year"] = float(starts[chosen].sum())
    entered = usual.eligible[..., inside].sum(axis=(1, 3)) / years
    arrival = usual.worth
    figures["life-years of a new patient", "years"] = float(
        (entered * arrival.life_years.arrival).sum() / entered.sum()
    )
    figures["QALYs of a new patient, discounted", "QALY"] = float(
        (entered * arrival.qalys_discounted.arrival).sum() / entered.sum()
    )
    months = min(60, usual.kernels.months)
    by_point, _ = overall_survival(usual.kernels, months)
    figures["alive five years after liver metastases", "share"] = float(
        (entered * by_point[..., months]).sum() / entered.sum()
    )
    return figures


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
