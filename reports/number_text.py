"""Numbers as text, by the number formats of the workbook, so that page and workbook agree."""

from __future__ import annotations

import datetime
import math
import numbers
import operator
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from hepaplan.reports.sheet import NotFinite
from hepaplan.reports.style import GENERAL, MONTH

ABSENT = "n/a"
GENERAL_DIGITS = 4
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
COMPARE = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    "<>": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
}
CONDITION = re.compile(r"^\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
TOKEN = re.compile(r'"([^"]*)"|([#0,.]+(?:E\+0+)?)|([^"])')


@dataclass(frozen=True)
class Section:
    """One part of a number format: when it applies, and what stands before and after the digits.

    Without `digits` the section is only its words.
    """

    condition: tuple[str, float] | None
    before: str
    digits: str
    after: str


def value_text(value: object, number_format: str = GENERAL) -> str:
    """Return a value as its cell in the workbook shows it; nothing is "n/a".

    Raises NotFinite for NaN and infinity, as the workbook does.
    """
    if value is None:
        return ABSENT
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        if number_format == MONTH:
            return f"{MONTHS[value.month - 1]} {value.year}"
        return f"{value:%Y-%m-%d}"
    if isinstance(value, numbers.Real):
        return number_text(float(value), number_format)
    raise TypeError(f"a page cannot show {type(value).__name__}")


def number_text(value: float, number_format: str = GENERAL) -> str:
    """Return a finite number as a number format of Excel shows it, halves rounded up.

    Of the formats: sections, conditions, quoted words, thousands, scaling commas, percentages,
    signs, optional places and powers of ten. "General" gives four figures, and whole numbers whole.
    """
    if not math.isfinite(value):
        raise NotFinite(f"{value} cannot be shown")
    if number_format == GENERAL:
        return _general(value)
    sections = _sections(number_format)
    position = _chosen(value, sections)
    section = sections[position]
    words = section.before + section.after
    percent = words.count("%")
    digits = _digits(Decimal(repr(abs(float(value)))) * 100**percent, section.digits)
    own_sign = position > 0 and section.condition is None and value < 0 and _by_sign(sections)
    needs_sign = value < 0 and not own_sign and "-" not in words and re.search("[1-9]", digits)
    sign = "-" if needs_sign else ""
    return f"{sign}{section.before}{digits}{section.after}"


def smallest_step(number_format: str, near: float) -> float:
    """Return the smallest difference that a format shows between values of a size; 0 for any."""
    if number_format == GENERAL:
        return 0.0
    sections = _sections(number_format)
    section = sections[_chosen(near, sections)]
    if not section.digits or "E+" in section.digits:
        return 0.0
    scaled = section.digits.rstrip(",")
    thousands = len(section.digits) - len(scaled)
    percents = (section.before + section.after).count("%")
    return float(Decimal(1000) ** thousands / 10 ** (len(scaled.partition(".")[2]) + 2 * percents))


def _general(value: float) -> str:
    if value == round(value) and abs(value) < 1e12:
        return str(int(value))
    short = f"{value:.{GENERAL_DIGITS}g}"
    return f"{float(short):.0f}" if "e+" in short and abs(value) < 1e12 else short


@cache
def _sections(number_format: str) -> tuple[Section, ...]:
    parts = re.findall(r'(?:"[^"]*"|[^;"])+', number_format)
    return tuple(_section(part) for part in parts)


def _section(text: str) -> Section:
    condition = None
    if found := CONDITION.match(text):
        condition = (found[1], float(found[2]))
        text = text[found.end() :]
    before = digits = after = ""
    for quoted, places, other in TOKEN.findall(text):
        if places and not digits:
            digits = places
        elif digits:
            after += quoted or places or other
        else:
            before += quoted or other
    return Section(condition, before, digits, after)


def _by_sign(sections: tuple[Section, ...]) -> bool:
    return all(section.condition is None for section in sections)


def _chosen(value: float, sections: tuple[Section, ...]) -> int:
    """Return which section applies: the first whose condition holds, else by the sign."""
    if _by_sign(sections):
        if len(sections) > 2 and value == 0:
            return 2
        return 1 if len(sections) > 1 and value < 0 else 0
    for position, section in enumerate(sections):
        if section.condition is None or COMPARE[section.condition[0]](value, section.condition[1]):
            return position
    return len(sections) - 1


def _digits(value: Decimal, pattern: str) -> str:
    """Return a number without sign by the digit part of a format, such as `#,##0.0##`."""
    if not pattern:
        return ""
    if "E+" in pattern:
        shown = len(pattern.partition("E")[0].partition(".")[2])
        return f"{value:.{shown}E}".replace("E-0", "E-").replace("E+0", "E+") if value else "0"
    scaled = pattern.rstrip(",")
    value = value / 1000 ** (len(pattern) - len(scaled))
    whole, _, places = scaled.partition(".")
    rounded = value.quantize(Decimal(1).scaleb(-len(places)), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}" if "," in whole else f"{rounded:f}"
    kept, point, decimals = text.partition(".")
    least = places.count("0")
    decimals = decimals[:least] + decimals[least:].rstrip("0")
    return f"{kept}{point}{decimals}" if decimals else kept
