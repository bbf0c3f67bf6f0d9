"""What commands write: their tables, made here of the tests' small scenario, and who shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pandas as pd
from units import unit_of

from hepaplan.model.by_hand.edited import evaluate_edited
from hepaplan.model.calibration.calibrate import calibrate
from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import evaluate, usual_care
from hepaplan.model.outputs import chosen_outputs
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.compare.sheets import WRITERS
from hepaplan.reports.compare.write import comparison_content
from hepaplan.reports.content import ReportContent
from hepaplan.reports.study.output_pages import sheet_titles
from hepaplan.reports.study.sheets import ABOUT, SUMMARY
from hepaplan.reports.study.write import pages_of, workbook_name
from hepaplan.reports.workbook import LINKING, SHEETS, start_workbook
from tests.support.calibrations import HAZARD, SHARE, request, short, target
from tests.support.compared import compared
from tests.support.scenarios import tiny
from tests.support.studies import psa_study, sensitivity_study, tornado_study, voi_study
from tests.support.synthetic_tables import synthetic_content

EACH = "a sheet for each output"
Tables = Mapping[str, pd.DataFrame]


class _Watched(dict[str, pd.DataFrame]):
    """Tables that note which of them were asked for."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(tables)
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.asked.add(name)
        return super().__getitem__(name)


@dataclass(frozen=True)
class Written:
    """What a command writes: its tables, its sheets in order, and the sheets that show a table."""

    tables: Tables
    sheets: tuple[str, ...] = ()
    shown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def shown_by(writers: Mapping[str, Any], content: ReportContent) -> dict[str, tuple[str, ...]]:
    """Return the sheets that read each table: every writer is run, and what it asks for noted."""
    watched = _Watched(content.tables)
    book, styles = start_workbook(tuple(writers))
    last = [title for title in LINKING if title in writers and writers is SHEETS]
    found: dict[str, list[str]] = {}
    for title in (*(t for t in writers if t not in last), *last):
        watched.asked.clear()
        writers[title](book, styles, replace(content, tables=watched))
        for name in watched.asked:
            found.setdefault(name, []).append(title)
    return {name: tuple(t for t in writers if t in titles) for name, titles in found.items()}


@cache
def written() -> dict[str, Written]:
    """Return what each command writes, by command."""
    results = evaluate(tiny(), {}, depth=Depth(prices=1, replications=2))
    edited = evaluate_edited(usual_care(tiny()), results.tables["plan"], depth=Depth().quick())
    comparison = compared()
    content = comparison_content(comparison, "")
    found = {
        "run": Written(results.tables, tuple(SHEETS), shown_by(SHEETS, synthetic_content())),
        "compare": Written(comparison.tables, tuple(WRITERS), shown_by(WRITERS, content)),
        "replay": Written(edited.tables),
    }
    for study in (psa_study(), voi_study(), sensitivity_study(), tornado_study(), _calibration()):
        found[study.kind] = Written(study.tables, tuple(_sheets(study)))
    return found


@cache
def _calibration() -> Study:
    parameters = {"share": {"key": SHARE}, "hazard": {"key": HAZARD, "low": 0.5, "high": 2.0}}
    alive = target("overall_survival.operable.resection.24", 0.8, 0.02)
    wanted = {"alive": alive, "starts": target("nothing_scarce.starts_resection", 10.0, 0.5)}
    return calibrate(short(), request(parameters, wanted))


def _sheets(study: Study) -> Iterator[str]:
    """Yield the titles of a study's workbook in order; those of outputs are one word for all."""
    outputs = set()
    if study.kind in ("tornado", "sensitivity"):
        name = "one_way" if study.kind == "tornado" else "screening"
        known = chosen_outputs(study.scenario, list(study.tables[name]["output"].unique()))
        outputs = set(sheet_titles(list(known.values())))
    titles = [SUMMARY, *(page.title for page in pages_of(study).pages), ABOUT]
    yield from dict.fromkeys(EACH if title in outputs else title for title in titles)


def workbooks() -> dict[str, tuple[str, ...]]:
    """Return the sheets of each workbook, by its name."""
    names = {"run": "report.xlsx", "compare": "compare.xlsx"}
    studies = (psa_study(), voi_study(), sensitivity_study(), tornado_study(), _calibration())
    names |= {study.kind: workbook_name(study) for study in studies}
    return {names[command]: made.sheets for command, made in written().items() if made.sheets}


def columns_in_words(name: str, table: pd.DataFrame) -> str:
    """Return the columns of a table with their units; those of words stand alone."""
    columns = tuple(map(str, table.columns))
    units = {column: unit_of(name, column, columns) for column in columns}
    return ", ".join(f"`{c}`" if u == "words" else f"`{c}` ({u})" for c, u in units.items())
