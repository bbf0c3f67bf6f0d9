"""Open populations: the recursion, superposition, plain loops and paper agree."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepaplan.model.flows import superposition
from hepaplan.model.flows.open_population import by_months_in_state, occupancy, renewed
from hepaplan.model.flows.semi_markov import Moves, moves_of
from hepaplan.model.flows.superposition import (
    superposed,
    superposed_occupancy,
    superposed_with_occupancy,
)
from tests.benchmarks.bench_open_population import (
    by_renewal,
    by_superposition,
    difference,
    flat,
    flat_by_class,
    flat_shared,
    population,
)

Floats = npt.NDArray[np.float64]
TIGHT = 1e-10


def random_kernel(
    random: np.random.Generator, classes: int, states: int, lags: int, leaving: float = 0.95
) -> Floats:
    """Return a kernel with gaps; from each state at most `leaving` moves on."""
    kernel = random.gamma(0.3, 1, (classes, states, states, lags + 1))
    kernel *= random.random((1, states, states, 1)) < 0.5
    kernel[..., 0] = 0
    total = kernel.sum(axis=(2, 3), keepdims=True)
    return np.asarray(leaving * kernel / np.maximum(total, 1e-12))


def kernel_and_staying(random: np.random.Generator, classes: int) -> tuple[Floats, Floats]:
    kernel = random_kernel(random, classes, 3, 7)
    return kernel, np.maximum(1 - np.cumsum(kernel.sum(axis=2), axis=-1), 0)


def rising(random: np.random.Generator, classes: int, months: int) -> Floats:
    return np.cumsum(random.uniform(0, 0.05, (classes, months)), axis=1)


def naive(kernel: Floats, inflow: Floats, background: Floats) -> Floats:
    """Return arrivals, every move of every arrival added up one by one."""
    classes, states, places, months = inflow.shape
    came = inflow.copy()
    for now in range(months):
        for c in range(classes):
            fate = kernel[c if len(kernel) > 1 else 0]
            for lag in range(1, min(fate.shape[-1], months - now)):
                escape = np.exp(background[c, now] - background[c, now + lag])
                for a in range(states):
                    for b in range(states):
                        for p in range(places):
                            moved = came[c, a, p, now] * fate[a, b, lag]
                            came[c, b, p, now + lag] += moved * escape
    return came


def error(found: Floats, expected: Floats) -> float:
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-300))


def test_one_patient_as_worked_on_paper() -> None:
    # Half return after one month, a quarter after two; and 0.8 a month escape other causes.
    kernel = np.array([[[[0, 0.5, 0.25]]]])
    inflow = np.zeros((1, 1, 1, 4))
    inflow[..., 0] = 8
    for arrivals in (renewed, superposed):
        assert arrivals(kernel, inflow)[0, 0, 0] == pytest.approx([8, 4, 4, 3])
        background = -np.log(0.8) * np.arange(4.0)[None]
        found = arrivals(kernel, inflow, background=background)
        assert found[0, 0, 0] == pytest.approx([8, 3.2, 2.56, 1.536])
    # At month 2: 4 arrive, 0.5 of the 4 before are left, 0.25 of the first 8.
    staying = np.array([[[1, 0.5, 0.25]]])
    arrivals_there = np.array([[[[8.0, 4.0, 4.0, 3.0]]]])
    assert occupancy(arrivals_there, staying)[0, 0, 0] == pytest.approx([8, 8, 8, 6])
    assert by_months_in_state(arrivals_there, staying, 2)[0, 0, 0] == pytest.approx([4, 2, 2])


@pytest.mark.parametrize("own", [False, True])
def test_renewal_equals_a_loop_over_every_move(own: bool) -> None:
    random = np.random.default_rng(3)
    kernel = random_kernel(random, 2 if own else 1, 3, 5)
    inflow, background = random.random((2, 3, 2, 14)), rising(random, 2, 14)
    expected = naive(kernel, inflow, background)
    found = renewed(kernel, inflow, background=background)
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(
        renewed(lambda _: kernel, inflow, background=background), expected, rtol=1e-12
    )
    assert error(superposed(kernel, inflow, background=background), expected) < TIGHT


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    classes=st.integers(1, 7),
    own=st.booleans(),
    states=st.integers(1, 6),
    places=st.integers(1, 4),
    lags=st.integers(1, 40),
    months=st.integers(1, 50),
    leaving=st.sampled_from([0.0, 0.5, 0.95, 1.0]),
    dying=st.booleans(),
)
def test_superposition_equals_renewal(
    seed: int,
    classes: int,
    own: bool,
    states: int,
    places: int,
    lags: int,
    months: int,
    leaving: float,
    dying: bool,
) -> None:
    random = np.random.default_rng(seed)
    kernel = random_kernel(random, classes if own else 1, states, lags, leaving)
    inflow = random.random((classes, states, places, months)) ** 4
    inflow[:, random.random(states) < 0.3] = 0
    background = rising(random, classes, months) if dying else None
    expected = renewed(kernel, inflow, background=background)
    assert error(superposed(kernel, inflow, background=background), expected) < TIGHT
    staying = random.random((len(kernel), states, lags))
    came, present = superposed_with_occupancy(kernel, inflow, staying, background=background)
    assert error(came, expected) < TIGHT
    assert error(present, occupancy(expected, staying, background=background)) < TIGHT
    alone = superposed_occupancy(kernel, inflow, staying, background=background)
    assert error(alone, present) < 1e-12


@pytest.mark.parametrize("own", [False, True])
def test_states_that_nobody_enters_from_outside_change_nothing(own: bool) -> None:
    """Against the way through every state, taken where too few enter to matter."""
    random = np.random.default_rng(11)
    kernel, staying = kernel_and_staying(random, 4 if own else 1)
    kernel *= 0.5
    kernel[:, 0, 1:, 1:] += 0.02
    background = rising(random, 4, 50)
    some = np.zeros((4, 3, 2, 50))
    some[:, 0] = random.random((4, 2, 50))
    everywhere = some + 1e-200
    skipping = superposed_with_occupancy(kernel, some, staying, background=background)
    whole = superposed_with_occupancy(kernel, everywhere, staying, background=background)
    for found, expected in zip(skipping, whole, strict=True):
        assert error(found, expected) < 1e-12
    assert skipping[0][:, 1:].max() > 0.01
    last = np.zeros_like(some)
    last[:, 2] = some[:, 0]
    assert error(superposed(kernel, last, background=background), whole[0]) > 0.01
    np.testing.assert_allclose(
        superposed(kernel, last, background=background),
        renewed(kernel, last, background=background),
        atol=1e-12,
    )


@pytest.mark.parametrize("own", [False, True])
def test_nobody_comes(own: bool) -> None:
    kernel, staying = kernel_and_staying(np.random.default_rng(12), 2 if own else 1)
    for table in superposed_with_occupancy(kernel, np.zeros((2, 3, 1, 9)), staying):
        assert table.shape == (2, 3, 1, 9)
        assert not table.any()


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("lag", [1, 2, 239])
def test_nobody_leaves_and_everybody_comes_back(own: bool, lag: int) -> None:
    """The hardest case for damping: what comes in comes back for ever."""
    kernel = np.zeros((2 if own else 1, 2, 2, 240))
    kernel[:, 0, 1, lag] = kernel[:, 1, 0, lag] = 1
    inflow = np.random.default_rng(4).random((2, 2, 1, 240))
    assert error(superposed(kernel, inflow), renewed(kernel, inflow)) < TIGHT


def test_too_little_damping_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = np.zeros((2, 1, 1, 3))
    kernel[..., 1] = 0.99
    inflow = np.ones((2, 1, 1, 60))
    monkeypatch.setattr(superposition, "ALIASING", 1e-3)
    assert error(superposed(kernel, inflow), renewed(kernel, inflow)) > TIGHT


@pytest.mark.parametrize("own", [False, True])
def test_the_result_does_not_depend_on_workers_or_blocks(
    own: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(5)
    kernel, staying = kernel_and_staying(random, 5 if own else 1)
    inflow = random.random((5, 3, 2, 30))
    whole = superposed_with_occupancy(kernel, inflow, staying)
    together = superposed_with_occupancy(kernel, inflow, staying, workers=3)
    for found, expected in zip(together, whole, strict=True):
        assert (found == expected).all()
    # Products of other shapes may be added up in another order.
    came = superposed(kernel, inflow, workers=3)
    there = superposed_occupancy(kernel, inflow, staying, workers=3)
    for found, expected in zip((came, there), whole, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12)
    monkeypatch.setattr(superposition, "CELLS", 1)
    blocks = superposed_with_occupancy(kernel, inflow, staying, workers=2)
    for found, expected in zip(blocks, whole, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-11)


@pytest.mark.parametrize("kernels, stays", [(1, 1), (1, 4), (4, 1), (4, 4)])
def test_occupancy_adds_up_over_months_in_state(kernels: int, stays: int) -> None:
    random = np.random.default_rng(6)
    kernel, _ = kernel_and_staying(random, kernels)
    _, staying = kernel_and_staying(random, stays)
    inflow, background = random.random((4, 3, 2, 130)), rising(random, 4, 130)
    came, present = superposed_with_occupancy(kernel, inflow, staying, background=background)
    expected = occupancy(came, staying, background=background)
    assert error(present, expected) < TIGHT
    alone = superposed_occupancy(kernel, inflow, staying, background=background)
    assert error(alone, present) < 1e-12
    for month in (0, 3, 129):
        parts = by_months_in_state(came, staying, month, background=background)
        assert parts.shape == (4, 3, 2, min(month + 1, 8))
        np.testing.assert_allclose(parts.sum(axis=-1), expected[..., month], rtol=1e-12)
        np.testing.assert_allclose(parts[..., 0], staying[:, :, None, 0] * came[..., month])


def test_nobody_is_lost() -> None:
    """All moves stay inside: who has come is there, less those who died of other causes."""
    random = np.random.default_rng(7)
    kernel = random_kernel(random, 1, 4, 6, leaving=1.0)
    kernel[0, kernel[0].sum(axis=(1, 2)) < 0.5, 0, 1] = 1  # states that led nowhere
    staying = 1 - np.cumsum(kernel.sum(axis=2), axis=-1)
    inflow, background = random.random((3, 4, 2, 40)), rising(random, 3, 40)
    _, there = superposed_with_occupancy(
        kernel, inflow, np.clip(staying, 0, 1), background=background
    )
    alive = np.zeros((3, 2))
    for month in range(40):
        if month:
            alive *= np.exp(background[:, month - 1] - background[:, month])[:, None]
        alive += inflow[..., month].sum(axis=1)
        np.testing.assert_allclose(there[..., month].sum(axis=1), alive, rtol=1e-10)


def test_background_taken_out_of_the_kernel_changes_nothing() -> None:
    """A constant hazard, once inside each class's kernel and once in front of a shared one."""
    random = np.random.default_rng(8)
    kernel, months = random_kernel(random, 1, 3, 9), 36
    hazard = np.array([0.0, 0.01, 0.08])
    inside = kernel * np.exp(-hazard[:, None, None, None] * np.arange(10))
    outside = hazard[:, None] * np.arange(float(months))
    inflow = random.random((3, 3, 2, months))
    expected = renewed(inside, inflow)
    np.testing.assert_allclose(renewed(kernel, inflow, background=outside), expected, rtol=1e-12)
    assert error(superposed(kernel, inflow, background=outside), expected) < TIGHT


