"""The JSON Schema of scenario.toml, for editors that complete and check as one types."""

from __future__ import annotations

from typing import Any

from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.table_columns import TABLE_COLUMNS, TABLE_UNITS

DIALECT = "https://json-schema.org/draft/2020-12/schema"
REASON = {"type": "string", "description": "why this file changes what lies below it"}


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario.toml, whole or an overlay.

    Nothing is required, because an overlay states only what differs; `hepaplan check` says what a
    whole scenario lacks.
    """
    settings = Settings.model_json_schema(mode="validation")
    pathway = Pathway.model_json_schema(mode="validation")
    definitions = {**pathway.pop("$defs", {}), **settings.pop("$defs", {})}
    definitions["Pathway"] = pathway
    definitions["Option"]["properties"]["like"] = {
        "type": "string",
        "description": "an option of this point, or point.option, to copy; the rest goes over it",
    }
    properties = {
        "based_on": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": "shipped scenarios, evidence sets or relative folders, in order",
        },
        "reason": REASON,
        "pathway_file": {
            "type": "string",
            "description": "a file in this folder, or a shipped one such as pathways/crlm.toml",
        },
        **settings["properties"],
        "pathway": {"$ref": "#/$defs/Pathway"},
    }
    properties["tables"] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {name: _table(name) for name in TABLE_COLUMNS},
    }
    schema = {
        "$schema": DIALECT,
        "title": "hepaplan scenario",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }
    return dict(_loosened(schema))


def _table(name: str) -> dict[str, Any]:
    columns = ", ".join(TABLE_COLUMNS[name])
    return {
        "allOf": [{"$ref": "#/$defs/TableFile"}],
        "properties": {"unit": {"const": TABLE_UNITS[name]}},
        "description": f"a CSV file with the columns {columns}; unit '{TABLE_UNITS[name]}'",
    }


def _loosened(part: Any) -> Any:
    """Return a schema that requires nothing and allows a reason in every table of fixed keys."""
    if isinstance(part, list):
        return [_loosened(inner) for inner in part]
    if not isinstance(part, dict):
        return part
    loose = {
        name: _loosened(inner)
        for name, inner in part.items()
        if not (name == "required" and isinstance(inner, list))
    }
    if loose.get("additionalProperties") is False and isinstance(loose.get("properties"), dict):
        loose["properties"].setdefault("reason", REASON)
    return loose
