"""A file holds one concept: how long one may be, and which tests are longer and why."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST = {"model": 300, "reports": 300, "scenarios": 300, "tests": 400}
ONE_SECTION = "one section of the verification list, row by row, in the list's order"
LONGER = {
    "tests/verification/test_a_cohort.py": ONE_SECTION,
    "tests/verification/test_a_pathway.py": ONE_SECTION,
    "tests/verification/test_b_money.py": ONE_SECTION,
    "tests/verification/test_d_uncertainty.py": ONE_SECTION,
    "tests/verification/test_f_plan.py": ONE_SECTION,
    "tests/verification/test_h_reports.py": ONE_SECTION,
}


def lengths() -> dict[str, int]:
    """Return the lines of every module, by its path."""
    paths = [ROOT / "cli.py", *(p for folder in MOST for p in (ROOT / folder).rglob("*.py"))]
    return {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in paths
    }


def too_long(found: Mapping[str, int]) -> list[str]:
    """Return the files that are longer than their folder allows and have no reason to be."""
    return [
        f"{path}: {lines} lines; split it by concept"
        for path, lines in sorted(found.items())
        if path not in LONGER and lines > MOST.get(path.split("/")[0], 300)
    ]


def test_no_file_is_too_long_without_a_reason() -> None:
    assert too_long(lengths()) == []


@pytest.mark.parametrize("path", LONGER)
def test_what_has_a_reason_to_be_long_is_long(path: str) -> None:
    assert lengths()[path] > MOST["tests"]


@pytest.mark.parametrize(
    ("path", "lines"), [("model/x.py", 301), ("cli.py", 301), ("tests/model/test_x.py", 401)]
)
def test_one_line_too_many_is_seen(path: str, lines: int) -> None:
    assert too_long({path: lines}) == [f"{path}: {lines} lines; split it by concept"]
    assert too_long({path: lines - 1}) == []
