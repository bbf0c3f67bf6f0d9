"""What is wrong with a scenario, said so that a planner can mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

Key = tuple[str | int, ...]
LONG_ENOUGH = 3


class InvalidInput(Exception):
    """Files that cannot be used; the text says where and what to do. Nothing was run."""

    ending = "nothing was run"


class NoAnswer(Exception):
    """Sound files for which there is no answer to give; the text says why."""


class WrongUse(Exception):
    """A command that cannot be carried out as it was given."""


@dataclass(frozen=True)
class Problem:
    """One fault: the key or the table row it sits at, and what to do about it."""

    key: Key
    message: str
    table: str = ""
    row: int | None = None


def nearest(name: str, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` for a near match among the known names, or nothing."""
    spelt = {str(k).lower(): str(k) for k in known}
    stated = str(name).lower()
    matches = get_close_matches(stated, spelt, n=1, cutoff=0.6)
    if not matches and len(stated) >= LONG_ENOUGH:
        matches = [k for k in spelt if k.startswith(stated)]
    return f'; did you mean "{spelt[matches[0]]}"?' if matches else ""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Return names as a sentence lists them, the first `most` and how many more."""
    known = [str(name) for name in names]
    more = f" and {len(known) - most} more" if len(known) > most else ""
    return ", ".join(known[:most]) + more if known else "none"


def dotted(key: Key) -> str:
    """Return a key as a file writes it: tables by dots, places in a list by number from 1."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part + 1}]"
        else:
            text += f".{part}" if text else part
    return text
