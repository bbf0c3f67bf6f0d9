"""Random networks: more room is never worse, a plan fits, and other solvers find no better one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model import policies
from hepaplan.model.allocation.objectives import usual_worth
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.solver import minimise
from hepaplan.model.arrays import Flags, Floats
from hepaplan.model.replay import replay
from hepaplan.model.sites.network import Network
from tests.support.balances import lost_in_replay, lost_on_lists
from tests.support.examples import examples
from tests.support.naive_programme import best_plan
from tests.support.random_networks import REGIONS, Region, region
from tests.support.small import hand_kernels, hand_network, hand_waiting

CLOSE = 1e-9


def most_qalys(where: Region) -> float:
    """Return the discounted QALYs of the best plan, the mix of patients as in reading 1."""
    work = where.written()
    return -minimise(work.rows, work.weights["health"]).objective


def near(found: float, expected: float) -> bool:
    return found == pytest.approx(expected, rel=1e-6, abs=1e-6)


@examples()
@given(REGIONS, st.floats(1.0, 3.0), st.integers(0, 2**32 - 1))
def test_more_room_is_never_worse_and_size_is_all_that_doubles(
    where: Region, times: float, seed: int
) -> None:
    """Expected: the objective rises with room; twice everything is worth twice, sites' order none.

    With room for all it is at least reading 1's, and exactly that where nothing may be exchanged.
    Starts need not rise with room under first come: see below for when they do.
    """
    network = where.network
    before = most_qalys(where)
    here = np.random.default_rng(seed).random(network.capacity.shape) < 0.5
    more = network.capacity * np.where(here, times, 1.0)
    assert most_qalys(where.with_network(capacity=more)) >= before - 1e-6 * max(abs(before), 1.0)

    ample = where.with_network(capacity=network.capacity * 1e3 + 1e4)
    classes = ample.written().classes
    usual = usual_worth(ample.network, classes, where.values.qalys_discounted)
    best = most_qalys(ample)
    assert best >= usual - 1e-6 * abs(usual)
    assert len(network.pair_list) > len(network.kernels.options) or near(best, usual)

    twice = {name: getattr(network, name) * 2.0 for name in ("entries", "backlog", "capacity")}
    assert near(most_qalys(where.with_network(**twice)), before * 2.0)
    assert near(most_qalys(turned(where)), before)


def turned(where: Region) -> Region:
    """Return the region with its sites in the other order."""
    network = where.network
    return where.with_network(
        sites=network.sites[::-1],
        referral=network.referral[:, :, ::-1],
        backlog=network.backlog[:, :, ::-1],
        travel=network.travel[:, ::-1],
        offers=network.offers[:, ::-1],
        capacity=network.capacity[:, ::-1],
        committed=network.committed[:, ::-1],
    )


@examples()
@given(REGIONS)
def test_what_a_plan_or_a_policy_does_fits_and_keeps_people(where: Region) -> None:
    """Expected: the plan keeps its rules to 1e-6; replayed it never takes more than there is."""
    network = where.network
    nothing = policies.nothing_scarce(network)
    best = most_health(network, where.rules, where.values, nothing)
    assert max(best.residuals.values()) <= 1e-6
    assert best.usual_residual <= CLOSE
    scarce = (
        replay(network, best.plan),
        policies.first_come(network),
        policies.longest_wait(network),
        policies.plan_and_spare(network, best.plan),
    )
    for done in scarce:
        assert (done.use <= network.capacity + 1e-6).all()
    for done in (nothing, *scarce):
        assert lost_on_lists(network, done) < CLOSE
        assert lost_in_replay(network, done) < CLOSE


def alike(lists: int, sites: int, months: int, seed: int) -> Network:
    """Return lists whose starts all take one unit in the month of the start and bring nobody back.

    They differ in standard, in who comes and in what becomes of those who wait.
    """
    chance = np.random.default_rng(seed)
    options = [(f"point_{k}", f"option_{k}") for k in range(lists)]
    kernels = hand_kernels(options, np.ones((lists, 1, 1)))
    waiting = hand_waiting(kernels, standard_days=chance.choice([14.0, 31.0, 62.0], lists).tolist())
    stay = chance.uniform(0.3, 1.0, (lists, 1))
    waiting = replace(waiting, stay=stay, cancer_death=1.0 - stay)
    return hand_network(
        kernels,
        chance.uniform(0, 4, (lists, 1, months)),
        chance.uniform(0, 2.0 * lists, (1, sites, months)),
        waiting=waiting,
        backlog=chance.uniform(0, 2, (lists, 1, sites, 3)),
    )


@examples()
@given(
    st.builds(
        alike, st.integers(1, 4), st.integers(1, 2), st.integers(2, 12), st.integers(0, 2**32 - 1)
    ),
    st.integers(0, 2**32 - 1),
)
def test_where_starts_take_alike_more_room_starts_more_and_leaves_fewer(
    network: Network, seed: int
) -> None:
    """Expected: by every month no fewer have started, and on no list more are left.

    It holds where every start takes the same of one resource, at once, and brings nobody back. Of
    unequal footprints the larger may start earlier and take the room of two; whoever starts may
    return and take room again.
    """
    chance = np.random.default_rng(seed)
    more = network.capacity + chance.uniform(0, 2, network.capacity.shape)
    before = policies.first_come(network)
    after = policies.first_come(replace(network, capacity=more))
    assert (after.left <= before.left + CLOSE).all()
    started = [np.cumsum(done.starts.sum(axis=(0, 1, 3)), axis=-1) for done in (before, after)]
    assert (started[1] >= started[0] - CLOSE).all()


def plan_of(seed: int) -> Region:
    """Return one of the regions on which solvers are compared."""
    return region(2 + seed % 2, 2, 1 + seed % 3, 3 + seed % 3, 0.5, bool(seed % 2), seed)


@pytest.mark.parametrize("aim", ["health", "money"])
def test_two_solvers_agree_on_fifty_plans(aim: str) -> None:
    """Expected: HiGHS and CBC reach one objective to 1e-6, 25 plans for each of two aims."""
    for seed in range(25):
        work = plan_of(seed).written()
        weights: Floats = work.weights["health" if aim == "health" else "money"]
        ours = minimise(work.rows, weights)
        other = minimise(work.rows, weights, solver="cbc")
        assert (ours.solver, other.solver) == ("HiGHS", "CBC")
        assert near(other.objective, ours.objective), seed


def test_plans_are_those_of_a_programme_written_from_scratch() -> None:
    """Expected: QALYs of ten small plans as a programme by single months waited finds them."""
    for seed in range(10):
        where = region(2, 2, 2, 2 + seed % 2, 0.4, False, seed)
        naive = best_plan(where.network, where.values, where.rules.referral_shift.number)
        settled = where.written().classes.settled
        assert near(most_qalys(where) + unseen(where, settled), naive.qalys), seed


def unseen(where: Region, settled: Flags) -> float:
    """Return the worth of those who come to settled points, whom the product's programme skips."""
    value = where.values.qalys_discounted
    when = value.monthly_discount ** np.arange(where.network.horizon)
    people = where.network.entries * settled[:, None, None]
    return float(np.einsum("cgt,cg,t->", people, value.arrival, when))


def test_less_room_is_worse_and_an_overfull_site_is_seen() -> None:
    """Expected: a tenth of the room costs QALYs; reading 1 does not fit a scarce region."""
    where = plan_of(3)
    tight = where.with_network(capacity=where.network.capacity * 0.1)
    assert most_qalys(tight) < most_qalys(where) - 1e-3
    done = policies.nothing_scarce(tight.network)
    assert (done.use > tight.network.capacity + 1e-6).any()
