"""The equity floor and the limit to change, against plans on paper and counts of a replay."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.fairness import (
    equity,
    group_origin,
    largest_change,
    months_in_time,
    started_in_time,
    with_rows,
)
from hepaplan.model.allocation.floor_prices import floor_prices
from hepaplan.model.allocation.prices import Solved
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import assemble
from hepaplan.model.outcomes import Values
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.network import Network
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting
from tests.support.solved import random_network, solved_anew, solved_plan

Floats = npt.NDArray[np.float64]


def counted(network: Network, done: Replay, origin: Floats, months: int) -> tuple[Floats, Floats]:
    """Return who started within the standard, and all whose wait ended or broke it, one by one."""
    standard = network.waiting.standard_months[network.kernels.point_of]
    stay = network.waiting.stay[network.kernels.point_of]
    within, whole = np.zeros(origin.shape[-1]), np.zeros(origin.shape[-1])
    for listed, group, site, kind in np.ndindex(origin.shape):
        of = origin[listed, group, site, kind]
        for pair in np.flatnonzero(network.pair_list == listed):
            starts = done.starts[pair, group, site, :, :months].sum(axis=-1)
            within[kind] += of * starts[: standard[listed] + 1].sum()
            whole[kind] += of * starts.sum()
        left = done.left[listed, group, site, :, :months]
        whole[kind] += of * (1 - stay[listed, group]) * left[:, : months - 1].sum()
        whole[kind] += of * left[standard[listed] :, months - 1].sum()
    return within, whole


def one_site() -> tuple[Network, Values]:
    """Return two groups at one site that wants more of one than of the other, for six months."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("A", "B"))
    network = hand_network(
        kernels,
        np.repeat(np.array([[[8.0], [3.0]]]), 6, axis=2),
        np.full((1, 1, 6), 10.0),
        waiting=hand_waiting(kernels, stay=0.5),
    )
    values = hand_values(kernels, [1.0])
    own = np.array([[2.0, 1.0]])
    worth = replace(values.qalys_discounted, own=own, start=own, arrival=own)
    return network, replace(values, qalys_discounted=worth)


def two_sites() -> tuple[Network, Values]:
    """Return two regions, each with a site of its own; the first has little capacity there.

    Ten people each come in the first month only; a standard of one month; nobody dies waiting.
    Two a month start at the first site, six at the second.
    """
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("A", "B"))
    entries = np.zeros((1, 2, 4))
    entries[0, :, 0] = 10.0
    capacity = np.array([[[2.0] * 4, [6.0] * 4]])
    network = hand_network(
        kernels,
        entries,
        capacity,
        waiting=hand_waiting(kernels),
        referral=np.array([[[1.0, 0.0], [0.0, 1.0]]]),
    )
    return network, hand_values(kernels, [1.0], monthly_rate=0.01)


def floored(solved: Solved, classes: Classes, floor: float, months: int) -> Solved:
    """Return the best plan with a floor under groups, in the months of first come, from scratch."""
    network, at = solved.network, solved.at
    today = programme_point(network, classes, at, first_come(network))
    in_time = months_in_time(network, classes, at, today)
    rows = equity(network, classes, at, floor, group_origin(network), months, in_time)
    return solved_anew(solved, with_rows(solved.programme, rows))


def test_shares_on_paper_are_those_counted_one_by_one() -> None:
    """A: 2 start at once and 2 within the standard, 4 later, 2 still wait. B: 6 and 4."""
    network, values = two_sites()
    solved, classes = solved_plan(network, values, shift=0.0, age_neutral=False)
    origin = group_origin(network)
    shares = started_in_time(network, classes, solved.at, origin, 4, solved.solution.point)
    assert shares.tolist() == pytest.approx([0.4, 1.0], abs=1e-6)
    within, whole = counted(network, first_come(network), origin, 4)
    assert (within.tolist(), whole.tolist()) == ([4.0, 10.0], [10.0, 10.0])
    found = floor_prices(solved, classes, [0.5, 0.4, 0.0], origin, 4)
    assert [price.status for price in found] == ["optimal", "optimal", "infeasible"]
    assert [price.lost for price in found[:2]] == pytest.approx([0.0, 0.0], abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
def test_at_a_replay_the_rule_counts_exactly_who_was_in_time(seed: int) -> None:
    network, values = random_network(seed)
    capacity = network.capacity * (0.1 if seed % 2 else 0.6)
    network = replace(network, capacity=capacity)
    solved, classes = solved_plan(network, values, age_neutral=False)
    done = first_come(network)
    point = programme_point(network, classes, solved.at, done)
    origin = np.random.default_rng(seed).dirichlet(np.ones(3), network.referral.shape)
    for months in (1, 3, 5):
        within, whole = counted(network, done, origin, months)
        shares = started_in_time(network, classes, solved.at, origin, months, point)
        assert shares == pytest.approx(within / whole, abs=1e-9)
        assert shares.min() < 1.0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), floor=st.floats(0.0, 1.0))
def test_the_rule_never_counts_more_than_are_in_time(seed: int, floor: float) -> None:
    """Whatever months count: a replay that keeps the row keeps the floor."""
    network, values = random_network(seed)
    network = replace(network, capacity=network.capacity * 0.3)
    solved, classes = solved_plan(network, values, age_neutral=False)
    done = first_come(network)
    point = programme_point(network, classes, solved.at, done)
    origin = group_origin(network)
    in_time = np.random.default_rng(seed).random(solved.at.at_site.shape) < 0.5
    rows = equity(network, classes, solved.at, floor, origin, 5, in_time)
    within, whole = counted(network, done, origin, 5)
    sums = assemble([rows], solved.at.count).matrix @ point
    room = floor * whole - within
    assert (room <= sums - rows.upper + 1e-9).all()


