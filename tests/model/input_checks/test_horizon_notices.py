from __future__ import annotations

from hepaplan.model.input_checks.horizon_notices import horizon_notices
from hepaplan.model.pathway import Pathway
from tests.support.scenarios import tiny
from tests.support.small import figure, pathway_record, schedule

MONTHS = tiny().settings.economics.horizon_years * 12


def notices(amounts: int, change_from: int) -> list[str]:
    """Notices of a pathway with a schedule of some months and a change from a month on."""
    record = pathway_record()
    operation = record["decision_point"]["listed"]["option"]["operation"]
    operation["costs"]["drugs"] = schedule([1.0] * amounts, "GBP per month since start")
    operation["exits"]["recurrence"]["hazard_ratio_changes"] = [
        {"from_month": change_from, "hazard_ratio": figure(1.0, "hazard ratio")}
    ]
    return horizon_notices(tiny().settings, Pathway.model_validate(record))


def test_what_lies_within_the_horizon_needs_no_word() -> None:
    assert notices(amounts=MONTHS, change_from=MONTHS - 1) == []


def test_months_that_no_run_follows_are_named_at_once() -> None:
    (notice,) = notices(amounts=MONTHS + 1, change_from=MONTHS)
    assert f"2 figures are stated for months after the horizon of {MONTHS} months" in notice
    assert "listed.option.operation.costs.drugs" in notice
    assert "listed.option.operation.exits.recurrence.hazard_ratio_changes" in notice
