"""Workbooks that no repository should hold, each written where a case runs."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.support.report_books import PlanRow, report_book
from tests.support.scenarios import tiny

REPORT = "report.xlsx"
FIRST_SHEET = "xl/worksheets/sheet1.xml"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
PLAN: list[PlanRow] = [
    ("hilltop", "operable", "resection", "resection", {"2027-01": 0.5, "2027-02": 0.25})
]
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (level, b"&l%d;" % (level - 1) * 10) for level in range(1, 10)
)
Change = Callable[[str, bytes], bytes]


@cache
def sound() -> bytes:
    """Return an edited report of the tiny scenario, with a plan, before anything is changed."""
    with TemporaryDirectory() as folder:
        path = report_book(Path(folder) / REPORT, tiny(), {"plan_starts": PLAN})
        return path.read_bytes()


def with_cells(here: Path, cells: Mapping[str, Mapping[str, Any]]) -> None:
    """Write a report with some cells changed, by sheet and address."""

    def put(book: Workbook) -> None:
        for sheet, changes in cells.items():
            for address, value in changes.items():
                book[sheet][address] = value

    _edited(here, put)


def _edited(here: Path, edit: Callable[[Workbook], None]) -> None:
    book = load_workbook(io.BytesIO(sound()))
    edit(book)
    book.save(here / REPORT)


def _repacked(
    here: Path, change: Change = lambda _, data: data, extra: Mapping[str, bytes] = {}
) -> None:
    """Write the report's parts again, changed, and others beside them."""
    with (
        zipfile.ZipFile(io.BytesIO(sound())) as old,
        zipfile.ZipFile(here / REPORT, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for name, data in extra.items():
            new.writestr(name, data)


def _in_first_sheet(change: Callable[[bytes], bytes]) -> Change:
    return lambda name, data: change(data) if name == FIRST_SHEET else data


def _sheet(book: Workbook, title: str = "Inputs") -> Worksheet:
    sheet = book[title]
    assert isinstance(sheet, Worksheet)
    return sheet


def zip_bomb(here: Path) -> None:
    """A part of 90 MB that is packed into 90 kB."""
    _repacked(here, extra={"xl/media/image1.bin": b"\0" * 90_000_000})


def zip_bomb_of_rows(here: Path) -> None:
    """Four million rows in the sheet that is read: more unpacked than we open."""
    rows = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % n for n in range(1000, 1100)) * 40_000
    _repacked(
        here, _in_first_sheet(lambda data: data.replace(b"</sheetData>", rows + b"</sheetData>"))
    )


def zip_that_lies(here: Path) -> None:
    """A part whose stated size is one byte, though it holds 30 MB."""
    _repacked(here, extra={"xl/media/image1.bin": b"\0" * 30_000_000})
    data = (here / REPORT).read_bytes()
    stated = (30_000_000).to_bytes(4, "little")
    (here / REPORT).write_bytes(data.replace(stated, (1).to_bytes(4, "little")))


def zip_of_many_parts(here: Path) -> None:
    """More parts than any workbook has."""
    _repacked(here, extra={f"xl/media/image{n}.png": b"x" for n in range(2000)})


def zip_with_climbing_part(here: Path) -> None:
    """A part whose name leads out of the folder, if anyone unpacked it."""
    _repacked(here, extra={"../../climbed.txt": b"x", "/tmp/climbed.txt": b"x"})


def billion_laughs(here: Path) -> None:
    """Entities that grow to ten to the ninth power, used in the sheet that is read."""

    def change(data: bytes) -> bytes:
        used = data.replace(b"<v>", b"<v>&l9;", 1)
        return b'<!DOCTYPE x [<!ENTITY l0 "lol">' + LAUGHS + b"]>" + used

    _repacked(here, _in_first_sheet(change))


def outside_entity(here: Path) -> None:
    """An entity that asks for a file of the machine."""
    declared = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    _repacked(here, _in_first_sheet(lambda data: declared + data.replace(b"<v>", b"<v>&e;", 1)))


def external_link(here: Path) -> None:
    """A cell that takes its number from another workbook."""
    with_cells(here, {"Inputs": {"E6": "='[other.xlsx]Sheet1'!A1"}})


def external_link_unused(here: Path) -> None:
    """A link to another workbook beside the blocks that are read: it is not followed."""
    with_cells(here, {"Inputs": {"Z1": "='https://example.org/[other.xlsx]Sheet1'!A1"}})


def macros(here: Path) -> None:
    """A macro-enabled workbook under the ending .xlsx."""
    _repacked(here, extra={"xl/vbaProject.bin": b"x"})


def macro_ending(here: Path) -> None:
    """The ending of a workbook with macros."""
    (here / "report.xlsm").write_bytes(sound())


def old_ending(here: Path) -> None:
    """The ending of Excel's older kind."""
    (here / "report.xls").write_bytes(OLE + b"\0" * 4096)


def old_kind_renamed(here: Path) -> None:
    """Excel's older kind under the ending .xlsx; a file with a password begins alike."""
    (here / REPORT).write_bytes(OLE + b"\0" * 4096)


def encrypted_part(here: Path) -> None:
    """A zip whose parts are marked as encrypted."""
    _repacked(here)
    data = bytearray((here / REPORT).read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(mark), bytes(data)):
            data[match.start() + offset] |= 1
    (here / REPORT).write_bytes(bytes(data))


def cut_in_half(here: Path) -> None:
    """The first half of a workbook, as a broken download leaves it."""
    (here / REPORT).write_bytes(sound()[: len(sound()) // 2])


def cut_sheet(here: Path) -> None:
    """A whole zip that holds half a sheet."""
    _repacked(here, _in_first_sheet(lambda data: data[: len(data) // 2]))


def comma_text_as_workbook(here: Path) -> None:
    """A CSV file under the ending .xlsx."""
    (here / REPORT).write_text("region,people\nNorth,1\n", encoding="utf-8")


def other_zip(here: Path) -> None:
    """A zip that holds no workbook."""
    with zipfile.ZipFile(here / REPORT, "w") as archive:
        archive.writestr("readme.txt", "nothing")


def foreign_workbook(here: Path) -> None:
    """A sound workbook that hepaplan did not write."""
    Workbook().save(here / REPORT)


def far_cell(here: Path) -> None:
    """One cell in the last row and column; what is read stops far before it."""
    with_cells(here, {"Inputs": {"XFD1048576": 1}})


def named_block_of_everything(here: Path) -> None:
    """A name that covers every cell a sheet can have."""
    _edited(here, lambda book: setattr(
        book.defined_names["inputs"], "attr_text", "Inputs!$A$1:$XFD$1048576"
    ))  # fmt: skip


def hidden_sheet(here: Path) -> None:
    """A sheet of inputs that is hidden, with a fault in it: it is read as any other."""

    def hide(book: Workbook) -> None:
        _sheet(book, "Input tables").sheet_state = "hidden"
        _sheet(book, "Input tables")["D6"] = -1

    _edited(here, hide)


def merged_cells(here: Path) -> None:
    """Two numbers merged into one."""
    _edited(here, lambda book: _sheet(book).merge_cells("E6:E7"))


def merged_heading(here: Path) -> None:
    """Two headings merged into one."""
    _edited(here, lambda book: _sheet(book).merge_cells("A5:B5"))


def missing_sheet(here: Path) -> None:
    """The sheet of tables deleted."""
    _edited(here, lambda book: book.remove(book["Input tables"]))


def missing_row(here: Path) -> None:
    """A row of inputs deleted."""
    _edited(here, lambda book: _sheet(book).delete_rows(7))


def doubled_row(here: Path) -> None:
    """A row of inputs that was copied over the next."""

    def copy(book: Workbook) -> None:
        sheet = _sheet(book)
        for letter in "ABCDEFGHIJK":
            sheet[f"{letter}7"] = sheet[f"{letter}6"].value

    _edited(here, copy)


def extra_column(here: Path) -> None:
    """A column put in before the numbers."""
    _edited(here, lambda book: _sheet(book, "Input tables").insert_cols(2))


def _with_number(text: bytes, here: Path) -> None:
    """Put a number that openpyxl would not write into the first cell of inputs."""

    def change(data: bytes) -> bytes:
        return re.sub(rb'(<c r="E6"[^>]*>)<v>[^<]*</v>', rb"\1<v>" + text + b"</v>", data)

    _repacked(here, _in_first_sheet(change))


WORKBOOKS: Mapping[str, Callable[[Path], None]] = {
    made.__name__: made
    for made in (
        zip_bomb, zip_bomb_of_rows, zip_that_lies, zip_of_many_parts, zip_with_climbing_part,
        billion_laughs, outside_entity, external_link, external_link_unused, macros, macro_ending,
        old_ending, old_kind_renamed, encrypted_part, cut_in_half, cut_sheet,
        comma_text_as_workbook, other_zip, foreign_workbook, far_cell, named_block_of_everything,
        hidden_sheet, merged_cells, merged_heading, missing_sheet, missing_row, doubled_row,
        extra_column,
    )
} | {
    f"number_{name}": partial(_with_number, text)
    for name, text in {
        "nan": b"NaN", "infinite": b"INF", "1e400": b"1e400", "1e300": b"1e300",
        "5000_digits": b"9" * 5000, "400_digits": b"9" * 400, "comma": b"0,15",
    }.items()
}  # fmt: skip
