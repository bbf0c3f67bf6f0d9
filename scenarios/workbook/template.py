"""A scenario in one workbook to fill in, with a shipped region as the worked example."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

from openpyxl.utils import get_column_letter
from openpyxl.workbook.workbook import Workbook

from hepaplan.model.parameters import SEXES, Scenario
from hepaplan.model.table_columns import TABLE_COLUMNS, TABLE_UNITS
from hepaplan.scenarios.load import load_scenario
from hepaplan.scenarios.starter import BASE, new_target, title_of
from hepaplan.scenarios.tables import COLUMNS, QUALITIES, Numbers, Words
from hepaplan.scenarios.workbook.asked import NO, YES, asked_of
from hepaplan.scenarios.workbook.guide import write_guide
from hepaplan.scenarios.workbook.layout import (
    SETTINGS_BLOCK,
    SETTINGS_HEADINGS,
    SITES_BLOCK,
    SITES_HEADINGS,
    SOURCES_BLOCK,
    SOURCES_HEADINGS,
    TABLES_BLOCK,
    TABLES_HEADINGS,
    TEMPLATE_TABLE,
    TITLE_OF_TABLE,
)
from hepaplan.scenarios.workbook.template_sheet import HEADING_ROW, TemplateSheet

SPARE = 100
SPARE_NAMES = 20
NAME = "short name: small letters, digits, _"
QUALITY_LIST = f'"{",".join(QUALITIES)}"'
LISTED_ON = {"site": "Sites", "source": "Sources"}
"""Names that other sheets of the template list, with the sheet."""


def write_template(name: str, folder: Path, base: str = BASE) -> Path:
    """Return the new file `folder/name.xlsx`: a template that passes `hepaplan check` as it is."""
    target = new_target(name, folder / f"{name}.xlsx")
    book = template_book(load_scenario(base), name)
    handle, unfinished = tempfile.mkstemp(prefix=f".{name}.", suffix=".xlsx", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            book.save(file)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).chmod(0o644)
        Path(unfinished).rename(target)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    return target


def template_book(base: Scenario, name: str) -> Workbook:
    """Return the template's workbook, filled with the rows of its base."""
    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    book.properties.title, book.properties.creator = title_of(name), "hepaplan"
    book.properties.language = "en-GB"
    write_guide(book, name, base)
    _settings(book, name, base)
    _sites(book, base)
    for table in TITLE_OF_TABLE:
        _table(book, base, table)
    _about_tables(book, base)
    _sources(book, base)
    _lists(book, base)
    return book


def _settings(book: Workbook, name: str, base: Scenario) -> None:
    notes = ("What the plan is for, its months and money. Type over what is on yellow.",)
    sheet = TemplateSheet(book, "Settings", notes)
    asked = asked_of(base)
    rows: list[tuple[object, ...]] = []
    for one in asked:
        low, high = (
            (one.kind.low, one.kind.high) if isinstance(one.kind, Numbers) else (math.nan,) * 2
        )
        value = title_of(name) if one.name == "title" else one.value
        bounds = [bound if math.isfinite(bound) else "none" for bound in (low, high)]
        rows.append((one.name, one.what, value, one.unit, *bounds, one.note))
    fixed = [heading for heading in SETTINGS_HEADINGS if heading != "value"]
    sheet.table(SETTINGS_BLOCK, dict.fromkeys(SETTINGS_HEADINGS, ""), rows, fixed)
    for row, one in enumerate(asked, start=HEADING_ROW + 1):
        if isinstance(one.kind, Numbers):
            sheet.numbers(f"C{row}", one.kind, one.unit)
        elif one.kind.known:
            sheet.choices(f"C{row}", f'"{",".join(one.kind.known)}"', one.unit)
    sheet.finish((38, 46, 44, 18, 10, 12, 44))


def _sites(book: Workbook, base: Scenario) -> None:
    notes = ("The hospitals. Use the short names in Referral, Travel, Capacity.",)
    sheet = TemplateSheet(book, "Sites", notes)
    rows = [(key, site.label, site.quality, site.note) for key, site in base.settings.site.items()]
    units = dict(zip(SITES_HEADINGS, (NAME, "as printed", "choose", "free text"), strict=True))
    sheet.table(SITES_BLOCK, units, rows, spare=SPARE_NAMES)
    sheet.choices(f"C{HEADING_ROW + 1}:C{sheet.last}", QUALITY_LIST, "a quality")
    sheet.finish((24, 34, 16, 60))


