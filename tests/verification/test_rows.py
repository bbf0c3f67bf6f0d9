"""Every row of sections A to I, but H1 to H7, has a test of its own here, named after its ID."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROWS = (
    *(f"A{i}" for i in range(1, 25)),
    *(f"B{i}" for i in range(1, 21) if i != 9),
    *(f"C{i}" for i in (1, 4, 5, 6, 7, 8)),
    *(f"D{i}" for i in range(1, 14)),
    *(f"E{i}" for i in range(1, 13)),
    *(f"F{i}" for i in range(1, 23)),
    *(f"G{i}" for i in range(1, 8)),
    *(f"H{i}" for i in range(8, 15)),
    "I",
)
IDS = re.compile(r"test((?:_[a-i]\d+|_i(?=_))+)_")


def rows_named(name: str) -> list[str]:
    """Return the rows that a test's name begins with: test_a5_a6_... is A5 and A6."""
    found = IDS.match(name)
    return found[1].upper().strip("_").split("_") if found else []


def read_tests() -> dict[str, list[ast.FunctionDef]]:
    tests: dict[str, list[ast.FunctionDef]] = {}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                for row in rows_named(node.name):
                    tests.setdefault(row, []).append(node)
    return tests


TESTS = read_tests()


@pytest.mark.parametrize("row", ROWS)
def test_the_row_has_a_test_that_states_what_is_expected(row: str) -> None:
    assert row in TESTS, f"no test_{row.lower()}_… in {Path(__file__).parent.name}"
    assert all(ast.get_docstring(test) for test in TESTS[row]), "state the result in a docstring"


def test_no_test_is_named_after_a_row_that_is_not_there() -> None:
    assert sorted(set(TESTS) - set(ROWS)) == []


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("test_a1_people_are_kept", ["A1"]),
        ("test_b5_b6_lines", ["B5", "B6"]),
        ("test_i_trace", ["I"]),
        ("test_a_wrong_name", []),
        ("test_is_no_row", []),
        ("test_a24", []),
    ],
)
def test_rows_are_read_from_names(name: str, rows: list[str]) -> None:
    assert rows_named(name) == rows
