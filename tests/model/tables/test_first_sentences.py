"""The first sentences of a run, of tables written down by hand: who is named, and at which edge."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from hepaplan.model.readings import FIRST_COME, MOST_HEALTH, NOTHING_SCARCE, POLICIES
from hepaplan.model.tables import headlines as told
from hepaplan.model.tables import plan_words
from hepaplan.model.tables.headlines import headlines, misfit, near_published
from hepaplan.model.tables.summary import SPENDING
from tests.support.scenarios import tiny, with_settings, with_table

LABELS = {name: point.label for name, point in tiny().pathway.decision_point.items()}
MEASURES = {
    "new colorectal cancers": 1_234.4,
    "new patients with liver metastases": 321.6,
    "starts of resection": 41.2,
    "starts of systemic therapy": 230.4,
    "deaths on a waiting list": 3.04,
    "started within the standard, of all who came": 0.8126,
}


def usual(months: int = 3, **tables: pd.DataFrame) -> Any:
    """What sentences know of usual care: a scenario, of so many months, and its treatments."""
    window = tiny().settings.window.model_copy(update={"months": months})
    scenario = with_table(with_settings(tiny(), window=window), **tables)
    return SimpleNamespace(scenario=scenario, treatments=("resection", "systemic therapy"))


def lists(*rows: tuple[str, float, float], policy: str = FIRST_COME) -> dict[str, pd.DataFrame]:
    """The table of lists: a point's people at the ends of two months."""
    each = [(policy, point, number) for point, *numbers in rows for number in numbers]
    return {"lists": pd.DataFrame(each, columns=["policy", "decision_point", "waiting"])}


def test_who_waits_is_a_mean_and_the_most_under_first_come() -> None:
    table = lists(("operable", 3.0, 5.4), ("inoperable", 40.0, 21.0))["lists"]
    other = lists(("operable", 900.0, 900.0), policy=MOST_HEALTH)["lists"]
    said = told._who_waits(usual(), {"lists": pd.concat([table, other])})
    assert said == (
        "Waiting at a month's end, on average, first come: "
        f"{LABELS['inoperable']} 30.5 (most 40); {LABELS['operable']} 4.2 (most 5)."
    )


def test_the_three_longest_lists_are_named() -> None:
    every = [(name, 9.0 - place, 9.0) for place, name in enumerate(LABELS)]
    more = (*every, ("resection", 1.0, 1.0))
    assert len(more) == 4
    assert told._who_waits(usual(), lists(*more)).count("(most ") == 3


@pytest.mark.parametrize(("by", "side"), [(0.006, "above"), (-0.006, "below")])
def test_a_small_misfit_has_its_side(by: float, side: str) -> None:
    columns = ["decision_point", "option", "month", "difference"]
    (sentence,) = misfit(
        usual(), pd.DataFrame([("operable", "ablation", 6.0, by)], columns=columns)
    )
    assert sentence.endswith(f" {side}.")


@pytest.mark.parametrize(("most", "named"), [(0.5, True), (0.49, False)])
def test_lists_of_less_than_half_a_person_are_not_named(most: float, named: bool) -> None:
    said = told._who_waits(usual(), lists(("operable", 0.1, most)))
    assert ("(most " in said) == named
    assert (said == "Hardly anyone waits.") != named


def bottlenecks(*full: int, policy: str = FIRST_COME) -> dict[str, pd.DataFrame]:
    """The table of what is full, the theatre and the chair in turn."""
    rows = [
        (policy, ("theatre", "chair")[n % 2], "hilltop", months) for n, months in enumerate(full)
    ]
    columns = ["policy", "resource", "site", "months_full"]
    return {"bottlenecks": pd.DataFrame(rows, columns=columns)}


def test_what_is_short_is_what_is_ever_full_under_first_come() -> None:
    said = told._short_of(usual(7), bottlenecks(5, 1, 0))
    assert said == (
        "What is short as today (first come): Operating theatre at Hilltop (full in 5 of 7 "
        "months); Chemotherapy chair at Hilltop (full in 1 of 7 months)."
    )
    assert told._short_of(usual(), bottlenecks(4, 3, 2, 1)).count("full in") == 3
    nothing = "Nothing is short: no resource is ever full."
    assert told._short_of(usual(), bottlenecks(0)) == nothing
    assert told._short_of(usual(), bottlenecks(3, policy=MOST_HEALTH)) == nothing


def evidence(**columns: list[float]) -> dict[str, pd.DataFrame]:
    measures = ["new colorectal cancers", "new liver metastases to new cancers",
                "starts of resection", "starts of systemic therapy"]  # fmt: skip
    return {"evidence_sets": pd.DataFrame({"measure": measures, **columns})}


def test_evidence_sets_are_compared_where_both_are_there() -> None:
    registry, review = [1_000.0, 0.254, 60.4, 200.0], [1_000.0, 0.497, 118.6, 380.0]
    assert told._half_or_quarter(evidence(registry=registry, review=review)) == (
        "Half or a quarter? Of 100 new cancers 25 lead to liver metastases on the registries' "
        "evidence, 50 on the reviews'; starts of resection 60 or 119 a year.",
    )
    assert told._half_or_quarter(evidence(registry=registry)) == ()


