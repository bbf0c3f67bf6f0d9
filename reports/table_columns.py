"""What each table of a run must hold to be reported: its columns, and where a gap is honest."""

from __future__ import annotations

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
    "verification": ("row", "change", "expected", "found", "outcome"),
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
    "flows": ("stage", "from", "option", "to", "people_a_year"),
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
