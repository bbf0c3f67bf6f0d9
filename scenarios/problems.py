"""Faults of a scenario's files, each with its place."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from hepaplan.model.parameters import Place
from hepaplan.model.problems import InvalidInput

LONGEST_LINE = 1_000
MOST_TOLD = 50
HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Kinds of signs that are not seen, or that steer a terminal."""


@dataclass(frozen=True)
class LocatedProblem:
    """One fault: file, line (of a workbook, sheet and cell), key, and what to do about it."""

    file: str
    line: int | None
    key: str
    message: str
    cell: str = ""

    @classmethod
    def at(cls, place: Place, key: str, message: str) -> LocatedProblem:
        """Return a fault at a place."""
        return cls(place.file, place.line, key, message, place.cell)

    def __str__(self) -> str:
        """Return place, key and message on one line, of sane length and without hidden signs."""
        place = Place(self.file, self.line, self.cell)
        said = f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"
        return seen(said)


class InvalidScenario(InvalidInput):
    """A scenario that cannot be used; its text lists the problems, a line each, and counts more."""

    def __init__(self, problems: Iterable[LocatedProblem]) -> None:
        """Keep each problem once, in the order of files, sheets and lines."""
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_order))
        count = len(self.problems)
        told = [str(problem) for problem in self.problems[:MOST_TOLD]]
        if count > MOST_TOLD:
            told.append(f"and {count - MOST_TOLD} more problems, told when these are mended")
        super().__init__("\n".join(told))
        self.ending = f"{count} {'problem' if count == 1 else 'problems'}; {self.ending}"


def seen(text: str, longest: int = LONGEST_LINE) -> str:
    """Return a text with its hidden signs spelt out, and without the middle where it is long."""
    spelt = "".join(
        sign.encode("unicode_escape").decode() if unicodedata.category(sign) in HIDDEN else sign
        for sign in text
    )
    half = longest // 2
    return spelt if len(spelt) <= longest else f"{spelt[:half]} … {spelt[-half:]}"


def _order(problem: LocatedProblem) -> tuple[str, str, int, str]:
    sheet = problem.cell.rpartition("!")[0]
    return problem.file, sheet, problem.line or 0, problem.key
