"""The pages of reporting standards: complete, honest in form, and true where the program knows."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from hepaplan.model.tables import headlines
from hepaplan.model.tables.assumptions import assumption_table
from hepaplan.reports.sheets.cheers_items import CHEERS
from hepaplan.reports.sheets.tech_ver_items import TECH_VER
from hepaplan.reports.summary_links import FIGURES, SENTENCES
from hepaplan.reports.views.checklist import Item
from hepaplan.reports.workbook import SHEETS
from tests.reports.test_report_lists import TESTED
from tests.support.pages import DOCS, page
from tests.support.standard_items import SAME_TRIAL, TRACED
from tests.support.standard_pages import (
    MADE,
    PART,
    REGION,
    Row,
    answer,
    counts_of,
    made_anew,
    published,
    rows_of,
    usual,
)
from tests.verification.test_rows import ROWS

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.name for path in (DOCS / "standards").glob("*.md"))
OURS = {"done", "partly", "not done", "not applicable"}
ISPOR = {1: 3, 2: 11, 3: 13, 4: 6, 5: 1, 6: 13, 7: 11}
"""How many items there are of each paper."""
LISTS: dict[str, tuple[list[str], set[str]]] = {
    "cheers-2022.md": (
        [str(n) for n in range(1, 29)],
        {"answered", "in part", "not done", "not applicable"},
    ),
    "advishe.md": (
        [*("A1", "A2", "B1", "B2"), *("C1", "C2", "C3", "C4"), *("D1", "D2", "D3", "D4"), "E1"],
        OURS,
    ),
    "ispor-smdm.md": ([f"{p}.{n}" for p, last in ISPOR.items() for n in range(1, last + 1)], OURS),
    "tech-ver.md": (
        [item.number for item in TECH_VER],
        {"in this run", "in the tests", "in part", "not done"},
    ),
}
"""The items of each list in order, and the words for their outcomes."""
PLACES = {at for _, at in (*SENTENCES, *FIGURES)} | {
    (item.sheet, item.table) for item in (*CHEERS, *TECH_VER)
}
"""Sheets and tables on them; tests of the report hold that they exist."""


def text_of(name: str) -> str:
    return page(f"standards/{name}")


def faults_of_list(name: str, text: str) -> list[str]:
    """Return what is wrong with the items of a page."""
    numbers, words = LISTS[name]
    rows = rows_of(text)
    faults = [] if [row.number for row in rows] == numbers else ["items"]
    faults += [f"{row.number}: {row.outcome}" for row in rows if row.outcome not in words]
    faults += [
        f"{row.number}: why"
        for row in rows
        if row.outcome == "not done" and not re.search(r"Not done because \w+ ", row.said)
    ]
    faults += [f"{row.number}: where" for row in rows if not row.where.strip()]
    faults += [f"{row.number}: said" for row in rows if len(row.said) < 10]
    stated = re.search(r"^(\d+) items: (.*)\.$", text, re.M)
    if stated is None:
        return [*faults, "no counts"]
    parts = (part.split(" ", 1) for part in stated[2].split(", "))
    counts = {outcome: int(count) for count, outcome in parts}
    if counts != Counter(row.outcome for row in rows) or int(stated[1]) != len(rows):
        faults.append("counts")
    return faults


def faults_of_references(text: str) -> list[str]:
    """Return what a page names and nobody finds: files, tests, rows, sheets, tables, pages."""
    faults = []
    for path, test in re.findall(r"`([\w./-]+/[\w./-]+|\w+\.md)(?:::(\w+))?`", text):
        file = ROOT / path
        if not file.exists() or (test and f"\ndef {test}(" not in file.read_text("utf-8")):
            faults.append(f"{path}::{test}" if test else path)
    for named in re.findall(r"\brows? ([A-I]\d*(?:, [A-I]\d+)*)(?![\w])", text):
        faults += [row for row in named.split(", ") if row not in ROWS]
    for sheet, table in re.findall(r"[Ss]heet \*([^*]+)\*(?:, table `(\w+)`)?", text):
        if sheet not in SHEETS or (table and (sheet, table) not in PLACES):
            faults.append(f"{sheet}: {table}")
    for link, anchor in re.findall(r"\]\(([^)#]*)(?:#([^)]+))?\)", text):
        target = DOCS / "standards" / link if link else None
        if target is not None and not target.exists():
            faults.append(link)
        elif anchor:
            headed = target.read_text("utf-8") if target else text
            titles = re.findall(r"^#+ (.*)$", headed, re.M)
            if anchor not in {title.lower().replace(" ", "-") for title in titles}:
                faults.append(anchor)
    return faults


@pytest.mark.parametrize("name", PAGES)
def test_what_is_made_from_the_program_is_up_to_date(name: str) -> None:
    assert made_anew(text_of(name)) == text_of(name), "python -m tests.support.standard_pages"


def test_every_part_is_on_one_page() -> None:
    on_pages = [part[1] for name in PAGES for part in PART.findall(text_of(name))]
    assert sorted(on_pages) == sorted(MADE)


def test_a_changed_number_is_seen() -> None:
    text = text_of("advishe.md")
    assert text.count("15 of 24 published figures") == 1
    assert made_anew(text.replace("15 of 24 published", "16 of 24 published")) == text


@pytest.mark.parametrize("name", LISTS)
def test_every_item_is_there_once_with_an_outcome_and_a_reason(name: str) -> None:
    assert faults_of_list(name, text_of(name)) == []


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("| A2 |", "| A1 |", "items"),
        ("| C3 |", "| C |", "items"),
        ("| D2 | Were outcomes", "| D2 | X |", "items"),
        ("| partly | row I;", "| mostly | row I;", "D2: mostly"),
        ("Not done because nobody outside has", "Nobody outside has", "C1: why"),
        ("13 items: 5 not", "13 items: 4 not", "counts"),
        ("13 items: 5 not", "12 items: 5 not", "counts"),
        ("13 items:", "Items:", "no counts"),
    ],
)
def test_a_fault_in_a_list_is_seen(right: str, wrong: str, fault: str) -> None:
    text = text_of("advishe.md")
    assert right in text
    assert fault in faults_of_list("advishe.md", text.replace(right, wrong))


@pytest.mark.parametrize("name", PAGES)
def test_what_is_referred_to_exists(name: str) -> None:
    assert faults_of_references(text_of(name)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`tests/verification/test_z.py`", "tests/verification/test_z.py"),
        ("`tests/docs/test_docs.py::test_no`", "tests/docs/test_docs.py::test_no"),
        ("rows A1, A25", "A25"),
        ("sheet *Moon*", "Moon: "),
        ("sheet *Checks*, table `moon`", "Checks: moon"),
        ("[x](../moon.md)", "../moon.md"),
        ("[x](advishe.md#moon)", "moon"),
        ("[x](#moon)", "moon"),
    ],
)
def test_a_reference_to_nothing_is_seen(text: str, fault: str) -> None:
    assert faults_of_references(text) == [fault]


def unlike(rows: list[Row], items: tuple[Item, ...]) -> list[str]:
    """Return the items whose row on the page differs from what the sheet says."""
    return [
        item.number
        for row, item in zip(rows, items, strict=True)
        if (row.number, row.asked, row.outcome) != (item.number, item.asked, item.state)
        or not row.said.startswith(answer(item))
        or (f"sheet *{item.sheet}*" in row.where) != bool(item.sheet)
        or (f"table `{item.table}`" in row.where) != bool(item.table)
    ]


@pytest.mark.parametrize(("name", "items"), [("cheers-2022.md", CHEERS), ("tech-ver.md", TECH_VER)])
def test_page_and_sheet_agree_item_by_item(name: str, items: tuple[Item, ...]) -> None:
    rows = rows_of(text_of(name))
    assert unlike(rows, items) == []
    text = text_of(name).replace(f"| {items[2].state} | ", "| not applicable | ")
    assert items[2].number in unlike(rows_of(text), items)


def test_every_item_of_tech_ver_is_traced_and_as_the_report_s_tests_say() -> None:
    assert set(TRACED) == {item.number for item in TECH_VER}
    assert {n for n, row in TESTED.items() if row.upper() not in TRACED[n].rows} == set()
    bare = {item.number for item in TECH_VER if not any(vars(TRACED[item.number]).values())}
    assert bare == {item.number for item in TECH_VER if item.state == "not done"}


def test_counts_are_in_the_order_of_the_table() -> None:
    rows = [Row(str(n), "", outcome, "", "") for n, outcome in enumerate(["b", "a", "b"])]
    assert counts_of(rows) == "3 items: 2 b, 1 a."


def test_survival_is_stated_as_it_is_with_the_furthest_named() -> None:
    (said,) = headlines.misfit(usual(), published())
    assert f"`{REGION}`: {said}" in text_of("advishe.md")
    assert said.count("within 10 points of 15 of 24") == 1
    assert said.endswith("Third-line systemic therapy (7.1 months), 23 points above.")
    rows = re.findall(r"([+-][\d.]+) \| (yes|\*\*no\*\*)", text_of("advishe.md"))
    assert [near == "yes" for _, near in rows] == [abs(float(gap)) <= 10 for gap, _ in rows]
    assert len(rows) == len(published())


def test_what_the_text_says_of_survival_and_figures_is_so() -> None:
    table = published()
    far = (table["difference"].abs() > 0.1).mean()
    assert 1 / 3 < far < 1 / 2  # index: more than a third
    third = table[(table["decision_point"] == "third_line_extrahepatic")]
    assert third["month"].max() - third["month"].min() > 3
    assert (third["difference"] > 0).all()
    assert (table.loc[table["option"] == "pembrolizumab", "difference"] < -0.15).all()
    assert (table.loc[table["option"] == "supportive_care", "difference"] > 0).all()
    figures = assumption_table(usual().scenario)
    assert 0.45 < (figures["quality"] == "judgement").mean() < 0.55  # index: about half
    inputs = set(figures.loc[~figures["key"].str.contains("published"), "source"])
    assert set(SAME_TRIAL.values()) <= inputs
    assert set(SAME_TRIAL).isdisjoint(inputs)


def test_time_to_death_is_stated_at_the_last_point_alone() -> None:
    stated = {
        point
        for point, _, option in usual().scenario.pathway.options()
        for leaving in option.exits.values()
        if set(leaving.to) == {"cancer_death"}
    }
    assert stated == {"supportive_care"}
