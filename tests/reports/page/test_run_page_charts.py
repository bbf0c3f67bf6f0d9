from __future__ import annotations

import pandas as pd
import pytest
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.blocks import Block, Placed, as_dates
from hepaplan.reports.page.run_page_charts import pictures_of
from hepaplan.reports.page.run_page_sheets import chapter_of
from hepaplan.reports.pictures import charts
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.study.figures import draw
from hepaplan.reports.study.page import study_page
from hepaplan.reports.study.pages import Pages, Picture
from hepaplan.reports.style import MONTH, PEOPLE, SHARE, WHOLE, WHOLE_PEOPLE
from hepaplan.reports.workbook import start_workbook
from tests.reports.study.test_study_page import faults
from tests.support.synthetic_study import ATTACK

MONTHS = ["2027-01", "2027-02", "2027-03", "2027-04"]


class Sheet:
    """A sheet with one table of people, on which a test places charts."""

    def __init__(self) -> None:
        self.workbook, styles = start_workbook(["Small", "Live"])
        self.writer = SheetWriter(self.workbook, styles, "Small", "About it.", ("A note.",))
        self.cells = self.writer.chart_grid(2, "Charts")

    def table(self, frame: pd.DataFrame, name: str = "people", page: int = 1) -> Placed:
        formats = {"Month": MONTH, "Wanted": PEOPLE, "Made": PEOPLE, "Alive": SHARE}
        return self.writer.add_table(Block(name, f"All {name}", frame, formats, page=page))

    def place(self, chart: charts.Chart, headline: str = "Four are wanted") -> Picture:
        charts.place(self.writer.sheet, chart, self.cells[0], headline, "What it shows.")
        self.finish()
        (picture,) = pictures_of(self.workbook, "Small")
        return picture

    def finish(self) -> Workbook:
        self.writer.finish("1.0")
        return self.workbook


@pytest.fixture
def sheet() -> Sheet:
    return Sheet()


@pytest.fixture
def people() -> pd.DataFrame:
    months = as_dates(pd.Series(MONTHS))
    made: list[object] = [1.25, None, 0.5, 3.0]
    return pd.DataFrame({"Month": months, "Wanted": [4.0, 2.5, 0.0, 7.25], "Made": made}).assign(
        Made=pd.Series(made, dtype=object)
    )


def lines(placed: Placed) -> list[charts.Line]:
    return [charts.Line(f"People {h.lower()}", placed.reference(h)) for h in ("Wanted", "Made")]


def test_lines_by_month_show_the_cells(sheet: Sheet, people: pd.DataFrame) -> None:
    placed = sheet.table(people)
    chart = charts.month_lines(lines(placed), placed.reference("Month"), "People a month", WHOLE)
    picture = sheet.place(chart)
    assert picture.shape == "lines"
    assert (picture.headline, picture.description) == ("Four are wanted", "What it shows.")
    assert (picture.x_title, picture.y_title) == ("Month", "People a month")
    assert picture.y_format == WHOLE
    assert list(picture.frame["Month"]) == MONTHS
    assert list(picture.frame["People wanted"]) == [4.0, 2.5, 0.0, 7.25]
    assert list(picture.frame["People made"]) == [1.25, None, 0.5, 3.0]
    assert picture.formats == {"People wanted": PEOPLE, "People made": PEOPLE}
    assert "Jan 2027" in draw(picture, "one").svg


def test_a_part_of_a_table_is_that_part(sheet: Sheet, people: pd.DataFrame) -> None:
    placed = sheet.table(people)
    line = charts.Line("Wanted", placed.reference("Wanted", 1, 2))
    chart = charts.month_lines([line], placed.reference("Month", 1, 2), "People", WHOLE)
    assert sheet.place(chart).frame.to_numpy().tolist() == [["2027-02", 2.5], ["2027-03", 0.0]]


def test_columns_stand_on_each_other(sheet: Sheet, people: pd.DataFrame) -> None:
    placed = sheet.table(people)
    months = placed.reference("Month")
    chart = charts.columns(lines(placed), months, "Month", "People", WHOLE, dates=True)
    picture = sheet.place(chart)
    assert picture.shape == "columns"
    drawn = draw(picture, "one").svg
    assert "People wanted" in drawn
    assert "People made" in drawn


