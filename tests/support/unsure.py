"""The tiny scenario with figures that are unsure, and one theatre list that may be bought."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.readings import UsualCare
from hepaplan.scenarios.load import load_scenario
from tests.support.command import TINY

WORDS = 'source = "made_up", quality = "judgement"'
RULES = {
    "cost": '0.2, unit = "relative standard error"',
    "resource_use": '0.15, unit = "relative standard error"',
    "hazard": '0.1, unit = "relative standard error"',
    "qaly_loss": '0.3, unit = "relative standard error"',
    "utility": '0.04, unit = "utility"',
    "share": '150, unit = "patients"',
    "monthly_probability": '600, unit = "person-months"',
}
"""How unsure each kind of figure is: unequal, so that a swap shows."""
HEAD = """\
based_on = "../tiny"
name = "{name}"
title = "Two regions, two sites, figures unsure"
reason = "to see what unsure figures do"

[metastases.synchronous_share]
low = {low}
high = {high}
"""
LIST = "one_list"
BOUGHT = """
[expansion.{name}]
label = "One more list"
site = "hilltop"
resource = "theatre"
adds = {{ value = 0.5, unit = "saleable units", {words} }}
capital = {{ value = {capital}, unit = "GBP", {words} }}
running = {{ value = 24, unit = "GBP per year", {words} }}
lead = {{ value = 0, unit = "months", {words} }}
ramp_up = {{ value = 0, unit = "months", {words} }}
"""
ALL = tuple(RULES)


def write_unsure(
    folder: Path, rules: Iterable[str] = ALL, name: str = "unsure",
    capital: float | None = None, interval: tuple[float, float] = (0.14, 0.18), more: str = "",
) -> Path:  # fmt: skip
    """Return a scenario written to `folder`/`name`, beside a copy of the tiny one it is based on.

    `capital`: what half a weekly theatre list costs at once that may be bought at Hilltop, in
    pounds; without it none may. `interval` is that of the share with metastases on diagnosis,
    0.16, which is drawn in any case. `more` are further tables of its file.
    """
    base, own = folder / "tiny", folder / name
    if not base.exists():
        shutil.copytree(TINY, base)
    own.mkdir()
    low, high = interval
    stated = "".join(f"{rule} = {{ value = {RULES[rule]}, {WORDS} }}\n" for rule in rules)
    text = HEAD.format(name=name, low=low, high=high)
    text += f"\n[uncertainty]\n{stated}" if stated else ""
    if capital is not None:
        text += BOUGHT.format(name=LIST, capital=capital, words=WORDS)
    (own / "scenario.toml").write_text(text + more, encoding="utf-8")
    return own


@cache
def unsure(rules: tuple[str, ...] = ALL, capital: float | None = None, more: str = "") -> Scenario:
    """Return the scenario, by default with every kind of figure unsure."""
    with TemporaryDirectory() as folder:
        return load_scenario(write_unsure(Path(folder), rules, capital=capital, more=more))


@cache
def unsure_usual() -> UsualCare:
    """Return reading 1 of the scenario with every kind of figure unsure."""
    return usual_care(unsure())


def row(table: pd.DataFrame, **where: object) -> dict[str, Any]:
    """Return the one row of a table whose columns hold these values."""
    chosen = table
    for column, value in where.items():
        chosen = chosen[chosen[column] == value]
    (found,) = chosen.to_dict("records")
    return {str(column): value for column, value in found.items()}