def _table(book: Workbook, base: Scenario, name: str) -> None:
    notes = (f"{_ABOUT[name]} One row each; clear the rows you do not need.",)
    sheet = TemplateSheet(book, TITLE_OF_TABLE[name], notes)
    frame, columns = getattr(base.tables, name), TABLE_COLUMNS[name]
    units = {column: _unit(name, column) for column in columns}
    sheet.table(f"{TEMPLATE_TABLE}{name}", units, frame.values.tolist(), spare=SPARE)
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        where, kind = f"{letter}{HEADING_ROW + 1}:{letter}{sheet.last}", COLUMNS[column]
        if isinstance(kind, Numbers):
            sheet.numbers(where, kind, _unit(name, column))
        elif kind.known:
            sheet.choices(where, f'"{",".join(kind.known)}"', f"a {column.replace('_', ' ')}")
        elif column in LISTED_ON:
            first, last = HEADING_ROW + 1, HEADING_ROW + 200
            sheet.choices(where, f"{LISTED_ON[column]}!$A${first}:$A${last}", f"a {column}")
        elif column in _listed(base):
            letter = get_column_letter(1 + list(_listed(base)).index(column))
            span = f"Lists!${letter}${HEADING_ROW + 1}:${letter}${HEADING_ROW + 200}"
            sheet.choices(where, span, f"a {column.replace('_', ' ')}")
    sheet.finish([_width(frame[column].tolist()) for column in columns])


def _about_tables(book: Workbook, base: Scenario) -> None:
    notes = ("Where the figures of each sheet come from. Change these with the figures.",)
    sheet = TemplateSheet(book, "Tables", notes)
    rows: list[tuple[object, ...]] = []
    for name in TITLE_OF_TABLE:
        stated = base.settings.tables.get(name)
        if stated is None:
            rows.append((name, "authors", None, "judgement", None))
        else:
            rows.append((name, stated.source, stated.year, stated.quality, stated.note or None))
    units = ("", "a name on Sources", "year", "choose", "free text")
    headings = dict(zip(TABLES_HEADINGS, units, strict=True))
    sheet.table(TABLES_BLOCK, headings, rows, fixed=("table",))
    first, last = HEADING_ROW + 1, sheet.last
    sources = f"Sources!$A${HEADING_ROW + 1}:$A${HEADING_ROW + 200}"
    sheet.choices(f"B{first}:B{last}", sources, "a source")
    sheet.numbers(f"C{first}:C{last}", Numbers(1900, 2150, whole=True), "year")
    sheet.choices(f"D{first}:D{last}", QUALITY_LIST, "a quality")
    sheet.finish((20, 26, 10, 16, 90))


def _sources(book: Workbook, base: Scenario) -> None:
    notes = ("Add your own sources below; refer to them by their short names.",)
    sheet = TemplateSheet(book, "Sources", notes)
    rows = [
        (key, source.citation, source.url or None, YES if source.seen else NO)
        for key, source in base.settings.sources.items()
    ]
    units = (NAME, "as printed", "web address", "has one of you read it?")
    headings = dict(zip(SOURCES_HEADINGS, units, strict=True))
    sheet.table(SOURCES_BLOCK, headings, rows, spare=SPARE_NAMES)
    sheet.choices(f"D{HEADING_ROW + 1}:D{sheet.last}", f'"{YES},{NO}"', "yes or no")
    sheet.finish((26, 90, 44, 16))


def _lists(book: Workbook, base: Scenario) -> None:
    notes = ("What the drop-downs offer. Write the names of your own regions in the first column.",)
    sheet = TemplateSheet(book, "Lists", notes)
    listed = _listed(base)
    length = max(map(len, listed.values()))
    rows = [
        [names[row] if row < len(names) else None for names in listed.values()]
        for row in range(length)
    ]
    fixed = [column for column in listed if column != "region"]
    units = dict.fromkeys(listed, "as known") | {"region": "yours"}
    sheet.table("template_lists", units, rows, fixed, spare=SPARE_NAMES)
    sheet.finish([28.0] * len(listed))


def _listed(base: Scenario) -> dict[str, list[str]]:
    """Return the names that a column may hold, by column."""
    points = base.pathway.decision_point
    services = [option.service for _, _, option in base.pathway.options() if option.on]
    return {
        "region": list(dict.fromkeys(base.tables.population["region"])),
        "service": list(dict.fromkeys(services)),
        "resource": list(base.settings.resource),
        "decision_point": list(points),
        "group": list(base.groups),
    }


def _unit(table: str, column: str) -> str:
    kind = COLUMNS[column]
    if isinstance(kind, Words):
        return "year-month, as 2027-01" if kind.month else "name"
    units = {"age_from": "years", "months_waited": "whole months", "multiply": "times"}
    return units.get(column, TABLE_UNITS[table])


def _width(values: list[object]) -> float:
    return min(max((len(str(value)) for value in values), default=12) + 6.0, 44.0)


_ABOUT = {
    "population": f"People by region, sex ({' and '.join(SEXES)}) and age: every five years, 0-90.",
    "referral": "Which share of a region's patients goes to which site, by service; sums to 1.",
    "travel": "Minutes from a region to a site.",
    "capacity": "What each site sets aside for this pathway, in units that are bought.",
    "capacity_changes": "Changes of capacity over time: times `multiply`, plus `add`.",
    "backlog": "Patients waiting on the first day, by whole months waited.",
}
