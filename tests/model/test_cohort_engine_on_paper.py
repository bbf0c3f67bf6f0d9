"""A cohort of 100 over three cycles, worked on paper, and what evaluation takes and refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import Stream
from hepaplan.model.cohort.transitions import Key, from_probabilities
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting

STATES = ("well", "dead")
DIES: dict[Key, Value] = {("well", "dead"): 0.5}
YEARS = Stream("years", UNDISCOUNTED, {"well": 1.0})
COST = Stream("cost", UNDISCOUNTED, {"well": 3.0}, {("well", "dead"): 7.0})


def told(moves: dict[Key, Value] | None = None, **rest: Any) -> Results:
    """The cohort's results: half of those alive die in each cycle."""
    stated: dict[str, Any] = {
        "start": {"well": 100.0},
        "cycles": 3,
        "cycle_years": 1.0,
        "streams": [YEARS, COST],
        "weights": "start",
        "compiled": False,
    }
    return evaluate(from_probabilities(STATES, moves or DIES), **(stated | rest))


def test_a_cohort_by_hand() -> None:
    """100, 50 and 25 alive as cycles start; of each of them half die in it at 7 a death."""
    found = told(trace=True, by_cycle=True)
    assert found["years"].tolist() == [175.0]
    assert found["cost"].tolist() == [3.0 * 175.0 + 7.0 * 87.5]
    assert found.trace.at(state="well").ravel().tolist() == [100.0, 50.0, 25.0, 12.5]
    assert found.trace.at(state="dead", cycle=3).tolist() == [87.5]
    assert found.by_cycle.at(stream="years").ravel().tolist() == [100.0, 50.0, 25.0, 0.0]
    assert list(found.trace.axes) == ["cycle", "state", "draw"]
    assert list(found.by_cycle.axes["cycle"]) == [0, 1, 2, 3]


def test_tables_are_kept_only_if_asked_for() -> None:
    plain = told()
    with pytest.raises(ValueError, match=r"^not kept: call evaluate\(\.\.\., trace=True\)$"):
        plain.trace  # noqa: B018
    with pytest.raises(ValueError, match=r"^not kept: call evaluate\(\.\.\., by_cycle=True\)$"):
        plain.by_cycle  # noqa: B018


def test_each_stream_is_discounted_by_its_own_rate_over_the_years_of_a_cycle() -> None:
    """A cycle of two years: 50 alive then are worth 50 / 1.1 squared."""
    dear = Stream("years", Discounting(0.1), {"well": 1.0})
    found = told(streams=[dear, COST], cycle_years=2.0, cycles=2)
    assert found["years"].tolist() == pytest.approx([100.0 + 50.0 / 1.1**2])
    assert found["cost"].tolist() == [3.0 * 150.0 + 7.0 * 75.0]


def test_who_joins_is_new_at_the_end_of_each_cycle() -> None:
    """10 a cycle: 100, 60 and 40; or 8 and 4, of whom the last come too late to count."""
    assert told(inflow={"well": 10.0})["years"].tolist() == [200.0]
    by_cycle = per_cycle(np.array([8.0, 4.0, 999.0]))
    assert told(inflow={"well": by_cycle})["years"].tolist() == [100.0 + 58.0 + 33.0]


def test_one_cycle_is_enough() -> None:
    assert told(cycles=1)["years"].tolist() == [100.0]
    assert told(moves={("well", "dead"): per_cycle(np.array([0.5]))}, cycles=1)["years"] == 100.0
    assert told(moves={("well", "dead"): per_cycle(np.full(3, 0.5))})["years"] == 175.0


def test_draws_are_as_many_as_any_figure_has() -> None:
    found = told(moves={("well", "dead"): np.array([0.5, 1.0])}, trace=True)
    assert found["years"].tolist() == [175.0, 100.0]
    assert list(found.trace.axes["draw"]) == [0, 1]
    assert told(start={"well": np.array([100.0, 10.0])})["years"].tolist() == [175.0, 17.5]
    assert told(inflow={"well": np.array([0.0, 10.0])})["years"].tolist() == [175.0, 200.0]
    value = Stream("years", UNDISCOUNTED, {"well": np.array([1.0, 2.0])})
    assert told(streams=[value])["years"].tolist() == [175.0, 350.0]


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ({"cycles": 0}, "0 cycles of 1 years: both must be above 0"),
        ({"cycle_years": 0.0}, "3 cycles of 0 years: both must be above 0"),
        ({"cycle_years": float("inf")}, "3 cycles of inf years: both must be above 0"),
        ({"workers": 0}, "0 workers: at least 1 is needed"),
        ({"start": {"wel": 1.0}}, 'start: no state "wel"'),
        ({"start": {"well": -1.0}}, 'start "well": people must be 0 or more'),
        ({"start": {"well": float("inf")}}, 'start "well": people must be 0 or more'),
        (
            {"start": {"well": per_cycle(np.ones(3))}},
            'start "well": 3 values by cycle were given where 1 are needed',
        ),
        (
            {"inflow": {"well": per_cycle(np.ones(2))}},
            'inflow "well": 2 values by cycle were given where 3 are needed',
        ),
        (
            {"inflow": {"well": by_time_in_state(np.ones(2))}},
            'inflow "well": people who come in have no time in state',
        ),
        (
            {"moves": {("well", "dead"): per_cycle(np.full(2, 0.5))}},
            "2 cycles are stated but the model runs 3",
        ),
        (
            {"start": {"well": np.ones(2)}, "inflow": {"well": np.ones(3)}},
            'inflow "well"',
        ),
    ],
)
def test_what_cannot_be_is_refused(rest: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError) as refused:
        told(**rest)
    assert said in str(refused.value)


def test_every_problem_is_told_once() -> None:
    with pytest.raises(ValueError) as refused:
        told(start={"well": -1.0, "x": 1.0}, inflow={"dead": -2.0})
    lines = str(refused.value).splitlines()
    assert [line.split(":")[0] for line in lines] == ['start "well"', "start", 'inflow "dead"']


def test_nobody_and_short_cycles_are_sound() -> None:
    assert told(start={"well": 0.0})["years"].tolist() == [0.0]
    assert told(cycle_years=1e-3, workers=1)["years"].tolist() == [175.0]
    assert told(streams=[YEARS], start={"well": 0.5, "dead": 3.0})["years"].tolist() == [0.875]


def test_a_model_of_nobody_has_one_draw() -> None:
    still = from_probabilities(("well",), {})
    found = evaluate(
        still, start={}, cycles=2, cycle_years=1.0, streams=[YEARS], weights="none", trace=True
    )
    assert found["years"].tolist() == [0.0]
    assert list(found.trace.axes["draw"]) == [0]
