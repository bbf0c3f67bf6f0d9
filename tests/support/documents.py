"""Pages as the tests read them: their blocks of code, the paragraph before each, and its mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^( *)```(\w*)$")
ITEM = re.compile(r"^( *(?:[-*]|\d+\.) +)")
INDENT = 4
FORMULAS = ("docs/model.md", "docs/explanation/", "docs/decisions/")


@dataclass(frozen=True)
class Block:
    """A block: where it begins, its language, its text, the paragraph before it, and its mark."""

    page: str
    line: int
    language: str
    text: str
    lead: str
    mark: str

    @property
    def place(self) -> str:
        """Where it is, for a message."""
        return f"{self.page}:{self.line}"

    @property
    def is_commands(self) -> bool:
        """Whether its lines are commands."""
        calls = any(re.match(r"(\$ )?hepaplan ", line) for line in self.text.splitlines())
        return self.language in {"console", "sh", "bash"} or (not self.language and calls)

    @property
    def is_formula(self) -> bool:
        """Whether it is set apart for reading: an equation or a message, tested elsewhere."""
        return not self.language and not self.is_commands and self.page.startswith(FORMULAS)


def pages() -> list[str]:
    """Return the pages whose blocks are executed, by their path in the project."""
    return ["README.md", *sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/**/*.md"))]


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page, in order."""
    return list(blocks_in((ROOT / page).read_text(encoding="utf-8"), page))


def blocks_in(text: str, page: str) -> Iterator[Block]:
    """Yield the blocks of a page's text, in order: fenced, and indented by four."""
    lines = text.splitlines()
    at, lead, mark, item = 0, "", "", 0
    while at < len(lines):
        line, after_blank = lines[at], at == 0 or not lines[at - 1].strip()
        indent = len(line) - len(line.lstrip())
        if fence := FENCE.match(line):
            end = next(n for n in range(at + 1, len(lines)) if lines[n].strip() == "```")
            body = [row[len(fence[1]) :] for row in lines[at + 1 : end]]
            yield Block(page, at + 1, fence[2], "\n".join(body) + "\n", lead, mark)
            at, mark = end + 1, ""
        elif line.lstrip().startswith("<!--"):
            end = next(n for n in range(at, len(lines)) if "-->" in lines[n])
            mark = "\n".join(lines[at : end + 1]).strip().removeprefix("<!--").split("-->")[0]
            mark, at = "\n".join(row.strip() for row in mark.strip().splitlines()), end + 1
        elif line.strip() and after_blank and indent >= item + INDENT:
            end = at
            while end < len(lines) and (not lines[end].strip() or lines[end][:INDENT].isspace()):
                end += 1
            body = [row[item + INDENT :] for row in lines[at:end]]
            yield Block(page, at + 1, "", "\n".join(body).rstrip() + "\n", lead, mark)
            at, mark = end, ""
        else:
            if line.strip():
                found = ITEM.match(line)
                item = len(found[1]) if found else item if indent or not after_blank else 0
                lead, mark = line.strip() if after_blank else f"{lead} {line.strip()}", ""
            at += 1
