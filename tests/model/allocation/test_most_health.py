"""The best plan, against plans on paper and a programme written from scratch."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.objectives import health
from hepaplan.model.allocation.plan import BestPlan, most_health
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.allocation.written import programme
from hepaplan.model.outcomes import Values
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay, replay
from hepaplan.model.sites.network import Network
from tests.support.naive_programme import best_plan
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules

Floats = npt.NDArray[np.float64]
RESECTION, ABLATION = 0, 1
OPTIONS = [("resectable", "resection"), ("ablatable", "ablation")]


def best(
    network: Network, values: Values, shift: float = 1.0, age_neutral: bool = False
) -> BestPlan:
    return most_health(network, rules(shift, age_neutral), values, nothing_scarce(network))


def tiny_best(network: Network, shift: float = 0.2, age_neutral: bool = False) -> BestPlan:
    return best(network, tiny_usual().worth, shift, age_neutral)


def settled_worth(network: Network) -> float:
    """Return the QALYs of entries at supportive care, which the programme leaves out."""
    value = tiny_usual().worth.qalys_discounted
    return sum(
        float(network.entries[2, g, t] * value.arrival[2, g] * value.monthly_discount**t)
        for g in (0, 1)
        for t in range(network.horizon)
    )


def hospital(beds: float) -> tuple[Network, Values]:
    """Return F6 and F7: theatre hours, hours of interventional radiology, bed-days; one month.

    Whoever does not start is worth nothing.
    """
    use = np.array([[[6.0], [0.0], [5.0]], [[0.0], [2.0], [1.0]]])
    kernels = hand_kernels(OPTIONS, use)
    network = hand_network(
        kernels,
        np.array([[[15.0]], [[25.0]]]),
        np.array([[[100.0]], [[40.0]], [[beds]]]),
        waiting=hand_waiting(kernels, stay=0.0),
    )
    return network, hand_values(kernels, [1.6, 1.3])


@pytest.mark.parametrize(
    ("beds", "resections", "ablations", "total"),
    [(120.0, 15.0, 20.0, 50.0), (80.0, 12.0, 20.0, 45.2)],
)
def test_f6_f7_a_hospital_on_paper(
    beds: float, resections: float, ablations: float, total: float
) -> None:
    network, values = hospital(beds)
    found = best(network, values)
    assert found.plan.starts[:, 0, 0, 0].tolist() == pytest.approx(
        [resections, ablations], abs=1e-5
    )
    assert found.qalys == pytest.approx(total, abs=1e-5)
    assert found.status == "optimal"


def test_f6_one_more_of_each_resource_is_worth_its_price() -> None:
    network, values = hospital(120.0)
    before = best(network, values).qalys
    for resource, price in enumerate((0.0, 0.65, 0.0)):
        more = network.capacity.copy()
        more[resource] += 1
        after = best(replace(network, capacity=more), values).qalys
        assert after - before == pytest.approx(price, abs=1e-5)
    referred = network.entries + np.array([[[1.0]], [[0.0]]])
    one_more = best(replace(network, entries=referred), values)
    assert one_more.qalys - before == pytest.approx(1.6, abs=1e-5)


def test_f8_two_hospitals_and_the_shortest_way() -> None:
    """Two regions as groups, A 12 and B 15; places 10 and 20; everyone can be treated."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("A", "B"))
    network = hand_network(
        kernels,
        np.array([[[12.0], [15.0]]]),
        np.array([[[10.0], [20.0]]]),
        travel=np.array([[1.0, 4.0], [3.0, 1.0]]) * 100,
        waiting=hand_waiting(kernels, stay=0.0),
    )
    found = best(network, hand_values(kernels, [1.0]))
    assert found.plan.starts[0, :, :, 0] == pytest.approx(np.array([[10, 2], [0, 15]]), abs=1e-4)
    travelled = {step.aim: step.total for step in found.reached}["travel"]
    assert travelled == pytest.approx(33 * 100, abs=1e-4)


