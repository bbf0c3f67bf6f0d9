"""Verification rows F: the plan."""

from __future__ import annotations

import itertools
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hepaplan.model.allocation import cbc
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.conflict_words import Words, why_no_plan
from hepaplan.model.allocation.conflicts import explain
from hepaplan.model.allocation.fairness import (
    equity,
    group_origin,
    largest_change,
    months_in_time,
    with_rows,
)
from hepaplan.model.allocation.floor_prices import floor_prices
from hepaplan.model.allocation.model_file import write_model
from hepaplan.model.allocation.model_names import readable_names
from hepaplan.model.allocation.named_rules import named_rules
from hepaplan.model.allocation.objectives import health, usual_worth
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.prices import (
    QALYS_PER_MINUTE,
    Solved,
    capacity_prices,
    price_list,
)
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import Rows
from hepaplan.model.allocation.session import GAP, Session, Stopped
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.allocation.written import programme
from hepaplan.model.chance.simulate import simulate
from hepaplan.model.depth import Solver
from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.kernels import Kernels
from hepaplan.model.parameters import Resource
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.replay import Replay, replay
from hepaplan.model.sites.feasibility import feasibility_faults
from hepaplan.model.sites.lumps import Lumps
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.plan_tables import all_tables
from tests.support.expansions import two_centres
from tests.support.naive_programme import best_plan
from tests.support.other_solvers import by_trying_all, made_at_random, read_model
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_pathway,
    tiny_usual,
    with_pathway,
    with_table,
)
from tests.support.small import (
    figure,
    hand_kernels,
    hand_network,
    hand_values,
    hand_waiting,
    pathway_record,
    rules,
    schedule,
    share,
    small_kernels,
)
from tests.support.solved import hospital, random_network, solved_anew, solved_plan, units_of

Floats = npt.NDArray[np.float64]
SOLVERS: tuple[Solver, ...] = ("highs", "cbc")


def unbalanced(network: Network, done: Replay) -> float:
    """Return the largest error of came + there on day one = started + still there + lost."""
    kernels, waiting = network.kernels, network.waiting
    by_list = np.zeros((len(kernels.options), *done.starts.shape[1:]))
    np.add.at(by_list, network.pair_list, done.starts)
    worst = 0.0
    for listed, point in enumerate(kernels.point_of):
        gone = waiting.move[point].sum(axis=0) + waiting.cancer_death[point]
        gone = gone + waiting.other_death[point]
        for group in range(len(kernels.groups)):
            for site in range(len(network.sites)):
                came = done.at_site[listed, group, site].sum()
                came += network.backlog[listed, group, site].sum()
                left = done.left[listed, group, site].sum(axis=0)
                lost = (left[:-1] * gone[group]).sum()
                started = by_list[listed, group, site].sum()
                worst = max(worst, abs(came - started - left[-1] - lost))
    for point in range(len(kernels.points)):
        referred = done.arrivals[point].sum(axis=-1)
        placed = done.at_site[kernels.point_of == point].sum(axis=(0, 2, 3))
        worst = max(worst, float(np.abs(referred - placed).max()))
    return worst


@pytest.mark.parametrize("factor", [0.0, 0.3, 1.0, 4.0])
@pytest.mark.parametrize("pooled", [True, False])
def test_f11_people_are_kept_and_use_fits_in_any_solution(factor: float, pooled: bool) -> None:
    """Expected: referrals = treated + waiting + lost, to 1e-9 people; use within capacity."""
    network = tiny_capacity().network
    network = replace(network, capacity=network.capacity * factor)
    usual = nothing_scarce(network)
    planned = most_health(network, rules(0.2, pooled), tiny_usual().worth, usual).plan
    for done in (usual, first_come(network), replay(network, planned)):
        assert unbalanced(network, done) < 1e-9
        if done is not usual:
            assert (done.use <= np.maximum(network.capacity, network.committed) + 1e-6).all()


def test_f11_a_person_lost_or_a_unit_too_many_is_seen() -> None:
    """Expected: half a person who vanishes is an error of 0.5; reading 1 does not fit."""
    network = tiny_capacity().network
    done = nothing_scarce(network)
    assert (done.use > network.capacity + 1e-6).any()
    fewer = done.starts.copy()
    place = np.unravel_index(int(np.argmax(fewer)), fewer.shape)
    fewer[place] -= 0.5
    assert unbalanced(network, replace(done, starts=fewer)) == pytest.approx(0.5)


