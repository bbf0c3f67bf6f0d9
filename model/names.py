"""Names that people choose, as a workbook's defined names can hold them."""

from __future__ import annotations

import re


def as_word(name: str) -> str:
    """Return a name as lower-case letters and digits, whatever stands between them as one _."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
