"""What a report is made of: sentences, labels and tables, checked before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import POLICIES

DEATHS = ("dies_of_cancer", "dies_of_procedure", "dies_of_other_causes")
SURVIVAL = ("survival_1y", "survival_2y", "survival_3y", "survival_5y", "survival_10y")

COLUMNS: dict[str, tuple[str, ...]] = {
    "cases": ("month", "region", "sex", "age_band", "stage", "cases"),
    "metastases": ("month", "region", "group", "timing", "patients"),
    "demand": ("month", "region", "group", "decision_point", "treatment", "starts"),
    "starts": (
        "policy", "month", "site", "group", "decision_point", "treatment", "months_waited",
        "starts",
    ),
    "waiting": (
        "policy", "month", "site", "group", "decision_point", "months_waited", "waiting",
    ),
    "resources": ("policy", "month", "site", "resource", "unit", "used", "capacity"),
    "outcomes": ("policy", "measure", "unit", "value", "low", "high"),
    "survival": ("decision_point", "treatment", "group", "month", "overall_survival"),
    "checks": ("check", "residual", "tolerance", "passed", "what"),
    "requirements": ("month", "resource", "unit", "required", "capacity"),
    "treatments": ("year", "treatment", "policy", "starts"),
    "lists": ("policy", "month", "decision_point", "waiting", "beyond_standard"),
    "costs": ("policy", "year", "treatment", "category", "cost_gbp"),
    "per_patient": (
        "decision_point", "option", "group", "life_years", "qalys", "cost_gbp",
        "qalys_discounted", "cost_gbp_discounted", *DEATHS, "median_survival_months", *SURVIVAL,
    ),
    "per_arrival": (
        "decision_point", "group", "arrivals", "life_years", "qalys", "cost_gbp",
        "qalys_discounted", "cost_gbp_discounted", *DEATHS, "median_survival_months", *SURVIVAL,
    ),
    "patient_costs": (
        "decision_point", "option", "group", "category", "cost_gbp", "cost_gbp_discounted",
    ),
    "region": ("measure", "unit", "per_patient", "all_new_patients"),
    "fits": (
        "decision_point", "option", "exit", "group", "family", "cure_share", "month", "published",
        "fitted", "difference", "hazard_ratio", "source", "quality",
    ),
    "published": (
        "decision_point", "option", "month", "published", "modelled", "difference", "source",
        "quality",
    ),
    "delay": (
        "variant", "decision_point", "option", "group", "months_waited", "total_hazard_ratio",
        "residual_hazard_ratio", "mean_months_now", "mean_months_with_wait", "qalys_lost",
        "qalys_lost_waiting_alone", "status",
    ),
    "budget_impact": ("policy", "year", "category", "cost_gbp", "against_first_come_gbp"),
    "utility_norms": ("decision_point", "option", "group", "utility", "norm", "excess"),
    "age_groups_error": (
        "group", "measure", "unit", "grouped", "single_ages", "difference", "relative_difference",
    ),
    "evidence_sets": ("measure", "unit", "this scenario", "registry", "review"),
    "key_figures": ("measure", "unit", *POLICIES),
    "bottlenecks": (
        "policy", "site", "resource", "months_full", "mean_utilisation", "first_month_full",
    ),
    "assumptions": (
        "key", "label", "value", "unit", "low", "high", "distribution", "source", "year",
        "quality", "reason", "place",
    ),
    "sources": ("key", "citation", "url", "seen"),
    "changes": ("what", "change", "reason", "place"),
    "capacity": (
        "site", "resource", "saleable_unit", "number", "units_a_week", "unit", "utilisation_cap",
        "source", "quality",
    ),
    "plan": (
        "month", "site", "decision_point", "intended", "option", "starts", "referral_share",
    ),
    "gain": (
        "step", "qalys", "cost_gbp", "net_monetary_benefit_gbp", "within_standard",
        "deaths_waiting", "qalys_gained", "cost_added_gbp", "within_standard_gained",
        "deaths_avoided",
    ),
    "prices": (
        "rank", "site", "resource", "unit", "window", "qalys_plus_one", "qalys_minus_one",
        "nmb_plus_one", "nmb_minus_one", "beyond_standard_plus_one", "beyond_standard_minus_one",
        "units_less", "qalys_by_row_price", "status",
    ),
    "equity": ("floor", "qalys", "qalys_lost", "worst", "worst_share", "status"),
    "expansions": (
        "option", "label", "site", "resource", "adds", "saleable_unit", "chosen", "capital_gbp",
        "running_gbp_per_year", "decided", "decide_by", "breach_from", "qalys", "cost_gbp",
        "relation", "cost_per_qaly_gbp", "qalys_displaced", "cost_per_qaly_uncharged_gbp",
        "status",
    ),
    "delay_variants": ("variant", "policy", "qalys_lost_to_waiting", "qalys_gained"),
    "fixed_plan": (
        "constraint", "rows", "rows_broken", "largest_violation", "unit", "in_words",
    ),
    "access": (
        "policy", "region", "decision_point", "share_within_standard", "minutes",
        "starts_per_year",
    ),
    "chance": (
        "policy", "month", "site", "decision_point", "probability", "standard_error",
        "share_within",
    ),
    "chance_lists": ("policy", "measure", "month", "site", "name", "expected", "mean"),
    "chance_years": (
        "policy", "from_month", "to_month", "share_within", "target", "probability",
        "standard_error",
    ),
    "headroom": (
        "site", "share_within", "promised_probability", "headroom", "probability",
        "standard_error",
    ),
    "list_planning": ("policy", "site", "decision_point"),
    "actuals": ("month", "site", "what", "about", "amount", "unit", "in_words"),
    "about": ("item", "value"),
}  # fmt: skip

# An evidence set that does not fit the scenario's pathway is left out of the comparison.
MAY_LACK: dict[str, frozenset[str]] = {"evidence_sets": frozenset({"registry", "review"})}

# Where "not stated" or "never" is an honest answer; anywhere else a missing number is refused.
MAY_BE_MISSING: dict[str, frozenset[str]] = {
    "outcomes": frozenset({"low", "high"}),
    "per_patient": frozenset({"median_survival_months", *SURVIVAL}),
    "per_arrival": frozenset({"median_survival_months", *SURVIVAL}),
    "region": frozenset({"per_patient", "all_new_patients"}),
    "age_groups_error": frozenset({"relative_difference"}),
    "key_figures": frozenset({*POLICIES, "difference"}),
    "evidence_sets": frozenset({"this scenario", "registry", "review"}),
    "bottlenecks": frozenset({"first_month_full"}),
    "assumptions": frozenset({"low", "high", "distribution", "year"}),
    "plan": frozenset({"referral_share"}),
    "prices": frozenset(
        {
            "qalys_plus_one", "qalys_minus_one", "nmb_plus_one", "nmb_minus_one",
            "beyond_standard_plus_one", "beyond_standard_minus_one",
        }
    ),
    "equity": frozenset({"qalys", "qalys_lost", "worst_share"}),
    "expansions": frozenset(
        {
            "decide_by", "breach_from", "qalys", "cost_gbp", "relation", "cost_per_qaly_gbp",
            "qalys_displaced", "cost_per_qaly_uncharged_gbp",
        }
    ),
    "access": frozenset({"share_within_standard", "minutes"}),
    "list_planning": frozenset({"load"}),
    "chance": frozenset({"share_within", "standard_error", "p10", "p50", "p90"}),
    "chance_lists": frozenset({"standard_error"}),
    "chance_years": frozenset({"standard_error"}),
    "headroom": frozenset({"headroom"}),
    "comparison": frozenset(
        {"most health", "first come", "against_most_health", "against_first_come"}
    ),
    "strategies": frozenset({"icer", "frontier_cost_gbp", "frontier_qalys", "icer_on_frontier"}),
}  # fmt: skip


class UnfitTable(ValueError):
    """A table cannot be reported: it, or a column or a number of it, is missing."""


@dataclass(frozen=True)
class ReportContent:
    """Everything a report shows; sentences are printed as given, tables are summed and shown."""

    name: str
    title: str
    question: str
    headlines: tuple[str, ...]
    labels: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    status: str
    version: str
    site_note: str = ""
    option_labels: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """Return the label of a machine name; a name without one is made readable."""
        known = self.labels.get(name)
        return known if known is not None else readable(name)

    def option_label(self, point: str, option: str) -> str:
        """Return the label of an option of a decision point; points may share an option's name."""
        return self.option_labels.get((point, option)) or self.label(option)


