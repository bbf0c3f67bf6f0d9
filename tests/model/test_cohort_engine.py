"""The engine against a naive loop, against an expanded tunnel, and against itself rearranged."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort import block, evaluation, moves
from hepaplan.model.cohort.cycle_weights import CycleWeights, cycle_weights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import Key, from_array, from_probabilities
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.money.discounting import UNDISCOUNTED
from tests.support.random_cohort import COSTS, CYCLES, EFFECTS, Model, random_model, run


def naive(model: Model, weights: CycleWeights, d: int) -> tuple[float, float, Floats]:
    """Return both streams and the trace of one draw, person by person's time in state."""
    here = {(s, 0): float(model.start[s]) for s in model.states}  # type: ignore[arg-type]
    weight, held, moved, trace = cycle_weights(weights, CYCLES), 0.0, 0.0, []
    for t in range(CYCLES + 1):
        trace.append([sum(n for (s, _), n in here.items() if s == state) for state in model.states])
        for (s, u), n in here.items():
            if s in model.worth_is:
                held += n * model.worth_is[s][t, u, d] * weight[t] * 1.035 ** (-t / 4)
        if t == CYCLES:
            break
        later = {(s, 0): float(model.inflow_is[s][t, d]) if s in model.inflow else 0.0
                 for s in model.states}  # fmt: skip
        for (s, u), n in here.items():
            out = {b: n * model.chance[s, b][t, u, d] for b in model.states if (s, b) in model.told}
            later[s, u + 1] = n - sum(out.values())
            for b, m in out.items():
                later[b, 0] += m
                reward = model.one_off_is[s, b][t, d] if (s, b) in model.one_off else 0.0
                moved += m * reward * np.exp(-0.015 * (t + 1) / 4)
        here = later
    return held, moved, np.array(trace)


@given(
    seed=st.integers(0, 10**6),
    size=st.integers(1, 7),
    density=st.sampled_from([0.15, 0.5, 1.0]),
    weights=st.sampled_from(["none", "start", "end", "half-cycle", "tutorial-simpson"]),
)
def test_a_random_model_equals_a_naive_loop(
    seed: int, size: int, density: float, weights: CycleWeights
) -> None:
    model = random_model(seed, size, density)
    found = run(model, weights, trace=True)
    followed = run(model, weights).totals.values
    np.testing.assert_allclose(followed, found.totals.values, rtol=1e-12, atol=1e-15)
    for draw in range(found.totals.values.shape[1]):
        held, moved, trace = naive(model, weights, draw)
        assert found["held"][draw] == pytest.approx(held, rel=1e-12, abs=1e-15)
        assert found["moved"][draw] == pytest.approx(moved, rel=1e-12, abs=1e-15)
        np.testing.assert_allclose(found.trace.at(draw=draw), trace, rtol=1e-12, atol=1e-15)


@given(seed=st.integers(0, 10**6), size=st.integers(2, 6))
def test_a24_states_permuted(seed: int, size: int) -> None:
    model = random_model(seed, size, 0.6)
    first = run(model)
    model.states = tuple(reversed(model.states))
    np.testing.assert_allclose(run(model).totals.values, first.totals.values, rtol=1e-12)


@given(seed=st.integers(0, 10**6), share=st.floats(0.1, 0.9))
def test_a23_a_cohort_split_in_two(seed: int, share: float) -> None:
    model = random_model(seed, 4, 0.7)
    whole = run(model).totals.values
    start, inflow = model.start, model.inflow
    parts = []
    for part in (share, 1 - share):
        model.start = {s: part * float(n) for s, n in start.items()}  # type: ignore[arg-type]
        model.inflow = {s: per_cycle(np.array([part])) * n for s, n in inflow.items()}
        parts.append(run(model).totals.values)
    np.testing.assert_allclose(parts[0] + parts[1], whole, rtol=1e-12)


