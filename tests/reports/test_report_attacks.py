"""Texts that would spoil a workbook's parts, wherever they end up."""

from __future__ import annotations

import io
import zipfile
from xml.etree import ElementTree

from openpyxl import Workbook
from openpyxl.chart import BarChart, Reference

from hepaplan.reports.blocks import clean_text
from hepaplan.reports.pictures.charts import place
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import Styles
from hepaplan.reports.workbook import describe_as

NASTY = "=1+1 <b>&]]> \x07\x0c\ufffe\uffff\ud800 'q' \"r\""
MARK = "\N{REPLACEMENT CHARACTER}"


def test_characters_that_xml_does_not_know_are_marked() -> None:
    assert clean_text("a\x07b\ufffec\uffffd\ud800e\tf") == f"a{MARK}b{MARK}c{MARK}d{MARK}e\tf"


def test_titles_links_and_properties_leave_every_part_readable() -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    SheetWriter(book, Styles(sheet), sheet.title, "About").link_text(9, 1, NASTY, "'Sheet'!A1")
    sheet["A1"] = 2
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1))
    place(sheet, chart, "B2", NASTY, NASTY)
    describe_as(book, NASTY, NASTY, "1", NASTY)
    held = io.BytesIO()
    book.save(held)
    with zipfile.ZipFile(held) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(".xml")]
    for part in parts:
        ElementTree.fromstring(part)
    marked = [part for part in parts if MARK * 5 in part.decode()]
    assert len(marked) == 4  # chart, its description, properties, and the cell and its link
