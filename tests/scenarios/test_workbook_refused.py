"""What a workbook may not be: every refusal names the sheet and cell, and what to do."""

from __future__ import annotations

import datetime
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from hepaplan.model.input_rows import INPUT_TABLES, INPUTS
from hepaplan.scenarios.load import InvalidScenario, load
from hepaplan.scenarios.workbook import container
from tests.support.report_books import cell_of, name, put, report_book, table_cell
from tests.support.scenarios import TINY, tiny

KEY = "metastases.synchronous_share"
NUMBER = "expected a number from 0 to 1"
DIGITS = "write a number in digits, with a decimal point where needed"
FORMAT = "give the cell the format of numbers"
BACK = "put the row back as hepaplan wrote it"
DAY = datetime.date(2027, 1, 2)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report_book(tmp_path_factory.mktemp("written") / "report.xlsx", tiny())


@pytest.fixture
def report(tmp_path: Path, written: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / "report.xlsx"))


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        load(path, base=TINY)
    return str(error.value).split("\n")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0,15", f"found '0,15'; {NUMBER}; write 0.15 with a decimal point"),
        ("15%", f"found '15%'; {NUMBER}; write 0.15"),
        ("0.15", f"found '0.15'; {NUMBER}; write 0.15 as a number, not as text"),
        ("about 0.1", f"found 'about 0.1'; {NUMBER}; {DIGITS}"),
        (None, f"found an empty cell; {NUMBER}; write 0 if none is meant"),
        ("   ", f"found an empty cell; {NUMBER}; write 0 if none is meant"),
        ("=1/8", f"found a formula; {NUMBER}; type the number itself"),
        ("=#REF!", f"found a formula; {NUMBER}; type the number itself"),
        ("#REF!", f"found the error #REF!; {NUMBER}; type the number itself"),
        ("NaN", f"found 'NaN'; {NUMBER}; {DIGITS}"),
        (True, f"found true; {NUMBER}; type the number itself"),
        (DAY, f"found a date or a time; {NUMBER}; {FORMAT}"),
        (22, f"found 22; {NUMBER}; write 0.22 if 22% is meant"),
        (-0.5, f"found -0.5; {NUMBER}; correct it"),
        ("+0.2", f"found '+0.2'; {NUMBER}; write +0.2 as a number, not as text"),
        ("@cmd", f"found '@cmd'; {NUMBER}; {DIGITS}"),
    ],
)  # fmt: skip
def test_a_cell_that_holds_no_number_in_bounds(report: Path, value: object, said: str) -> None:
    cell = cell_of(report, KEY)
    put(report, {cell: value})
    assert faults(report) == [f"report.xlsx: Inputs!{cell}: {KEY}: {said}"]


def test_every_fault_is_told_at_once(report: Path) -> None:
    first, second = cell_of(report, "trend.base_year"), cell_of(report, KEY)
    people = table_cell(report, "population", 1, "people")
    put(report, {first: "soon", second: -1})
    put(report, {people: 1e9}, INPUT_TABLES)
    found = faults(report)
    assert [line.split(": ")[1] for line in found] == [
        f"Input tables!{people}",
        f"Inputs!{first}",
        f"Inputs!{second}",
    ]
    assert "found 1e+09; expected a number from 0 to 100000000; correct it" in found[0]


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("K", f"{KEY[:-1]}", f"found the unknown key '{KEY[:-1]}'; did you mean \"{KEY}\"?"),
        ("K", None, "found no key"),
        ("D", "under_65", "found the part 'under_65', which this figure lacks"),
        ("F", "percent", "found the unit 'percent'; expected 'share'"),
        ("K", "trend.base_year", "found trend.base_year twice; delete one"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_longer_what_it_was(
    report: Path, column: str, value: object, words: str
) -> None:
    row = cell_of(report, KEY)[1:]
    put(report, {f"{column}{row}": value})
    assert any(
        line.startswith(f"report.xlsx: Inputs!{column}{row}: ") and words in line
        for line in faults(report)
    )


def test_a_row_that_is_gone_is_missed(report: Path) -> None:
    row = cell_of(report, KEY)[1:]
    put(report, {f"K{row}": "trend.base_year"})
    assert f"report.xlsx: Inputs!K5: {KEY}: this row is missing; {BACK}" in faults(report)


def test_rows_of_tables_stay_what_they_are(report: Path) -> None:
    region = table_cell(report, "population", 0, "region")
    put(report, {region: "Atlantis"}, INPUT_TABLES)
    found = "\n".join(faults(report))
    assert (
        f"Input tables!{region}: found Atlantis, female, 0, a row that the scenario lacks" in found
    )
    assert "found no row for " in found


def test_a_heading_that_was_moved(report: Path) -> None:
    put(report, {"E5": "Number"})
    said = "found the heading 'Number'; expected 'Value'; put it back"
    assert faults(report) == [f"report.xlsx: Inputs!E5: {said}"]


def test_merged_cells(report: Path) -> None:
    book = load_workbook(report)
    book[INPUTS].merge_cells("D8:D9")
    book.save(report)
    assert any("found merged cells D8:D9; expected none; unmerge them" in f for f in faults(report))


@pytest.mark.parametrize(
    ("title", "address", "words"),
    [
        ("inputs", None, "found no block named inputs; expected the name as it was"),
        ("inputs", "#REF!$A$1", "the name inputs leads to #REF!$A$1, which is gone"),
        ("inputs", "Elsewhere!$A$1:$K$9", "leads to Elsewhere!$A$1:$K$9, which is gone"),
        ("inputs", "Inputs!$A$1:$K$60000", "expected at most 50,000 rows and 256 columns"),
        ("inputs", "Inputs!$A$1:$XFD$9", "expected at most 50,000 rows and 256 columns"),
        ("inputs", "Inputs!$A:$K", "expected at most 50,000 rows and 256 columns"),
        ("table_referral", None, "found no block named table_referral"),
        ("scenario_name", None, "found no workbook of hepaplan's"),
    ],
)
def test_names_that_lead_nowhere(report: Path, title: str, address: str | None, words: str) -> None:
    book = load_workbook(report)
    del book.defined_names[title]
    if address is not None:
        name(book, title, address)
    book.save(report)
    assert words in "\n".join(faults(report))


def test_a_scenario_that_has_changed_since(report: Path) -> None:
    put(report, {"C2": "another digest"})
    assert faults(report) == [
        "report.xlsx: was made from the scenario 'tiny', whose files have changed since; run the "
        "scenario again and edit the new report, or name the files as they were with --base"
    ]


def test_a_scenario_that_is_not_found(report: Path) -> None:
    with pytest.raises(InvalidScenario, match="'tiny', which is not shipped and lies neither here"):
        load(report)


def test_a_cell_far_away_does_no_harm(report: Path) -> None:
    put(report, {"XFD1048576": 1})
    assert load(report, base=TINY).entered is not None


def rezipped(path: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes]) -> Path:
    """Write a workbook's parts again, changed, and others beside them."""
    data = path.read_bytes()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            new.writestr(part.filename, change(part.filename, old.read(part)))
        for title, content in extra.items():
            new.writestr(title, content)
    return path


