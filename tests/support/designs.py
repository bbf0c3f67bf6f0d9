"""Designs of the tiny scenario, as files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

Write = Callable[..., Path]
"""Writes the axes of a design, and what stands above them if it is not `TOP`."""
TOP = """\
name = "try"
scenario = "tiny"
outputs = ["new_metastases", "nothing_scarce.cost_gbp"]
"""
OVERLAY = """\
based_on = "../tiny"
name = "dear"
reason = "to see what dear theatres do"
[resource.theatre.unit_cost]
value = 30
"""
SHARE = '[axes.share]\nkey = "metastases.synchronous_share"\n'


def make(folder: Path, axes: str, top: str = TOP) -> Path:
    """Write a design beside the tiny scenario and an overlay of it."""
    overlay = folder / "dear" / "scenario.toml"
    if not overlay.exists():
        overlay.parent.mkdir()
        overlay.write_text(OVERLAY, encoding="utf-8")
    path = folder / "design.toml"
    path.write_text(top + axes, encoding="utf-8")
    return path
