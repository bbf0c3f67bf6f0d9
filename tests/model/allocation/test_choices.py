from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model import policies
from hepaplan.model.allocation import objectives
from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.most_people import most_starts, most_who_come
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.allocation.written import programme
from hepaplan.model.replay import replay
from hepaplan.model.sites.extras import Extras
from hepaplan.model.sites.network import Network
from tests.support.expansions import two_centres, with_expansions
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import hand_kernels, hand_network, hand_values, hand_waiting, rules

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Case:
    """A programme that seeks health, less a little for money and travel."""

    network: Network
    classes: Classes
    at: Columns
    rows: Programme
    weights: Floats

    def solved(self) -> Floats:
        return minimise(self.rows, self.weights).point

    def by_enumeration(self) -> tuple[float, tuple[int, ...]]:
        """Return the least weight over every combination of whole choices, and which."""
        whole = np.flatnonzero(self.rows.whole)
        session = Session(replace(self.rows, whole=np.zeros_like(self.rows.whole)), self.weights)
        found = []
        for combination in itertools.product((0, 1), repeat=whole.size):
            bounds = np.array(combination, dtype=float)
            session.bound_columns(whole, bounds, bounds)
            try:
                found.append((session.solve().objective, combination))
            except Stopped as stop:
                assert stop.status == "infeasible"
        return min(found)


def case(
    network: Network, worths: Sequence[float], shift: float = 1.0, pounds: float = 1e-9
) -> Case:
    classes = patient_classes(network, policies.nothing_scarce(network), pooled=True)
    at, rows = programme(network, classes, rules(shift))
    values = hand_values(network.kernels, worths)
    weights = (
        pounds * objectives.money(network, classes, at, values.cost_discounted)
        + 1e-6 * objectives.travel(network, classes, at)
        - objectives.health(network, classes, at, values.qalys_discounted)
        + 1e-6 * objectives.as_it_is(at)
    )
    return Case(network, classes, at, rows, weights)


def one_list(capacity: Floats, entries: float = 12.0) -> Network:
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    return hand_network(
        kernels,
        np.full((1, 1, capacity.shape[-1]), entries),
        capacity,
        waiting=hand_waiting(kernels, stay=0.0),
    )


# --- budgets and expansions --------------------------------------------------------------------


def test_a_budget_by_year_buys_what_gives_most() -> None:
    """Years of 2 months; the large one costs 70 in the first year, the small ones 40 and 35."""
    network = one_list(np.full((1, 1, 4), 5.0))
    adds = np.array([4.0, 2.0, 1.5])[:, None, None, None] * np.ones((3, 1, 1, 4))
    cost = np.array([[70.0, 0, 0, 0], [40.0, 0, 0, 0], [20.0, 15, 0, 9.0]])
    for budget, chosen in (
        ((110, 9), [1, 1, 0]),
        ((109, 9), [1, 0, 1]),
        ((109, 8), [1, 0, 0]),
        ((80, np.inf), [1, 0, 0]),
        ((75, np.inf), [1, 0, 0]),
        ((69, 0), [0, 1, 0]),
        ((0, 0), [0, 0, 0]),
    ):
        tried = case(with_expansions(network, adds, cost, budget=budget), [2.0])
        point = tried.solved()
        assert point[tried.at.built].tolist() == chosen
        assert point[tried.at.starts].sum() == pytest.approx(4 * (5 + adds[:, 0, 0, 0] @ chosen))


def test_units_bought_come_out_of_the_same_budget() -> None:
    """Overtime of up to 3 a month at 10 pounds: 100 pounds buy 4 built for 70 and 3 bought."""
    network = one_list(np.full((1, 1, 2), 5.0))
    extras = Extras(
        names=("overtime",),
        resource=np.zeros(1, dtype=np.int64),
        site=np.zeros(1, dtype=np.int64),
        most=np.full((1, 2), 3.0),
        unit_cost=np.array([10.0]),
    )
    adds = np.full((1, 1, 1, 2), 4.0)
    cost = np.array([[70.0, 0.0]])
    network = replace(with_expansions(network, adds, cost, budget=(100,)), extras=extras)
    tried = case(network, [2.0])
    point = tried.solved()
    assert point[tried.at.built].tolist() == [1]
    assert point[tried.at.bought].sum() == pytest.approx(3)
    dear = replace(network, lumps=replace(network.lumps, cost=np.array([[99.0, 0.0]])))
    tried = case(dear, [2.0])
    point = tried.solved()
    assert point[tried.at.built].tolist() == [1]
    assert point[tried.at.bought].sum() == pytest.approx(0.1)


def test_what_gives_nothing_is_not_built() -> None:
    network = one_list(np.full((1, 1, 2), 12.0))
    tried = case(with_expansions(network, np.ones((1, 1, 1, 2)), np.full((1, 2), 50.0)), [2.0])
    assert tried.solved()[tried.at.built].tolist() == [0]


