"""Cover, links of the Summary, intervals, evidence, strategies and the two checklists."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from hepaplan.reports import titles
from hepaplan.reports.content import ReportContent
from hepaplan.reports.sheets.cheers_items import CHEERS
from hepaplan.reports.sheets.tech_ver_items import TECH_VER
from hepaplan.reports.summary_links import FIGURES, SENTENCES, figure_place, sentence_place
from hepaplan.reports.views import economics as economics_views
from hepaplan.reports.views import evidence as evidence_views
from hepaplan.reports.views import lists as list_views
from hepaplan.reports.views import shown as views
from hepaplan.reports.views.checklist import Item, answered, facts
from hepaplan.reports.views.summary import intervals
from hepaplan.reports.workbook import SHEETS, write_workbook


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


@pytest.mark.parametrize(
    ("sentence", "sheet"),
    [
        ("1,675 people a year are found with colorectal cancer; 417", titles.DEMAND),
        ("Half or a quarter? Of 100 new cancers 25 lead to", titles.HALF),
        ("Treatment starts a year if nothing were scarce: a 1.", titles.DEMAND),
        ("What is short as today (first come): a", titles.CAPACITY),
        ("Waiting at a month's end, on average, first come: a", titles.WAITING),
        ("Does everyone start in time? No: of all who came, 99%", titles.ECONOMICS),
        ("Scarce capacity costs 29.9 QALYs over 5 years first come.", titles.PRICES),
        ("With the plan fewest start in time in Wigan (Resectable): 94%", titles.PLAN),
        ("One more is worth most of Operating theatre", titles.PRICES),
        ("When people come by chance, at least 95% start", titles.CHANCE),
        ("Spending a year: £13.9 million first come", titles.ECONOMICS),
        ("Modelled survival lies within 10 points", titles.OUTCOMES),
        ("Sites and capacities, and several costs", titles.EVIDENCE),
    ],
)
def test_a_sentence_leads_to_the_sheet_it_comes_from(sentence: str, sheet: str) -> None:
    place = sentence_place(sentence)
    assert place is not None and place[0] == sheet


def test_a_sentence_nobody_knows_leads_nowhere() -> None:
    assert sentence_place("The moon is full.") is None
    assert figure_place("the moon") is None


def test_sentences_on_the_summary_are_links_to_tables_that_are_there(
    short: ReportContent, tmp_path: Path
) -> None:
    said = ("Spending a year: £1 million.", "The moon is full.", "Half or a quarter? Of 100 a.")
    write_workbook(tmp_path / "r.xlsx", replace(short, headlines=said))
    back = load_workbook(tmp_path / "r.xlsx")
    cells: dict[str, Any] = {
        str(c.value)[:2]: c for (c,) in back["Summary"].iter_rows(max_col=1, max_row=12)
    }
    assert str(cells["1."].value).endswith("[Cost-effectiveness]")
    assert cells["1."].hyperlink.location.startswith("'Cost-effectiveness'!")
    assert cells["2."].hyperlink is None
    assert cells["3."].hyperlink.location.startswith("'Half or quarter'!")


def test_places_name_sheets_and_tables_that_exist(workbook: Workbook) -> None:
    places = {at for _, at in (*SENTENCES, *FIGURES)}
    places |= {(item.sheet, item.table) for item in (*CHEERS, *TECH_VER) if item.sheet}
    for sheet, table in places:
        assert sheet in workbook.sheetnames
        assert not table or table in workbook[sheet].tables, f"{sheet}: {table}"


def test_the_cover_says_when_it_was_made_only_if_told(short: ReportContent, tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", short)
    write_workbook(tmp_path / "b.xlsx", replace(short, made="2026-11-22T23:00:00Z"))
    covers = [
        {row[0]: row[1] for row in load_workbook(tmp_path / n)["Cover"].iter_rows(values_only=True)}
        for n in ("a.xlsx", "b.xlsx")
    ]
    assert "Run made" not in covers[0]
    assert covers[1]["Run made"] == "2026-11-22T23:00:00Z"
    assert str(covers[1]["Status"]).endswith(
        "CHECKS: all 7 passed (5 identities, 2 rows of verification)."
    )


def test_a_stopped_plan_is_marked_on_the_cover(short: ReportContent, tmp_path: Path) -> None:
    write_workbook(tmp_path / "a.xlsx", replace(short, status="STOPPED at its time limit"))
    cover = load_workbook(tmp_path / "a.xlsx")["Cover"]
    status = next(row[1] for row in cover.iter_rows() if row[0].value == "Status")
    assert status.font.color.rgb.endswith("A1160A")


def test_intervals_show_only_where_some_are_stated(content: ReportContent) -> None:
    assert intervals(content)[0].empty
    table = content.tables["outcomes"].copy()
    where = (table["policy"] == "most health") & (table["measure"] == "Life-years")
    table.loc[where, ["low", "high"]] = [8_000.0, 9_000.0]
    frame, units = intervals(of(content, outcomes=table))
    assert frame.to_dict("records") == [
        {
            "Measure": "Life-years",
            "Unit": "life-years",
            "Most health, low": 8_000.0,
            "Most health, high": 9_000.0,
        }
    ]
    assert units == ["life-years"]


def test_policies_against_first_come_by_hand(content: ReportContent) -> None:
    amounts = {
        "nothing scarce": (110.0, 900_000.0),
        "first come": (100.0, 800_000.0),
        "longest wait": (99.0, 801_000.0),
        "most health": (104.0, 880_000.0),
    }
    rows = [
        (policy, measure, unit, value, None, None)
        for policy, (qalys, cost) in amounts.items()
        for measure, unit, value in (
            ("QALYs, discounted", "QALY", qalys),
            ("cost, discounted", "GBP", cost),
        )
    ]
    table = pd.DataFrame(rows, columns=list(content.tables["outcomes"].columns))
    frame = economics_views.strategies(of(content, outcomes=table)).set_index("Strategy")
    assert frame.loc["Most health", "Standing"] == "on the frontier"
    assert frame.loc["Most health", economics_views.ICER] == pytest.approx(20_000.0)
    gain = "Net benefit against first come, GBP"
    assert frame.loc["Most health", gain] == pytest.approx(4 * 25_000 - 80_000)
    assert frame.loc["Longest wait", "Standing"] == "dominated by first come"
    assert frame.loc["Longest wait", economics_views.ICER] is None
    assert frame.loc["Nothing scarce", "Standing"] == economics_views.NOT_A_CHOICE
    said = economics_views.headline(frame.reset_index(), 25_000.0)
    assert said.startswith("Most health brings 4.0 QALYs for £80 thousand more than first come")


def test_figures_are_counted_by_quality_and_by_whether_their_source_was_read(
    content: ReportContent,
) -> None:
    table = content.tables["assumptions"]
    counted = evidence_views.counts(content)
    assert counted["Figures"].sum() == len(table)
    parts = counted[["Source seen", "Source not seen", "Source not listed"]].to_numpy().sum()
    assert parts == len(table)
    assert evidence_views.by_kind(content).iloc[:, 1:].to_numpy().sum() == len(table)


def test_weak_figures_are_the_illustrative_the_unseen_and_the_old(content: ReportContent) -> None:
    table = content.tables["assumptions"].head(4).copy()
    table["quality"] = ["published", "published", "illustrative", "published"]
    table["year"] = [2011.0, 2012.0, 2024.0, 2024.0]
    table["source"] = ["read", "read", "read", "unread"]
    rows = [("read", "c", "", True), ("unread", "c", "", False)]
    sources = pd.DataFrame(rows, columns=["key", "citation", "url", "seen"])
    weak = evidence_views.weak(of(content, assumptions=table, sources=sources))
    assert weak["Why"].tolist() == ["from before 2012", "illustrative", "not seen"]


@pytest.mark.parametrize(("items", "number"), [(CHEERS, 28), (TECH_VER, 33)])
def test_every_item_is_answered_from_the_run(
    items: tuple[Item, ...], number: int, content: ReportContent
) -> None:
    assert len(items) == number
    assert len({item.number for item in items}) == number
    assert all(item.sheet in ("", *SHEETS) for item in items)
    frame = answered(items, content, list(SHEETS))
    assert not frame["Answer"].str.contains("{", regex=False).any()
    assert (frame["Answer"].str.len() > 10).all()
    rows = frame.to_dict("records")
    assert any(facts(content)["checks"] in row["Answer"] for row in rows)
    assert {"not done"} <= set(frame["State"])


def test_a_sheet_that_is_left_out_is_said_to_be(content: ReportContent) -> None:
    sheets = [title for title in SHEETS if title != titles.CHANCE]
    where = answered(CHEERS, content, sheets).set_index("Item")["Where"]
    assert where["20"] == "Chance: not in this run"
    assert where["19"] == titles.PLAN


TESTED = {
    "1.3": "a14", "1.4": "a9", "1.5": "a16", "1.6": "b7", "1.7": "b10", "2.3": "a3", "2.4": "a5",
    "2.6": "a15", "2.7": "a17", "3.1": "b1", "3.3": "b5", "3.4": "b6", "3.5": "b13", "3.6": "b17",
    "3.7": "c4", "3.8": "b14", "4.2": "d1", "4.3": "d5", "4.4": "d7", "4.5": "d6", "5.3": "i",
}  # fmt: skip
"""The row of verification that each item "in the tests" follows; 5.1 is tested beside this file."""
RECALCULATED = ("live/test_live_demand.py", "live/test_live_value.py", "live/test_live_plan.py")


def test_what_is_said_to_be_in_the_tests_is_there() -> None:
    here = Path(__file__).parent
    files = (here.parent / "verification").glob("test_*.py")
    written = "\n".join(file.read_text(encoding="utf-8") for file in files)
    said = {item.number for item in TECH_VER if item.state == "in the tests"}
    assert said == {*TESTED, "5.1"}
    missing = {n for n, row in TESTED.items() if not re.search(rf"def test_{row}_\w+", written)}
    assert missing == set()
    for name in RECALCULATED:
        text = (here / name).read_text(encoding="utf-8")
        assert re.search(r"def test_(edited|other)_\w+_give_what_the_engine_gives", text)


def test_names_are_shortened_where_they_stay_apart() -> None:
    names = ["Ablatable: to 3 cm", "Late: liver", "Late: lung", "Ablatable: to 3 cm", "Death"]
    assert views.shortened(names) == [
        "Ablatable",
        "Late: liver",
        "Late: lung",
        "Ablatable",
        "Death",
    ]


def test_a_fact_the_run_does_not_state_is_said_to_be_missing(content: ReportContent) -> None:
    about = pd.DataFrame([("perspective", "health service")], columns=["item", "value"])
    known = facts(of(content, about=about))
    assert known["perspective"] == "health service"
    assert known["rate_costs"] == "not stated by this run"


def test_lists_by_months_waited_add_up_to_the_lists(content: ReportContent) -> None:
    frame = list_views.by_band(content)
    table = content.tables["waiting"].query("policy == 'first come'")
    total = frame[list(list_views.BANDS)].to_numpy().sum()
    assert total == pytest.approx(table["waiting"].sum(), rel=1e-12)
    assert len(frame) == content.tables["cases"]["month"].nunique()
    later = table.loc[table["months_waited"] >= 1, "waiting"].sum() / table["waiting"].sum()
    assert f"{later:.0%} of them for a month or longer" in list_views.band_headline(frame)
