"""A made scenario as a folder of files, and a change of one figure told as files tell it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hepaplan.model.problems import Key
from tests.support.random_scenarios import Made


def toml(value: Any) -> str:
    """Return a value as TOML states it, tables inline."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def write_folder(folder: Path, made: Made) -> Path:
    """Write the scenario's files into a new folder."""
    folder.mkdir()
    lines = [f"{name} = {toml(part)}" for name, part in made.settings.items()]
    lines.append('pathway_file = "pathway.toml"')
    (folder / "scenario.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    lines = [f"{name} = {toml(part)}" for name, part in made.pathway.items()]
    (folder / "pathway.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    for name, table in made.tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    return folder


def write_overlay(folder: Path, base: str, key: Key, value: float) -> Path:
    """Write a variant that states another value of one figure."""
    folder.mkdir()
    change: Any = {"value": value, "reason": "Another value"}
    for part in reversed(key[1:]):
        change = {str(part): change}
    lines = [
        f"based_on = {toml(base)}", 'name = "made"', f"{json.dumps(str(key[0]))} = {toml(change)}",
    ]  # fmt: skip
    (folder / "scenario.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def changed(made: Made, key: Key, value: float) -> Made:
    """Return the scenario with another value of one figure."""
    settings, pathway = copy.deepcopy(made.settings), copy.deepcopy(made.pathway)
    part: Any = pathway if key[0] == "pathway" else settings
    for name in key[1:] if key[0] == "pathway" else key:
        part = part[name]
    part["value"] = value
    return Made(settings, pathway, made.tables)
