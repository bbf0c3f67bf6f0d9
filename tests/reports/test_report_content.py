from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from hepaplan.reports.content import (
    ReportContent,
    ResultsLike,
    UnfitTable,
    check_tables,
    content_of,
)
from hepaplan.reports.table_columns import COLUMNS

REQUIRED_NUMBERS = [
    ("cases", "cases"),
    ("starts", "starts"),
    ("resources", "used"),
    ("costs", "cost_gbp"),
    ("survival", "overall_survival"),
    ("outcomes", "value"),
    ("checks", "residual"),
]


def with_value(table: pd.DataFrame, column: str, row: int, value: Any) -> pd.DataFrame:
    values = table[column].astype(object)
    values.iloc[row] = value
    return table.assign(**{column: values})


def test_the_synthetic_tables_pass_the_door(content: ReportContent) -> None:
    check_tables(content.tables)
    assert set(content.tables) == set(COLUMNS)


@pytest.mark.parametrize(("name", "column"), REQUIRED_NUMBERS)
@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_a_missing_or_infinite_number_is_refused_with_its_place(
    content: ReportContent, name: str, column: str, bad: float | None
) -> None:
    table = with_value(content.tables[name], column, 2, bad)
    with pytest.raises(UnfitTable, match=rf"{name}: {column} holds .* in row 3 \(1 such"):
        check_tables({**content.tables, name: table})


def test_every_fault_is_named_at_once(content: ReportContent) -> None:
    tables = dict(content.tables)
    del tables["lists"]
    tables["costs"] = tables["costs"].drop(columns="category")
    tables["cases"] = with_value(tables["cases"], "cases", 0, math.nan)
    with pytest.raises(UnfitTable) as caught:
        check_tables(tables)
    for part in ("table lists is missing", "costs: no column category", "cases: cases holds nan"):
        assert part in str(caught.value)


def test_a_median_that_is_not_reached_is_no_fault_but_an_infinite_one_is(
    content: ReportContent,
) -> None:
    patients = content.tables["per_patient"]
    assert patients["median_survival_months"].isna().any()
    bad = with_value(patients, "median_survival_months", 0, math.inf)
    with pytest.raises(UnfitTable, match="median_survival_months holds inf"):
        check_tables({**content.tables, "per_patient": bad})


def test_a_name_without_a_label_is_made_readable(content: ReportContent) -> None:
    assert content.label("rfa") == "Thermal ablation"
    assert content.label("best_supportive_care") == "Best supportive care"


def results(site_quality: str, capacity_quality: str) -> ResultsLike:
    settings = SimpleNamespace(
        name="two-sites",
        title="Two sites",
        question="Enough?",
        site={
            "a": SimpleNamespace(quality="published"),
            "b": SimpleNamespace(quality=site_quality),
        },
    )
    capacity = pd.DataFrame({"quality": ["published", capacity_quality]})
    tables = SimpleNamespace(capacity=capacity)
    options = [
        ("first", "drug", SimpleNamespace(label="First line")),
        ("second", "drug", SimpleNamespace(label="Second line")),
    ]
    pathway = SimpleNamespace(options=lambda: iter(options))
    scenario = SimpleNamespace(settings=settings, tables=tables, pathway=pathway)
    made = SimpleNamespace(
        scenario=scenario,
        tables={},
        headlines=("One.",),
        labels={"a": "A"},
        status="optimal",
        gap=0.0,
    )
    return cast(ResultsLike, made)


@pytest.mark.parametrize(
    ("site_quality", "capacity_quality", "warned"),
    [
        ("illustrative", "published", True),
        ("published", "illustrative", True),
        ("published", "judgement", False),
    ],
)
def test_made_up_sites_or_capacities_are_said_to_be_so(
    site_quality: str, capacity_quality: str, warned: bool
) -> None:
    shown = content_of(results(site_quality, capacity_quality), "0.1.0")
    assert (shown.name, shown.title, shown.status) == ("two-sites", "Two sites", "optimal")
    assert shown.site_note.startswith("ILLUSTRATIVE") == warned


def test_an_option_is_named_in_the_words_of_its_own_decision_point() -> None:
    shown = content_of(results("published", "published"), "0.1.0")
    assert shown.option_label("first", "drug") == "First line"
    assert shown.option_label("second", "drug") == "Second line"
    assert shown.option_label("third", "drug_and_care") == "Drug and care"
