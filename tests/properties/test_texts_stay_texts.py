"""Ten thousand texts that a spreadsheet might run: they come back equal, and as texts."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.blocks import Block, clean_text
from hepaplan.reports.content import ReportContent
from hepaplan.reports.output import FORMULA_STARTS, write_tables
from hepaplan.reports.sheet import SheetWriter
from hepaplan.reports.style import Styles
from hepaplan.reports.workbook import build_workbook
from tests.support.hostile_texts import hostile_texts
from tests.support.synthetic_tables import synthetic_content

COUNT = 10_000
FREE_TEXT = {
    "assumptions": ("what", "note", "source", "reason"),
    "sources": ("citation", "url"),
    "changes": ("reason", "what"),
}
"""Columns of the report's tables that hold whatever a scenario's author wrote."""


def read_back(book: Workbook) -> Workbook:
    held = io.BytesIO()
    book.save(held)
    return load_workbook(held)


def as_xml_keeps(text: str) -> str:
    """Return a text with the line ends that every reader of XML makes of them."""
    return clean_text(text).replace("\r\n", "\n").replace("\r", "\n")


def test_ten_thousand_texts_in_cells_and_tables_come_back_as_texts() -> None:
    """Expected: no cell is a formula; each text is equal but for what XML cannot hold."""
    texts = hostile_texts(COUNT, 1)
    book = Workbook()
    sheet = book.worksheets[0]
    writer = SheetWriter(book, Styles(sheet), sheet.title, texts[0], (), texts[1])
    half = COUNT // 2
    frame = pd.DataFrame({"Texts": texts[:half], "Others": texts[half:]})
    placed = writer.add_table(Block("texts", texts[2], frame))
    for row, text in enumerate(texts[:500], start=1):
        writer.put(row, 9, text, "text")
    back = read_back(book).worksheets[0]
    assert [c.coordinate for row in back.iter_rows() for c in row if c.data_type == "f"] == []
    for column, expected in enumerate((texts[:half], texts[half:]), start=placed.left):
        found = [back.cell(placed.top + 1 + row, column) for row in range(half)]
        assert [cell.value or "" for cell in found] == [as_xml_keeps(text) for text in expected]
        assert {cell.data_type for cell in found if cell.value} == {"s"}
        ran = [cell for cell, text in zip(found, expected, strict=True)
               if text.startswith(FORMULA_STARTS) and not cell.quotePrefix]  # fmt: skip
        assert ran == []


def test_ten_thousand_texts_in_a_csv_file_are_guarded_and_come_back(tmp_path: Path) -> None:
    """Expected: none begins like a formula; without our apostrophe each is the text it was."""
    texts = hostile_texts(COUNT, 2)
    (written,) = write_tables(tmp_path, {"texts": pd.DataFrame({"text": texts})})
    with (tmp_path / written.path).open(newline="", encoding="utf-8") as file:
        found = [row[0] if row else "" for row in csv.reader(file)][1:]
    risky = [text.startswith(FORMULA_STARTS) for text in texts]
    assert written.guarded == sum(risky) > COUNT // 5
    assert [cell for cell in found if cell.startswith(FORMULA_STARTS)] == []
    assert found == [f"'{text}" if at_risk else text
                     for text, at_risk in zip(texts, risky, strict=True)]  # fmt: skip


def test_a_report_whose_every_label_and_note_is_hostile_runs_no_formula_of_theirs() -> None:
    """Expected: the formulas of the same report with harmless words, and no other."""
    content = of_one_quarter()
    texts = iter(hostile_texts(4000, 3))
    tables = dict(content.tables)
    for name, columns in FREE_TEXT.items():
        for column in columns:
            if column in tables[name]:
                words = [next(texts) for _ in range(len(tables[name]))]
                tables[name] = tables[name].assign(**{column: words})
    hostile = replace(
        content,
        title=next(texts),
        question=next(texts),
        headlines=tuple(next(texts) for _ in content.headlines),
        labels={name: f"{next(texts)} {name}" for name in content.labels},
        site_note=next(texts),
        tables=tables,
    )
    assert formulas(read_back(build_workbook(hostile))) <= formulas(build_workbook(content))


def of_one_quarter() -> ReportContent:
    """Return a made-up report's content with the months of its first quarter only, to be quick."""
    content = synthetic_content()
    months = {"2027-01", "2027-02", "2027-03"}
    tables = {
        name: table[table["month"].isin(months)].reset_index(drop=True)
        if "month" in table and name not in ("survival", "published", "fits")
        else table
        for name, table in content.tables.items()
    }
    return replace(content, tables=tables)


def formulas(book: Workbook) -> set[str]:
    return {
        str(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def test_a_text_written_without_care_is_seen() -> None:
    """Expected: openpyxl by itself makes a formula of one, and our check says so."""
    book = Workbook()
    book.worksheets[0]["A1"] = "=1+1"
    assert formulas(read_back(book)) == {"=1+1"}
