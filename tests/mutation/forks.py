"""Attempts in forked processes, a few at a time, that inherit the libraries but not the model."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import count
from pathlib import Path

from tests.mutation.attempt import died_of

LIBRARIES = (
    *("numpy", "pandas", "scipy.optimize", "scipy.stats", "scipy.sparse.linalg", "scipy.special"),
    *("pydantic.main", "highspy", "pulp", "openpyxl", "click", "holidays", "hypothesis.strategies"),
)
WALL_SECONDS = 600.0
"""After which an attempt is stopped that neither ends nor uses the processor."""

Attempt = Callable[[], dict[str, object]]


def import_libraries() -> None:
    """Import once, before forking, what all attempts need and no mutant is in."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for name in LIBRARIES:
        if find_spec(name.split(".")[0]) is not None:
            import_module(name)


def each_in_a_fork(
    attempts: Iterable[tuple[str, Attempt]], workers: int, folder: Path
) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each attempt's name and how it ended, as they end. Files in the folder hold output."""
    waiting, number = iter(attempts), count()
    running: dict[int, tuple[str, Path, float]] = {}
    more = True
    while more or running:
        while more and len(running) < workers:
            following = next(waiting, None)
            more = following is not None
            if following is not None:
                name, attempt = following
                place = folder / f"attempt-{next(number)}.json"
                place.touch()
                running[_forked(attempt, place)] = name, place, time.monotonic()
        for child, (name, place, since) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                text = place.read_text(encoding="utf-8")
                took = {"seconds": round(time.monotonic() - since, 1)}
                yield name, (json.loads(text) if text else died_of(status)) | took
            elif time.monotonic() - since > WALL_SECONDS:
                os.kill(child, signal.SIGXCPU)
        time.sleep(0.05)


def _forked(attempt: Attempt, place: Path) -> int:
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        with place.with_suffix(".log").open("w", encoding="utf-8") as log:
            for stream in (sys.stdout, sys.stderr):
                os.dup2(log.fileno(), stream.fileno())
            told = attempt()
            place.write_text(json.dumps(told), encoding="utf-8")
            os._exit(0)
    except BaseException as problem:
        place.write_text(json.dumps({"ended": "error", "by": repr(problem)}), encoding="utf-8")
        os._exit(1)
