"""The sheet Live or frozen speaks of sheets that there are, and of no others."""

from __future__ import annotations

from hepaplan.reports import titles
from hepaplan.reports.live import guide, plan
from hepaplan.reports.live.guide import ROWS, rows_for, write_guide
from hepaplan.reports.saving import LIVE
from hepaplan.reports.workbook import start_workbook

KNOWN = {*titles.CONTENTS, *titles.RECALCULATE, *titles.WORKINGS}


def test_every_sheet_it_names_is_one_of_the_report() -> None:
    named = {title for _, _, sheets, _ in ROWS for title in sheets.split(", ")}
    assert named <= KNOWN


def test_rows_go_with_their_sheets() -> None:
    without_plan = KNOWN - set(plan.TITLES)
    assert rows_for(KNOWN) == list(ROWS)
    left_out = {what for what, *_ in ROWS} - {what for what, *_ in rows_for(without_plan)}
    assert any(what.startswith("Waiting lists, use") for what in left_out)
    assert any(what.startswith("Recurrences") for what in left_out)
    quick = rows_for(KNOWN - {titles.PRICES, titles.CHANCE})
    assert [sheets for what, _, sheets, _ in quick if what.startswith("The plan itself")] == [
        titles.PLAN
    ]
    assert not any(what.startswith("How likely") for what, *_ in quick)


def test_the_sheet_holds_these_rows_and_adds_up_formulas() -> None:
    workbook, styles = start_workbook((guide.TITLE, "Arrivals", "Demand live"))
    write_guide(workbook, styles, {"Arrivals": 1_200, "Demand live": 34}, "tiny", "1")
    written = vars(workbook[guide.TITLE])[LIVE].xml()
    assert "Arrivals at decision points" in written
    assert "Waiting lists, use" not in written
    assert "<v>1234</v>" in written or "<v>1234.0</v>" in written
