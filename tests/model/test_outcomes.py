from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import discount_factors, pathway_values, worth
from tests.support.small import exponential, hand_kernels, pathway_record, schedule, share
from tests.support.small import small_kernels as small

Floats = npt.NDArray[np.float64]
COSTS, EFFECTS = 0.035, 0.015
LONG = np.exp(-0.01 * np.arange(481))[None]


def brute_force(kernels: Kernels, stream: Floats, rate: float, first: int, months: int) -> float:
    """Return the worth of one start of an option: every later start followed, month by month."""
    monthly = (1 + rate) ** (1 / 12)
    begun = np.zeros((len(kernels.options), months))
    begun[first, 0] = 1.0
    total = 0.0
    for now in range(months):
        if now > 0:
            for j in range(len(kernels.options)):
                back = np.arange(max(0, now - kernels.months), now)
                c = kernels.point_of[j]
                came = sum(
                    float(begun[i, back] @ kernels.arrive[i, 0, c, now - back])
                    for i in range(len(kernels.options))
                )
                begun[j, now] = kernels.usual_share[j, 0] * came
        for j in range(len(kernels.options)):
            if begun[j, now] > 0:
                for since in range(min(kernels.months, stream.shape[-1])):
                    when = monthly ** -(now + since + 0.5)
                    total += begun[j, now] * stream[j, 0, since] * when
    return total


def test_linear_system_equals_a_long_summation_with_two_discount_rates() -> None:
    record = pathway_record()
    kernels = small(record, LONG[:, :121])
    values = pathway_values(kernels, rate_costs=COSTS, rate_effects=EFFECTS)
    money, life = kernels.cost.sum(axis=2), kernels.person_months / 12
    for k in (0, 1):
        for value, stream, rate in (
            (values.life_years, life, 0.0),
            (values.qalys, kernels.qalys, 0.0),
            (values.cost, money, 0.0),
            (values.qalys_discounted, kernels.qalys, EFFECTS),
            (values.cost_discounted, money, COSTS),
        ):
            expected = brute_force(kernels, stream, rate, k, 400)
            assert value.start[k, 0] == pytest.approx(expected, rel=1e-9)


def test_cost_is_not_discounted_at_the_rate_of_effects() -> None:
    kernels = small(escape=LONG)
    values = pathway_values(kernels, rate_costs=COSTS, rate_effects=EFFECTS)
    swapped = pathway_values(kernels, rate_costs=EFFECTS, rate_effects=COSTS)
    assert values.cost_discounted.monthly_discount == pytest.approx(1.035 ** (-1 / 12))
    assert values.qalys_discounted.monthly_discount == pytest.approx(1.015 ** (-1 / 12))
    assert values.cost_discounted.start[0, 0] < swapped.cost_discounted.start[0, 0]
    assert values.qalys_discounted.start[0, 0] > swapped.qalys_discounted.start[0, 0]


def test_worth_of_coming_is_what_is_usually_started_there() -> None:
    record = pathway_record()
    options = record["decision_point"]["settled"]["option"]
    options["better"] = options["care"] | {
        "usual_share": share(0.25),
        "exits": {"death": {"time": exponential(0.8), "to": {"cancer_death": share(1.0)}}},
    }
    options["care"] = options["care"] | {"usual_share": share(0.75)}
    values = pathway_values(small(record, LONG), COSTS, EFFECTS)
    for value in (values.qalys_discounted, values.cost):
        weighed = 0.75 * value.start[1] + 0.25 * value.start[2]
        np.testing.assert_allclose(value.arrival[1], weighed, rtol=1e-13)


def test_own_worth_leaves_out_what_follows() -> None:
    values = pathway_values(small(escape=LONG), COSTS, EFFECTS).qalys_discounted
    kernels = small(escape=LONG)
    monthly = 1.015 ** (-1 / 12)
    reached = kernels.arrive[0, 0] @ monthly ** np.arange(kernels.months + 1)
    follows = values.start[0, 0] - values.own[0, 0]
    assert follows == pytest.approx(float(reached @ values.arrival[:, 0]), rel=1e-12)
    assert values.own[1, 0] == pytest.approx(values.start[1, 0])  # nothing follows care


def test_b11_a_thousand_paid_after_two_years() -> None:
    for rate, expected in ((0.035, 933.5107), (0.03, 942.5959)):
        factor = discount_factors(rate, 25, offset=0.0)[24]
        assert 1000 * factor == pytest.approx(expected, abs=1e-4)