def test_a_background_that_leaves_nobody_keeps_its_digits() -> None:
    random = np.random.default_rng(9)
    kernel, staying = kernel_and_staying(random, 1)
    background = np.linspace(0, 60, 48)[None]
    inflow = random.random((1, 3, 1, 48))
    expected = naive(kernel, inflow, background)
    came, present = superposed_with_occupancy(kernel, inflow, staying, background=background)
    np.testing.assert_allclose(came, expected, rtol=1e-11)
    np.testing.assert_allclose(present, occupancy(expected, staying, background=background))
    assert (superposed(kernel, inflow, background=background) == came).all()
    assert (superposed_occupancy(kernel, inflow, staying, background=background) == present).all()


def test_a_kernel_may_change_with_the_month_of_entering() -> None:
    """A treatment that keeps people one month until month 3, and two months from then on."""

    def kernel(month: int) -> Floats:
        fate = np.zeros((1, 1, 1, 3))
        fate[..., 1 if month < 3 else 2] = 0.5
        return fate

    inflow = np.zeros((1, 1, 1, 8))
    inflow[..., 0] = 16
    found = renewed(kernel, inflow)[0, 0, 0]
    assert found == pytest.approx([16, 8, 4, 2, 0, 1, 0, 0.5])


def test_moves_leave_out_what_never_happens() -> None:
    kernel = np.zeros((2, 3, 3, 5))
    kernel[0, 2, 1, 4] = 0.3
    kernel[1, 0, 0, 1] = 0.2
    moves = moves_of(kernel)
    assert moves.between == ((0, 0), (2, 1))
    assert moves.chance[1, 0, 4] == 0.3
    assert (moves.classes, moves.lags) == (2, 4)
    inflow = np.ones((2, 3, 1, 9))
    assert (superposed(moves, inflow) == superposed(kernel, inflow)).all()


