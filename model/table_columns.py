"""What the tables of a scenario hold: columns, units, and which may be absent."""

from __future__ import annotations

TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "population": ("region", "sex", "age_from", "people"),
    "projection": ("region", "sex", "age_from", "year", "people"),
    "incidence": ("sex", "age_from", "rate_per_100k"),
    "trend": ("age_from", "change_per_year"),
    "stage": ("sex", "age_from", "I", "II", "III", "IV"),
    "life_table": ("sex", "age_from", "deaths_per_person_year"),
    "eligibility": ("group", "decision_point", "share", "source", "quality"),
    "referral": ("region", "service", "site", "share", "source", "quality"),
    "travel": ("region", "site", "minutes", "source", "quality"),
    "capacity": ("site", "resource", "number", "source", "quality"),
    "capacity_changes": (
        "site",
        "resource",
        "from_month",
        "to_month",
        "multiply",
        "add",
        "reason",
    ),
    "other_use": ("site", "resource", "from_month", "to_month", "number", "source", "quality"),
    "site_shares": ("site", "decision_point", "option", "share", "source", "quality"),
    "backlog": ("decision_point", "group", "months_waited", "patients", "source", "quality"),
}
TABLE_UNITS: dict[str, str] = {
    "population": "people",
    "projection": "people",
    "incidence": "per 100,000 person-years",
    "trend": "share per year",
    "stage": "share",
    "life_table": "deaths per person-year",
    "eligibility": "share",
    "referral": "share",
    "travel": "minutes",
    "capacity": "saleable units",
    "capacity_changes": "saleable units",
    "other_use": "saleable units",
    "site_shares": "share",
    "backlog": "people",
}
OPTIONAL_TABLES = frozenset(
    {"projection", "travel", "capacity_changes", "other_use", "site_shares", "backlog"}
)
