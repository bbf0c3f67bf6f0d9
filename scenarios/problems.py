"""Faults of a scenario's files, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hepaplan.model.parameters import Place
from hepaplan.model.problems import InvalidInput


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
        """Return place, key and message on one line."""
        place = Place(self.file, self.line, self.cell)
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class InvalidScenario(InvalidInput):
    """A scenario that cannot be used; its text is the full list, one problem a line."""

    def __init__(self, problems: Iterable[LocatedProblem]) -> None:
        """Keep each problem once, in the order of files, sheets and lines."""
        self.problems = tuple(sorted(dict.fromkeys(problems), key=_order))
        super().__init__("\n".join(map(str, self.problems)))
        count = len(self.problems)
        self.ending = f"{count} {'problem' if count == 1 else 'problems'}; {self.ending}"


def _order(problem: LocatedProblem) -> tuple[str, str, int, str]:
    sheet = problem.cell.rpartition("!")[0]
    return problem.file, sheet, problem.line or 0, problem.key
