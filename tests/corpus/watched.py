"""Commands run under watch: what they say, use, and change on the disk."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.corpus.case import Case

MOST_MEMORY = 1_000_000_000
MOST_LINES = 60
HASHED_WHOLE = 1_000_000
SECONDS = 120
OUTPUT = "here/out"
Tree = dict[str, str]


@dataclass(frozen=True)
class Watched:
    """How a command ended, what it said and used, and the tree around it before and after."""

    code: int
    out: str
    err: str
    memory: int
    seconds: float
    before: Tree
    after: Tree


class Warm:
    """The process that runs commands; see `tests/corpus/warm.py`."""

    def __init__(self) -> None:
        """Start it; this takes some seconds."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.corpus.warm"],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "MPLBACKEND": "agg"},
        )
        assert self._line() == "ready\n"

    def close(self) -> None:
        """Let it end."""
        self.process.communicate()

    def run(self, around: Path, words: list[str], **more: Any) -> Watched:
        """Return what a command did that was started in `around`/here."""
        for name in ("told", "temporary", "here"):
            (around / name).mkdir(exist_ok=True)
        before = tree(around)
        request = {
            "folder": str(around / "here"), "told": str(around / "told"),
            "temporary": str(around / "temporary"), "words": words, "seconds": SECONDS, **more,
        }  # fmt: skip
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        used = json.loads(self._line())
        said = [(around / "told" / name).read_text("utf-8", "replace") for name in ("out", "err")]
        return Watched(
            used["code"], said[0], said[1], used["memory"], used["seconds"], before, tree(around)
        )

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def tree(folder: Path) -> Tree:
    """Return what every path below a folder is, apart from what a command told."""
    found: Tree = {}
    for path in sorted(folder.rglob("*")):
        name = os.fsencode(path.relative_to(folder)).decode("utf-8", "backslashreplace")
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif not path.is_file():
            found[name] = f"mode {path.stat().st_mode}"
        elif not name.startswith("told/"):
            found[name] = _digest(path)
    return found


def _digest(path: Path) -> str:
    about = path.stat()
    if about.st_size > HASHED_WHOLE or not os.access(path, os.R_OK):
        return f"{about.st_size} bytes of {about.st_mtime_ns}"
    return hashlib.sha256(path.read_bytes()).hexdigest()


def faults(case: Case, ended: Watched) -> list[str]:
    """Return what is wrong with how a command ended; nothing if it did as its case expects."""
    found = []
    if ended.code != case.exit:
        found.append(f"ended with {ended.code}; expected {case.exit}")
    said = ended.err if case.exit else ended.out + ended.err
    found += [f"did not say {words!r}" for words in case.words if words not in said]
    if "Traceback" in ended.err or "Error:" in ended.err.replace("\nError: ", "\n"):
        found.append("ended in a traceback")
    if (count := ended.err.count("\n")) > MOST_LINES:
        found.append(f"said {count} lines; expected at most {MOST_LINES}")
    hidden = [sign for sign in ended.err + ended.out if not sign.isprintable() and sign != "\n"]
    if hidden:
        found.append(f"said the control characters {sorted(set(hidden))}")
    if ended.memory > MOST_MEMORY:
        found.append(f"used {ended.memory / 1e9:.2f} GB; expected at most 1")
    changed = sorted(
        name
        for name in ended.before.keys() | ended.after.keys()
        if ended.before.get(name) != ended.after.get(name)
        and (case.exit != 0 or not f"{name}/".startswith(f"{OUTPUT}/"))
    )
    if changed:
        found.append(f"made or changed {', '.join(changed)}")
    return found
