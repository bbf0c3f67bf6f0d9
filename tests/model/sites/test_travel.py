"""Minutes of travel, and who may be sent further than today."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.allocation import constraints
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.columns import columns
from hepaplan.model.allocation.rows import assemble
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import region_mix
from hepaplan.model.sites.travel import most_within_reach, travel_minutes
from tests.support.scenarios import tiny, tiny_usual, with_settings, with_table
from tests.support.small import figure, rules

REGIONS = ("North", "South")
HILLTOP, RIVERSIDE = 0, 1
ABLATION, CHEMOTHERAPY = 1, 2
MIX = np.array([[0.75, 0.25], [0.4, 0.6]])


def limited(minutes: float) -> Scenario:
    stated = tiny().settings.plan.model_dump() | {"longest_travel": figure(minutes, "minutes")}
    return with_settings(tiny(), plan=type(tiny().settings.plan).model_validate(stated))


def test_minutes_from_each_region() -> None:
    assert travel_minutes(tiny(), REGIONS).tolist() == [[15, 50], [45, 20]]


def test_without_a_limit_nobody_is_out_of_reach() -> None:
    assert most_within_reach(tiny(), REGIONS, MIX) is None
    assert network_of(tiny_usual()).reachable is None


def test_a_share_may_rise_only_by_people_within_reach() -> None:
    # Chemotherapy: North 0.7 to Hilltop, South 0.2. Within 20 minutes: each its own site.
    found = most_within_reach(limited(20), REGIONS, MIX)
    assert found is not None
    assert found[CHEMOTHERAPY, 0].tolist() == pytest.approx([0.75 + 0.25 * 0.2, 0.75 * 0.3 + 0.25])
    assert found[CHEMOTHERAPY, 1].tolist() == pytest.approx([0.4 + 0.6 * 0.2, 0.4 * 0.3 + 0.6])
    near = most_within_reach(limited(45), REGIONS, MIX)
    assert near is not None
    assert near[CHEMOTHERAPY, 0].tolist() == pytest.approx([1, 0.75 * 0.3 + 0.25])
    nobody = most_within_reach(limited(5), REGIONS, MIX)
    assert nobody is not None
    np.testing.assert_allclose(nobody.sum(axis=2), 1)  # all stay where they go today


def test_a_limit_without_a_table_of_travel_is_refused() -> None:
    without = with_table(limited(20), travel=tiny().tables.travel.iloc[:0])
    with pytest.raises(ValueError, match=r"add \[tables.travel\], or delete longest_travel"):
        most_within_reach(without, REGIONS, MIX)


@pytest.mark.parametrize("minutes", [5, 20, 45])
def test_the_bound_of_referral_is_the_smaller_one(minutes: float) -> None:
    usual = usual_care(limited(minutes))
    network = network_of(usual)
    reading_one = nothing_scarce(network)
    classes = patient_classes(network, reading_one, pooled=False)
    at = columns(network, classes)
    bounds = constraints.referral_bounds(network, classes, at, rules(shift=0.3))
    rows = assemble([bounds], at.count)
    numbers = rows.rows_of("referral_bounds", (2, *at.at_site.shape))
    mix = region_mix(usual.eligible[..., usual.before :])
    near = most_within_reach(limited(minutes), REGIONS, mix)
    assert near is not None
    for group in range(2):
        for site in (HILLTOP, RIVERSIDE):
            row = rows.matrix[[numbers[0, CHEMOTHERAPY, group, site, 2]]].toarray()[0]
            most = min(
                network.referral[CHEMOTHERAPY, group, site] + 0.3,
                near[CHEMOTHERAPY, group, site],
                1,
            )
            assert row[at.at_site[CHEMOTHERAPY, group, site, 2]] == 1
            assert -row[at.arrivals[1, group, 2]] == pytest.approx(most)