def with_choices() -> Network:
    """Return one list of 12 a month, room for 5, and two expansions of 4 and of 6 places."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.full((1, 1, 2), 12.0),
        np.full((1, 1, 2), 5.0),
        waiting=hand_waiting(kernels, stay=0.0),
    )
    adds = np.array([4.0, 6.0])[:, None, None, None] * np.ones((2, 1, 1, 2))
    lumps = Lumps(
        expansions=("small", "large"),
        adds=adds,
        cost=np.zeros((2, 2)),
        opens=np.zeros((2, 1, 1), dtype=bool),
    )
    return replace(network, lumps=lumps)


@pytest.mark.parametrize(
    ("cost", "built", "starts"),
    [
        ([3.0, 4.0], [0, 1], 11.0),  # 10 with none; 15, 18 with one; 17 with both
        ([3.0, 9.0], [1, 0], 9.0),  # 15, 13; 12
        ([1.0, 4.0], [1, 1], 12.0),  # 17, 18; 19
        ([9.0, 13.0], [0, 0], 5.0),  # 9, 9; 2
    ],
)
def test_f11_choices_are_whole_as_worked_on_paper(
    cost: list[float], built: list[int], starts: float
) -> None:
    """Expected: a start is worth 1; 4 more places gain 8 in two months, 6 gain 12, both 14."""
    network = with_choices()
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    weights = np.zeros(at.count)
    weights[at.starts[at.starts >= 0]] = -1.0
    weights[at.built] = cost
    found = minimise(rows, weights, gap=0.0)
    assert found.point[at.built].tolist() == built
    assert found.point[at.starts].ravel().tolist() == pytest.approx([starts] * 2, abs=1e-6)


@pytest.mark.parametrize("whole", [0, 4])
def test_f19_two_solvers_and_a_file_give_the_same_objective(whole: int, tmp_path: Path) -> None:
    """Expected: HiGHS, CBC and scipy's `milp` on the exported MPS agree to 1e-6, 50 programmes."""
    for seed in range(25):
        made, weights = made_at_random(100 + seed, whole)
        path = tmp_path / "made.mps"
        write_model(path, made, weights)
        ours = minimise(made, weights, gap=0.0).objective
        close = pytest.approx(ours, rel=1e-6, abs=1e-6)
        assert minimise(made, weights, solver="cbc", gap=0.0).objective == close
        assert read_model(path).least() == close


def by_cbc(path: Path) -> float:
    """Return the objective that CBC prints when it is given a model file by itself."""
    done = subprocess.run(
        [cbc.PROGRAM, str(path), "-solve"], capture_output=True, text=True, check=True
    )
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("Optimal objective"))
    return float(line.split()[2])


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("ending", [".mps", ".lp"])
def test_f19_the_plan_in_a_file_is_worth_the_same_to_others(
    pooled: bool, ending: str, tmp_path: Path
) -> None:
    """Expected: the tiny plan by HiGHS, by CBC and by both from its named file, to 1e-6."""
    network = tiny_capacity().network
    classes = patient_classes(network, nothing_scarce(network), pooled)
    at, rows = programme(network, classes, rules(0.2))
    weights = -health(network, classes, at, tiny_usual().worth.qalys_discounted)
    ours = minimise(rows, weights)
    close = pytest.approx(ours.objective, rel=1e-6)
    other = minimise(rows, weights, solver="cbc")
    assert (ours.solver, other.solver) == ("HiGHS", "CBC")
    assert other.objective == close
    assert other.gap < 1e-6
    path = tmp_path / f"tiny{ending}"
    write_model(path, rows, weights, readable_names(rows, at, network, classes))
    assert read_model(path).least() == close
    assert by_cbc(path) == close


