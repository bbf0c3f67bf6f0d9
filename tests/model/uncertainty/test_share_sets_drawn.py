"""Sets of shares that are drawn whole: sizes, gammas and those that stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.spread.distributions import Fixed, Gamma
from hepaplan.model.uncertainty.spread.rules import Uncertainty
from hepaplan.model.uncertainty.spread.sets import (
    DrawnSets,
    amount,
    drawn_sets,
    eligibility_parts,
    figures_in_use,
    stated_size,
)
from tests.support.scenarios import tiny, with_settings
from tests.support.small import pathway_record, share

LISTED: Key = ("pathway", "decision_point", "listed")
WAITING: Key = (*LISTED, "waiting")
TO: Key = (*LISTED, "option", "operation", "exits", "recurrence", "to")


def rules(patients: float = 50.0, person_months: float = 400.0) -> Uncertainty:
    about = {"source": "made_up", "quality": "judgement"}
    return Uncertainty.model_validate(
        {
            "share": {"value": patients, "unit": "patients", **about},
            "monthly_probability": {"value": person_months, "unit": "person-months", **about},
        }
    )


def stated(value: float | dict[str, float], size: float | None) -> Quantity:
    """A share that states a sample size, or none."""
    more: dict[str, Any] = {}
    if size is not None:
        more = {"distribution": "dirichlet", "parameters": {"sample_size": size}}
    return Quantity.model_validate({**share(value), **more})


def sets(
    changes: Mapping[str, Any] | None = None,
    by: Uncertainty | None = None,
    own: frozenset[Key] = frozenset(),
) -> DrawnSets:
    """The sets of the pathway on paper, with other shares where recurrence leads."""
    record = pathway_record()
    exits = record["decision_point"]["listed"]["option"]["operation"]["exits"]
    exits["recurrence"]["to"] |= changes or {}
    return drawn_sets(Pathway.model_validate(record), by, own)


def test_shares_are_counted_in_patients_and_fates_of_a_month_in_person_months() -> None:
    found = sets(by=rules())
    assert found.amounts[*TO, "settled"] == {"": Gamma(25.0, 0.02)}
    assert found.amounts[*TO, "listed"] == {"": Gamma(15.0, 0.02)}
    assert found.amounts[*WAITING, "stay"] == {"": Gamma(280.0, 1 / 400)}
    assert found.amounts[*WAITING, "move", "settled"] == {"": Gamma(80.0, 1 / 400)}
    assert {found.set_of[key] for key in found.amounts} == {TO, WAITING}
    assert found.is_stated == {TO: False, WAITING: False}


def test_shares_alone_in_their_set_are_followers_that_nobody_draws() -> None:
    """One option of a point, and one way to go where an operation is not performed."""
    found = sets(by=rules())
    alone = {
        (*LISTED, "option", "operation", "usual_share"),
        (*LISTED, "option", "operation", "not_performed", "to", "settled"),
    }
    assert alone <= set(found.followers)
    assert not alone & found.amounts.keys()
    assert found.amounts.keys() <= set(found.followers)


def test_without_rules_only_what_states_its_size_is_drawn() -> None:
    assert sets().amounts == {}
    found = sets({"settled": stated(0.5, 30.0).model_dump(exclude_none=True)})
    assert found.amounts.keys() == {(*TO, name) for name in ("listed", "settled", "cancer_death")}
    assert found.amounts[*TO, "cancer_death"][""].mean == pytest.approx(0.2)
    assert found.is_stated == {TO: True}
    before_rules = sets({"settled": stated(0.5, 30.0).model_dump(exclude_none=True)}, rules())
    assert before_rules.amounts[*TO, "settled"] == {"": Gamma(15.0, 1 / 30)}
    assert before_rules.is_stated == {TO: True, WAITING: False}


def test_a_set_with_a_distribution_of_its_own_is_not_drawn_whole() -> None:
    found = sets(by=rules(), own=frozenset({(*TO, "listed")}))
    assert (*TO, "settled") not in found.amounts
    assert (*TO, "settled") in found.followers
    assert (*WAITING, "stay") in found.amounts


def by_group(young: float, old: float) -> dict[str, Any]:
    return share({"young": young, "old": old})


@pytest.mark.parametrize(("old", "drawn"), [(0.0, False), (0.25, True)])
def test_a_set_is_settled_only_where_every_group_goes_one_way(old: float, drawn: bool) -> None:
    """The young all settle; of the old so many are listed again."""
    changes = {
        "listed": by_group(0.0, old),
        "settled": by_group(1.0, 1.0 - old),
        "cancer_death": by_group(0.0, 0.0),
    }
    found = sets(changes, rules())
    assert ((*TO, "settled") in found.amounts) == drawn
    if drawn:
        assert found.amounts[*TO, "listed"] == {"young": Fixed(0.0), "old": Gamma(12.5, 0.02)}


def test_the_first_share_with_a_size_says_the_size() -> None:
    sized, other = stated(0.3, 40.0), stated(0.2, 60.0)
    assert stated_size([stated(0.5, None), sized, other]) == 40.0
    assert stated_size([stated(0.5, None)]) is None
    beta = {"distribution": "beta", "parameters": {"alpha": 3.0, "beta": 7.0}}
    assert stated_size([Quantity.model_validate({**share(0.3), **beta})]) is None
    assert stated_size([]) is None


def test_the_gamma_of_a_share_has_it_as_mean() -> None:
    """A share of 0.3 as if 12 of 40 were counted: standard deviation root 12 over 40."""
    found = amount(0.3, 40.0)
    assert (found.mean, found.sd) == pytest.approx((0.3, 12**0.5 / 40))
    assert amount(0.0, 40.0) == Fixed(0.0)
    assert isinstance(amount(1e-6, 40.0), Gamma)


def test_eligibility_is_counted_in_the_people_of_each_group() -> None:
    assert eligibility_parts(tiny()) == {}
    table = tiny().settings.tables["eligibility"]
    sized = table.model_copy(update={"sample_size": {"65_and_over": 80.0}})
    scenario = with_settings(tiny(), tables={**tiny().settings.tables, "eligibility": sized})
    found = eligibility_parts(scenario)
    shares = tiny().tables.eligibility.query("group == '65_and_over'")
    expected = {
        str(one["decision_point"]): amount(float(one["share"]), 80.0)
        for one in shares.to_dict("records")
    }
    assert found == {"65_and_over": expected}


def switched(scenario: Scenario, name: str) -> Scenario:
    """The same with one option of the operable switched off."""
    points = dict(scenario.pathway.decision_point)
    point = points["operable"]
    option = {**point.option, name: point.option[name].model_copy(update={"on": False})}
    points["operable"] = point.model_copy(update={"option": option})
    return replace(scenario, pathway=scenario.pathway.model_copy(update={"decision_point": points}))


def test_figures_of_an_option_switched_off_are_not_in_use() -> None:
    whole = dict(figures_in_use(tiny().settings, tiny().pathway))
    less = switched(tiny(), "ablation")
    found = dict(figures_in_use(less.settings, less.pathway))
    gone = whole.keys() - found.keys()
    at = ("pathway", "decision_point", "operable", "option", "ablation")
    assert gone == {key for key in whole if key[:5] == at}
    assert gone
    assert ("resource", "theatre", "unit_cost") in found
    assert found.keys() <= whole.keys()
