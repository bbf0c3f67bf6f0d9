"""What is said of the value of information, of made-up draws of two inputs."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key, WrongUse, dotted
from hepaplan.model.uncertainty import voi as studied
from hepaplan.model.uncertainty.capacity_decision import CHOICES
from hepaplan.model.uncertainty.information.evpi import money
from hepaplan.model.uncertainty.information.evppi import evppi
from hepaplan.model.uncertainty.sampled import PER_PATIENT, PER_REGION, Comparison, Sampling
from hepaplan.model.uncertainty.spread.distributions import Normal
from hepaplan.model.uncertainty.strategies import Strategies
from hepaplan.model.uncertainty.study import Study
from hepaplan.model.uncertainty.voi import Decision
from tests.support.expansions import expansion
from tests.support.inputs_by_hand import made_input
from tests.support.scenarios import tiny, with_settings
from tests.support.unsure import row

DRAWS = 60
COST: Key = ("resource", "theatre", "unit_cost")
SHARE: Key = ("pathway", "decision_point", "operable", "usual_share")
X, Y = np.random.default_rng(3).standard_normal((2, DRAWS))
PEOPLE = 40.0
NEVER = np.zeros(DRAWS)
UNSAID = Decision()


def strategies(what: str, *benefits: Floats) -> Strategies:
    """Strategies of which nothing is known but what they gain less cost, in pounds."""
    names = tuple(f"choice {number}" for number in range(len(benefits)))
    return Strategies(what, names, -np.stack(benefits), np.zeros((len(benefits), len(benefits[0]))))


def a_patient(slope: float = 300.0) -> Comparison:
    return Comparison(strategies("a patient", NEVER, slope * X + 20.0 * Y), PER_PATIENT, PEOPLE)


def a_region(what: str, slope: float) -> Comparison:
    """A choice that the second input decides, or none if it has no slope."""
    return Comparison(strategies(what, NEVER, 50.0 + slope * Y), PER_REGION)


def study(
    monkeypatch: pytest.MonkeyPatch,
    compared: list[Comparison],
    decision: Decision = UNSAID,
    capacity: Mapping[str, Strategies] | None = None,
    heard: list[str] | None = None,
) -> Study:
    """The study of these comparisons; of its two sides only the first one's inputs count."""
    slot = expansion(label="One more slot", site="hilltop")
    scenario = with_settings(tiny(), expansion={"slot": slot})
    inputs = {key: made_input(key, 0.0, Normal(0, 1)) for key in (COST, SHARE)}
    side: Any = SimpleNamespace(scenario=scenario, inputs=inputs, drawn={COST: X, SHARE: {"": Y}})

    def decisions(*asked: Any) -> Mapping[str, Strategies]:
        given, _, drawn, count, _, say = asked
        assert given is scenario
        assert drawn is side.drawn
        say(count - 1)
        return capacity or {}

    other: Any = SimpleNamespace(scenario=tiny(), inputs={}, drawn={})
    monkeypatch.setattr(studied, "all_sampled", lambda *_: [side, other])
    monkeypatch.setattr(studied, "comparisons", lambda _: compared)
    monkeypatch.setattr(studied, "left_out_words", lambda _: ())
    monkeypatch.setattr(studied, "capacity_decisions", decisions)
    hear = (heard if heard is not None else []).append
    return studied.voi([scenario, tiny()], Sampling(DRAWS), decision, hear)


def said_of_a_slot(monkeypatch: pytest.MonkeyPatch, now: Floats, later: Floats) -> str:
    """What is said of buying one more slot now or a year later."""
    benefit = (np.zeros(len(now)), now, later)
    one = Strategies("a slot", CHOICES, -np.stack(benefit), np.zeros((3, len(now))))
    found = study(monkeypatch, [], Decision(("slot",), draws=len(now)), {"slot": one})
    (sentence,) = (said for said in found.headlines if "buying it now" in said)
    return sentence


