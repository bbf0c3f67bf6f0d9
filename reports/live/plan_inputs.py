"""The sheets Plan inputs and Plan weights: starts to change, and what the engine holds still."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from hepaplan.model.arrays import Floats
from hepaplan.model.input_rows import PLAN_HEADINGS, PLAN_INPUTS
from hepaplan.reports.live.grid import Grid, fixed, near
from hepaplan.reports.live.inputs import define
from hepaplan.reports.live.plan_frame import PEOPLE, SHARE, Pen, PlanFrame, month_column, there
from hepaplan.reports.live.reconciliation import Block
from hepaplan.reports.style import Styles

WEIGHTS = "Plan weights"
NAMES_WIDE = {1: 26.0, 2: 66.0, 3: 50.0, 4: 50.0}
SWITCH_ROW, SWITCH_COLUMN, SWITCHED_ON = 6, 9, 1.0
SWITCH = f"'{PLAN_INPUTS}'!{fixed(SWITCH_ROW, SWITCH_COLUMN)}"
ABOUT = "Planned starts a month, by site, list and treatment: change them and see the lists follow."
NOTES = (
    "Yellow: starts as hepaplan's plan makes them. Nobody is started who is not on the list; a "
    "start that does not fit is made as soon as it does. hepaplan replay report.xlsx reads them.",
    "The switch: 1, only starts that fit into capacity in their month are made; 0, all are made, "
    "and use may exceed capacity.",
)
WEIGHTS_ABOUT = "What the engine found and the formulas hold still, whatever input is changed."
WEIGHTS_NOTES = (
    "Split: each group's share of planned starts, from the replayed plan. Referral: the share of a "
    "list's new people who go to a site, from the plan; last, of all groups together.",
    "Recurrences: people who come back after starts of the window (model/replay.py, "
    "recurrences_of). They follow the plan as it was made, not changed starts: make a new run.",
)


@dataclass(frozen=True)
class PlanInputCells:
    """Rows of planned starts by (pair, site), of splits by (place among rows, site), and so on."""

    starts: dict[tuple[int, int], int]
    splits: dict[tuple[int, int], int]
    referrals: dict[tuple[int, int], int]
    recurrences: dict[tuple[int, int], int]
    block: Block
    switch_block: Block

    @property
    def switch(self) -> str:
        """Address of the cell that says whether starts must fit into capacity."""
        return SWITCH

    def planned(self, pair: int, site: int, month: int) -> str:
        """Return the address of planned starts."""
        return there(PLAN_INPUTS, self.starts[pair, site], month_column(month))

    def split(self, place: int, site: int, month: int) -> str:
        """Return the address of a group's share; lines come first, then swaps."""
        return there(WEIGHTS, self.splits[place, site], month_column(month))

    def referral(self, place: int, site: int, month: int) -> str:
        """Return the address of a site's share of a line's new people."""
        return there(WEIGHTS, self.referrals[place, site], month_column(month))

    def recurrence(self, point: int, group: int, month: int) -> str:
        """Return the address of people who come back."""
        return there(WEIGHTS, self.recurrences[point, group], month_column(month))


def write_plan_inputs(workbook: Workbook, styles: Styles, frame: PlanFrame) -> PlanInputCells:
    """Write both sheets and return where their rows are."""
    starts, block = _write_starts(workbook, styles, frame)
    splits, referrals, recurrences = _write_weights(workbook, styles, frame)
    return PlanInputCells(starts, splits, referrals, recurrences, block, _switch_block())


def _switch_block() -> Block:
    value = np.array([[SWITCHED_ON]])
    return Block.of("starts must fit into capacity", SWITCH, value, SWITCH_ROW, SWITCH_COLUMN)


def _write_starts(
    workbook: Workbook, styles: Styles, frame: PlanFrame
) -> tuple[dict[tuple[int, int], int], Block]:
    grid = Grid(workbook, styles, PLAN_INPUTS, ABOUT, NOTES)
    pen = Pen(grid, styles, frame.months)
    grid.text(SWITCH_ROW, 1, "Starts must fit into capacity: 1 yes, 0 no")
    grid.number(SWITCH_ROW, SWITCH_COLUMN, SWITCHED_ON, "0", "input")
    head = SWITCH_ROW + 2
    pen.head(head, PLAN_HEADINGS)
    network, lists = frame.network, len(frame.kernels.options)
    rows: dict[tuple[int, int], int] = {}
    row = head
    for h in frame.sites:
        for pair in sorted(range(len(network.pair_list)), key=lambda p: (network.pair_list[p], p)):
            listed = int(network.pair_list[pair])
            waits = frame.waits(int(frame.kernels.point_of[listed]))
            here = frame.here[listed, h] if pair < lists else frame.swap_here(pair, h)
            if not (waits and here):
                continue
            row += 1
            pen.words(row, *_words(frame, pair, h))
            for month, value in enumerate(frame.planned[pair, :, h].sum(axis=0)):
                grid.number(row, month_column(month), value, PEOPLE, "input")
            rows[pair, h] = row
    last = month_column(frame.count - 1)
    define(workbook, "plan_starts", grid.span(head, 1, row, last))
    _at_least_nothing(grid, f"{near(head + 1, month_column(0))}:{near(row, last)}")
    grid.widths({**NAMES_WIDE, 5: 14, 6: 28, 7: 26, 8: 26})
    grid.finish(frame.content.version, near(head + 1, month_column(0)), f"{head}:{head}")
    values = np.array([frame.planned[pair, :, h].sum(axis=0) for pair, h in rows])
    address = grid.span(head + 1, month_column(0), row, last)
    return rows, Block.of("planned starts", address, values, head + 1, month_column(0))


