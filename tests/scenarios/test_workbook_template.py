"""A template of a scenario in one workbook: as written it is its base; filled in, it is checked."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from hepaplan.model.parameters import Scenario
from hepaplan.scenarios.load import InvalidScenario, load, load_scenario
from hepaplan.scenarios.starter import BASE, CannotCreate
from hepaplan.scenarios.workbook.layout import TITLE_OF_TABLE
from hepaplan.scenarios.workbook.template import write_template
from tests.support.report_books import cell_of, put, report_book

NAMED_AFTER_IT = {"name", "title", "tables"}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_template("my-region", tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load_scenario(BASE)


@pytest.fixture
def template(written: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(written, tmp_path / written.name))


def faults(path: Path) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        load(path)
    return str(error.value).split("\n")


def setting(path: Path, key: str) -> str:
    for row in load_workbook(path)["Settings"].iter_rows(min_row=7):
        if row[0].value == key:
            return f"C{row[0].row}"
    raise KeyError(key)


def test_as_written_it_is_its_base_but_for_its_name(written: Path, base: Scenario) -> None:
    loaded = load(written)
    made = loaded.scenario
    assert made.settings.name == "my-region"
    assert loaded.entered is not None and loaded.entered.edits == ()
    assert [
        name
        for name in type(made.settings).model_fields
        if name not in NAMED_AFTER_IT
        and getattr(made.settings, name) != getattr(base.settings, name)
    ] == []
    alike = {"file": "", "reason": ""}
    for name, table in base.settings.tables.items():
        own = made.settings.tables[name]
        assert own.model_copy(update=alike) == table.model_copy(update=alike)
        frame = getattr(made.tables, name)
        pd.testing.assert_frame_equal(frame, getattr(base.tables, name))
    assert made.pathway == base.pathway


def test_what_is_filled_in_is_in_the_scenario(template: Path, base: Scenario) -> None:
    threshold = setting(template, "economics.willingness_to_pay")
    typed: dict[str, object] = {f"Settings!{threshold}": 30000, "Settings!C10": 36}
    typed |= {"Settings!C12": "no", "Sites!B7": "Our centre", "Population!D7": 9200}
    typed |= {f"Backlog!{column}7": None for column in "ABCDEF"}
    type_in(template, {at: (value, "") for at, value in typed.items()})
    loaded = load(template)
    settings = loaded.scenario.settings
    assert (settings.window.months, settings.plan.age_neutral) == (36, False)
    assert settings.site["central"].label == "Our centre"
    worth = settings.economics.willingness_to_pay
    assert (worth.value, worth.quality, worth.reason) == (
        30000, "judgement", "entered in my-region.xlsx",
    )  # fmt: skip
    assert loaded.scenario.tables.population.loc[0, "people"] == 9200
    assert len(loaded.scenario.tables.backlog) == len(base.tables.backlog) - 1
    place = loaded.scenario.places[("economics", "willingness_to_pay", "value")]
    assert str(place) == f"my-region.xlsx: Settings!{threshold}"
    assert str(loaded.scenario.places[("tables", "population", 0)]) == (
        "my-region.xlsx: Population!A7"
    )


def test_sites_of_the_base_are_gone_when_others_are_named(template: Path) -> None:
    put(template, {"A12": "west_end"}, "Sites")
    found = "\n".join(faults(template))
    assert "my-region.xlsx: Capacity!A27: site: " in found and "'west'" in found


IN_CELLS: dict[str, tuple[Any, str]] = {
    "Population!D14": ("9,100", "people: found '9,100'; expected a number from 0 to 100000000; "),
    "Population!B8": ("woman", "sex: found 'woman'; expected one of female, male"),
    "Population!C8": (5.5, "age_from: found 5.5; expected a whole number from 0 to 120; round it"),
    "Population!D7": (1e9, "people: found 1e+09"),
    "Capacity!C7": ("=1+1", "number: found a formula"),
    "Capacity!A7": ("=A8", "site: found a formula; expected text"),
    "Settings!C8": (None, "question: found an empty cell"),
    "Settings!C10": (0, "window.months: found 0; expected a whole number from 1 to 240"),
    "Settings!C12": ("perhaps", "plan.age_neutral: found 'perhaps'; expected one of yes, no"),
    "Settings!A11": ("window.month", "found 'window.month', an unknown key; did you mean "),
    "Tables!C7": ("last year", "tables.population.year: found 'last year'"),
    "Referral!D6": ("part", "found the heading 'part'; expected 'share'"),
    "Travel!A170": ("Bolton", "found something below the table; insert rows inside it instead"),
}
"""What is typed into cells, and what is said of it before the whole is looked at."""
OF_THE_WHOLE: dict[str, tuple[Any, str]] = {
    "Capacity!B7": ("theatre_minute", "resource: found "),
    "Capacity!D8": ("nobody", "source: found "),
    "Settings!C9": ("January", 'window.start: found "January"; expected a month'),
    "Sites!C7": ("good", 'site.central.quality: found "good"'),
}


def type_in(path: Path, typed: Mapping[str, tuple[Any, str]]) -> None:
    book = load_workbook(path)
    for at, (value, _) in typed.items():
        sheet, cell = at.split("!")
        book[sheet][cell] = value
    book.save(path)


@pytest.mark.parametrize("typed", [IN_CELLS, OF_THE_WHOLE], ids=["cells", "whole"])
def test_every_fault_is_told_at_once_with_sheet_and_cell(
    template: Path, typed: Mapping[str, tuple[Any, str]]
) -> None:
    type_in(template, typed)
    found = faults(template)
    for at, (_, words) in typed.items():
        assert any(line.startswith(f"my-region.xlsx: {at}: {words}") for line in found), at


def test_a_base_that_is_not_shipped(template: Path) -> None:
    put(template, {"B4": "nowhere"}, "Guide")
    assert "found 'nowhere', which is no shipped scenario" in faults(template)[0]


def test_a_report_of_a_template_finds_it_again(template: Path) -> None:
    (template.parent / "my-region-run").mkdir()
    scenario = load_scenario(template)
    report = report_book(template.parent / "my-region-run" / "report.xlsx", scenario)
    put(report, {cell_of(report, "economics.willingness_to_pay"): 31000})
    assert load_scenario(report).settings.economics.willingness_to_pay.value == 31000


@pytest.mark.parametrize("name", ["Bad Name", "greater-manchester"])
def test_names_that_a_template_may_not_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(CannotCreate):
        write_template(name, tmp_path)


def test_a_file_that_exists_is_left_alone(template: Path) -> None:
    before = template.read_bytes()
    with pytest.raises(CannotCreate, match=r"'my-region\.xlsx' exists already"):
        write_template("my-region", template.parent)
    assert template.read_bytes() == before


def test_its_sheets_are_those_of_a_careful_workbook(written: Path) -> None:
    book = load_workbook(written)
    assert book.sheetnames == [
        "Guide", "Settings", "Sites", *TITLE_OF_TABLE.values(), "Tables", "Sources", "Lists",
    ]  # fmt: skip
    for sheet in book.worksheets:
        assert sheet.protection.sheet and sheet.protection.password is None
        assert sheet.sheet_state == "visible" and not sheet.merged_cells.ranges
        assert sheet.print_area and sheet.page_setup.orientation == "landscape"
        formulas = [c.coordinate for row in sheet.iter_rows() for c in row if c.data_type == "f"]
        assert formulas == []
        if sheet.title != "Guide":
            assert sheet.freeze_panes == "A7"
            assert inputs_without_a_check(sheet) == set()


def inputs_without_a_check(sheet: Worksheet) -> set[str]:
    """Return number cells that may be typed over and that nothing checks."""
    checked = {
        cell
        for check in sheet.data_validations.dataValidation
        for cells in check.sqref.ranges
        for row in cells.rows
        for cell in row
        if check.showErrorMessage and check.prompt
    }
    return {
        cell.coordinate
        for row in sheet.iter_rows(min_row=7)
        for cell in row
        if isinstance(cell.value, int | float) and not cell.protection.locked
        if (cell.row, cell.column) not in checked
    }
