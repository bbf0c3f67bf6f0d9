from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils.cell import range_boundaries
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.content import ReportContent
from hepaplan.reports.number_text import value_text
from hepaplan.reports.page.run_page import PAGE, run_pages, write_page
from hepaplan.reports.study.page import study_page
from hepaplan.reports.study.pages import Pages
from hepaplan.reports.style import GENERAL
from hepaplan.reports.workbook import build_workbook
from tests.reports.study.test_study_page import faults
from tests.support.read_html import ReadPage, read
from tests.support.synthetic_study import ATTACK

TABLE = re.compile(r"<table><caption[^>]*>(.*?)</caption>(.*?)</table>", re.DOTALL)
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)
ADDRESSES = ("https://doi.org/10.1016/j.jval.2021.11.1351", "https://www.example.org")
TAG = re.compile(r"<[^>]*>")


@pytest.fixture(scope="module")
def content(content: ReportContent) -> ReportContent:
    """The made-up run with two sources that can be followed."""
    sources = content.tables["sources"].copy()
    sources["url"] = [*ADDRESSES, *sources["url"].iloc[2:]]
    return replace(content, tables={**content.tables, "sources": sources})


@pytest.fixture(scope="module")
def built(content: ReportContent) -> Workbook:
    return build_workbook(content)


@pytest.fixture(scope="module")
def pages(built: Workbook, content: ReportContent) -> Pages:
    return run_pages(built, content)


