"""The compiled loops against numpy, feature by feature; threads; when they are used and refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hepaplan.model.cohort import block as blocks
from hepaplan.model.cohort import compiled as compilation
from hepaplan.model.cohort import evaluation
from hepaplan.model.cohort.cycle_weights import CycleWeights
from hepaplan.model.cohort.evaluation import Results, evaluate
from hepaplan.model.cohort.rewards import OUTSIDE, Stream
from hepaplan.model.cohort.transitions import from_probabilities
from hepaplan.model.cohort.varying import Value, by_time_in_state, per_cycle
from hepaplan.model.money.discounting import UNDISCOUNTED, Discounting
from tests.support.random_cohort import CYCLES, Model, random_model, run
from tests.support.sick_sicker import STRATEGIES, drawn, reference

needs_numba = pytest.mark.skipif(
    find_spec("numba") is None, reason="numba is not installed: pip install 'hepaplan[fast]'"
)
COSTS, EFFECTS = Discounting(0.035), Discounting(0.015)
DRAWS = 700
RANDOM = np.random.default_rng(5)
EACH = RANDOM.uniform(0.5, 1.0, DRAWS)
BY_TIME = np.array([0.3, 0.1, 0.2, 0.05])[:, None] * EACH
BY_CYCLE = np.linspace(0.02, 0.2, 24)[:, None] * EACH
POINTS = np.linspace(1.0, 3.0, 25)
MOVES: dict[tuple[str, str], Value] = {("well", "ill"): 0.2 * EACH, ("ill", "dead"): 0.1}
BY_BOTH = by_time_in_state(BY_TIME) * per_cycle(np.linspace(1, 0.4, 24))
FEATURES: dict[str, tuple[dict[tuple[str, str], Value], dict[str, Value], dict[str, Value]]] = {
    "constant": (MOVES, {}, {}),
    "no draws": ({("well", "ill"): 0.2, ("ill", "dead"): 0.1}, {}, {}),
    "two ways back": (MOVES | {("ill", "well"): 0.3, ("dead", "well"): 0.01}, {}, {}),
    "by cycle": (MOVES | {("well", "dead"): per_cycle(BY_CYCLE)}, {}, {}),
    "time in state": (MOVES | {("ill", "dead"): by_time_in_state(BY_TIME)}, {}, {}),
    "longer than the horizon": (
        MOVES | {("ill", "dead"): by_time_in_state(np.linspace(0, 0.5, 40))}, {}, {}),
    "two clocks": (
        {("well", "ill"): BY_BOTH, ("ill", "well"): by_time_in_state(BY_TIME[:2])}, {}, {}),
    "time in state and cycle": (
        MOVES | {("ill", "dead"): BY_BOTH, ("ill", "well"): per_cycle(BY_CYCLE)}, {}, {}),
    "reward by time in state": (MOVES, {}, {"ill": by_time_in_state(np.array([9.0, 4.0, 1.0]))}),
    "reward by both": (
        MOVES, {}, {"ill": by_time_in_state(np.array([9.0, 4.0])) * per_cycle(POINTS)}),
    "reward by cycle": (MOVES, {}, {"well": per_cycle(POINTS[:, None] * EACH)}),
    "inflow": (MOVES, {"well": 0.3, "ill": per_cycle(np.arange(24.0))}, {}),
    "inflow by draw": (MOVES, {"ill": per_cycle(np.arange(24.0)[:, None] * EACH)}, {}),
}  # fmt: skip
ONE_OFF: dict[tuple[str, str], Value] = {
    ("well", "ill"): per_cycle(POINTS[1:]),
    ("ill", "dead"): 5.0,
    (OUTSIDE, "ill"): per_cycle(POINTS),
    (OUTSIDE, "well"): 0.7 * EACH,
}


def featured(name: str, compiled: bool, workers: int | None = None, **keep: bool) -> Results:
    moves, inflow, worth = FEATURES[name]
    return evaluate(
        from_probabilities(("well", "ill", "dead"), moves),
        start={"well": 0.7, "ill": EACH},
        inflow=inflow,
        cycles=24,
        cycle_years=1 / 12,
        streams=[
            Stream("cost", COSTS, {"well": 2.0, "ill": 30.0} | worth),
            Stream("qalys", EFFECTS, {"well": 1.0, "ill": 0.4 * EACH}),
            Stream(
                "one-off",
                COSTS,
                on_transitions={
                    key: value for key, value in ONE_OFF.items() if key in moves or OUTSIDE in key
                },
            ),
            Stream("undiscounted", UNDISCOUNTED, {"dead": 1.0}),
        ],
        weights="half-cycle",
        compiled=compiled,
        workers=workers,
        **keep,
    )


def agree(found: Results, expected: Results) -> None:
    np.testing.assert_allclose(found.totals.values, expected.totals.values, rtol=1e-12, atol=1e-15)
    assert found.kept.keys() == expected.kept.keys()
    for name, table in found.kept.items():
        np.testing.assert_allclose(table.values, expected.kept[name].values, rtol=1e-12, atol=1e-15)
        assert table.axes == expected.kept[name].axes


@needs_numba
@pytest.mark.parametrize("keep", [(), ("trace",), ("by_cycle",), ("trace", "by_cycle")])
@pytest.mark.parametrize("name", FEATURES)
def test_every_feature_equals_numpy(name: str, keep: tuple[str, ...]) -> None:
    kept = dict.fromkeys(keep, True)
    agree(featured(name, True, **kept), featured(name, False, **kept))


@needs_numba
@settings(max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    size=st.integers(1, 7),
    density=st.sampled_from([0.15, 0.5, 1.0]),
    draws=st.sampled_from([1, 3, 65, 300]),
    weights=st.sampled_from(["none", "start", "end", "half-cycle", "tutorial-simpson"]),
    keep=st.booleans(),
)
@example(seed=1, size=1, density=0.15, draws=3, weights="none", keep=False)
def test_a_random_model_equals_numpy(
    seed: int, size: int, density: float, draws: int, weights: CycleWeights, keep: bool
) -> None:
    model = random_model(seed, size, density, draws)
    agree(
        run(model, weights, trace=keep, by_cycle=keep, compiled=True),
        run(model, weights, trace=keep, by_cycle=keep, compiled=False),
    )


@needs_numba
@pytest.mark.parametrize("treatment", STRATEGIES.values())
def test_i_the_reference_model_compiled_equals_numpy(treatment: str) -> None:
    rates = drawn(3_000)
    agree(
        reference(treatment, rates=rates, compiled=True),
        reference(treatment, rates=rates, compiled=False),
    )


@needs_numba
@pytest.mark.parametrize("name", FEATURES)
def test_threads_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "FEWEST_DRAWS", 100)
    one, *others = (
        featured(name, True, workers, trace=True, by_cycle=True) for workers in (1, 2, 3, None)
    )
    for other in others:
        assert other.totals.values.tobytes() == one.totals.values.tobytes()
        assert other.trace.values.tobytes() == one.trace.values.tobytes()
        assert other.by_cycle.values.tobytes() == one.by_cycle.values.tobytes()


@needs_numba
@pytest.mark.parametrize("seed", range(4))
def test_blocks_and_lanes_change_no_bit(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    model = random_model(seed, 5, 0.5, 200)
    whole = run(model, compiled=True).totals.values.tobytes()
    for fewest, shortest in ((7, 64), (256, 5), (31, 9)):
        monkeypatch.setattr(blocks, "FEWEST_DRAWS", fewest)
        monkeypatch.setattr(compilation, "SHORTEST_LANE", shortest)
        monkeypatch.setattr(compilation, "LANE_CELLS", 1)
        assert run(model, compiled=True).totals.values.tobytes() == whole


def exceeding() -> dict[tuple[str, str], Value]:
    chance = np.full((CYCLES, DRAWS), 0.5)
    chance[3, 431] = 0.9
    by_time = by_time_in_state(np.array([0.1, 0.2]))
    return {("well", "ill"): by_time, ("well", "dead"): per_cycle(chance)}


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_numba)])
def test_a_row_that_exceeds_1_is_named_as_by_numpy(compiled: bool) -> None:
    model = Model(("well", "ill", "dead"), told=exceeding(), start={"well": 1.0})
    model.worth = {"ill": 1.0}
    with pytest.raises(
        ValueError, match=r'row "well", cycle 3, time in state 1, draw 431: .* 1\.1;'
    ):
        run(model, compiled=compiled)


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_numba)])
def test_a_model_without_rewards_has_no_totals(compiled: bool) -> None:
    found = evaluate(
        from_probabilities(("in", "out"), {("in", "out"): 0.5}),
        start={"in": 1.0},
        cycles=1,
        cycle_years=1,
        streams=[],
        weights="none",
        compiled=compiled,
    )
    assert found.totals.values.shape == (0, 1)


def chosen(monkeypatch: pytest.MonkeyPatch, draws: int, compiled: bool | None) -> bool:
    """Return whether a model of 2 ways and 1 state that count, over 4 cycles, would be compiled."""
    used: list[int] = []
    monkeypatch.setattr(evaluation, "run_compiled", lambda plan, draws, *rest: used.append(draws))
    monkeypatch.setattr(evaluation, "run_block", lambda plan, block, tables: 0.0)
    evaluate(
        from_probabilities(("in", "out"), {("in", "out"): np.full(draws, 0.5), ("out", "in"): 0.1}),
        start={"in": 1.0},
        cycles=4,
        cycle_years=1,
        streams=[Stream("x", COSTS, {"in": 1.0, "out": 2.0})],
        weights="none",
        compiled=compiled,
    )
    return used == [draws]


def test_numba_is_used_where_the_work_is_worth_its_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "find_spec", lambda name: object())
    monkeypatch.setattr(compilation, "WORTH_COMPILING", 100 * 4 * (2 + 2))
    assert chosen(monkeypatch, 100, None)
    assert not chosen(monkeypatch, 99, None)
    assert chosen(monkeypatch, 99, True)
    assert not chosen(monkeypatch, 100, False)


def test_time_in_state_counts_as_work() -> None:
    def work(by_time: int) -> float:
        transitions = from_probabilities(
            ("in", "out"), {("in", "out"): by_time_in_state(np.full(by_time, 0.1))}
        )
        plan = blocks.Plan(
            transitions, ("in",), {}, {}, [], np.ones((0, 61)), np.ones(61), cycles=60
        )
        return compilation.products(plan, 10)

    assert work(1) == 10 * 60 * 2
    assert work(50) == 10 * 60 * 50 * 2


def test_without_numba_it_is_refused_or_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compilation, "find_spec", lambda name: None)
    monkeypatch.setattr(compilation, "WORTH_COMPILING", 0)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'hepaplan\[fast\]'"):
        featured("constant", True)
    assert not chosen(monkeypatch, 10, None)


@needs_numba
def test_where_nothing_can_be_written_it_compiles_in_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from hepaplan.model.cohort import compiled_kernel

    def njit(**options: bool) -> Callable[[object], object]:
        if "cache" in options:
            raise RuntimeError("cannot cache function")
        return lambda function: function

    monkeypatch.setattr(compiled_kernel, "njit", njit)
    assert compiled_kernel._compiled(abs) is abs


def test_no_workers_are_refused() -> None:
    with pytest.raises(ValueError, match="0 workers: at least 1 is needed"):
        run(random_model(1, 2, 1.0), workers=0)


def test_numpy_never_imports_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    run(random_model(1, 3, 1.0))
    run(random_model(1, 3, 1.0), compiled=False)
