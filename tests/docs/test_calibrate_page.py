"""The page on fitting: its file of targets is read as a command would read it."""

from __future__ import annotations

from pathlib import Path

from hepaplan.scenarios.targets import read_targets
from tests.support.documents import blocks_of


def test_the_targets_of_the_page_are_read(tmp_path: Path) -> None:
    (stated,) = [b.text for b in blocks_of("docs/how-to/calibrate.md") if b.language == "toml"]
    (tmp_path / "targets.toml").write_text(stated, encoding="utf-8")
    scenario, request = read_targets(tmp_path / "targets.toml")
    assert scenario.settings.name == "greater-manchester"
    assert "synchronous" in str(request)
