"""What a scenario may be read from: a shipped name, a folder, or a workbook."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hepaplan.scenarios.chain import Chain, read_chain
from hepaplan.scenarios.workbook.container import is_workbook


def chain_of(
    source: str | Path, overlays: Sequence[str | Path] = (), base: str | Path | None = None
) -> Chain:
    """Return what makes up a scenario, its overlays last, or raise with all that is unreadable.

    `base`: what an edited report was made from, where that is not found by its name.
    """
    if not is_workbook(source):
        return read_chain(source, overlays)
    from hepaplan.scenarios.workbook.source import workbook_chain  # openpyxl takes 0.4 s

    return workbook_chain(Path(source), overlays, base)