def test_money_counts_what_is_built_and_bought_in_the_middle_of_its_month() -> None:
    network = one_list(np.full((1, 1, 2), 5.0))
    network = with_expansions(network, np.ones((1, 1, 1, 2)), np.array([[100.0, 30.0]]))
    extras = Extras(
        ("overtime",), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64),
        np.full((1, 2), 3.0), np.array([10.0]),
    )  # fmt: skip
    network = replace(network, extras=extras)
    tried = case(network, [2.0])
    value = hand_values(network.kernels, [0.0], monthly_rate=0.01).cost_discounted
    value = replace(value, monthly_discount=1 / 1.01)
    money = objectives.money(network, tried.classes, tried.at, value)
    assert money[tried.at.built] == pytest.approx([100 / 1.01**0.5 + 30 / 1.01**1.5])
    assert money[tried.at.bought[0]] == pytest.approx([10 / 1.01**0.5, 10 / 1.01**1.5])


# --- opening a service -------------------------------------------------------------------------


def far_and_near(budget: float) -> Network:
    """Return a full centre, and a second site that may open the service for 60 pounds."""
    capacity = np.array([5.0, 0.0])[None, :, None] * np.ones((1, 2, 3))
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)))
    network = hand_network(
        kernels,
        np.full((1, 1, 3), 8.0),
        capacity,
        waiting=hand_waiting(kernels, stay=0.0),
        referral=np.array([[[1.0, 0.0]]]),
    )
    adds = np.zeros((2, 1, 2, 3))
    adds[0, 0, 1, 1:], adds[1, 0, 1] = 4.0, 4.0
    opens = np.zeros((2, 1, 2), dtype=bool)
    opens[0, 0, 1] = True
    cost = np.array([[60.0, 0, 0], [1.0, 0, 0]])
    return with_expansions(network, adds, cost, opens, budget=(budget,))


@pytest.mark.parametrize(("budget", "built", "starts"), [(59, 0, 15), (60, 1, 21), (61, 1, 21)])
def test_a_service_starts_only_where_it_is_opened(budget: float, built: int, starts: float) -> None:
    """Room alone (the second expansion) opens nothing; of 8 a month 5 find room at the centre."""
    tried = case(far_and_near(budget), [2.0])
    point = np.append(tried.solved(), 0.0)
    assert point[tried.at.built[0]] == built
    assert point[tried.at.starts].sum() == pytest.approx(starts)
    assert point[tried.at.starts[0, 0, 1, 0]] == pytest.approx(0, abs=1e-6)
    if not built:
        assert point[tried.at.at_site[0, 0, 1]].sum() == pytest.approx(0, abs=1e-6)


# --- minimum volumes ---------------------------------------------------------------------------


def volumes(tried: Case) -> list[float]:
    point = np.append(tried.solved(), 0.0)
    return [round(float(x), 6) for x in point[tried.at.starts[0, 0]].sum(axis=-1)]


def test_an_open_service_has_its_minimum_in_every_year_and_in_part_of_one() -> None:
    """Eighteen months: 20 a year and 10 in the last half; travel draws people to the first."""
    network = two_centres([12, 14], [0, 6], may_close=False)
    network = replace(
        network,
        months=replace(network.months, count=18),
        entries=np.full((1, 1, 18), 26 / 12),
        capacity=np.full((1, 2, 18), 100.0),
        committed=np.zeros((1, 2, 18)),
        travel=np.array([[1.0, 9.0]]),
    )
    tried = case(network, [2.0])
    point = tried.solved()
    second = point[tried.at.starts[0, 0, 1]]
    assert [second[:12].sum(), second[12:].sum()] == pytest.approx([6, 3])
    none = case(replace(network, lumps=replace(network.lumps, least=np.zeros(2))), [2.0])
    assert none.solved()[none.at.starts[0, 0, 1]].sum() == pytest.approx(0, abs=1e-6)


def test_a_minimum_that_nobody_could_reach_is_no_plan() -> None:
    with pytest.raises(NoPlan):
        case(two_centres([12, 14], [20, 20], may_close=False), [2.0]).solved()


def test_where_a_service_closes_people_go_elsewhere_whatever_referral_allows() -> None:
    """Referral may not move at all while both are open; with one closed all go to the other."""
    assert sorted(volumes(case(two_centres([12, 14], [20, 20]), [2.0], shift=0.0))) == [0, 26]
    assert volumes(case(two_centres([12, 14], [10, 10]), [2.0], shift=0.0)) == [12, 14]
    assert volumes(case(two_centres([12, 14], [0, 20]), [2.0], shift=0.5)) != [26, 0]


def test_a_centre_that_never_closes_keeps_its_people_and_the_other_its_limits() -> None:
    network = two_centres([12, 14], [0, 0])
    fixed = replace(network, lumps=replace(network.lumps, may_close=np.zeros(2, dtype=bool)))
    tried = case(replace(fixed, travel=np.array([[1.0, 9.0]])), [2.0], shift=0.25)
    assert volumes(tried) == pytest.approx([12 + 26 / 4, 14 - 26 / 4])


def test_nobody_is_sent_to_a_closed_centre_while_another_is_open() -> None:
    tried = case(two_centres([12, 14], [20, 20], room=1.7), [2.0])
    point = tried.solved()
    kept = np.round(point[tried.at.open])
    assert kept.sum() == 1
    assert point[tried.at.at_site[0, 0, int(np.argmin(kept))]].sum() == pytest.approx(0, abs=1e-6)
    assert point[tried.at.starts].sum() == pytest.approx(1.7 * 12)