def changes(number: int) -> pd.DataFrame:
    """Dated changes of the theatre at Hilltop, one more list each, in the months planned."""
    one = {"site": "hilltop", "resource": "theatre", "from_month": "2027-01",
           "to_month": "2027-02", "add": 1.0, "multiply": 1.0, "reason": "made up"}  # fmt: skip
    return pd.DataFrame([one] * number, columns=list(one))


@pytest.mark.parametrize(
    ("number", "named", "more"),
    [(1, 1, ""), (3, 3, ""), (4, 3, "; and 1 more, listed under changes")],
)
def test_three_changes_of_the_base_are_named_and_the_rest_counted(
    number: int, named: int, more: str
) -> None:
    one = "Operating theatre at Hilltop (+1, 2027-01 to 2027-02)"
    expected = f"Changed from the base: {'; '.join([one] * named)}{more}."
    assert told._changed(usual(capacity_changes=changes(number))) == (expected,)


def test_a_base_says_of_no_change() -> None:
    assert told._changed(usual(capacity_changes=changes(0))) == ()


def test_near_is_ten_points_either_side() -> None:
    assert near_published(pd.Series([0.0, 0.0999, -0.1, 0.101, -0.2])) == 3


@pytest.mark.parametrize(("month", "when"), [(23.9, "24 months"), (24.0, "2 years")])
@pytest.mark.parametrize(("by", "said"), [(0.744, "74 points above"), (-0.746, "75 points below")])
def test_the_figure_furthest_from_what_was_published(
    month: float, when: str, by: float, said: str
) -> None:
    columns = ["decision_point", "option", "month", "difference"]
    rows = [("operable", "ablation", 6.0, 0.2), ("operable", "resection", month, by)]
    (sentence,) = misfit(usual(), pd.DataFrame(rows, columns=columns))
    label = tiny().pathway.decision_point["operable"].option["resection"].label
    assert sentence.endswith(
        f"0 of 2 published figures; furthest from it: {label} ({when}), {said}."
    )


def first_sentences(
    monkeypatch: pytest.MonkeyPatch, months: int = 12, spending: Sequence[float] = (2.34e6,) * 4
) -> tuple[str, ...]:
    """All that is said of these figures; what the plan's own words say is left out."""
    for name in ("stopped", "priced", "to_build", "by_chance"):
        monkeypatch.setattr(plan_words, name, lambda *_: ())
    monkeypatch.setattr(plan_words, "gained", lambda _, gain, said: f"Gained {said}.")
    monkeypatch.setattr(told, "misfit", lambda *_: ())
    monkeypatch.setattr(told, "fewest", lambda *_: (), raising=False)
    rows = [(measure, *[value] * len(POLICIES)) for measure, value in MEASURES.items()]
    rows.append((SPENDING, *spending))
    names = ("gain", "prices", "expansions", "chance_years", "headroom", "published", "access")
    tables = {name: pd.DataFrame() for name in names}
    tables["key_figures"] = pd.DataFrame(rows, columns=["measure", *POLICIES])
    tables |= lists(("operable", 0.0, 0.0)) | bottlenecks(0) | evidence()
    capacity: Any = SimpleNamespace(replays=dict.fromkeys(POLICIES), best=None)
    return headlines(usual(months, capacity_changes=changes(0)), capacity, tables)


@pytest.mark.parametrize(
    ("months", "span"),
    [(11, "over 11 months"), (12, "over 1 year"), (18, "over 1.5 years"), (36, "over 3 years")],
)
def test_sentences_say_how_long_the_window_is_and_what_a_year_brings(
    monkeypatch: pytest.MonkeyPatch, months: int, span: str
) -> None:
    said = first_sentences(monkeypatch, months)
    assert f"Gained {span}." in said
    assert any(f"eaths on a waiting list {span}: " in sentence for sentence in said)
    assert (
        "1,234 people a year are found with colorectal cancer; 322 a year with new liver "
        "metastases, at diagnosis or later."
    ) in said
    assert (
        "Treatment starts a year if nothing were scarce: resection 41; systemic therapy 230."
    ) in said


@pytest.mark.parametrize(
    ("last", "told_as"),
    [
        (2_340_100.0, ["£2.3 million"] * 2),
        (2_340_300.0, ["£2.3 million"] * 2),
        (2_341_100.0, ["£2.340 million", "£2.341 million"]),
        (2_349_100.0, ["£2.34 million", "£2.35 million"]),
    ],
)
def test_spending_has_the_fewest_digits_that_tell_policies_apart(
    monkeypatch: pytest.MonkeyPatch, last: float, told_as: list[str]
) -> None:
    """Up to three of millions: a thousand pounds."""
    said = first_sentences(monkeypatch, spending=(9e6, 2_340_100.0, 2_340_100.0, last))
    first, plan = told_as
    assert (
        f"Spending a year: {first} first come, {first} longest wait first, {plan} with the plan "
        "(undiscounted, 2024 prices)."
    ) in said


def test_starts_of_less_than_one_a_year_are_said_so_and_none_are_left_out() -> None:
    each = {"resection": 0.6, "ablation": 0.4, "transplant": 0.0, "systemic therapy": 1_230.4}
    figures = {(f"starts of {name}", NOTHING_SCARCE): number for name, number in each.items()}
    found = told._starts(cast(Any, SimpleNamespace(treatments=tuple(each))), figures)
    assert found == "resection 1; ablation fewer than 1; systemic therapy 1,230"
