from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import pathway_values, worth
from tests.support.small import hand_kernels, pathway_record, two_kinds_of_care
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
    values = pathway_values(small(two_kinds_of_care(), LONG), COSTS, EFFECTS)
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
