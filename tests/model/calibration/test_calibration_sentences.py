"""What a calibration says, from tables written by hand."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.calibration.fit import SETTLED
from hepaplan.model.calibration.sentences import headlines

VALIDATE = (
    "These figures were fitted to the targets, so the targets prove nothing more: validate "
    "against data that were not used."
)
REQUEST = SimpleNamespace(
    parameters=[
        SimpleNamespace(name="share", low=2.0, high=4.0),
        SimpleNamespace(name="hazard", low=0.5, high=1.5),
    ],
    targets=["alive", "starts"],
)
FIT = {
    "label": "Starts", "unit": "people", "value": 1500.0, "after": 1620.0,
    "residual_before": 3.0, "residual": 0.5, "within_95": True,
}  # fmt: skip
PARAMETER = {
    "parameter": "share", "label": "Share", "part": "", "unit": "share", "before": 3.0,
    "after": 3.25, "low": 3.0, "high": 3.5, "standard_error": 0.125, "lower_bound": 2.0,
    "upper_bound": 4.0, "at_bound": "", "moved_by_sd": 1.9,
}  # fmt: skip
ALIKE = pd.DataFrame(columns=["parameter", "other", "correlation"])


def search(
    number: int, objective: float, share: float, hazard: float, ended: str = SETTLED
) -> list[dict[str, Any]]:
    one = {"search": number, "objective": objective, "ended": ended}
    return [
        one | {"parameter": name, "ended_value": value}
        for name, value in (("share", share), ("hazard", hazard))
    ]


ONE = search(1, 4.0, 3.0, 1.0)


def said(
    fit: list[dict[str, Any]] | None = None,
    parameters: list[dict[str, Any]] | None = None,
    alike: pd.DataFrame = ALIKE,
    starts: list[dict[str, Any]] = ONE,
    directions: Any = (),
    request: Any = REQUEST,
) -> list[str]:
    tables = {
        "fit": pd.DataFrame(fit or [FIT]).astype({"within_95": bool}),
        "parameters": pd.DataFrame(parameters or [PARAMETER]),
        "correlations": alike,
        "starts": pd.DataFrame(starts),
    }
    told = SimpleNamespace(directions=directions)
    *found, last = headlines(cast(Any, request), tables, cast(Any, told))
    assert last == VALIDATE
    return found


def test_a_good_fit_has_two_sentences() -> None:
    assert said() == [
        "1 of 1 target lies within 1.96 standard errors; the sum of squared residuals goes from 9 "
        "to 0.25.",
        "share (Share): 3 becomes 3.25 share, 95% interval 3 to 3.5.",
    ]


def test_targets_missed_are_named_with_the_side() -> None:
    above = FIT | {"residual": 2.5, "within_95": False}
    below = FIT | {"residual": -4.0, "within_95": False, "label": "Alive", "after": 1300.0}
    found = said(fit=[FIT, above, below])
    assert found[0] == (
        "1 of 3 targets lie within 1.96 standard errors; the sum of squared residuals goes from "
        "27 to 22.5."
    )
    assert found[1:3] == [
        "Missed: Starts is 1,620 people, observed 1,500, 2.5 standard errors above.",
        "Missed: Alive is 1,300 people, observed 1,500, 4.0 standard errors below.",
    ]


def test_five_parameters_are_told_and_how_many_more_there_are() -> None:
    assert len(said(parameters=[PARAMETER] * 5)) == 6
    found = said(parameters=[PARAMETER] * 7)
    assert len(found) == 7
    assert found[-1] == "The table of parameters has 2 more."


def test_one_that_the_targets_do_not_settle_and_one_of_a_group() -> None:
    loose = PARAMETER | {"standard_error": np.nan, "part": "under_65"}
    assert said(parameters=[loose])[1] == (
        "share (Share, under_65): 3 becomes 3.25 share, not settled by the targets."
    )


@pytest.mark.parametrize(
    ("changed", "said_so"),
    [
        ({"at_bound": "low", "after": 2.0}, "its lower bound, 2: the targets pull beyond it"),
        ({"at_bound": "high", "after": 4.0}, "its upper bound, 4: the targets pull beyond it"),
        ({"at_bound": "high", "after": 3.003, "standard_error": np.nan}, "its upper bound, 4"),
        ({"at_bound": "high", "after": 3.001, "standard_error": np.nan}, ""),
        ({"at_bound": "high", "after": 3.0}, "its upper bound, 4"),
        (
            {"at_bound": "refused above", "after": 3.5},
            "share ended beside values that the model refuses, above 3.5: the targets may pull",
        ),
        ({"at_bound": "refused below", "after": 3.001, "standard_error": np.nan}, ""),
        ({"moved_by_sd": 2.1}, "share moved by 2.1 standard deviations of what was known of it"),
        ({"moved_by_sd": -2.1}, "share moved by 2.1 standard deviations of what was known of it"),
        ({"moved_by_sd": 2.0}, ""),
        ({"moved_by_sd": np.nan}, ""),
    ],
)
def test_bounds_and_moves_that_disagree(changed: dict[str, Any], said_so: str) -> None:
    rest = said(parameters=[PARAMETER | changed])[2:]
    assert len(rest) == bool(said_so)
    assert all(said_so in sentence for sentence in rest)


def test_what_stays_open() -> None:
    directions = [
        SimpleNamespace(told=told, words=words)
        for told, words in (("well", "a"), ("weakly", "b"), ("not at all", "c"), ("weakly", "d"))
    ]
    alike = pd.DataFrame([{"parameter": "share", "other": "hazard", "correlation": -0.9876}])
    few = SimpleNamespace(parameters=REQUEST.parameters, targets=["alive"])
    assert said(directions=directions, alike=alike, request=few)[2:] == [
        "Not identifiable: 2 parameters from 1 target; many other values fit as well.",
        "Not told by the targets: c.",
        "Hardly told by the targets: b; d.",
        "share and hazard cannot be told apart well: their estimates have a correlation of -0.988.",
    ]


def test_searches_that_ended_elsewhere() -> None:
    failed = search(9, float("nan"), 3.9, 1.4)
    apart = [*ONE, *search(2, 4.9, 3.09, 1.06), *search(3, 5.1, 2.0, 0.5), *failed]
    assert said(starts=apart)[2:] == [
        "1 of 4 searches began at values that the model refuses.",
        "1 of 3 searches ended elsewhere with a worse fit: there is more than one minimum, perhaps "
        "a better one still.",
        "Searches that fit alike ended at different values of hazard.",
    ]
    near = [*ONE, *search(2, 4.9, 3.09, 1.04)]
    assert said(starts=near)[2:] == []
    slow = search(1, 4.0, 3.0, 1.0, ended="steps used up")
    assert said(starts=[*slow, *search(2, 4.5, 3.0, 1.0)])[2:] == [
        "The best search did not settle (steps used up): a better fit may be near."
    ]
