"""Texts that a spreadsheet might run, break on or fold, made at random."""

from __future__ import annotations

import numpy as np

from hepaplan.model.arrays import Ints

STARTS = (
    "=", "+", "-", "@", "\t", "\r", "\n", "", " ", "'", '"', "{=", "\uff1d", "%", "==", "=-",
    "\ufeff=",
)  # fmt: skip
BODIES = (
    "SUM(A1:A9)", "cmd|' /C calc'!A0", 'HYPERLINK("http://example.org","see")', "1+1", "TRUE",
    "#REF!", "2027-01-01", "1e5", "-2", "DDE(1;2)", "<b>&amp;]]>", "_x000D_", "0x1F",
    "IMPORTXML(1)",
    "'; DROP", "[1]Sheet!A1", "a\tb", "a\nb", "a\r\nb", "",
)  # fmt: skip


def hostile_texts(count: int, seed: int) -> list[str]:
    """Return different texts: a start, a body, and letters of any script or none."""
    chance = np.random.default_rng(seed)
    texts: dict[str, None] = {}
    while len(texts) < count:
        start, body = str(chance.choice(STARTS)), str(chance.choice(BODIES))
        size = int(chance.integers(0, 12))
        code = chance.integers(1, 0x3000, size) if chance.random() < 0.7 else _any(chance, size)
        tail = "".join(chr(point) for point in code.tolist())
        texts[start + body + tail] = None
    return list(texts)


def _any(chance: np.random.Generator, size: int) -> Ints:
    """Return code points of any plane; surrogates become others."""
    point = chance.integers(0, 0x110000, size)
    return np.where((point >= 0xD800) & (point < 0xE000), point - 0x800, point)