def test_f19_a_plan_with_choices_equals_every_combination_tried() -> None:
    """Expected: three expansions of the tiny plan, built or not, as well as the best of all eight.

    What the choice gains over none is what the programme written from scratch finds, given that
    capacity.
    """
    small = tiny_capacity().network
    small = replace(small, capacity=small.capacity * 0.4)
    adds = np.zeros((3, *small.capacity.shape))
    adds[0, 0, 0, 1:], adds[1, 1, 1], adds[2, 0, 0, 2:] = 300.0, 12.0, 500.0
    cost = np.array([0.3, 0.02, 0.1])
    lumps = Lumps(
        expansions=("a", "b", "c"),
        adds=adds,
        cost=np.zeros((3, small.horizon)),
        opens=np.zeros((3, *small.offers.shape), dtype=bool),
    )
    network = replace(small, lumps=lumps)
    classes = patient_classes(network, nothing_scarce(network), pooled=False)
    at, rows = programme(network, classes, rules(0.2))
    weights = -health(network, classes, at, tiny_usual().worth.qalys_discounted)
    weights[at.built] += cost
    least = by_trying_all(rows, weights)
    for solver in SOLVERS:
        found = minimise(rows, weights, solver=solver, gap=0.0)
        assert found.objective == pytest.approx(least, abs=1e-6)
    built = found.point[at.built]
    assert 0 < built.sum() < 3
    shut = replace(rows, most=np.where(rows.whole, 0.0, rows.most))
    gain = minimise(shut, weights, gap=0.0).objective - found.objective
    more = replace(small, capacity=small.capacity + lumps.capacity_of(built))
    with_it, without = (best_plan(n, tiny_usual().worth, 0.2).qalys for n in (more, small))
    assert gain == pytest.approx(with_it - without - float(cost @ built), abs=1e-6)
    assert gain > 1e-3


def with_leaks(probability: float) -> Kernels:
    """Return the paper pathway, its leaks with a probability."""
    record = pathway_record()
    option = record["decision_point"]["listed"]["option"]["operation"]
    option["complications"]["leak"]["probability"] = share(probability)
    return small_kernels(record)


def planned_use(kernels: Kernels, ward: float) -> tuple[Floats, Floats]:
    """Return use of theatre and ward by month, and starts by month, under the plan."""
    entries = np.zeros((2, 1, 3))
    entries[0, 0] = 5.0
    capacity = np.full((2, 1, 3), 1000.0)
    capacity[1] = ward
    network = hand_network(kernels, entries, capacity, waiting=hand_waiting(kernels, stay=0.8))
    usual = nothing_scarce(network)
    found = most_health(network, rules(), hand_values(kernels, [2.0, 0.1]), usual)
    done = replay(network, found.plan)
    return done.use[:, 0], done.starts[0].sum(axis=(0, 1, 2))


def test_f20_twice_the_complications_take_more_ward_and_no_more_theatre() -> None:
    """Expected: 0.9 carried out x 0.2 more leaks x 3 days = 0.54 ward-days more a start."""
    (once, starts), (twice, again) = (planned_use(with_leaks(p), 1000.0) for p in (0.2, 0.4))
    np.testing.assert_allclose(again, starts, atol=1e-6)
    np.testing.assert_allclose(twice[0], once[0], atol=1e-5)
    np.testing.assert_allclose(twice[1] - once[1], 0.54 * starts, atol=1e-5)
    assert starts.min() > 1


def test_f20_where_the_ward_is_full_more_complications_mean_fewer_starts() -> None:
    """Expected: the ward stays full, fewer start, and theatre is used less."""
    (once, starts), (twice, again) = (planned_use(with_leaks(p), 6.0) for p in (0.2, 0.4))
    assert again.sum() < starts.sum()
    np.testing.assert_allclose(twice[1][0], once[1][0], atol=1e-5)
    assert twice[0].sum() < once[0].sum()


