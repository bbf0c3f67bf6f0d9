"""The names by which a workbook's blocks are known, as reports and templates define them."""

from __future__ import annotations

NAME_OF_BASE, DIGEST_OF_BASE = "scenario_name", "scenario_digest"
SETTINGS_OF_RUN = "scenario_settings"
"""Of a report, where there: the `--set` values of its run, a line key=value each."""
INPUTS_BLOCK, TABLE_BLOCK = "inputs", "table_"
PLAN_BLOCK, SHARES_BLOCK = "plan_starts", "plan_shares"

MARK = "template_base"
"""The cell of a template that names its base."""
TITLE_OF_TABLE: dict[str, str] = {
    "population": "Population",
    "referral": "Referral",
    "travel": "Travel",
    "capacity": "Capacity",
    "capacity_changes": "Capacity changes",
    "backlog": "Backlog",
}
"""What a region must state (or may: changes of capacity), each on a sheet of its own."""
SETTINGS_BLOCK, SITES_BLOCK = "template_settings", "template_sites"
TABLES_BLOCK, SOURCES_BLOCK = "template_tables", "template_sources"
TEMPLATE_TABLE = "template_table_"
SETTINGS_HEADINGS = ("key", "what", "value", "unit", "lowest", "highest", "note")
SITES_HEADINGS = ("site", "label", "quality", "note")
TABLES_HEADINGS = ("table", "source", "year", "quality", "note")
SOURCES_HEADINGS = ("source", "citation", "url", "seen")
