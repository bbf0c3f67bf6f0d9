"""Demand in formulas: people to cases, metastases, arrivals, starts and what they need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.readings import UsualCare
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import (
    demand_arrivals,
    demand_kernels,
    demand_metastases,
    demand_places,
    demand_totals,
)
from hepaplan.reports.live.demand_arrivals import ArrivalPlaces, write_arrivals
from hepaplan.reports.live.demand_incidence import write_incidence
from hepaplan.reports.live.demand_kernels import write_kernels
from hepaplan.reports.live.demand_metastases import write_metastases
from hepaplan.reports.live.demand_refs import Flows
from hepaplan.reports.live.demand_totals import write_totals
from hepaplan.reports.live.grid import fixed
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.style import Styles

TITLES = (
    demand_places.TITLE,
    demand_metastases.TITLE,
    demand_kernels.TITLE,
    demand_arrivals.TITLE,
    demand_totals.TITLE,
)
"""The sheets, in the order in which formulas lead from one to the next."""


@dataclass(frozen=True)
class Arrivals:
    """Where other sheets find people who arrive, in formulas; months count from the window's first.

    Points and groups by their place in the kernels. `ties`: the address of each figure of
    `model.ties.demand.demand_ties`.
    """

    places: ArrivalPlaces
    ties: Mapping[str, str]

    def new(self, point: int, group: int, window_month: int) -> str:
        """Return an expression for a month's new patients, "0" where none are sent."""
        if (point, group) not in self.places.eligible:
            return "0"
        share = f"{demand_arrivals.TITLE}!{self.places.share(point, group)}"
        month = self.places.usual.before + window_month
        return f"({share}*{self.places.metastases.new(group, month)})"

    def entries(self, point: int, group: int, window_month: int) -> str:
        """Return the address of a month's new patients and those after starts before the window."""
        return self._cell(self.places.entry_column(point, group), window_month)

    def all(self, point: int, group: int, window_month: int) -> str:
        """Return the address of a month's arrivals, nothing scarce, day one's lists included."""
        return self._cell(self.places.column(point, group), window_month)

    def new_in_window(self, point: int, group: int) -> str:
        """Return the address of the window's new patients; an empty cell where none are sent."""
        return f"{demand_arrivals.TITLE}!{fixed(*self.places.in_window(point, group))}"

    def _cell(self, column: int, window_month: int) -> str:
        row = self.places.row(self.places.usual.before + window_month)
        return f"{demand_arrivals.TITLE}!{fixed(row, column)}"


def write_demand(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    usual: UsualCare,
    courses: Flows,
) -> Arrivals:
    """Write the sheets of `TITLES`, which the workbook has, and return where arrivals are."""
    incidence = write_incidence(workbook, styles, cells, content, usual)
    metastases = write_metastases(workbook, styles, cells, content, incidence)
    kernels = write_kernels(workbook, styles, cells, content, usual, courses)
    arrivals = write_arrivals(workbook, styles, cells, content, metastases, kernels)
    totals = write_totals(workbook, styles, content, arrivals)
    return Arrivals(
        places=arrivals,
        ties={**incidence.ties, **metastases.ties, **arrivals.ties, **totals.ties},
    )
