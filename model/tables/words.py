"""Figures as people say them, for sentences that are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

MILLION, THOUSAND = 1e6, 1e3


def pounds(amount: float, signed: bool = False, digits: int = 1) -> str:
    """Return pounds as people say them: millions, or thousands where that is less than one.

    `digits` are those of millions; thousands are whole.
    """
    size = abs(amount)
    if round(size / THOUSAND) == 0:
        return "£0"
    sign = "-" if amount < 0 else "+" if signed else ""
    if round(size / THOUSAND) >= THOUSAND:
        return f"{sign}£{size / MILLION:,.{digits}f} million"
    return f"{sign}£{size / THOUSAND:,.0f} thousand"


def more_or_less(amount: float, about_the_same: str) -> str:
    """Return how many pounds more or less, or that it is about the same where none would show."""
    said = pounds(abs(amount))
    return about_the_same if said == "£0" else f"{said} {'more' if amount > 0 else 'less'}"


def told_with_digits(
    amounts: Sequence[float], say: Callable[[float, int], str], digits: int, most: int
) -> list[str]:
    """Return amounts in words with the fewest digits that tell the first from the last.

    From `digits` to `most`; with `digits` where none does.
    """
    for places in range(digits, most + 1):
        told = [say(amount, places) for amount in amounts]
        if told[0] != told[-1]:
            return told
    return [say(amount, digits) for amount in amounts]


def people(number: float) -> str:
    """Return a number of people, those below a tenth as such."""
    return "under 0.1" if 0 < number < 0.05 else figure(number)


def figure(value: float, digits: int = 1, *, signed: bool = False) -> str:
    """Return a number with so many digits, never a minus before nothing."""
    return f"{round(value, digits) + 0.0:{'+' if signed else ''},.{digits}f}"


def amount(value: float) -> str:
    """Return a number with one digit, from a thousand on without."""
    return figure(value, 0 if abs(value) >= THOUSAND else 1)


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