def test_taking_states_out_in_order_makes_no_new_moves_on_a_line() -> None:
    order = superposition.elimination_order(4, [(0, 2), (2, 1), (1, 3), (1, 1)])
    left = {0, 1, 2, 3}
    joined = {(0, 2), (2, 1), (1, 3)}
    for state in order:
        before = [a for a, b in joined if b == state and a in left]
        after = [b for a, b in joined if a == state and b in left]
        left.remove(state)
        assert not (len(before) * len(after) and left >= {before[0], after[0]})


GOOD = Moves(2, ((0, 1),), np.array([[[0, 0.5]]]))
PEOPLE = np.ones((2, 2, 1, 4))


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"chance": np.array([[[0.1, 0.5]]])}, "the chances of lag 0 must be 0"),
        ({"chance": np.array([[[0, -0.5]]])}, "negative"),
        ({"chance": np.array([[[0, np.nan]]])}, "not a number"),
        ({"chance": np.array([[[0, 0.5, 0.6]]])}, "state 0 in class 0 add up to 1.1"),
        ({"chance": np.zeros((2, 1, 2))}, "not (move, class, lag) for 1 moves"),
        ({"between": ((0, 2),)}, "leaves the 2 states"),
        ({"between": ((0, 1), (0, 1)), "chance": np.zeros((2, 1, 2))}, "stated twice"),
    ],
)
def test_wrong_moves_are_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        replace(GOOD, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kernel, inflow, background, words",
    [
        (np.zeros((1, 2, 3, 4)), PEOPLE, None, "a kernel is (class, from, to, lag)"),
        (GOOD, np.ones((2, 3, 1, 4)), None, "2 states"),
        (GOOD, np.full((2, 2, 1, 4), np.inf), None, "not a number"),
        (np.zeros((3, 2, 2, 4)), PEOPLE, None, "the kernel has 3 classes, the inflow 2"),
        (GOOD, PEOPLE, np.zeros((1, 4)), "not (2, 4)"),
        (GOOD, PEOPLE, np.array([[0, 1, 0, 1.0]] * 2), "a cumulative hazard falls"),
        (GOOD, PEOPLE, np.array([[0, 1, 2, 900.0]] * 2), "more than 500"),
    ],
)
def test_what_does_not_fit_is_refused(
    kernel: Floats | Moves, inflow: Floats, background: Floats | None, words: str
) -> None:
    for arrivals in (renewed, superposed):
        with pytest.raises(ValueError, match=re.escape(words)):
            arrivals(kernel, inflow, background=background)