def test_bars_lie_on_their_side_with_their_labels(sheet: Sheet) -> None:
    placed = sheet.table(pd.DataFrame({"Site": ["Bury", "Bolton"], "Wanted": [0.2, 12.5]}))
    line = charts.Line("Wanted", placed.reference("Wanted"))
    names = placed.reference("Site")
    picture = sheet.place(charts.bars([line], names, "Site", "People", WHOLE, WHOLE_PEOPLE))
    assert (picture.shape, picture.x_title, picture.y_title) == ("bars", "People", "Site")
    assert (picture.x_format, picture.label_format) == (WHOLE, WHOLE_PEOPLE)
    drawn = draw(picture, "one").svg
    assert "&lt;0.5" in drawn
    assert ">13<" in drawn


def test_bars_beside_each_other_are_all_drawn(sheet: Sheet) -> None:
    frame = pd.DataFrame({"Site": ["Bury", "Bolton"], "Wanted": [3.0, 12.0]})
    frame["Made"] = pd.Series([2.0, None], dtype=object)
    placed = sheet.table(frame)
    chart = charts.bars(lines(placed), placed.reference("Site"), "Site", "People", WHOLE)
    drawn = draw(sheet.place(chart), "one").svg
    for said in ("People wanted", "People made", ">3<", ">12<", ">2<"):
        assert said in drawn
    assert ">0</text>" in drawn  # the axis alone: what is missing has no bar and no label
    assert "nan" not in drawn


def test_parts_of_a_whole_stand_end_to_end(sheet: Sheet) -> None:
    placed = sheet.table(pd.DataFrame({"Point": ["One"], "Wanted": [0.7], "Made": [0.3]}))
    chart = charts.bars(
        lines(placed), placed.reference("Point"), "Point", "Share", SHARE, parts=True
    )
    picture = sheet.place(chart)
    assert picture.shape == "parts"
    drawn = draw(picture, "one").svg
    assert "70%" in drawn
    assert "30%" not in drawn


def test_curves_and_published_marks(sheet: Sheet) -> None:
    curve = sheet.table(pd.DataFrame({"Months": [0, 12, 24], "Alive": [1.0, 0.5, 0.25]}), "curve")
    study = sheet.table(pd.DataFrame({"Months": [6, 12], "Alive": [0.75, 0.45]}), "study")
    line = charts.Line("Modelled", curve.reference("Alive"), curve.reference("Months"))
    mark = charts.Line("Published", study.reference("Alive"), study.reference("Months"))
    picture = sheet.place(charts.curves([line], "Months since", "Share alive", 24.0, [mark]))
    assert picture.shape == "lines"
    assert picture.marks == {"Published"}
    assert picture.frame.to_numpy().tolist() == [
        [0, 1.0, None],
        [6, None, 0.75],
        [12, 0.5, 0.45],
        [24, 0.25, None],
    ]
    assert "Published" in draw(picture, "one").svg


def test_strategies_on_a_plane_keep_the_threshold(sheet: Sheet) -> None:
    points = pd.DataFrame({"Policy": ["A", "B"], "QALYs": [1.5, -2.0], "Cost": [9e3, 4e3]})
    placed = sheet.table(points, "points")
    ends = sheet.table(pd.DataFrame({"At": [-1.0, 2.0], "Worth": [-2e4, 4e4]}), "threshold")
    marks = [
        charts.Line(name, placed.reference("Cost", at, 1), placed.reference("QALYs", at, 1))
        for at, name in enumerate("AB")
    ]
    line = charts.Line("£20,000 per QALY", ends.reference("Worth"), ends.reference("At"))
    picture = sheet.place(charts.plane(marks, line, "QALYs more", "Cost more, GBP"))
    assert (picture.shape, picture.slope) == ("points", 2e4)
    assert picture.frame.to_numpy().tolist() == [["A", 1.5, 9e3], ["B", -2.0, 4e3]]
    drawn = draw(picture, "one")
    assert "£20,000 per QALY" in drawn.svg
    assert drawn.said == ("Below the dashed line a QALY more costs less than £20,000.",)