def halves(first: float, second: float, draws: int = 50) -> Floats:
    """The first number in half of the draws, the second in the others."""
    return np.repeat([first, second], draws // 2)


def test_waiting_is_said_to_be_worth_what_can_be_learnt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Now 3 or -1 thousand; in a year 2.8, or nothing, as one then knows to leave it: 1.4 for 1."""
    assert said_of_a_slot(monkeypatch, halves(3_000, -1_000), halves(2_800, -1_200)) == (
        "One more slot: buying it now is £1,000 better than never, in net benefit on average "
        "(standard error £286); it is the best choice in 50% of draws. Waiting a year would be "
        "worth £400 if all were known by then."
    )


@pytest.mark.parametrize(("often", "clear"), [(2, False), (5, True)])
@pytest.mark.parametrize(("size", "word"), [(100.0, "better"), (-100.0, "worse")])
def test_buying_now_is_better_or_worse_beyond_two_standard_errors(
    monkeypatch: pytest.MonkeyPatch, often: int, clear: bool, size: float, word: str
) -> None:
    """£100 in k of 50 draws, else nothing: 1.43 standard errors for 2 draws and 2.33 for 5."""
    now = np.where(np.arange(50) < often, size, 0.0)
    said = said_of_a_slot(monkeypatch, now, now)
    error = money(float(now.std(ddof=1) / np.sqrt(50)))
    by = f"£{2 * often} {word} than never"
    if clear:
        expected = f"buying it now is {by}, in net benefit on average (standard error {error}); it"
    else:
        expected = (
            f"buying it now makes no clear difference: in net benefit it is {by} on average "
            f"(standard error {error}); it"
        )
    assert expected in said


def test_waiting_is_said_to_lose_what_nobody_can_learn_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = said_of_a_slot(monkeypatch, halves(3_000, 1_000), halves(2_800, 700))
    assert said.endswith(
        "in 100% of draws. Waiting a year would lose £250 even if all were known by then: decide "
        "now."
    )


def test_a_slot_that_loses_is_worse_than_never(monkeypatch: pytest.MonkeyPatch) -> None:
    said = said_of_a_slot(monkeypatch, halves(-3_000, 1_000), halves(-2_800, 700))
    assert "buying it now is £1,000 worse than never" in said
    assert "it is the best choice in 50% of draws" in said
    assert "Waiting a year would be worth £350" in said


@pytest.mark.parametrize(("now", "said"), [(0.6, "£1 better"), (-0.6, "£1 worse")])
def test_a_pound_decides_whether_it_is_better(
    monkeypatch: pytest.MonkeyPatch, now: float, said: str
) -> None:
    one = np.full(50, now)
    assert f"buying it now is {said} than never" in said_of_a_slot(monkeypatch, one, one)


@pytest.mark.parametrize(
    ("now", "later"),
    [(halves(3_000, 1_000), halves(3_000, 1_000)), (halves(-1, -2), halves(-3, -4))],
    ids=["buying", "never"],
)
def test_where_waiting_changes_nothing_no_side_is_taken(
    monkeypatch: pytest.MonkeyPatch, now: Floats, later: Floats
) -> None:
    """Neither gain nor loss, without any chance in it."""
    said = said_of_a_slot(monkeypatch, now, later)
    assert said.endswith("Whether to wait a year for evidence makes no clear difference.")


@pytest.mark.parametrize(("often", "clear"), [(2, False), (5, True)])
def test_two_standard_errors_are_clear(
    monkeypatch: pytest.MonkeyPatch, often: int, clear: bool
) -> None:
    """£100 in k of 50 draws, else nothing: a mean of root (49 k / (50 - k)) standard errors.

    That is 1.43 of them for 2 draws and 2.33 for 5, as a gain and as a loss.
    """
    there = np.arange(50) < often
    gain = said_of_a_slot(monkeypatch, np.full(50, -1e4), np.where(there, 100.0, -1e6))
    assert ("Waiting a year would be worth" in gain) == clear
    loss = said_of_a_slot(monkeypatch, np.full(50, 1e4), np.where(there, 9_900.0, 1e4))
    assert ("Waiting a year would lose" in loss) == clear


def test_a_choice_for_patients_counts_for_all_of_five_years(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Unless other years are asked for: 40 a year, each month discounted at 3.5% to its middle."""
    found = study(monkeypatch, [a_patient(), a_region("all", 90.0)])
    people = sum(PEOPLE / 12 * 1.035 ** -((month + 0.5) / 12) for month in range(60))
    known = row(found.tables["evpi"], comparison="a patient")
    assert known["people"] == pytest.approx(people)
    assert known["threshold_gbp_per_qaly"] == 20_000
    assert row(found.tables["evpi"], comparison="all")["people"] == 1.0
    for name in ("evppi", "evppi_groups"):
        for one in found.tables[name].to_dict("records"):
            times = people if one["comparison"] == "a patient" else 1.0
            assert one["population_evppi_gbp"] == pytest.approx(one["evppi_gbp"] * times)
        assert found.tables[name].index.tolist() == list(range(len(found.tables[name])))
    assert found.facts["years that a decision counts"] == 5.0
    assert found.facts["draws with capacity"] == 0


def test_the_register_adds_up_decisions_and_counts_years_from_the_window(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The figures are of 2024 and planning begins in 2027."""
    found = study(monkeypatch, [a_region("one", 90.0), a_region("two", 130.0)])
    share = row(
        found.tables["evidence_register"], input="pathway.decision_point.operable.usual_share"
    )
    alone = [evppi(np.stack([NEVER, 50.0 + slope * Y]), [Y]).value for slope in (90.0, 130.0)]
    assert share["influence"] == pytest.approx(sum(alone))
    cost = row(found.tables["evidence_register"], input=dotted(COST))
    by_chance = found.tables["evppi"][found.tables["evppi"]["name"] == dotted(COST)]
    assert by_chance["evppi_gbp"].max() > 0
    assert (cost["influence"], cost["concern"]) == (0.0, 0.0)
    assert dotted(COST) not in found.headlines[-1]
    assert share["age_years"] == 3
    assert found.facts["uncertain inputs"] == 2


def test_groups_are_known_together(monkeypatch: pytest.MonkeyPatch) -> None:
    found = study(monkeypatch, [a_patient()]).tables["evppi_groups"]
    benefit = np.stack([NEVER, 300.0 * X + 20.0 * Y])
    for name, known in (("unit costs", X), ("which treatment is usual", Y)):
        assert row(found, name=name)["evppi_gbp"] == pytest.approx(evppi(benefit, [known]).value)


def test_capacity_is_judged_by_the_draws_it_was_tried_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Expected: 52 of the 60 draws of each input, and each of them told of."""
    some, heard = X[:52], list[str]()
    one = strategies("a slot", np.zeros(52), 400.0 * some, 350.0 * some)
    decision = Decision(("slot",), draws=52)
    found = study(monkeypatch, [], decision, {"slot": one}, heard)
    known = row(found.tables["evppi"], name=dotted(COST))
    expected = evppi(np.stack([np.zeros(52), 400.0 * some, 350.0 * some]), [some])
    assert known["evppi_gbp"] == pytest.approx(expected.value)
    assert row(found.tables["capacity_decision"])["draws"] == 52
    assert found.facts["draws with capacity"] == 52
    assert heard[0] == "capacity to buy: 51 of 52 draws, first come"
    assert heard[-1] == "value of information"


def test_every_expansion_is_known_before_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(WrongUse, match='no expansion "slots"; did you mean "slot"'):
        study(monkeypatch, [], Decision(("slot", "slots")))


def test_capacity_is_tried_in_a_hundred_draws_unless_more_are_asked_for() -> None:
    """As `hepaplan voi --help` says."""
    assert (Decision().draws, Decision().years, Decision().expansions) == (100, 5.0, ())


def test_headlines_are_of_the_choice_worth_most_and_of_every_region(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A choice for patients that is worth less is left out; so is a region's worth nothing."""
    compared = [
        a_patient(3.0), a_region("settled", 0.0), a_region("one region", 90.0),
        Comparison(strategies("many", NEVER, 300.0 * X + 20.0 * Y), PER_PATIENT, PEOPLE),
    ]  # fmt: skip
    found = study(monkeypatch, compared)
    said = found.headlines
    assert [sentence.split(":")[0] for sentence in said[:-1]] == [
        "One region", "Of single inputs it would be worth most to know",
        "Many", "Of single inputs it would be worth most to know",
    ]  # fmt: skip
    known = row(found.tables["evpi"], comparison="many")
    assert said[2] == (
        "Many: at £20 thousand a QALY, knowing every uncertain figure before choosing would be "
        f"worth {money(known['population_evpi_gbp'])} (Monte Carlo standard error "
        f"{money(known['population_standard_error_gbp'])}); no study of them can be worth more."
    )
    best = row(found.tables["evppi"], comparison="many", name=dotted(COST))
    error = money(best["standard_error_gbp"] * known["people"])
    assert f"({money(best['population_evppi_gbp'])}, standard error {error})" in said[3]


def test_a_choice_that_nothing_can_change_is_said_where_it_is_the_only_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = study(monkeypatch, [a_region("settled", 0.0)])
    assert found.headlines[0] == (
        "Settled: at £20 thousand a QALY the same choice is best in all of 60 draws: no study is "
        "seen to change the decision."
    )


@pytest.mark.parametrize("years", [-0.5, 100.5])
def test_years_that_no_decision_counts_are_refused(
    monkeypatch: pytest.MonkeyPatch, years: float
) -> None:
    with pytest.raises(WrongUse, match=f"found --years {years:g}; expected 0 to 100 years"):
        study(monkeypatch, [], Decision(years=years))
    for sound in (0.0, 100.0):
        found = study(monkeypatch, [a_patient()], Decision(years=sound))
        assert (found.tables["evpi"]["people"] > 0).tolist() == [sound > 0]
