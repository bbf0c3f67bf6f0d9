"""The tiny scenario followed from people to plan by naive arithmetic, every step asserted."""

from __future__ import annotations

import math
from collections import defaultdict

import numpy as np
import pytest

from hepaplan.model.evaluate import scarce_capacity, usual_care
from hepaplan.model.parameters import AGE_BANDS
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE
from tests.support.naive_policies import Done, Listed, lifetime
from tests.support.naive_programme import best_plan
from tests.support.scenarios import (
    tiny_capacity,
    tiny_usual,
    tiny_with,
)
from tests.support.tiny_by_hand import (
    BACKLOG,
    BANDS,
    ELIGIBLE,
    FIRST,
    GROUPS,
    LAST,
    LISTS,
    POINTS,
    REGIONS,
    RESOURCES,
    SEXES,
    SITES,
    STAGES,
    WINDOW,
    cases,
    fates,
    metastases,
    patients,
    usual_flow,
)
from tests.support.tiny_lists_by_hand import (
    capacity,
    committed,
    paper,
    referral,
    today,
    wait,
    worth,
)


def close(found: float, expected: float) -> None:
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_step_1_cases() -> None:
    usual = tiny_usual()
    first = usual.case_months.position("2027-01")
    assert usual.cases[:, :, :, [b for b in range(19) if AGE_BANDS[b] not in (60, 70)]].max() == 0
    for r, region in enumerate(REGIONS):
        for s, sex in enumerate(SEXES):
            for age in (60, 70):
                for month in (-60, -12, 0, 3):
                    row = usual.cases[first + month, r, s, AGE_BANDS.index(age)]
                    for stage, share in enumerate(STAGES[sex]):
                        close(row[stage], cases(region, sex, age, month) * share)
    # One figure worked to the end: 20,000 x 100 / 100,000 x 1.02^(2 + (1 - 0.5^1.042) / ln 2).
    far = 3 + 15.5 / 365 - 2
    counted = 2 + (1 - 0.5**far) / math.log(2)
    close(cases("North", "female", 60, 0), 20 * 31 / 365 * 1.02**counted)


def test_step_2_metastases_by_group() -> None:
    usual = tiny_usual()
    for r, region in enumerate(REGIONS):
        for month in range(FIRST, LAST + 1):
            for g, group in enumerate(GROUPS):
                for timing in (0, 1):
                    expected = sum(
                        metastases(region, sex, band, month)[timing]
                        for sex in SEXES
                        for band in BANDS[group]
                    )
                    close(usual.metastases[month - FIRST, r, g, timing], expected)


def test_step_3_arrivals_at_decision_points() -> None:
    usual = tiny_usual()
    for p, point in enumerate(POINTS):
        for r, region in enumerate(REGIONS):
            for g, group in enumerate(GROUPS):
                for month in range(FIRST, LAST + 1):
                    expected = ELIGIBLE[group][point] * patients(region, group, month)
                    close(usual.eligible[p, r, g, month - FIRST], expected)


def test_step_4_kernels() -> None:
    kernels = tiny_usual().kernels
    assert kernels.options == LISTS
    for k, listed in enumerate(LISTS):
        for g, group in enumerate(GROUPS):
            fate = fates()[(*listed, group)]
            for p, point in enumerate(POINTS):
                expected = fate.arrive.get(point, [0.0] * 541)
                np.testing.assert_allclose(kernels.arrive[k, g, p], expected, atol=1e-12)
            for found, flow in (
                (kernels.cancer_death, fate.cancer_death),
                (kernels.other_death, fate.other_death),
                (kernels.alive, fate.alive),
                (kernels.qalys, fate.qalys),
                (kernels.person_months, fate.lived),
            ):
                np.testing.assert_allclose(found[k, g], flow, atol=1e-11)
            for r, resource in enumerate(RESOURCES):
                np.testing.assert_allclose(kernels.use[k, g, r], fate.use[resource], atol=1e-9)
            for y, category in enumerate(kernels.categories):
                amounts = fate.cost.get(category, [0.0] * 540)
                np.testing.assert_allclose(kernels.cost[k, g, y], amounts, atol=1e-8)


def test_step_5_usual_starts() -> None:
    flow = tiny_usual().flow
    came, starts = usual_flow()
    for r, region in enumerate(REGIONS):
        for g, group in enumerate(GROUPS):
            for p, point in enumerate(POINTS):
                np.testing.assert_allclose(
                    flow.arrivals[p, r, g], came[point, region, group], rtol=1e-9
                )
            for k, (_, option) in enumerate(LISTS):
                np.testing.assert_allclose(
                    flow.starts[k, r, g], starts[option, region, group], rtol=1e-9
                )


@pytest.mark.parametrize(
    ("name", "measure", "rate"),
    [
        ("life_years", "years", 0.0),
        ("qalys", "qalys", 0.0),
        ("cost", "cost", 0.0),
        ("qalys_discounted", "qalys", 0.015),
        ("cost_discounted", "cost", 0.035),
    ],
)
def test_step_6_worth(name: str, measure: str, rate: float) -> None:
    value = getattr(tiny_usual().worth, name)
    for p, point in enumerate(POINTS):
        for g, group in enumerate(GROUPS):
            close(value.arrival[p, g], worth(measure, rate)[point, group])


def test_step_7_waiting() -> None:
    month = tiny_usual().waiting
    for p, point in enumerate(("operable", "inoperable")):
        for g, group in enumerate(GROUPS):
            expected = wait(point, group)
            close(month.stay[p, g], expected.stay)
            close(month.cancer_death[p, g] + month.other_death[p, g], expected.dies)
            close(month.qalys[p, g], expected.qalys)
            close(month.cost[p, g], expected.cost)
            for to, probability in expected.move.items():
                close(month.move[p, POINTS.index(to), g], probability)
    assert month.standard_months.tolist() == [1, 2, 0]


