from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion, MinimumVolume
from hepaplan.model.sites.lumps import (
    Lumps,
    added_units,
    decided_month,
    lumps_of,
    monthly_cost,
    share_in_use,
)
from tests.support.expansions import expansion
from tests.support.scenarios import tiny, tiny_usual
from tests.support.small import figure

MONTHS = Months("2027-01", 8)


@pytest.mark.parametrize(
    ("changes", "share"),
    [
        ({}, [1, 1, 1, 1, 1, 1, 1, 1]),
        ({"lead": 3}, [0, 0, 0, 1, 1, 1, 1, 1]),
        ({"lead": 2, "ramp_up": 3}, [0, 0, 0.25, 0.5, 0.75, 1, 1, 1]),
        ({"decided": "2027-04", "lead": 1}, [0, 0, 0, 0, 1, 1, 1, 1]),
        ({"decided": "2026-11", "lead": 3}, [0, 1, 1, 1, 1, 1, 1, 1]),
        ({"lead": 1, "until": "2027-05"}, [0, 1, 1, 1, 1, 0, 0, 0]),
        ({"lead": 60}, [0, 0, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_capacity_comes_after_its_lead_time_and_by_steps(
    changes: dict[str, float | str], share: list[float]
) -> None:
    assert share_in_use(expansion(**changes), MONTHS).tolist() == share


def test_capital_falls_in_the_month_decided_and_running_cost_in_months_of_use() -> None:
    option = expansion(decided="2027-02", lead=2, ramp_up=3, capital=70_000, running=12_000)
    assert monthly_cost(option, MONTHS).tolist() == [0, 70_000, 0, 1000, 1000, 1000, 1000, 1000]
    assert monthly_cost(expansion(lead=6, until="2027-07"), MONTHS).tolist() == [
        100_000, 0, 0, 0, 0, 0, 2_000, 0,
    ]  # fmt: skip


def test_capital_spent_before_the_window_is_no_part_of_it() -> None:
    option = expansion(decided="2026-10", lead=5)
    assert decided_month(option, MONTHS) == -3
    assert monthly_cost(option, MONTHS).tolist() == [0, 0, *[2_000] * 6]


def with_choices(
    volumes: dict[str, MinimumVolume] | None = None,
    budget: dict[str, float] | None = None,
    **options: Expansion,
) -> Scenario:
    scenario = tiny()
    stated = {year: figure(pounds, "GBP") for year, pounds in (budget or {}).items()}
    plan = scenario.settings.plan
    plan = type(plan).model_validate(plan.model_dump(exclude_none=True) | {"budget": stated})
    settings = scenario.settings.model_copy(
        update={"expansion": options, "minimum_volume": volumes or {}, "plan": plan}
    )
    return replace(scenario, settings=settings)


def made(scenario: Scenario, months: Months) -> Lumps:
    return lumps_of(scenario, tiny_usual().kernels, months, tuple(scenario.settings.site))


def test_units_are_saleable_units_by_calendar_and_cap() -> None:
    # 0.5 lists of 240 minutes a week at a cap of 0.85; January 2027 has 20 working days.
    months = Months("2027-01", 3)
    option = expansion(adds=0.5, lead=1)
    scenario = with_choices(more=option)
    weeks = months.weeks("working_days", "GB", "ENG")
    assert months.working_days("GB", "ENG").tolist() == [20, 20, 21]
    by_hand = [0, 0.5 * 240 * 0.85 * 4, 0.5 * 240 * 0.85 * 21 / 5]
    assert added_units(scenario, option, months) == pytest.approx(by_hand)
    assert weeks[1] == 4
    found = made(scenario, months)
    assert found.adds[0, 0, 1] == pytest.approx(by_hand)
    assert found.in_use.tolist() == [[False, True, True]]
    assert found.adds.sum() == pytest.approx(sum(by_hand))


def test_services_treatments_and_budgets_are_found_by_name() -> None:
    scenario = with_choices(
        volumes={
            "safe": MinimumVolume.model_validate(
                {
                    "label": "Safe",
                    "site": "hilltop",
                    "treatment": "resection",
                    "least": figure(7, "starts per year"),
                }
            )
        },
        budget={"2027": 5_000},
        more=expansion(),
        new=expansion(opens="surgery", site="hilltop"),
    )
    options = [option for _, _, option in scenario.pathway.options()]
    months = Months("2027-11", 4)
    found = made(scenario, months)
    operations = [o.service == "surgery" for o in options]
    assert any(operations)
    assert not found.opens[0].any()
    assert found.opens[1].tolist() == [[is_one, False] for is_one in operations]
    counted = [o.treatment == "resection" for o in options]
    assert found.counts[0].tolist() == [[is_one, False] for is_one in counted]
    assert found.least.tolist() == [7]
    assert not found.may_close.any()
    assert not found.closable.any()
    assert found.budget.tolist() == [5_000, np.inf]
    assert found.year_of.tolist() == [0, 0, 1, 1]


def test_a_service_is_closed_until_what_opens_it_is_built() -> None:
    opens = np.zeros((2, 2, 1), dtype=bool)
    opens[0, 1, 0] = True
    lumps = Lumps(
        expansions=("new", "more"),
        adds=np.arange(4.0).reshape(2, 1, 1, 2),
        opens=opens,
    )
    assert lumps.capacity_of(np.array([0.0, 1.0])).tolist() == [[[2.0, 3.0]]]
