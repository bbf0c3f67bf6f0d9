"""Everything a study leaves behind: tables, workbook, page, and the manifest that lists them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path

from hepaplan.model.uncertainty.study import Kind, Study
from hepaplan.reports.content import site_note
from hepaplan.reports.output import digest, write_manifest, write_tables
from hepaplan.reports.run import program_facts, time_facts
from hepaplan.reports.staging import whole_run
from hepaplan.reports.study.calibration_pages import calibration_pages
from hepaplan.reports.study.page import write_study_page
from hepaplan.reports.study.pages import Page, Pages
from hepaplan.reports.study.psa_pages import psa_pages
from hepaplan.reports.study.sensitivity_pages import sensitivity_pages
from hepaplan.reports.study.tornado_pages import tornado_pages
from hepaplan.reports.study.voi_pages import voi_pages
from hepaplan.reports.study.workbook import write_study_workbook

PAGE = "report.html"
TITLES = {
    "tornado": "one input at a time",
    "psa": "how sure we are",
    "voi": "what more evidence is worth",
    "sensitivity": "which inputs matter",
    "calibration": "fitted to targets",
}
MAY_MISS = {
    "intervals": frozenset({"base", "mean_less_base"}),
    "strategies": frozenset({"incremental_cost_gbp", "incremental_qalys", "icer_gbp_per_qaly"}),
    "inputs": frozenset({"year"}),
    "evidence_register": frozenset({"year", "age_years"}),
    "parameters": frozenset({"standard_error", "low", "high", "moved_by_sd"}),
    "fit": frozenset({"year"}),
    "identifiability": frozenset({"condition"}),
    "one_way": frozenset({"year", "at_low", "at_high", "swing"}),
    "thresholds": frozenset({"value", "margin_at_base", "margin_at_low", "margin_at_high"}),
    "two_way": frozenset({"result", "margin"}),
    "sensitivity": frozenset({"share_kept"}),
    "starts": frozenset({"objective", "ended_value"}),
}
"""Columns that may lack a number, by table: a ratio that would mislead, a year nobody stated."""
BUILDERS: Mapping[Kind, Callable[[Study], tuple[Page, ...]]] = {
    "tornado": tornado_pages,
    "psa": psa_pages,
    "voi": voi_pages,
    "sensitivity": sensitivity_pages,
    "calibration": calibration_pages,
}


def workbook_name(study: Study) -> str:
    """Return the name of a study's workbook."""
    return f"{study.kind}.xlsx"


def write_study(
    folder: Path, study: Study, pages: Pages, started: float, settings: Mapping[str, str]
) -> None:
    """Write a study and its `pages_of` into its folder; `started` is in seconds since 1970.

    The manifest comes last: what it lists is whole.
    """
    with whole_run(folder) as made:
        tables = write_tables(made, study.tables, MAY_MISS)
        write_study_workbook(made / workbook_name(study), pages)
        write_study_page(made / PAGE, pages)
        facts = {
            "command": study.kind,
            "scenario": study.scenario.settings.name,
            "settings": dict(settings),
            "input_hashes": study.scenario.input_hashes,
            **program_facts(),
            **study.facts,
            **time_facts(started, study.seconds),
        }
        written = (digest(made, workbook_name(study)), digest(made, PAGE))
        write_manifest(made, facts, (*written, *tables))


def pages_of(study: Study) -> Pages:
    """Return what the workbook and the page show of a study."""
    settings = study.scenario.settings
    note = site_note(study.scenario)
    return Pages(
        name=settings.name,
        title=f"{settings.title}: {TITLES[study.kind]}",
        question=study.question,
        headlines=study.headlines,
        notes=(note,) if note else (),
        pages=BUILDERS[study.kind](study),
        facts=tuple((name.capitalize(), _said(fact)) for name, fact in study.facts.items()),
        version=version("hepaplan"),
    )


def _said(fact: str | int | float | list[str]) -> str:
    if isinstance(fact, list):
        return ", ".join(fact)
    return fact if isinstance(fact, str) else f"{fact:,g}"
