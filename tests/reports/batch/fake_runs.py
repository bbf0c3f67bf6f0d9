"""Runs of a batch that need no scenario, importable by worker processes."""

from __future__ import annotations

import hashlib
import math
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from hepaplan.model.problems import NoAnswer
from hepaplan.reports.batch.work import Work

Payload = Mapping[str, float | str]


def runs(count: int, **extra: float | str) -> list[Work]:
    """Return works of unequal values; `extra` is in the payload alone, so keys do not change."""
    return [work(n, {"beds": n % 5, "rate": 0.1 * n}, **extra) for n in range(count)]


def work(number: int, inputs: Payload, **extra: float | str) -> Work:
    text = repr(sorted(inputs.items())).encode()
    key = hashlib.blake2b(text, digest_size=16).hexdigest()
    return Work(number, key, inputs, {**inputs, **extra})


def sums(payload: Payload) -> dict[str, float]:
    """Return two figures of a run whose last bits would show a change of order."""
    rate = float(payload["rate"])
    total = sum(math.sin(rate + step) / 3 for step in range(50))
    return {"plan.total": total, "plan.cost_gbp": rate * 0.035 + float(payload["beds"]) * 0.015}


def noted_sums(payload: Payload) -> dict[str, float]:
    """Also leave a mark for each evaluation in the folder that the payload names."""
    path = Path(str(payload["marks"]))
    with path.open("a") as file:
        file.write(f"{payload['rate']}\n")
    mine = path.with_suffix(f".{os.getpid()}")
    mine.write_text(str(os.getpid()))
    mine.replace(path.with_suffix(".process"))  # whole at any moment, for whoever reads it
    time.sleep(0.02)
    return sums(payload)


def endless(payload: Payload) -> dict[str, float]:
    """Leave the number of the process in the file that the payload names, and never return."""
    with Path(str(payload["marks"])).open("a") as file:
        file.write(f"{os.getpid()}\n")
    time.sleep(600)
    return sums(payload)


def faulty(payload: Payload) -> dict[str, float]:
    """Return figures, or one of the faults a run can have."""
    match payload.get("fault"):
        case "no answer":
            raise NoAnswer("theatre_minutes cannot hold a whole case")
        case "bug":
            raise KeyError("=colon")
        case "nan":
            return {"plan.total": math.nan}
        case "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        case "once":
            mark = Path(str(payload["mark"]))
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
    return sums(payload)


def upgrading(payload: Payload) -> dict[str, float]:
    """Return figures; one run first installs another program and ends its process."""
    program = Path(str(payload["program"]))
    if payload["beds"] == 3 and program.read_text() == "old":
        program.write_text("new")
        os.kill(os.getpid(), signal.SIGKILL)
    return sums(payload)


def installed(program: str) -> str:
    """Return the version of the program that a file names."""
    return Path(program).read_text()


def until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Return whether something became so within a time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if is_so():
            return True
        time.sleep(0.02)
    return is_so()
