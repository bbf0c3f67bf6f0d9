"""Pages of a calibration: each table shown, what is missing said in words."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.calibration.fit import Search
from hepaplan.model.calibration.identify import identified
from hepaplan.model.calibration.sentences import headlines
from hepaplan.model.calibration.tables import (
    correlation_table,
    direction_table,
    fit_table,
    parameter_table,
    start_table,
)
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.calibration_pages import calibration_pages
from hepaplan.reports.study.pages import Page
from tests.support.calibrations import HAZARD, SHARE, request, short, target


@cache
def study() -> Study:
    """Return a study that was worked out by hand: one of two parameters settled, at its bound."""
    asked = request(
        {"share": {"key": SHARE, "low": 0.1, "high": 0.2}, "hazard": {"key": HAZARD,
         "low": 0.5, "high": 2.0}},
        {"new": target("new_metastases", 45.0, 1.5),
         "alive": target("overall_survival.operable.resection.24", 0.6, 0.02)},
    )  # fmt: skip
    position = np.array([1.0, 1 / 3])
    told = identified(np.array([[10.0, 0.0], [5.0, 0.0]]), ["share", "hazard"])
    searches = [
        Search(np.array([0.6, 1 / 3]), position, 4.25, 21, "stopped after 60 steps"),
        Search(np.array([0.1, 0.9]), np.array([0.2, 1 / 3]), 9.0, 30, "settled"),
        Search(np.array([0.9, 0.9]), np.array([0.9, 0.9]), np.inf, 1, "the model refuses it"),
    ]
    low, width = np.array([0.1, 0.5]), np.array([0.1, 1.5])
    tables = {
        "parameters": parameter_table(asked, np.array([0.2, 1.0]), position, told, ("", "")),
        "fit": fit_table(asked, np.array([42.0, 0.6]), np.array([48.0, 0.59])),
        "identifiability": direction_table(told),
        "correlations": correlation_table(asked, told),
        "starts": start_table(asked, searches, lambda at: low + width * at),
    }
    return Study("calibration", short(), "Which values?", headlines(asked, tables, told), tables)


@cache
def page(title: str) -> Page:
    return {found.title: found for found in calibration_pages(study())}[title]


def test_every_table_of_the_study_is_shown() -> None:
    shown = [table.name for found in calibration_pages(study()) for table in found.tables]
    assert sorted(shown) == sorted(study().tables)


def test_the_fit_says_who_is_off_and_by_how_much() -> None:
    """(48 - 45) / 1.5 = 2 is missed; (0.59 - 0.6) / 0.02 = -0.5 is met."""
    frame = page("Fit").tables[0].frame.set_index("Target")
    assert frame["Off after, standard errors"].to_dict() == pytest.approx(
        {"new": 2.0, "alive": -0.5}
    )
    assert frame["Off before, standard errors"].to_dict() == pytest.approx(
        {"new": -2.0, "alive": 0.0}
    )
    assert frame["Within 1.96"].to_dict() == {"new": "no", "alive": "yes"}
    assert "1 of 2 targets missed" in page("Fit").subtitle
    picture = page("Fit").pictures[0]
    assert picture.headline == "new is the furthest from its target, 2.00 standard errors off"
    assert picture.frame["Off"].tolist() == pytest.approx([2.0, 0.5])


def test_figures_that_are_not_settled_have_no_error() -> None:
    """The settled one: 1 / sqrt(10^2 + 5^2) of a range of 0.1, cut at its bound of 0.2."""
    frame = page("Figures").tables[0].frame.set_index("Parameter")
    assert frame.loc["hazard", "Standard error"] == "n/a"
    error = 0.1 / np.sqrt(125.0)
    assert frame.loc["share", "Standard error"] == pytest.approx(error)
    assert frame.loc["share", "95% from"] == pytest.approx(0.2 - 1.959964 * error)
    assert frame.loc["share", "95% to"] == 0.2
    assert frame["Ended at"].to_dict() == {"share": "upper", "hazard": ""}


def test_directions_and_searches_are_told_in_words() -> None:
    told = page("What the targets tell").tables[0].frame
    assert told["Told"].tolist() == ["well", "not at all"]
    assert told["What moves"].iloc[-1] == "Raising hazard moves no target"
    assert told["Condition number"].tolist() == [1.0, "n/a"]
    starts = page("Searches").tables[0].frame
    assert starts["Ended"].tolist()[-2:] == ["n/a", "n/a"]
    assert starts["Search"].tolist() == [1, 1, 2, 2, 3, 3]


def test_the_sentences_say_bound_miss_and_other_minimum() -> None:
    said = "\n".join(study().headlines)
    assert "1 of 2 targets lie within 1.96" in said
    assert "squared residuals goes from 4 to 4.25" in said
    assert "Missed: new patients with liver metastases is 48 people a year, observed 45" in said
    assert "share ended at its upper bound, 0.2" in said
    assert "The best search did not settle (stopped after 60 steps)" in said
    assert "1 of 2 searches ended elsewhere with a worse fit" in said
    assert "hazard (Liver resection: time to recurrence): 1 becomes 1 factor" in said


def test_no_table_to_be_shown_lacks_a_number() -> None:
    """What a page shows is a number or words: never an empty cell that a reader must explain."""
    for found in calibration_pages(study()):
        for table in found.tables:
            assert not pd.DataFrame(table.frame).isna().to_numpy().any()
