"""What must hold whatever a file holds: it is read, or refused in words that say where."""

from __future__ import annotations

import signal
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hepaplan.scenarios.problems import InvalidScenario

LONGEST_READ = 5.0
LONGEST_LINE = 1_003
READ, REFUSED = "read", "refused"


class Escaped(Exception):
    """A reader that did anything else; the text says what."""


def outcome(read: Callable[[], object]) -> str:
    """Return whether a file was read or refused; raise Escaped for anything else."""
    try:
        with _limited():
            read()
    except InvalidScenario as error:
        _check(error)
        return REFUSED
    except Escaped:
        raise
    except BaseException as error:
        raise Escaped(f"{type(error).__name__}: {error}") from error
    return READ


def _check(error: InvalidScenario) -> None:
    """Every problem names its file and says something, on one line of a sane length."""
    if not error.problems:
        raise Escaped("refused without a problem")
    for problem in error.problems:
        said = str(problem)
        if not problem.file or not problem.message:
            raise Escaped(f"a problem without a file or a message: {said!r}")
        if any(unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") for sign in said):
            raise Escaped(f"a control character in a message: {said!r}")
        if len(said) > LONGEST_LINE:
            raise Escaped(f"a message of {len(said)} characters: {said[:200]!r}")


@contextmanager
def _limited() -> Iterator[None]:
    """Stop what takes more processor time than any reader should."""

    def late(*_: object) -> None:
        raise Escaped(f"no end after {LONGEST_READ:g} s")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST_READ)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
