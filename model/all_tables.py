"""Every table of a run: of what was put in, of both readings, of the plan, and of the checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from hepaplan.model.ages.age_error import age_groups_error
from hepaplan.model.ages.utility_norms import utilities_above_norm
from hepaplan.model.checks import all_checks
from hepaplan.model.delay_harm.delay import harm_of_delay
from hepaplan.model.depth import Depth
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables import patient_tables, plan_tables, summary, usual_tables
from hepaplan.model.tables.assumptions import (
    assumption_table,
    capacity_table,
    change_table,
    source_table,
)
from hepaplan.model.tables.fit_tables import fits
from hepaplan.model.verification.subject import Subject
from hepaplan.model.verification.verify import verification_table


def all_tables(
    subject: Subject,
    others: Mapping[str, UsualCare],
    beyond: Mapping[str, pd.DataFrame],
    depth: Depth,
    progress: Callable[[str], None],
) -> dict[str, pd.DataFrame]:
    """Return every table of a run by name.

    `others`: the same region under other evidence; `beyond`: what was worked out of the plan
    besides it (`analyses.plan_analyses`).
    """
    usual, capacity = subject.usual, subject.capacity
    scenario = usual.scenario
    error_of_groups = age_groups_error(usual)
    tables = {
        **usual_tables.all_tables(usual),
        **patient_tables.all_tables(usual),
        "fits": fits(scenario),
        "delay": harm_of_delay(usual),
        "age_groups_error": error_of_groups,
        **plan_tables.all_tables(usual, capacity),
        **beyond,
        "actuals": capacity.corrections,
        "evidence_sets": summary.evidence_sets(usual, others),
        "utility_norms": utilities_above_norm(usual),
        "assumptions": assumption_table(scenario),
        "sources": source_table(scenario),
        "changes": change_table(scenario),
        "capacity": capacity_table(scenario),
        "checks": all_checks(usual, capacity, error_of_groups),
        "verification": verification_table(subject, progress=progress),
    }
    tables["key_figures"] = summary.key_figures(usual, capacity, tables)
    tables["about"] = summary.about(usual, capacity, depth)
    return tables
