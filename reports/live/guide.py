"""The sheet that says which parts of the workbook are live, which are held still, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.live.grid import Grid
from hepaplan.reports.style import Styles

TITLE = "Live or frozen"
LIVE, HELD, FROZEN = "live", "held still", "frozen"
NOTES = (
    "live: formulas, recalculated at once from the yellow cells. held still: numbers of the run "
    "that formulas use as weights (grey). frozen: results of the run, no formula.",
    "Blue on yellow: input, unlocked. Black: formula. Grey: the run's own number. Sheets are "
    "protected without a password: Review, Unprotect Sheet.",
)
ROWS: tuple[tuple[str, str, str, str], ...] = (
    ("Cases and new liver metastases, by month and age group", LIVE, "Incidence, Metastases",
     "from people, rates, their ratio, trend, stages, timing and risks; regions are summed"),
    ("Arrivals at decision points, starts and resource need when nothing is scarce", LIVE,
     "Arrivals, Demand live", "by decision point, option and age group, with the years before"),
    ("Survival, QALYs and costs of every option", LIVE, "Courses, Leaving, Alive, Value",
     "by decision point, option and age group, month by month; ICERs and net benefit too"),
    ("Waiting lists, use, slack, people beyond the standard, spending of the plan", LIVE,
     "Lists, Waiting live, Use live, Spending live", "from the plan's starts on Plan inputs"),
    ("Death from other causes after reaching a decision point", HELD, "Other causes",
     "the age at which patients reach it needs the whole disease process; moves values by less "
     "than 0.2%"),
    ("Curves fitted to more points than they have parameters, and those of families without a "
     "formula", HELD, "Leaving", "least squares and searches are no formulas"),
    ("Prices of a dose", HELD, "Courses", "the cheapest choice of whole vials is a search"),
    ("Worth of an arrival at points that lead back to each other", HELD, "Worth",
     "a system of equations; the sheet's notes name the points"),
    ("How a plan's starts divide over age groups, and referral shares", HELD, "Plan weights",
     "the longest wait goes first whatever the age, which formulas by group cannot follow"),
    ("Recurrences that the plan's starts inside the window bring", HELD, "Plan weights",
     "they depend on months waited; hepaplan replay gives them for an edited plan"),
    ("What starts before the window still take; what the plan buys or builds", HELD,
     "Capacity live", "starts and choices of the run, which formulas do not make again"),
    ("Room in the months after the start", HELD, "Use live",
     "formulas look for room in the month of the start; hepaplan replay looks at all its months"),
    ("The plan itself, its price list, what to build", FROZEN, "Plan, Prices",
     "an optimisation of tens of thousands of unknowns"),
    ("How likely promises are kept", FROZEN, "Chance", "many draws; the seed is on About"),
    ("The policies first come and longest wait; QALYs lost to waiting", FROZEN,
     "Waiting, Outcomes", "replays by single months waited"),
)  # fmt: skip


def rows_for(titles: Collection[str]) -> list[tuple[str, str, str, str]]:
    """Return `ROWS` as far as a workbook has their sheets, each with those that it has."""
    found = []
    for what, state, sheets, how in ROWS:
        there = [title for title in sheets.split(", ") if title in titles]
        if there:
            found.append((what, state, ", ".join(there), how))
    return found


def write_guide(
    workbook: Workbook, styles: Styles, formulas: Mapping[str, int], run: str, version: str
) -> None:
    """Write the sheet; `formulas` counts those of each live sheet, `run` names the run."""
    about = f"What recalculates in this workbook and what is the result of the run: {run}."
    grid = Grid(workbook, styles, TITLE, about, NOTES)
    first = grid.first_row
    for column, heading in enumerate(("What", "State", "Sheets", "How, or why not"), start=1):
        grid.text(first, column, heading, "header")
    rows = rows_for(workbook.sheetnames)
    for row, texts in enumerate(rows, start=first + 1):
        for column, text in enumerate(texts, start=1):
            grid.text(row, column, text, "wrapped")
    row = first + len(rows) + 3
    grid.text(row - 1, 1, "Formulas by sheet", "caption")
    grid.text(row, 1, "Sheet", "header")
    grid.text(row, 2, "Formulas", "header right")
    for offset, (title, count) in enumerate(formulas.items(), start=1):
        grid.text(row + offset, 1, title)
        grid.number(row + offset, 2, count, "#,##0", "number")
    grid.text(row + len(formulas) + 1, 1, "Together", "caption")
    grid.number(row + len(formulas) + 1, 2, sum(formulas.values()), "#,##0", "number")
    grid.widths({1: 62, 2: 13, 3: 34, 4: 78})
    grid.finish(version, f"A{first + 1}")