def test_step_8_network() -> None:
    network = tiny_capacity().network
    for g, group in enumerate(GROUPS):
        for p, point in enumerate(POINTS):
            np.testing.assert_allclose(
                network.entries[p, g], paper().entries[point, group], rtol=1e-9
            )
        for k, listed in enumerate(LISTS):
            for h, site in enumerate(SITES):
                close(network.referral[k, g, h], referral(listed, group, site))
                expected = paper().backlog[listed, group, site]
                np.testing.assert_allclose(network.backlog[k, g, h], expected, atol=1e-12)
    for r, resource in enumerate(RESOURCES):
        for h, site in enumerate(SITES):
            for month in range(4):
                close(network.capacity[r, h, month], capacity(resource, site, month))
                close(network.committed[r, h, month], committed(resource, site, month))


def test_step_9_first_come() -> None:
    done = tiny_capacity().replays[FIRST_COME]
    for k, listed in enumerate(LISTS):
        for g, group in enumerate(GROUPS):
            for h, site in enumerate(SITES):
                for month in range(4):
                    for waited in range(6):
                        key = (listed, group, site, waited, month)
                        found = done.starts[k, g, h, waited, month]
                        assert found == pytest.approx(today().starts.get(key, 0.0), abs=1e-7)
                        found = done.left[k, g, h, waited, month]
                        assert found == pytest.approx(today().left.get(key, 0.0), abs=1e-7)
    for r, resource in enumerate(RESOURCES):
        for h, site in enumerate(SITES):
            for month in range(4):
                used = today().use[resource, site, month] + committed(resource, site, month)
                assert done.use[r, h, month] == pytest.approx(used, abs=1e-5)


def test_step_10_what_first_come_is_worth() -> None:
    totals = tiny_capacity().totals[FIRST_COME]
    for found, rate, measure in (
        (totals.qalys, 0.0, "qalys"),
        (totals.cost, 0.0, "cost"),
        (totals.qalys_discounted, 0.015, "qalys"),
        (totals.cost_discounted, 0.035, "cost"),
    ):
        expected = lifetime(paper(), today(), WINDOW, rate, measure)
        assert found == pytest.approx(expected, rel=1e-6)


def test_step_10_what_nothing_scarce_is_worth() -> None:
    """People who come in the window, and those who wait on its first day, at their full worth."""
    for rate, measure, found in (
        (0.015, "qalys", tiny_capacity().totals[NOTHING_SCARCE].qalys_discounted),
        (0.035, "cost", tiny_capacity().totals[NOTHING_SCARCE].cost_discounted),
        (0.0, "years", tiny_capacity().totals[NOTHING_SCARCE].life_years),
    ):
        value = worth(measure, rate)
        expected = sum(
            people * value[point, group] / (1 + rate) ** (month / 12)
            for (point, group), flow in paper().entries.items()
            for month, people in enumerate(flow[:WINDOW])
        )
        expected += sum(sum(n) * value[point, group] for (point, group), n in BACKLOG.items())
        close(found, expected)


def test_step_11_the_plan() -> None:
    """With each group planned for by itself, a programme written from scratch says the same."""
    capacity_ = scarce_capacity(usual_care(tiny_with(plan__age_neutral="false")))
    network = capacity_.network
    other = best_plan(network, tiny_usual().worth, shift=0.2)
    settled = sum(
        people * worth("qalys", 0.015)["supportive_care", group] / 1.015 ** (month / 12)
        for group in GROUPS
        for month, people in enumerate(paper().entries["supportive_care", group])
    )
    assert capacity_.best.qalys == pytest.approx(other.qalys - settled, abs=1e-6)
    replayed = capacity_.replays[MOST_HEALTH]
    for listed in range(3):
        for month in range(4):
            pairs = network.pair_list == listed
            found = replayed.starts[pairs][..., month].sum()
            expected = sum(
                other.total("start", int(pair), g, h, -1, month)
                for pair in np.flatnonzero(pairs)
                for g in (0, 1)
                for h in (0, 1)
            )
            assert found == pytest.approx(expected, abs=1e-3)


def test_step_12_what_the_plan_is_worth_exchanged_options_at_their_own_value() -> None:
    found = tiny_capacity().replays[MOST_HEALTH]
    option_of = tiny_capacity().network.pair_option
    starts: dict[tuple[Listed, str, str, int, int], float] = defaultdict(float)
    left: dict[tuple[Listed, str, str, int, int], float] = {}
    for place, people in np.ndenumerate(found.starts):
        pair, g, h, waited, month = place
        starts[LISTS[option_of[pair]], GROUPS[g], SITES[h], waited, month] += float(people)
    for place, people in np.ndenumerate(found.left):
        k, g, h, waited, month = place
        left[LISTS[k], GROUPS[g], SITES[h], waited, month] = float(people)
    assert found.starts[4:].sum() > 0.1
    done = Done(starts, left, {}, 0.0)
    totals = tiny_capacity().totals[MOST_HEALTH]
    for rate, measure, total in (
        (0.015, "qalys", totals.qalys_discounted),
        (0.035, "cost", totals.cost_discounted),
    ):
        assert total == pytest.approx(lifetime(paper(), done, WINDOW, rate, measure), rel=1e-6)


def test_step_13_the_policies_stand_in_the_order_of_their_freedom() -> None:
    totals = tiny_capacity().totals
    best, as_today = totals[MOST_HEALTH], totals[FIRST_COME]
    assert as_today.qalys_discounted < best.qalys_discounted
    assert best.qalys_discounted < totals[NOTHING_SCARCE].qalys_discounted
