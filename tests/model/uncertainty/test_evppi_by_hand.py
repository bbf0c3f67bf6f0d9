"""The value of knowing single inputs, by hand: edges, order, ranking, words and standard error."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.information.evpi import Estimate, evpi
from hepaplan.model.uncertainty.information.evppi import (
    CAPPED,
    COLUMNS,
    CROWDED,
    clear,
    coordinates,
    evppi,
    evppi_table,
    headline,
    refuse_few,
    variance_share,
)
from tests.support.unsure import row

X, Y, Z, NOISE = np.random.default_rng(7).standard_normal((4, 400))


def against_nothing(*more: Floats) -> Floats:
    return np.stack([np.zeros_like(more[0]), *more])


def table(values: list[float], error: float = 1.0) -> pd.DataFrame:
    """A table of inputs so much worth, each with the same standard error."""
    rows = [(f"input {n}", value, error, 0.5, 0.1, "") for n, value in enumerate(values)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@pytest.mark.parametrize(("inputs", "errors"), [(1, 1.6449), (5, 2.3263)])
def test_clear_is_what_one_in_twenty_tables_would_show_by_chance(
    inputs: int, errors: float
) -> None:
    """Quantiles of a normal distribution: 95% for one input, 99% for five."""
    nothing = [0.0] * (inputs - 1)
    assert clear(table([errors + 1e-3, *nothing]))["name"].tolist() == ["input 0"]
    assert clear(table([errors - 1e-3, *nothing])).empty
    twice = clear(table([2 * errors + 1e-2, *nothing], error=2.0))
    assert len(twice) == 1
    assert clear(table([1.5 * errors, *nothing], error=2.0)).empty


def test_what_is_worth_nothing_for_certain_is_not_clear() -> None:
    assert clear(table([0.0, 0.0], error=0.0)).empty
    assert clear(table([])).empty


def test_a_headline_names_the_first_three_that_are_clear() -> None:
    said = headline(table([40_000.0, 950.4, 300.0, 200.0]))
    assert said == (
        "Of single inputs it would be worth most to know: input 0 (£40 thousand, standard error "
        "£1); input 1 (£950, standard error £1); input 2 (£300, standard error £1)."
    )
    assert headline(table([40.0, 30.0]), most=1).count("input ") == 1


def test_fifty_draws_are_enough() -> None:
    refuse_few(50)
    with pytest.raises(WrongUse, match="needs 50 draws or more, not 49: ask for more with --draws"):
        refuse_few(49)


@pytest.mark.parametrize(("draws", "note"), [(600, ""), (599, CROWDED)])
def test_two_hundred_draws_for_each_line_and_product(draws: int, note: str) -> None:
    """Of two inputs three functions besides the mean have no penalty: two lines, their product."""
    one, two, noise = np.random.default_rng(8).standard_normal((3, draws))
    assert evppi(against_nothing(500.0 * one + 90.0 * noise), [one, two]).note == note


def by_chance(inputs: int, draws: int, times: int) -> tuple[float, set[str]]:
    """The share of perfect information that inputs seem to tell which tell nothing, and notes.

    Between two choices that are equally good, where chance does most; mean of several samples.
    """
    shares, notes = [], set[str]()
    for seed in range(times):
        more, *idle = np.random.default_rng(seed).standard_normal((1 + inputs, draws))
        found = evppi(against_nothing(more), idle)
        shares.append(found.value / evpi(against_nothing(more)).value)
        notes.add(found.note)
    return float(np.mean(shares)), notes


@pytest.mark.parametrize(("inputs", "functions", "times"), [(1, 1, 100), (2, 3, 40), (5, 15, 15)])
def test_without_the_note_chance_makes_less_than_a_twentieth(
    inputs: int, functions: int, times: int
) -> None:
    share, notes = by_chance(inputs, 200 * functions, times)
    assert share < 0.05
    assert notes == {""}


@pytest.mark.parametrize(("inputs", "draws"), [(2, 150), (5, 1_000)])
def test_where_chance_makes_more_there_is_the_note(inputs: int, draws: int) -> None:
    share, notes = by_chance(inputs, draws, 15)
    assert share > 0.05
    assert notes == {CROWDED}


def test_the_error_of_a_straight_line_is_that_of_least_squares() -> None:
    """Delta method by hand: of the mean of what is gained, over the line's two coefficients.

    With the spread over draws of the gain itself.
    """
    more = 30.0 + 200.0 * X + 500.0 * NOISE
    found = evppi(against_nothing(more), [X])
    lines = np.stack([np.ones_like(X), X], axis=1)
    coefficients, residual, *_ = np.linalg.lstsq(lines, more, rcond=None)
    fitted = lines @ coefficients
    other = -fitted if fitted.mean() > 0 else fitted  # against the better on average
    gain = np.maximum(other, 0.0)
    moved = lines[other > 0].sum(axis=0) / len(X)
    spread = residual[0] / (len(X) - 2) * np.linalg.inv(lines.T @ lines)
    of_fit = moved @ spread @ moved
    of_draws = gain.var(ddof=1) / len(X)
    assert found.value == pytest.approx(gain.mean(), rel=0.03)
    assert found.standard_error == pytest.approx(np.sqrt(of_fit + of_draws), rel=0.03)


def test_more_than_perfect_information_is_cut_and_less_is_not() -> None:
    """What x decides is all there is to know: nothing to cut but rounding."""
    found = evppi(against_nothing(100.0 * X), [X])
    assert found.note == ""
    assert found.value == pytest.approx(np.maximum(-100.0 * X, 0).mean() if X.mean() > 0 else
                                        np.maximum(100.0 * X, 0).mean(), rel=1e-6)  # fmt: skip
    never = against_nothing(-100.0 * X**2 * Y**2)
    assert (evppi(never, [X]).value, evppi(never, [X]).note) == (0.0, CAPPED)
    hardly = against_nothing(1.0 - 100.0 * X**2 * Y**2)  # of these draws 6% too much by chance
    most = hardly.max(axis=0).mean() - hardly.mean(axis=1).max()
    assert evppi(hardly, [X]).value == pytest.approx(most)
    assert evppi(hardly, [X]).note == CAPPED


def test_the_table_is_of_the_best_two_on_average_and_in_order() -> None:
    """The second is best on average, the third next: they differ by y; the first lies far below."""
    net_benefit = np.stack([-900.0 + 1_000.0 * X, 100.0 + 50.0 * X, 90.0 + 50.0 * X + 40.0 * Y])
    found = evppi_table(net_benefit, {"z": [Z], "y": [Y], "x": [X], "fixed": []})
    by_name = found.set_index("name")
    assert by_name.loc["y", "share_of_variance"] == pytest.approx(1.0, abs=1e-6)
    assert by_name["share_of_variance"].to_dict()["x"] < 0.05
    assert found["name"].tolist()[0] == "x"
    assert found["name"].tolist()[-1] == "fixed"
    assert found["evppi_gbp"].is_monotonic_decreasing
    share = by_name["evppi_gbp"] / by_name["share_of_evpi"]
    best = net_benefit.max(axis=0).mean() - net_benefit.mean(axis=1).max()
    assert share["x"] == pytest.approx(best)
    assert share["y"] == pytest.approx(best)


def test_where_nothing_can_change_no_share_is_made_of_it() -> None:
    never = np.stack([np.full(60, 5.0), np.full(60, 5.0) - 1.0])
    found = evppi_table(never, {"x": [X[:60]]})
    for column in ("evppi_gbp", "share_of_evpi", "share_of_variance"):
        assert found[column].tolist() == [0.0]


def test_of_one_strategy_inputs_are_ranked_by_its_variance() -> None:
    found = evppi_table((7_000.0 + 3.0 * X + Y)[None], {"fixed": [], "y": [Y], "x": [X]})
    assert found["name"].tolist() == ["x", "y", "fixed"]
    assert found.loc[0, "share_of_variance"] == pytest.approx(0.9, abs=0.05)
    assert found.loc[2, "share_of_variance"] == 0.0
    assert variance_share(X, []) == 0.0


def test_parts_in_the_same_order_or_the_reverse_are_one_coordinate() -> None:
    ups, ties = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 1.0, 2.0, 3.0])
    mixed = np.array([1.0, 3.0, 2.0, 4.0])
    assert [part.tolist() for part in coordinates({"a": ups, "b": ties})] == [ups.tolist()]
    assert len(coordinates({"a": ups, "b": -ties})) == 1
    assert len(coordinates({"a": ups, "b": mixed})) == 2
    assert len(coordinates({"a": ups, "b": mixed, "c": ups[::-1]})) == 2
    assert len(coordinates(ups, ups)) == 2  # two inputs, whatever they are
    assert len(coordinates({"a": ups / 10, "b": mixed / 10})) == 2
    assert coordinates({"a": np.full(4, 2.0)}, 3.0) == ()


def test_a_decision_of_pennies_is_that_of_pounds_in_small() -> None:
    net_benefit = against_nothing(30.0 + 200.0 * X + 500.0 * NOISE)
    large, small = evppi(net_benefit, [X]), evppi(net_benefit / 1e4, [X])
    assert small.value == pytest.approx(large.value / 1e4)
    assert small.standard_error == pytest.approx(large.standard_error / 1e4)
    of_all, of_few = (
        float(evppi_table(each, {"x": [X]})["share_of_evpi"].iloc[0])
        for each in (net_benefit, net_benefit / 1e4)
    )
    assert 0.0 < of_few < 1.0
    assert of_few == pytest.approx(of_all)


def test_a_strategy_that_is_never_best_makes_nothing_less_sure() -> None:
    two = against_nothing(30.0 + 200.0 * X + 500.0 * NOISE)
    never = np.stack([*two, -1e5 + 9_000.0 * Y])
    assert evppi(never, [X]).standard_error == pytest.approx(evppi(two, [X]).standard_error)
    assert evppi(never, [X]).value == pytest.approx(evppi(two, [X]).value)


def test_no_inputs_and_no_choice_are_worth_nothing_for_certain() -> None:
    two = against_nothing(200.0 * X)
    assert evppi(two, []) == Estimate(0.0, 0.0)
    assert evppi(two[1:], [X]) == Estimate(0.0, 0.0)
    fixed = row(evppi_table(two, {"x": [X], "fixed": []}), name="fixed")
    assert [fixed[name] for name in COLUMNS[1:5]] == [0.0] * 4
