"""What draws show: intervals that can be read, fans of what falls short, choices, the plan."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.uncertainty.results.fans import EVERY_MONTH
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.number_text import value_text
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


def test_settled_says_by_how_much_the_ends_moved_and_how_well_they_are_known() -> None:
    """Sixty draws are too few, whether or not their ends moved."""
    study = psa_study()
    shown = pages(study)["Intervals"].tables[1].frame
    last = study.tables["convergence"].groupby("output", sort=False).last()
    assert shown["Ends moved by"].tolist() == last["moved"].tolist()
    assert shown["Ends known to"].tolist() == last["error"].tolist()
    assert set(shown["Settled"]) == {"no"}
    assert any("5% of the interval's width" in note for note in pages(study)["Intervals"].notes)


@pytest.mark.parametrize(("design", "said"), [("random", 0), ("latin", 1), ("sobol", 1)])
def test_errors_of_draws_that_are_spread_evenly_are_called_upper_bounds(
    design: str, said: int
) -> None:
    study = replace(psa_study(), facts={**psa_study().facts, "design": design})
    notes = [note for page in psa_pages(study) for note in page.notes if "at most about" in note]
    assert len(notes) == said
    assert all(f"({design})" in note for note in notes)


def test_inputs_of_any_size_are_shown_as_people_write_them() -> None:
    study = psa_study()
    inputs = study.tables["inputs"].assign(distribution="LogNormal")
    (shown,) = pages(replace(study, tables={**study.tables, "inputs": inputs}))["Inputs"].tables
    sizes = (1640.0, 20.0, 0.8, 0.00125)
    assert [value_text(size, shown.formats["Point"]) for size in sizes] == [
        "1,640", "20.0", "0.8", "0.0013",
    ]  # fmt: skip
    assert set(shown.frame["Distribution"]) == {"Log-normal"}


def test_a_need_that_no_multiple_of_capacity_meets_is_shown_as_missing() -> None:
    """Two rows of a year, made up: chairs that are closed in a month, and theatres short of 20%."""
    columns = ["resource", "year", "meets", "present", "chance_present_meets", "needed_50",
               "needed_80", "needed_95"]  # fmt: skip
    rows = [
        ("theatre", 1, EVERY_MONTH, 10.0, 0.3, 11.0, 12.0, 13.0),
        ("chair", 1, EVERY_MONTH, 10.0, 0.6, 9.0, float("nan"), float("nan")),
    ]
    study = psa_study()
    tables = {**study.tables, "capacity_by_year": pd.DataFrame(rows, columns=columns)}
    page = pages(replace(study, tables=tables))["Need by month"]
    frame = page.tables[0].frame
    assert frame["for 80%"].tolist() == [12.0, "n/a"]
    assert frame["Needed for 50% of draws"].tolist() == [11.0, 9.0]
    assert "1 of 2 resources are short in most draws" in page.subtitle
    assert any("one number in every month" in note for note in page.notes)
    assert not page_faults(page)


def test_a_chance_from_few_draws_has_its_interval_and_a_note() -> None:
    """The plan is kept in six draws: all of six is 1, from 0.6696 by Jeffreys' interval."""
    found = pages(psa_study())
    frame = found["The plan"].tables[0].frame
    table = psa_study().tables["standards"]
    assert frame["95% interval from"].tolist() == table["probability_low"].tolist()
    assert frame["to"].tolist() == table["probability_high"].tolist()
    assert "Monte Carlo error" not in frame
    said = {"Choices for the region": "none or all of 6 draws", "Choices for a patient": "of 60 "}
    for title, words in said.items():
        (note,) = (note for note in found[title].notes if "Jeffreys" in note)
        assert words in note
    (note,) = (n for n in found["Choices for the region"].notes if "Jeffreys" in n)
    assert "33%" in note


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
