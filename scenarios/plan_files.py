"""Plans edited by hand and records of what was done, as files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from hepaplan.model.by_hand.actuals import actuals_problems
from hepaplan.model.by_hand.plan_file_checks import plan_problems
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Problem, dotted
from hepaplan.model.sites.network import Network
from hepaplan.scenarios.files import MAX_CSV_BYTES, read_source
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import Table, read_columns, shortened
from hepaplan.scenarios.workbook.container import is_workbook, refused

NEEDED = ("month", "site", "decision_point", "option", "starts")
OF_A_PLAN = (
    "policy", "month", "site", "group", "decision_point", "treatment", "intended", "option",
    "months_waited", "starts", "referral_share",
)  # fmt: skip
OF_ACTUALS = ("month", "site", "decision_point", "intended", "option", "starts", "arrivals")
Check = Callable[[Network, pd.DataFrame], list[Problem]]


def read_plan(path: Path, shown_as: str, network: Network) -> Table:
    """Return a plan file, such as an edited tables/plan.csv, or raise with every fault in it.

    Needs the columns month, site, decision_point, option and starts; intended, referral_share and
    group may follow, and a file with the columns of tables/starts.csv will do.
    """
    return _read(path, shown_as, network, OF_A_PLAN, plan_problems)


def read_actuals(path: Path, shown_as: str, network: Network, window: int | None = None) -> Table:
    """Return what was really done, or raise with every fault in it.

    Needs the columns month, site, decision_point, option and starts; intended (whose list) and
    arrivals (who came to that list at that site; empty where not known) may follow. A month of the
    `window` must be left to plan; that is all of the network's unless given.
    """
    check = partial(actuals_problems, window=window)
    return _read(path, shown_as, network, OF_ACTUALS, check)


def plan_for(scenario: Scenario, path: Path) -> pd.DataFrame:
    """Return a plan that fits a scenario's sites and months, or raise as `read_plan` does.

    A plan is a CSV file, or an edited report (.xlsx), whose plan is on its sheet of plan inputs.
    """
    network = network_of(usual_care(scenario))
    if is_workbook(path):
        from hepaplan.scenarios.workbook.plan import edited_plan  # openpyxl takes 0.4 s

        return edited_plan(path, network)
    return read_plan(path, path.name, network).frame


def actuals_for(scenario: Scenario, path: Path) -> pd.DataFrame:
    """Return a record that fits a scenario, or raise as `read_actuals` does."""
    network = network_of(usual_care(scenario))
    return read_actuals(path, path.name, network, scenario.settings.window.months).frame


def _read(path: Path, shown_as: str, network: Network, known: Sequence[str], check: Check) -> Table:
    if is_workbook(path):
        words = "found a workbook; expected a table in a CSV file; save its sheet as CSV UTF-8"
        raise refused(shown_as, words)
    source = read_source(path, shown_as, MAX_CSV_BYTES)
    present = {cell.strip(' "\r') for cell in source.text.lstrip().partition("\n")[0].split(",")}
    table = read_columns(source, [c for c in known if c in present or c in NEEDED])
    faults = [_located(problem, table) for problem in check(network, table.frame)]
    if faults:
        raise InvalidScenario(shortened(faults, shown_as))
    return table


def _located(problem: Problem, table: Table) -> LocatedProblem:
    column = dotted(problem.key)
    return LocatedProblem.at(table.place(problem.row, column), column, problem.message)
