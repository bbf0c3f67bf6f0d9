"""A problem is one line of sane length, whatever the file held."""

from __future__ import annotations

import pytest

from hepaplan.scenarios.problems import LocatedProblem


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb", "a\\nb"),
        ("a\rb", "a\\rb"),
        ("a\ufeffb", "a\\ufeffb"),
        ("a\u202eb", "a\\u202eb"),
        ("a\u2028b", "a\\u2028b"),
        ("a\ud800b", "a\\ud800b"),
        ("Île, 1\u00a0000 \u00e9", "Île, 1\u00a0000 \u00e9"),
        ("C:\\x", "C:\\x"),
    ],
)
def test_signs_that_no_terminal_should_get_are_spelt_out(found: str, shown: str) -> None:
    problem = LocatedProblem(f"{found}.toml", 3, found, f"found '{found}'; mend it")
    assert str(problem) == f"{shown}.toml:3: {shown}: found '{shown}'; mend it"


def test_a_long_message_keeps_its_beginning_and_its_end() -> None:
    said = str(LocatedProblem("a.csv", 2, "people", f"found {'9' * 5000}; expected less; cut it"))
    assert said.startswith("a.csv:2: people: found 999")
    assert said.endswith("99; expected less; cut it")
    assert " … " in said
    assert len(said) == 1003


def test_a_message_of_usual_length_stays_as_it_is() -> None:
    said = "x" * 993
    assert str(LocatedProblem("a.csv", None, "", said)) == f"a.csv: {said}"
