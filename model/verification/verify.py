"""The verification list run on a scenario: every row with what was found, as a tidy table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter

import pandas as pd

from hepaplan.model.allocation.session import Stopped
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.model.verification.choice_rows import CHOICE_ROWS, CHOICES_OF_THE_CODE
from hepaplan.model.verification.cohort_change_rows import COHORT_CHANGE_ROWS
from hepaplan.model.verification.cohort_rows import COHORT_OF_THE_CODE, COHORT_ROWS
from hepaplan.model.verification.demand_rows import DEMAND_OF_THE_CODE, DEMAND_ROWS
from hepaplan.model.verification.money_rows import MONEY_OF_THE_CODE, MONEY_ROWS
from hepaplan.model.verification.plan_again_rows import PLAN_AGAIN_ROWS
from hepaplan.model.verification.plan_rows import PLAN_ROWS, PLANS_OF_THE_CODE
from hepaplan.model.verification.price_rows import PRICE_ROWS
from hepaplan.model.verification.report_rows import REPORT_ROWS, REPORTS_OF_THE_CODE
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.uncertainty_rows import (
    UNCERTAINTY_OF_THE_CODE,
    UNCERTAINTY_ROWS,
)
from hepaplan.model.verification.utility_rows import UTILITY_ROWS
from hepaplan.model.verification.verdict import (
    LEFT_OUT,
    Finding,
    LeftOut,
    Verdict,
    broken,
    not_applicable,
)
from hepaplan.model.verification.waiting_rows import WAITING_OF_THE_CODE, WAITING_ROWS

ROWS: tuple[Row, ...] = (
    *sorted((*COHORT_ROWS, *COHORT_CHANGE_ROWS), key=attrgetter("number")),
    *sorted((*UTILITY_ROWS, *PRICE_ROWS, *MONEY_ROWS), key=attrgetter("number")),
    *CHOICE_ROWS,
    *UNCERTAINTY_ROWS,
    *DEMAND_ROWS,
    *PLAN_ROWS,
    *PLAN_AGAIN_ROWS,
    *WAITING_ROWS,
    *REPORT_ROWS,
)
OF_THE_CODE: tuple[str, ...] = (
    *COHORT_OF_THE_CODE,
    *MONEY_OF_THE_CODE,
    *CHOICES_OF_THE_CODE,
    *UNCERTAINTY_OF_THE_CODE,
    *DEMAND_OF_THE_CODE,
    *PLANS_OF_THE_CODE,
    *WAITING_OF_THE_CODE,
    *REPORTS_OF_THE_CODE,
)
"""Rows that concern the program and no scenario: tests/verification holds them."""
COLUMNS = ["row", "change", "expected", "found", "outcome"]
MAKES_A_PLAN = "makes the plan again: hepaplan verify does"


Progress = Callable[[str], None]


def verify(
    subject: Subject, rows: Sequence[Row] = ROWS, progress: Progress = lambda _: None
) -> tuple[Verdict, ...]:
    """Return the verdict of each row, in the list's order; `progress` is told of each."""
    return tuple(_verdict(subject, row, progress) for row in rows)


def verification_table(
    subject: Subject, rows: Sequence[Row] = ROWS, progress: Progress = lambda _: None
) -> pd.DataFrame:
    """Return the verdicts as a table of `COLUMNS`."""
    verdicts = [
        (found.row, found.change, found.expected, found.found, found.outcome)
        for found in verify(subject, rows, progress)
    ]
    return pd.DataFrame(verdicts, columns=COLUMNS)


def judged_further(
    table: pd.DataFrame,
    subject: Subject,
    rows: Sequence[Row] = ROWS,
    progress: Progress = lambda _: None,
) -> pd.DataFrame:
    """Return a run's table with the rows judged that were left out there.

    `rows` are the table's, in its order, with judges for those that a run has none for.
    """
    left = (table["outcome"] == LEFT_OUT).to_numpy()
    chosen = [row for row, out in zip(rows, left, strict=True) if out]
    further = table.copy()
    further.loc[left, COLUMNS] = verification_table(subject, chosen, progress).to_numpy()
    return further


def _verdict(subject: Subject, row: Row, progress: Progress) -> Verdict:
    progress(f"verification {row.identifier}: {row.expected}")
    if row.plans_again and subject.plan is None:
        finding = Finding(LEFT_OUT, MAKES_A_PLAN)
    else:
        finding = _finding(subject, row)
    return Verdict(finding.outcome, finding.found, row.identifier, row.change, row.expected)


def _finding(subject: Subject, row: Row) -> Finding:
    """Return what a judge finds; one that breaks fails its own row, and the others are heard.

    The scenario itself was sound enough to be run, so a refusal is of the changed one: it says that
    the change cannot be made here. A solver that stopped says nothing of the row.
    """
    try:
        return row.judge(subject)
    except LeftOut as why:
        return Finding(LEFT_OUT, str(why))
    except Stopped as why:
        return Finding(LEFT_OUT, f"no answer was found: {_on_one_line(why)}")
    except (InvalidInput, NoAnswer) as refusal:
        return not_applicable(f"the changed scenario is refused: {_on_one_line(refusal)}")
    except Exception as error:
        return broken(f"could not be judged: {type(error).__name__}: {_on_one_line(error)}")


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())
