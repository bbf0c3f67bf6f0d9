"""What more evidence is worth: pictures of what clearly matters, capacity, groups, weak inputs."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.pages import Page
from hepaplan.reports.study.voi_pages import voi_pages
from hepaplan.reports.study.workbook import page_faults, title_faults
from tests.support.studies import voi_study


def pages(study: Study) -> dict[str, Page]:
    return {page.title: page for page in voi_pages(study)}


def changed(**tables: pd.DataFrame) -> Study:
    return replace(voi_study(), tables={**voi_study().tables, **tables})


def buying(*worth: float, error: float = 4.0) -> Page:
    first = voi_study().tables["capacity_decision"].iloc[0].to_dict()
    rows = [
        first
        | {
            "expansion": f"Option {number}",
            "now_less_never_gbp": value,
            "now_monte_carlo_error_gbp": error,
        }
        for number, value in enumerate(worth, start=1)
    ]
    return pages(changed(capacity_decision=pd.DataFrame(rows)))["Capacity to buy"]


def test_a_real_study_can_be_shown_whole() -> None:
    found = pages(voi_study())
    assert list(found) == ["Decisions", "Capacity to buy", "Inputs worth knowing",
                           "Evidence register"]  # fmt: skip
    assert not title_faults(list(found))
    assert not [fault for page in found.values() for fault in page_faults(page)]


def test_capacity_is_ordered_and_the_headline_says_how_many_are_worth_it() -> None:
    page = buying(-200.0, 5000.0)
    assert page.pictures[0].frame["Capacity"].tolist() == ["Option 2", "Option 1"]
    assert page.pictures[0].headline == (
        "Of 2 ways to add capacity only this is clearly better bought now than never: Option 2 "
        "(+£5,000, standard error £4)"
    )
    assert page.tables[0].frame["Standard error, now"].tolist() == [4.0, 4.0]
    assert "2 are clearly better" in buying(200.0, 10.0).pictures[0].headline
    assert buying(-200.0, -10.0).pictures[0].headline == (
        "Of 2 ways to add capacity none is clearly better bought now than never; on average the "
        "best is Option 2 (-£10, standard error £4)"
    )


def test_capacity_below_two_standard_errors_is_not_clearly_worth_it() -> None:
    """£5,000 with a standard error of £2,600 may be chance, with one of £2,400 hardly."""
    assert "none is clearly better" in buying(5000.0, error=2600.0).pictures[0].headline
    assert "only this is clearly better" in buying(5000.0, error=2400.0).pictures[0].headline


def test_inputs_that_are_not_clear_are_called_so_and_not_counted() -> None:
    """Of three inputs that are old and weak, two have an influence, of three fresh ones one."""
    register = voi_study().tables["evidence_register"].head(6)
    made = register.assign(
        influence=[900.0, 50.0, 20.0, 0.0, 0.0, 0.0],
        old=[True, True, False, True, False, False],
        weak=[True, True, False, True, False, False],
    )
    page = pages(changed(evidence_register=made))["Evidence register"]
    assert "2 of 3 inputs that clearly matter are both old and weak" in page.subtitle
    shown = page.tables[0].frame["Worth of knowing it, GBP"].tolist()
    assert shown == [900.0, 50.0, 20.0, *["not distinguishable from 0"] * 3]


def test_decisions_say_of_how_many_draws_and_that_few_are_too_low() -> None:
    page = pages(voi_study())["Decisions"]
    assert page.tables[0].frame["Draws"].tolist() == [52, 52]
    assert any("tends to be too low" in note for note in page.notes)


def test_only_inputs_clearly_worth_something_are_drawn_and_weak_ones_starred() -> None:
    register = voi_study().tables["evidence_register"]
    weak = str(register.loc[register["weak"], "label"].iloc[0])
    decision = voi_study().tables["evpi"]["comparison"].iloc[0]
    row = voi_study().tables["evppi"].iloc[0].to_dict() | {"comparison": decision, "note": ""}
    rows = [
        row | {"name": weak, "evppi_gbp": 100.0, "standard_error_gbp": 1.0,
               "population_evppi_gbp": 5000.0},
        row | {"name": "unclear", "evppi_gbp": 100.0, "standard_error_gbp": 90.0,
               "population_evppi_gbp": 5000.0},
    ]  # fmt: skip
    page = pages(changed(evppi=pd.DataFrame(rows)))["Inputs worth knowing"]
    (picture,) = page.pictures
    assert picture.frame["Input"].tolist() == [f"* {weak}"]
    assert "(£5,000)" in picture.headline
    assert len(page.tables[0].frame) == 2


def test_groups_are_shown_where_there_are_any() -> None:
    page = pages(voi_study())["Inputs worth knowing"]
    assert page.tables[1].name == "evppi_groups"
    none = pages(changed(evppi_groups=pd.DataFrame()))["Inputs worth knowing"]
    assert none.tables[1].frame.empty


def test_without_capacity_to_buy_there_is_no_such_page() -> None:
    none = voi_study().tables["capacity_decision"].iloc[:0]
    assert "Capacity to buy" not in pages(changed(capacity_decision=none))
