"""What the workbook and the page show of a verification: verdict, rows, identities."""

from __future__ import annotations

from importlib.metadata import version

from hepaplan.reports.content import site_note, status_words
from hepaplan.reports.study.pages import Page, Pages, Shown
from hepaplan.reports.style import SMALL
from hepaplan.reports.verification.verified import Verified
from hepaplan.reports.views import checked as views

QUESTION = "Does the model do on this scenario what it must do on any?"
ROWS = "Each row changes one thing, or nothing, and says what must follow before it is tried."
OUTCOMES = (
    "A row passes if what must follow was found. If not it fails, and nothing here is to be relied "
    "on before that is mended. It is not applicable where this scenario has nothing it is about, "
    "and left out where it was not asked for."
)
IDENTITIES = "What must hold in every run, with how far off it is and how far it may be."
ROW_WIDTHS = {
    "Row": 9.0,
    "Outcome": 16.0,
    "What is changed": 38.0,
    "What must follow": 52.0,
    "What was found": 72.0,
}
CHECK_WIDTHS = {"Check": 44.0, "What it says": 90.0}


def verification_pages(verified: Verified) -> Pages:
    """Return a verification as a summary, a page of rows and a page of identities."""
    settings, results = verified.scenario.settings, verified.results
    note = site_note(verified.scenario)
    warning = (
        ("Some checks FAILED. Do not rely on what this scenario gives before they are mended.",)
        if verified.failed
        else ()
    )
    formats = {"Residual": SMALL, "Tolerance": SMALL}
    rows = views.verification(verified.tables)
    checks = views.identities(verified.tables)
    return Pages(
        name=settings.name,
        title=f"{settings.title}: verification",
        question=QUESTION,
        headlines=verified.headlines,
        notes=(*warning, *((note,) if note else ())),
        pages=(
            Page(
                "Verification",
                ROWS,
                (OUTCOMES,),
                tables=(Shown("verification", "Rows", rows, widths=ROW_WIDTHS),),
            ),
            Page(
                "Checks",
                IDENTITIES,
                tables=(Shown("checks", "Identities", checks, formats, CHECK_WIDTHS),),
            ),
        ),
        facts=(
            ("Scenario", settings.name),
            ("Plan", status_words(results.status, results.gap)),
            ("Command", f"hepaplan verify {settings.name}"),
        ),
        version=version("hepaplan"),
    )