def test_a_sheet_becomes_a_chapter(sheet: Sheet, people: pd.DataFrame) -> None:
    sheet.table(people)
    sheet.table(pd.DataFrame({"Wanted": []}), "none")
    sheet.table(pd.DataFrame({"Wanted": [1.0, 2.0]}), "screen", page=0)
    page = chapter_of(sheet.finish(), "Small")
    assert page is not None
    assert (page.title, page.subtitle) == ("Small", "About it.")
    assert page.notes == ("A note.", "Only in the workbook, sheet Small: All screen (2 rows).")
    both = chapter_of(sheet.workbook, "Small", wanted={"screen"})
    assert both is not None
    assert [table.name for table in both.tables if table.name == "screen"] == ["screen"]
    assert both.notes == ("A note.",)
    first, empty = page.tables
    assert (first.name, first.caption, first.folded) == ("people", "All people", False)
    assert first.formats == {"Month": MONTH, "Wanted": PEOPLE, "Made": PEOPLE}
    assert list(first.frame["Made"]) == [1.25, "n/a", 0.5, 3.0]
    assert (empty.caption, empty.absent) == ("All none", "Nothing to show in this run.")
    assert empty.frame.empty


def test_a_long_note_is_one_note_again(sheet: Sheet) -> None:
    long = "word " * 80 + "end."
    styles = sheet.writer.styles
    writer = SheetWriter(sheet.workbook, styles, "Live", "About.", ("ILLUSTRATIVE: x.", long))
    writer.add_table(Block("small", "Small", pd.DataFrame({"Site": ["Bury"]})))
    writer.finish("1.0")
    page = chapter_of(sheet.workbook, "Live")
    assert page is not None
    assert page.notes == ("ILLUSTRATIVE: x.", long)


def test_rows_of_different_units_keep_their_formats(sheet: Sheet) -> None:
    frame = pd.DataFrame({"What": ["Share", "People"], "Value": [0.25, 12.0]})
    block = Block("mixed", "Mixed", frame, row_formats=(SHARE, WHOLE), by_row=frozenset({"Value"}))
    sheet.writer.add_table(block)
    page = chapter_of(sheet.finish(), "Small")
    assert page is not None
    assert page.tables[0].cell_formats == {"Value": (SHARE, WHOLE)}


def test_long_tables_are_folded_and_columns_for_the_screen_are_known(sheet: Sheet) -> None:
    frame = pd.DataFrame({"Site": [f"Site {i}" for i in range(41)], "Note": ["x"] * 41})
    sheet.writer.add_table(Block("long", "Long", frame, unprinted=1))
    page = chapter_of(sheet.finish(), "Small")
    assert page is not None
    assert (page.tables[0].folded, page.tables[0].unprinted) == (True, 1)


def test_a_sheet_without_a_title_is_not_on_the_page(sheet: Sheet) -> None:
    assert chapter_of(sheet.workbook, "Live") is None


def test_reading_a_sheet_leaves_it_as_it_is(sheet: Sheet, people: pd.DataFrame) -> None:
    placed = sheet.table(people)
    sheet.place(charts.month_lines(lines(placed), placed.reference("Month"), "People", WHOLE))
    cells = {ws.title: dict(ws._cells) for ws in sheet.workbook.worksheets}
    for title in sheet.workbook.sheetnames:
        chapter_of(sheet.workbook, title)
    after = {ws.title: dict(ws._cells) for ws in sheet.workbook.worksheets}
    assert after == cells


def test_a_chart_without_a_drawing_is_refused(sheet: Sheet, people: pd.DataFrame) -> None:
    placed = sheet.table(people)
    chart = charts.columns(lines(placed), placed.reference("Month"), "Month", "People", WHOLE)
    chart.grouping = "clustered"
    with pytest.raises(TypeError, match="Small 1: upright bars"):
        sheet.place(chart)


def test_every_text_of_a_sheet_stays_text() -> None:
    told = f"{ATTACK}</title></style>"
    workbook, styles = start_workbook(["Small"])
    writer = SheetWriter(workbook, styles, "Small", told, (told,))
    (cell,) = writer.chart_grid(1, told)
    unsafe = ["javascript:alert(1)", f"https://x.org/{told}", "https://doi.org/10.1/x"]
    frame = pd.DataFrame({"Site": [told, "=1+1", "x"], told: [1.0, 2.0, 3.0], "Link": unsafe})
    placed = writer.add_table(Block("people", told, frame))
    line = charts.Line(told, placed.reference(told))
    chart = charts.bars([line], placed.reference("Site"), told, told, WHOLE)
    charts.place(writer.sheet, chart, cell, told, told)
    writer.finish("1.0")
    page = chapter_of(workbook, "Small", linked="Link")
    assert page is not None
    made = study_page(Pages("one", "One", "One?", (), (), (page,), (), "1"))
    assert faults(made) == ["href https://doi.org/10.1/x"]
    assert "javascript:alert(1)</td>" in made
    assert "=1+1" in made
