"""Figures as people say them, for sentences that are computed."""

from __future__ import annotations

from collections.abc import Iterable

MILLION, THOUSAND = 1e6, 1e3


def pounds(amount: float, signed: bool = False) -> str:
    """Return pounds as people say them: millions, or thousands where that is less than one."""
    size = abs(amount)
    if round(size / THOUSAND) == 0:
        return "£0"
    sign = "-" if amount < 0 else "+" if signed else ""
    if round(size / THOUSAND) >= THOUSAND:
        return f"{sign}£{size / MILLION:,.1f} million"
    return f"{sign}£{size / THOUSAND:,.0f} thousand"


def figure(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Return a number with so many digits, never a minus before nothing."""
    return f"{round(value, digits) + 0.0:{'+' if signed else ''},.{digits}f}"


def counted(number: float, one: str, more: str) -> str:
    """Return a number of people or things with its noun in singular or plural, as it shows."""
    shown = figure(number)
    return f"{shown} {one if shown == '1.0' else more}"


def sentence_case(words: str) -> str:
    """Return words with a capital at the start, the rest as it is."""
    return words[:1].upper() + words[1:]


def told_apart(names: Iterable[str]) -> tuple[str, ...]:
    """Return names of which no two are alike, capitals aside: one that comes again is numbered."""
    found: dict[str, str] = {}
    for own in names:
        name, number = own, 1
        while name.casefold() in found:
            number += 1
            name = f"{own} ({number})"
        found[name.casefold()] = name
    return tuple(found.values())
