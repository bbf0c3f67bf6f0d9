from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepaplan.model.course import option_course
from hepaplan.model.input_checks.drug_checks import check_drugs
from hepaplan.model.money.drugs import (
    ADMINISTRATION,
    Body,
    Drug,
    cost_category,
    dose_milligrams,
    dose_price,
    dose_prices,
    whole_vials_price,
)
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from tests.support.drawn_pathways import drawn_pathway
from tests.support.small import ESCAPE, around, figure, pathway_record, schedule, small_kernels

DOSES = "doses per month since start"
TWO_SIZES = {"small": (100.0, 242.66), "large": (400.0, 924.40)}


def drug(
    dose: float = 5.0,
    unit: str = "mg per kg",
    sizes: dict[str, tuple[float, float]] = TWO_SIZES,
    **told: Any,
) -> dict[str, Any]:
    """Return a drug as a file would state it, its vials as (milligrams, pounds)."""
    vials = {
        name: {"content": figure(content, "mg"), "price": figure(price, "GBP")}
        for name, (content, price) in sizes.items()
    }
    stated = {"label": "Bevacizumab", "dose": figure(dose, unit), "vial": vials}
    return {**stated, "wastage": "thrown_away", **told}


def body(weight: float | dict[str, float] = 75.0, area: float = 1.8) -> Body:
    stated = {"weight": figure(weight, "kg"), "surface_area": figure(area, "m2")}
    return Body.model_validate(stated)


def price(record: dict[str, Any], size: Body | None = None, group: str = "all") -> float:
    found = dose_price(Drug.model_validate(record), size or body(), group)
    return float(found.item())


def with_drugs(doses: dict[str, Any], **drugs: dict[str, Any]) -> dict[str, Any]:
    """Return the small pathway whose operation also gives drugs."""
    record = pathway_record()
    record["drug"] = drugs
    record["body"] = {"weight": figure(75.0, "kg")}
    record["decision_point"]["listed"]["option"]["operation"]["doses"] = doses
    return record


@pytest.mark.parametrize(
    ("dose", "unit", "milligrams"),
    [(5, "mg per kg", 375), (85, "mg per m2", 153), (200, "mg", 200)],
)
def test_a_dose_goes_by_weight_by_surface_or_by_neither(
    dose: float, unit: str, milligrams: float
) -> None:
    assert dose_milligrams(Drug.model_validate(drug(dose, unit)), body(), "all") == milligrams


def test_a_flat_dose_needs_no_body_and_another_says_what_it_lacks() -> None:
    assert dose_milligrams(Drug.model_validate(drug(200, "mg")), None, "all") == 200
    with pytest.raises(ValueError, match="Bevacizumab is given in mg per kg"):
        dose_milligrams(Drug.model_validate(drug()), None, "all")


def test_the_cheapest_whole_vials_are_opened() -> None:
    assert price(drug()) == 924.40  # 375 mg: one of 400, not four of 100 at 970.64
    assert price(drug(), body(60)) == pytest.approx(3 * 242.66)  # 300 mg: three of 100
    assert price(drug(), body(84)) == pytest.approx(924.40 + 242.66)  # 420 mg
    assert price(drug(), body(80)) == 924.40  # 400 mg exactly


def test_what_is_left_in_a_vial_is_given_to_others_where_vials_are_shared() -> None:
    shared = drug(wastage="shared")
    assert price(shared) == pytest.approx(375 * 924.40 / 400)  # 2.311 a mg against 2.4266
    assert price(shared, body(75.4)) == pytest.approx(377 * 2.311)


def test_weight_by_group_is_that_of_the_group() -> None:
    sizes = body({"light": 55.0, "heavy": 90.0})
    assert price(drug(), sizes, "light") == pytest.approx(3 * 242.66)
    assert price(drug(), sizes, "heavy") == pytest.approx(924.40 + 242.66)


def test_rounding_opens_no_further_vial() -> None:
    assert whole_vials_price(np.array([0.1 * 3]), [(0.1, 7.0)]) == pytest.approx(21.0)


Vials = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 900)), min_size=1, max_size=3)