def test_among_equal_plans_the_standard_comes_before_cost() -> None:
    """Two lists of equal worth and one place a month; one list's people have waited too long."""
    kernels = hand_kernels([("soon", "a"), ("late", "b")], np.ones((2, 1, 1)))
    backlog = np.zeros((2, 1, 1, 2))
    backlog[1, 0, 0, 1] = 1.0
    network = hand_network(
        kernels,
        np.array([[[1.0]], [[0.0]]]),
        np.array([[[1.0]]]),
        waiting=hand_waiting(kernels, stay=0.0),
        backlog=backlog,
    )
    found = best(network, hand_values(kernels, [1.0, 1.0]))
    assert found.plan.starts[:, 0, 0, 0].tolist() == pytest.approx([0, 1], abs=1e-4)


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_f19_the_plan_equals_a_programme_written_from_scratch(shift: float) -> None:
    network = tiny_capacity().network
    other = best_plan(network, tiny_usual().worth, shift)
    found = tiny_best(network, shift)
    assert found.qalys == pytest.approx(other.qalys - settled_worth(network), abs=1e-6)
    # Where the plan is unique, so are the starts; chemotherapy has near ties between sites.
    for pair in (0, 1, 4, 5):
        for month in range(network.horizon):
            planned = found.plan.starts[pair, :, :, month].sum()
            assert planned == pytest.approx(
                sum(other.total("start", pair, g, h, -1, month) for g in (0, 1) for h in (0, 1)),
                abs=1e-3,
            )


@pytest.mark.parametrize("factor", [0.0, 0.5, 3.0])
def test_other_capacities_equal_it_too(factor: float) -> None:
    network = tiny_capacity().network
    network = replace(network, capacity=network.capacity * factor)
    other = best_plan(network, tiny_usual().worth, 0.2)
    found = tiny_best(network)
    assert found.qalys == pytest.approx(other.qalys - settled_worth(network), abs=1e-6)


def test_an_empty_backlog_equals_it_too() -> None:
    network = tiny_capacity().network
    network = replace(network, backlog=np.zeros_like(network.backlog))
    other = best_plan(network, tiny_usual().worth, 0.2)
    found = tiny_best(network)
    assert found.qalys == pytest.approx(other.qalys - settled_worth(network), abs=1e-6)


def unlimited(network: Network) -> Network:
    return replace(network, capacity=np.full(network.capacity.shape, 1e5))


@pytest.mark.parametrize("pooled", [True, False])
def test_unlimited_capacity_and_nobody_waiting_is_reading_1(pooled: bool) -> None:
    """No substitution: pairs are the lists' own; waiting is fixed at zero by rows of its own."""
    network = unlimited(tiny_capacity().network)
    network = replace(
        network,
        pair_list=network.pair_list[:4],
        pair_option=network.pair_option[:4],
        may_shift=network.may_shift[:4],
    )
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled)
    at, rows = programme(network, classes, rules(0.2))
    upper = rows.upper.copy()
    nobody = np.zeros((1, at.count))  # the sum of all who are left
    nobody[0, at.left[at.left >= 0]] = 1.0
    matrix = rows.matrix.toarray()
    fixed = Programme(
        type(rows.matrix)(np.concatenate((matrix, nobody))),
        np.append(rows.lower, 0.0),
        np.append(upper, 0.0),
        rows.blocks,
        rows.most,
        rows.whole,
        np.append(rows.kept, 0),
    )
    value = tiny_usual().worth.qalys_discounted
    weights = health(network, classes, at, value)
    solved = minimise(fixed, -weights)
    one = programme_point(network, classes, at, usual)
    assert -solved.objective == pytest.approx(float(weights @ one), abs=1e-6)
    for block in (at.begun, at.arrivals):
        numbers = block[block >= 0]
        np.testing.assert_allclose(solved.point[numbers], one[numbers], atol=1e-6)


