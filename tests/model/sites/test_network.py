from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.evaluate import usual_care
from hepaplan.model.sites.network import (
    Network,
    build_network,
    day_one_backlog,
    day_one_people,
    exchange_pairs,
    mean_travel,
    present_referral,
    region_mix,
)
from hepaplan.model.sites.site_capacity import site_capacity
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_pathway,
    tiny_usual,
    with_pathway,
    with_table,
)
from tests.support.small import share

NORTH, SOUTH = 0, 1
HILLTOP, RIVERSIDE = 0, 1
RESECTION, ABLATION, CHEMOTHERAPY, SUPPORTIVE = range(4)
THEATRE, CHAIR = 0, 1


def test_region_mix_is_each_regions_share_of_a_groups_new_patients() -> None:
    by_region = np.zeros((2, 2, 2, 2))  # point, region, group, month
    by_region[0, NORTH, 0] = [3, 2]
    by_region[1, NORTH, 0] = [0, 1]
    by_region[0, SOUTH, 0] = [1, 1]
    mix = region_mix(by_region)
    assert mix[0].tolist() == [0.75, 0.25]
    assert mix[1].tolist() == [0.5, 0.5]  # nobody: even, which weighs nothing


def test_present_referral_weighs_regions_by_their_patients() -> None:
    mix = np.array([[0.75, 0.25], [0.5, 0.5]])
    found = present_referral(tiny(), ("North", "South"), mix)
    assert found[RESECTION].tolist() == [[1, 0], [1, 0]]
    # Ablation: North 0.6 to Hilltop, South all to Riverside.
    assert found[ABLATION, 0].tolist() == pytest.approx([0.75 * 0.6, 0.75 * 0.4 + 0.25])
    assert found[CHEMOTHERAPY, 1].tolist() == pytest.approx([0.45, 0.55])
    np.testing.assert_allclose(found.sum(axis=2), 1)


def test_mean_travel_weighs_regions_too() -> None:
    mix = np.array([[0.75, 0.25], [0.5, 0.5]])
    found = mean_travel(tiny(), ("North", "South"), mix)
    assert found[0].tolist() == pytest.approx([0.75 * 15 + 0.25 * 45, 0.75 * 50 + 0.25 * 20])
    assert found[1].tolist() == pytest.approx([30, 35])


def test_no_travel_table_means_no_minutes() -> None:
    empty = with_table(tiny(), travel=tiny().tables.travel.iloc[:0])
    assert not mean_travel(empty, ("North", "South"), np.full((2, 2), 0.5)).any()


def test_capacity_is_units_times_weeks_times_cap_after_dated_changes() -> None:
    found = site_capacity(tiny(), Months("2027-01", 4))
    # Working days in England: 20 in January (New Year), 20, 21 in March (Good Friday 26 March,
    # Easter Monday 29 March), 22 in April.
    weeks = np.array([20, 20, 21, 22]) / 5
    np.testing.assert_allclose(found[THEATRE, HILLTOP], 0.25 * 240 * weeks * 0.85)
    # Riverside's theatre is halved in February.
    number = np.array([0.1, 0.05, 0.1, 0.1])
    np.testing.assert_allclose(found[THEATRE, RIVERSIDE], number * 240 * weeks * 0.85)
    # Chairs are open every day; Hilltop has 0.05 more from March to April.
    weeks = np.array([31, 28, 31, 30]) / 7
    number = np.array([0.1, 0.1, 0.15, 0.15])
    np.testing.assert_allclose(found[CHAIR, HILLTOP], number * 40 * weeks * 0.9)
    np.testing.assert_allclose(found[CHAIR, RIVERSIDE], 0.2 * 40 * weeks * 0.9)


def test_changes_follow_each_other_and_never_leave_less_than_nothing() -> None:
    changes = tiny().tables.capacity_changes.iloc[[0, 0]].copy()
    changes["from_month"], changes["to_month"] = "2027-01", "2027-01"
    changes["multiply"], changes["add"] = [2.0, 0.5], [0.3, -0.1]
    found = site_capacity(with_table(tiny(), capacity_changes=changes), Months("2027-01", 2))
    per_unit = 240 * 4 * 0.85
    assert found[THEATRE, RIVERSIDE, 0] == pytest.approx(((0.1 * 2 + 0.3) * 0.5 - 0.1) * per_unit)
    changes["add"] = [-5.0, 0.0]
    found = site_capacity(with_table(tiny(), capacity_changes=changes), Months("2027-01", 2))
    assert found[THEATRE, RIVERSIDE].tolist() == [0, pytest.approx(0.1 * per_unit)]


