"""The workbook of a study: a sheet for each of its pages, written whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from openpyxl.workbook.workbook import Workbook

from hepaplan.reports.content import UnfitTable, number_faults
from hepaplan.reports.saving import save
from hepaplan.reports.study.pages import Page, Pages
from hepaplan.reports.study.sheets import (
    ABOUT,
    SUMMARY,
    Names,
    write_about,
    write_page,
    write_summary,
)
from hepaplan.reports.whole_file import atomic_file
from hepaplan.reports.workbook import describe_as, start_workbook

LONGEST_TITLE = 31
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]|^'|'$")


def build_study_workbook(pages: Pages) -> Workbook:
    """Return the whole workbook; refuses titles that no sheet can have and numbers not finite."""
    titles = [SUMMARY, *(page.title for page in pages.pages), ABOUT]
    faults = title_faults(titles)
    faults += [fault for page in pages.pages for fault in page_faults(page)]
    if faults:
        raise UnfitTable("this cannot be reported:\n" + "\n".join(faults))
    workbook, styles = start_workbook(titles)
    names = Names()
    names.give(ABOUT)
    write_summary(workbook, styles, pages)
    for page in pages.pages:
        write_page(workbook, styles, page, pages.version, names)
    write_about(workbook, styles, pages)
    describe_as(workbook, pages.title, pages.question, pages.version, " ".join(pages.notes))
    return workbook


def write_study_workbook(path: Path, pages: Pages) -> None:
    """Write the workbook to `path`: the old file stays until the new one is whole."""
    workbook = build_study_workbook(pages)
    with atomic_file(path) as file:
        save(workbook, file)


def title_faults(titles: list[str]) -> list[str]:
    """Return one sentence for each title that Excel refuses: long, empty, marked or twice there."""
    faults = []
    for title, times in Counter(title.casefold() for title in titles).items():
        if times > 1:
            faults.append(f"{times} sheets are called {title!r}")
    for title in titles:
        if not title or len(title) > LONGEST_TITLE:
            faults.append(f"the title {title!r} must have 1 to {LONGEST_TITLE} letters")
        if NOT_IN_TITLES.search(title):
            faults.append(f"the title {title!r} holds a mark that no sheet's title may hold")
    return faults


def page_faults(page: Page) -> list[str]:
    """Return one sentence for each column of numbers that are not finite.

    A table may say that there is no figure with None, which is shown as n/a; a picture may not.
    """
    tables = [(shown.name, shown.frame.map(_shown)) for shown in page.tables]
    tables += [(picture.name, picture.frame) for picture in page.pictures]
    return [
        fault for name, frame in tables for fault in number_faults(f"{page.title}, {name}", frame)
    ]


def _shown(value: object) -> object:
    return "n/a" if value is None else value