def readable(name: str) -> str:
    """Return a machine name as words; treatments have no labels, and options may share a name."""
    return name.replace("_", " ").strip().capitalize()


class ResultsLike(Protocol):
    """The part of the model's results that a report reads."""

    @property
    def scenario(self) -> Scenario: ...  # noqa: D102
    @property
    def tables(self) -> Mapping[str, pd.DataFrame]: ...  # noqa: D102
    @property
    def headlines(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def labels(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def gap(self) -> float: ...  # noqa: D102


def content_of(results: ResultsLike, version: str) -> ReportContent:
    """Return what a report shows of a run; sites without published capacities are said to be so."""
    settings = results.scenario.settings
    return ReportContent(
        name=settings.name,
        title=settings.title,
        question=settings.question,
        headlines=tuple(results.headlines),
        labels=results.labels,
        tables=results.tables,
        status=status_words(results.status, results.gap),
        version=version,
        site_note=site_note(results.scenario),
        option_labels={
            (point, option): record.label
            for point, option, record in results.scenario.pathway.options()
        },
    )


def status_words(status: str, gap: float) -> str:
    """Return how the plan was proven; a solve that was stopped is called that."""
    if status == "optimal":
        return status
    far = f"{gap:.2%} from proven" if np.isfinite(gap) else "how far from proven is not known"
    return f"STOPPED at its {status}, {far}"


def site_note(scenario: Scenario) -> str:
    """Return the warning every sheet with sites carries, empty when all of them are published."""
    qualities = {site.quality for site in scenario.settings.site.values()}
    qualities |= set(scenario.tables.capacity["quality"])
    if "illustrative" in qualities:
        return (
            "ILLUSTRATIVE: the sites and their capacities are made up for illustration; "
            "put in your own before deciding anything."
        )
    return ""


def check_tables(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse tables that lack a column or hold a number that is not finite, all faults at once."""
    lost = [name for name in COLUMNS if name not in tables]
    faults = [f"the table {name} is missing" for name in lost]
    for name, table in tables.items():
        needed = [c for c in COLUMNS.get(name, ()) if c not in MAY_LACK.get(name, ())]
        lacking = [c for c in needed if c not in table.columns]
        if lacking:
            faults.append(f"{name}: no column {', '.join(lacking)}")
        faults += number_faults(name, table)
    if faults:
        raise UnfitTable("this cannot be reported:\n" + "\n".join(faults))


def number_faults(
    name: str, table: pd.DataFrame, may_miss: Mapping[str, frozenset[str]] = MAY_BE_MISSING
) -> list[str]:
    """Return one sentence for each column that holds NaN, an infinity or nothing at all."""
    faults = []
    optional = may_miss.get(name, frozenset())
    for column in table.columns:
        values = table[column]
        bad = values.isna().to_numpy() & (column not in optional)
        bad |= _infinite(values)
        if bad.any():
            row = int(np.argmax(bad))
            faults.append(
                f"{name}: {column} holds {values.iloc[row]} in row {row + 1} "
                f"({int(bad.sum())} such values)"
            )
    return faults


def _infinite(values: pd.Series) -> np.ndarray:
    if pd.api.types.is_float_dtype(values.dtype):
        return np.asarray(np.isinf(values.to_numpy(dtype=float, na_value=0.0)), dtype=bool)
    if values.dtype == object:
        return np.array([isinstance(v, float) and np.isinf(v) for v in values], dtype=bool)
    return np.zeros(len(values), dtype=bool)
