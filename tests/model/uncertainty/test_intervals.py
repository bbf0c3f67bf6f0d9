"""Intervals and their Monte Carlo errors, and whether there were enough draws."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from hepaplan.model.uncertainty.results.intervals import (
    COLUMNS,
    NOT_EXPLAINED,
    TOLERANCE,
    chance_interval,
    convergence,
    headline,
    intervals,
    percentile_error,
)

FIVE = np.array([1.0, 5.0, 3.0, 2.0, 4.0])
NUMBERS = np.random.default_rng(41)


def test_five_draws_by_hand() -> None:
    """Mean 3, sd sqrt(2.5); percentile 2.5 a tenth of the way from 1 to 2."""
    table = intervals({"x": 2.5}, {"x": FIVE}, {"x": "GBP"}, {"x": "costs are skewed"})
    assert tuple(table.columns) == COLUMNS
    (row,) = table.to_dict("records")
    assert [row[k] for k in ("mean", "low", "median", "high")] == pytest.approx([3, 1.1, 3, 4.9])
    assert row["sd"] == pytest.approx(np.sqrt(2.5))
    assert row["mean_standard_error"] == pytest.approx(np.sqrt(0.5))
    assert row["mean_less_base"] == pytest.approx(0.2)
    assert (row["gap"], row["explanation"], row["unit"]) == (True, "costs are skewed", "GBP")


def test_a_gap_above_two_per_cent_wants_an_explanation() -> None:
    base = {"near": 2.95, "far": 3.1, "none": 0.0, "minus": -2.5}
    table = intervals(base, dict.fromkeys([*base, "new"], FIVE), dict.fromkeys([*base, "new"], "u"))
    assert table["gap"].tolist() == [False, True, True, True, False]
    assert table["explanation"].tolist() == ["", *[NOT_EXPLAINED] * 3, ""]
    assert np.isnan(table["mean_less_base"]).tolist() == [False, False, True, False, True]
    assert table.loc[3, "mean_less_base"] == pytest.approx(2.2)


def test_the_error_of_a_percentile_is_its_spread_over_repetitions() -> None:
    samples = NUMBERS.standard_normal((400, 1_000))
    for share in (0.025, 0.5, 0.975):
        errors = [percentile_error(sample, share) for sample in samples]
        assert np.mean(errors) == pytest.approx(np.quantile(samples, share, axis=1).std(), rel=0.12)
    assert percentile_error(np.full(10, 2.0), 0.5) == 0.0


def test_normal_draws_settle_and_a_drifting_series_does_not() -> None:
    drawn = NUMBERS.standard_normal(10_000)
    settled = convergence(drawn)
    assert settled.settled
    assert settled.table["draws"].tolist() == [1_000 * k for k in range(1, 11)]
    third = settled.table.iloc[2]
    assert third["mean"] == pytest.approx(drawn[:3_000].mean())
    assert third["low"] == pytest.approx(np.quantile(drawn[:3_000], 0.025))
    drifting = convergence(drawn + np.linspace(0.0, 3.0, 10_000))
    assert not drifting.settled
    assert not convergence(drawn[:40], tolerance=0.001).settled
    same = convergence(np.full(20, 5.0))
    assert (same.moved, same.error, same.settled) == (0.0, 0.0, True)


def test_ends_that_stayed_by_luck_have_not_settled() -> None:
    """A hundred draws that moved no end by 5% from 50 on, and whose ends are not known to 5%.

    1.96 x half the distance between the draws at ranks 99 (0.025 +- (0.025 x 0.975 / 100)^0.5),
    0.93 and 4.02 from below and from above; the wider of both, as a share of the width.
    """
    drawn = np.random.default_rng(6).standard_normal(100)
    found = convergence(drawn)
    assert found.moved <= TOLERANCE
    spread, ordered = 99 * (0.025 * 0.975 / 100) ** 0.5, np.sort(drawn)
    ends = [
        np.interp([99 * 0.025 - spread, 99 * 0.025 + spread], np.arange(100), each)
        for each in (ordered, -ordered[::-1])
    ]
    width = np.quantile(drawn, 0.975) - np.quantile(drawn, 0.025)
    expected = 1.96 * max(np.ptp(end) / 2 for end in ends) / width
    assert found.error == pytest.approx(expected, rel=1e-4)
    assert found.error > TOLERANCE
    assert not found.settled


@pytest.mark.parametrize(("draws", "settled"), [(100, (0.0, 0.03)), (1_000, (0.3, 0.8))])
def test_the_verdict_is_rarely_wrong(draws: int, settled: tuple[float, float]) -> None:
    """Of 200 normal outputs: how many are called settled, and are an end off by 5% of the width.

    By luck of the first half alone it was 14% of 100 draws; 5% is allowed.
    """
    truth, numbers = np.array([-1.959964, 1.959964]), np.random.default_rng(5)
    called = wrong = 0
    for _ in range(200):
        drawn = numbers.standard_normal(draws)
        off = np.abs(np.quantile(drawn, [0.025, 0.975]) - truth).max() > TOLERANCE * np.ptp(truth)
        found = convergence(drawn).settled
        called += found
        wrong += found and bool(off)
    assert wrong / 200 <= 0.05
    assert settled[0] <= called / 200 <= settled[1]


def test_a_chance_seen_in_every_draw_is_not_certain() -> None:
    """Jeffreys: beta(x + 1/2, n - x + 1/2); of 20 of 20 its 2.5% point, 0.8834, and 1."""
    low, high = chance_interval(20, 20)
    assert low == pytest.approx(stats.beta.ppf(0.025, 20.5, 0.5))
    assert low == pytest.approx(0.8834, abs=1e-4)
    assert high == 1.0
    assert chance_interval(0, 20) == pytest.approx((0.0, 1.0 - low))
    inside = chance_interval(3, 5)
    assert inside == pytest.approx(tuple(stats.beta.interval(0.95, 3.5, 2.5)))
    assert inside[0] < 0.6 < inside[1]
    with pytest.raises(ValueError, match="6 of 5 draws"):
        chance_interval(6, 5)


def test_the_interval_of_a_chance_holds_it_about_as_often_as_it_says() -> None:
    """Over all outcomes of 20 draws, by their binomial probability: 90% to 99% of them."""
    for chance in (0.1, 0.3, 0.5, 0.8):
        held = 0.0
        for times in range(21):
            low, high = chance_interval(times, 20)
            held += stats.binom.pmf(times, 20, chance) * (low <= chance <= high)
        assert 0.89 < held < 0.99


def test_what_has_no_interval_is_refused() -> None:
    for drawn, message in [
        (np.array([1.0]), "x needs 2 draws or more"),
        (np.ones((2, 2)), "x needs 2 draws or more"),
        (np.array([1.0, np.nan]), "x: not every draw is a finite number"),
    ]:
        with pytest.raises(ValueError, match=message):
            intervals({}, {"x": drawn}, {"x": "GBP"})
    with pytest.raises(ValueError, match="x has no unit"):
        intervals({}, {"x": FIVE}, {})
    with pytest.raises(ValueError, match="20 draws or more"):
        convergence(FIVE)


def test_the_headline_counts_gaps_and_what_still_moves() -> None:
    values = {"near": FIVE, "far": FIVE, "none": FIVE}
    units = dict.fromkeys(values, "u")
    table = intervals({"near": 3.0, "far": 2.5}, values, units, {"far": "skew"})
    assert headline(table, {"near": convergence(NUMBERS.standard_normal(10_000))}) == (
        "Of 3 results, the mean over draws lies within 2% of the base case for 2; furthest from "
        "it: far (+20.0%, skew). The intervals have settled."
    )
    moving = {"far": convergence(np.arange(20.0))}
    assert moving["far"].moved > TOLERANCE
    assert headline(table.iloc[:1], moving) == (
        "Of 1 results, the mean over draws lies within 2% of the base case for all. More draws "
        "are needed: the intervals of far have not settled."
    )
    zero = intervals({"near": 0.0}, {"near": FIVE}, units)
    assert "near (where the base case has none, not explained)." in headline(zero, {})
