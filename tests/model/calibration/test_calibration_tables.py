"""The tables of a calibration, of a fit written down by hand: every figure worked on paper."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.calibration.fit import SETTLED, Search, ends_at_bound
from hepaplan.model.calibration.identify import Direction, Identified
from hepaplan.model.calibration.request import Parameter, Request, Target
from hepaplan.model.calibration.tables import (
    correlation_table,
    direction_table,
    fit_table,
    parameter_table,
    start_table,
)
from hepaplan.model.outputs import Output
from tests.support.unsure import row

SHARE = Parameter(
    name="share",
    keys=(("metastases", "late_share"), ("metastases", "copy")),
    part="under_65",
    multiply=False,
    label="Late share",
    unit="share",
    low=2.0,
    high=6.0,
    before=3.0,
    numbers={"under_65": 3.0},
    sd=0.25,
)
HAZARD = replace(
    SHARE, name="hazard", keys=(("h",),), part="", low=0.0, high=1.5, before=1.0, sd=None
)
ALIVE = Target(
    "alive", Output("o", "Alive", "share", "reading 1", True), 0.5, 0.02, "paper", 2019, "published"
)
STARTS = replace(ALIVE, name="starts", value=1_500.0, standard_error=40.0, year=None, note="told")
REQUEST = Request("tiny", (SHARE, HAZARD), (ALIVE, STARTS), {})


def identified(*errors: float, correlation: float = 0.97) -> Identified:
    """Two directions, the second ten times less told."""
    alike = np.array([[1.0, correlation], [correlation, 1.0]])
    directions = (
        Direction(20.0, np.array([1.0, 0.0]), "well", "raising share moves the targets"),
        Direction(2.0, np.array([0.0, 1.0]), "well", "raising hazard moves the targets"),
    )
    return Identified(directions, 10.0, np.array(errors), alike)


def parameters(
    *errors: float,
    numbers: tuple[float, float] = (3.5, 0.9),
    refused: tuple[str, str] = ("", ""),
) -> pd.DataFrame:
    position = np.array([(numbers[0] - 2.0) / 4.0, numbers[1] / 1.5])
    return parameter_table(REQUEST, np.array(numbers), position, identified(*errors), refused)


def test_a_parameters_error_is_in_its_unit_and_its_interval_within_its_bounds() -> None:
    """An error of a tenth of the range of 4 is 0.4: 1.96 of them either side."""
    found = parameters(0.1, 0.4)
    share = row(found, parameter="share")
    assert share["standard_error"] == pytest.approx(0.4)
    assert (share["low"], share["high"]) == pytest.approx((3.5 - 0.783986, 3.5 + 0.783986))
    assert (share["before"], share["after"]) == (3.0, 3.5)
    assert (share["lower_bound"], share["upper_bound"]) == (2.0, 6.0)
    assert share["moved_by_sd"] == pytest.approx(2.0)
    assert (share["key"], share["part"]) == ("metastases.late_share", "under_65")
    hazard = row(found, parameter="hazard")  # an error of 0.6: cut at both bounds
    assert (hazard["low"], hazard["high"]) == (0.0, 1.5)
    assert math.isnan(hazard["moved_by_sd"])
    assert found["at_bound"].tolist() == ["", ""]


def test_what_the_targets_do_not_settle_has_no_error() -> None:
    found = parameters(math.nan, 0.01)
    missing = row(found, parameter="share")
    assert [math.isnan(missing[name]) for name in ("standard_error", "low", "high")] == [True] * 3
    assert missing["after"] == 3.5
    assert row(found, parameter="hazard")["low"] == pytest.approx(0.9 - 0.015 * 1.959964)


def test_a_parameter_at_its_bound_says_at_which() -> None:
    assert parameters(0.1, 0.1, numbers=(2.0, 1.5))["at_bound"].tolist() == ["low", "high"]


def test_an_interval_ends_where_the_model_refuses_what_is_beside_the_value() -> None:
    """Else 3.5 - 0.784 to 3.5 + 0.784, and 0.9 - 0.294 to 0.9 + 0.294."""
    found = parameters(0.1, 0.1, refused=("above", "below"))
    assert found["at_bound"].tolist() == ["refused above", "refused below"]
    assert found["high"].tolist() == pytest.approx([3.5, 0.9 + 0.293995])
    assert found["low"].tolist() == pytest.approx([3.5 - 0.783986, 0.9])
    at_both = parameters(0.1, 0.1, numbers=(2.0, 0.9), refused=("above", ""))
    assert at_both["at_bound"].tolist() == ["low", ""]


def test_a_thousandth_of_the_range_is_at_the_bound() -> None:
    positions = np.array([0.001, 0.0011, 0.5, 0.9989, 0.999])
    assert ends_at_bound(positions) == ("low", "", "", "", "high")


def test_residuals_are_in_standard_errors_of_their_target() -> None:
    found = fit_table(REQUEST, np.array([0.44, 1_400.0]), np.array([0.53, 1_580.0]))
    alive, starts = (row(found, target=name) for name in ("alive", "starts"))
    assert (alive["residual_before"], alive["residual"]) == pytest.approx((-3.0, 1.5))
    assert (starts["residual_before"], starts["residual"]) == pytest.approx((-2.5, 2.0))
    assert found["within_95"].tolist() == [True, False]
    assert (alive["before"], alive["after"], alive["year"]) == (0.44, 0.53, 2019)
    assert pd.isna(starts["year"])
    assert str(found["year"].dtype) == "Int64"
    assert (starts["note"], starts["source"], starts["unit"]) == ("told", "paper", "share")


@pytest.mark.parametrize(("errors", "within"), [(1.95, True), (-1.95, True), (1.97, False)])
def test_within_95_is_below_1_96_standard_errors_either_way(errors: float, within: bool) -> None:
    after = np.array([0.5 + errors * 0.02, 1_500.0])
    assert fit_table(REQUEST, after, after)["within_95"].tolist() == [within, True]


def test_directions_are_numbered_and_compared_with_the_best_told() -> None:
    found = direction_table(identified(0.1, 0.1))
    assert found["direction"].tolist() == [1, 2]
    assert found["condition"].tolist() == [1.0, 10.0]
    assert found["what"].tolist()[1] == "raising hazard moves the targets"
    blind = Direction(0.0, np.array([0.0, 1.0]), "not at all", "raising hazard moves no target")
    told = replace(identified(0.1, 0.1), directions=(identified(0, 0).directions[0], blind))
    assert direction_table(told)["condition"].isna().tolist() == [False, True]


@pytest.mark.parametrize(("correlation", "pairs"), [(0.96, 1), (-0.96, 1), (0.95, 0), (0.5, 0)])
def test_pairs_correlated_above_95_are_listed_once(correlation: float, pairs: int) -> None:
    found = correlation_table(REQUEST, identified(0.1, 0.1, correlation=correlation))
    expected = [("share", "hazard", correlation)] * pairs
    assert list(found.itertuples(index=False, name=None)) == expected


def numbers(position: Floats) -> Floats:
    return np.array([2.0 + 4.0 * position[0], 1.5 * position[1]])


def test_searches_say_where_they_began_and_ended() -> None:
    middle, end = np.array([0.25, 0.6]), np.array([0.5, 0.8])
    refused = Search(end, end, np.inf, 1, "the model refuses the values here")
    found = start_table(REQUEST, [Search(middle, end, 4.5, 7, SETTLED), refused], numbers)
    assert found["search"].tolist() == [1, 1, 2, 2]
    first = row(found, search=1, parameter="share")
    assert (first["begun_value"], first["ended_value"], first["objective"]) == (3.0, 4.0, 4.5)
    assert (first["runs"], first["begun_at"]) == (7, "the scenario as it is")
    second = row(found, search=2, parameter="hazard")
    assert second["begun_value"] == pytest.approx(1.2)
    assert math.isnan(second["ended_value"])
    assert math.isnan(second["objective"])
    assert (second["begun_at"], second["ended"]) == ("a point of the range", refused.ended)
