"""Every writer killed at seven points of its write: what was there before, or the new file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.points import NEVER_TWICE, POINTS, WRITERS
from tests.faults.whole import unsound
from tests.support.command import contents

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no fork")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("points")
    command = [sys.executable, "-m", "tests.faults.points", str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return place


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("kind", WRITERS)
def test_a_kill_leaves_the_old_file_or_the_new_one(killed: Path, kind: str, point: str) -> None:
    """Under its final name a file is whole: the old one until the rename, then the new one."""
    ends = json.loads((killed / "ends.json").read_text())
    assert ends[f"{kind}, {point}"] in (signal.SIGKILL, signal.SIGXFSZ)
    _, name = WRITERS[kind]
    folder = killed / kind / point.replace(" ", "-")
    assert unsound(folder) == []
    files = {file for file in contents(folder) if not file.startswith((".", "tables/."))}
    is_new = point == "renamed"
    assert files == ({name} if is_new or kind not in NEVER_TWICE else set())
    if files:
        new = (killed / kind / "whole" / name).read_bytes()
        assert ((folder / name).read_bytes() == new) == is_new or kind in NEVER_TWICE
