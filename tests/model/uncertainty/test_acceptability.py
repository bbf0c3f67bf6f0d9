"""Acceptability, its frontier, expected loss and the plane, by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hepaplan.model.economics import preferred
from hepaplan.model.uncertainty.information.evpi import evpi
from hepaplan.model.uncertainty.results.acceptability import (
    CURVE_COLUMNS,
    acceptability,
    headline,
    mean_frontier,
    plane,
    quadrants,
    thresholds,
)
from hepaplan.model.uncertainty.strategies import Strategies

FOUR = Strategies(
    "a patient",
    ("now", "more"),
    np.array([[1_000.0, 1_000.0, 1_000.0, 1_000.0], [3_000.0, 500.0, 2_000.0, 1_500.0]]),
    np.array([[1.0, 1.0, 1.0, 1.0], [1.5, 1.25, 0.5, 0.75]]),
)
"""More against now: (2,000, 0.5), (-500, 0.25), (1,000, -0.5), (500, -0.25): mean 750, 0."""
NUMBERS = np.random.default_rng(31)
MANY = Strategies(
    "a patient",
    ("a", "b", "c"),
    np.array([[1_000.0], [4_000.0], [9_000.0]]) * NUMBERS.gamma(25.0, 1 / 25.0, (3, 500)),
    np.array([[1.0], [1.3], [1.5]]) + 0.1 * NUMBERS.standard_normal((3, 500)),
)


def test_thresholds_hold_the_scenarios_own_once() -> None:
    assert thresholds(20_000.0).tolist() == [1_000.0 * k for k in range(61)]
    assert thresholds(25.5, 50.0, 25.0).tolist() == [0.0, 25.0, 25.5, 50.0]
    with pytest.raises(ValueError, match="a step above 0"):
        thresholds(20_000.0, step=0.0)


def test_four_draws_by_hand() -> None:
    """At 8,000 a QALY more - now: 2,000, 2,500, -5,000, -2,500: mean -750; losses of now 1,125."""
    found = acceptability(FOUR, np.array([0.0, 4_000.0, 8_000.0]))
    assert found.probability_best.tolist() == [[0.75, 0.625, 0.5], [0.25, 0.375, 0.5]]
    assert found.expected_loss[:, 2].tolist() == [1_125.0, 1_875.0]
    assert found.preferred.tolist() == [[True] * 3, [False] * 3]
    assert found.standard_error[0, 2] == pytest.approx(0.5 / 2)
    assert tuple(found.table().columns) == CURVE_COLUMNS
    row = found.table().iloc[5]
    assert (row["threshold_gbp_per_qaly"], row["strategy"]) == (8_000.0, "more")
    assert (row["probability_best"], row["expected_loss_gbp"]) == (0.5, 1_875.0)
    assert row["expected_net_benefit_gbp"] == 8_000.0 - 1_750.0


def test_curves_agree_with_a_plain_loop_with_economics_and_with_evpi() -> None:
    at = thresholds(17_350.0)
    found = acceptability(MANY, at)
    assert np.allclose(found.probability_best.sum(axis=0), 1.0)
    means = list(
        zip(MANY.names, MANY.cost.mean(axis=1).tolist(), MANY.qalys.mean(axis=1).tolist(),
            strict=True)
    )  # fmt: skip
    for t, threshold in enumerate(at.tolist()):
        counts = dict.fromkeys(MANY.names, 0.0)
        for d in range(500):
            (name,) = preferred(
                [(n, MANY.cost[s, d], MANY.qalys[s, d]) for s, n in enumerate(MANY.names)],
                threshold,
            )
            counts[name] += 1 / 500
        assert found.probability_best[:, t].tolist() == pytest.approx(list(counts.values()))
        chosen = tuple(
            n for n, is_it in zip(MANY.names, found.preferred[:, t], strict=True) if is_it
        )
        assert chosen == preferred(means, threshold)
        assert found.expected_loss[:, t].min() == pytest.approx(
            evpi(MANY.net_benefit(threshold)).value
        )
    assert len({tuple(column) for column in found.preferred.T}) == 3


def test_equal_strategies_share_every_draw() -> None:
    twins = Strategies("x", ("one", "two", "dear"), np.array([[5.0, 7.0]] * 2 + [[9.0, 9.0]]),
                       np.array([[1.0, 2.0]] * 3))  # fmt: skip
    found = acceptability(twins, np.array([20_000.0]))
    assert found.probability_best.tolist() == [[0.5], [0.5], [0.0]]
    assert found.preferred.tolist() == [[True], [True], [False]]
    assert headline(found, 20_000.0) == (
        "At £20 thousand a QALY, one and two have equally most expected net benefit and are best "
        "in 100% of draws."
    )


def test_the_plane_and_its_quadrants() -> None:
    points = plane(FOUR, "now")
    assert points["strategy"].unique().tolist() == ["more"]
    assert points["incremental_cost_gbp"].tolist() == [2_000.0, -500.0, 1_000.0, 500.0]
    assert points["incremental_qalys"].tolist() == [0.5, 0.25, -0.5, -0.25]
    shares = quadrants(FOUR, "now", 3_000.0).to_dict("records")
    assert [tuple(row.values()) for row in shares] == [
        ("more", "dearer and better", 0.25, 0.0),
        ("more", "dominant", 0.25, 0.25),
        ("more", "dominated", 0.5, 0.0),
    ]
    with pytest.raises(ValueError, match="'then' is none of the strategies now, more"):
        plane(FOUR, "then")
    alone = Strategies("x", ("now",), FOUR.cost[:1], FOUR.qalys[:1])
    assert plane(alone, "now").empty
    assert quadrants(alone, "now", 3_000.0).empty


def test_acceptability_is_what_lies_below_the_line_on_the_plane() -> None:
    two = Strategies("x", ("a", "b"), MANY.cost[:2], MANY.qalys[:2])
    points = plane(two, "a")
    for threshold in (0.0, 8_000.0, 20_000.0):
        below = points["incremental_cost_gbp"] < threshold * points["incremental_qalys"]
        share = acceptability(two, np.array([threshold])).probability_best[1, 0]
        assert share == pytest.approx(below.mean())
        assert share == pytest.approx(quadrants(two, "a", threshold)["share_worth_it"].sum())


def test_the_frontier_of_means() -> None:
    table = mean_frontier(MANY, 20_000.0).set_index("strategy")
    assert table.index.tolist() == ["a", "b", "c"]
    cost, qalys = MANY.cost.mean(axis=1), MANY.qalys.mean(axis=1)
    assert table.loc["b", "icer_gbp_per_qaly"] == pytest.approx(
        (cost[1] - cost[0]) / (qalys[1] - qalys[0])
    )
    assert table["standing"].tolist() == ["reference", "on the frontier", "on the frontier"]
    assert table["preferred"].tolist() == [False, True, False]
    for one, other in itertools.pairwise(table["icer_gbp_per_qaly"].tolist()[1:]):
        assert one < other


def test_the_headline_says_what_a_mistake_costs() -> None:
    found = acceptability(FOUR, np.array([8_000.0]))
    assert headline(found, 8_000.0) == (
        "At £8,000 a QALY, now has most expected net benefit and is best in 50% of draws; where "
        "it is not, £1,125 is lost, averaged over all draws."
    )
