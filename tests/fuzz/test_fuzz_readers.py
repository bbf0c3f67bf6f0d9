"""The fuzzer's short form: the same bytes every time, and inputs that once escaped.

The long form is a command of its own, see `tests/fuzz/long.py`.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from tests.fuzz.invariant import READ, REFUSED, Escaped, outcome
from tests.fuzz.long import LONGEST_INPUT
from tests.fuzz.text_readers import CsvReader, TomlReader
from tests.fuzz.xlsx_reader import XlsxReader

Reader = Callable[[bytes], str]


@pytest.mark.parametrize(("kind", "inputs"), [(TomlReader, 60), (CsvReader, 150), (XlsxReader, 25)])
def test_whatever_a_file_holds_it_is_read_or_refused(
    kind: Callable[[Path], Reader], inputs: int, tmp_path: Path
) -> None:
    reader, source = kind(tmp_path), random.Random(20_270_101)
    found = Counter(reader(source.randbytes(LONGEST_INPUT)) for _ in range(inputs))
    assert found[REFUSED] > inputs / 2
    assert found.total() == inputs


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (TomlReader, "b3d0ff3500f1fc7af4ec292abd36780d2ade6aa8844fd7"),
        (
            CsvReader,
            "c5aa3b447916a9ac3e01ae18d69373d6c275156185d6a3ee6d40318c9d8a06582a0b19ea5785e4e1390873"
            "d6f673e6af8adac9881b087c",
        ),
    ],
)
def test_what_once_escaped_no_longer_does(
    kind: Callable[[Path], Reader], data: str, tmp_path: Path
) -> None:
    assert kind(tmp_path)(bytes.fromhex(data)) in (READ, REFUSED)


def test_a_refusal_that_says_where_is_one() -> None:
    assert outcome(lambda: refuse(LocatedProblem("a.csv", 3, "people", "found x"))) == REFUSED
    assert outcome(lambda: None) == READ


def refuse(*problems: LocatedProblem) -> None:
    raise InvalidScenario(problems)


def fail(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("read", "words"),
    [
        (lambda: 1 / 0, "ZeroDivisionError"),
        (lambda: fail(MemoryError()), "MemoryError"),
        (lambda: fail(SystemExit(1)), "SystemExit"),
        (lambda: refuse(), "refused without a problem"),
        (lambda: refuse(LocatedProblem("", 3, "", "found x")), "without a file"),
        (lambda: refuse(LocatedProblem("a.csv", 3, "", "")), "or a message"),
    ],
)
def test_everything_else_escapes(read: Callable[[], object], words: str) -> None:
    with pytest.raises(Escaped, match=words):
        outcome(read)


def test_what_never_ends_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless() -> None:
        while True:
            pass

    monkeypatch.setattr("tests.fuzz.invariant.LONGEST_READ", 0.05)
    with pytest.raises(Escaped, match="no end after"):
        outcome(endless)
