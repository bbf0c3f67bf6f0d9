"""What a run comes to: key figures, the two evidence sets, labels, and what was run."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from hepaplan.model.allocation.aims import Reached
from hepaplan.model.allocation.booked import moved_share
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import (
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.tables.money_tables import WITHIN_STANDARD, share_within_standard
from hepaplan.model.tables.plan_tables import beyond_standard
from hepaplan.model.tables.words import THOUSAND, figure, pounds

Tables = Mapping[str, pd.DataFrame]
THIS = "this scenario"
LIFETIME = "lifetime "
SPENDING = "spending a year in the window, undiscounted"
FIVE_YEARS = 60
UNITS = {
    "health": "QALYs", "money": "of net benefit", "standard": "person-months beyond it",
    "cost": "", "travel": "minutes", "waiting": "person-months",
}  # fmt: skip
"""Of what each aim reaches, over the whole horizon, run-out included."""
MOST, OF_POUNDS = ("health", "money"), ("money", "cost")


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
    where = capacity.network
    shares = {p: share_within_standard(usual, where, d) for p, d in capacity.replays.items()}
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


def _aim_words(step: Reached) -> str:
    """Return what an aim reached and how that was proven; what is sought most is made least."""
    sign = -1.0 if step.aim in MOST else 1.0
    total, unit = sign * step.total, UNITS[step.aim]
    known = 1 if abs(total) < THOUSAND else 0
    said = pounds(total) if step.aim in OF_POUNDS else figure(total, known)
    return f"{f'{said} {unit}'.strip()}; {step.status}; {step.seconds:.1f} s"


def about(usual: UsualCare, capacity: Capacity, depth: Depth = FULL) -> pd.DataFrame:
    """Return what was run: scenario, size of the programme, solver, status, aims reached."""
    settings, best = usual.scenario.settings, capacity.best
    aims = [
        (f"plan: aim {place}, {step.aim}", _aim_words(step))
        for place, step in enumerate(best.reached, start=1)
    ]
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
        ("plan: solver", best.solver),
        ("plan: status", best.status),
        ("chance: seed", depth.seed),
        ("chance: replications", depth.replications),
        ("plan: optimality gap (relative)", best.gap),
        *aims,
        ("plan: times the programme was written, with the mix of patients of the last replay",
         best.rounds),
        ("plan: seconds of solving its first aim", round(best.seconds, 1)),
        ("plan: variables, rows, non-zeros",
         f"{best.variables:,}, {best.rows:,}, {best.nonzeros:,}"),
        ("plan: use of a start that the programme books in another month (largest, share)",
         moved_share(best.written.network.kernels.use)),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["item", "value"])
