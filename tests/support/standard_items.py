"""What the pages of docs/standards say beside the sheets: traces to tests, and what is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hepaplan.model.verification.report_rows import REPORT_ROWS
from hepaplan.model.verification.verify import OF_THE_CODE, ROWS
from tests.verification.test_rows import rows_named

ROOT = Path(__file__).parents[2]
VERIFICATION = "tests/verification"


@dataclass(frozen=True)
class Trace:
    """What an item of TECH-VER rests on: rows of the verification list, and further tests."""

    rows: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


TRACED = {
    "1.1": Trace(("H10",)),
    "1.2": Trace((), ("tests/model/test_survival_fit.py",)),
    "1.3": Trace(("A14",), ("tests/model/test_survival_families.py",)),
    "1.4": Trace(("A9", "A11")),
    "1.5": Trace(("A10", "A16", "A17", "A18", "A19")),
    "1.6": Trace(("B7", "B8")),
    "1.7": Trace(("B10", "B19")),
    "2.1": Trace(("A2",)),
    "2.2": Trace(("A1", "A7", "A8", "A21", "F11"), ("tests/properties/test_people_kept.py",)),
    "2.3": Trace(("A3",)),
    "2.4": Trace(("A5", "A6")),
    "2.5": Trace(("A4",)),
    "2.6": Trace(("A15",)),
    "2.7": Trace(("A17",)),
    "3.1": Trace(("B1", "B2")),
    "3.2": Trace(("B3", "B4")),
    "3.3": Trace(("B5", "B15", "B18", "H8")),
    "3.4": Trace(("B6", "B16")),
    "3.5": Trace(("B11", "B12", "B13")),
    "3.6": Trace(("B17",)),
    "3.7": Trace(("C1", "C4", "C5", "C6", "C7", "C8")),
    "3.8": Trace(("B14",)),
    "4.1": Trace(("D2", "D3", "D4"), ("tests/scenarios/test_shipped_uncertainty.py",)),
    "4.2": Trace(("D1", "D10", "D11")),
    "4.3": Trace(("D5",)),
    "4.4": Trace(("D7", "D8", "D9")),
    "4.5": Trace(("D6", "D12", "D13", "H11")),
    "5.1": Trace(("H9",), ("tests/reports/live/test_live_value.py",)),
    "5.2": Trace(("F22", "H8"), ("tests/model/test_replay.py",)),
    "5.3": Trace(
        ("I",),
        tuple(f"tests/model/test_{disease}_model.py" for disease in ("hiv", "hip", "knee")),
    ),
    "5.4": Trace((), ("tests/docs/test_standards.py",)),
    "5.5": Trace(),
    "5.6": Trace((), ("tests/scenarios/test_greater_manchester.py::test_all_identities_hold",)),
}
"""What each item of TECH-VER rests on."""
BESIDE = {
    "2": ("It is not laid out under the headings of an abstract.",),
    "3": ("The clinical context is not given: the report assumes a reader who knows it.",),
    "4": (
        "Not done because the shipped region illustrates a planning program; it is no study with "
        "a protocol.",
        "See [the model](../model.md).",
    ),
    "7": ("Why these policies is in [the model](../model.md), not in the workbook.",),
    "8": ("The original also asks why it was chosen: that is not said.",),
    "10": ("The reason is the source named there, the guidance followed.",),
    "12": ("Which figures, and how far off: [AdViSHE, part D](advishe.md).",),
    "13": ("Who valued the states, and by which method, is left to the sources: it is no column.",),
    "16": ("Equations: [the model](../model.md).",),
    "17": ("What was validated and what was not: [AdViSHE](advishe.md).",),
    "18": ("Sex enters incidence and mortality, not the results.",),
    "19": (
        "There is no distributional analysis beyond regions and ages: the inputs hold neither "
        "deprivation nor ethnicity.",
    ),
    "20": ("How: [how sure are we](../how-to/how-sure-are-we.md).",),
    "21": (
        "Not done because no patient, member of the public, clinician or planner has been asked "
        "so far.",
    ),
    "22": ("A figure without a distribution of its own has no range there.",),
    "26": (
        "Equity and how far findings carry over to other places are not discussed by the report.",
    ),
    "27": ("Not done because the program cannot know it.",),
    "28": ("Not done because the program cannot know it.",),
}
"""What the page of CHEERS adds to the sheet's answer, by item."""


SAME_TRIAL = {"velour_os": "velour_pfs", "pump_protocol_2019": "nordlinger_2008"}
"""Sources of published survival, each with the source of inputs that reports the same trial."""


@cache
def _tests() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / VERIFICATION).glob("test_*.py")):
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M):
            for row in rows_named(name):
                found.setdefault(row, []).append(f"{VERIFICATION}/{path.name}::{name}")
    return {row: tuple(names) for row, names in found.items()}


def tests_of(row: str) -> tuple[str, ...]:
    """Return the tests of a row of the verification list, as pytest calls them."""
    return _tests()[row]


def judged_where(row: str) -> str:
    """Return where a row is judged besides the program's own tests."""
    by_run = [
        one
        for one in ROWS
        if one.identifier == row and not one.plans_again and one not in REPORT_ROWS
    ]
    if by_run:
        return "in every run"
    return "by the tests alone" if row in OF_THE_CODE else "by `hepaplan verify`"
