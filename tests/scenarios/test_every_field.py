"""Every field of a scenario refuses a value of the wrong kind, and says where it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.document import leaves
from hepaplan.scenarios.keylines import key_lines
from hepaplan.scenarios.load import LocatedProblem

Problems = Callable[..., tuple[LocatedProblem, ...]]

TEXT = r'"[^"]*"'
NUMBER = r"(?<![\w.\"-])\d+(?:\.\d+)?(?![\w\"-])"
SWITCH = r"\b(?:true|false)\b"
NEEDED_TO_GO_ON = ("pathway_file", "file")


def spoilt(text: str, pattern: str, new: str) -> str:
    """Replace what matches in values, not in comments, keys, texts or the names of files."""
    lines = []
    for line in text.split("\n"):
        key = line.split("=")[0].strip()
        if "=" in line and not line.startswith("#") and key not in NEEDED_TO_GO_ON:
            parts = re.split(f"({TEXT})", line) if pattern != TEXT else [line]
            line = "".join(
                part if part.startswith('"') else re.sub(pattern, new, part) for part in parts
            )
        lines.append(line)
    return "\n".join(lines)


def single_values(values: dict[str, Any]) -> Iterator[tuple[Key, Any]]:
    for key, value in leaves(values):
        yield from entries(key, value)


def entries(key: Key, value: Any) -> Iterator[tuple[Key, Any]]:
    if not isinstance(value, dict | list):
        yield key, value
        return
    parts = value.items() if isinstance(value, dict) else enumerate(value)
    for name, part in parts:
        yield from entries((*key, name), part)


@pytest.mark.parametrize(
    ("pattern", "new", "kind"),
    [(NUMBER, "nan", (int, float)), (TEXT, "7", str), (SWITCH, '"yes"', bool)],
    ids=["numbers", "texts", "switches"],
)
@pytest.mark.parametrize(
    ("file", "prefix"), [("scenario.toml", ()), ("pathway.toml", ("pathway",))]
)
def test_each_value_of_the_wrong_kind_is_placed(
    tiny: Path,
    problems: Problems,
    file: str,
    prefix: Key,
    pattern: str,
    new: str,
    kind: type | tuple[type, ...],
) -> None:
    path = tiny / file
    text = path.read_text(encoding="utf-8")
    bad = spoilt(text, pattern, new)
    path.write_text(bad, encoding="utf-8")
    lines = key_lines(bad)
    prefix = () if new == "nan" else prefix
    expected = {
        (lines[key], dotted((*prefix, *key)))
        for key, value in single_values(tomllib.loads(text))
        if isinstance(value, kind)
        and isinstance(value, bool) == (kind is bool)
        and key[-1] not in NEEDED_TO_GO_ON
    }
    assert len(expected) > 1
    found = {(p.line, p.key) for p in problems(tiny) if p.file == f"tiny/{file}"}
    assert expected - found == set()
