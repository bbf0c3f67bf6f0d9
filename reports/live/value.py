"""Value in the live workbook: worth with all that follows, choices, the region's new patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.ties.value import (
    ALIVE_AT,
    DISCOUNTED,
    NET_BENEFIT,
    NEW_PATIENTS,
    alive_name,
    arrival_name,
    new_in_window,
    region_name,
    total_name,
)
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.courses_months import write_heading
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.value_choices import CHOICES, write_choices
from hepaplan.reports.live.value_own import MEASURES
from hepaplan.reports.live.value_worth import WORTH, Worth

REGION = "New patients"
SHEETS = (WORTH, CHOICES, REGION)
"""Titles in reading order, after those of the courses."""
PEOPLE, FIRST_MEASURE = "#,##0.0", 4


class NewPatients(Protocol):
    """The part of the sheets of arrivals that value reads."""

    def new_in_window(self, point: int, group: int) -> str:
        """Return the address of the window's new patients at a point."""


@dataclass(frozen=True)
class ValueSheets:
    """Where worth is, and the address of each figure of `model.ties.value.value_ties`."""

    worth: Worth
    ties: Mapping[str, str]


def write_value(courses: Courses, arrivals: NewPatients) -> ValueSheets:
    """Write the sheets of `SHEETS` and return where the figures are."""
    worth = Worth(courses)
    write_choices(courses, worth)
    return ValueSheets(worth, _Region(courses, worth, arrivals).ties)


class _Region:
    """The sheet New patients, and the address of every figure that is reconciled."""

    def __init__(self, courses: Courses, worth: Worth, arrivals: NewPatients) -> None:
        self._courses, self._worth, self._arrivals = courses, worth, arrivals
        self._usual = courses.making.usual
        self._kernels = self._usual.kernels
        self._grid = _started(courses)
        self.ties: dict[str, str] = {}
        last = self._people()
        self._benefit(last + 2)
        self._totals(last + 5)
        for measure in DISCOUNTED:
            for c, point in enumerate(self._kernels.points):
                for g, group in enumerate(self._kernels.groups):
                    name = arrival_name(measure, point, group)
                    self.ties[name] = worth.arrival[measure, c, g]
        self._grid.widths({1: 66, 2: 22})
        top = self._grid.first_row
        self._grid.finish(courses.making.content.version, f"C{top + 2}", f"{top}:{top + 1}")

    def _people(self) -> int:
        """Write people and what they come to, by point and group; return the row of all."""
        grid, content, top = self._grid, self._courses.making.content, self._grid.first_row
        heads = [("Decision point", ""), ("Group", ""), ("New patients", "people in the window")]
        heads += [(words, unit) for words, unit, _, _ in MEASURES.values()]
        for place, (words, unit) in enumerate(heads, start=1):
            right = place >= FIRST_MEASURE - 1
            write_heading(grid, top, place, words, unit, right=right)
        came, row = new_in_window(self._usual), top + 1
        for c, point in enumerate(self._kernels.points):
            for g, group in enumerate(self._kernels.groups):
                row += 1
                grid.text(row, 1, content.label(point))
                grid.text(row, 2, content.label(group))
                address = self._arrivals.new_in_window(c, g)
                grid.formula(row, 3, f"={address}", came[c, g], PEOPLE)
                for place, (measure, about) in enumerate(MEASURES.items(), start=FIRST_MEASURE):
                    each = float(getattr(self._usual.worth, measure).arrival[c, g])
                    formula = f"=$C{row}*{self._worth.arrival[measure, c, g]}"
                    grid.formula(row, place, formula, came[c, g] * each, _format(about[3]))
        grid.text(row + 1, 1, "All new patients", "caption")
        total = f"=SUM(C{top + 2}:C{row})"
        grid.formula(row + 1, 3, total, came.sum(), PEOPLE)
        self.ties[NEW_PATIENTS] = grid.cell(row + 1, 3)
        for place, (measure, about) in enumerate(MEASURES.items(), start=FIRST_MEASURE):
            value = float((came * getattr(self._usual.worth, measure).arrival).sum())
            span = grid.span(top + 2, place, row, place)
            grid.formula(row + 1, place, f"=SUM({span})", value, _format(about[3]))
            self.ties[region_name(measure)] = grid.cell(row + 1, place)
        return row + 1

    def _benefit(self, row: int) -> None:
        making = self._courses.making
        address = making.cells.cell(("economics", "willingness_to_pay"))
        threshold = self._usual.scenario.settings.economics.willingness_to_pay.number
        qalys, cost = (self.ties[region_name(measure)] for measure in DISCOUNTED)
        came = new_in_window(self._usual)
        worth = self._usual.worth
        value = net_monetary_benefit(
            float((came * worth.cost_discounted.arrival).sum()),
            float((came * worth.qalys_discounted.arrival).sum()),
            threshold,
        )
        self._grid.text(row, 1, "Net monetary benefit at the threshold, discounted")
        self._grid.text(row, 2, "GBP", "note")
        self._grid.formula(row, 3, f"={address}*{qalys}-{cost}", value, MEASURES["cost"][3])
        self.ties[NET_BENEFIT] = self._grid.cell(row, 3)

    def _totals(self, row: int) -> None:
        """Write sums over whole sheets, which the sheet Reconciliation compares."""
        grid = self._grid
        grid.text(
            row, 1, "Sums over all options or points, and groups: for the reconciliation", "caption"
        )
        heads = ("Own course", "With all that follows", "Arrivals")
        for place, head in enumerate(heads, start=3):
            write_heading(grid, row + 1, place, head)
        cells = {
            "own": self._courses.own,
            "start": self._worth.start,
            "arrival": self._worth.arrival,
        }
        for at, (measure, (words, unit, _, shown)) in enumerate(MEASURES.items(), start=row + 2):
            grid.text(at, 1, words)
            grid.text(at, 2, unit, "note")
            for place, (field, found) in enumerate(cells.items(), start=3):
                addresses = [address for (name, *_), address in found.items() if name == measure]
                value = float(getattr(getattr(self._usual.worth, measure), field).sum())
                grid.formula(at, place, f"=SUM({_block(addresses)})", value, shown)
                self.ties[total_name(field, measure)] = grid.cell(at, place)
        at = row + 2 + len(MEASURES)
        shares = self._courses.alive_at
        for month in ALIVE_AT:
            addresses = [address for (at_month, *_), address in shares.items() if at_month == month]
            if addresses:
                grid.text(
                    at, 1, f"Still in their own course at month {month}, all options and groups"
                )
                grid.text(at, 2, "shares of starts", "note")
                value = float(self._kernels.alive[..., month].sum())
                grid.formula(at, 3, f"=SUM({_block(addresses)})", value, "0.0000")
                self.ties[alive_name(month)] = grid.cell(at, 3)
                at += 1


def _block(addresses: list[str]) -> str:
    """Return the address of the block from the first cell to the last."""
    return f"{addresses[0]}:{addresses[-1].rpartition('!')[2]}"


def _format(number_format: str) -> str:
    """Return the format of a total over many people."""
    return number_format if "£" in number_format else PEOPLE


def _started(courses: Courses) -> Grid:
    return courses.making.grid(
        REGION,
        "What the window's new patients can expect at usual care, nothing scarce.",
        "As model/tables/patient_tables.py, region: people who arrive with first liver metastases "
        "in the window (Arrivals) times the worth of an arrival (Worth), discounted to each "
        "arrival.",
        "Live: people and worth. Causes of death, medians and survival by year are on the sheets "
        "of results and follow on a new run.",
    )