def test_f21_where_only_nurses_are_short_nurses_are_the_bottleneck() -> None:
    """Expected: nurse hours full every month, theatre and chairs never; only nurses have a price.

    The scenario names a resource that no code knows, `nurse_hours`, and every treatment needs it.
    """
    record = tiny_pathway()
    points = record["decision_point"]
    for option in points["operable"]["option"].values():
        option["footprint"]["nurse_hours"] = schedule([20.0], "hours")
    points["inoperable"]["option"]["chemotherapy"]["footprint"]["nurse_hours"] = schedule(
        [9.0, 8.0], "hours"
    )
    nurse = Resource.model_validate(
        {
            "label": "Specialist nurse",
            "unit": "hours",
            "saleable_unit": "nurse",
            "units_per_week": 37.5,
            "calendar": "every_day",
            "utilisation_cap": share(0.8),
            "unit_cost": figure(31.0, "GBP per unit"),
        }
    )
    settings = tiny().settings
    settings = settings.model_copy(update={"resource": settings.resource | {"nurse_hours": nurse}})
    capacity = tiny().tables.capacity
    plenty = capacity.assign(number=50.0)
    short = plenty[plenty["resource"] == "theatre"].assign(resource="nurse_hours", number=0.02)
    scenario = with_table(
        with_pathway(replace(tiny(), settings=settings), record),
        capacity=type(capacity)({name: [*plenty[name], *short[name]] for name in capacity.columns}),
    )
    usual = usual_care(scenario)
    read = scarce_capacity(usual)
    table = all_tables(usual, read)["bottlenecks"]
    plan = table[table["policy"] == "most health"]
    full = plan.groupby("resource")["months_full"].max().to_dict()
    assert full == {"theatre": 0, "chair": 0, "nurse_hours": settings.window.months}
    network = read.network
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, settings.plan)
    weights = -health(network, classes, at, usual.worth.qalys_discounted)
    numbers = rows.rows_of("capacity", network.capacity.shape)
    price = np.append(minimise(rows, weights).row_price, 0.0)[numbers]
    by_resource = dict(zip(network.kernels.resources, -price.min(axis=(1, 2)), strict=True))
    assert by_resource["nurse_hours"] > 1e-4
    assert by_resource["theatre"] == pytest.approx(0.0, abs=1e-7)
    assert by_resource["chair"] == pytest.approx(0.0, abs=1e-7)


def hour_prices(plan: Solved) -> list[float]:
    """Return what one unit more of each resource is worth in a plan of one site and month."""
    return [float(price) for price in capacity_prices(plan).ravel()]


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_f2_with_everything_unlimited_all_are_treated_and_nothing_has_a_price(seed: int) -> None:
    """Expected: all start on arrival, the objective is the sum of values, shadow prices are 0."""
    network, values = random_network(seed)
    network = replace(
        network,
        capacity=np.full(network.capacity.shape, 1e4),
        pair_list=network.pair_list[:2],
        pair_option=network.pair_option[:2],
        may_shift=network.may_shift[:2],
    )
    plan, classes = solved_plan(network, values, age_neutral=False)
    point = plan.solution.point
    worth = usual_worth(network, classes, values.qalys_discounted)
    assert plan.health @ point == pytest.approx(worth, rel=1e-6)
    assert point[plan.at.left].max() < 1e-6
    assert capacity_prices(plan).max() < 1e-7
    assert price_list(plan, units_of(network), 5) == []


def limits_relaxed(network: Network) -> list[tuple[Network, float]]:
    """Return the network with one limit after another relaxed, and the referral shift allowed."""
    more = network.capacity.copy()
    more[1, 0, 2:] += 0.7
    return [
        (replace(network, capacity=network.capacity * 1.2), 0.1),
        (replace(network, capacity=more), 0.1),
        (replace(network, committed=network.committed * 0.5), 0.1),
        (replace(network, may_shift=np.ones(3)), 0.1),
        (network, 0.3),
    ]


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000), pooled=st.booleans())
def test_f4_relaxing_any_limit_never_makes_a_random_plan_worse(seed: int, pooled: bool) -> None:
    """Expected: capacity, committed use, exchange, referral relaxed: the objective is no worse."""
    network, values = random_network(seed)
    network = replace(network, committed=network.capacity * 0.2)
    before = solved_plan(network, values, 0.1, pooled)[0].solution.objective
    for relaxed, shift in limits_relaxed(network):
        after = solved_plan(relaxed, values, shift, pooled)[0].solution.objective
        assert after <= before + 1e-6
    tight = replace(network, capacity=network.capacity * 0.8)
    assert solved_plan(tight, values, 0.1, pooled)[0].solution.objective >= before - 1e-6