@given(dose=st.integers(1, 120), vials=Vials)
def test_no_other_combination_of_vials_is_cheaper(dose: int, vials: list[tuple[int, int]]) -> None:
    most = [range(-(-dose // content) + 1) for content, _ in vials]
    by_trial = min(
        sum(n * cost for n, (_, cost) in zip(counts, vials, strict=True))
        for counts in itertools.product(*most)
        if sum(n * content for n, (content, _) in zip(counts, vials, strict=True)) >= dose
    )
    found = whole_vials_price(np.array([float(dose)]), [(float(c), float(p)) for c, p in vials])
    assert found == pytest.approx(by_trial)


def test_draws_of_dose_and_price_are_the_last_axis() -> None:
    doses = np.array([90.0, 110.0, 375.0, 401.0])
    prices: npt.NDArray[np.float64] = np.array([1.0, 2.0, 1.0, 1.0]) * 242.66
    found = whole_vials_price(doses, [(100.0, prices), (400.0, 924.40)])
    one_by_one = [
        whole_vials_price(np.array([dose]), [(100.0, cost), (400.0, 924.40)]).item()
        for dose, cost in zip(doses, prices.tolist(), strict=True)
    ]
    np.testing.assert_allclose(found, one_by_one)
    np.testing.assert_allclose(found, [242.66, 924.40, 924.40, 924.40 + 242.66])


def test_giving_a_dose_is_a_line_apart() -> None:
    record = drug(administration=figure(71.2, "GBP"))
    found = dose_prices({"beva": Drug.model_validate(record)}, body(), "all")
    assert found == {"beva": {"drug: beva": 924.40, ADMINISTRATION: 71.2}}


def test_doses_are_paid_by_patients_still_in_the_option() -> None:
    """Two drugs share the line of administration; the rest of the kernels does not change."""
    record = with_drugs(
        {"beva": schedule([2.0], DOSES, then=1.0), "other": schedule([0.0, 0.5], DOSES)},
        beva=drug(administration=figure(70.0, "GBP")),
        other=drug(200, "mg", {"one": (100.0, 30.0)}, administration=figure(20.0, "GBP")),
    )
    kernels, plain = small_kernels(record, ESCAPE), small_kernels(None, ESCAPE)
    started = 0.9 + 0.1 * 0.4
    treated = np.array([started, *plain.alive[0, 0, 1:-1]])
    lines = {name: kernels.cost[0, 0, i] for i, name in enumerate(kernels.categories)}
    np.testing.assert_allclose(lines["drug: beva"], 924.40 * np.array([2.0, 1, 1]) * treated)
    np.testing.assert_allclose(lines["drug: other"], 60.0 * np.array([0, 0.5, 0]) * treated)
    giving = np.array([140.0, 70 + 10, 70]) * treated
    np.testing.assert_allclose(lines[ADMINISTRATION], giving)
    for i, name in enumerate(plain.categories):
        np.testing.assert_array_equal(lines[name], plain.cost[0, 0, i])
    values = pathway_values(kernels, 0.0, 0.0)
    other_values = pathway_values(plain, 0.0, 0.0)
    assert values.qalys.own[0, 0] == other_values.qalys.own[0, 0]
    assert values.cost.own[0, 0] - other_values.cost.own[0, 0] == pytest.approx(
        sum(lines[name].sum() for name in (*map(cost_category, ("beva", "other")), ADMINISTRATION))
    )


def test_a_drawn_price_and_a_drawn_weight_give_a_cost_for_each_draw() -> None:
    record = with_drugs({"beva": schedule([1.0, 0.5], DOSES)}, beva=drug())
    pathway = Pathway.model_validate(record)
    price_key: Key = ("drug", "beva", "vial", "large", "price")
    drawn = drawn_pathway(
        pathway,
        {price_key: np.array([900.0, 1000.0, 900.0]), ("body", "weight"): np.array([75, 75, 84.0])},
    )
    option = drawn.decision_point["listed"].option["operation"]
    prices = dose_prices(drawn.drug, drawn.body, "all")
    found = option_course(option, replace(around(np.full(3, 0.1)), dose_prices=prices))
    by_hand = np.array([900.0, 4 * 242.66, 900 + 242.66])
    np.testing.assert_allclose(
        found.costs["drug: beva"], [by_hand, 0.5 * by_hand, np.zeros(3)], rtol=1e-12
    )


def faults(record: dict[str, Any]) -> dict[str, str]:
    pathway = Pathway.model_validate(record)
    return {
        ".".join(map(str, problem.key)).removeprefix("pathway."): problem.message
        for problem in check_drugs(pathway, tuple(pathway.drug))
    }


def test_a_sound_pathway_has_no_faults() -> None:
    assert faults(with_drugs({"beva": schedule([1.0], DOSES)}, beva=drug())) == {}
    assert faults(pathway_record()) == {}


def test_a_dose_of_an_unknown_drug_is_refused() -> None:
    found = faults(with_drugs({"betta": schedule([1.0], DOSES)}, beva=drug()))
    [(key, message)] = found.items()
    assert key == "decision_point.listed.option.operation.doses.betta"
    assert 'did you mean "beva"?' in message


@pytest.mark.parametrize(
    ("wrong", "key", "message"),
    [
        (drug(5, "mg per stone"), "dose.unit", "expected one of mg, mg per kg, mg per m2"),
        (drug(85, "mg per m2"), "dose.unit", "the body's surface area is missing"),
        (drug(0.0), "dose.value", "expected more than 0"),
        (drug(5_000), "dose.value", "needs 938 vials"),
    ],
)
def test_a_dose_that_cannot_be_costed_is_refused(
    wrong: dict[str, Any], key: str, message: str
) -> None:
    found = faults(with_drugs({}, beva=wrong))
    assert list(found) == [f"drug.beva.{key}"]
    assert message in found[f"drug.beva.{key}"]


def test_vials_that_hold_a_dose_in_too_many_ways_are_refused() -> None:
    """1,000 mg from 50, 20, 10 and 5 mg: 21 x 51 x 101 ways to choose the larger three."""
    sizes = {f"{size}_mg": (float(size), 9.0 * size) for size in (50, 20, 10, 5)}
    found = faults(with_drugs({}, beva=drug(1_000, "mg", sizes)))
    assert list(found) == ["drug.beva.vial"]
    assert "108,171 ways" in found["drug.beva.vial"]
    assert faults(with_drugs({}, beva=drug(1_000, "mg", sizes, wastage="shared"))) == {}
    assert faults(with_drugs({}, beva=drug(250, "mg", sizes))) == {}  # 6 x 14 x 26


def test_a_cost_may_not_take_the_name_of_a_line_of_doses() -> None:
    record = with_drugs({"beva": schedule([1.0], DOSES)}, beva=drug())
    costs = record["decision_point"]["listed"]["option"]["operation"]["costs"]
    costs["drug: beva"] = schedule([1.0], "GBP per month since start")
    assert list(faults(record)) == [
        "decision_point.listed.option.operation.costs.drug: beva",
    ]
