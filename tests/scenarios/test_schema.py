from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hepaplan.scenarios.files import shipped_folder
from hepaplan.scenarios.schema import scenario_schema

TINY = Path(__file__).parent / "tiny"


def resolved(schema: dict[str, Any], part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every plain schema a part stands for."""
    if "$ref" in part:
        yield from resolved(schema, schema["$defs"][part["$ref"].rsplit("/", 1)[-1]])
    for inner in (*part.get("allOf", ()), *part.get("anyOf", ())):
        yield from resolved(schema, inner)
    yield part


def unknown_keys(schema: dict[str, Any], part: dict[str, Any], value: Any, at: str) -> list[str]:
    """A small validator of our own: keys that no branch of the schema knows."""
    branches = list(resolved(schema, part))
    if isinstance(value, list):
        items = [b["items"] for b in branches if isinstance(b.get("items"), dict)]
        return [k for v in value for k in (unknown_keys(schema, items[0], v, at) if items else [])]
    if not isinstance(value, dict):
        return []
    found: list[str] = []
    for name, inner in value.items():
        known = [b["properties"][name] for b in branches if name in b.get("properties", {})]
        free = [b["additionalProperties"] for b in branches if b.get("additionalProperties")]
        if known:
            found += unknown_keys(schema, {"allOf": known}, inner, f"{at}.{name}")
        elif free and isinstance(free[0], dict):
            found += unknown_keys(schema, free[0], inner, f"{at}.{name}")
        elif not free:
            found.append(f"{at}.{name}")
    return found


def test_every_key_of_a_whole_scenario_is_in_the_schema() -> None:
    schema = scenario_schema()
    scenario = tomllib.loads((TINY / "scenario.toml").read_text())
    scenario["pathway"] = tomllib.loads((TINY / "pathway.toml").read_text())
    assert unknown_keys(schema, schema, scenario, "") == []


def test_every_key_of_the_shipped_pathway_is_in_the_schema() -> None:
    schema = scenario_schema()
    pathway = tomllib.loads((shipped_folder() / "pathways" / "crlm.toml").read_text())
    assert {"body", "drug"} <= set(pathway)
    assert unknown_keys(schema, schema, {"pathway": pathway}, "") == [".pathway.sources"]


def test_prices_of_another_year_are_in_the_schema() -> None:
    schema = scenario_schema()
    series = {"value": {"2019": 1.0}, "unit": "index", "source": "x", "quality": "derived"}
    stated = {"prices": {"index": series, "exchange": {"EUR": series}}}
    assert unknown_keys(schema, schema, stated, "") == []


def test_a_key_misspelt_is_not_in_the_schema() -> None:
    schema = scenario_schema()
    overlay = {
        "based_on": ["greater-manchester"],
        "reason": "why",
        "window": {"month": 3, "reason": "why"},
        "pathway": {"decision_point": {"x": {"option": {"y": {"like": "z", "onn": True}}}}},
    }
    assert unknown_keys(schema, schema, overlay, "") == [
        ".window.month",
        ".pathway.decision_point.x.option.y.onn",
    ]


def test_an_overlay_needs_nothing_in_particular() -> None:
    assert '"required": [' not in json.dumps(scenario_schema())


def test_units_and_bounds_are_told_to_editors() -> None:
    schema = scenario_schema()
    assert schema["$schema"].startswith("https://json-schema.org/")
    rate = schema["$defs"]["Economics"]["properties"]["discount_rate_costs"]
    assert rate["description"] == "unit 'per year', 0 to 1"
    unit = schema["properties"]["tables"]["properties"]["incidence"]["properties"]["unit"]
    assert unit == {"const": "per 100,000 person-years"}
