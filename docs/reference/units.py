"""The unit of a column of an output table, by its name."""

from __future__ import annotations

IN_WORDS = """
about at_bound begun_at category change changes check citation compared_with comparison
constraint copies correlated decision_point direction distribution ended exit expansion expected
explanation factor family first_input found from frontier_in_words group grouped_by in_words
input inputs intended item key label margin_unit measure meets name note option other outcome
output output_unit parameter part per place policy pool prices quality question range reason
region relation resource row rule saleable_unit scenario search second_input sex site source
spread stage standing status step strategy target timing to told treatment unit url variant what
why_mean_differs worst
"""
WORDS = frozenset(IN_WORDS.split())
SAID = {
    "month": "year-month",
    "year": "year",
    "age_band": "years",
    "months_waited": "months",
    "cases": "people",
    "patients": "people",
    "starts": "people",
    "waiting": "people",
    "beyond_standard": "people",
    "deaths_waiting": "people",
    "deaths_avoided": "people",
    "target_waiting": "people",
    "arrivals": "people",
    "carried_in": "people",
    "people": "people",
    "people_a_year": "people a year",
    "starts_per_year": "people a year",
    "minutes": "minutes",
    "months": "months",
    "months_full": "months",
    "median_survival_months": "months",
    "adds": "saleable units",
    "number": "saleable units",
    "units_less": "saleable units",
    "window": "first to last month",
    "rows": "rows",
    "rows_broken": "rows",
    "draws": "draws",
    "samples": "samples",
    "trajectories": "trajectories",
    "runs": "runs",
    "rank": "1, 2, …",
    "order": "1, 2, …",
    "draw": "0, 1, …",
    "residual": "that of the check",
    "tolerance": "that of the check",
    "pressure": "ratio",
    "load": "ratio",
    "gap": "share",
    "beyond_standard_plus_one": "person-months",
    "beyond_standard_minus_one": "person-months",
    "icer": "GBP per QALY",
    "icer_on_frontier": "GBP per QALY",
    "headroom": "share",
    "threshold_gbp_per_qaly": "GBP per QALY",
    "icer_gbp_per_qaly": "GBP per QALY",
    "cost_per_qaly_gbp": "GBP per QALY",
    "cost_per_qaly_uncharged_gbp": "GBP per QALY",
    "nmb_plus_one": "GBP",
    "nmb_minus_one": "GBP",
    "influence": "GBP",
    "concern": "GBP",
    "correlation": "-1 to 1",
    "objective": "squared standard errors",
    "floor": "share",
    "decided": "year-month",
    "decide_by": "year-month",
    "breach_from": "year-month",
    "utility": "utility",
    "norm": "utility",
    "excess": "utility",
    "moved_by_sd": "standard deviations",
    "units_a_week": "see `unit`",
    "base": "see `unit`",
} | dict.fromkeys(
    (
        "old",
        "weak",
        "passed",
        "chosen",
        "seen",
        "settled",
        "assumed",
        "preferred",
        "on_frontier",
        "within_95",
    ),
    "true or false",
)
IN_TABLE = {
    "survival.month": "months since the start",
    "published.month": "months since the start",
    "fits.month": "months since the start",
    "published.published": "share alive",
    "published.modelled": "share alive",
    "published.difference": "share",
    "fits.published": "share without the event",
    "fits.fitted": "share without the event",
    "fits.difference": "share",
    "chance_years.target": "share",
    "about.value": "words",
    "chance.standard_error": "probability",
    "chance_years.standard_error": "probability",
    "headroom.standard_error": "probability",
    "curves.standard_error": "probability",
    "differences.value": "see `unit`",
    "identifiability.direction": "1, 2, …",
    "identifiability.singular_value": "standard errors",
    "identifiability.condition": "ratio",
    "starts.search": "1, 2, …",
    "starts.begun_value": "that of the parameter",
    "starts.ended_value": "that of the parameter",
    "convergence.moved": "share of the interval's width",
    "convergence.error": "share of the interval's width",
    "sensitivity.first": "share",
    "sensitivity.first_95": "share",
    "sensitivity.total": "share",
    "sensitivity.total_95": "share",
    "sensitivity.variance": "square of `unit`",
    "fit.residual": "standard errors",
    "fit.residual_before": "standard errors",
    "two_way.best": "words",
    "one_way.base": "see `output_unit`",
    "one_way.at_low": "see `output_unit`",
    "one_way.at_high": "see `output_unit`",
    "one_way.swing": "see `output_unit`",
    "thresholds.margin_at_base": "see `margin_unit`",
    "thresholds.margin_at_low": "see `margin_unit`",
    "thresholds.margin_at_high": "see `margin_unit`",
    "two_way.first_value": "that of the input",
    "two_way.second_value": "that of the input",
    "bridge.to": "see `unit`",
    "bridge.from": "see `unit`",
}
OF_TABLE = {
    "fan_resources": "that of the resource, a month",
    "fan_": "people a month",
    "capacity_by_": "that of the resource, a month",
    "chance_lists": "that of `measure`",
    "chance_years": "share",
    "chance": "share",
    "standards": "share",
    "convergence": "that of `output`",
}
"""Of quantiles and what stands beside them, by the beginning of a table's name."""
ENDS = (
    ("_gbp_per_year", "GBP a year"),
    ("_gbp_discounted", "GBP"),
    ("_gbp", "GBP"),
    ("_per_week", "people a week"),
    ("_weeks", "weeks"),
    ("_years", "years"),
    ("_month", "year-month"),
    ("_month_full", "year-month"),
)
PARTS = (
    ("qaly", "QALY"),
    ("life_years", "years"),
    ("mean_months", "months"),
    ("survival", "share alive"),
    ("hazard_ratio", "hazard ratio"),
    ("probability", "probability"),
    ("chance_", "probability"),
    ("share", "share"),
    ("dies_of", "share"),
    ("utilisation", "share"),
    ("within_standard", "share"),
)
UNKNOWN = "?"


def unit_of(table: str, column: str, columns: tuple[str, ...]) -> str:
    """Return the unit of a column, or what a column of words holds; UNKNOWN where none is known."""
    if said := IN_TABLE.get(f"{table}.{column}"):
        return said
    if column in WORDS:
        return "words"
    if column in SAID:
        return SAID[column]
    if column.endswith("]"):
        return column.rpartition("[")[2].rstrip("]")
    for part, unit in PARTS:
        if part in column and "gbp" not in column:
            return unit
    for end, unit in ENDS:
        if column.endswith(end):
            return unit
    if "unit" in columns:
        return "see `unit`"
    return next((u for start, u in OF_TABLE.items() if table.startswith(start)), UNKNOWN)