def unchanged(_: str, data: bytes) -> bytes:
    return data


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def with_entities(title: str, data: bytes) -> bytes:
    if title != "xl/worksheets/sheet1.xml":
        return data
    return BOMB + data.replace(b"<v>", b"<v>&b;", 1)


def in_utf_16(title: str, data: bytes) -> bytes:
    return with_entities(title, data).decode().encode("utf-16") if "sheet1" in title else data


@pytest.mark.parametrize(
    ("change", "extra", "words"),
    [
        (with_entities, {}, "found entities declared in xl/worksheets/sheet1.xml"),
        (in_utf_16, {}, "found entities declared in xl/worksheets/sheet1.xml"),
        (unchanged, {"xl/vbaProject.bin": b"x"}, "found macros inside"),
        (unchanged, {"xl/media/bomb.bin": b"\0" * 20_000_000}, "bytes to each packed one"),
        (unchanged, {f"xl/media/{n}": b"x" for n in range(1000)}, "expected at most 1,000"),
        (lambda title, data: data[: len(data) // 2], {}, "cannot be read"),
    ],
)  # fmt: skip
def test_what_a_file_may_not_hold(
    report: Path, change: Callable[[str, bytes], bytes], extra: dict[str, bytes], words: str
) -> None:
    assert words in "\n".join(faults(rezipped(report, change, extra)))


def test_sizes_just_over_and_under(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size = report.stat().st_size
    with zipfile.ZipFile(report) as archive:
        unpacked = sum(part.file_size for part in archive.infolist())
    monkeypatch.setattr(container, "MAX_BYTES", size)
    monkeypatch.setattr(container, "MAX_UNPACKED", unpacked)
    assert load(report, base=TINY).entered is not None
    monkeypatch.setattr(container, "MAX_UNPACKED", unpacked - 1)
    assert f"found {unpacked:,} bytes unpacked" in faults(report)[0]
    monkeypatch.setattr(container, "MAX_BYTES", size - 1)
    assert f"found {size:,} bytes; expected at most {size - 1:,}" in faults(report)[0]


@pytest.mark.parametrize(
    ("title", "content", "words"),
    [
        ("book.xlsm", b"", "found a file of kind .xlsm; expected .xlsx"),
        ("book.xls", b"", "found a file of kind .xls; expected .xlsx"),
        ("book.xlsx", b"not a zip", "found a file that is damaged, or no workbook"),
        ("missing.xlsx", None, "there is no such file"),
    ],
)
def test_files_that_are_no_workbook(
    tmp_path: Path, title: str, content: bytes | None, words: str
) -> None:
    path = tmp_path / title
    if content is not None:
        path.write_bytes(content)
    assert words in "\n".join(faults(path))
