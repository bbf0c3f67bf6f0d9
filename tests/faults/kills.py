"""Kill `run` and `batch` at random moments, go on each time, and see that nothing is lost.

`python -m tests.faults.kills --times 50 --seed 7`; the seed sets every moment as a share of how
long a part of the command takes on this machine: until it holds its folder, or from then on. What a
kill hit is not taken from that, but seen in what it left.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from hepaplan.reports.batch.results import BATCH
from hepaplan.reports.batch.store import Store
from hepaplan.reports.folder_lock import LOCK, NEW
from hepaplan.reports.output import FINISHED, manifest_status
from hepaplan.reports.staging import READY, whole_run
from tests.faults.whole import unsound
from tests.support.command import TINY, contents

DESIGN = """\
name = "killed"
scenario = "tiny"
outputs = ["new_metastases", "nothing_scarce.cost_gbp"]
[axes.share]
key = "metastases.synchronous_share"
from = 0.10
to = 0.19
steps = {steps}
"""
STEPS = 120
QUICK = ("--quick", "--draws", "0", "--quiet")
DID_NOT_FINISH = "did not finish"
MOST_SECONDS = 1_800.0
IN_PLACE, WRITING, WORKING = "putting in place", "writing", "working"
BEFORE, AFTER = "not yet writing", "done writing"
Numbers = np.random.Generator


@dataclass(frozen=True)
class Struck:
    """A command that was killed, or that ended before: seconds until a mark and after it."""

    killed: bool
    code: int
    until: float
    after: float
    said: str


@dataclass(frozen=True)
class Kill:
    """A kill that was survived: what was being done, and into what."""

    hit: str
    into: str


def hepaplan(*words: str | Path) -> list[str]:
    """Return the command line of a command, by this Python."""
    start = "from hepaplan.cli import main; main()"
    return [sys.executable, "-c", start, *(str(word) for word in words)]


def strike(
    command: Sequence[str],
    place: Path,
    seconds: float = MOST_SECONDS,
    mark: Callable[[], bool] = lambda: True,
) -> Struck:
    """Return how a command ended: with its whole group, `seconds` after `mark` came true."""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            command, cwd=place, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        while not mark() and process.poll() is None:
            time.sleep(0.002)
        marked = time.monotonic()
        with suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        killed = process.poll() is None
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        ended = time.monotonic()
        assert _is_gone(process.pid), "a process of the group is left"
        said.seek(0)
        return Struck(killed, code, marked - began, ended - marked, said.read())


def _is_gone(group: int) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.01)
    return False


class Marks:
    """Whether files or folders are there that were not, or are other ones than before."""

    def __init__(self, folder: Path, *names: str) -> None:
        self._folder, self._names = folder, names
        self._before = {name: self._mark(name) for name in names}

    def is_new(self, name: str) -> bool:
        """Whether one of them was made since; never for one that was there and is gone."""
        return self._mark(name) not in (None, self._before[name])

    def _mark(self, name: str) -> tuple[int, int] | None:
        try:
            found = (self._folder / name).stat()
        except OSError:
            return None
        return found.st_ino, found.st_ctime_ns


def kill_runs(place: Path, times: int, chance: Numbers, command: Sequence[str]) -> list[Kill]:
    """Return the kills of a command that writes place/run; an AssertionError is a promise broken.

    The first half is into a new folder, the rest over a finished run. Of each three one is aimed at
    the time before it writes, one at its writing, one at the moment when it puts files in place.
    """
    folder = place / "run"
    first = strike(command, place, mark=partial(Marks(folder, NEW).is_new, NEW))
    assert first.code == 0, first.said
    shutil.rmtree(folder)
    kills: list[Kill] = []
    while len(kills) < times:
        over = 2 * len(kills) >= times
        if over and manifest_status(folder) != FINISHED:
            _finish_run(folder, command)
        elif not over and manifest_status(folder) == FINISHED:
            shutil.rmtree(folder)
        share, aim = float(chance.uniform()), len(kills) % 3
        seconds = share * (first.until, first.after, 0.01)[aim]
        files, left = _visible(folder), (folder / LOCK).exists()
        marks = Marks(folder, NEW, READY)
        aimed = (lambda: True, partial(marks.is_new, NEW), partial(marks.is_new, READY))[aim]
        end = strike([*command, "--overwrite"] if files else command, place, seconds, aimed)
        assert end.killed or end.code == 0, end.said
        hit = _hit(folder, files, marks)
        _judge_run(folder, files, hit)
        if left and hit != BEFORE:
            assert DID_NOT_FINISH in end.said, f"what a kill left is not said: {end.said}"
        if end.killed:
            kills.append(Kill(hit, "over a finished run" if over else "into a new folder"))
            when = f"{end.until:5.1f} + {end.after:6.3f} s"
            print(f"run   {len(kills):2}, {kills[-1].into}: {when}, {hit}", flush=True)
        if hit == IN_PLACE:
            _finish_run(folder, command)
    _finish_run(folder, command)
    return kills


def _hit(folder: Path, files: dict[str, bytes], marks: Marks) -> str:
    """Return what a run was at when it was killed."""
    if marks.is_new(READY):
        return IN_PLACE
    if marks.is_new(NEW):
        return WRITING
    return BEFORE if _visible(folder) == files else AFTER


def _judge_run(folder: Path, files: dict[str, bytes], hit: str) -> None:
    """Assert that all is whole: what was there before, or what has taken its place."""
    assert not (faults := unsound(folder)), faults
    if hit in (BEFORE, WRITING):
        assert _visible(folder) == files, "files were changed by a run that was killed"
    elif hit == AFTER:
        assert manifest_status(folder) == FINISHED
    else:  # the next run would begin by putting the rest in place
        copy = shutil.copytree(folder, folder.with_name("copy"))
        with suppress(KeyboardInterrupt), whole_run(copy):
            raise KeyboardInterrupt
        assert not (faults := unsound(copy)), faults
        assert manifest_status(copy) == FINISHED
        shutil.rmtree(copy)


def _finish_run(folder: Path, command: Sequence[str]) -> None:
    """Run to the end where a run was killed: it says so, and leaves nothing of it."""
    left, again = (folder / LOCK).exists(), bool(_visible(folder))
    last = strike([*command, "--overwrite"] if again else command, folder.parent)
    assert last.code == 0, last.said
    assert not left or DID_NOT_FINISH in last.said, last.said
    assert not unsound(folder)
    assert not list(folder.rglob(".*"))
    print(f"run   to its end: {_sentence(last.said)}", flush=True)


def _visible(folder: Path) -> dict[str, bytes]:
    """Return the files under final names."""
    files = contents(folder) if folder.exists() else {}
    return {name: content for name, content in files.items() if not name.startswith(".")}


def kill_batches(place: Path, times: int, chance: Numbers, command: Sequence[str]) -> list[Kill]:
    """Return the kills of a batch into the folder named last; AssertionError: a promise broken.

    One in five is aimed at the time before it holds its folder, the others at what follows.
    """
    whole = place / "whole"
    first = strike([*command, whole.name], place, mark=partial(Marks(whole, LOCK).is_new, LOCK))
    assert first.code == 0, first.said
    kills: list[Kill] = []
    rounds, kept, was_killed = 1, 0, False
    while len(kills) < times or was_killed:
        folder, early = place / f"killed-{rounds}", len(kills) % 5 == 0
        seconds = float(chance.uniform()) * (first.until if early else first.after)
        if len(kills) >= times:
            seconds = MOST_SECONDS
        held, litter = Marks(folder, LOCK, BATCH), _unfinished(folder)
        aimed = (lambda: True) if early else partial(held.is_new, LOCK)
        end = strike([*command, folder.name], place, seconds, aimed)
        assert end.killed or end.code == 0, end.said
        assert not (faults := unsound(folder)), faults
        now = len(Store(folder).read().kept) if folder.exists() else 0
        assert now >= kept, f"{kept - now} finished runs are lost"
        if end.killed:
            if _unfinished(folder) - litter:
                hit = WRITING
            elif held.is_new(LOCK):
                hit = WORKING
            else:
                hit = AFTER if held.is_new(BATCH) else BEFORE
            more = "more runs kept" if now > kept else "no more runs kept"
            kills.append(Kill(hit, more))
            when = f"{end.until:5.1f} + {end.after:6.3f} s"
            print(f"batch {len(kills):2}: {when}, {hit}, {now} kept", flush=True)
        else:
            assert data_set(folder) == data_set(whole), "not the uninterrupted data set"
            print(f"batch {rounds} is equal, byte for byte: {_sentence(end.said)}", flush=True)
            rounds, now = rounds + 1, 0
        kept, was_killed = now, end.killed
    return kills


def _unfinished(folder: Path) -> set[tuple[str, int]]:
    """Return the temporary files and folders there, each with when it was made or changed."""
    found = (*folder.rglob(".*.tmp"), *folder.glob(".results.*"))
    return {(str(path), path.stat().st_ctime_ns) for path in found}


def data_set(folder: Path) -> dict[str, bytes]:
    """Return the files of a finished batch, its report among them, without the kept runs."""
    return {name: b for name, b in contents(folder).items() if not name.startswith("store/")}


def _sentence(said: str) -> str:
    notes = [line for line in said.splitlines() if DID_NOT_FINISH in line]
    return notes[0] if notes else "nothing was left to say"


def main() -> None:
    """Kill as often as asked, half of `run` and half of `batch`, and count what survived."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--times", type=int, default=50)
    reader.add_argument("--seed", type=int, default=7)
    asked = reader.parse_args()
    began = time.monotonic()
    streams = [np.random.default_rng(s) for s in np.random.SeedSequence(asked.seed).spawn(2)]
    with tempfile.TemporaryDirectory() as folder:
        batches, runs = Path(folder) / "batch", Path(folder) / "run"
        runs.mkdir()
        shutil.copytree(TINY, batches / "tiny")
        (batches / "design.toml").write_text(DESIGN.format(steps=STEPS), encoding="utf-8")
        batch = hepaplan("batch", "design.toml", "--workers", "2", "--quiet", "--out")
        run = hepaplan("run", TINY, *QUICK, "--out", "run")
        of_batch = kill_batches(batches, asked.times // 2, streams[0], batch)
        of_run = kill_runs(runs, asked.times - asked.times // 2, streams[1], run)
    print(f"{asked.times} kills survived; {time.monotonic() - began:.0f} s, seed {asked.seed}")
    for name, kills in (("batch", of_batch), ("run", of_run)):
        for (hit, into), count in sorted(Counter((k.hit, k.into) for k in kills).items()):
            print(f"{name}: {count:2} {hit}, {into}")


if __name__ == "__main__":
    main()
