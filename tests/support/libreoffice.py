"""LibreOffice as tests call it to print: a profile of its own, and once more where it crashes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from hepaplan.reports.verification.recalculated import PROGRAM

TIMES = 2


def converted(path: Path, target: str, out: Path) -> list[Path]:
    """Return the files that a conversion leaves in a folder of its own; there need not be any."""
    out.mkdir()
    for time in range(TIMES):
        profile = out / f"profile{time}"
        command = [
            PROGRAM, f"-env:UserInstallation={profile.as_uri()}", "--headless",
            "--convert-to", target, "--outdir", str(out), str(path),
        ]  # fmt: skip
        done = subprocess.run(command, check=False, timeout=120, capture_output=True)
        if done.returncode == 0:
            break
    else:
        raise AssertionError(f"LibreOffice failed {TIMES} times: {done.stderr!r}")
    return sorted(made for made in out.iterdir() if made.is_file())