def least_with(plan: Solved, added: Rows) -> float:
    """Return the objective of a plan with one more rule, or infinity where no plan keeps it."""
    try:
        return solved_anew(plan, with_rows(plan.programme, added)).solution.objective
    except Stopped:
        return math.inf


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_f5_one_rule_more_or_a_fixed_plan_never_makes_a_random_plan_better(seed: int) -> None:
    """Expected: a floor, a limit to change, a minimum, a fixed plan: the objective not better."""
    network, values = random_network(seed)
    plan, classes = solved_plan(network, values, age_neutral=False)
    best, at = plan.solution.objective, plan.at
    today = programme_point(network, classes, at, first_come(network))
    in_time = months_in_time(network, classes, at, today)
    usual = nothing_scarce(network)
    for floor in (0.2, 0.6):
        rows = equity(network, classes, at, floor, group_origin(network), 5, in_time)
        assert least_with(plan, rows) >= best - 1e-6
    steady = largest_change(network, classes, at, 0.1, ("a", "b"), usual)
    assert best - 1e-6 <= least_with(plan, steady) < math.inf
    minimum = Rows.at_most("minimum", np.array([-1.0]))
    minimum.add(np.zeros(1, dtype=np.int64), at.starts[0, :, 0].ravel(), -1.0)
    assert least_with(plan, minimum) >= best - 1e-6
    assert float(plan.weights @ today) >= best - 1e-6
    assert plan.programme.residual(today).max() < 1e-6


def test_f6_shadow_prices_of_a_hospital_on_paper() -> None:
    """Expected: 15 and 20; 50; radiology 0.65 an hour, theatre and beds 0; resections 1.6."""
    network, values = hospital(120.0)
    plan, _ = solved_plan(network, values)
    starts = plan.solution.point[plan.at.starts].ravel()
    assert starts.tolist() == pytest.approx([15.0, 20.0], abs=1e-6)
    assert plan.health @ plan.solution.point == pytest.approx(50.0, abs=1e-6)
    assert hour_prices(plan) == pytest.approx([0.0, 0.65, 0.0], abs=1e-6)
    came = plan.programme.rows_of("arrivals", plan.at.arrivals.shape)
    demand = -plan.solution.row_price[came].ravel()
    assert demand.tolist() == pytest.approx([1.6, 0.0], abs=1e-6)
    (price,) = price_list(plan, units_of(network), 1)
    assert (price.unit.resource, price.units_less) == (1, 1.0)
    assert (price.plus.qalys, price.minus.qalys) == pytest.approx((0.65, -0.65), abs=1e-6)


def test_f7_shadow_prices_where_beds_are_short_too() -> None:
    """Expected: 12 and 20; 45.2; radiology 0.49 an hour, beds 0.32 a day, theatre 0."""
    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    starts = plan.solution.point[plan.at.starts].ravel()
    assert starts.tolist() == pytest.approx([12.0, 20.0], abs=1e-6)
    assert plan.health @ plan.solution.point == pytest.approx(45.2, abs=1e-6)
    assert hour_prices(plan) == pytest.approx([0.0, 0.49, 0.32], abs=1e-6)
    found = {price.unit.resource: price for price in price_list(plan, units_of(network), 1)}
    assert found.keys() == {1, 2}
    assert found[1].plus.qalys == pytest.approx(0.49, abs=1e-6)
    assert found[2].minus.qalys == pytest.approx(-0.32, abs=1e-6)


