"""The price list, against plans on paper, against solving anew, and against every corner tried."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hepaplan.model.allocation import prices
from hepaplan.model.allocation.fairness import with_rows
from hepaplan.model.allocation.prices import (
    AS_PLANNED,
    QALYS_PER_MONTH_BEYOND,
    SOLVED,
    Price,
    Solved,
    capacity_prices,
    price_list,
    saleable_units,
    scarce_value,
    with_prices,
)
from hepaplan.model.allocation.rows import Rows
from hepaplan.model.allocation.session import Session, Stopped
from hepaplan.model.outcomes import Values
from hepaplan.model.sites.network import Network
from tests.support.pages import page
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.solved import hospital, random_network, solved_anew, solved_plan, units_of

Floats = npt.NDArray[np.float64]


def aim(network: Network, values: Values) -> float:
    """Return what the programme makes as large as it can, solved from scratch."""
    return -solved_plan(network, values, 0.2)[0].solution.objective


def with_more(network: Network, resource: int, site: int, units: Floats | float) -> Network:
    capacity = network.capacity.copy()
    capacity[resource, site] += units
    return replace(network, capacity=np.maximum(capacity, 0.0))


def corners(limits: Floats, most: Floats, worth: Floats) -> float:
    """Return the best of every corner of {x >= 0, limits x <= most} in two variables."""
    lines = [*zip(limits, most, strict=True), *zip(np.eye(2), np.zeros(2), strict=True)]
    best = 0.0
    for (one, right), (other, also) in itertools.combinations(lines, 2):
        if abs(np.linalg.det([one, other])) > 1e-9:
            point = np.linalg.solve([one, other], [right, also])
            if (limits @ point <= most + 1e-9).all() and (point >= -1e-9).all():
                best = max(best, float(worth @ point))
    return best


def test_one_more_and_one_less_equal_the_best_of_every_corner() -> None:
    """Beds 80: hours and bed-days are scarce; two variables, five limits."""
    limits = np.array([[6.0, 0.0], [0.0, 2.0], [5.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
    most, worth = np.array([100.0, 40.0, 80.0, 15.0, 25.0]), np.array([1.6, 1.3])
    network, values = hospital(80.0)
    for size in (1.0, 30.0):
        found = price_list(solved_plan(network, values)[0], units_of(network, size), 1)
        assert [price.unit.resource for price in found] == [1, 2]
        for price in found:
            one = np.eye(5)[price.unit.resource] * size
            before = corners(limits, most, worth)
            up, down = corners(limits, most + one, worth), corners(limits, most - one, worth)
            assert price.plus.qalys == pytest.approx(up - before, abs=1e-6)
            assert price.minus.qalys == pytest.approx(down - before, abs=1e-6)
            assert price.units_less == 1.0


def test_no_more_is_taken_away_than_is_there() -> None:
    network, values = hospital(80.0)
    (first, _) = price_list(solved_plan(network, values)[0], units_of(network, 100.0), 1)
    assert first.unit.resource == 1
    assert first.units_less == pytest.approx(0.4)
    # Nobody has an ablation: 15 resections take 75 of 80 bed-days.
    assert first.minus.qalys == pytest.approx(15 * 1.6 - 45.2, abs=1e-6)


def test_what_earlier_starts_still_take_comes_first() -> None:
    """Of 40 hours 50 are taken already: ten hours more bring nothing, twelve bring two."""
    network, values = hospital(120.0)
    taken = replace(network, committed=np.array([[[0.0]], [[50.0]], [[0.0]]]))
    plan = solved_plan(taken, values)[0]
    assert [p for p in price_list(plan, units_of(taken, 10.0), 1) if p.unit.resource == 1] == []
    (price,) = price_list(plan, units_of(taken, 12.0), 1)
    assert price.plus.qalys == pytest.approx(1.3, abs=1e-6)
    assert price.minus.qalys == 0.0
    assert price.units_less == 0.0


def test_a_unit_is_priced_in_the_year_it_is_worth_most() -> None:
    """Twenty-six months; radiology is short in the fourteenth and the last only."""
    network, values = hospital(120.0, months=26)
    capacity = np.full(network.capacity.shape, 1e4)
    capacity[1, 0, [13, 25]] = (45.0, 40.0)
    plan = solved_plan(replace(network, capacity=capacity), values)[0]
    (price,) = price_list(plan, units_of(plan.network), 26)
    assert (price.first, price.months) == (12, 12)
    assert price.plus.qalys == pytest.approx(0.65, abs=1e-6)
    (early,) = price_list(plan, units_of(plan.network), 24)
    assert early.first == 12
    assert early.plus.qalys == pytest.approx(0.65, abs=1e-6)
    assert price_list(plan, units_of(plan.network), 12) == []


def test_only_what_something_on_offer_uses_can_be_bought() -> None:
    network, _ = hospital(80.0)
    assert [unit.resource for unit in units_of(network)] == [0, 1, 2]
    without = replace(network, offers=np.array([[True], [False]]))
    assert [unit.resource for unit in units_of(without)] == [0, 2]
    nothing = np.zeros((3, 3, 1, 1))
    assert saleable_units(network, nothing) == []


def test_a_unit_may_give_several_resources_at_once() -> None:
    """A ring fence, or whole cases, are resources of their own that grow with the list."""
    network, values = hospital(80.0)
    gives = np.ones((1, 3, 1, 1))
    plan = solved_plan(network, values)[0]
    (price,) = price_list(plan, saleable_units(network, gives), 1)
    assert price.estimate == pytest.approx(0.49 + 0.32, abs=1e-6)
    assert price.plus.qalys == pytest.approx(0.49 + 0.32, abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_prices_are_what_solving_anew_gives(seed: int) -> None:
    network, values = random_network(seed)
    plan, _ = solved_plan(network, values, 0.2)
    before = -plan.solution.objective
    for price in price_list(plan, units_of(network, 0.5), 5):
        where = price.unit.resource, price.unit.site
        assert price.method == SOLVED
        for sign, change in ((0.5, price.plus), (-0.5, price.minus)):
            changed, _ = solved_plan(with_more(network, *where, sign), values, 0.2)
            moved = changed.solution.point - plan.solution.point
            assert change.qalys == pytest.approx(float(plan.health @ moved), abs=1e-6)
            assert change.beyond == pytest.approx(float(plan.beyond @ moved), abs=1e-6)
            assert change.money == pytest.approx(float(plan.money @ moved), abs=1e-6)
            assert sign * (-changed.solution.objective - before) >= -1e-7


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
@example(seed=7728)
def test_one_more_never_costs_health_and_one_less_costs_as_much_at_least(seed: int) -> None:
    network, values = random_network(seed)
    still = np.zeros_like(network.travel)
    network = replace(network, capacity=network.capacity + 1.0, travel=still)
    plan, _ = solved_plan(network, values, 0.2)
    found = price_list(plan, units_of(network, 0.5), 5)
    for price in found:
        beyond = max(abs(price.plus.beyond), abs(price.minus.beyond))
        ties = QALYS_PER_MONTH_BEYOND * beyond + 1e-6  # weighed beside health
        assert price.plus.qalys >= -ties
        assert price.minus.qalys <= ties
        assert price.units_less == pytest.approx(1.0)
        assert -price.minus.qalys >= price.plus.qalys - 2 * ties
        assert price.plus.qalys <= price.estimate + ties
    assert [p.estimate for p in found] == sorted([p.estimate for p in found], reverse=True)


def figures(found: list[Price]) -> list[tuple[object, ...]]:
    """Return everything a list says."""
    return [
        (p.unit.resource, p.unit.site, p.first, p.estimate, p.plus, p.minus, p.units_less)
        for p in found
    ]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_list_is_the_same_for_any_number_of_sessions(seed: int) -> None:
    network, values = random_network(seed)
    lists = [
        price_list(solved_plan(network, values, 0.2)[0], units_of(network), 5, threads=threads)
        for threads in (1, 2, 3)
    ]
    assert len(lists[0]) > 2
    assert figures(lists[1]) == figures(lists[0])
    assert figures(lists[2]) == figures(lists[0])


def test_only_the_best_are_solved_for() -> None:
    network, values = random_network(1)
    plan, _ = solved_plan(network, values, 0.2)
    every = price_list(plan, units_of(network), 5)
    assert len(price_list(plan, units_of(network), 5, best=2)) == 2 < len(every)


def test_whatever_the_plan_was_found_by_its_prices_are_those_of_its_weights() -> None:
    """Aims sought one after the other end at another of many equal plans."""
    network, values = random_network(3)
    plan, _ = solved_plan(network, values, 0.2)
    expected = price_list(plan, units_of(network), 5)
    elsewhere = Session(plan.programme, plan.money + plan.beyond).solve()
    moved = replace(plan, solution=elsewhere)
    assert figures(price_list(moved, units_of(network), 5)) == figures(expected)


def perturbed(plan: Solved, session: Session, row: int, by: float) -> float:
    """Return the least weight when a row's right-hand side moves, from the last basis."""
    lower, upper = plan.programme.lower[[row]], plan.programme.upper[[row]]
    session.bound_rows(np.array([row]), lower + by, upper + by)
    try:
        return session.again().objective
    except Stopped:
        return np.inf
    finally:
        session.bound_rows(np.array([row]), lower, upper)