@pytest.fixture(scope="module")
def text(built: Workbook, content: ReportContent, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("page") / PAGE
    write_page(path, built, content)
    assert list(path.parent.iterdir()) == [path]
    return path.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> ReadPage:
    return read(text)


def undrawn(pages: Pages) -> Pages:
    """Return a page without its pictures, which take the time."""
    return replace(pages, pages=tuple(replace(each, pictures=()) for each in pages.pages))


def tables_of(text: str) -> dict[str, list[list[list[str]]]]:
    """Return the rows of the tables by caption, as a reader sees them; captions may come twice."""
    found: dict[str, list[list[list[str]]]] = {}
    for caption, inside in TABLE.findall(text):
        rows = [
            [html.unescape(TAG.sub("", cell)) for cell in CELL.findall(row)]
            for row in ROW.findall(inside)
        ]
        found.setdefault(html.unescape(caption), []).append(rows)
    return found


def shown_cells(sheet: Any, reference: str) -> list[list[str]]:
    """Return the cells of a range as the workbook shows them, its headings first."""
    left, top, right, bottom = (int(n or 0) for n in range_boundaries(reference))
    rows = sheet.iter_rows(top, bottom, left, right)
    return [
        [
            value_text(cell.value, GENERAL if isinstance(cell.value, str) else cell.number_format)
            for cell in row
        ]
        for row in rows
    ]


def test_nothing_runs_and_only_sources_lead_elsewhere(text: str, page: ReadPage) -> None:
    outside = [a for a in page.attributes("a") if not str(a["href"]).startswith("#")]
    assert tuple(a["href"] for a in outside) == ADDRESSES
    assert all(a["rel"] == "noopener noreferrer" for a in outside)
    assert faults(text) == [f"href {a['href']}" for a in outside]
    assert "<script" not in text


def test_chapters_are_the_sheets_in_their_order(built: Workbook, page: ReadPage) -> None:
    wanted = [title for title in built.sheetnames if title != titles.COVER]
    assert page.inside["h2"] == "".join(["In short", "Contents", *wanted, "How to repeat this"])
    assert page.inside["nav"].endswith("".join([*wanted, "How to repeat this"]))


def test_the_answers_come_first(text: str, content: ReportContent, page: ReadPage) -> None:
    assert page.inside["h1"] == content.title
    places = [text.index(html.escape(content.headlines[0])), text.index("Contents</h2>")]
    assert places == sorted(places)
    assert content.version in page.inside["footer"]
    assert f"hepaplan run {content.name}" in page.inside["dd"]


def test_it_can_be_read_without_eyes_and_without_a_mouse(page: ReadPage) -> None:
    tags = [tag for tag, _ in page.tags]
    assert [tags.count(mark) for mark in ("header", "main", "footer", "nav", "h1")] == [1] * 5
    levels = [int(tag[1]) for tag in tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert tags.count("table") == tags.count("caption")
    assert all(a.get("scope") in {"col", "row"} for a in page.attributes("th"))
    known = page.values("id")
    assert len(known) == len(set(known))
    pointed = [v.removeprefix("#") for v in page.values("href") if v.startswith("#")]
    pointed += [name for value in page.values("aria-labelledby") for name in value.split()]
    assert set(pointed) <= set(known)


def test_every_figure_has_a_name_and_its_table_below(text: str, pages: Pages) -> None:
    figures = re.findall(r"<figure>(.*?)</figure>(.{0,400})", text, flags=re.DOTALL)
    pictures = [picture for chapter in pages.pages for picture in chapter.pictures]
    assert len(figures) == len(pictures) > 30
    for picture, (inside, after) in zip(pictures, figures, strict=True):
        drawn = read(inside)
        assert drawn.inside["h3"] == picture.headline
        assert drawn.inside["title"] == picture.headline
        assert picture.description in drawn.inside["desc"]
        shown = any(picture.frame is table.frame for each in pages.pages for table in each.tables)
        assert shown or after.startswith("<details><summary>The figures behind this picture")


def test_every_printed_table_says_what_the_workbook_says(
    built: Workbook, pages: Pages, text: str
) -> None:
    found = tables_of(text)
    shown = 0
    for chapter in pages.pages:
        sheet = built[chapter.title]
        for table in chapter.tables:
            if table.name in sheet.tables:
                shown += 1
                cells = shown_cells(sheet, sheet.tables[table.name].ref)
                assert cells in found[table.caption], (chapter.title, table.caption)
    assert shown > 30
    key = next(t for t in built[titles.SUMMARY].tables.values() if t.name == "key_figures")
    other = shown_cells(built[titles.SUMMARY], key.ref)
    other[1][-1] += "0"
    assert all(other not in rows for rows in found.values())


def test_what_pictures_show_is_what_their_cells_show(built: Workbook, text: str) -> None:
    found = tables_of(text)
    compared = 0
    for name in built.sheetnames:
        sheet: Any = built[name]
        for chart in sheet._charts:
            if chart.tagname == "scatterChart":
                continue
            (rows, *_) = found[f"In figures: {chart.anchor.heading}"]
            for position, series in enumerate(chart.series, start=1):
                place, _, cells = series.val.numRef.f.rpartition("!")
                values = [row[0] for row in shown_cells(built[place.strip("'")], cells)]
                assert [row[position] for row in rows[1:]] == values, chart.anchor.heading
                compared += 1
    assert compared > 40


def test_a_run_whose_checks_fail_says_so_above_all(
    built: Workbook, content: ReportContent, text: str
) -> None:
    assert '<p class="warning">Plan:' not in text
    checks = content.tables["checks"].assign(passed=False)
    failed = replace(content, tables={**content.tables, "checks": checks})
    made = study_page(undrawn(run_pages(built, failed)))
    assert '<p class="warning">Plan: ' in made
    assert "Do not rely on what follows" in made
    assert made.index("Do not rely") < made.index("Contents</h2>")


def test_what_a_run_says_of_itself_stays_text(built: Workbook, content: ReportContent) -> None:
    told = f"\x1b{ATTACK}</title></style>"
    spoilt = replace(
        content, title=told, name=told, question=told, headlines=(told, "=1+1"), status=told,
        site_note=told, made=told, version=told,
    )  # fmt: skip
    made = study_page(undrawn(run_pages(built, spoilt)))
    assert faults(made) == [f"href {address}" for address in ADDRESSES]
    assert "&lt;script&gt;" in made


def test_the_same_run_gives_the_same_page(
    pages: Pages, built: Workbook, content: ReportContent
) -> None:
    again = run_pages(built, content)
    assert study_page(undrawn(again)) == study_page(undrawn(pages))
    few = replace(pages, pages=pages.pages[:1])
    assert study_page(few) == study_page(replace(again, pages=again.pages[:1]))


def test_the_page_stays_small(text: str) -> None:
    assert len(text.encode("utf-8")) < 3_000_000


def test_the_page_can_be_written_where_the_old_one_stands(
    tmp_path: Path, built: Workbook, content: ReportContent
) -> None:
    path = tmp_path / PAGE
    path.write_text("old")
    broken = replace(content, tables={})
    with pytest.raises(KeyError):
        write_page(path, built, broken)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
