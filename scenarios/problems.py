"""Faults of a scenario's files, each with its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hepaplan.model.problems import InvalidInput


@dataclass(frozen=True)
class LocatedProblem:
    """One fault: file, line, key, and what was found, what is expected, what to do."""

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        """Return place, key and message on one line."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class InvalidScenario(InvalidInput):
    """A scenario that cannot be used; its text is the full list, one problem a line."""

    def __init__(self, problems: Iterable[LocatedProblem]) -> None:
        """Keep each problem once, in the order of files and lines."""
        self.problems = tuple(
            sorted(dict.fromkeys(problems), key=lambda p: (p.file, p.line or 0, p.key))
        )
        super().__init__("\n".join(map(str, self.problems)))
        count = len(self.problems)
        self.ending = f"{count} {'problem' if count == 1 else 'problems'}; {self.ending}"
