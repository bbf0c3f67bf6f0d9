"""Strategies in every draw: net benefit by hand, and arrays that do not fit."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.uncertainty.strategies import Strategies

COST = np.array([[100.0, 300.0], [250.0, 150.0]])
QALYS = np.array([[0.01, 0.02], [0.04, 0.03]])


def test_net_benefit_is_qalys_at_what_they_are_worth_less_cost() -> None:
    found = Strategies("everyone", ("a", "b"), COST, QALYS).net_benefit(20_000.0)
    np.testing.assert_allclose(found, [[100.0, 100.0], [550.0, 450.0]])


@pytest.mark.parametrize(
    ("names", "cost", "qalys"),
    [
        (("a",), COST, QALYS),
        (("a", "b"), COST, QALYS[:, :1]),
        (("a", "b"), COST[:1], QALYS[:1]),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    names: tuple[str, ...], cost: object, qalys: object
) -> None:
    with pytest.raises(ValueError, match="give one row a strategy, one column a draw"):
        Strategies("everyone", names, np.asarray(cost), np.asarray(qalys))


@pytest.mark.parametrize("which", ["cost", "qalys"])
@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_every_draw_is_a_number(which: str, number: float) -> None:
    given = {"cost": COST.copy(), "qalys": QALYS.copy()}
    given[which][1, 0] = number
    with pytest.raises(ValueError, match="must be finite in every draw"):
        Strategies("everyone", ("a", "b"), **given)