@pytest.mark.parametrize("pooled", [True, False])
def test_r13_row_prices_are_finite_differences_in_both_senses(pooled: bool) -> None:
    """The least weight is convex in a right-hand side: its price lies between the two slopes."""
    network, values = random_network(11)
    plan, _ = solved_plan(network, values, 0.2, age_neutral=pooled)
    rows, step, sure = plan.programme, 1e-3, 0
    session = Session(rows, plan.weights)
    session.solve()
    for name, first, stop in rows.blocks:
        for row in range(first, stop, 1 if name == "capacity" else 4):
            price, here = plan.solution.row_price[row], plan.solution.objective
            up = (perturbed(plan, session, row, step) - here) / step
            down = (here - perturbed(plan, session, row, -step)) / step
            assert down - 1e-6 <= price <= up + 1e-6, (name, row)
            if abs(up - down) < 1e-7 and abs(price) > 1e-6:
                assert price == pytest.approx(up, rel=1e-6)
                sure += 1
    assert sure > 20


def test_use_is_worth_what_others_would_have_done_with_it() -> None:
    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    assert capacity_prices(plan).ravel().tolist() == pytest.approx([0.0, 0.49, 0.32], abs=1e-6)
    use = np.array([[[6.0]], [[0.0]], [[5.0]]])
    assert scarce_value(plan, use) == pytest.approx(1.6, abs=1e-6)  # a resection: as it is worth


