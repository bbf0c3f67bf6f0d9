"""Bad models are refused: what, where, which number, what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from hepaplan.model.cohort.cycle_weights import cycle_weights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.labelled import Labelled
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import (
    Key,
    Transitions,
    from_array,
    from_probabilities,
    from_rates,
    probability_over,
)
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle, varying
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting

STATES = ("well", "ill", "dead")
RIGHT: dict[Key, Value] = {("well", "ill"): 0.2, ("ill", "well"): 0.3, ("ill", "dead"): 0.1}


def told(**rest: Any) -> Results:
    """Evaluate a right model with one change."""
    inputs: dict[str, Any] = {
        "transitions": from_probabilities(STATES, RIGHT),
        "start": {"well": 1.0},
        "cycles": 4,
        "cycle_years": 1.0,
        "streams": [Stream("cost", UNDISCOUNTED, {"ill": 5.0}, {("ill", "dead"): 9.0})],
        "weights": "half-cycle",
    }
    inputs |= rest
    return evaluate(inputs.pop("transitions"), **inputs)


def moves(**change: Value) -> Transitions:
    return from_probabilities(
        STATES, RIGHT | {(a, b): v for k, v in change.items() for a, b in [k.split("_")]}
    )


def stream(**rest: Any) -> Results:
    return told(streams=[Stream("cost", UNDISCOUNTED, **rest)])


def at(value: float, *place: int, shape: tuple[int, ...], base: float = 0.1) -> Any:
    array = np.full(shape, base)
    array[place] = value
    return array


def test_the_right_model_is_taken() -> None:
    assert told()["cost"].item() > 0


REFUSED: list[tuple[Callable[[], object], str]] = [
    (
        lambda: moves(ill_dead=per_cycle(at(0.75, 3, 17, shape=(4, 20)))),
        'row "ill", cycle 3, draw 17: the probabilities sum to 1.05; leaving may not exceed 1',
    ),
    (
        lambda: moves(ill_dead=by_time_in_state(at(0.8, 2, shape=(3,)))),
        'row "ill", time in state 2: the probabilities sum to 1.1; leaving may not exceed 1',
    ),
    (
        lambda: moves(ill_dead=at(0.71, 1, shape=(2,))),
        'row "ill", draw 1: the probabilities sum to 1.01; leaving may not exceed 1',
    ),
    (
        lambda: moves(ill_ill=0.5),
        'row "ill": the probabilities sum to 0.9; all must sum to 1',
    ),
    (
        lambda: told(
            transitions=moves(
                ill_dead=by_time_in_state(at(0.9, 1, 5, shape=(2, 6))),
                ill_well=per_cycle(at(0.2, 2, shape=(4,), base=0.05)),
            ),
        ),
        'row "ill", cycle 2, time in state 1, draw 5: the probabilities sum to 1.1; '
        "leaving may not exceed 1",
    ),
    (
        lambda: moves(
            ill_ill=0.6, ill_dead=by_time_in_state(at(0.1, 1, shape=(2,))) * per_cycle(np.ones(4))
        ),
        'row "ill": leave staying out where a row varies by cycle and by time',
    ),
    (lambda: moves(well_ill=1.2), 'transition "well" to "ill": 1.2 is not a probability'),
    (
        lambda: moves(well_ill=at(-0.1, 3, shape=(5,))),
        'transition "well" to "ill", draw 3: -0.1 is not a probability',
    ),
    (
        lambda: moves(well_ill=per_cycle(at(float("nan"), 2, 1, shape=(4, 2)))),
        'transition "well" to "ill", cycle 2, draw 1: nan is not a probability',
    ),
    (
        lambda: moves(
            well_ill=per_cycle(at(3.0, 2, shape=(4,))) * by_time_in_state(at(0.5, 1, shape=(3,)))
        ),
        'transition "well" to "ill", cycle 2, time in state 1: 1.5 is not a probability',
    ),
    (
        lambda: moves(well_deed=0.1),
        'transition "well" to "deed": no state "deed"; did you mean "dead"?; '
        "states: well, ill, dead",
    ),
    (
        lambda: moves(well_ill=np.full(3, 0.1), ill_dead=np.full(4, 0.1)),
        'transition "well" to "ill" has 3 draws but transition "ill" to "dead" has 4',
    ),
    (
        lambda: from_probabilities(("well", "ill", "well"), {}),
        'the state "well" is named twice',
    ),
    (lambda: from_probabilities((), {}), "a model needs at least one state"),
    (
        lambda: moves(well_ill=per_cycle(np.ones(3) / 9), well_dead=per_cycle(np.ones(4) / 9)),
        'row "well": 3, 4 cycles are stated',
    ),
    (
        lambda: told(transitions=moves(well_ill=per_cycle(np.ones(3) / 9))),
        'transition "well" to "ill": 3 cycles are stated but the model runs 4',
    ),
    (
        lambda: moves(well_ill=np.ones((4, 2)) / 9),
        "an array of shape (4, 2) is neither one number nor one a draw: "
        "say per_cycle(...) or by_time_in_state(...)",
    ),
    (
        lambda: per_cycle(np.ones((2, 2, 2))),
        "an array of shape (2, 2, 2) was given where [cycle] or [cycle, draw] is needed",
    ),
    (
        lambda: from_array(STATES, np.ones((1, 2, 3, 1))),
        "an array of shape (1, 2, 3, 1) was given where (cycle or 1, 3, 3, draw or 1) is needed",
    ),
    (
        lambda: from_array(STATES, at(0.9, 1, 2, 2, 1, shape=(2, 3, 3, 2), base=1 / 3)),
        'row "dead", cycle 1, draw 1: the probabilities sum to 1.56666666667; all must sum to 1',
    ),
    (
        lambda: from_rates(STATES, {("well", "ill"): -0.1}, 1.0, "competing"),
        'transition "well" to "ill": -0.1 is not a rate',
    ),
    (
        lambda: from_rates(STATES, {("well", "well"): 0.1}, 1.0, "competing"),
        'transition "well" to "well": staying has no rate',
    ),
    (
        lambda: from_rates(STATES, {("ill", "well"): 2, ("ill", "dead"): 3}, 1.0, "independent"),
        'row "ill": the probabilities sum to 1.8148776484; leaving may not exceed 1',
    ),
    (
        lambda: from_rates(
            STATES,
            {
                ("ill", "well"): per_cycle(np.ones(4)),
                ("ill", "dead"): by_time_in_state(np.ones(2)),
            },
            1.0,
            "competing",
        ),
        'row "ill": rates by cycle and by time in state at once cannot be converted for you: '
        "state probabilities, for instance by_time_in_state(...) * per_cycle(...)",
    ),
    (
        lambda: from_rates(STATES, {}, 1.0, "guess"),  # type: ignore[arg-type]
        'no conversion "guess"; known: competing, independent',
    ),
    (
        lambda: told(start={"wel": 1.0}),
        'start: no state "wel"; did you mean "well"?; states: well, ill, dead',
    ),
    (lambda: told(start={"well": -1.0}), 'start "well": people must be 0 or more'),
    (
        lambda: told(start={"well": by_time_in_state(np.ones(2))}),
        'start "well": people who come in have no time in state',
    ),
    (
        lambda: told(inflow={"ill": per_cycle(np.ones(5))}),
        'inflow "ill": 5 values by cycle were given where 4 are needed',
    ),
    (
        lambda: told(start={"well": np.ones(3)}, inflow={"ill": np.ones(2)}),
        'start "well" has 3 draws but inflow "ill" has 2',
    ),
    (
        lambda: stream(on_states={"ill": np.ones(3)}, on_transitions={("ill", "dead"): np.ones(2)}),
        'stream "cost", state "ill" has 3 draws but '
        'stream "cost", transition "ill" to "dead" has 2',
    ),
    (lambda: told(cycles=0), "0 cycles of 1 years: both must be above 0"),
    (
        lambda: stream(on_states={"il": 3.0}),
        'stream "cost": no state "il"; did you mean "ill"?; states: well, ill, dead',
    ),
    (
        lambda: stream(on_states={"ill": per_cycle(np.ones(4))}),
        'stream "cost": state "ill": 4 values by cycle were given where 5 are needed',
    ),
    (
        lambda: stream(on_states={"ill": float("nan")}),
        'stream "cost": state "ill": a reward is not a number',
    ),
    (
        lambda: stream(on_transitions={("well", "dead"): 3.0}),
        'stream "cost": transition "well" to "dead": nobody makes this move; '
        "a reward for staying belongs to the state",
    ),
    (
        lambda: stream(on_transitions={(OUTSIDE, "ded"): 3.0}),
        'stream "cost": transition "outside" to "ded": no state "ded"; did you mean "dead"?; '
        "states: well, ill, dead",
    ),
    (
        lambda: stream(on_transitions={("ill", "dead"): by_time_in_state(np.ones(2))}),
        'stream "cost": transition "ill" to "dead": '
        "a reward on a move cannot vary by time in state",
    ),
    (
        lambda: told(streams=[Stream("cost", UNDISCOUNTED), Stream("cost", UNDISCOUNTED)]),
        'the stream "cost" is named twice',
    ),
    (
        lambda: cycle_weights("simpson", 4),  # type: ignore[arg-type]
        'no cycle weights "simpson"; known: none, start, end, half-cycle, tutorial-simpson',
    ),
    (lambda: Discounting(-0.01), "the discount rate -0.01 is not a number of 0 or more"),
    (
        lambda: Discounting(0.03, offset=-1),
        "the offset -1 is not a number of cycles of 0 or more",
    ),
    (
        lambda: Discounting(0.03, "yearly"),  # type: ignore[arg-type]
        'no discounting convention "yearly"; known: annual, nominal, whole-year, continuous',
    ),
    (
        lambda: told(
            transitions=from_probabilities(("well", "ill", "dead", OUTSIDE), RIGHT),
        ),
        'a state cannot be named "outside": that is where people come from',
    ),
    (lambda: told().trace, "not kept: call evaluate(..., trace=True)"),
    (
        lambda: Labelled(np.ones((2, 2)), {"draw": range(2), "state": ["a"]}),
        "values of shape (2, 2) have labels of shape (2, 1)",
    ),
]


@pytest.mark.parametrize(("wrong", "message"), REFUSED, ids=[m[:60] for _, m in REFUSED])
def test_a2_refused(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        wrong()


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"sum to 1\.3.*\n.*sum to 1\.1") as found:
        moves(well_dead=0.9, well_ill=0.4, ill_dead=0.8)
    assert len(str(found.value).splitlines()) == 2


def test_a_time_not_yet_reached_cannot_break_a_row() -> None:
    chances = moves(
        ill_dead=by_time_in_state(np.array([0.1, 0.9])),
        ill_well=per_cycle(np.array([0.5, 0.05, 0.05, 0.05])),
    )
    assert told(transitions=chances, start={"ill": 1.0})["cost"].item() > 0


def test_only_what_is_not_zero_is_stored() -> None:
    found = moves(well_dead=0.0, ill_well=np.zeros(5))
    assert set(found.moves) == {("well", "ill"), ("ill", "dead")}
    assert ("well", "dead") in found.stated


def test_an_array_of_no_draws_is_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(0,\) is neither one number nor one a draw"):
        moves(well_dead=np.array([]))


def test_zeros_count_as_draws() -> None:
    assert told(transitions=moves(well_dead=np.zeros(5)))["cost"].shape == (5,)
    assert stream(on_states={"ill": np.zeros(7)})["cost"].tolist() == [0.0] * 7


def test_competing_rates_share_one_chance_of_leaving() -> None:
    rates: dict[Key, Value] = {("ill", "well"): 0.6, ("ill", "dead"): np.array([0.2, 0.0])}
    found = from_rates(STATES, rates, 0.5, "competing").moves
    leave = probability_over(0.8, 0.5)
    np.testing.assert_allclose(found["ill", "dead"].by_cycle, [[leave * 0.25, 0.0]], rtol=1e-14)
    np.testing.assert_allclose(
        found["ill", "well"].by_cycle, [[leave * 0.75, probability_over(0.6, 0.5)]], rtol=1e-14
    )


def test_a9_arrays_are_converted_as_single_rates_are() -> None:
    rates = np.array([0.0, 1e-12, 0.3, 40.0])
    expected = [-math.expm1(-rate / 12) for rate in rates]
    np.testing.assert_allclose(probability_over(rates, 1 / 12), expected, rtol=1e-15)


def test_an_array_may_stand_on_either_side_of_a_product() -> None:
    ours = np.array([2.0, 3.0]) * per_cycle(np.array([1.0, 10.0]))
    np.testing.assert_array_equal((ours * 0.5).by_cycle, [[1.0, 1.5], [10.0, 15.0]])
    both = by_time_in_state(np.array([1.0, 2.0])) * by_time_in_state(np.array([1.0, 1.0, 5.0]))
    np.testing.assert_array_equal(both.by_time[:, 0], [1.0, 2.0, 10.0])
    assert varying(3.0).draws == 1


def test_tables_are_labelled_and_tidy() -> None:
    found = told(start={"well": np.array([1.0, 2.0])}, trace=True)
    frame = found.trace.to_frame("people")
    assert list(frame.columns) == ["cycle", "state", "draw", "people"]
    assert len(frame) == 5 * 3 * 2
    row = frame[(frame["cycle"] == 1) & (frame["state"] == "ill") & (frame["draw"] == 1)]
    assert row["people"].item() == pytest.approx(0.4)
    with pytest.raises(KeyError, match='no state wel; did you mean "well"'):
        found.trace.at(state="wel")
    with pytest.raises(KeyError, match='no axis stat; did you mean "state"'):
        found.trace.at(stat="well")
