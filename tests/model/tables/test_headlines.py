"""Sentences on the plan: what each says, and when it must not be said."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.allocation.aims import Reached
from hepaplan.model.analyses import GAIN
from hepaplan.model.readings import FIRST_COME, MOST_HEALTH
from hepaplan.model.tables.expansion_tables import EXPANSIONS
from hepaplan.model.tables.plan_words import (
    COST,
    DEATHS,
    LOST,
    QALYS,
    by_chance,
    gained,
    priced,
    stopped,
    to_build,
)
from hepaplan.model.tables.price_tables import PRICES
from hepaplan.model.tables.words import counted, figure, pounds
from tests.support.scenarios import tiny_capacity

LABELS = {"central": "Central", "theatre": "Theatre", "chair": "Chairs"}
FIGURES = {
    (LOST, FIRST_COME): 236.1, (LOST, MOST_HEALTH): 88.5,
    (QALYS, FIRST_COME): 5_665.2, (QALYS, MOST_HEALTH): 5_812.8,
    (COST, FIRST_COME): 93.4e6, (COST, MOST_HEALTH): 95.8e6,
    (DEATHS, FIRST_COME): 54.2, (DEATHS, MOST_HEALTH): 40.1,
}  # fmt: skip
NO_STEPS = pd.DataFrame(columns=list(GAIN))


def steps(*rows: tuple[str, float]) -> pd.DataFrame:
    table = pd.DataFrame(0.0, index=range(len(rows)), columns=list(GAIN))
    return table.assign(step=[name for name, _ in rows], qalys_gained=[q for _, q in rows])


def test_figures_show_no_minus_before_nothing_and_people_agree_with_their_noun() -> None:
    assert figure(-0.04) == "0.0"
    assert figure(-0.06, 1, signed=True) == "-0.1"
    assert figure(0.04, 1, signed=True) == "+0.0"
    assert figure(1234.56) == "1,234.6"
    assert [counted(n, "death", "deaths") for n in (0.0, 0.96, 1.04, 1.06)] == [
        "0.0 deaths", "1.0 death", "1.0 death", "1.1 deaths",
    ]  # fmt: skip
    assert [pounds(n) for n in (-400.0, 999_400.0, 999_600.0, -2.5e6)] == [
        "£0", "£999 thousand", "£1.0 million", "-£2.5 million",
    ]  # fmt: skip


def test_the_gain_is_in_qalys_people_and_money_and_split_into_steps() -> None:
    split = steps(
        (FIRST_COME, 0.0), ("order of starts", 54.8), ("and referral", 68.5),
        ("and substitution: the plan", 24.3), ("free to prefer an age", 12.5),
    )  # fmt: skip
    assert gained(FIGURES, split, "over 5 years") == (
        "Scarce capacity costs 236.1 QALYs over 5 years first come. Against that the plan, which "
        "knows all who will come, brings +147.6 QALYs (by order of starts +54.8, referral +68.5, "
        "substitution +24.3), 14.1 fewer deaths on a list, and costs £2.4 million (QALYs and "
        "pounds lifetime, discounted). Preferring no age costs 12.5 QALYs of that."
    )


def test_a_plan_that_saves_or_loses_says_so_and_an_unsplit_gain_names_no_step() -> None:
    worse = {**FIGURES, (COST, MOST_HEALTH): 93.1e6, (DEATHS, MOST_HEALTH): 55.2}
    text = gained(worse, NO_STEPS, "over 1 year")
    assert "1.0 more death on a list, and saves £300 thousand" in text
    assert "by order" not in text
    assert "age" not in text


def test_a_gain_that_shows_as_nothing_is_said_in_words() -> None:
    """Expected: no figure of the sentence is a rounded zero, whatever its sign."""
    hardly = {
        **FIGURES, (QALYS, MOST_HEALTH): 5_665.24, (COST, MOST_HEALTH): 93.4e6 - 141.0,
        (DEATHS, MOST_HEALTH): 54.24, (LOST, FIRST_COME): 0.04,
    }  # fmt: skip
    split = steps((FIRST_COME, 0.0), ("order of starts", 0.06), ("and referral", -1.7e-7))
    assert gained(hardly, split, "over 6 months") == (
        "Scarce capacity costs hardly any QALYs over 6 months first come. Against that the plan, "
        "which knows all who will come, brings hardly any QALYs (by order of starts +0.1, referral "
        "nothing), with hardly any difference in deaths on a list, at about the same cost (QALYs "
        "and pounds lifetime, discounted)."
    )


def priced_rows(*rows: tuple[str, float, float | None, float]) -> pd.DataFrame:
    table = pd.DataFrame(
        [(resource, plus, minus, part) for resource, plus, minus, part in rows],
        columns=["resource", "qalys_plus_one", "qalys_minus_one", "units_less"],
    )
    table = table.assign(site="central", unit="list", window="2027", nmb_plus_one=96_800.0)
    return table.reindex(columns=list(PRICES))


def test_the_top_of_the_price_list_is_said_with_one_less_and_what_is_next() -> None:
    table = priced_rows(("theatre", 6.44, -7.31, 1.0), ("chair", 0.42, -0.2, 0.5))
    assert priced(table, LABELS) == (
        "One more is worth most of Theatre at Central (list): 6.44 QALYs and £97 thousand net of "
        "what treatment costs (2027); one less costs 7.31 QALYs. Next: Chairs at Central (list) "
        "0.42.",
    )
    (part,) = priced(table.iloc[[1]], LABELS)
    assert part.endswith("; 0.5 of one less costs 0.20 QALYs.")
    (unknown,) = priced(priced_rows(("theatre", 1.0, None, 1.0)), LABELS)
    assert "less" not in unknown
    assert priced(priced_rows(("theatre", 0.001, -0.1, 1.0)), LABELS) == (
        "No further unit of capacity is worth 0.005 QALYs.",
    )
    assert priced(table.iloc[:0], LABELS) == ()


def years(best: float) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (policy, f"{year}-01", f"{year}-12", share, 0.95, odds)
            for policy, share, odds in ((FIRST_COME, 0.79, 0.08), (MOST_HEALTH, best, 0.04))
            for year in (2027, 2028)
        ],
        columns=["policy", "from_month", "to_month", "share_within", "target", "probability"],
    )


def test_chance_says_when_the_plan_does_worse_and_only_then() -> None:
    safe = pd.DataFrame({"promised_probability": [0.8, 0.95], "headroom": [0.23, float("nan")]})
    (text,) = by_chance(years(0.67), safe)
    assert text == (
        "When people come by chance, at least 95% start within the standard (2028-01 to 2028-12) "
        "with probability 8% first come and 4% with the plan; of all that is ever full, 23% more "
        "makes that 80%, not even 100% more makes that 95%. Its slots, kept as planned, then start "
        "fewer in time than first come (67%, 79%): plan again as months pass (--actuals)."
    )
    (better,) = by_chance(years(0.8), safe.iloc[:0])
    assert better.endswith("4% with the plan.")
    assert by_chance(years(0.8).iloc[:0], safe) == ()


def test_what_to_build_names_the_chosen_and_their_months() -> None:
    table = pd.DataFrame(
        {"label": ["A third theatre", "More chairs"], "chosen": [True, True],
         "decide_by": ["2027-09", None]}
    ).reindex(columns=list(EXPANSIONS))  # fmt: skip
    assert to_build(table) == (
        "Of 2 expansions the plan chooses: A third theatre (decide by 2027-09), More chairs.",
    )
    assert to_build(table.assign(chosen=False)) == ("Of 2 expansions the plan chooses none.",)
    assert to_build(table.iloc[:0]) == ()


@pytest.mark.parametrize(
    ("status", "gap", "words"),
    [("time limit", 0.012, "1.2% from proven"), ("time limit", float("inf"), "not known")],
)
def test_a_stopped_plan_is_called_that(status: str, gap: float, words: str) -> None:
    best = tiny_capacity().best
    (text,) = stopped(replace(best, status=status, gap=gap))
    assert "stopped at its time limit" in text
    assert words in text


def test_a_proven_plan_is_not_called_stopped_but_an_unproven_later_aim_is() -> None:
    best = replace(tiny_capacity().best, status="optimal")
    proven = (Reached("health", -1.0, "optimal", 0.1),)
    assert stopped(replace(best, reached=proven)) == ()
    late = (*proven, Reached("standard", 2.0, "kept as it was (time limit)", 0.1))
    (text,) = stopped(replace(best, reached=late))
    assert text.endswith("not proven: standard.")


def test_what_preferring_no_age_costs_is_never_less_than_nothing() -> None:
    """Two plans of equal worth may differ by what the solver leaves open."""
    said = gained(FIGURES, steps(("free to prefer an age", -0.3)), "over 5 years")
    assert said.endswith(" Preferring no age costs 0.0 QALYs of that.")
