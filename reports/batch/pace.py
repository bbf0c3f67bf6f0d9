"""How far a batch is, and how long it still takes by what it has taken so far."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import click

MINUTE, HOUR = 60, 3600
ON_A_TERMINAL, ELSEWHERE = 0.5, 60.0
"""Seconds between two messages."""


class Pace:
    """Says now and then how many runs are finished and about how long the rest takes.

    `say` is given the words; `every` is in seconds; `clock` returns seconds.
    """

    def __init__(
        self,
        to_do: int,
        say: Callable[[str], None],
        every: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.to_do, self.finished, self.failed = to_do, 0, 0
        self._say, self._every, self._clock = say, every, clock
        self._first = self._said = clock()

    def one_more(self, is_done: bool) -> None:
        """Count one finished run, and say so if it is time."""
        self.finished += 1
        self.failed += not is_done
        now = self._clock()
        if self.finished == 1:
            self._first = now  # workers and a cluster take time to start, which no run takes again
        if now - self._said >= self._every:
            self._said = now
            self._say(self.words(now - self._first))

    def words(self, seconds: float) -> str:
        """Return how far the batch is, `seconds` after the first run was finished."""
        words = f"{self.finished} of {self.to_do} runs"
        if self.failed:
            words += f", {self.failed} without a result"
        if self.finished > 1:
            left = seconds / (self.finished - 1) * (self.to_do - self.finished)
            words += f", about {spoken(left)} left"
        return words


def spoken(seconds: float) -> str:
    """Return a length of time as it is said: "40 s", "12 min" or "3 h 20 min"."""
    if seconds < MINUTE:
        return f"{seconds:.0f} s"
    if seconds < HOUR:
        return f"{seconds / MINUTE:.0f} min"
    hours, rest = divmod(round(seconds / MINUTE), HOUR // MINUTE)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def batch_progress(quiet: bool) -> tuple[Callable[[str], None], float]:
    """Return what says how far a batch is, on standard error, and seconds between two messages.

    On a terminal one line is rewritten; elsewhere (a log, a queue) a plain line a minute.
    """
    if quiet:
        return lambda _: None, ELSEWHERE
    if sys.stderr.isatty():
        return lambda words: click.echo(f"\r\033[K… {words}", err=True, nl=False), ON_A_TERMINAL
    return lambda words: click.echo(words, err=True), ELSEWHERE
