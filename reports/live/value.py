"""Value in the live workbook: worth with all that follows, choices, and the region's new patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.readings import UsualCare
from hepaplan.model.ties.value import NET_BENEFIT, NEW_PATIENTS, new_in_window, tie_names
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live.courses_at import Courses
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.value_choices import CHOICES, write_choices
from hepaplan.reports.live.value_own import MEASURES, VALUE
from hepaplan.reports.live.value_worth import WORTH, Worth
from hepaplan.reports.style import Styles

REGION = "New patients"
SHEETS = (WORTH, CHOICES, REGION)
"""Titles in reading order, after those of the courses."""
PEOPLE = "#,##0.0"


class NewPatients(Protocol):
    """The part of the sheets of arrivals that value reads."""

    def new_in_window(self, point: int, group: int) -> str:
        """Return the address of the window's new patients at a point."""


@dataclass(frozen=True)
class ValueSheets:
    """Where worth is, and the address of each figure of `model.ties.value.value_ties`."""

    worth: Worth
    ties: Mapping[str, str]


def write_value(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    usual: UsualCare,
    courses: Courses,
    arrivals: NewPatients,
) -> ValueSheets:
    """Write the sheets of `SHEETS` and return where the figures are."""
    worth = Worth(courses)
    write_choices(courses, worth)
    return ValueSheets(worth, _write_region(courses, worth, arrivals))
