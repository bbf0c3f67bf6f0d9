"""Refuse a wheel or sdist in dist/ that lacks a file it should have, or has one it should not."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SHIPPED = ("model", "scenarios", "reports")
KINDS = {".py", ".typed", ".toml", ".csv", ".md"}
ADDED = (".dist-info/", ".egg-info/", "PKG-INFO", "setup.cfg")
BESIDE = (".site", "docs", "tests")
ALONE = (
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "MANIFEST.in", "README.md", "cli.py",
    "mkdocs.yml", "pyproject.toml", "requirements-dev.txt", "requirements-lowest.txt",
)  # fmt: skip


def below(folder: str) -> set[str]:
    """Return the files of a folder of this checkout, caches left out."""
    files = (path for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts}


def unlike(what: str, found: set[str], wanted: set[str]) -> list[str]:
    """Return a line for each file that is missing or does not belong."""
    ours = {name for name in found if not any(mark in name for mark in ADDED)}
    missing = [f"{what}: {name} is missing" for name in sorted(wanted - ours)]
    return missing + [f"{what}: {name} does not belong" for name in sorted(ours - wanted)]


def main(folder: Path) -> int:
    """Say what is wrong, and return 1 if anything is."""
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    shipped = {name for top in SHIPPED for name in below(top) if Path(name).suffix in KINDS}
    with zipfile.ZipFile(wheel) as archive:
        in_wheel = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        members = [member for member in archive.getmembers() if not member.isdir()]
        in_sdist = {member.name.partition("/")[2] for member in members}
        links = [f"sdist: {member.name} is a link" for member in members if not member.isfile()]
    beside = {name for top in BESIDE for name in below(top)}
    faults = [
        *unlike("wheel", in_wheel, {f"hepaplan/{name}" for name in {*shipped, "cli.py"}}),
        *unlike("sdist", in_sdist, {*shipped, *beside, *ALONE}),
        *links,
    ]
    print("\n".join(faults) or f"wheel: {len(in_wheel)} files, sdist: {len(in_sdist)} files")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
