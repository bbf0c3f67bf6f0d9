"""Scenarios changed on purpose: what is changed, and that nothing else is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import ExtraCapacity, MinimumVolume, RingFence
from hepaplan.model.sites.site_capacity import site_capacity
from hepaplan.model.verification.changed_network import (
    capacity_times,
    complications_times,
    everything_times,
    people_times,
    with_option_unused,
    with_sites_reversed,
    without_capacity,
)
from hepaplan.model.verification.changed_supply import PLENTY, first_months, plentiful
from hepaplan.model.verification.recounted import people_lost, stated_capacity
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_usual,
    with_settings,
    with_table,
)
from tests.support.small import figure


def offering() -> Scenario:
    """Return the tiny scenario with a fence, overtime and a minimum volume."""
    where = {"label": "x", "site": "hilltop", "resource": "theatre"}
    fence = {**where, "number": figure(0.05, "saleable units"), "treatments": ["ablation"]}
    overtime = {
        **where,
        "kind": "overtime",
        "most": figure(60, "units per month"),
        "unit_cost": figure(3, "GBP per unit"),
    }
    least = {"label": "x", "site": "hilltop", "treatment": "resection"}
    least["least"] = figure(2, "starts per year")  # type: ignore[assignment]
    return with_settings(
        tiny(),
        ring_fence={"f": RingFence.model_validate(fence)},
        extra_capacity={"o": ExtraCapacity.model_validate(overtime)},
        minimum_volume={"m": MinimumVolume.model_validate(least)},
    )


def test_twice_the_people_are_twice_the_population_and_the_lists() -> None:
    changed = people_times(tiny(), 2.0).tables
    assert changed.population["people"].sum() == 2 * tiny().tables.population["people"].sum()
    assert changed.backlog["patients"].tolist() == [0.6, 0.4, 1.0]
    assert changed.incidence is tiny().tables.incidence
    assert changed.capacity is tiny().tables.capacity


def test_capacity_is_multiplied_in_every_month_with_its_dated_changes() -> None:
    months = tiny_usual().months
    now = site_capacity(offering(), months)
    changed = capacity_times(offering(), 1.1)
    np.testing.assert_allclose(site_capacity(changed, months), 1.1 * now, rtol=1e-12)
    assert changed.settings.ring_fence["f"].number.number == 0.05 * 1.1
    assert changed.settings.extra_capacity == offering().settings.extra_capacity


def test_without_capacity_there_is_none_and_nothing_to_buy_or_keep() -> None:
    changed = without_capacity(offering())
    assert not site_capacity(changed, tiny_usual().months).any()
    settings = changed.settings
    assert not (settings.ring_fence or settings.extra_capacity or settings.minimum_volume)


def test_everything_times_takes_offers_and_minima_along() -> None:
    changed = everything_times(offering(), 2.0)
    settings = changed.settings
    assert settings.extra_capacity["o"].most.number == 120
    assert settings.extra_capacity["o"].unit_cost.number == 3
    assert settings.minimum_volume["m"].least.number == 4
    assert changed.tables.population["people"].sum() == 2 * tiny().tables.population["people"].sum()
    assert changed.tables.capacity["number"].tolist() == [0.5, 0.2, 0.2, 0.4]


def test_sites_reversed_are_the_same_sites() -> None:
    changed = with_sites_reversed(tiny())
    assert list(changed.settings.site) == ["riverside", "hilltop"]
    months = tiny_usual().months
    np.testing.assert_array_equal(
        site_capacity(changed, months)[:, ::-1], site_capacity(tiny(), months)
    )


def test_an_option_unused_leaves_its_share_to_another() -> None:
    changed = with_option_unused(tiny(), "operable", "ablation", "resection")
    shares = usual_care(changed).kernels.usual_share
    assert shares[:2].tolist() == [[1.0, 1.0], [0.0, 0.0]]
    assert shares[2:].tolist() == tiny_usual().kernels.usual_share[2:].tolist()


def test_complications_are_at_most_certain() -> None:
    for factor, expected in ((2.0, 0.3), (10.0, 1.0)):
        changed = complications_times(tiny(), factor).pathway.decision_point["operable"]
        assert changed.option["resection"].complications["major"].probability.number == expected


def test_capacity_as_stated_is_what_sites_have() -> None:
    """0.25 lists of a week at Hilltop; Riverside's 0.1 halved in February only."""
    network = tiny_capacity().network
    stated = stated_capacity(tiny(), network)
    np.testing.assert_allclose(stated, network.capacity, rtol=1e-12)
    theatre = tiny().settings.resource["theatre"]
    weeks = network.months.weeks(theatre.calendar, "GB", "ENG")
    cap = theatre.utilisation_cap.number
    by_hand = np.array([0.1, 0.05, 0.1, 0.1]) * theatre.units_per_week * weeks * cap
    np.testing.assert_allclose(stated[0, 1], by_hand, rtol=1e-12)


def test_what_other_services_use_is_no_capacity_as_stated() -> None:
    """0.06 lists a week of Riverside's 0.1, of which February has half: none is left, not less."""
    used = pd.DataFrame(
        [("riverside", "theatre", "2027-02", "2027-03", 0.06, "made_up", "illustrative")],
        columns=["site", "resource", "from_month", "to_month", "number", "source", "quality"],
    )
    network = tiny_capacity().network
    plain = stated_capacity(tiny(), network)
    left = stated_capacity(with_table(tiny(), other_use=used), network)
    np.testing.assert_allclose(left[0, 1], plain[0, 1] * [1.0, 0.0, 0.4, 1.0], rtol=1e-12)


def test_a_person_who_vanishes_is_counted() -> None:
    """Half a person less started, and nobody more left behind."""
    network, done = tiny_capacity().network, tiny_capacity().planned
    assert people_lost(network, done) < 1e-9
    fewer = done.starts.copy()
    fewer[np.unravel_index(int(np.argmax(fewer)), fewer.shape)] -= 0.5
    assert people_lost(network, replace(done, starts=fewer)) == pytest.approx(0.5)


def test_plenty_and_the_first_months_of_a_network() -> None:
    network = tiny_capacity().network
    assert (plentiful(network).capacity == PLENTY).all()
    short = first_months(network, 2)
    assert short.horizon == 2
    assert short.entries.shape[-1] == short.capacity.shape[-1] == short.committed.shape[-1] == 2
