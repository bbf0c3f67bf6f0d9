"""Rows B: they pass on the tiny scenario and fail on what each is there to see."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from hepaplan.model.ages.utility_norms import utilities_above_norm
from hepaplan.model.evaluate import usual_care
from hepaplan.model.figures import with_figures
from hepaplan.model.money.prices import in_own_prices
from hepaplan.model.parameters import Prices, Scenario
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Amount, Sourced
from hepaplan.model.readings import UsualCare
from hepaplan.model.verification import money_rows as money
from hepaplan.model.verification import price_rows as prices
from hepaplan.model.verification import utility_rows as utilities
from hepaplan.model.verification.changed import with_horizon, without_new_cases
from hepaplan.model.verification.changed_pathway import with_options
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.verdict import FAIL, NOT_APPLICABLE, PASS, Finding
from tests.support.scenarios import tiny, tiny_pathway, tiny_usual, with_pathway, with_settings
from tests.support.small import figure, schedule
from tests.support.verified import deaf, subject_of, tiny_subject, with_usual

ROWS = (*utilities.UTILITY_ROWS, *prices.PRICE_ROWS, *money.MONEY_ROWS)
NOT_ON_TINY = {"B7", "B10", "B16", "B19"}
Judge = Callable[[Subject], Finding]


@cache
def with_drug(wastage: str = "thrown_away") -> UsualCare:
    """Return reading 1 of the tiny scenario whose chemotherapy is a drug by weight."""
    record = tiny_pathway()
    vials = {"only": {"content": figure(100.0, "mg"), "price": figure(250.0, "GBP")}}
    record["body"] = {"weight": figure(75.0, "kg")}
    record["drug"] = {
        "mab": {
            "label": "Mab", "dose": figure(5.0, "mg per kg"), "vial": vials, "wastage": wastage,
        }
    }  # fmt: skip
    option = record["decision_point"]["inoperable"]["option"]["chemotherapy"]
    option["doses"] = {"mab": schedule([2.0], "doses per month since start", then=1.0)}
    return usual_care(with_pathway(tiny(), record))


def converted(currency: str = "GBP") -> Scenario:
    """Return the tiny scenario with all its money stated in the prices of 2019."""
    index = {"value": {"2019": 90.0, "2024": 108.0}, "unit": "index"}
    series: dict[str, Any] = {"source": "made_up", "quality": "illustrative"}
    rate = {"value": {"2019": 0.85}, "unit": "GBP per EUR"}
    stated = Prices.model_validate({"index": index | series, "exchange": {"EUR": rate | series}})

    def then(_: Key, held: Sourced) -> Sourced:
        if not isinstance(held, Amount) or not held.currency:
            return held
        unit = held.unit.replace("GBP", currency)
        return held.model_copy(update={"unit": unit, "price_year": 2019})

    scenario = with_settings(tiny(), prices=stated)
    pathway = with_figures(scenario.pathway, then, ("pathway",))
    return in_own_prices(replace(scenario, pathway=pathway))


def with_kernels(usual: UsualCare | None = None, **parts: Any) -> Subject:
    usual = usual or tiny_usual()
    return tiny_subject(usual=replace(usual, kernels=replace(usual.kernels, **parts)))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.identifier} {row.change}")
def test_the_row_holds_on_the_tiny_scenario(row: Row) -> None:
    found = row.judge(tiny_subject())
    expected = NOT_APPLICABLE if row.identifier in NOT_ON_TINY else PASS
    assert found.outcome == expected, found.found


@pytest.mark.parametrize(
    "judge",
    [
        utilities.utilities_of_one_and_zero,
        utilities.lower_utilities,
        prices.free_care,
        prices.prices_move_their_lines,
        money.discounting_off,
        money.discounting_more,
        money.discounting_huge,
        money.shorter_horizon,
        money.harmless_complications,
    ],
)
def test_an_engine_that_hears_no_change_fails(judge: Judge) -> None:
    assert judge(tiny_subject(read=deaf)).outcome == FAIL


def test_b3_qalys_beyond_utilities_are_seen() -> None:
    for factor in (1.7, 0.3):
        doctored = with_kernels(qalys=factor * tiny_usual().kernels.qalys)
        assert utilities.qalys_within_utilities(doctored).outcome == FAIL
    gained = replace(tiny_usual().worth, qalys=tiny_usual().worth.life_years)
    assert utilities.qalys_within_utilities(with_usual(worth=gained)).outcome == FAIL


def test_b4_a_utility_that_is_not_listed_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        utilities, "utilities_above_norm", lambda usual: utilities_above_norm(usual).iloc[1:]
    )
    assert utilities.norms_are_flagged(tiny_subject()).outcome == FAIL


def test_b6_a_price_that_moves_another_line_is_seen() -> None:
    def spilling(scenario: Scenario) -> UsualCare:
        usual = usual_care(scenario)
        cost = usual.kernels.cost.copy()
        cost[:, :, 0] += 1e-6 * cost[:, :, 1]
        return replace(usual, kernels=replace(usual.kernels, cost=cost))

    found = prices.prices_move_their_lines(tiny_subject(read=spilling))
    assert found.outcome == FAIL
    assert tiny_usual().kernels.categories[0] in found.found


@pytest.mark.parametrize(("wastage", "ratio"), [("thrown_away", "1.2500"), ("shared", "1.1000")])
def test_b7_heavier_patients_need_more_vials_or_more_of_them(wastage: str, ratio: str) -> None:
    """75 kg at 5 mg are 375 mg, four vials of 100; 82.5 kg are 412.5 mg, five."""
    subject = tiny_subject(usual=with_drug(wastage))
    found = prices.heavier_patients(subject)
    assert found.outcome == PASS
    assert f"mab x {ratio}" in found.found
    unmoved = replace(subject, read=lambda _: with_drug("shared"))
    lighter = replace(with_drug(wastage).kernels, cost=0.5 * with_drug(wastage).kernels.cost)
    less = replace(subject, read=lambda _: replace(with_drug(wastage), kernels=lighter))
    assert prices.heavier_patients(less).outcome == FAIL
    if wastage == "shared":
        assert prices.heavier_patients(unmoved).outcome == FAIL


def test_b10_b19_amounts_by_index_and_exchange_rate() -> None:
    """In pounds x 1.2 by the index; in euros x 0.85 x 1.2; another factor is seen."""
    for currency, judge, other in (
        ("GBP", prices.other_years, prices.other_currencies),
        ("EUR", prices.other_currencies, prices.other_years),
    ):
        scenario = converted(currency)
        subject = with_usual(scenario=scenario)
        assert judge(subject).outcome == PASS
        assert other(subject).outcome == NOT_APPLICABLE
        wrong = with_settings(
            scenario,
            prices=scenario.settings.prices.model_copy(
                update={
                    "index": scenario.settings.prices.index.model_copy(  # type: ignore[union-attr]
                        update={"value": {"2019": 91.0, "2024": 108.0}}
                    )
                }
            ),
        )
        assert judge(with_usual(scenario=wrong)).outcome == FAIL


def test_b13_rates_that_are_exchanged_are_seen() -> None:
    def exchanged(scenario: Scenario) -> UsualCare:
        usual = usual_care(scenario)
        worth = usual.worth
        wrong = replace(worth, cost_discounted=worth.cost)
        return replace(usual, worth=wrong)

    assert money.discounting_huge(tiny_subject(read=exchanged)).outcome == FAIL
    assert money.discounting_more(tiny_subject(read=exchanged)).outcome == FAIL


def test_b14_says_where_the_horizon_is_too_short_to_cut() -> None:
    brief = with_usual(scenario=with_horizon(tiny(), 4))
    assert money.shorter_horizon(brief).outcome == NOT_APPLICABLE


def test_b14_says_where_nobody_is_new() -> None:
    assert money.shorter_horizon(subject_of(without_new_cases(tiny()))).outcome == NOT_APPLICABLE


def test_b15_says_where_nothing_goes_wrong() -> None:
    calm = with_options(tiny(), lambda o: o.model_copy(update={"complications": {}}))
    assert money.harmless_complications(with_usual(scenario=calm)).outcome == NOT_APPLICABLE


def test_b16_a_line_that_is_not_doses_times_price_is_seen() -> None:
    usual = with_drug()
    assert prices.doses_at_their_price(tiny_subject(usual=usual)).outcome == PASS
    half = with_kernels(usual, cost=0.5 * usual.kernels.cost)
    assert prices.doses_at_their_price(half).outcome == FAIL


def test_b17_half_a_month_at_the_start_is_seen() -> None:
    kernels = tiny_usual().kernels
    for part in ("use", "cost"):
        halved = getattr(kernels, part).copy()
        halved[..., 0] *= 0.5
        assert money.paid_whole_at_the_start(with_kernels(**{part: halved})).outcome == FAIL


def test_b18_a_total_that_is_not_its_lines_is_seen() -> None:
    kernels = tiny_usual().kernels
    lost = np.delete(kernels.cost, 0, axis=2)
    short = with_kernels(cost=lost, categories=kernels.categories[1:])
    assert money.lines_add_up(short).outcome == FAIL
