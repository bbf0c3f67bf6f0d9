"""Tables of chance, and the headroom that makes a promise safe."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hepaplan.model.chance import tables
from hepaplan.model.chance.headroom import Target, binding, headroom, least, share_within
from hepaplan.model.chance.simulate import Simulated, simulate
from hepaplan.model.chance.whole import divided, spread
from hepaplan.model.policies import first_come
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network


def two_sites(capacity: float, months: int = 24) -> Network:
    """Return ten people a month, half to each of two sites; only the first is short."""
    kernels = hand_kernels([("listed", "operation")], np.array([[[1.0]]]))
    each = np.array([capacity, 50.0])[None, :, None]
    return hand_network(kernels, np.full((1, 1, months), 10.0), np.repeat(each, months, axis=2))


def share_by_hand(drawn: Simulated, place: int, month: int) -> list[float]:
    found = []
    for replication in range(drawn.replications):
        ended = drawn.started[place, month, replication] + drawn.gone[place, month, replication]
        if ended > 0:
            found.append(float(drawn.within[place, month, replication] / ended))
    return found


def test_the_probability_of_meeting_a_standard() -> None:
    network = tiny_capacity().network
    drawn = simulate(network, None, 60, seed=8)
    table = tables.chance(network, drawn)
    assert len(table) == len(drawn.queues.places) * network.horizon
    place, month = np.argwhere((drawn.late > 0).any(axis=2) & (drawn.late == 0).any(axis=2))[0]
    point, site = drawn.queues.places[place]
    row = table[
        (table["month"] == network.months.labels[month])
        & (table["site"] == network.sites[site])
        & (table["decision_point"] == network.kernels.points[point])
    ].iloc[0]
    met = (drawn.late[place, month] == 0).mean()
    assert 0.0 < met < 1.0
    assert row["probability"] == pytest.approx(met)
    assert row["standard_error"] == pytest.approx(np.sqrt(met * (1 - met) / 59))
    by_hand = share_by_hand(drawn, place, month)
    assert [row[q] for q in ("p10", "p50", "p90")] == np.quantile(by_hand, [0.1, 0.5, 0.9]).tolist()


def test_lists_and_use_beside_the_replay() -> None:
    network = tiny_capacity().network
    drawn, done = simulate(network, None, 40, seed=8), first_come(network)
    table = tables.chance_lists(network, drawn, done)
    waiting = table[table["measure"] == "waiting"]
    assert waiting["mean"].sum() == pytest.approx(drawn.left.sum() / 40, rel=1e-5)
    listed = network.waiting.waits[network.kernels.point_of]
    assert waiting["expected"].sum() == pytest.approx(done.left[listed].sum())
    use = table[table["measure"] == "use"]
    assert use["expected"].sum() == pytest.approx(done.use[network.capacity.any(axis=2)].sum())
    assert set(use["name"]) == set(network.kernels.resources[: network.reported])
    assert (table["p10"] <= table["p50"]).all()
    assert (table["p50"] <= table["p90"]).all()
    assert table["standard_error"].notna().all()


def test_all_tables_are_by_policy_and_of_the_window() -> None:
    usual = tiny_usual()
    found = tables.all_tables(usual, tiny_capacity(), replications=10)
    assert list(found) == ["chance", "chance_lists", "chance_years"]
    for table in (found["chance"], found["chance_lists"]):
        assert table["policy"].unique().tolist() == ["first come", "most health"]
    assert len(found["chance_years"]) == 2  # the window is shorter than a year
    assert found["chance"]["month"].unique().tolist() == list(usual.window_labels)


def test_whole_years_and_one_replication() -> None:
    network = two_sites(5.0, months=30)
    drawn = simulate(network, None, 50)
    table = tables.chance_years(drawn, network.months.labels, share=0.9)
    assert table["from_month"].tolist() == ["2027-01", "2028-01"]
    assert table["to_month"].tolist() == ["2027-12", "2028-12"]
    first = share_within(drawn, Target(0, 12))
    assert table["probability"][0] == pytest.approx((first >= 0.9).mean())
    alone = tables.chance_years(simulate(network, None, 1), network.months.labels)
    assert alone["standard_error"].isna().all()


def test_the_share_counts_who_left_and_who_is_late() -> None:
    drawn = simulate(two_sites(3.0), None, 5)
    target = Target(0, 12, site=0)
    inside = drawn.within[0, :12].sum(axis=0)
    whole = drawn.started[0, :12].sum(axis=0) + drawn.gone[0, :11].sum(axis=0)
    assert share_within(drawn, target) == pytest.approx(inside / (whole + drawn.late[0, 11]))
    assert (share_within(drawn, Target(0, 12, site=1)) == 1.0).all()
    nobody = simulate(two_sites(0.0, 1), None, 3)
    assert share_within(nobody, Target(0, 1, site=1)).tolist() == [1.0] * 3


def test_headroom_buys_the_probability_promised() -> None:
    network = two_sites(5.0)
    which = binding(first_come(network))
    assert which.tolist() == [[True, False]]
    found = headroom(network, None, Target(12, 24, site=0), which, replications=60, seed=3)
    assert found["site"].tolist() == ["site_0", "site_0"]
    assert found["promised_probability"].tolist() == [0.8, 0.95]
    assert 0.0 < found["headroom"][0] <= found["headroom"][1] < 1.0
    assert (found["probability"] >= found["promised_probability"]).all()
    assert found["standard_error"][0] == pytest.approx(
        np.sqrt(found["probability"][0] * (1 - found["probability"][0]) / 60)
    )


def test_headroom_that_is_not_enough_is_missing() -> None:
    network = two_sites(1.0)
    which = np.array([[True, False]])
    found = headroom(network, None, Target(0, 12), which, replications=10, promises=(0.8,))
    assert np.isnan(found["headroom"][0])
    assert found["probability"][0] == 0.0
    assert found["site"][0] == "all"


def test_more_capacity_is_never_worse_on_the_same_people() -> None:
    shares = [
        share_within(simulate(two_sites(c), None, 30, seed=2), Target(0, 24)) for c in (4, 5, 6, 9)
    ]
    assert all((more >= less).all() for less, more in itertools.pairwise(shares))


@pytest.mark.parametrize(("from_on", "expected"), [(0, 0), (1, 1), (37, 37), (100, 100)])
def test_the_least_number_is_found(from_on: int, expected: int) -> None:
    assert least(lambda number: float(number >= from_on), 0.5, 100) == expected


def test_no_number_is_enough() -> None:
    assert least(lambda _: 0.0, 0.5, 100) is None


def test_parts_are_whole_and_right_on_average() -> None:
    starts = spread(np.linspace(0.0, 0.999, 1000), np.array(7))
    share = np.repeat([[0.2, 0.5, 0.3]], 1000, axis=0)
    parts = divided(np.full(1000, 4.0), share, starts)
    assert (parts.sum(axis=1) == 4.0).all()
    assert np.array_equal(parts, np.round(parts))
    assert parts.mean(axis=0).tolist() == pytest.approx([0.8, 2.0, 1.2], abs=0.01)
    assert (parts <= np.ceil(4.0 * share)).all()
    assert (parts >= np.floor(4.0 * share)).all()