def test_what_cannot_be_taken_away_has_no_figure_and_says_so() -> None:
    """Nineteen ablations must be done, which take 38 of 40 hours: three fewer leave no plan."""
    network, values = hospital(80.0)
    plan, _ = solved_plan(network, values)
    least = Rows.at_most("minimum", np.array([-19.0]))
    least.add(np.zeros(1, dtype=np.int64), plan.at.starts[1].ravel(), -1.0)
    plan = solved_anew(plan, with_rows(plan.programme, least))
    for price in price_list(plan, units_of(network, 3.0), 1):
        radiology = price.unit.resource == 1
        assert price.minus.status == ("infeasible" if radiology else "optimal")
        assert np.isnan(price.minus.qalys) == radiology
        assert price.plus.qalys > 0


def whole_choice(network: Network, values: Values) -> Solved:
    """Return the hospital's plan with ablations in whole numbers, as a choice is."""
    plan, _ = solved_plan(network, values)
    whole = np.isin(np.arange(plan.at.count), plan.at.starts[1].ravel())
    return solved_anew(plan, replace(plan.programme, whole=whole))


def test_whole_choices_stay_and_the_price_says_so() -> None:
    network, values = hospital(80.5)
    network = with_more(network, 1, 0, 1.0)  # 41 hours: 20 ablations, and an hour left over
    plan = whole_choice(network, values)
    assert plan.solution.row_price.tolist() == [0.0] * plan.programme.lower.size
    for threads in (1, 2):
        (price,) = price_list(plan, units_of(network), 1, threads=threads)
        assert price.unit.resource == 2
        assert price.method == AS_PLANNED
        assert price.plus.qalys == pytest.approx(0.32, abs=1e-6)
        assert price.minus.qalys == pytest.approx(-0.32, abs=1e-6)
    assert scarce_value(with_prices(plan), np.ones((3, 1, 1))) == pytest.approx(0.32, abs=1e-6)


def test_the_tiny_region_has_prices_for_its_theatre() -> None:
    network = tiny_capacity().network
    plan, _ = solved_plan(network, tiny_usual().worth, 0.2)
    found = price_list(plan, units_of(network, 10.0), 3)
    assert {price.unit.site for price in found} <= {0, 1}
    before = aim(network, tiny_usual().worth)
    window = np.array([10.0, 10.0, 10.0, 0.0])
    for price in found:
        more = with_more(network, price.unit.resource, price.unit.site, window)
        gain = aim(more, tiny_usual().worth) - before
        assert price.plus.qalys == pytest.approx(gain, abs=0.02)


def test_the_page_of_aims_states_the_weights_with_which_prices_are_sought() -> None:
    text = page("explanation/model/aims-of-the-plan.md")
    stated = dict(re.findall(r"^\| [^|]+ \| `prices\.(QALYS_PER_\w+)` \| ([\d.]+) \|", text, re.M))
    weights = {name: value for name, value in vars(prices).items() if name.startswith("QALYS_PER_")}
    assert {name: float(value) for name, value in stated.items()} == weights
