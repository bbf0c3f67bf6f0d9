"""Inputs that must fail, found without a solver; each bound from both sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.sites.feasibility import feasibility_faults, over_committed
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from tests.model.allocation.test_conflicts import one_list, volumes
from tests.support.small import hand_kernels, hand_network


def messages(network: Network) -> list[str]:
    return [f"{problem.key[1]}: {problem.message}" for problem in feasibility_faults(network)]


def test_a_minimum_above_what_can_come() -> None:
    """One comes each month: 12 in the year, of whom 12 may be asked for and 13 may not."""
    assert messages(replace(one_list(1.0, [50.0]), lumps=volumes([12.0]))) == []
    [said] = messages(replace(one_list(1.0, [50.0]), lumps=volumes([13.0])))
    assert said == (
        "volume_0: found 13 a year: 13.0 by the end of the year from 2027-01, when at most 12.0 "
        "people can have come for it; expected at most 12.0; lower it, or write may_close = true"
    )


def test_people_saved_up_for_later_years_count_once() -> None:
    """Thirty a year from 24 a year: enough for no first year, so 24 is all that can be asked."""
    network = one_list(2.0, [50.0], months=24)
    network.entries[..., 0] += 10.0
    assert messages(replace(network, lumps=volumes([29.0]))) == []
    [said] = messages(replace(network, lumps=volumes([30.0])))
    assert "60.0 by the end of the year from 2028-01, when at most 58.0" in said


def test_a_minimum_above_what_a_resource_holds() -> None:
    """Six units a month at 3 a start: 24 in the year, though 60 come."""
    assert messages(replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([24.0]))) == []
    [said] = messages(replace(one_list(5.0, [6.0], use=3.0), lumps=volumes([25.0])))
    assert said == (
        "volume_0: found 25 a year; in the year from 2027-01 resource_0 at site_0 holds at most "
        "24.0 starts, even if nothing else used it; expected at most 24.0 a year; lower it, or "
        "add capacity"
    )


def test_capacity_that_could_be_built_counts() -> None:
    lumps = replace(
        volumes([25.0]), expansions=("theatre",), adds=np.full((1, 1, 1, 12), 3.0),
        cost=np.zeros((1, 12)), opens=np.zeros((1, 1, 1), dtype=bool),
        budget=np.array([np.inf]), year_of=np.zeros(12, dtype=np.int64),
    )  # fmt: skip
    assert messages(replace(one_list(5.0, [6.0], use=3.0), lumps=lumps)) == []


def test_a_minimum_that_may_close_asks_for_nothing() -> None:
    network = replace(one_list(1.0, [50.0]), lumps=volumes([40.0], may_close=True))
    assert messages(network) == []


def test_a_minimum_at_a_site_that_offers_nothing() -> None:
    network = replace(one_list(1.0, [50.0, 50.0]), lumps=volumes([1.0, 1.0], 2))
    network = replace(network, offers=np.array([[True, False]]))
    [said] = messages(network)
    assert said.startswith("volume_1: found a site that offers the treatment to nobody")


@pytest.mark.parametrize(("budget", "faults"), [(9.0, 0), (8.9, 1)])
def test_a_budget_below_what_must_be_built(budget: float, faults: int) -> None:
    """The service opens with an expansion of £9, and twelve starts of it are a must."""
    cost = np.zeros((1, 12))
    cost[0, 0] = 9.0
    lumps = replace(
        volumes([12.0]), expansions=("theatre",), adds=np.zeros((1, 1, 1, 12)), cost=cost,
        opens=np.ones((1, 1, 1), dtype=bool), budget=np.array([budget]),
        year_of=np.zeros(12, dtype=np.int64),
    )  # fmt: skip
    found = feasibility_faults(replace(one_list(1.0, [50.0]), lumps=lumps))
    assert [problem.key for problem in found] == [("plan", "budget", "2027", "value")] * faults
    assert all("expansion.theatre, which costs 9 in 2027" in p.message for p in found)


def test_what_earlier_starts_take_beyond_capacity_is_said_and_not_refused() -> None:
    network = one_list(1.0, [5.0], months=3)
    words = {"resource_0": "Operating theatre", "site_0": "Riverside"}
    assert over_committed(network, words) == []
    network.committed[0, 0, 1] = 5.5
    [said] = over_committed(network, words)
    taken = "starts before the window take more Operating theatre at Riverside than there is"
    assert said.startswith(taken)
    [unnamed] = over_committed(network, {})
    assert "more resource_0 at site_0 than" in unnamed
    assert "in 2027-02;" in said


def test_nothing_asked_is_no_fault() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.zeros((1, 1, 1)), np.zeros((1, 1, 1)))
    assert feasibility_faults(network) == []
    assert feasibility_faults(replace(network, lumps=Lumps())) == []


def test_of_two_that_would_open_it_the_cheapest_and_its_first_year_are_named() -> None:
    """Over two years the first costs £9 and £5, the second £8 and £3; £7 and £2 are there."""
    cost = np.zeros((2, 24))
    cost[0, [2, 13]] = 9.0, 5.0
    cost[1, [4, 20]] = 8.0, 3.0
    lumps = replace(
        volumes([12.0]), expansions=("theatre", "robot"), adds=np.zeros((2, 1, 1, 24)), cost=cost,
        opens=np.ones((2, 1, 1), dtype=bool), budget=np.array([7.0, 2.0]),
        year_of=np.repeat([0, 1], 12),
    )  # fmt: skip
    network = one_list(1.0, [50.0], months=24)
    [found] = feasibility_faults(replace(network, lumps=lumps))
    assert found.key == ("plan", "budget", "2027", "value")
    assert found.message.startswith("found 7; minimum_volume.volume_0 needs expansion.robot, which")
    assert "which costs 8 in 2027; expected at least that" in found.message
    enough = replace(lumps, budget=np.array([8.0, 2.0]))
    [found] = feasibility_faults(replace(network, lumps=enough))
    assert found.key == ("plan", "budget", "2028", "value")
    assert "found 2;" in found.message and "costs 3 in 2028" in found.message
    first = replace(lumps, budget=np.array([9.0, 5.0]))
    assert feasibility_faults(replace(network, lumps=first)) == []