@pytest.mark.parametrize("pooled", [True, False])
def test_f2_unlimited_capacity_treats_everyone_on_arrival(pooled: bool) -> None:
    network = unlimited(tiny_capacity().network)
    found = tiny_best(network, age_neutral=pooled)
    done = replay(network, found.plan)
    # With one class, those who stay on a list at one site only are not of the average age.
    assert done.left.max() < (1e-3 if pooled else 1e-6)
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled)
    at, _ = programme(network, classes, rules(0.2))
    weights = health(network, classes, at, tiny_usual().worth.qalys_discounted)
    assert found.qalys >= float(weights @ programme_point(network, classes, at, usual)) - 1e-6


@pytest.mark.parametrize("pooled", [True, False])
def test_f1_zero_capacity_starts_nothing_scarce_and_says_so_without_error(pooled: bool) -> None:
    network = tiny_capacity().network
    nothing = replace(network, capacity=np.zeros_like(network.capacity))
    found = tiny_best(nothing, age_neutral=pooled)
    assert found.plan.starts[:3].max() < 1e-6
    done = replay(nothing, found.plan)
    assert done.starts[:3].max() < 1e-6
    assert done.left.sum() > 1
    assert found.status == "optimal"


def test_f3_double_everything_doubles_the_plan() -> None:
    network = tiny_capacity().network
    double = replace(
        network,
        entries=2 * network.entries,
        backlog=2 * network.backlog,
        capacity=2 * network.capacity,
        committed=2 * network.committed,
    )
    once, twice = tiny_best(network), tiny_best(double)
    assert twice.qalys == pytest.approx(2 * once.qalys, abs=1e-5)
    np.testing.assert_allclose(twice.plan.starts[:2], 2 * once.plan.starts[:2], atol=1e-3)


@pytest.mark.parametrize("resource", [0, 1])
@pytest.mark.parametrize("site", [0, 1])
def test_f4_relaxing_a_limit_never_makes_it_worse_tightening_never_better(
    resource: int, site: int
) -> None:
    network = tiny_capacity().network
    seen = []
    for factor in (0.5, 1.0, 1.1, 10.0):
        capacity = network.capacity.copy()
        capacity[resource, site] *= factor
        seen.append(tiny_best(replace(network, capacity=capacity)).qalys)
    assert all(after >= before - 1e-6 for before, after in itertools.pairwise(seen))
    assert seen[-1] > seen[0]


def test_f4_more_freedom_of_referral_and_of_exchange_never_hurts() -> None:
    network = tiny_capacity().network
    shifts = [tiny_best(network, shift).qalys for shift in (0.0, 0.1, 0.2, 0.5, 1.0)]
    assert shifts == sorted(shifts)
    limits = []
    for limit in (0.0, 0.25, 0.5, 1.0):
        may_shift = np.where(np.arange(6) < 4, 1.0, limit)
        limits.append(tiny_best(replace(network, may_shift=may_shift)).qalys)
    assert limits == sorted(limits)


@pytest.mark.parametrize("pooled", [True, False])
def test_f5_no_policy_without_foresight_beats_the_plan(pooled: bool) -> None:
    network = tiny_capacity().network
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled=False)
    at, _ = programme(network, classes, rules(0.2))
    weights = health(network, classes, at, tiny_usual().worth.qalys_discounted)

    def worth(done: Replay) -> float:
        return float(weights @ programme_point(network, classes, at, done))

    planned = tiny_best(network, age_neutral=pooled)
    assert worth(replay(network, planned.plan)) > worth(first_come(network))


def test_nobody_grows_younger_by_going_to_another_site() -> None:
    """One class of all ages is worth the same at each site, though their patients' ages differ."""
    network = tiny_capacity().network
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled=True)
    at, _ = programme(network, classes, rules(0.2))
    weights = health(network, classes, at, tiny_usual().worth.qalys_discounted)
    mix = classes.on_list[2, 0, :, :, 0]
    assert abs(mix[0, 0] - mix[0, 1]) > 0.01
    for month in range(network.horizon):
        hilltop, riverside = weights[at.starts[2, 0, :, month]]
        assert hilltop == riverside


def test_f5_age_neutrality_costs_health_and_the_report_can_say_how_much() -> None:
    network = tiny_capacity().network
    assert tiny_best(network, age_neutral=True).qalys <= tiny_best(network).qalys + 1e-6


