"""Reading a scenario's files safely: inside its folder, of a sane size, in UTF-8."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PureWindowsPath

from hepaplan.model.problems import listed, nearest
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem, seen

SCENARIO_FILE = "scenario.toml"
MAX_TOML_BYTES = 1_000_000
MAX_CSV_BYTES = 20_000_000
NOT_SCENARIOS = {"evidence", "pathways"}
LONGEST_PATH = 200
LONGEST_ON_DISK, LONGEST_PART = 4_000, 255
DEVICES = {"CON", "PRN", "AUX", "NUL"}
DEVICES |= {f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)}


@dataclass(frozen=True)
class Source:
    """A text file: where it is, how it is shown to the user, what it holds, and its SHA-256."""

    path: Path
    name: str
    text: str
    digest: str


def shipped_folder() -> Path:
    """Return the folder of the scenarios that come with hepaplan."""
    return Path(str(resources.files("hepaplan.scenarios")))


def shipped() -> tuple[str, ...]:
    """Return the names of the scenarios that come with hepaplan."""
    found = shipped_folder().glob(f"*/{SCENARIO_FILE}")
    return tuple(sorted(p.parent.name for p in found if p.parent.name not in NOT_SCENARIOS))


def shown(path: Path, home: Path) -> str:
    """Return a short name of a file for messages, never a path from the root of the disk.

    Shipped files are shown below hepaplan's scenarios, others below their scenario's folder.
    """
    path = path.resolve()
    for base in (shipped_folder().resolve(), home.resolve().parent):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return f"{path.parent.name}/{path.name}"


def read_source(path: Path, name: str, most_bytes: int) -> Source:
    """Return a file's text, or raise with what keeps it from being read."""
    try:
        if path.exists() and not path.is_file():
            found = "a folder" if path.is_dir() else "no plain file"
            words = f"found {found}; expected a file with text; give the file's name"
            raise _refused(name, words)
        if not path.is_file():
            raise _refused(name, f"there is no such file{_near(path)}; create it or mend the name")
        size = path.stat().st_size
        if size > most_bytes:
            raise _refused(
                name,
                f"found {size:,} bytes; expected at most {most_bytes:,}; split or shorten the file",
            )
        data = path.read_bytes()
    except OSError as error:
        raise _refused(
            name, f"the file cannot be read ({error.strerror}); check its permissions"
        ) from None
    return Source(path, name, decoded(data, name), hashlib.sha256(data).hexdigest())


def decoded(data: bytes, name: str) -> str:
    """Return UTF-8 text, with or without a mark at its start."""
    remedy = "save it again as UTF-8 (in Excel: 'CSV UTF-8 (comma delimited)')"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refused(name, f"found UTF-16 text; expected UTF-8; {remedy}", 1)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found = f"found byte {data[error.start]:#04x} at position {error.start}, which is not UTF-8"
        raise _refused(name, f"{found}; expected UTF-8 text; {remedy}", line) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _refused(name, f"found a NUL character; expected text; {remedy}", line)
    return text


def inside(folder: Path, stated: str) -> Path:
    """Return the file that a scenario's file names, which must lie in the same folder."""
    fault = _path_fault(stated)
    if fault:
        raise ValueError(fault)
    path = folder / stated
    try:
        reached = path.resolve()
    except (OSError, RuntimeError) as error:
        raise ValueError(
            f"found '{stated}', a link that leads nowhere; mend or replace it"
        ) from error
    if not reached.is_relative_to(folder.resolve()):
        raise ValueError(
            f"found '{stated}', which leads out of the scenario's folder; expected a file inside "
            "it; copy the file into the folder and name it without '..'"
        )
    return path


def scenario_document(stated: str | Path, folder: Path | None = None) -> Path:
    """Return the scenario.toml that a name stands for: a shipped scenario or a folder.

    From a file (`folder` given) a folder must be relative; from the command line any will do.
    """
    text = str(stated)
    if folder is None and is_too_long(text):
        raise _unknown_scenario(text)
    base = shipped_folder() / text
    plain = not text.startswith((".", "/", "~")) and _path_fault(text) == ""
    if plain and (base / SCENARIO_FILE).is_file():
        return base / SCENARIO_FILE
    if folder is not None:
        fault = _path_fault(text.replace("../", ""))
        if fault:
            raise ValueError(fault)
    path = Path(stated) if folder is None else folder / text
    if path.name == SCENARIO_FILE and path.is_file():
        return path
    if (path / SCENARIO_FILE).is_file():
        return path / SCENARIO_FILE
    raise _unknown_scenario(text)


def is_too_long(stated: str) -> bool:
    """Return whether a name is longer than disks take, so that asking for it is an error."""
    return len(stated) > LONGEST_ON_DISK or any(
        len(os.fsencode(part)) > LONGEST_PART for part in Path(stated).parts
    )


def _unknown_scenario(text: str) -> ValueError:
    known = [*shipped(), *(f"evidence/{p.name}" for p in (shipped_folder() / "evidence").glob("*"))]
    near = "" if is_too_long(text) else nearest(text, known)
    return ValueError(
        f"found '{seen(text, LONGEST_PATH)}', which is no shipped scenario and no folder with a "
        f"{SCENARIO_FILE}{near}; expected one of {listed(known)}, or a folder"
    )


def _path_fault(stated: str) -> str:
    windows = PureWindowsPath(stated)
    if not stated.strip() or "\0" in stated or len(stated) > LONGEST_PATH:
        return f"expected the name of a file inside the folder, of 1 to {LONGEST_PATH} characters"
    if windows.drive or windows.root or stated.startswith("~"):
        return f"found '{stated}'; expected a name relative to this file's folder; shorten it"
    if "\\" in stated:
        return f"found '{stated}'; expected forward slashes; write {stated.replace(chr(92), '/')}"
    if ".." in windows.parts:
        return (
            f"found '{stated}', which leads out of the scenario's folder; expected a file inside "
            "it; copy the file into the folder and name it without '..'"
        )
    if any(part.split(".")[0].upper() in DEVICES for part in windows.parts):
        return f"found '{stated}', a name that Windows keeps for devices; choose another"
    return ""


def _near(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    return nearest(path.name, [p.name for p in path.parent.iterdir()])


def _refused(name: str, message: str, line: int | None = None) -> InvalidScenario:
    return InvalidScenario([LocatedProblem(name, line, "", message)])
