"""A page, executed: its files are written, its commands run, and what it shows is compared."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from hepaplan.cli import cli
from hepaplan.scenarios.files import shipped
from tests.support.command import CONTEXT, Ended, Hepaplan
from tests.support.documents import ROOT, Block
from tests.support.report_books import cell_of, put

INSTEAD, ONLY_READ, NOT_RUN, TESTED = "run instead:", "only read:", "not run:", "tested by:"
BY_HAND = "by hand:"
ENDS_WITH = re.compile(r"ends with (\d+)")
COMMENT = re.compile(r"(^|\s+)#\s.*$")
FILE = re.compile(r"(end of )?`([^`]+\.\w+)`( holds)?:$", re.IGNORECASE)
HEAVY = {name for name in cli.commands} - {"check", "new", "schema", "explain", "scenarios"}
ANYTHING = "…"
MANY = 30  # lines of a message


class Untrue(AssertionError):
    """What a page says and what happens differ."""


@dataclass(frozen=True)
class Call:
    """A command of a page, and the lines that the page shows below it."""

    words: tuple[str, ...]
    shown: tuple[str, ...] = ()


def calls_of(block: Block) -> list[Call]:
    """Return a block's commands: lines after `$ ` with what they print, or every line."""
    if not block.text.startswith("$ "):
        rows = [COMMENT.sub("", row) for row in block.text.splitlines()]
        return [Call(tuple(shlex.split(row))) for row in rows if row.strip()]
    parts = re.split(r"^\$ ", block.text.replace("\\\n", " "), flags=re.M)[1:]
    heads = [part.partition("\n") for part in parts]
    return [
        Call(tuple(shlex.split(COMMENT.sub("", head))), tuple(rest.rstrip().splitlines()))
        for head, _, rest in heads
    ]


def instead_of(block: Block) -> list[Call]:
    """Return the cheaper commands that stand for a block's."""
    rows = block.mark.removeprefix(INSTEAD).strip().splitlines()
    return [Call(tuple(shlex.split(row))) for row in rows]


def is_only_read(block: Block, words: tuple[str, ...]) -> bool:
    """Return whether a command is read but not run: what it names is shipped, and takes minutes."""
    if words[0] != "hepaplan" or words[1] not in HEAVY:
        return False
    if block.mark.startswith(ONLY_READ):
        return True
    command = cli.commands[words[1]]
    given = command.make_context(words[1], list(words[2:]), CONTEXT, resilient_parsing=True).params
    arguments = [p.name for p in command.params if isinstance(p, click.Argument)]
    names = [given[name] for name in arguments if name and given.get(name)]
    flat = [str(n) for name in names for n in (name if isinstance(name, tuple) else [name])]
    return set(flat) <= {*shipped(), "theatre-and-referral", "uncertain-demand"}


def differs(shown: tuple[str, ...], printed: str) -> str:
    """Return the first line shown that was not printed there; `…` is anything, alone or within."""
    rows = list(shown)
    lines = [line.rstrip() for line in printed.strip().splitlines()]
    skipping = False
    for row in rows:
        if row.strip() == ANYTHING:
            skipping = True
            continue
        pattern = re.escape(row.rstrip()).replace(ANYTHING, ".*")
        places = [n for n, line in enumerate(lines) if re.fullmatch(pattern, line)]
        if not places or (places[0] and not skipping):
            return f"the page shows\n  {row}\nand there was\n{_some(lines)}"
        lines, skipping = lines[places[0] + 1 :], False
    return "" if skipping or not lines else f"the page does not show\n{_some(lines)}"


def _some(lines: list[str]) -> str:
    return "\n".join(f"  {line}" for line in lines[:MANY] or ["nothing"])


def changed(text: str, block: Block) -> str:
    """Return a text with the lines marked `-` replaced by the lines marked `+` that follow them."""
    for old, new in re.findall(r"((?:^-.*\n)+)((?:^\+.*\n)*)", block.text, flags=re.M):
        before, after = (re.sub(r"^[-+]", "", rows, flags=re.M) for rows in (old, new))
        if text.count(before) != 1:
            raise Untrue(f"{block.place}: found {text.count(before)} times, not once:\n{before}")
        text = text.replace(before, after)
    return text