def _words(frame: PlanFrame, pair: int, site: int) -> tuple[str, ...]:
    """Return what a pair's row at a site is of, in the columns of PLAN_HEADINGS."""
    network, options = frame.network, frame.kernels.options
    listed, started = int(network.pair_list[pair]), int(network.pair_option[pair])
    point, intended = options[listed]
    return (
        frame.site_label(site), frame.content.label(point), frame.option_label(listed),
        frame.option_label(started), network.sites[site], point, intended, options[started][1],
    )  # fmt: skip


def _at_least_nothing(grid: Grid, where: str) -> None:
    starts = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0")
    starts.errorTitle, starts.error = "Not possible here", "Give starts a month, 0 or more."
    starts.add(where)
    switch = DataValidation(type="list", formula1='"0,1"', allow_blank=False)
    switch.errorTitle, switch.error = "Not possible here", "Give 1 (yes) or 0 (no)."
    switch.add(near(SWITCH_ROW, SWITCH_COLUMN))
    for check in (starts, switch):
        check.showErrorMessage = True
        grid.sheet.add_data_validation(check)


Rows = dict[tuple[int, int], int]


def _write_weights(workbook: Workbook, styles: Styles, frame: PlanFrame) -> tuple[Rows, Rows, Rows]:
    grid = Grid(workbook, styles, WEIGHTS, WEIGHTS_ABOUT, WEIGHTS_NOTES)
    pen = Pen(grid, styles, frame.months)
    row = grid.first_row
    splits: Rows = {}
    referrals: Rows = {}
    recurrences: Rows = {}

    def head(caption: str) -> None:
        nonlocal row
        grid.text(row, 1, caption, "caption")
        pen.head(row + 1, ("Site", "Decision point", "Intended", "Started", "Group", "Unit"))
        row += 2

    def numbers(values: Floats, number_format: str) -> int:
        nonlocal row
        for month, value in enumerate(values):
            grid.number(row, month_column(month), value, number_format)
        row += 1
        return row - 1

    head("Recurrences after starts of the window")
    for c in frame.points:
        for g in frame.groups:
            pen.words(row, "", frame.point_label(c), "", "", frame.group_label(g), "people")
            recurrences[c, g] = numbers(frame.recurrences[c, g], PEOPLE)
    head("Referral: share of a list's new people who go to a site")
    for h in frame.sites:
        for place, line in enumerate(frame.lines):
            if not frame.here[line.option, h]:
                continue
            label = frame.option_label(line.option)
            words = (frame.site_label(h), frame.point_label(line.point), label, "")
            pen.words(row, *words, frame.group_label(line.group), "share")
            referrals[place, h] = numbers(frame.referral[line.option, line.group, h], SHARE)
    head("Split: each group's share of planned starts")
    for h in frame.sites:
        for place in range(frame.rows):
            pair, group, here = _pair_of(frame, place, h)
            if not here:
                continue
            listed = int(frame.network.pair_list[pair])
            point = frame.point_label(int(frame.kernels.point_of[listed]))
            started = frame.option_label(int(frame.network.pair_option[pair]))
            words = (frame.site_label(h), point, frame.option_label(listed), started)
            pen.words(row, *words, frame.group_label(group), "share")
            splits[place, h] = numbers(frame.split[pair, group, h], SHARE)
    _write_shares(workbook, grid, pen, frame, row + 1)
    grid.widths({**NAMES_WIDE, 5: 16, 6: 28, 7: 26, 8: 26})
    grid.finish(frame.content.version, near(grid.first_row, month_column(0)))
    return splits, referrals, recurrences


def _write_shares(workbook: Workbook, grid: Grid, pen: Pen, frame: PlanFrame, top: int) -> None:
    """Write the plan's referral as tables/plan.csv has it, all groups together."""
    caption = "Referral of all groups together, as hepaplan replay report.xlsx reads it: share"
    grid.text(top, 1, caption, "caption")
    pen.head(top + 1, PLAN_HEADINGS)
    row = top + 1
    for h in frame.sites:
        for option in range(len(frame.kernels.options)):
            point = int(frame.kernels.point_of[option])
            if not (frame.here[option, h] and frame.waits(point)):
                continue
            row += 1
            pen.words(row, *_words(frame, option, h))
            for month, share in enumerate(frame.shares[option, h]):
                grid.number(row, month_column(month), float(share), SHARE)
    address = grid.span(top + 1, 1, row, month_column(frame.count - 1))
    define(workbook, "plan_shares", address)


def _pair_of(frame: PlanFrame, place: int, site: int) -> tuple[int, int, bool]:
    """Return the pair and group of a row, and whether it has planned starts at a site."""
    pair, group = frame.pair_of(place)
    if place >= len(frame.lines):
        return pair, group, frame.swap_here(pair, site)
    return pair, group, frame.waits(frame.lines[place].point) and bool(frame.here[pair, site])
