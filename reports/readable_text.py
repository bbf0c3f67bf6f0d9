"""Text without the characters that neither a page nor a workbook can hold."""

from __future__ import annotations

import re

# Control characters, halves of pairs, and what is no character: XML knows none of them.
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def clean(text: str) -> str:
    """Return text that a file can hold, characters that it cannot shown as a mark."""
    return UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
