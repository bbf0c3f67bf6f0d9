"""The equations, from the chapters of the model: number, functions, where shown, chapter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1]
NUMBER = re.compile(r"^    \((\d+[a-z]?|[A-Z]\d+)\)", re.MULTILINE)
FUNCTION = re.compile(r"`([a-z_]\w*\.(?!(?:py|md|toml|csv|xlsx)`)\w+)`")
SHOWN = re.compile(r"^\| (\([^|]+\)) \| ([^|]+) \|$", re.MULTILINE)
RULE = re.compile(r"^\| (\(\d+[a-z]?\)) \| `(\w+\.\w+)` \| `(\w+)` \| ([^|]+) \|", re.MULTILINE)
CHAPTER = re.compile(r"\]\((explanation/model/[\w-]+\.md)\)")


@dataclass(frozen=True)
class Equation:
    """A numbered equation: the functions that hold it, its constraint, and where it is shown."""

    number: str
    chapter: str
    functions: tuple[str, ...]
    constraint: str
    shown: str


def chapters() -> list[str]:
    """Return the chapters in the order of the model's page, by their path in docs/."""
    return CHAPTER.findall((DOCS / "model.md").read_text(encoding="utf-8"))


def text_of(chapter: str) -> str:
    """Return the text of a chapter."""
    return (DOCS / chapter).read_text(encoding="utf-8")


def equations() -> list[Equation]:
    """Return every equation, in the order of the chapters."""
    return [one for chapter in chapters() for one in equations_of(text_of(chapter), chapter)]


def equations_of(text: str, chapter: str) -> Iterator[Equation]:
    """Yield the equations of a chapter's text.

    Functions of an equation are those named between its block, or a run of blocks, and the next;
    and that of its row in the table of rules.
    """
    shown = {number: where for numbers, where in SHOWN.findall(text)
             for number in re.findall(r"\((\w+)\)", numbers)}  # fmt: skip
    rules = {number.strip("()"): row for number, *row in RULE.findall(text)}
    for numbers, prose in _runs(text):
        named = tuple(dict.fromkeys(FUNCTION.findall(prose)))
        for number in numbers:
            own = rules.get(number)
            functions = (own[0],) if own else named
            constraint = own[1] if own else ""
            yield Equation(number, chapter, functions, constraint, shown.get(number, ""))


def _runs(text: str) -> Iterator[tuple[list[str], str]]:
    """Yield the numbers of blocks that stand together, and the prose up to the next block."""
    numbers: list[str] = []
    prose: list[str] = []
    for line in text.splitlines():
        found = NUMBER.match(line)
        if found and prose:
            yield numbers, "\n".join(prose)
            numbers, prose = [], []
        if found:
            numbers.append(found[1])
        elif numbers and line.strip() and not line.startswith(("    ", "|", "#")):
            prose.append(line)
    yield numbers, "\n".join(prose)