def test_a_floor_moves_places_to_whom_it_helps_and_has_a_price() -> None:
    """Ten places a month; eight a month of A are worth 2 each, three of B worth 1.

    Left alone, A never waits and one of B is left each month; of those who wait half die. Each
    month's place is worth a QALY less with B: of 18 of B who come at least `floor` must be in time.
    """
    network, values = one_site()
    solved, classes = solved_plan(network, values, age_neutral=False)
    found = floor_prices(solved, classes, [0.0, 0.5, 0.8, 0.9, 1.0], group_origin(network), 6)
    lost = [price.lost for price in found]
    assert lost[:2] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert lost[2] > 0.01
    assert lost[:4] == sorted(lost[:4])
    assert [price.status for price in found] == ["optimal"] * 4 + ["infeasible"]
    assert np.isnan(found[-1].qalys)
    for price in found[:4]:
        assert price.shares.min() >= price.floor - 1e-6


def test_a_plan_under_a_floor_keeps_it_when_it_is_replayed() -> None:
    network, values = one_site()
    solved, classes = solved_plan(network, values, age_neutral=False)
    origin = group_origin(network)
    for floor in (0.6, 0.85, 0.9):
        kept = floored(solved, classes, floor, 6)
        starts = kept.solution.point[kept.at.starts]
        done = replay(network, Plan(starts, network.referral[..., None].repeat(6, -1), False))
        within, whole = counted(network, done, origin, 6)
        assert (within / whole).min() >= floor - 1e-6
        assert kept.solution.objective >= solved.solution.objective - 1e-9


@pytest.mark.parametrize("pooled", [True, False])
def test_people_who_were_late_on_day_one_are_never_in_time(pooled: bool) -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    backlog = np.zeros((1, 1, 1, 4))
    backlog[0, 0, 0, [1, 3]] = (2.0, 5.0)
    network = hand_network(
        kernels,
        np.full((1, 1, 2), 1.0),
        np.full((1, 1, 2), 8.0),
        waiting=hand_waiting(kernels),
        backlog=backlog,
    )
    solved, classes = solved_plan(network, hand_values(kernels, [1.0]), age_neutral=pooled)
    point, origin = solved.solution.point, group_origin(network)
    shares = started_in_time(network, classes, solved.at, origin, 2, point)
    assert shares.tolist() == pytest.approx([4 / 9], abs=1e-6)


def changes(solved: Solved, site: int) -> Floats:
    """Return how the starts at a site of each list's own option change from month to month."""
    starts = solved.solution.point[solved.at.starts[:2, :, site]]
    return np.asarray(np.abs(np.diff(starts.sum(axis=1))))


@pytest.mark.parametrize("seed", range(3))
def test_starts_change_by_no_more_than_the_share_of_the_usual_number(seed: int) -> None:
    network, values = random_network(seed)
    network = replace(
        network,
        pair_list=network.pair_list[:2],
        pair_option=network.pair_option[:2],
        may_shift=network.may_shift[:2],
    )
    solved, classes = solved_plan(network, values, 0.2)
    usual = nothing_scarce(network)
    seen = []
    for share in (np.inf, 0.4, 0.1, 0.0):
        limit = 1e9 if share == np.inf else share
        rows = largest_change(network, classes, solved.at, limit, ("a", "b"), usual)
        kept = solved_anew(solved, with_rows(solved.programme, rows))
        seen.append(kept.solution.objective)
        for site in range(2):
            mean = usual.starts[:, :, site].sum(axis=(1, 2)).mean(axis=-1)
            assert (changes(kept, site) <= limit * mean[:, None] + 1e-6).all()
    assert seen == sorted(seen)
    assert seen[0] == pytest.approx(solved.solution.objective, abs=1e-6)
    assert seen[-1] > seen[0] + 1e-3


def test_options_that_count_as_one_treatment_change_together() -> None:
    """Two lists of one treatment share ten places in turn: together nothing changes."""
    network, values = random_network(0)
    solved, classes = solved_plan(network, values, 0.2)
    point = np.zeros(solved.at.count)
    for month in range(5):
        point[solved.at.starts[0, 0, 0, month]] = 3.0 if month % 2 else 7.0
        point[solved.at.starts[1, 0, 0, month]] = 7.0 if month % 2 else 3.0
    usual = nothing_scarce(network)

    def broken(*names: str) -> float:
        rows = largest_change(network, classes, solved.at, 0.0, names, usual)
        return float(assemble([rows], solved.at.count).residual(point).max())

    assert broken("a", "a") == 0.0
    assert broken("a", "b") == pytest.approx(4.0)


def test_nothing_is_asked_of_options_that_start_at_once() -> None:
    network, values = random_network(0)
    solved, classes = solved_plan(network, values, 0.2)
    month = replace(network.waiting, waits=np.array([True, False]))
    rows = largest_change(
        replace(network, waiting=month),
        classes,
        solved.at,
        0.0,
        ("a", "b"),
        nothing_scarce(network),
    )
    used = set(np.concatenate(rows.column).tolist())
    assert used & set(solved.at.starts[0].ravel().tolist())
    assert not used & set(solved.at.starts[1].ravel().tolist())
