"""Headroom by hand: who counts as within, what is full, and the least that does."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from hepaplan.model.chance import headroom as headroom_module
from hepaplan.model.chance.headroom import Target, binding, headroom, least, share_within
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network


def drawn() -> Any:
    """Return two places at sites 3 and 1, three months, two replications."""
    places = np.array([[0, 3], [0, 1]])
    within = np.array([[[1, 2], [3, 4], [5, 6]], [[1, 0], [2, 0], [3, 0]]], dtype=float)
    started = within + np.array([[[1.0], [2.0], [4.0]], [[0.0], [1.0], [0.0]]])
    gone = np.array([[[8.0], [16.0], [32.0]], [[0.5], [0.25], [64.0]]]).repeat(2, axis=2)
    late = np.array([[[9.0], [9.0], [3.0]], [[9.0], [6.0], [1.0]]]).repeat(2, axis=2)
    queues = SimpleNamespace(places=places)
    return cast(
        Any, SimpleNamespace(queues=queues, within=within, started=started, gone=gone, late=late)
    )


def test_all_sites_in_all_months() -> None:
    """Within 1+3+5+1+2+3 = 15; started 8 more; gone before the end 24.75; late at it 4."""
    first, second = share_within(drawn(), Target(0, 3))
    assert first == pytest.approx(15 / (15 + 8 + 24.75 + 4))
    assert second == pytest.approx(12 / (12 + 8 + 24.75 + 4))


def test_one_site_and_some_months() -> None:
    """Site 1, months 1 and 2: within 5, started 1 more, 0.25 gone in month 1, 1 late at the end."""
    first, second = share_within(drawn(), Target(1, 3, site=1))
    assert first == pytest.approx(5 / (5 + 1 + 0.25 + 1))
    assert second == pytest.approx(0.0)
    only = share_within(drawn(), Target(1, 2, site=1))
    assert only[0] == pytest.approx(2 / (2 + 1 + 6))


def test_where_nobody_came_all_were_in_time() -> None:
    assert share_within(drawn(), Target(0, 3, site=7)).tolist() == [1, 1]


def test_a_resource_binds_where_it_is_nearly_full_in_some_month() -> None:
    capacity = np.array([[[10.0, 20.0], [0.0, 0.0]], [[5.0, 5.0], [8.0, 8.0]]])
    use = np.array([[[9.8, 19.8], [0.0, 0.0]], [[4.9, 4.94], [7.92, 0.0]]])
    found = binding(cast(Any, SimpleNamespace(capacity=capacity, use=use)))
    assert found.tolist() == [[True, False], [False, True]]


def test_a_resource_of_less_than_one_unit_binds_too() -> None:
    made = SimpleNamespace(capacity=np.full((1, 1, 2), 0.5), use=np.array([[[0.1, 0.496]]]))
    assert binding(cast(Any, made)).tolist() == [[True]]


@pytest.mark.parametrize("answer", range(0, 8))
def test_the_least_number_is_found_and_asked_for_once(answer: int) -> None:
    asked: list[int] = []

    def rising(number: int) -> float:
        asked.append(number)
        return 0.8 if number >= answer else 0.79

    assert least(rising, 0.8, 7) == answer
    assert min(asked) >= 0 and max(asked) == 7


def test_none_where_even_the_most_is_too_little() -> None:
    assert least(lambda number: number / 10, 0.71, 7) is None
    assert least(lambda number: number / 10, 0.70, 7) == 7


def kept_by(more: float) -> float:
    """Return a made-up probability: a half as things are, and as much more as there is room."""
    return min(0.5 + more, 0.96)


@pytest.mark.parametrize(
    ("promises", "headrooms", "chances"),
    [
        ((0.8, 0.95), (0.3, 0.45), (0.8, 0.95)),
        ((0.4, 0.97), (0.0, np.nan), (0.5, 0.96)),
    ],
)
def test_headroom_is_the_least_per_cent_of_what_binds_that_makes_a_promise(
    promises: tuple[float, ...],
    headrooms: tuple[float, ...],
    chances: tuple[float, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.ones((1, 1, 4)), np.full((1, 2, 4), 8.0))
    asked: list[tuple[object, ...]] = []
    per_cent: list[float] = []

    def simulated(wider: Network, *given: object, months: int) -> Any:
        more = wider.capacity[0, 1] / 8.0 - 1.0
        assert (wider.capacity[0, 0] == 8.0).all()
        assert np.ptp(more) == 0.0
        asked.append((*given, months))
        per_cent.append(float(more[0]) * 100.0)
        started = np.full((1, months, 100), 20.0)
        kept = np.arange(100) < round(100 * kept_by(float(more[0])))
        within = np.where(kept, 19.0, 17.0) * np.ones_like(started)
        none, queues = np.zeros_like(started), SimpleNamespace(places=np.array([[0, 1]]))
        return SimpleNamespace(queues=queues, within=within, started=started, gone=none, late=none)

    monkeypatch.setattr(headroom_module, "simulate", simulated)
    which = np.array([[False, True]])
    table = headroom(network, None, Target(0, 3), which, 100, seed=7, promises=promises)
    assert set(asked) == {(None, 100, 7, 3)}
    assert len(asked) <= 16  # no capacity is tried twice
    assert table["promised_probability"].tolist() == list(promises)
    assert table["headroom"].tolist() == pytest.approx(list(headrooms), nan_ok=True)
    assert table["probability"].tolist() == pytest.approx(list(chances))
    errors = [np.sqrt(chance * (1 - chance) / 100) for chance in chances]
    assert table["standard_error"].tolist() == pytest.approx(errors)
    assert (table["site"].tolist(), table["share_within"].tolist()) == (["all"] * 2, [0.95] * 2)
    one_site = headroom(network, None, Target(0, 3, 0.9, site=1), which, 100, promises=(0.8,))
    assert one_site["site"].tolist() == ["site_1"]
    assert one_site["share_within"].tolist() == [0.9]
    assert asked[-1] == (None, 100, 1, 3)
    usual = headroom(network, None, Target(0, 3), which)
    assert usual["promised_probability"].tolist() == [0.8, 0.95]
    assert asked[-1] == (None, 200, 1, 3)
    assert per_cent == pytest.approx(np.round(per_cent), abs=1e-9)
    assert max(per_cent) == pytest.approx(100.0)
