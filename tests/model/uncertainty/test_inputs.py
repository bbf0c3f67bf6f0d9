"""Which figures of a scenario are uncertain, by their own distribution or by its rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.spread.choices import NAMES, SECTIONS, why_fixed
from hepaplan.model.uncertainty.spread.distributions import Beta, Fixed, Gamma, LogNormal
from hepaplan.model.uncertainty.spread.inputs import HAZARD_FACTOR, uncertain_inputs
from hepaplan.model.uncertainty.spread.means import why_mean_differs
from hepaplan.model.uncertainty.spread.rules import Uncertainty
from hepaplan.model.uncertainty.spread.spread_words import (
    assumed_in_words,
    family_of,
    spread_in_words,
)
from tests.support.scenarios import tiny, tiny_pathway, with_pathway, with_settings

AT: Key = ("pathway", "decision_point", "operable", "option", "resection")
RECURRENCE: Key = (*AT, "exits", "recurrence")
RELATIVE = "relative standard error"


def rule(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "source": "made_up", "quality": "judgement"}


def rules(**changed: Any) -> Uncertainty:
    stated = {
        "cost": rule(0.2, RELATIVE),
        "resource_use": rule(0.1, RELATIVE),
        "hazard": rule(0.15, RELATIVE),
        "time": rule(0.25, RELATIVE),
        "qaly_loss": rule(0.5, RELATIVE),
        "utility": rule(0.05, "utility"),
        "share": rule(80, "patients"),
        "monthly_probability": rule(300, "person-months"),
    }
    return Uncertainty.model_validate(stated | changed)


def ruled(scenario: Scenario | None = None, **changed: Any) -> Scenario:
    return with_settings(scenario or tiny(), uncertainty=rules(**changed))


def changed_pathway(*path: str, **stated: Any) -> Scenario:
    """Return the tiny scenario with more said of one figure of its pathway."""
    record = tiny_pathway()
    figure: Any = record
    for part in path:
        figure = figure[part]
    figure |= stated
    return ruled(with_pathway(tiny(), record))


def test_without_rules_only_what_states_a_distribution_is_uncertain() -> None:
    found = uncertain_inputs(tiny())
    assert list(found) == [("metastases", "synchronous_share")]
    share = found["metastases", "synchronous_share"]
    assert (share.point, share.assumed, share.unit) == ({"": 0.16}, False, "share")
    assert share.label == "Metastases, synchronous share"
    assert share.parts[""].sd == pytest.approx(0.08 / 3.919928, rel=1e-6)


def test_rules_give_each_kind_of_figure_its_family() -> None:
    found = uncertain_inputs(ruled())
    cost = found[*AT, "costs", "follow_up"]
    assert cost.assumed
    assert cost.point == {"month 0": 0.0, "month 1": 150.0, "then": 50.0}
    assert cost.parts["month 0"] == Fixed(0.0)
    assert (cost.parts["then"].mean, cost.parts["then"].sd) == pytest.approx((50.0, 10.0))
    assert isinstance(cost.parts["then"], Gamma)
    minutes = found[*AT, "footprint", "theatre"].parts["month 0"]
    assert (minutes.mean, minutes.sd) == pytest.approx((300.0, 30.0))
    loss = found[*AT, "complications", "major", "qaly_loss"].parts[""]
    assert (loss.mean, loss.sd) == pytest.approx((0.03, 0.015))
    utility = found[*AT, "utility"].parts["month 1"]
    assert isinstance(utility, Beta)
    assert (utility.mean, utility.sd) == pytest.approx((0.7, 0.05))
    mortality = found[*AT, "procedural_mortality"].parts
    assert mortality == {"under_65": Beta(0.8, 79.2), "65_and_over": Beta(3.2, 76.8)}
    assert found["resource", "chair", "unit_cost"].label == "Chemotherapy chair: unit cost"
    assert found["pathway", "drug", "antibody", "vial", "only", "price"].unit == "GBP"


def test_a_curve_fitted_to_points_has_a_factor_and_a_median_its_own_spread() -> None:
    found = uncertain_inputs(ruled())
    factor = found[*RECURRENCE, "time"]
    assert (factor.unit, factor.point) == (HAZARD_FACTOR, {"": 1.0})
    assert isinstance(factor.parts[""], LogNormal)
    assert (factor.parts[""].mean, factor.parts[""].sd) == pytest.approx((1.0, 0.15))
    progression = ("pathway", "decision_point", "inoperable", "option", "chemotherapy",
                   "exits", "progression", "time")  # fmt: skip
    assert progression not in found
    median = found[*progression, "median_months"].parts[""]
    assert (median.mean, median.sd) == pytest.approx((3.0, 0.75))
    no_time = uncertain_inputs(ruled(time=None))
    assert no_time[progression].unit == HAZARD_FACTOR


def test_shares_of_a_set_are_gammas_with_the_share_as_mean() -> None:
    found = uncertain_inputs(ruled())
    to = found[*RECURRENCE, "to", "inoperable"]
    assert to.parts == {"under_65": Gamma(52.0, 1 / 80), "65_and_over": Gamma(48.0, 1 / 80)}
    assert to.of_set == (*RECURRENCE, "to")
    assert not to.has_parts_of_its_own
    assert family_of(to) == "dirichlet"
    usual = found[*AT, "usual_share"]
    assert usual.of_set == AT[:4]
    waiting = ("pathway", "decision_point", "inoperable", "waiting")
    assert found[*waiting, "stay"].parts == {"": Gamma(240.0, 1 / 300)}
    assert found[*waiting, "move", "supportive_care"].of_set == waiting


def test_a_set_with_one_way_to_go_is_certain() -> None:
    found = uncertain_inputs(ruled())
    assert (*AT, "not_performed", "to", "inoperable") not in found
    chemotherapy = ("pathway", "decision_point", "inoperable", "option", "chemotherapy")
    assert (*chemotherapy, "usual_share") not in found


def test_the_rest_of_a_set_follows_a_share_with_its_own_distribution() -> None:
    at = ("decision_point", "inoperable", "waiting")
    found = uncertain_inputs(
        changed_pathway(*at, "cancer_death", distribution="beta", low=0.1, high=0.18)
    )
    assert found["pathway", *at, "cancer_death"].of_set == ()
    assert ("pathway", *at, "stay") not in found
    assert ("pathway", *at, "move", "supportive_care") not in found


def test_a_stated_dirichlet_goes_before_the_rule() -> None:
    at = ("decision_point", "inoperable", "waiting")
    scenario = changed_pathway(
        *at, "stay", distribution="dirichlet", parameters={"sample_size": 50}
    )
    death = uncertain_inputs(scenario)["pathway", *at, "cancer_death"]
    # 0.14 of 50: a gamma of shape 7, whose standard deviation is the root of 7 over 50.
    assert (death.parts[""].mean, death.parts[""].sd) == pytest.approx((0.14, 7**0.5 / 50))
    assert not death.assumed


def test_eligibility_is_one_input_a_group_whose_parts_move_alone() -> None:
    tables = dict(tiny().settings.tables)
    sizes = {"sample_size": {"under_65": 60.0}}
    tables["eligibility"] = tables["eligibility"].model_copy(update=sizes)
    found = uncertain_inputs(with_settings(tiny(), tables=tables))
    key: Key = ("tables", "eligibility", "under_65")
    assert [k for k in found if k[0] == "tables"] == [key]
    assert found[key].has_parts_of_its_own
    assert sum(found[key].point.values()) == pytest.approx(1.0)
    assert not found[key].assumed
    for part, share in found[key].point.items():
        assert found[key].parts[part].mean == pytest.approx(share)


def test_choices_are_never_uncertain_and_say_why() -> None:
    found = uncertain_inputs(ruled())
    assert not [key for key in found if why_fixed(key)]
    assert why_fixed(("economics", "willingness_to_pay"))
    assert why_fixed(("resource", "theatre", "utilisation_cap")) == "a rule of planning"
    assert why_fixed(("pathway", "decision_point", "operable", "standard"))
    assert why_fixed(("metastases", "late_share")) == ""
    names = {str(part) for key, _ in figures(tiny().settings) for part in key}
    names |= {str(part) for key, _ in figures(tiny().pathway) for part in key}
    absent = {"ring_fence", "extra_capacity", "expansion", "minimum_volume", "uncertainty",
              "prices", "window", "cancelled", "restricted_to", "doses"}  # fmt: skip
    assert {*SECTIONS, *NAMES} - names == absent


def test_options_switched_off_are_left_out() -> None:
    record = tiny_pathway()
    record["decision_point"]["operable"]["option"]["ablation"]["on"] = False
    found = uncertain_inputs(ruled(with_pathway(tiny(), record)))
    assert not [key for key in found if "ablation" in key]


def test_copies_go_with_their_original_as_long_as_they_are_alike() -> None:
    at = ("pathway", "decision_point", "operable", "option")
    price: Key = (*at, "resection", "utility")
    other: Key = (*at, "ablation", "utility")
    scenario = ruled()
    unlike = uncertain_inputs(replace(scenario, copies={other: price}))
    assert unlike[price].copies == ()
    assert other in unlike
    record = tiny_pathway()
    options = record["decision_point"]["operable"]["option"]
    options["ablation"]["utility"] = options["resection"]["utility"]
    alike = ruled(with_pathway(tiny(), record))
    found = uncertain_inputs(replace(alike, copies={other: price}))
    assert found[price].copies == (other,)
    assert other not in found


def test_correlated_figures_know_each_other() -> None:
    keys = ["metastases.synchronous_share", "metastases.late_share"]
    stated = {"keys": keys, "correlation": 0.4, "unit": "correlation", "source": "made_up",
              "quality": "judgement"}  # fmt: skip
    found = uncertain_inputs(ruled(correlated={"registries": stated}))
    late: Key = ("metastases", "late_share")
    early: Key = ("metastases", "synchronous_share")
    assert found[late].correlated == found[early].correlated == "registries"
    assert found[late].correlations == ((early, 0.4), (late, 1.0))
    assert [i.key for i in found.values() if i.correlated] == [early, late]


def test_a_mean_that_is_not_the_point_is_explained() -> None:
    scenario = changed_pathway(
        *map(str, AT[1:]), "exits", "recurrence", "time", "cure_share",
        distribution="triangular", low=0.25, high=0.45,
    )  # fmt: skip
    found = uncertain_inputs(scenario)
    explained = why_mean_differs(found[*RECURRENCE, "time", "cure_share"])
    assert explained == "the point is the most likely value, not the mean"
    assert {why_mean_differs(i, part) for i in found.values() for part in i.parts} == {
        "", explained,
    }  # fmt: skip


def test_how_sure_a_figure_is_in_words() -> None:
    words: dict[str, Any] = {"unit": "share", "source": "made_up", "quality": "judgement"}
    normal = Quantity(
        value=0.3, distribution="normal", standard_error=0.1, within=(0.2, 0.4), **words
    )
    assert spread_in_words(normal) == "standard error 0.1, within 0.2 to 0.4"
    said = assumed_in_words(uncertain_inputs(ruled()))
    assert ("metastases", "synchronous_share") not in said
    assert said[*RECURRENCE, "time"][0] == "log_normal"
    assert said[*RECURRENCE, "time"][1].endswith("(factor on the hazard)")
