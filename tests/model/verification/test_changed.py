"""Scenarios changed on purpose: what is asked is changed, everything else as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import CANCER_DEATH
from hepaplan.model.population import regions
from hepaplan.model.verification.changed import (
    backwards,
    discounted_at,
    dying_at,
    with_horizon,
    with_regions_halved,
    without_new_cases,
)
from hepaplan.model.verification.changed_exits import at_hazards, harmless, leaking, sparing
from hepaplan.model.verification.changed_figures import in_figure, in_schedule
from hepaplan.model.verification.changed_pathway import doubled, swapped, with_prices
from hepaplan.model.verification.gaps import above, largest_gap
from hepaplan.model.verification.plain_sums import in_time, led_to
from tests.support.scenarios import tiny, tiny_usual


def exits_of(scenario: Scenario, point: str, option: str) -> dict[str, dict[str, float]]:
    """Return the shares of each exit of an option, those under 65."""
    record = scenario.pathway.decision_point[point].option[option]
    return {
        name: {to: share.for_group("under_65") for to, share in one.to.items()}
        for name, one in record.exits.items()
    }


def test_settings_and_tables_change_alone() -> None:
    rates = discounted_at(tiny(), 0.2, 0.3).settings.economics
    assert (rates.discount_rate_costs.number, rates.discount_rate_effects.number) == (0.2, 0.3)
    assert with_horizon(tiny(), 7).settings.economics.horizon_years == 7
    assert set(dying_at(tiny(), 4.0).tables.life_table["deaths_per_person_year"]) == {4.0}
    assert not without_new_cases(tiny()).tables.incidence["rate_per_100k"].any()
    assert without_new_cases(tiny()).pathway is tiny().pathway


def test_halves_stand_next_to_each_other_and_share_people_not_referral() -> None:
    split, whole = with_regions_halved(tiny()), tiny()
    assert regions(split) == (
        "North, first half", "North, second half", "South, first half", "South, second half",
    )  # fmt: skip
    assert split.tables.population["people"].sum() == whole.tables.population["people"].sum()
    north = split.tables.population.query("region == 'North, second half'")["people"]
    assert north.sum() == whole.tables.population.query("region == 'North'")["people"].sum() / 2
    assert split.tables.referral["share"].sum() == 2 * whole.tables.referral["share"].sum()
    assert split.tables.projection.empty == whole.tables.projection.empty


def test_backwards_twice_is_the_same_order() -> None:
    once, twice = backwards(tiny()), backwards(backwards(tiny()))
    assert regions(once) == regions(tiny())[::-1]
    assert list(once.pathway.decision_point) == list(tiny().pathway.decision_point)[::-1]
    assert regions(twice) == regions(tiny())
    assert list(twice.pathway.options()) == list(tiny().pathway.options())


def test_hazards_are_multiplied_and_a_harmless_option_is_never_left() -> None:
    before, after = tiny_usual().kernels, usual_care(at_hazards(tiny(), 2.0)).kernels
    care = before.options.index(("supportive_care", "best_supportive_care"))
    escape = tiny_usual().other_cause_survival[before.point_of[care]]
    again = usual_care(at_hazards(tiny(), 2.0)).other_cause_survival[before.point_of[care]]
    np.testing.assert_allclose(
        after.alive[care] / again, (before.alive[care] / escape) ** 2, rtol=1e-6, atol=1e-9
    )
    still = usual_care(harmless(tiny())).kernels
    assert not still.arrive.any()
    assert not still.cancer_death.any()


def test_spared_deaths_move_on_as_the_others_or_come_later() -> None:
    before, after = (exits_of(s, "operable", "resection") for s in (tiny(), sparing(tiny(), 0.5)))
    for name, to in before.items():
        assert sum(after[name].values()) == pytest.approx(1.0)
        assert after[name].get(CANCER_DEATH, 0.0) == pytest.approx(to.get(CANCER_DEATH, 0.0) / 2)
    spared = sparing(tiny(), 0.5).pathway.decision_point["supportive_care"]
    (only,) = spared.option["best_supportive_care"].exits.values()
    assert only.to[CANCER_DEATH].for_group("under_65") == 1.0
    assert only.hazard_ratio is not None
    assert only.hazard_ratio.for_group("under_65") == 0.5


def test_options_are_swapped_doubled_and_leak() -> None:
    options = tiny().pathway.decision_point["operable"].option
    turned = swapped(tiny(), "operable", "resection", "ablation").pathway
    assert turned.decision_point["operable"].option["resection"] is options["ablation"]
    two = doubled(tiny(), "operable", "resection", "again").pathway.decision_point["operable"]
    assert two.option["again"].usual_share.number == 0.0
    assert two.option["again"].exits == options["resection"].exits
    leak = exits_of(leaking(tiny(), "operable", "ablation"), "operable", "ablation")
    assert all(sum(to.values()) == pytest.approx(0.9) for to in leak.values())


def test_prices_change_by_the_category_they_are_counted_in() -> None:
    scenario = with_prices(tiny(), lambda name: 3.0 if name == "theatre" else 1.0)
    assert scenario.settings.resource["theatre"].unit_cost.number == 45.0
    assert scenario.settings.resource["chair"].unit_cost.number == 35.0


def test_figures_and_schedules_keep_unit_and_groups() -> None:
    option = tiny().pathway.decision_point["operable"].option["resection"]
    halved = in_figure(option.usual_share, lambda share: share / 2)
    assert halved.value == {"under_65": 0.375, "65_and_over": 0.3}
    assert halved.unit == "share"
    flat = in_schedule(option.utility, lambda _: 0.25)
    assert set(flat.numbers().values()) == {0.25}


def test_gaps_are_relative_and_what_is_no_number_is_infinitely_far() -> None:
    two, one = np.array([2.0, 0.0]), np.array([1.0, 0.0])
    assert largest_gap(one, two) == 0.5
    assert largest_gap(one, np.zeros(2)) == 1.0
    assert largest_gap(np.zeros(0), np.zeros(0)) == 0.0
    assert largest_gap(one, np.ones(3)) == np.inf
    assert largest_gap(np.array([np.nan, 0.0]), one) == np.inf
    assert (above(two, 1.5), above(one, 1.5)) == (0.5, 0.0)
    assert above(np.array([np.nan]), 1.0) == np.inf


def test_plain_sums_by_hand() -> None:
    """Starts 2 then 1; 0.5 of a start is left a month later: 2, then 1 + 2 x 0.5."""
    starts, kernel = np.array([[[2.0, 1.0]]]), np.array([[[1.0, 0.5, 0.1]]])
    assert in_time(starts, kernel).tolist() == [2.0, 2.0]
    arrive = np.array([[[[0.0, 0.3, 0.2]]]])
    assert led_to(starts, arrive).tolist() == [[[0.0, 0.6]]]


def test_nothing_changed_is_the_scenario_itself() -> None:
    usual = usual_care(with_prices(at_hazards(tiny(), 1.0), lambda _: 1.0))
    np.testing.assert_array_equal(usual.kernels.cost, tiny_usual().kernels.cost)
    assert replace(tiny()) == tiny()
