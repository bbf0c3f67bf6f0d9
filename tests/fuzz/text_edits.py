"""Edits that spoil a text file: as slips of a planner do, and as nobody does."""

from __future__ import annotations

import re

from tests.fuzz.choices import Choices

MOST_EDITS = 6
TOKEN = re.compile(r"[\w.+\-]+|\"[^\"\n]*\"|[^\w\s]")
NUMBERS = (
    "0", "-1", "1", "0.5", "1.4", "22", "1e300", "-1e300", "1e400", "nan", "inf", "-inf", "+5",
    "1_000", "0x10", "0b1", "0,15", "1,200", "1.200,5", "15%", "1e-300", "5e-324", "-0.0",
    "9" * 400, "9" * 5000, "1e12", "1e13", "9007199254740993", "0.1.2", ".5", "5.", "1 000",
    "\u0663", "\u00bd", "\uff11", "2150", "1949", "240", "241", "120", "105",
)  # fmt: skip
WORDS = (
    "", " ", "''", '""', "true", "false", "[]", "{}", "[[]]", "[1, 2]", "{ a = 1 }", '"x"', "x",
    "2027-01", "2027-13", "2027-01-01", "1979-05-27T07:32:00Z", "07:32:00", '"\\u0000"',
    '"\\u001b[31m"', '"\\n"', "'''", '"""', "=", "[", "]", "{", "}", ",", ";", "\t", "#", "\\",
    "\r", "\n", "\r\n", "\0", "\x1b", "\ufeff", "\u2028", "\u202e", "\U0001f600", "=1+1",
    "NA", "None", "null", "#N/A", "../x.csv", "/etc/passwd", "CON", "a.b.c", '"a.b"', '"."',
    "[" * 30, "{a=" * 30, "a." * 30 + "b = 1", "value", "unit", "source", "reason", "like",
    "based_on", "quality", "points", "within", "samples", "parameters", "then", "base_year",
    "__class__", "__proto__", "[key]", "float", "dict[str,float]",
)  # fmt: skip
ENCODINGS = ("utf-8", "utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-7")


def spoilt(choices: Choices, text: str) -> bytes:
    """Return a text after a few edits, in some encoding."""
    for _ in range(1 + choices.below(MOST_EDITS)):
        text = choices.one_of(EDITS)(choices, text)
    data = text.encode(choices.one_of(ENCODINGS), "replace")
    return data if choices.below(8) else spoilt_bytes(choices, data)


def spoilt_bytes(choices: Choices, data: bytes) -> bytes:
    """Return bytes of which some are changed, added, doubled or cut away."""
    at, length = choices.below(max(1, len(data))), choices.below(64)
    new = choices.take(choices.below(8))
    kind = choices.below(5)
    if kind == 0:
        return data[:at] + new + data[at + len(new) :]
    if kind == 1:
        return data[:at] + new + data[at:]
    if kind == 2:
        return data[:at] + data[at + length :]
    if kind == 3:
        return data[:at] + data[at : at + length] * 3 + data[at + length :]
    return data[:at]


def other_token(choices: Choices, text: str) -> str:
    """Put another word, number or sign in the place of one."""
    return _in_place_of(choices, text, _any_word(choices, text))


def other_number(choices: Choices, text: str) -> str:
    """Put an odd number in the place of a number."""
    found = list(re.finditer(r"(?<![\w\"])-?\d[\d.]*", text))
    if not found:
        return text
    match = choices.one_of(found)
    return text[: match.start()] + choices.one_of(NUMBERS) + text[match.end() :]


def other_value(choices: Choices, text: str) -> str:
    """Put another value behind an equals sign."""
    found = list(re.finditer(r"(?<== )[^\n]+", text))
    if not found:
        return other_token(choices, text)
    match = choices.one_of(found)
    return text[: match.start()] + _any_word(choices, text) + text[match.end() :]


def inserted(choices: Choices, text: str) -> str:
    """Put a word somewhere."""
    at = choices.below(len(text) + 1)
    return text[:at] + _any_word(choices, text) + text[at:]


def line_away(choices: Choices, text: str) -> str:
    """Delete a line or a few."""
    lines = text.split("\n")
    at = choices.below(len(lines))
    del lines[at : at + 1 + choices.below(4)]
    return "\n".join(lines)


def line_twice(choices: Choices, text: str) -> str:
    """Copy a line or a few to another place."""
    lines = text.split("\n")
    at, to = choices.below(len(lines)), choices.below(len(lines))
    lines[to:to] = lines[at : at + 1 + choices.below(4)]
    return "\n".join(lines)


def _in_place_of(choices: Choices, text: str, new: str) -> str:
    found = list(TOKEN.finditer(text))
    if not found:
        return new
    match = choices.one_of(found)
    return text[: match.start()] + new + text[match.end() :]


def _any_word(choices: Choices, text: str) -> str:
    kind = choices.below(3)
    if kind == 2:
        found = TOKEN.findall(text)
        return choices.one_of(found) if found else ""
    return choices.one_of(NUMBERS if kind == 0 else WORDS)


EDITS = (other_token, other_number, other_value, inserted, line_away, line_twice)
