from __future__ import annotations

import datetime
import io
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.blocks import CELL_LIMIT, Block, clean_text
from hepaplan.reports.sheet import NotFinite, SheetWriter
from hepaplan.reports.style import Styles, format_for_unit


def writer() -> SheetWriter:
    workbook = Workbook()
    workbook.create_sheet("Trial")
    return SheetWriter(workbook, Styles(workbook["Trial"]), "Trial", "A sheet to try things on.")


@given(st.lists(st.text(), min_size=1, max_size=20))
@settings(max_examples=30, deadline=None)
def test_any_text_comes_back_as_the_same_text(texts: list[str]) -> None:
    sheet = writer()
    for row, text in enumerate(texts, start=10):
        sheet.put(row, 1, text, "text")
    file = io.BytesIO()
    workbook = sheet.sheet.parent
    assert workbook is not None
    workbook.save(file)
    back = load_workbook(file)["Trial"]
    for row, text in enumerate(texts, start=10):
        cell = back.cell(row, 1)
        assert cell.data_type != "f"
        assert (cell.value or "") == clean_text(text).replace("\r\n", "\n").replace("\r", "\n")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "#REF!", "=", "TRUE"])
def test_text_that_excel_might_run_stays_text_even_when_edited(text: str) -> None:
    sheet = writer()
    sheet.put(10, 1, text, "text")
    cell = sheet.sheet.cell(10, 1)
    assert (cell.data_type, cell.value) == ("s", text)
    assert bool(cell.quotePrefix) == (text[0] in "=+-@\t")


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, np.float64("nan")])
def test_a_number_that_is_not_finite_never_becomes_a_blank_cell(bad: float) -> None:
    with pytest.raises(NotFinite, match="row 10, column 1"):
        writer().put(10, 1, bad, "number")


def test_numbers_dates_answers_and_nothing() -> None:
    sheet = writer()
    day = datetime.date(2027, 1, 1)
    for column, value in enumerate((np.float64(0.1), np.int64(3), True, day, None), start=1):
        sheet.put(10, column, value, "number")
    assert [sheet.sheet.cell(10, c).value for c in range(1, 6)] == [0.1, 3, "yes", day, "n/a"]
    with pytest.raises(TypeError, match="cannot hold list"):
        sheet.put(11, 1, [], "text")


def test_no_cell_is_written_twice() -> None:
    sheet = writer()
    sheet.put(10, 1, 1.0, "number")
    with pytest.raises(RuntimeError, match="row 10, column 1 is written twice"):
        sheet.put(10, 1, 2.0, "number")


def test_two_columns_that_excel_would_take_for_one_are_refused() -> None:
    frame = pd.DataFrame([[1.0, 2.0]], columns=["Starts", "starts"])
    with pytest.raises(ValueError, match="same heading"):
        writer().add_table(Block("twice", "Twice", frame))


def test_an_empty_table_says_so_and_makes_no_excel_table() -> None:
    sheet = writer()
    placed = sheet.add_table(Block("none", "None", pd.DataFrame({"a": []})))
    assert sheet.sheet.cell(placed.top, 1).value == "Nothing to show in this run."
    assert not sheet.sheet.tables


def test_text_too_long_for_a_cell_is_cut_visibly_and_control_characters_are_marked() -> None:
    assert len(clean_text("x" * 40_000)) == CELL_LIMIT
    assert clean_text("x" * 40_000).endswith("[cut]")
    assert (
        clean_text("a\x00b\x1fc\td") == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c\td"
    )


def test_a_reference_points_at_the_rows_asked_for() -> None:
    frame = pd.DataFrame({"k": ["a", "b", "b"], "v": [1.0, 2.0, 3.0]})
    sheet = writer()
    placed = sheet.add_table(Block("kv", "Key and value", frame))
    part = placed.reference("v", 1, 2)
    cells = [sheet.sheet.cell(r, part.min_col).value for r in range(part.min_row, part.max_row + 1)]
    assert cells == [2.0, 3.0]


@pytest.mark.parametrize(
    ("unit", "size", "expected"),
    [
        ("GBP", None, '"£"#,##0'),
        ("GBP per QALY", 20_000.0, '"£"#,##0'),
        ("share", None, "0.0##%"),
        ("probability per month", None, "0.0##%"),
        ("share", 0.4, "0.0%"),
        ("people", None, "General"),
        ("people per year", 398.2, '[=0]0;[<0.5]"<0.5";#,##0'),
        ("people", 27.9, '[=0]0;[<0.5]"<0.5";#,##0'),
        ("QALY", 3.2, "#,##0.00"),
        ("QALY", 27.9, "#,##0"),
        ("GBP", 72_752_167.0, '"£"#,##0.00,,"m"'),
        ("hazard ratio", None, "General"),
    ],
)
def test_the_unit_decides_the_number_format(unit: str, size: float | None, expected: str) -> None:
    assert format_for_unit(unit, size) == expected
