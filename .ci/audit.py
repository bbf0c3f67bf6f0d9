"""Ask for the known faults of every pinned package, and say how many could be asked about.

pip-audit calls a package that it finds no list for "skipped" and then says that nothing was found;
here that is said as what it is. Only a fault that is found fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PIP_AUDIT = [
    str(Path(sys.executable).with_name("pip-audit")),
    "--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json",
]  # fmt: skip
SECONDS = 60


def main(requirements: list[str]) -> int:
    """Print what was found, and return 1 if any package has a known fault."""
    files = [word for file in requirements for word in ("-r", file)]
    try:
        done = subprocess.run(
            [*PIP_AUDIT, *files], capture_output=True, text=True, timeout=SECONDS, check=False
        )
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError):
        print("   0 packages checked: the list of known faults was not reached")
        return 0
    asked = [package for package in packages if "skip_reason" not in package]
    faulty = [package for package in asked if package["vulns"]]
    print(f"   {len(asked)} of {len(packages)} packages checked, {len(faulty)} with known faults")
    for package in faulty:
        names = ", ".join(fault["id"] for fault in package["vulns"])
        print(f"   {package['name']} {package['version']}: {names}")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
