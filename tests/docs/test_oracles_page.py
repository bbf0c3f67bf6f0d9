"""The page of second opinions names tests that exist, and every oracle there is."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.support.documents import ROOT
from tests.support.pages import page

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
FIGURE = re.compile(r"none|(within )?[\d.]+(e-\d+|% of [\w ]+)(; [\w ]+ [\d.]+e-\d+)?")
ORACLE = re.compile(r"naive|plain_|heormodel|other_solvers|sick_sicker")


@dataclass(frozen=True)
class Row:
    """What a row says, in the page's words."""

    part: str
    oracle: str
    test: str
    difference: str
    fault: str


def rows_in(text: str) -> list[Row]:
    """Return the rows of the page's table."""
    lines = (line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| "))
    return [Row(*cells) for cells in lines if len(cells) == 5][2:]


def faults_of(row: Row) -> list[str]:
    """Return what is wrong with a row."""
    said = []
    for cell in (row.test, row.fault):
        found = NAMED.fullmatch(cell)
        if found is None:
            said.append(f"no test: {cell}")
            continue
        path, name = found.groups()
        file = ROOT / path
        if not file.exists() or f"\ndef {name}(" not in file.read_text(encoding="utf-8"):
            said.append(f"not there: {path}::{name}")
    if FIGURE.fullmatch(row.difference) is None:
        said.append(f"no figure: {row.difference}")
    return said


def missing_from(text: str) -> list[str]:
    """Return oracles of tests/support that no row names."""
    files = sorted(path.stem for path in (ROOT / "tests" / "support").glob("*.py"))
    named = " ".join(row.oracle for row in rows_in(text))
    return [name for name in files if ORACLE.search(name) and f"`{name}`" not in named]


def test_every_row_names_a_test_a_difference_and_a_planted_fault() -> None:
    rows = rows_in(page("verification/oracles.md"))
    assert len(rows) > 30
    assert {row.part: faults_of(row) for row in rows if faults_of(row)} == {}


def test_every_oracle_of_the_tests_is_on_the_page() -> None:
    assert missing_from(page("verification/oracles.md")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("::test_step_1_cases`", "::test_step_one_cases`"),
        ("`tests/model/test_shapley.py::", "`tests/model/test_shaply.py::"),
        ("| 6.2e-16 |", "| small |"),
        (
            "| `tests/model/test_plain_money.py::test_a_start_counted_a_month_late_is_seen` |",
            "| - |",
        ),
    ],
)
def test_a_row_that_is_wrong_is_found(old: str, new: str) -> None:
    text = page("verification/oracles.md")
    assert old in text
    assert sum(len(faults_of(row)) for row in rows_in(text.replace(old, new))) == 1


def test_an_oracle_left_out_is_found() -> None:
    text = page("verification/oracles.md").replace("`plain_money`", "loops")
    assert missing_from(text) == ["plain_money"]