@dataclass
class Execution:
    """The course of one page in one folder."""

    hepaplan: Hepaplan
    folder: Path
    names: dict[str, Any] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)

    def take(self, block: Block) -> None:
        """Do what a block says, or raise where it is not true."""
        if block.is_formula or block.mark.startswith(NOT_RUN):
            return
        if block.mark.startswith(BY_HAND):
            self._type(*block.mark.removeprefix(BY_HAND).split())
        if block.mark.startswith(TESTED):
            self._refuse_untested(block)
        elif block.mark.startswith(INSTEAD):
            for call in instead_of(block):
                self._call(block, call)
        elif block.is_commands:
            for call in calls_of(block):
                self._call(block, call)
        elif block.language == "python":
            exec(compile(block.text, block.place, "exec"), self.names)
            self.unused.clear()
        else:
            self._file(block)

    def end(self) -> None:
        """Refuse files that no later command or code could have read."""
        if self.unused:
            raise Untrue(f"written and never used: {', '.join(self.unused)}")

    def _call(self, block: Block, call: Call) -> None:
        self.unused.clear()
        words = call.words
        if words[0] == "cp":
            self._copy(block, *words[-2:])
        elif words[0] != "hepaplan":
            raise Untrue(f"{block.place}: {words[0]} is not run by the tests: mark it")
        elif is_only_read(block, words):
            self._read(block, words)
        else:
            self._run(block, call)

    def _run(self, block: Block, call: Call) -> None:
        words, _, into = " ".join(map(shlex.quote, call.words[1:])).partition(" '>' ")
        ended: Ended = self.hepaplan(*shlex.split(words))
        expected = ENDS_WITH.match(block.mark)
        said = f"{block.place}: {shlex.join(call.words)}"
        if ended.code != (int(expected[1]) if expected else 0):
            raise Untrue(f"{said} ended with {ended.code}: {ended.err}{ended.out}")
        if into:
            (self.folder / into).write_text(ended.out, encoding="utf-8")
        if call.shown and (fault := differs(call.shown, ended.err + ended.out)):
            raise Untrue(f"{said}: {fault}")

    def _read(self, block: Block, words: tuple[str, ...]) -> None:
        for word in words:
            if word.endswith((".csv", ".toml", ".xlsx")):
                (self.folder / word).touch()
        try:
            cli.commands[words[1]].make_context(words[1], list(words[2:]), CONTEXT)
        except click.ClickException as error:
            raise Untrue(f"{block.place}: {error.format_message()}") from error

    def _copy(self, block: Block, source: str, target: str) -> None:
        found = [base / source for base in (self.folder, ROOT) if (base / source).exists()]
        if not found:
            raise Untrue(f"{block.place}: there is no {source}")
        into = self.folder / target
        into = into / Path(source).name if into.is_dir() else into
        (shutil.copytree if found[0].is_dir() else shutil.copy)(found[0], into)

    def _file(self, block: Block) -> None:
        said = FILE.search(block.lead)
        if said is None:
            raise Untrue(
                f"{block.place}: neither executed nor marked; the line before names no file"
            )
        at_end, name, holds = said.groups()
        path = self.folder / name
        if holds:
            if fault := differs((ANYTHING, *block.text.splitlines(), ANYTHING), path.read_text()):
                raise Untrue(f"{block.place}: {fault}")
            return
        self.unused.append(name)
        if block.language == "diff":
            path.write_text(changed(path.read_text(encoding="utf-8"), block), encoding="utf-8")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if at_end else ""
        path.write_text(before + ("\n" if before and block.language == "toml" else "") + block.text)

    def _type(self, book: str, key: str, value: str) -> None:
        """Type a number over a figure of a workbook, as a reader does in Excel."""
        path = self.folder / book
        put(path, {cell_of(path, key): float(value)})

    @staticmethod
    def _refuse_untested(block: Block) -> None:
        test = ROOT / block.mark.removeprefix(TESTED).strip()
        if not test.is_file() or Path(block.page).name not in test.read_text(encoding="utf-8"):
            raise Untrue(f"{block.place}: {test.name} does not test this page")
