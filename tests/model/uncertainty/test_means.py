"""Why the mean of the draws is not the figure: by what the distribution is."""

from __future__ import annotations

import pytest

from hepaplan.model.uncertainty.spread.altered import Scaled, truncated
from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular
from hepaplan.model.uncertainty.spread.distributions import (
    Gamma,
    LogNormal,
    Normal,
    Uncertain,
    Uniform,
)
from hepaplan.model.uncertainty.spread.means import why_mean_differs
from tests.support.inputs_by_hand import OPERABLE, made_input

MEDIAN = "the point is the median of a log-normal, whose mean lies above it"
CUT = "values that the figure cannot have are cut off"


@pytest.mark.parametrize(
    ("distribution", "why"),
    [
        (LogNormal(0.0, 0.3), MEDIAN),
        (Scaled(LogNormal(0.0, 0.3), 1.25), MEDIAN),
        (truncated(LogNormal(0.0, 0.3), 0.0, 1.5), f"{CUT}, and {MEDIAN}"),
        (truncated(Normal(1.0, 1.0), 0.0, 9.0), CUT),
        (Uniform(0.5, 2.0), "the point is not the middle of its interval"),
        (Triangular(0.5, 1.0, 2.0), "the point is the most likely value, not the mean"),
        (Pert(0.5, 1.0, 2.0), "the point is the most likely value, not the mean"),
        (Gamma(4.0, 0.5), "the distribution is stated by parameters of its own"),
        (Uniform(0.5, 1.5), ""),
        (Uniform(0.5, 1.5 + 1e-9), ""),
        (Uniform(0.5, 1.5 + 4e-9), "the point is not the middle of its interval"),
    ],
)
def test_the_reason(distribution: Uncertain, why: str) -> None:
    item = made_input(OPERABLE, 1.0, distribution)
    assert why_mean_differs(item) == why