def test_b13_no_discounting_then_less_and_less() -> None:
    kernels = small(escape=LONG)
    plain = pathway_values(kernels, 0.0, 0.0)
    np.testing.assert_allclose(plain.qalys.start, plain.qalys_discounted.start, rtol=1e-14)
    np.testing.assert_allclose(plain.cost.start, plain.cost_discounted.start, rtol=1e-14)
    seen = [pathway_values(kernels, r, r).cost_discounted.start[0, 0] for r in (0.0, 0.03, 0.1)]
    assert seen[0] > seen[1] > seen[2]
    stream = kernels.cost.sum(axis=2)
    huge = worth(kernels, stream, 1e60)
    assert huge.start[0, 0] == pytest.approx(stream[0, 0, 0] * 1e60 ** (-0.5 / 12), rel=1e-4)


def test_b5_and_b6_prices_of_nothing_and_of_twice_as_much() -> None:
    kernels = small(escape=LONG)
    free = replace(kernels, cost=np.zeros_like(kernels.cost))
    assert not pathway_values(free, COSTS, EFFECTS).cost.start.any()
    record = pathway_record()
    drugs = schedule([200.0, 40.0], "GBP per month since start", then=10.0)
    record["decision_point"]["listed"]["option"]["operation"]["costs"]["drugs"] = drugs
    dearer = small(record, LONG)
    line = kernels.categories.index("drugs")
    np.testing.assert_allclose(dearer.cost[:, :, line], 2 * kernels.cost[:, :, line])
    others = [c for c in range(len(kernels.categories)) if c != line]
    np.testing.assert_allclose(dearer.cost[:, :, others], kernels.cost[:, :, others])


def test_b18_lines_of_cost_add_up_to_the_total() -> None:
    kernels = small(escape=LONG)
    total = pathway_values(kernels, COSTS, EFFECTS).cost_discounted
    lines = [worth(kernels, kernels.cost[:, :, y], COSTS) for y in range(kernels.cost.shape[2])]
    np.testing.assert_allclose(sum(line.start for line in lines), total.start, rtol=1e-12)


def test_b2_and_b3_qalys_move_with_utility_and_stay_within_its_range() -> None:
    record = pathway_record()
    del record["decision_point"]["listed"]["option"]["operation"]["complications"]
    before = pathway_values(small(record, LONG), COSTS, EFFECTS)
    ratio = before.qalys.start / before.life_years.start
    assert (ratio > 0.3).all()
    assert (ratio < 0.8).all()
    lower = schedule([0.4], "utility", then=0.7)
    record["decision_point"]["listed"]["option"]["operation"]["utility"] = lower
    after = pathway_values(small(record, LONG), COSTS, EFFECTS)
    assert after.qalys.start[0, 0] < before.qalys.start[0, 0]
    np.testing.assert_allclose(after.life_years.start, before.life_years.start)


def test_b14_a_shorter_horizon_never_adds() -> None:
    totals = [
        pathway_values(small(escape=LONG[:, : months + 1]), COSTS, EFFECTS) for months in (2, 6, 12)
    ]
    for measure in ("life_years", "qalys", "cost"):
        seen = [getattr(values, measure).start[0, 0] for values in totals]
        assert seen[0] < seen[1] < seen[2]


def test_b16_b17_a_price_paid_once_at_the_start_is_paid_whole() -> None:
    """No half-cycle correction touches what is bought in the month of the start."""
    kernels = hand_kernels([("listed", "operation")], np.zeros((1, 1, 6)))
    stream = np.zeros((1, 1, 6))
    stream[0, 0, 0] = 1234.5
    assert worth(kernels, stream, 0.0).start[0, 0] == 1234.5


def test_b20_one_month_at_a_lower_utility() -> None:
    record = pathway_record()
    option = record["decision_point"]["listed"]["option"]["operation"]
    for part in ("procedural_mortality", "not_performed", "complications"):
        del option[part]
    seen = []
    for first in (0.70, 0.95):
        option["utility"] = schedule([first], "utility", then=1.0)
        kernels = small(record, np.ones((1, 61)))
        seen.append(pathway_values(kernels, COSTS, EFFECTS).qalys.own[0, 0])
    died = kernels.cancer_death[0, 0, 1]  # half a month is lost by those who die in it
    assert seen[1] - seen[0] == pytest.approx(0.0208333 * (1 - died / 2), abs=1e-7)


def test_someone_who_comes_back_for_ever_is_worth_a_geometric_sum() -> None:
    # A start yields 2 and brings back 0.75 a month later: 2 / (1 - 0.75) = 8.
    kernels = hand_kernels(
        [("listed", "operation")], np.zeros((1, 1, 2)), arrive=np.array([[[0.0, 0.75, 0.0]]])
    )
    stream = np.zeros((1, 1, 2))
    stream[0, 0, 0] = 2.0
    value = worth(kernels, stream, 0.0)
    assert value.own[0, 0] == 2
    assert value.arrival[0, 0] == pytest.approx(8)
    assert value.start[0, 0] == pytest.approx(8)