def test_f8_a_place_at_the_nearer_hospital_is_worth_the_way_it_saves() -> None:
    """Expected: A-1 10, A-2 2, B-2 15; cost 33; one more place at hospital 1 worth 3."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), groups=("A", "B"))
    minutes = 1e4  # for each unit of cost, so that it can be told from the solver's tolerance
    network = hand_network(
        kernels,
        np.array([[[12.0], [15.0]]]),
        np.array([[[10.0], [20.0]]]),
        travel=np.array([[1.0, 4.0], [3.0, 1.0]]) * minutes,
        waiting=hand_waiting(kernels, stay=0.0),
    )
    plan, _ = solved_plan(network, hand_values(kernels, [1.0]), age_neutral=False)
    starts = plan.solution.point[plan.at.starts[0, :, :, 0]]
    assert starts.tolist() == pytest.approx(np.array([[10.0, 2.0], [0.0, 15.0]]), abs=1e-5)
    cost = (plan.solution.objective + 27.0) / (QALYS_PER_MINUTE * minutes)
    assert cost == pytest.approx(33.0, abs=1e-3)
    prices = capacity_prices(plan)[0, :, 0] / (QALYS_PER_MINUTE * minutes)
    assert prices.tolist() == pytest.approx([3.0, 0.0], abs=1e-3)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_f16_a_higher_floor_never_gives_better_health_nor_a_worse_least_share(seed: int) -> None:
    """Expected: floor relaxed: health not worse; tightened: the worst share no lower than it."""
    network, values = random_network(seed)
    network = replace(network, capacity=network.capacity * 0.5)
    plan, classes = solved_plan(network, values, age_neutral=False)
    floors = [0.0, 0.1, 0.3, 0.5, 0.7, 0.9]
    found = floor_prices(plan, classes, floors, group_origin(network), 5)
    kept = [price for price in found if price.status == "optimal"]
    assert kept[0].floor == 0.0
    assert kept[0].lost <= 1e-3
    assert all(b.qalys <= a.qalys + 1e-6 for a, b in itertools.pairwise(kept))
    assert all(price.shares.min() >= price.floor - 1e-6 for price in kept)


def started_at(network: Network) -> list[float]:
    """Return the starts at each centre in the plan with most health."""
    values = hand_values(network.kernels, [2.0])
    best = most_health(network, rules(0.2), values, nothing_scarce(network))
    return [round(float(x), 6) for x in best.plan.starts.sum(axis=(0, 1, 3))]


def test_f9_a_minimum_volume_makes_one_centre_of_two() -> None:
    """Expected: minimum 20, demand 12 + 14: all 26 at one centre; minimum 10: both may open."""
    assert sorted(started_at(two_centres([12, 14], [20, 20]))) == [0, 26]
    both = started_at(two_centres([12, 14], [10, 10]))
    assert sum(both) == pytest.approx(26)
    assert all(starts == 0 or starts >= 10 for starts in both)
    assert started_at(two_centres([12, 14], [12, 14], may_close=False)) == [12, 14]


def test_f10_too_few_for_any_minimum_open_no_centre() -> None:
    """Expected: 15 in all, minimum 20: no centre opens, or no plan if none may close."""
    assert started_at(two_centres([7, 8], [20, 20])) == [0, 0]
    assert sorted(started_at(two_centres([7, 8], [15, 15]))) == [0, 15]
    with pytest.raises(NoPlan):
        started_at(two_centres([7, 8], [20, 20], may_close=False))


def test_f18_no_whole_plan_is_better_than_its_relaxation() -> None:
    """Expected: relaxation at least as good; gap and status of the whole plan are told.

    26 come, a centre has room for 22.8 and opens for 20 or more a year: one does. Relaxed, both
    open by six tenths, and all start.
    """
    network = two_centres([12, 14], [20, 20], room=1.9)
    values = hand_values(network.kernels, [2.0])
    whole = most_health(network, rules(0.2), values, nothing_scarce(network))
    assert whole.status == "optimal"
    assert whole.qalys == pytest.approx(2 * 22.8)
    assert whole.gap <= GAP
    work = whole.written
    relaxed = replace(work.rows, whole=np.zeros_like(work.rows.whole))
    bound = minimise(relaxed, work.weights["health"])
    assert work.qalys(bound.point) == pytest.approx(2 * 26)
    with pytest.raises(Stopped, match="time limit"):
        Session(work.rows, work.weights["health"], time_limit=0.0).solve()


@pytest.mark.parametrize(
    ("capacity", "day_one", "expected"), [(27.0, 0.0, 36.0), (33.0, 36.0, 0.0)]
)
def test_f12_a_backlog_grows_and_is_cleared(
    capacity: float, day_one: float, expected: float
) -> None:
    """Expected: demand 30, capacity 27, 12 months: +36; at 33, those 36 cleared in 12 months."""
    kernels = hand_kernels([("listed", "operation")], np.array([[[1.0]]]))
    network = hand_network(
        kernels,
        np.full((1, 1, 12), 30.0),
        np.full((1, 1, 12), capacity),
        backlog=np.array([[[[day_one]]]]),
    )
    assert first_come(network).left[..., -1].sum() == pytest.approx(expected, abs=1e-9)
    by_chance = simulate(network, None, 200).left[0, -1]
    assert by_chance.mean() > expected  # chance leaves capacity unused that is missing later


def test_f22_a_plan_met_by_chance() -> None:
    """Expected: variance off: the same activity; on: utilisation <= 1, waits >= plan."""
    capacity = tiny_capacity()
    network = replace(capacity.network, capacity=capacity.network.capacity * 0.9)
    plan = capacity.best.plan
    done = replay(network, plan)
    calm = simulate(network, plan, variance=False)
    rows = calm.queues.rows_at(done.starts.sum(axis=3)).sum(axis=1)
    assert np.abs(calm.starts[..., 0] - rows).max() < 1e-9
    assert np.abs(calm.use[..., 0] - done.use).max() < 1e-9
    assert calm.left.sum() == pytest.approx(done.left.sum(), abs=1e-6)

    drawn = simulate(network, plan, 200, seed=6)
    most = np.maximum(network.capacity, network.committed)
    # A month may use what the month before left over, too little for a whole patient; never more.
    assert (drawn.use.cumsum(axis=2) <= most.cumsum(axis=2)[..., None] + 1e-6).all()
    wait = drawn.months_waited.sum(axis=(0, 1)) / drawn.started.sum(axis=(0, 1))
    assert wait.mean() >= calm.months_waited.sum() / calm.started.sum()
    assert drawn.left.sum(axis=(0, 1)).mean() >= done.left.sum()


def test_f1_with_no_capacity_nothing_starts_and_everybody_waits() -> None:
    """Expected: no activity, all demand unmet, no error."""
    today = tiny_capacity().network
    network = replace(today, capacity=np.zeros_like(today.capacity))
    uses = np.asarray(network.kernels.use.any(axis=(1, 2, 3)))[network.pair_option]
    best = most_health(network, rules(), tiny_usual().worth, nothing_scarce(network))
    done = replay(network, best.plan)
    assert best.status == "optimal"
    assert done.starts[uses].sum() == pytest.approx(0, abs=1e-6)
    waits = network.waiting.waits[network.kernels.point_of]
    assert done.at_site[waits].sum() > 1
    assert done.left[waits][..., 0].sum() > 1
    assert done.use == pytest.approx(network.committed)


def minimum(network: Network, least: float, may_close: bool) -> Network:
    """Return a network whose every site has the same minimum of its first option."""
    sites = len(network.sites)
    counts = np.zeros((sites, len(network.kernels.options), sites), dtype=bool)
    counts[np.arange(sites), 0, np.arange(sites)] = True
    lumps = Lumps(
        volumes=tuple(f"least_{site}" for site in range(sites)),
        counts=counts,
        least=np.full(sites, least),
        may_close=np.full(sites, may_close),
    )
    return replace(network, lumps=lumps)


def even_centres(people: float) -> Network:
    """Return two centres with room for all, to which half the people of a year come each."""
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    return hand_network(kernels, np.full((1, 1, 12), people / 12), np.full((1, 2, 12), 99.0))


def test_f10_the_message_names_a_minimum_that_nobody_could_fill() -> None:
    """Expected: demand 15 in all, minimum 20: infeasible, told as 15 and 5, never 15 at one."""
    network = minimum(even_centres(15.0), 20.0, may_close=False)
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    with pytest.raises(Stopped, match="infeasible"):
        Session(rows, np.zeros(at.count)).solve()
    said = why_no_plan(Words(network), at, rows)
    assert "at least 20 a year are asked for; at most 15 can start in 2027, 5 short" in said
    assert "That does not mend all: other rules conflict too." in said
    faults = [problem.key[1] for problem in feasibility_faults(network)]
    assert faults == ["least_0", "least_1"]  # known before anything is solved


def test_f17_an_infeasible_minimum_is_explained_by_the_rules_in_conflict() -> None:
    """Expected: infeasible, with the conflicting rows named and none that is not needed."""
    network = minimum(even_centres(60.0), 28.0, may_close=False)
    network.capacity[:, 1] = 2.0
    classes = patient_classes(network, nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules())
    with pytest.raises(Stopped, match="infeasible"):
        Session(rows, np.zeros(at.count)).solve()
    found = explain(network, at, rows)
    assert found is not None
    named = {(s.rule.constraint, s.rule.about): s.short for s in found.rules}
    assert named == pytest.approx(
        {
            ("capacity", ("resource_0", "site_1", "2027")): 4.0,
            ("minimum_volumes", ("least_1", "2027")): 4.0,
        },
        abs=1e-6,
    )
    conflicting = np.concatenate([s.rule.rows for s in found.rules])
    named_rows = np.concatenate([rule.rows for rule in named_rules(network, at, rows)])
    for kept, feasible in (
        (conflicting, False),
        *((np.setdiff1d(conflicting, s.rule.rows), True) for s in found.rules),
    ):
        session = Session(rows, np.zeros(at.count))
        session.bound_rows(np.setdiff1d(named_rows, kept), -np.inf, np.inf)
        if feasible:
            session.solve()
        else:
            with pytest.raises(Stopped, match="infeasible"):
                session.solve()