@given(seed=st.integers(0, 10**6))
def test_b18_parts_by_cycle_add_up(seed: int) -> None:
    found = run(random_model(seed, 5, 0.5), by_cycle=True, trace=True)
    np.testing.assert_allclose(
        found.by_cycle.values.sum(axis=1), found.totals.values, rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("seed", range(5))
def test_dense_and_sparse_products_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(seed, 6, 0.5)
    totals = []
    for limit in (0, 100):
        monkeypatch.setattr(moves, "SPARSE", limit)
        totals.append(run(model).totals.values)
    np.testing.assert_allclose(totals[0], totals[1], rtol=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_blocks_of_draws_do_not_matter(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(seed, 5, 0.5)
    whole = run(model, trace=True, by_cycle=True)
    monkeypatch.setattr(block, "FEWEST_DRAWS", 2)
    monkeypatch.setattr(evaluation, "CELLS", 1)
    monkeypatch.setattr(block, "CHUNK", 4)
    np.testing.assert_allclose(run(model).totals.values, whole.totals.values, rtol=1e-13)
    parts = run(model, trace=True, by_cycle=True)
    np.testing.assert_allclose(parts.trace.values, whole.trace.values, rtol=1e-13)
    np.testing.assert_allclose(parts.by_cycle.values, whole.by_cycle.values, rtol=1e-13)


def tunnel(by_time: Floats, draws: int) -> tuple[tuple[str, ...], Floats]:
    """Return the states well, ill 0 … ill n, dead and the array of a model that expands time."""
    last = len(by_time) - 1
    states = ("well", *(f"ill {u}" for u in range(last + 1)), "dead")
    array = np.zeros((1, len(states), len(states), draws))
    array[0, 0, 1], array[0, 0, 0], array[0, -1, -1] = 0.1, 0.9, 1.0
    for u, chance in enumerate(by_time):
        array[0, 1 + u, -1] = chance
        array[0, 1 + u, 0] = 0.05
        array[0, 1 + u, 1 + min(u + 1, last)] = 1 - chance - 0.05
    return states, array


def test_a8_time_in_state_equals_the_expanded_tunnel() -> None:
    draws, cycles = 40, 60
    hazard = np.random.default_rng(3).uniform(0.01, 0.3, (12, draws))
    states, array = tunnel(hazard, draws)
    expanded = evaluate(
        from_array(states, array),
        start={"well": 0.7, "ill 0": 0.3},
        inflow={"ill 0": 0.02},
        cycles=cycles,
        cycle_years=1 / 12,
        streams=[
            Stream("cost", COSTS, {f"ill {u}": 100.0 / (1 + u) for u in range(12)} | {"well": 7.0}),
            Stream(
                "deaths", EFFECTS, on_transitions={(f"ill {u}", "dead"): 1.0 for u in range(12)}
            ),
        ],
        weights="half-cycle",
        trace=True,
    )
    ours = evaluate(
        from_probabilities(
            ("well", "ill", "dead"),
            {
                ("well", "ill"): 0.1,
                ("ill", "dead"): by_time_in_state(hazard),
                ("ill", "well"): 0.05,
            },
        ),
        start={"well": 0.7, "ill": 0.3},
        inflow={"ill": 0.02},
        cycles=cycles,
        cycle_years=1 / 12,
        streams=[
            Stream(
                "cost", COSTS, {"ill": by_time_in_state(100.0 / (1 + np.arange(12.0))), "well": 7.0}
            ),
            Stream("deaths", EFFECTS, on_transitions={("ill", "dead"): 1.0}),
        ],
        weights="half-cycle",
        trace=True,
    )
    np.testing.assert_allclose(ours.totals.values, expanded.totals.values, rtol=1e-12)
    np.testing.assert_allclose(
        ours.trace.at(state="ill"), expanded.trace.values[:, 1:-1].sum(axis=1), rtol=1e-12
    )


def test_a8_a_tunnel_of_one_cycle_lets_everyone_out() -> None:
    found = evaluate(
        from_probabilities(("in", "out"), {("in", "out"): by_time_in_state(np.array([0.0, 0, 1]))}),
        start={"in": 5.0},
        cycles=4,
        cycle_years=1,
        streams=[],
        weights="none",
        trace=True,
    )
    np.testing.assert_array_equal(found.trace.at(state="in")[:, 0], [5, 5, 5, 0, 0])


def people(states: tuple[str, ...], chances: Mapping[Key, Value], **rest: object) -> Results:
    """Return the trace and the undiscounted moves, by cycle, of a model of 24 months."""
    told = {"start": {states[0]: 1.0}, "cycles": 24, "cycle_years": 1 / 12} | rest
    return evaluate(
        from_probabilities(states, chances),
        streams=[
            Stream(f"{a}>{b}", UNDISCOUNTED, on_transitions={(a, b): 1.0})
            for a, b in [*chances, *((OUTSIDE, s) for s in states)]
        ],
        weights="half-cycle",
        trace=True,
        by_cycle=True,
        **told,  # type: ignore[arg-type]
    )


def test_a1_a3_people_are_kept_and_the_dead_stay_dead() -> None:
    trace = people(
        ("well", "ill", "dead"),
        {("well", "ill"): 0.2, ("ill", "well"): 0.3, ("ill", "dead"): per_cycle(np.ones(24) / 9)},
    ).trace
    np.testing.assert_allclose(trace.values.sum(axis=1), 1.0, rtol=1e-14)
    assert ((trace.values >= 0) & (trace.values <= 1)).all()
    assert (np.diff(trace.at(state="dead")[:, 0]) >= 0).all()


def test_a5_a6_no_death_and_certain_death() -> None:
    for chance, alive in ((0.0, 1.0), (1.0, 0.0)):
        trace = people(("alive", "dead"), {("alive", "dead"): chance}).trace
        np.testing.assert_array_equal(trace.at(state="alive")[1:], alive)


def test_a7_inflow_less_outflow_is_the_change() -> None:
    chances: dict[Key, Value] = {
        ("well", "ill"): 0.2,
        ("ill", "well"): by_time_in_state(np.array([0.4, 0.1])),
        ("ill", "dead"): per_cycle(np.linspace(0.01, 0.2, 24)),
    }
    found = people(("well", "ill", "dead"), chances, inflow={"well": 0.3, "ill": 0.1})
    for state in ("well", "ill", "dead"):
        into = sum(
            found.by_cycle.at(stream=f"{a}>{b}")
            for a, b in [*chances, (OUTSIDE, state)]
            if b == state
        )
        out = sum((found.by_cycle.at(stream=f"{a}>{b}") for a, b in chances if a == state), 0.0)
        change = np.diff(found.trace.at(state=state), axis=0, prepend=0.0)
        np.testing.assert_allclose(into - out, change, atol=1e-15)


def test_a19_a_better_baseline_gives_a_better_outcome() -> None:
    alive = [people(("alive", "dead"), {("alive", "dead"): p}).trace.at(cycle=24, state="alive")
             for p in (0.02, 0.01)]  # fmt: skip
    assert alive[1] > alive[0]


def test_a21_no_incidence_and_no_death() -> None:
    trace = people(("well", "ill"), {("well", "ill"): 0.0}, start={"well": 3.0, "ill": 2.0}).trace
    np.testing.assert_array_equal(trace.at(state="ill"), 2.0)


def test_a22_constant_inflow_settles_at_inflow_over_exit() -> None:
    trace = people(
        ("ill", "dead"), {("ill", "dead"): 0.08}, start={}, inflow={"ill": 4.0}, cycles=600
    ).trace
    assert trace.at(cycle=600, state="ill").item() == pytest.approx(4.0 / 0.08, rel=1e-12)


def test_every_entry_cohort_keeps_its_own_clock() -> None:
    trace = people(
        ("ill", "dead"),
        {("ill", "dead"): by_time_in_state(np.array([0.0, 1.0]))},
        start={},
        inflow={"ill": per_cycle(np.array([2.0, 3.0, 5.0] + [0.0] * 21))},
    ).trace
    np.testing.assert_array_equal(trace.at(state="ill")[:6, 0], [0, 2, 5, 8, 5, 0])
