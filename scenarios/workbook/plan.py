"""The plan of an edited report: starts by site and month, as typed on its sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from hepaplan.model.by_hand.plan_file_checks import plan_problems
from hepaplan.model.input_rows import PLAN_HEADINGS
from hepaplan.model.problems import dotted
from hepaplan.model.sites.network import Network
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import COLUMNS, Numbers, shortened
from hepaplan.scenarios.workbook.book import Block, Book, Cell, heading_faults
from hepaplan.scenarios.workbook.container import AGAIN
from hepaplan.scenarios.workbook.layout import PLAN_BLOCK, SHARES_BLOCK

NAMES = ("site", "decision_point", "intended", "option")
LABELS = ["month", *NAMES]


def edited_plan(path: Path, network: Network) -> pd.DataFrame:
    """Return the plan of an edited report, a row for each number, as `plan_from_table` takes it.

    Columns month, site, decision_point, intended, option, starts (a month); referral_share too
    where the workbook holds a block of shares, else referral is today's. Raises InvalidScenario
    with every fault and its cell.
    """
    book = Book(path)
    blocks = [book.block(PLAN_BLOCK)]
    plan, cells, problems = _numbers(blocks[0], "starts")
    if book.has(SHARES_BLOCK):
        blocks.append(book.block(SHARES_BLOCK))
        shares, _, faults = _numbers(blocks[1], "referral_share")
        problems += faults
        shares = shares[shares["referral_share"] > 0].drop_duplicates(LABELS)
        plan = plan.merge(shares, on=LABELS, how="left")
    problems += book.merged_faults(blocks)
    if plan.empty and not problems:
        problems = [blocks[0].rows[0][0].problem("", f"found no planned starts; {AGAIN}")]
    if not problems:
        problems = [
            cells[problem.row or 0].problem(dotted(problem.key), problem.message)
            for problem in plan_problems(network, plan)
        ]
    if problems:
        raise InvalidScenario(shortened(problems, book.file))
    return plan


def _numbers(block: Block, column: str) -> tuple[pd.DataFrame, list[Cell], list[LocatedProblem]]:
    """Return a block of numbers by month as rows, the cell of each, and what is wrong."""
    problems = heading_faults(block, PLAN_HEADINGS)
    first = len(PLAN_HEADINGS)
    kind = COLUMNS[column]
    rows: list[tuple[object, ...]] = []
    cells: list[Cell] = []
    if not problems and isinstance(kind, Numbers):
        at = [PLAN_HEADINGS.index(name) for name in NAMES]
        for held in block.rows[1:]:
            names = tuple(held[place].text for place in at)
            for month, cell in zip(block.headings[first:], held[first:], strict=True):
                fault = cell.fault(kind)
                if fault:
                    problems.append(cell.problem(column, fault))
                rows.append((month, *names, np.nan if fault else float(cell.value)))
                cells.append(cell)
    return pd.DataFrame(rows, columns=[*LABELS, column]), cells, problems
