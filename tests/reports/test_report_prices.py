"""The sheet Prices: what it shows of prices, gain, expansions and floors, and what it says."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path

import pandas as pd
from openpyxl import load_workbook

from hepaplan.reports.content import ReportContent
from hepaplan.reports.views import gain as gain_views
from hepaplan.reports.views import price as price_views
from hepaplan.reports.workbook import write_workbook

PLAN_PARTS = ("gain", "prices", "equity", "expansions", "chance", "chance_lists", "chance_years")


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


def test_each_unit_has_its_row_and_a_missing_figure_is_none(content: ReportContent) -> None:
    frame = price_views.price_list(content)
    assert frame.iloc[0].tolist() == [
        1, "Central Infirmary", "Liver theatre time", "weekly list", "2027-01 to 2027-12", 6.44,
        -7.31, 1.0, 96_800.0, -118_200.0, -20.5, 26.25, "solved again",
    ]  # fmt: skip
    assert frame["QALYs, one less"].iloc[3] is None
    assert frame["How"].iloc[3] == "one less: infeasible"
    best = price_views.best_units(content)
    assert best.iloc[2].tolist() == [
        "Chemotherapy chairs, The Cancer Centre", 0.42, -0.2,
    ]  # fmt: skip


def test_the_price_headline_says_what_one_more_and_one_less_do(content: ReportContent) -> None:
    assert price_views.price_headline(content) == (
        "One more is worth most of liver theatre time, Central Infirmary (weekly list): "
        "6.44 QALYs; one less costs 7.31 QALYs"
    )
    table = content.tables["prices"]
    part = of(content, prices=table.iloc[[2]])
    assert price_views.price_headline(part).endswith("0.42 QALYs; 0.5 of one less costs 0.20 QALYs")
    unknown = of(content, prices=table.iloc[[3]])
    assert price_views.price_headline(unknown).endswith("(bed): 0.04 QALYs")
    nothing = of(content, prices=table.iloc[[3]].assign(qalys_plus_one=0.001))
    assert price_views.price_headline(nothing).startswith("No further unit is worth 0.005 QALYs")


def test_part_of_a_unit_is_explained_only_where_there_is_one(content: ReportContent) -> None:
    assert price_views.LESS_THAN_ONE in price_views.notes(content)
    whole = of(content, prices=content.tables["prices"].iloc[:2])
    assert price_views.LESS_THAN_ONE not in price_views.notes(whole)


def test_the_gain_is_split_into_steps(content: ReportContent) -> None:
    frame = gain_views.gain(content)
    assert frame["Step"].tolist() == [
        "First come", "Order of starts", "Referral", "Substitution",
    ]  # fmt: skip
    assert frame[gain_views.ADDED].tolist() == [0.0, 54.8, 68.5, 24.3]
    assert gain_views.gain_headline(frame) == (
        "The plan gains 147.6 QALYs over first come; most by referral, +68.5"
    )
    worse = frame.assign(**{gain_views.ADDED: [0.0, -1.5, 0.25, 0.25]})
    assert gain_views.gain_headline(worse) == "The plan gains nothing over first come: -1.0 QALYs"


def test_expansions_say_by_when_to_decide(content: ReportContent) -> None:
    frame = gain_views.expansions(content)
    assert frame["Adds"].tolist() == ["4.5 weekly list", "4 chair"]
    assert frame["Decide by"].tolist() == [datetime.date(2027, 9, 1), None]
    assert gain_views.expansion_headline(frame) == (
        "The plan chooses 1 of 2 expansions; first to decide: A third liver theatre, by September "
        "2027."
    )
    none = gain_views.expansion_headline(frame.assign(**{"Decide by": None}))
    assert none.endswith("none of them has to be decided by a month to keep the standard.")


def test_floors_that_no_plan_keeps_are_not_sold_as_kept(content: ReportContent) -> None:
    frame = price_views.floors(content)
    assert frame["Worst"].tolist() == ["Wigan", "Wigan", "no plan keeps it"]
    assert price_views.floor_headline(frame) == (
        "90% started in time even in Wigan, the worst off, cost 6.7 QALYs"
    )
    assert price_views.floor_headline(frame.iloc[[2]]) == "No plan keeps a floor of 99%"


def test_what_was_not_worked_out_is_said_in_words(short: ReportContent, tmp_path: Path) -> None:
    quick = of(short, **{name: short.tables[name].iloc[:0] for name in PLAN_PARTS})
    write_workbook(tmp_path / "r.xlsx", quick)
    back = load_workbook(tmp_path / "r.xlsx")["Prices"]
    texts = [str(c) for row in back.iter_rows(values_only=True) for c in row if c]
    assert sum(text.startswith(("Not worked out in this run", "None to")) for text in texts) >= 3
    assert not back._charts  # type: ignore[attr-defined]
    assert not any("By chance the plan" in text for text in texts)
    assert "Chance" not in load_workbook(tmp_path / "r.xlsx").sheetnames