def test_pairs_begin_with_each_lists_own_option() -> None:
    listed, option, limit = exchange_pairs(tiny(), tiny_usual().kernels)
    assert listed.tolist() == [0, 1, 2, 3, RESECTION, ABLATION]
    assert option.tolist() == [0, 1, 2, 3, ABLATION, RESECTION]
    assert limit.tolist() == [1, 1, 1, 1, 0.5, 0.5]


def test_nothing_is_exchanged_where_nobody_waits() -> None:
    record = tiny_pathway()
    point = record["decision_point"]["supportive_care"]
    care = point["option"]["best_supportive_care"]
    point["option"]["hospice"] = care | {"usual_share": share(0.0)}
    names = ["best_supportive_care", "hospice"]
    point["interchangeable"] = [{"options": names, "up_to": share(0.5)}]
    changed = with_pathway(tiny(), record)
    kernels = usual_care(changed).kernels
    assert kernels.options[4] == ("supportive_care", "hospice")
    listed, option, _ = exchange_pairs(changed, kernels)
    assert listed.tolist() == [0, 1, 2, 3, 4, RESECTION, ABLATION]
    assert option.tolist() == [0, 1, 2, 3, 4, ABLATION, RESECTION]


def test_people_on_day_one_are_split_by_usual_share_and_referral() -> None:
    kernels = tiny_usual().kernels
    people = day_one_people(tiny(), kernels)
    assert people.shape == (3, 2, 2)  # point, group, months waited
    assert people[0].tolist() == [[0.3, 0], [0, 0.2]]
    assert people[1].tolist() == [[0.5, 0], [0, 0]]
    referral = np.full((4, 2, 2), 0.5)
    referral[ABLATION, 0] = [0.9, 0.1]
    backlog = day_one_backlog(tiny(), kernels, referral)
    assert backlog[RESECTION, 0, HILLTOP, 0] == pytest.approx(0.3 * 0.75 * 0.5)
    assert backlog[ABLATION, 0, HILLTOP, 0] == pytest.approx(0.3 * 0.25 * 0.9)
    assert backlog[ABLATION, 1, RIVERSIDE, 1] == pytest.approx(0.2 * 0.4 * 0.5)
    assert backlog.sum() == pytest.approx(1.0)


def test_an_empty_backlog_is_nobody() -> None:
    nobody = with_table(tiny(), backlog=tiny().tables.backlog.iloc[:0])
    people = day_one_people(nobody, tiny_usual().kernels)
    assert people.shape == (3, 2, 1)
    assert not people.any()


def build(past: int | None = None) -> Network:
    usual = tiny_usual()
    before = usual.before if past is None else past
    return build_network(
        tiny(),
        usual.months,
        ("North", "South"),
        usual.eligible[..., usual.before :],
        usual.kernels,
        usual.waiting,
        usual.flow.starts[..., usual.before - before : usual.before],
    )


def test_entries_are_new_people_and_those_that_earlier_starts_bring() -> None:
    usual, network = tiny_usual(), build()
    starts = usual.flow.starts.sum(axis=1)
    for point in range(3):
        for group in range(2):
            for month in range(4):
                new = usual.eligible[point, :, group, usual.before + month].sum()
                brought = sum(
                    starts[k, group, past]
                    * usual.kernels.arrive[k, group, point, usual.before + month - past]
                    for k in range(4)
                    for past in range(usual.before)
                )
                assert network.entries[point, group, month] == pytest.approx(new + brought)


def test_committed_use_is_what_earlier_starts_still_take_at_their_sites() -> None:
    usual, network = tiny_usual(), build()
    starts = usual.flow.starts.sum(axis=1)
    for site in range(2):
        for month in range(4):
            expected = sum(
                starts[CHEMOTHERAPY, group, past]
                * network.referral[CHEMOTHERAPY, group, site]
                * usual.kernels.use[CHEMOTHERAPY, group, CHAIR, usual.before + month - past]
                for group in range(2)
                for past in range(usual.before)
            )
            assert network.committed[CHAIR, site, month] == pytest.approx(expected)
    assert not network.committed[THEATRE].any()  # an operation takes its month only
    assert network.committed[CHAIR, :, :2].min() > 0


def test_no_years_before_the_window_commit_and_carry_nothing() -> None:
    network, usual = build(past=0), tiny_usual()
    assert not network.committed.any()
    new = usual.eligible[..., usual.before :].sum(axis=1)
    np.testing.assert_allclose(network.entries, new)


def test_what_is_available_is_never_negative() -> None:
    network = build()
    crowded = replace(network, committed=network.capacity + 1)
    assert not crowded.available.any()
    np.testing.assert_allclose(network.available + network.committed, network.capacity)


def test_sites_offer_what_anybody_is_referred_for() -> None:
    offers = tiny_capacity().network.offers
    assert offers[RESECTION].tolist() == [True, False]
    assert offers[SUPPORTIVE].tolist() == [True, True]
