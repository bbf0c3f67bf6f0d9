"""Every number of a scenario that a planner may change, as rows: those of a workbook's inputs."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.figures import figures
from hepaplan.model.metastases import LATE_FROM
from hepaplan.model.parameters import Scenario, Timing, YearSeries
from hepaplan.model.pathway import Distribution
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity, Schedule, Sourced, Spread
from hepaplan.model.uncertainty.spread.labels import label_of

INPUTS, INPUT_TABLES, PLAN_INPUTS = "Inputs", "Input tables", "Plan inputs"
"""Titles of the sheets that hold inputs."""
HEADINGS = (
    "Type", "Live", "What", "Part", "Value", "Unit", "Lowest", "Highest", "Quality", "Source",
    "Key",
)  # fmt: skip
PLAN_HEADINGS = (
    "Site", "Decision point", "Intended", "Started",
    "site", "decision_point", "intended", "option",
)  # fmt: skip
"""Before the months, written 2027-01; the last four are machine names."""
NUMBER_COLUMNS: dict[str, tuple[str, ...]] = {
    "population": ("people",),
    "projection": ("people",),
    "incidence": ("rate_per_100k",),
    "trend": ("change_per_year",),
    "stage": ("I", "II", "III", "IV"),
    "life_table": ("deaths_per_person_year",),
    "eligibility": ("share",),
    "referral": ("share",),
    "travel": ("minutes",),
    "capacity": ("number",),
    "capacity_changes": ("multiply", "add"),
    "other_use": ("number",),
    "site_shares": ("share",),
    "backlog": ("patients",),
}
"""Columns of a table that hold numbers to change; the other columns say what they are of."""


@dataclass(frozen=True)
class InputRow:
    """One number: its figure's key, which part of it, what it is, its unit, bounds and source.

    `part` is nothing for a single number, else a patient group, "month 3", "then", a year, or the
    place of a point and what of it ("point 0 survival").
    """

    key: Key
    part: str
    label: str
    value: float
    unit: str
    low: float
    high: float
    quality: str
    source: str


def input_rows(scenario: Scenario) -> tuple[InputRow, ...]:
    """Return the numbers of the settings and of the pathway's open options, in the files' order."""
    closed = {
        ("pathway", "decision_point", point, "option", name)
        for point, record in scenario.pathway.decision_point.items()
        for name, option in record.option.items()
        if not option.on
    }
    stated = [*figures(scenario.settings), *figures(scenario.pathway, ("pathway",))]
    rows = [*settings_rows(scenario)]
    for key, figure in stated:
        if key[:5] not in closed:
            label = label_of(scenario.settings, scenario.pathway, key)
            rows += _rows(key, label, figure)
    return tuple(rows)


def input_tables(scenario: Scenario) -> dict[str, pd.DataFrame]:
    """Return the tables that have rows, by name, with the columns that name and count."""
    found = {name: getattr(scenario.tables, name) for name in NUMBER_COLUMNS}
    return {name: table for name, table in found.items() if len(table)}


def inputs_digest(scenario: Scenario) -> str:
    """Return one digest of every file that the scenario was read from."""
    text = "\n".join(f"{name} {digest}" for name, digest in sorted(scenario.input_hashes.items()))
    return hashlib.sha256(text.encode()).hexdigest()


def settings_rows(scenario: Scenario) -> Iterator[InputRow]:
    """Yield the numbers that are part of what a record is, not figures with a source of their own.

    They have the source of the table that they belong to.
    """
    settings = scenario.settings
    rates, capacity = settings.tables["incidence"], settings.tables["capacity"]
    yield InputRow(
        ("trend", "base_year"), "", "Trend: base year", settings.trend.base_year, "calendar year",
        1950.0, 2100.0, rates.quality, rates.source,
    )  # fmt: skip
    for name, resource in settings.resource.items():
        yield InputRow(
            ("resource", name, "units_per_week"), "", f"{resource.label}: units a week",
            resource.units_per_week, f"{resource.unit} a week of one {resource.saleable_unit}",
            0.0, math.inf, capacity.quality, capacity.source,
        )  # fmt: skip


def _rows(key: Key, label: str, figure: Sourced) -> Iterator[InputRow]:
    def row(part: str, value: float, unit: str, low: float, high: float) -> InputRow:
        source = (figure.quality, figure.source)
        return InputRow(key, part, label, float(value), unit, low, high, *source)

    if isinstance(figure, Quantity | Schedule):
        low, high = figure.bounds if isinstance(figure, Spread) else (-math.inf, math.inf)
        for part, value in figure.numbers().items():
            yield row(part, value, figure.unit, low, high)
    elif isinstance(figure, Distribution):
        for place, point in enumerate(figure.points):
            yield row(f"point {place} month", point.month, "months", 1e-6, 1200.0)
            yield row(f"point {place} survival", point.survival, "share", 0.0, 1.0)
    elif isinstance(figure, Timing):
        for place, (month, share) in enumerate(figure.points):
            yield row(f"point {place} month", month, "months", 1.0, LATE_FROM)
            yield row(f"point {place} share", share, "share", 0.0, 1.0)
    elif isinstance(figure, YearSeries):
        for year, value in figure.value.items():
            yield row(year, value, figure.unit, 0.0, math.inf)
