"""Access by region: who is on a list where, and the same people as the share for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.evaluate import network_of
from hepaplan.model.plan_value import Totals
from hepaplan.model.policies import first_come, longest_wait, nothing_scarce
from hepaplan.model.readings import Replayed
from hepaplan.model.replay import Replay
from hepaplan.model.tables.access import access_table, people_by_region, region_by_site
from hepaplan.model.tables.money_tables import share_within_standard
from tests.support.scenarios import tiny_usual

NORTH, SOUTH = 0, 1
HILLTOP, RIVERSIDE = 0, 1
WINDOW = 3


def one_list(*by_region: list[float]) -> np.ndarray:
    return np.array(by_region)[None, None]


def sent(*shares: float) -> np.ndarray:
    return np.array(shares)[None, None, :, None]


def test_at_todays_referral_regions_are_todays() -> None:
    today = one_list([0.3, 0.2], [0.1, 0.4])
    found = region_by_site(today, sent(0.4, 0.6))[0, 0, :, :, 0]
    np.testing.assert_allclose(found, [[0.75, 1 / 3], [0.25, 2 / 3]])


def test_a_site_loses_of_every_region_alike_and_regions_keep_their_people() -> None:
    # Hilltop gives up a quarter of its 0.4: 0.075 from the North, 0.025 from the South.
    today = one_list([0.3, 0.2], [0.1, 0.4])
    found = region_by_site(today, sent(0.3, 0.7))[0, 0, :, :, 0]
    np.testing.assert_allclose(found, [[0.75, 0.275 / 0.7], [0.25, 0.425 / 0.7]])
    people = found * [0.3, 0.7]
    np.testing.assert_allclose(people.sum(axis=1), [0.5, 0.5])


def test_those_who_leave_are_spread_over_the_sites_that_gain() -> None:
    today = one_list([0.6, 0.0, 0.0], [0.0, 0.3, 0.1])
    found = region_by_site(today, sent(0.3, 0.4, 0.3))[0, 0, :, :, 0]
    # 0.3 of the North move: a third to the second site, two thirds to the third.
    np.testing.assert_allclose(found * [0.3, 0.4, 0.3], [[0.3, 0.1, 0.2], [0, 0.3, 0.1]])


def test_a_site_without_anybody_has_the_regions_of_the_list() -> None:
    today = one_list([0.5, 0.0], [0.5, 0.0])
    found = region_by_site(today, sent(1.0, 0.0))[0, 0, :, :, 0]
    np.testing.assert_allclose(found, 0.5)


def replayed(done: Replay) -> Replayed:
    return Replayed(network_of(tiny_usual()), {"done": done}, {"done": Totals(0, 0, 0, 0, 0)})


@pytest.mark.parametrize("policy", [nothing_scarce, first_come, longest_wait])
def test_the_regions_together_are_the_share_for_all(policy: object) -> None:
    assert callable(policy)
    usual, network = tiny_usual(), network_of(tiny_usual())
    done = policy(network)
    inside, whole, started = people_by_region(usual, network, done)
    everyone = share_within_standard(usual, replayed(done).network, done)
    assert inside.sum() / whole.sum() == pytest.approx(everyone, abs=1e-12)
    waits = network.waiting.waits[network.kernels.point_of[network.pair_list]]
    starts = done.starts[waits][..., :WINDOW].sum()
    assert started.sum() == pytest.approx(starts, abs=1e-12)
    assert (inside <= whole + 1e-12).all()


def test_nothing_scarce_has_the_regions_of_reading_one() -> None:
    usual, network = tiny_usual(), network_of(tiny_usual())
    table = access_table(usual, replayed(nothing_scarce(network)), nothing_scarce(network))
    assert table["region"].tolist() == ["North", "North", "South", "South"]
    assert table["decision_point"].tolist() == ["operable", "inoperable"] * 2
    # All start on arrival; only those of day one have waited, nobody beyond the standard here.
    np.testing.assert_allclose(table["share_within_standard"].astype(float), 1)
    # Chemotherapy: North 0.7 to Hilltop (15 minutes), South 0.2 (45).
    minutes = table["minutes"].astype(float).tolist()
    assert minutes[1] == pytest.approx(0.7 * 15 + 0.3 * 50)
    assert minutes[3] == pytest.approx(0.2 * 45 + 0.8 * 20)
    # Resections all go to Hilltop, ablations 0.6 and none.
    assert 15 < minutes[0] < 0.6 * 15 + 0.4 * 50
    assert 20 < minutes[2] < 45
    by_year = table["starts_per_year"].sum()
    starts = nothing_scarce(network).starts[:3][..., :WINDOW].sum()
    assert by_year == pytest.approx(starts * 12 / WINDOW)


def test_a_region_whose_site_is_short_has_less_access() -> None:
    usual, network = tiny_usual(), network_of(tiny_usual())
    capacity = network.capacity * np.array([0.1, 1.0])[None, :, None]
    short = replace(network, capacity=capacity)
    done = first_come(short)
    table = access_table(usual, Replayed(short, {}, {}), done)
    share = table.set_index(["decision_point", "region"])["share_within_standard"].astype(float)
    assert share["inoperable", "North"] < share["inoperable", "South"] - 0.05


def test_a_policy_that_starts_nobody_states_no_travel() -> None:
    usual, network = tiny_usual(), network_of(tiny_usual())
    closed = replace(network, capacity=np.zeros_like(network.capacity))
    table = access_table(usual, Replayed(closed, {}, {}), first_come(closed))
    assert table["minutes"].isna().all()
    assert not table["starts_per_year"].any()
    assert (table["share_within_standard"].astype(float) == 0).all()


def test_fewer_than_one_start_have_a_travel_too() -> None:
    usual, network = tiny_usual(), network_of(tiny_usual())
    little = replace(network, capacity=0.001 * network.capacity)
    table = access_table(usual, Replayed(little, {}, {}), first_come(little))
    assert 0 < table["starts_per_year"].max() * WINDOW / 12 < 1
    assert table["minutes"].astype(float).between(15, 50).all()
