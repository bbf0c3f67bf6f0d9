"""One writer for a folder: a lock that outlives no process, and what a dead one left is said."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hepaplan.model.problems import WrongUse, listed
from hepaplan.reports.progress import note

LOCK, NEW = ".writing", ".new"
TEMPORARY = re.compile(r"\..+\.[0-9a-f]{12}\.tmp")
PLACES = (".", "tables", "store")
"""Folders of a run or a batch that temporary files are made in."""
WHOLE_FOLDERS = (NEW, ".results.new", ".results.old")
STARTED = 21
"""Place of a process's start, in ticks since the machine's, in /proc/PROCESS/stat."""


class OutputExists(WrongUse):
    """The chosen folder is there already, and nobody said to overwrite it."""


@dataclass(frozen=True)
class Holder:
    """A process that wrote a lock: its number, its start by the system's clock, and when in words.

    `born` is empty where the system does not say, `since` in a lock that states none.
    """

    process: int
    born: str
    since: str

    def __str__(self) -> str:
        """Return the process in words."""
        return f"process {self.process}" + (f", since {self.since}" if self.since else "")

    @property
    def is_alive(self) -> bool:
        """Whether this very process still runs, not another that got its number."""
        if os.name == "nt":  # taken for granted: Windows has no signal 0
            return True
        try:
            os.kill(self.process, 0)
        except PermissionError:
            pass
        except OSError:
            return False
        return not self.born or _born(self.process) in ("", self.born)


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone, and free it at the end.

    A process that runs and holds it raises OutputExists. The lock of one that is gone is taken
    over, what it left unfinished is removed, and both are said.
    """
    lock, mine = folder / LOCK, _text_of_this_process()
    dead = _take(lock, mine)
    try:
        left = sweep(folder)
        if dead is not None or left:
            note((found_words(folder, dead, left),))
        yield
    finally:
        with suppress(OSError):
            if lock.read_text() == mine:
                lock.unlink()


def dead_holder(folder: Path) -> str | None:
    """Return the text of a lock whose process is gone; None if there is none, or it runs."""
    try:
        text = (folder / LOCK).read_text(errors="replace")
    except OSError:
        return None
    holder = _holder(text)
    return None if holder is not None and holder.is_alive else text


def sweep(folder: Path) -> list[str]:
    """Return the names of what was removed: all that an unfinished run left under dot names."""
    gone = [name for name in WHOLE_FOLDERS if (folder / name).is_dir()]
    for name in gone:
        shutil.rmtree(folder / name, ignore_errors=True)
    for place in PLACES:
        for path in sorted((folder / place).glob(".*.tmp")):
            if TEMPORARY.fullmatch(path.name) and path.is_file():
                path.unlink(missing_ok=True)
                gone.append(path.name)
    return gone


def found_words(folder: Path, dead: str | None, left: list[str]) -> str:
    """Return what was found of an earlier run, in words."""
    holder = None if dead is None else _holder(dead)
    who = "" if holder is None else f" ({holder})"
    swept = f"; left from it, and removed: {listed(left)}" if left else ""
    return f"the run before into {folder}{who} did not finish{swept}"


def _take(lock: Path, mine: str) -> str | None:
    """Write the lock whole, or raise; return the text of a dead one that it replaces."""
    made = lock.with_name(f".{LOCK.strip('.')}.{secrets.token_hex(6)}.tmp")
    made.write_text(mine)
    dead = None
    try:
        while True:
            try:
                os.link(made, lock)  # unlike an open file, never there without its text
            except FileExistsError:
                dead = _removed(lock)
            else:
                return dead
    finally:
        made.unlink(missing_ok=True)


def _removed(lock: Path) -> str | None:
    """Remove the lock of a process that is gone and return its text; raise if it runs."""
    try:
        text = lock.read_text(errors="replace")
    except FileNotFoundError:
        return None
    holder = _holder(text)
    if holder is not None and holder.is_alive:
        raise OutputExists(f"another run is writing into {lock.parent} ({holder}): wait for it")
    aside = lock.with_name(f".{LOCK.strip('.')}.{secrets.token_hex(6)}.tmp")
    with suppress(FileNotFoundError):
        lock.rename(aside)
        if aside.read_text(errors="replace") != text:  # somebody was quicker: it is theirs
            with suppress(FileExistsError):
                os.link(aside, lock)
        aside.unlink()
    return text


def _holder(text: str) -> Holder | None:
    process, _, rest = text.partition(" ")
    born, _, since = rest.partition(" ")
    return Holder(int(process), born.strip("-"), since) if process.isdecimal() else None


def _text_of_this_process() -> str:
    since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())
    return f"{os.getpid()} {_born(os.getpid()) or '-'} {since}"


def _born(process: int) -> str:
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[STARTED - 2]
