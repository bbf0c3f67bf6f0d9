"""The Cover: every sheet is named with what it holds, and live sheets are set apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.input_rows import INPUT_TABLES, INPUTS
from hepaplan.model.tables.in_time import ASKED
from hepaplan.reports import titles
from hepaplan.reports.content import ReportContent
from hepaplan.reports.live import courses, demand, guide, plan, reconciliation, value
from hepaplan.reports.sheets.records import _plain
from hepaplan.reports.style import Styles
from hepaplan.reports.workbook import SHEETS, build_workbook

LIVE = (
    guide.TITLE, INPUTS, INPUT_TABLES, *plan.TITLES, *demand.TITLES, *courses.SHEETS,
    *value.SHEETS, reconciliation.TITLE,
)  # fmt: skip


@dataclass(frozen=True)
class Empty:
    """Live sheets without anything on them."""

    titles: Sequence[str]

    def write(self, workbook: Workbook, styles: Styles, content: ReportContent) -> None:
        """Leave them as they are."""


@pytest.fixture(scope="module")
def live(short: ReportContent) -> Workbook:
    return build_workbook(short, Empty(LIVE))


def column(workbook: Workbook, title: str, number: int) -> list[str]:
    sheet: Any = workbook[title]
    return [str(row[number - 1].value or "") for row in sheet.iter_rows()]


def test_every_sheet_is_described_once() -> None:
    told = [*titles.CONTENTS, *titles.RECALCULATE, *titles.WORKINGS]
    assert len(told) == len(set(told))
    assert set(told) == {*SHEETS, *LIVE} - {titles.COVER}


def test_the_cover_leads_to_every_sheet_and_sets_live_ones_apart(live: Workbook) -> None:
    first = column(live, "Cover", 1)
    assert set(live.sheetnames[1:]) <= set(first)
    found = [first.index(name) for name in ("Contents", titles.ABOUT, "Live or frozen", "Lists")]
    assert found == sorted(found)
    assert any(text.startswith("Recalculate") for text in first[found[1] : found[2]])
    assert any(text.startswith("In between") for text in first[found[2] : found[3]])
    assert {"Input", "Formula", "Held still"} <= set(first)


def test_the_question_is_answered_right_under_it(short: ReportContent) -> None:
    answer = f"{ASKED} No: of all who came, the waiting standard is met for 98.3% first come."
    first, *others = short.headlines
    answered = replace(short, headlines=(first, answer, *others))
    assert (short.answer, answered.answer) == ("", answer)
    cover = column(build_workbook(answered), "Cover", 1)
    assert cover[1:3] == [short.question, answer]
    assert answer not in column(build_workbook(short), "Cover", 1)


def test_no_sentence_on_whose_data_there_are_is_broken_over_cells(workbook: Workbook) -> None:
    said = dict(zip(column(workbook, "Cover", 1), column(workbook, "Cover", 2), strict=True))
    assert said["Patients' data"] == "None: the workbook holds no patient's data."
    assert said["Who it is for"].endswith("analysts.")


def test_a_workbook_without_live_sheets_does_not_speak_of_them(workbook: Workbook) -> None:
    first = column(workbook, "Cover", 1)
    assert not {"Input", "Formula", "Held still"} & set(first)
    assert not any("Recalculate" in text for text in first)


def test_about_says_whether_there_are_formulas(live: Workbook, workbook: Workbook) -> None:
    said = [
        dict(zip(column(each, "About", 1), column(each, "About", 2), strict=True))["Values"]
        for each in (workbook, live)
    ]
    assert said[0].startswith("Every cell is a value, not a formula")
    assert "from Live or frozen to Reconciliation" in said[1]


@pytest.mark.parametrize("sheet", ["Capacity", "Plan", "Waiting", "Outcomes", "Pathway"])
def test_notes_do_not_speak_of_the_layout_of_a_sheet(sheet: str, workbook: Workbook) -> None:
    notes = " ".join(column(workbook, sheet, 1)[:10])
    of_a_sheet = ("to the right", "to their right", "not printed", "beside the")
    assert not any(words in notes for words in of_a_sheet)


@pytest.mark.parametrize(
    ("value", "said"),
    [(6.089e-16, "below 1e-09"), (0.0, "0"), (0.035, "0.035"), (25_000.0, "25,000"), (2, "2")],
)
def test_figures_about_a_run_show_no_rounding(value: float, said: str) -> None:
    assert _plain(value) == said