def test_f15_sites_in_another_order_give_the_same_total() -> None:
    network = tiny_capacity().network
    turned = replace(
        network,
        sites=network.sites[::-1],
        backlog=network.backlog[:, :, ::-1],
        referral=network.referral[:, :, ::-1],
        travel=network.travel[:, ::-1],
        offers=network.offers[:, ::-1],
        capacity=network.capacity[:, ::-1],
        committed=network.committed[:, ::-1],
    )
    assert tiny_best(turned).qalys == pytest.approx(tiny_best(network).qalys, abs=1e-6)


def test_f22_the_plan_replayed_without_chance_is_the_plan() -> None:
    """Each group planned for by itself: nothing is averaged, so nothing may differ."""
    network = tiny_capacity().network
    found = tiny_best(network)
    done = replay(network, found.plan)
    np.testing.assert_allclose(done.starts.sum(axis=3)[:3], found.plan.starts[:3], atol=1e-6)
    assert (done.use <= np.maximum(network.capacity, network.committed) + 1e-6).all()


def test_people_beyond_the_standard_are_the_replays_count_under_first_in_first_out() -> None:
    network = tiny_capacity().network
    network = replace(network, capacity=network.capacity * 0.3)
    usual = nothing_scarce(network)
    classes = patient_classes(network, usual, pooled=False)
    at, rows = programme(network, classes, rules(0.2))
    done = replay(network, tiny_best(network).plan)
    point = programme_point(network, classes, at, done)
    standard = network.waiting.standard_months[network.kernels.point_of]
    counted = 0.0
    for listed in range(3):
        for group in range(2):
            for site in range(2):
                if at.over[listed, group, site, 0] < 0:
                    continue
                for month in range(network.horizon):
                    late = done.left[listed, group, site, standard[listed] :, month].sum()
                    # The least the row allows is what the replay counts.
                    without = point.copy()
                    without[at.over[listed, group, site, month]] = 0.0
                    assert rows.worst(without)["beyond_standard"] == pytest.approx(late, abs=1e-6)
                    counted += late
    assert counted > 1


def test_rules_that_no_plan_keeps_are_no_plan() -> None:
    """A point where nobody waits but something scarce is used cannot be planned for."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    month = replace(hand_waiting(kernels), waits=np.array([False]))
    network = hand_network(kernels, np.array([[[5.0]]]), np.array([[[1.0]]]), waiting=month)
    with pytest.raises(NoPlan):
        best(network, hand_values(kernels, [1.0]))


def test_no_demand_one_site_one_month() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(kernels, np.zeros((1, 1, 1)), np.ones((1, 1, 1)))
    found = best(network, hand_values(kernels, [1.0]), age_neutral=True)
    assert found.plan.starts.max() < 1e-6
    assert found.qalys == pytest.approx(0, abs=1e-6)


def test_referral_of_a_plan_sums_to_one_and_stays_within_its_bounds() -> None:
    network = tiny_capacity().network
    for pooled in (True, False):
        plan = tiny_best(network, age_neutral=pooled).plan
        np.testing.assert_allclose(plan.referral.sum(axis=2), 1, rtol=1e-9)
        assert plan.referral.min() >= 0
        assert not plan.referral[0, :, 1].any()  # no resection at Riverside
    moved = plan.referral - network.referral[..., None]
    assert np.abs(moved[:3]).max() < 0.2 + 1e-4


def test_a_group_whose_only_site_is_emptied_goes_where_the_others_go() -> None:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("A", "B"))
    network = hand_network(
        kernels,
        np.array([[[3.0], [5.0]]]),
        np.array([[[0.0], [20.0]]]),
        referral=np.array([[[1.0, 0.0], [0.0, 1.0]]]),
    )
    found = best(network, hand_values(kernels, [1.0]), age_neutral=True)
    np.testing.assert_allclose(found.plan.referral[0, :, :, 0], [[0, 1], [0, 1]], atol=1e-6)
    assert found.plan.starts.sum() == pytest.approx(8, abs=1e-5)
