from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook
from openpyxl.chart import LineChart
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import ReportContent
from hepaplan.reports.style import PALETTE, POLICY_LOOKS, STACK

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
FRAME = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
NUMBER_OF_CHARTS = {
    "Summary": 1,
    "Half or quarter": 1,
    "Demand": 4,
    "Capacity": 8,
    "Plan": 4,
    "Waiting": 7,
    "Prices": 3,
    "Chance": 6,
    "Outcomes": 9,
    "Cost-effectiveness": 4,
    "Evidence quality": 2,
}
PICTURES = 1


def parts(report: Path, start: str) -> list[Any]:
    with ZipFile(report) as archive:
        names = [n for n in archive.namelist() if re.match(start + r"\d+\.xml", n)]
        return [ElementTree.fromstring(archive.read(name)) for name in names]


@pytest.fixture(scope="module")
def charts(report: Path) -> list[Any]:
    return parts(report, "xl/charts/chart")


def text_of(element: Any) -> str:
    return "".join(t.text or "" for t in element.iter(f"{DRAWING}t"))


def test_each_sheet_has_its_charts(workbook: Workbook) -> None:
    for sheet in workbook.worksheets:
        assert len(sheet._charts) == NUMBER_OF_CHARTS.get(sheet.title, 0), sheet.title  # type: ignore[attr-defined]


def test_a_title_is_a_sentence_with_a_number_and_axes_are_named(charts: list[Any]) -> None:
    for chart in charts:
        titles = [text_of(t) for t in chart.iter(f"{CHART}title")]
        assert len(titles) == 3, titles
        assert re.search(r"\d", titles[0]), titles[0]
        assert len(titles[0]) > 25, titles[0]
        assert all(titles[1:])
        assert [d.get("val") for d in chart.iter(f"{CHART}delete")] == ["0", "0"]


def test_every_series_points_at_numbers(charts: list[Any], workbook: Workbook) -> None:
    for chart in charts:
        for tag in ("val", "yVal"):
            for values in chart.iter(f"{CHART}{tag}"):
                reference = next(iter(values.iter(f"{CHART}f"))).text
                sheet, cells = reference.replace("'", "").split("!")
                left, top, right, bottom = range_boundaries(cells)
                shown = [
                    workbook[sheet].cell(row, column).value
                    for row in range(int(top or 0), int(bottom or 0) + 1)
                    for column in range(int(left or 0), int(right or 0) + 1)
                ]
                marks = chart.find(f".//{CHART}scatterChart") is not None
                assert len(shown) >= (1 if marks else 3)
                numbers = [v for v in shown if isinstance(v, int | float)]
                # "n/a": full under one policy only, which draws no bar
                assert numbers and all(v == "n/a" for v in shown if v not in numbers)


def test_each_chart_is_described_for_a_screen_reader(report: Path) -> None:
    frames = [f for d in parts(report, "xl/drawings/drawing") for f in d.iter(f"{FRAME}cNvPr")]
    assert len(frames) == PICTURES + sum(NUMBER_OF_CHARTS.values())
    for frame in frames:
        assert len(frame.get("descr") or "") > 60
        assert frame.get("title")


def test_no_chart_covers_a_table_or_another_chart(report: Path, workbook: Workbook) -> None:
    for sheet in load_workbook(report).worksheets:
        taken: set[tuple[int, int]] = set()
        for table in sheet.tables.values():
            taken |= {(c.row - 1, c.column - 1) for row in sheet[table.ref] for c in row}
        for chart in sheet._charts:  # type: ignore[attr-defined]
            start, end = chart.anchor._from, chart.anchor.to
            cells = {
                (row, column)
                for row in range(start.row, end.row + 1)
                for column in range(start.col, end.col)
            }
            assert not taken & cells, sheet.title
            taken |= cells


def test_the_waiting_charts_show_each_list_under_every_scarce_policy(
    workbook: Workbook, content: ReportContent
) -> None:
    lines = [c for c in workbook["Waiting"]._charts if isinstance(c, LineChart)]  # type: ignore[attr-defined]
    assert len(lines) == 6
    for chart in lines:
        assert [s.tx.v for s in chart.series] == ["First come", "Longest wait", "Most health"]
        refs = [s.val.numRef.f for s in chart.series]
        rows = {re.sub(r"\$[A-Z]+", "", ref) for ref in refs}
        assert len(rows) == 1


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_differ_in_grey_where_there_is_no_dash_to_tell_them_apart() -> None:
    for fills in ([look[0] for look in POLICY_LOOKS.values()], STACK[:6], (PALETTE[0], PALETTE[4])):
        levels = sorted(luminance(fill) for fill in fills)
        assert min(b - a for a, b in pairwise(levels)) > 0.02
    dashes = [look[2] for look in POLICY_LOOKS.values()]
    assert len(set(dashes)) == len(dashes)
