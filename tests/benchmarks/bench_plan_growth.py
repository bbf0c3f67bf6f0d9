"""How the plan's size and time grow with twice the sites, months and groups of a scenario.

Run it by hand: python -m tests.benchmarks.bench_plan_growth [SCENARIO]
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import Any

import pandas as pd

from hepaplan.model.allocation.session import Session
from hepaplan.model.allocation.solver import without_dust
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.scenarios.load import load_scenario
from tests.benchmarks.bench_plan import Case, case_of, print_memory

TWIN = "_twin"


def twice_the_sites(scenario: Scenario) -> Scenario:
    """Return the scenario with each site split in two that share its patients and capacity."""
    tables, site = scenario.tables, scenario.settings.site
    both = {**site, **{name + TWIN: record for name, record in site.items()}}
    return replace(
        scenario,
        settings=scenario.settings.model_copy(update={"site": both}),
        tables=replace(
            tables,
            referral=_twins(tables.referral, "site", "share"),
            capacity=_twins(tables.capacity, "site", "number"),
            capacity_changes=_twins(tables.capacity_changes, "site", "add"),
            travel=_twins(tables.travel, "site"),
        ),
    )


def twice_the_groups(scenario: Scenario) -> Scenario:
    """Return the scenario with each age group split in two: at 50, 75 and 90 years."""
    tables, groups = scenario.tables, scenario.settings.group
    split = {}
    for name, group in groups.items():
        split[name] = group
        later = {"from_age": group.from_age + (50 if group.from_age == 0 else 10)}
        split[name + TWIN] = group.model_copy(update=later)
    figures = scenario.settings.model_dump(exclude_none=True, exclude={"group"})
    settings = type(scenario.settings).model_validate(
        {**_for_twins(figures, set(groups)), "group": {n: g.model_dump() for n, g in split.items()}}
    )
    pathway = _for_twins(scenario.pathway.model_dump(exclude_none=True), set(groups))
    return replace(
        scenario,
        settings=settings,
        pathway=Pathway.model_validate(pathway),
        tables=replace(
            tables,
            eligibility=_twins(tables.eligibility, "group"),
            backlog=_twins(tables.backlog, "group", "patients"),
        ),
    )


def _twins(table: pd.DataFrame, column: str, halved: str | None = None) -> pd.DataFrame:
    """Return a table with a twin of each row, an amount halved between the two."""
    if halved is not None:
        table = table.assign(**{halved: table[halved] / 2})
    return pd.concat((table, table.assign(**{column: table[column] + TWIN})), ignore_index=True)


def _for_twins(record: Any, groups: set[str]) -> Any:
    """Return nested tables in which figures by group are stated for the twins too."""
    if isinstance(record, list):
        return [_for_twins(item, groups) for item in record]
    if not isinstance(record, dict):
        return record
    if set(record) == groups:
        return {**record, **{name + TWIN: value for name, value in record.items()}}
    return {name: _for_twins(value, groups) for name, value in record.items()}


def main(name: str) -> None:
    """Print variables, rows, non-zeros and seconds of each, and of the scenario as it is."""
    scenario = load_scenario(name)
    window = scenario.settings.window
    longer = 2 * window.months + window.run_out_months
    cases: list[tuple[str, Scenario, bool]] = [
        ("as it is", scenario, True),
        ("twice the sites", twice_the_sites(scenario), True),
        ("twice the months", load_scenario(name, settings={"window.months": str(longer)}), True),
        ("twice the groups, pooled", twice_the_groups(scenario), True),
        ("each group by itself", scenario, False),
        ("twice the groups, each by itself", twice_the_groups(scenario), False),
    ]
    print("| case | variables | rows | non-zeros | to programme, s | cold solve, s | times |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    first = 0.0
    for label, made, pooled in cases:
        started = time.perf_counter()
        case = case_of(made, pooled)
        ready = time.perf_counter()
        seconds = _solve(case)
        first = first or seconds
        rows, columns = case.rows.matrix.shape
        print(
            f"| {label} | {columns:,} | {rows:,} | {case.rows.matrix.nnz:,} | "
            f"{ready - started:.1f} | {seconds:.1f} | {seconds / first:.1f} |",
            flush=True,
        )
    print_memory()


def _solve(case: Case) -> float:
    """Return the seconds of a cold solve, by interior point with crossover."""
    return Session(without_dust(case.rows), case.weights).solve().seconds


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "greater-manchester")
