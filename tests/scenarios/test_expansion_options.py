from __future__ import annotations

import numpy as np

from hepaplan.model.calendar import Months
from hepaplan.model.sites.lumps import monthly_cost, share_in_use
from hepaplan.scenarios.load import load_scenario


def test_the_options_come_in_the_window_and_the_budget_cannot_pay_for_all() -> None:
    settings = load_scenario("expansion-options").settings
    months = Months(settings.window.start, settings.window.months)
    cost = np.array([monthly_cost(option, months) for option in settings.expansion.values()])
    by_year = cost.reshape(len(cost), -1, 12).sum(axis=2)
    budget = [limit.number for limit in settings.plan.budget.values()][: by_year.shape[1]]
    assert (by_year <= budget).all(), "each alone can be paid for"
    assert (by_year.sum(axis=0) > budget).any()
    for option in settings.expansion.values():
        assert share_in_use(option, months)[-1] == 1
        figures = (option.adds, option.capital, option.running, option.lead, option.ramp_up)
        assert {figure.quality for figure in figures} == {"illustrative"}


def test_a_budget_is_stated_for_every_year_of_the_plan() -> None:
    settings = load_scenario("expansion-options").settings
    window = settings.window
    months = Months(window.start, window.months + window.run_out_months)
    assert sorted({label[:4] for label in months.labels}) == sorted(settings.plan.budget)


def test_ablation_at_south_may_close() -> None:
    volume = load_scenario("expansion-options").settings.minimum_volume["ablation_south"]
    assert volume.may_close
    assert volume.least.quality == "illustrative"
