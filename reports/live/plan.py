"""The plan in formulas: planned starts in, lists, use, waiting and spending out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from openpyxl.workbook.workbook import Workbook

from hepaplan.model.input_rows import PLAN_INPUTS
from hepaplan.model.readings import Capacity, UsualCare
from hepaplan.model.ties.plan import last_months
from hepaplan.model.ties.tie import tie_name
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import capacity as capacity_live
from hepaplan.reports.live import plan_lists, plan_spending, plan_use, plan_waiting
from hepaplan.reports.live.capacity import write_capacity
from hepaplan.reports.live.grid import Grid
from hepaplan.reports.live.inputs import InputCells
from hepaplan.reports.live.plan_cells import (
    LISTS,
    START,
    USE,
    WAITING,
    ListCells,
    StartCells,
    UseCells,
    WaitingCells,
)
from hepaplan.reports.live.plan_filling import Filling
from hepaplan.reports.live.plan_frame import ArrivalCells, PlanFrame, UseOfStarts
from hepaplan.reports.live.plan_inputs import WEIGHTS, PlanInputCells, write_plan_inputs
from hepaplan.reports.live.plan_spending import SpendingSheet
from hepaplan.reports.live.plan_use import UseSheet, write_start_use
from hepaplan.reports.live.plan_waiting import WaitingSheet
from hepaplan.reports.live.reconciliation import Block
from hepaplan.reports.style import Styles

SPENDING = "Spending live"
TITLES = (PLAN_INPUTS, capacity_live.TITLE, LISTS, WAITING, USE, SPENDING, START, WEIGHTS)
"""The sheets in reading order; a workbook has them all before they are written."""


@dataclass(frozen=True)
class PlanSheets:
    """What the rest of the workbook needs: figures by name, and what may be changed.

    `ties` are addresses by the names of `plan_ties`; `starts` the block of planned starts, `switch`
    that of the one cell that says whether starts must fit into capacity.
    """

    ties: Mapping[str, str]
    starts: Block
    switch: Block


def write_plan(
    workbook: Workbook,
    styles: Styles,
    cells: InputCells,
    content: ReportContent,
    usual: UsualCare,
    capacity: Capacity,
    courses: UseOfStarts,
    arrivals: ArrivalCells,
) -> PlanSheets | None:
    """Write the sheets of the plan with most health; None where a record says what happened.

    The workbook has the sheets `TITLES` already, empty.
    """
    if capacity.planned_in is not capacity.network:
        return None
    frame = PlanFrame(usual, capacity, content)
    inputs = write_plan_inputs(workbook, styles, frame)
    can = write_capacity(workbook, styles, cells, frame)

    def grid(title: str, about: str, notes: tuple[str, ...]) -> Grid:
        return Grid(workbook, styles, title, about, notes)

    list_grid = grid(LISTS, plan_lists.ABOUT, plan_lists.NOTES)
    use_grid = grid(USE, plan_use.USE_ABOUT, plan_use.USE_NOTES)
    wait_grid = grid(WAITING, plan_waiting.ABOUT, plan_waiting.NOTES)
    start_grid = grid(START, plan_use.START_ABOUT, plan_use.START_NOTES)
    spend_grid = grid(SPENDING, plan_spending.ABOUT, plan_spending.NOTES)
    lists = ListCells(frame, list_grid.first_row)
    waiting = WaitingCells(frame, wait_grid.first_row)
    start = StartCells(frame, start_grid.first_row)
    filling = Filling(frame)
    use = UseCells(frame, filling, start, use_grid.first_row)

    write_start_use(start_grid, styles, filling, start, courses)
    plan_lists.ListsSheet(
        list_grid, styles, cells, frame, lists, use, waiting, inputs
    ).write(arrivals)  # fmt: skip
    used = UseSheet(use_grid, styles, frame, use, lists, start, can, inputs)
    used.write()
    waits = WaitingSheet(wait_grid, styles, cells, frame, waiting, lists)
    waits.write()
    spent = SpendingSheet(spend_grid, styles, cells, frame, lists, use, waiting)
    spent.write()
    return _sheets(frame, inputs, waits, used, spent)


def _sheets(
    frame: PlanFrame,
    inputs: PlanInputCells,
    waits: WaitingSheet,
    used: UseSheet,
    spent: SpendingSheet,
) -> PlanSheets:
    """Return the addresses by the names of `plan_ties`, and the blocks of inputs."""
    ties = {f"plan_{name}": address for name, address in waits.totals.items()}
    months = last_months(frame.usual)
    for kind, rows in (("plan waiting", waits.waiting), ("plan beyond", waits.beyond)):
        for point in rows:
            for month in months:
                name = tie_name(kind, frame.kernels.points[point], frame.months[month])
                ties[name] = waits.cell(rows, point, month)
    for (r, h), address in used.totals.items():
        ties[tie_name("plan use", frame.network.sites[h], frame.kernels.resources[r])] = address
    kinds = {"starts": ("plan starts",), "resource": ("plan cost",)}
    for (what, name, year), address in spent.cells.items():
        words = ("plan waiting care",) if what == "waiting" else (*kinds[what], name)
        ties[tie_name(*words, year)] = address
    return PlanSheets(ties, inputs.block, inputs.switch_block)