@pytest.mark.parametrize(
    "staying, words",
    [
        (np.ones((3, 2, 4)), "not (2 or 1, 2, months)"),
        (np.ones((1, 2, 0)), "not (2 or 1, 2, months)"),
        (np.full((1, 2, 4), 1.1), "not between 0 and 1"),
    ],
)
def test_staying_that_does_not_fit_is_refused(staying: Floats, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        occupancy(PEOPLE, staying)
    with pytest.raises(ValueError, match=re.escape(words)):
        superposed_occupancy(GOOD, PEOPLE, staying)


def test_a_kernel_by_month_keeps_its_classes() -> None:
    own = np.zeros((2, 2, 2, 3))
    with pytest.raises(ValueError, match="the kernel of month 1 has 2 classes"):
        renewed(lambda month: own if month else own[:1], PEOPLE)


def test_flat_models_with_a_state_for_each_month_agree() -> None:
    people = population(
        treatments=4, in_state=7, classes=3, regions=2, months=30, exits=2, entered=3
    )
    expected = flat(people)
    for way in (flat_by_class, flat_shared, by_renewal, by_superposition):
        assert difference(way(people), expected) < 1e-12
        (alone,) = way(people, entries=False)
        assert difference((alone,), expected[:1]) < 1e-12
    without_deaths = replace(people, background=np.zeros_like(people.background))
    assert difference(by_renewal(without_deaths), expected) > 1e-6