# --- against every combination -----------------------------------------------------------------


def at_random(seed: int) -> Case:
    """Return two lists at two sites for 14 months, four expansions and three minimum volumes."""
    rng = np.random.default_rng(seed)
    use = rng.uniform(0.5, 2.0, (2, 2, 3)) * [1.0, 0.5, 0.0]
    arrive = np.zeros((2, 2, 4))
    arrive[0, 1, 2], arrive[1, 0, 3] = 0.2, 0.1
    kernels = hand_kernels([("a", "first"), ("b", "second")], use, arrive=arrive)
    network = hand_network(
        kernels,
        rng.uniform(1.0, 3.0, (2, 1, 14)),
        rng.uniform(1.0, 4.0, (2, 2, 1)) * np.ones((2, 2, 14)),
        waiting=hand_waiting(kernels, stay=0.6),
        referral=np.array([[[0.6, 0.4]], [[1.0, 0.0]]]),
        travel=np.array([[3.0, 11.0]]),
    )
    adds = np.zeros((4, 2, 2, 14))
    for number in range(4):
        adds[number, number % 2, number // 2, number:] = rng.uniform(0.5, 3.0)
    adds[3, 0, 1] = 1.0
    opens = np.zeros((4, 2, 2), dtype=bool)
    opens[3, 1, 1] = True
    cost = rng.uniform(1.0, 5.0, (4, 14))
    network = with_expansions(network, adds, cost, opens, budget=(float(rng.uniform(30, 90)), 60))
    counts = np.zeros((3, 2, 2), dtype=bool)
    counts[0, 0, 0] = counts[1, 0, 1] = counts[2, 1, 0] = True
    lumps = replace(
        network.lumps,
        volumes=("v0", "v1", "v2"),
        counts=counts,
        least=rng.uniform(4.0, 16.0, 3),
        may_close=np.array([True, True, False]) if seed % 2 else np.ones(3, dtype=bool),
    )
    lumps.least[2] = 3.0
    return case(replace(network, lumps=lumps), [3.0, 2.0], shift=0.2, pounds=1e-4)


@pytest.mark.parametrize("seed", range(4))
def test_the_best_choices_are_those_of_every_combination_tried(seed: int) -> None:
    tried = at_random(seed)
    least, chosen = tried.by_enumeration()
    point = tried.solved()
    assert float(tried.weights @ point) == pytest.approx(least, rel=1e-5)
    assert 0 < sum(chosen) < len(chosen)


def test_rounding_the_relaxation_would_not_have_done() -> None:
    tried = at_random(1)
    whole = np.flatnonzero(tried.rows.whole)
    relaxed = Session(replace(tried.rows, whole=np.zeros_like(tried.rows.whole)), tried.weights)
    fractions = relaxed.solve().point[whole]
    assert ((fractions > 0.01) & (fractions < 0.99)).any()


# --- bounds that hold for every plan -----------------------------------------------------------


def test_the_most_who_come_are_counted_by_hand() -> None:
    """Half of starts come back after two months; three quarters of those who leave go to b."""
    arrive = np.zeros((2, 2, 4))
    arrive[0, 0, 2] = 0.5
    kernels = hand_kernels(
        [("a", "first"), ("b", "second")], np.ones((2, 1, 3)) * [1, 0, 0], arrive=arrive
    )
    waiting = hand_waiting(kernels, stay=0.6)
    move = waiting.move.copy()
    move[0, 1] = 0.3
    network = hand_network(
        kernels,
        np.array([[[8.0, 0, 4.0, 0]], [[1.0, 0, 0, 0]]]),
        np.full((1, 1, 4), 3.0),
        waiting=replace(waiting, move=move),
        backlog=np.array([2.0, 0.0]).reshape(2, 1, 1, 1),
    )
    assert most_who_come(network)[0] == pytest.approx([10, 10, 14 + 5, 14 + 5])
    assert most_who_come(network)[1] == pytest.approx(
        [1, 1 + 0.75 * 10, 1 + 0.75 * 10, 1 + 0.75 * 19]
    )
    assert most_starts(network)[0, 0] == pytest.approx([3, 3, 3, 3])
    free = replace(network, capacity=np.full((1, 1, 4), 30.0))
    assert most_starts(free)[1, 0] == pytest.approx(most_who_come(free)[1])


def test_no_policy_ever_has_more_people() -> None:
    network = tiny_capacity().network
    most = most_who_come(network)
    day_one = network.backlog.sum(axis=(1, 2, 3))
    plan = tiny_capacity().best.plan
    for done in (
        policies.nothing_scarce(network),
        policies.first_come(network),
        replay(network, plan),
    ):
        came = np.cumsum(done.at_site.sum(axis=(1, 2)), axis=-1) + day_one[:, None]
        waits = tiny_usual().waiting.waits[network.kernels.point_of]
        assert (came[waits] <= most[waits] + 1e-9).all()
        assert (came[waits] > 0.1 * most[waits]).any()
