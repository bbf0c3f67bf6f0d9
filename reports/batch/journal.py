"""Outcomes kept one line at a time until they fill a chunk: a killed batch loses none of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from hepaplan.reports.batch.work import Outcome, sound

DIGEST_SIZE = 8


class Journal:
    """A file of outcomes, each a line that carries its own digest.

    A line is handed to the system as it comes, so that it outlives the process that wrote it; it
    is on the disk itself, safe from a power cut, when the chunk is written that replaces it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def add(self, outcome: Outcome) -> None:
        """Append one outcome; OSError (a full disk) leaves the lines before it whole."""
        line = _sealed(json.dumps(vars(outcome), ensure_ascii=False, allow_nan=False))
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            written = os.write(handle, line)
        finally:
            os.close(handle)
        if written < len(line):
            raise OSError(28, "no space left for the results", str(self.path.name))

    def outcomes(self) -> tuple[list[Outcome], int]:
        """Return the whole lines' outcomes, and how many lines were torn or altered."""
        try:
            lines = self.path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return [], 0
        filled = [line for line in lines if line]
        found = list(_whole(filled))
        return found, len(filled) - len(found)

    def clear(self) -> None:
        """Forget the lines, once a chunk on disk holds them."""
        self.path.unlink(missing_ok=True)


def _sealed(text: str) -> bytes:
    content = text.encode("utf-8")
    return _digest(content) + b" " + content + b"\n"


def _whole(lines: list[bytes]) -> Iterator[Outcome]:
    for line in lines:
        digest, _, content = line.partition(b" ")
        if digest == _digest(content):
            with suppress(AttributeError, TypeError, ValueError):
                yield sound(Outcome(**json.loads(content)))


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=DIGEST_SIZE).hexdigest().encode()
