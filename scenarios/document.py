"""One TOML file: its values, and the line of each key."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hepaplan.model.parameters import Place
from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.files import MAX_TOML_BYTES, read_source
from hepaplan.scenarios.keylines import key_lines
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem

DEEPEST = 20
LARGEST = 1e12
PLACE_IN_TEXT = re.compile(r" \(at line (\d+), column \d+\)$")
DECIMAL_COMMA = re.compile(r"=\s*\[?[^\"'#]*?\b(\d+),(\d+)\s*(?:#.*)?$")
UNQUOTED = re.compile(r"^\s*[\w.\"-]+\s*=\s*[A-Za-z][^\"'\[{]*$")
PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*%")
QUOTED = re.compile(r"\"(?:\\.|[^\"\\])*\"|'[^']*'")
OPEN = re.compile(r"[\[{]")
DEEPEST_KEY = 40
LONG_KEY = re.compile(
    r"(?<![\w-])(?:(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')[ \t]*+\.[ \t]*+)" f"{{{DEEPEST_KEY}}}"
)
"""A key of more parts than tables may be deep; the standard library's reader takes memory for each
pair of them."""


@dataclass(frozen=True)
class Document:
    """What a TOML file says, and where it says it.

    A workbook says it in `cells`; the tables that it `replaces` are not merged with those below.
    """

    path: Path
    name: str
    content: dict[str, Any]
    lines: dict[Key, int]
    digest: str
    cells: dict[Key, str] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()

    def place_of(self, key: Key) -> Place:
        """Return the file and line, or the cell, of a key or of the nearest table around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.cells:
                return Place(self.name, self.lines.get(key[:length]), self.cells[key[:length]])
        return Place(self.name, self.line_of(key))

    def line_of(self, key: Key) -> int | None:
        """Return the line of a key, or of the nearest table around it."""
        for length in range(len(key), 0, -1):
            if key[:length] in self.lines:
                return self.lines[key[:length]]
        return None


def read_document(path: Path, name: str) -> Document:
    """Return a TOML file's values with their lines, or raise with all that is wrong with it."""
    source = read_source(path, name, MAX_TOML_BYTES)
    values = parsed(source.text, name)
    document = Document(path, name, values, key_lines(source.text), source.digest)
    faults = [
        LocatedProblem(name, document.line_of(key), dotted(key), message)
        for key, message in _number_faults(values)
    ]
    if faults:
        raise InvalidScenario(faults)
    return document


def parsed(text: str, name: str) -> dict[str, Any]:
    """Return the values of a TOML text, or raise in a planner's words."""
    if LONG_KEY.search(text):
        raise InvalidScenario([_too_deep(name, text)])
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InvalidScenario([_syntax_problem(text, name, str(error))]) from None
    except RecursionError:
        raise InvalidScenario([_too_deep(name, text)]) from None
    except ValueError:
        message = "found a number too long to read; expected at most 15 digits; shorten it"
        line = next((i for i, t in enumerate(text.split("\n"), 1) if re.search(r"\d{1000}", t)), 1)
        raise InvalidScenario([LocatedProblem(name, line, "", message)]) from None
    if _depth(values) > DEEPEST:
        raise InvalidScenario([_too_deep(name, text)])
    return values


def leaves(values: Mapping[str, Any], key: Key = ()) -> Iterator[tuple[Key, Any]]:
    """Yield (key, value) of everything that is not a table; a list counts as one value."""
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from leaves(value, (*key, name))
        else:
            yield (*key, name), value


def _syntax_problem(text: str, name: str, message: str) -> LocatedProblem:
    """Say what is wrong with the text, guessing at the common slips."""
    lines = text.split("\n")
    place = PLACE_IN_TEXT.search(message)
    line = int(place.group(1)) if place else len(lines)
    reason = PLACE_IN_TEXT.sub("", message).removesuffix(" (at end of document)")
    if place is None:
        line = _line_of_odd_quote(lines) or line
    if line > 1 and not lines[line - 1].strip() and "Unclosed" not in reason:
        line -= 1
    stated = lines[line - 1].strip()
    key = stated.split("=")[0].strip() if "=" in stated else ""
    comma, percent = DECIMAL_COMMA.search(stated), PERCENT.search(stated)
    if "overwrite" in reason or "twice" in reason or "duplicate" in reason.lower():
        advice = "expected each key once; delete or merge the second"
        key = key or stated.strip("[]")
    elif comma:
        whole, part = comma.groups()
        joined = f", or {whole}{part} without a separator" if len(part) == 3 else ""
        advice = f"expected a decimal point; write {whole}.{part}{joined}"
    elif percent:
        advice = f"expected a share between 0 and 1; write {float(percent.group(1)) / 100:g}"
    elif UNQUOTED.match(stated):
        advice = f'expected text in quotes; write {key} = "{stated.split("=", 1)[1].strip()}"'
    else:
        advice = f"expected TOML ({reason[:1].lower()}{reason[1:]}); check quotes and brackets"
    return LocatedProblem(name, line, key, f"found '{stated[:80]}'; {advice}")


def _line_of_odd_quote(lines: list[str]) -> int | None:
    """Return the first line whose quotes do not pair, the likely cause of an unexpected end."""
    for number, stated in enumerate(lines, 1):
        if '"""' not in stated and "'''" not in stated and QUOTED.sub("", stated).strip():
            left = QUOTED.sub("", stated).split("#")[0]
            if '"' in left or "'" in left:
                return number
    return None


def _number_faults(values: Mapping[str, Any]) -> Iterator[tuple[Key, str]]:
    for key, value in leaves(values):
        for where, number in _numbers(key, value):
            if not math.isfinite(number):
                yield where, f"found {number}; expected a number; write the figure itself"
            elif abs(number) > LARGEST:
                yield where, f"found {number:.3g}; expected at most {LARGEST:g}; check the unit"


def _numbers(key: Key, value: Any) -> Iterator[tuple[Key, float]]:
    if isinstance(value, list):
        for place, part in enumerate(value):
            yield from _numbers((*key, place), part)
    elif isinstance(value, dict):
        for name, part in value.items():
            yield from _numbers((*key, name), part)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield key, math.inf if isinstance(value, int) and abs(value) > 10**300 else float(value)


def _depth(values: Any) -> int:
    """Return how deep tables and lists are nested, without recursion."""
    depth, level = 0, [values]
    while level:
        depth += 1
        level = [
            part
            for outer in level
            for part in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(part, dict | list)
        ]
        if depth > DEEPEST:
            break
    return depth


def _too_deep(name: str, text: str) -> LocatedProblem:
    deepest = max(text.split("\n"), key=lambda t: len(OPEN.findall(t)) + t.count("."))
    line = text.split("\n").index(deepest) + 1
    return LocatedProblem(
        name, line, "", f"found tables nested too deep; expected at most {DEEPEST} levels; flatten"
    )
