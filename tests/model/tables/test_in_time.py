"""Whether everybody starts in time: yes or no from the shares, and where fewest do."""

from __future__ import annotations

import pandas as pd
import pytest

from hepaplan.model.readings import FIRST_COME, LONGEST_WAIT, MOST_HEALTH
from hepaplan.model.tables.in_time import answered, fewest

LABELS = {"resectable": "Resectable", "convertible": "Convertible"}


@pytest.mark.parametrize(
    ("today", "longest", "plan", "answer", "told"),
    [
        (0.9832, 0.9832, 0.9682, "No", ("98.3%", "98.3%", "96.8%")),
        (1.0, 1.0, 0.9996, "Yes", ("100.0%", "100.0%", "100.0%")),
        (0.9994, 0.5, 0.9995, "Yes with the plan, no first come", ("99.9%", "50.0%", "100.0%")),
        (1.0, 1.0, 0.8, "Yes first come, no with the plan", ("100.0%", "100.0%", "80.0%")),
        (0.99153, 0.99212, 0.99149, "No", ("99.2%", "99.2%", "99.1%")),
        (0.99153, 0.99212, 0.99166, "No", ("99.15%", "99.21%", "99.17%")),
    ],
)
def test_the_answer_comes_first_and_its_shares_after_it(
    today: float, longest: float, plan: float, answer: str, told: tuple[str, str, str]
) -> None:
    shares = {FIRST_COME: today, LONGEST_WAIT: longest, MOST_HEALTH: plan}
    assert answered(shares) == (
        f"Does everyone start in time? {answer}: of all who came, the waiting standard is met for "
        f"{told[0]} first come, {told[1]} longest wait first, {told[2]} with the plan."
    )


def access(*rows: tuple[str, str, str, float | None]) -> pd.DataFrame:
    columns = ["policy", "region", "decision_point", "share_within_standard"]
    return pd.DataFrame(list(rows), columns=columns)


SHARES = (
    (FIRST_COME, "Upper", "resectable", 0.8735),
    (FIRST_COME, "Lower", "resectable", 0.71),
    (FIRST_COME, "Upper", "convertible", 1.0),
    (LONGEST_WAIT, "Upper", "convertible", 0.2),
    (MOST_HEALTH, "Upper", "resectable", 0.7541),
    (MOST_HEALTH, "Lower", "resectable", 0.7619),
    (MOST_HEALTH, "Upper", "convertible", None),
)


def test_the_worst_place_of_the_plan_stands_beside_what_it_is_today() -> None:
    """Expected: the plan's own worst place, not that of another policy."""
    assert fewest(access(*SHARES), LABELS) == (
        "With the plan fewest start in time in Upper (Resectable): 75.4%; first come 87.4%.",
    )


def test_shares_that_look_alike_are_told_apart() -> None:
    near = access(
        (MOST_HEALTH, "Upper", "resectable", 0.75412), (FIRST_COME, "Upper", "resectable", 0.75438)
    )
    assert fewest(near, {})[0].endswith("in Upper (resectable): 75.41%; first come 75.44%.")


def test_a_place_where_nobody_comes_today_has_the_plans_share_alone() -> None:
    alone = access(
        (MOST_HEALTH, "Upper", "resectable", 0.5), (FIRST_COME, "Upper", "resectable", None)
    )
    (said,) = fewest(alone, LABELS)
    assert said == "With the plan fewest start in time in Upper (Resectable): 50.0%."


def test_nothing_is_said_where_all_start_in_time_or_nobody_waits() -> None:
    assert fewest(access((MOST_HEALTH, "Upper", "resectable", 0.9996)), LABELS) == ()
    assert fewest(access((FIRST_COME, "Upper", "resectable", 0.4)), LABELS) == ()
    assert fewest(access(*SHARES).iloc[:0], LABELS) == ()
