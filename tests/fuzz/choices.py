"""Bytes read as a row of choices, so that one fuzzer can drive every kind of edit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Choices:
    """Choices in the order of the bytes; when these are used up every choice is the first."""

    def __init__(self, data: bytes) -> None:
        """Begin at the first byte."""
        self.data, self.at = data, 0

    @property
    def left(self) -> bool:
        """Whether some bytes are not used yet."""
        return self.at < len(self.data)

    def below(self, count: int) -> int:
        """Return a whole number from 0 to `count` - 1."""
        size = 1 if count <= 1 << 8 else 2 if count <= 1 << 16 else 3
        return int.from_bytes(self.take(size), "big") % count if count > 0 else 0

    def one_of(self, things: Sequence[T]) -> T:
        """Return one of some things."""
        return things[self.below(len(things))]

    def take(self, size: int) -> bytes:
        """Return the next bytes, with zeros after the last."""
        piece = self.data[self.at : self.at + size]
        self.at += size
        return piece.ljust(size, b"\0")
