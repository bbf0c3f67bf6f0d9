"""What draws show: intervals that can be read, fans of what falls short, choices, the plan."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.need_pictures import CAPACITY, LARGEST_TREATMENTS, need_pictures
from hepaplan.reports.study.pages import Page
from hepaplan.reports.study.psa_pages import psa_pages
from hepaplan.reports.study.workbook import page_faults, title_faults
from tests.support.studies import psa_study


def pages(study: Study) -> dict[str, Page]:
    return {page.title: page for page in psa_pages(study)}


def with_chance(study: Study, **chances: float) -> Study:
    """Return the study with other chances of meeting the need of resources."""
    table = study.tables["capacity_by_month"]
    found = table["resource"].map(chances).fillna(1.0)
    return replace(
        study,
        tables={**study.tables, "capacity_by_month": table.assign(chance_present_meets=found)},
    )


def test_a_real_study_can_be_shown_whole() -> None:
    found = pages(psa_study())
    assert list(found) == [
        "Intervals", "Need by month", "By region", "Choices for the region",
        "Choices for a patient", "The plan", "Inputs",
    ]  # fmt: skip
    assert not title_faults(list(found))
    assert not [fault for page in found.values() for fault in page_faults(page)]


def test_settled_shows_half_of_the_draws_beside_all() -> None:
    study = psa_study()
    shown = pages(study)["Intervals"].tables[1].frame
    table = study.tables["convergence"]
    assert len(shown) == table["output"].nunique()
    own = table[table["output"] == table["output"].iloc[0]]
    half = own[own["draws"] <= own["draws"].max() / 2].iloc[-1]
    assert shown["First half, mean"].iloc[0] == half["mean"]
    assert shown["All draws, to"].iloc[0] == own["high"].iloc[-1]


def test_too_few_draws_to_settle_are_said() -> None:
    study = psa_study()
    few = replace(study, tables={**study.tables, "convergence": pd.DataFrame()})
    shown = pages(few)["Intervals"].tables[1]
    assert shown.frame.empty
    assert shown.absent == "Too few draws to say."


def test_only_resources_that_fall_short_have_a_fan_and_the_largest_treatments() -> None:
    study = psa_study()
    names = list(dict.fromkeys(study.tables["capacity_by_month"]["resource"]))
    found = need_pictures(with_chance(study, **{names[0]: 0.3}))
    assert [p.name for p in found if p.name.startswith("need_")] == [f"need_{names[0]}"]
    assert sum(p.name.startswith("starts_") for p in found) <= LARGEST_TREATMENTS
    assert "in 30% of draws" in found[0].headline
    assert CAPACITY in found[0].frame
    record = study.scenario.settings.resource[names[0]]
    assert f"{record.unit} a month would meet it in 80%" in found[0].headline


def test_where_none_falls_short_the_fullest_is_shown() -> None:
    study = with_chance(psa_study())
    last = study.tables["capacity_by_month"].groupby("resource", sort=False).last()
    fullest = (last["needed_80"] / last["present"]).idxmax()
    found = [p.name for p in need_pictures(study) if p.name.startswith("need_")]
    assert found == [f"need_{fullest}"]


def test_all_resources_and_treatments_are_in_the_table_of_the_last_month() -> None:
    study = psa_study()
    frame = pages(study)["Need by month"].tables[1].frame
    resources = study.tables["fan_resources"]["resource"].nunique()
    assert len(frame) == resources + study.tables["fan_treatments"]["treatment"].nunique()
    assert (frame["It meets"].iloc[:resources] != "").all()
    assert (frame["It meets"].iloc[resources:] == "").all()


def test_illustrative_capacity_says_so_where_it_is_drawn() -> None:
    page = pages(psa_study())["Need by month"]
    assert any(note.startswith("ILLUSTRATIVE") for note in page.notes)
    assert "capacity today (illustrative)" in page.pictures[0].headline
