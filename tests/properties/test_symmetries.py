"""What a scenario calls things, where its regions end and how large it is change nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.arrays import Floats
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.plan_value import Totals, replay_totals
from hepaplan.model.policies import first_come
from hepaplan.model.population import regions
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Replay
from tests.support.examples import examples
from tests.support.random_scenarios import MADE, Made, made
from tests.support.random_shapes import Shape
from tests.support.transformed import doubled, new_names, renamed, split

CLOSE = 1e-8
"""Relative, or people, units and years where there is little."""


@dataclass(frozen=True)
class Read:
    """Both readings of a scenario, the second when first come is first served."""

    usual: UsualCare
    done: Replay
    totals: Totals

    @property
    def starts(self) -> Floats:
        """Starts (option, region, group, month) of reading 1."""
        return self.usual.flow.starts


def read(scenario: Made) -> Read:
    usual = usual_care(scenario.scenario)
    network = network_of(usual)
    done = first_come(network)
    totals = replay_totals(network, done, usual.worth, scenario.scenario.settings.window.months)
    return Read(usual, done, totals)


def same(found: Floats, expected: Floats) -> None:
    np.testing.assert_allclose(found, expected, rtol=CLOSE, atol=CLOSE)


def total(read: Read) -> tuple[Floats, Floats]:
    sums = read.totals
    return np.array([sums.life_years, sums.qalys, sums.qalys_discounted]), np.array(
        [sums.cost, sums.cost_discounted]
    )


@examples()
@given(MADE, st.integers(0, 2**32 - 1))
def test_names_borders_and_size_change_nothing_else(scenario: Made, seed: int) -> None:
    """Expected: other names, shuffled rows and a region in halves give the same, twice all twice.

    One test, for the four scenarios share the first reading.
    """
    base = read(scenario)
    names = new_names(scenario, seed)
    same_under_names(base, read(renamed(scenario, names, seed)), names)
    same_in_halves(base, read(split(scenario)))
    twice(base, read(doubled(scenario)))


def same_under_names(base: Read, other: Read, names: dict[str, str]) -> None:
    before, after = base.usual, other.usual
    option = [
        after.kernels.options.index((names[point], names[name]))
        for point, name in before.kernels.options
    ]
    point = [after.kernels.points.index(names[name]) for name in before.kernels.points]
    group = [after.kernels.groups.index(names[name]) for name in before.kernels.groups]
    there = regions(after.scenario)
    region = [there.index(names[name]) for name in regions(before.scenario)]
    settings = before.scenario.settings, after.scenario.settings
    sites, resources = (
        [list(getattr(settings[1], part)).index(names[name]) for name in getattr(settings[0], part)]
        for part in ("site", "resource")
    )
    same(other.starts[np.ix_(option, region, group)], base.starts)
    same(after.worth.cost.arrival[np.ix_(point, group)], before.worth.cost.arrival)
    same(after.worth.qalys.start[np.ix_(option, group)], before.worth.qalys.start)
    lists = len(option)
    begun = other.done.starts[:lists]
    same(begun[np.ix_(option, group, sites)], base.done.starts[:lists])
    same(other.done.left[np.ix_(option, group, sites)], base.done.left)
    real = len(resources)
    same(other.done.use[np.ix_(resources, sites)], base.done.use[:real])
    totals_are(other, base)


def totals_are(other: Read, base: Read, times: float = 1.0) -> None:
    for found, expected in zip(total(other), total(base), strict=True):
        same(found, expected * times)


def same_in_halves(base: Read, other: Read) -> None:
    same(other.starts.sum(axis=1), base.starts.sum(axis=1))
    same(other.starts[:, 0] * 2.0, base.starts[:, 0])
    same(other.done.starts, base.done.starts)
    same(other.done.left, base.done.left)
    same(other.done.use, base.done.use)
    totals_are(other, base)


def twice(base: Read, other: Read) -> None:
    same(other.starts, base.starts * 2.0)
    same(other.done.starts, base.done.starts * 2.0)
    same(other.done.left, base.done.left * 2.0)
    same(other.done.use, base.done.use * 2.0)
    totals_are(other, base, 2.0)


SMALL = made(Shape(2, 2, 2, 2, 2, 1, 6, 0, 0.3, True, True, False, True, False, True, True, seed=5))


def test_a_quarter_for_a_half_a_row_left_out_and_too_little_room_are_seen() -> None:
    """Expected: each of the three comparisons refuses what differs."""
    base = read(SMALL)
    people = SMALL.tables["population"]
    quarter = read(SMALL.with_tables(population=people.assign(people=people["people"] * 0.75)))
    with pytest.raises(AssertionError):
        same_in_halves(base, quarter)
    fewer = SMALL.tables["backlog"].iloc[1:]
    names = {name: name for name in new_names(SMALL, 1)}
    same_under_names(base, base, names)
    with pytest.raises(AssertionError):
        same_under_names(base, read(SMALL.with_tables(backlog=fewer)), names)
    room = SMALL.tables["capacity"]
    with pytest.raises(AssertionError):
        twice(base, read(doubled(SMALL).with_tables(capacity=room)))
