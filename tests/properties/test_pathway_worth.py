"""Random pathways: kernels against a plain month loop, and how worth moves with what is stated."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import worth
from tests.support.examples import examples
from tests.support.naive import all_fates
from tests.support.random_networks import (
    FOLLOWED,
    GROUPS,
    PATHWAYS,
    RESOURCES,
    Drawn,
    drawn_at,
    two_resources,
)

MONTHS = FOLLOWED


def close(found: Floats, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


@examples()
@given(PATHWAYS)
def test_kernels_are_those_of_a_plain_month_loop(pathway: Drawn) -> None:
    """Expected: fates, use, cost and QALYs of every start as single numbers in loops give them."""
    against_loops(pathway.kernels(), pathway)


def against_loops(kernels: Kernels, pathway: Drawn) -> None:
    survival = {group: pathway.escape[g].tolist() for g, group in enumerate(GROUPS)}
    around = {(point, group): survival[group] for point in kernels.points for group in GROUPS}
    resources = two_resources(pathway.unit_costs)
    for (point, name, group), fate in all_fates(
        pathway.pathway, around, resources, survival
    ).items():
        at = kernels.options.index((point, name)), GROUPS.index(group)
        for c, to in enumerate(kernels.points):
            close(kernels.arrive[at][c], fate.arrive.get(to, [0.0] * (MONTHS + 1)))
        close(kernels.cancer_death[at], fate.cancer_death)
        close(kernels.other_death[at], fate.other_death)
        close(kernels.alive[at], fate.alive)
        close(kernels.qalys[at], fate.qalys)
        close(kernels.person_months[at], fate.lived)
        for r, resource in enumerate(RESOURCES):
            close(kernels.use[at][r], fate.use[resource])
        for c, category in enumerate(kernels.categories):
            close(kernels.cost[at][c], fate.cost.get(category, [0.0] * MONTHS))


def test_a_kernel_off_by_a_month_is_seen() -> None:
    """Expected: deaths a month late are not those of the loop."""
    pathway = drawn_at(np.random.default_rng(1), 2, 1, exchange=False)
    kernels = pathway.kernels()
    kernels.cancer_death[:] = np.roll(kernels.cancer_death, 1, axis=-1)
    with pytest.raises(AssertionError):
        against_loops(kernels, pathway)


@examples()
@given(PATHWAYS, st.floats(0.0, 0.1), st.floats(1e-3, 0.1))
def test_what_is_discounted_more_is_worth_less(pathway: Drawn, rate: float, more: float) -> None:
    """Expected: a higher rate lowers cost and life of every start, an arrival's too."""
    kernels = pathway.kernels()
    for stream in (kernels.cost.sum(axis=2), kernels.person_months):
        plain, low, high = (worth(kernels, stream, r) for r in (0.0, rate, rate + more))
        for part in ("own", "start", "arrival"):
            a, b, c = (getattr(value, part) for value in (plain, low, high))
            assert (a >= b - 1e-9).all() and (b >= c - 1e-9).all()
            assert (b[b > 1e-6] > c[b > 1e-6]).all()


@examples()
@given(PATHWAYS, st.integers(1, 9), st.integers(0, 2**32 - 1))
def test_utilities_raise_and_costs_scale(pathway: Drawn, hundredths: int, seed: int) -> None:
    """Expected: a utility raised by u adds u for each year lived there; costs times k cost k."""
    before, kernels = pathway.values(), pathway.kernels()
    option = one_of(pathway, seed)
    better = copy.deepcopy(pathway.record)
    raised = find(better, option)["utility"]
    raised["value"] = [value + hundredths / 100 for value in raised["value"]]
    raised["then"] += hundredths / 100
    after = Drawn(better, pathway.escape).values()
    assert (after.qalys.start >= before.qalys.start - 1e-12).all()
    gain = after.qalys.own - before.qalys.own
    expected = np.zeros_like(gain)
    k = kernels.options.index(option)
    expected[k] = hundredths / 100 * kernels.person_months[k].sum(axis=-1) / 12.0
    close(gain, expected)
    close(after.cost.start, before.cost.start)

    dear = copy.deepcopy(pathway.record)
    for _, part in options_of(dear):
        for amounts in part["costs"].values():
            amounts["value"] = [value * hundredths for value in amounts["value"]]
            amounts["then"] *= hundredths
        for harm in part.get("complications", {}).values():
            harm["cost"] = harm["cost"] | {"value": harm["cost"]["value"] * hundredths}
    costs = tuple(cost * hundredths for cost in pathway.unit_costs)
    priced = Drawn(dear, pathway.escape, (costs[0], costs[1])).values()
    for measure in ("cost", "cost_discounted"):
        now, then = getattr(priced, measure), getattr(before, measure)
        close(now.start, then.start * hundredths)
        close(now.arrival, then.arrival * hundredths)
    close(priced.qalys.start, before.qalys.start)


def options_of(record: dict[str, Any]) -> list[tuple[tuple[str, str], dict[str, Any]]]:
    return [
        ((point, name), option)
        for point, part in record["decision_point"].items()
        for name, option in part["option"].items()
    ]


def find(record: dict[str, Any], option: tuple[str, str]) -> dict[str, Any]:
    return dict(options_of(record))[option]


def one_of(pathway: Drawn, seed: int) -> tuple[str, str]:
    names = [name for name, _ in options_of(pathway.record)]
    return names[seed % len(names)]
