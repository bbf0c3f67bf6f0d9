"""A live workbook calculated anew by LibreOffice, from stored values that were made wrong first."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl

PROGRAM = "soffice"
WORKBOOK = "xlsx:Calc MS Excel 2007 XML"
POISON = 12345.678
ALWAYS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"
 xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
 oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""The setting by which LibreOffice calculates every formula of a workbook that it opens."""
FORMULA = re.compile(r"(<f>[^<]*</f>)<v>[^<]*</v>")
ERROR = re.compile(r'<c r="([A-Z]+\d+)"[^>]* t="e"[^>]*>(?:<f[^>]*>[^<]*</f>)?<v>([^<]*)</v>')
LONGEST_SECONDS, SECONDS_EACH = 600, 20


class NotRecalculated(Exception):
    """LibreOffice ended without a workbook, or did not end."""


class Crashed(NotRecalculated):
    """LibreOffice ended with a code that says it failed."""


def has_libreoffice() -> bool:
    """Return whether LibreOffice is installed."""
    return shutil.which(PROGRAM) is not None


def poisoned(path: Path, out: Path) -> Path:
    """Return a copy with the same wrong number stored as the value of every formula."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.startswith("xl/worksheets/sheet"):
                data = FORMULA.sub(rf"\1<v>{POISON}</v>", data.decode()).encode()
            new.writestr(part.filename, data)
    return out


def sheet_parts(path: Path) -> dict[str, str]:
    """Return the part of each sheet, by title."""
    with zipfile.ZipFile(path) as archive:
        book = archive.read("xl/workbook.xml").decode()
        links = archive.read("xl/_rels/workbook.xml.rels").decode()
    targets: dict[str, str] = {}
    for relation in re.findall(r"<Relationship [^>]*/>", links):
        name = re.search(r'Id="([^"]*)"', relation)
        target = re.search(r'Target="([^"]*)"', relation)
        if name and target:
            targets[name.group(1)] = target.group(1).lstrip("/")
    found = {}
    for title, key in re.findall(r'<sheet [^>]*?name="([^"]*)"[^>]*?r:id="([^"]*)"', book):
        part = targets[key]
        found[title] = part if part.startswith("xl/") else f"xl/{part}"
    return found


def recalculated(path: Path, folder: Path) -> Path:
    """Return the workbook as LibreOffice saves it after calculating every cell anew.

    Raises NotRecalculated where it leaves none.
    """
    (made,) = recalculated_all([path], folder)
    return made


def recalculated_all(paths: Sequence[Path], folder: Path) -> list[Path]:
    """Return workbooks of different names, each calculated anew; two LibreOffices run at a time.

    Raises ValueError where two have one name, NotRecalculated where a workbook is not made.
    """
    out = folder / "recalculated"
    made = [out / path.name for path in paths]
    if len(set(made)) < len(paths):
        raise ValueError("two workbooks have the same name")
    halves = [half for half in (paths[::2], paths[1::2]) if half]
    with ThreadPoolExecutor(len(halves)) as pool:
        profiles = [folder / f"profile{number}" for number in range(len(halves))]
        list(pool.map(convert, halves, profiles, [out] * len(halves)))
    if not all(path.exists() for path in made):
        raise NotRecalculated("LibreOffice left no file")
    return made


def convert(paths: Sequence[Path], profile: Path, out: Path, target: str = WORKBOOK) -> None:
    """Have LibreOffice write files anew; one that crashes, as some do at their start, twice.

    Every cell is calculated anew. `target`: a file's ending, with a filter of LibreOffice's or
    without. Raises NotRecalculated where it fails or does not end; that it ends well does not mean
    that there is a file.
    """
    try:
        _run(paths, profile, out, target)
    except Crashed:
        _run(paths, profile.with_name(f"{profile.name}-again"), out, target)


def _run(paths: Sequence[Path], profile: Path, out: Path, target: str) -> None:
    """Run LibreOffice once; it and the programs it starts end here in any case."""
    (profile / "user").mkdir(parents=True, exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(ALWAYS)
    words = [
        PROGRAM, f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless",
        "--convert-to", target, "--outdir", str(out), *map(str, paths),
    ]  # fmt: skip
    longest = LONGEST_SECONDS + SECONDS_EACH * len(paths)
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True
    ) as started:
        try:
            said, _ = started.communicate(timeout=longest)
        except subprocess.TimeoutExpired as late:
            raise NotRecalculated(f"LibreOffice did not end in {longest} seconds") from late
        finally:
            if started.poll() is None:
                _end(started)
    if started.returncode:
        words_said = " ".join(said.decode(errors="replace").split())
        raise Crashed(f"LibreOffice ended with code {started.returncode}: {words_said}")


def _end(started: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        if os.name == "nt":
            started.kill()
        else:
            os.killpg(started.pid, signal.SIGKILL)


def errors_in(path: Path) -> list[str]:
    """Return the cells that hold an error, such as "Value!B7 #DIV/0!"."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for title, part in sheet_parts(path).items():
            cells = ERROR.findall(archive.read(part).decode())
            found += [f"{title}!{cell} {error}" for cell, error in cells]
    return found


def values(path: Path, names: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return what each named cell holds; `names` (name to address) are the workbook's unless given.

    Only names of single cells count.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # charts as LibreOffice writes them
        book = openpyxl.load_workbook(path, data_only=True)
    stated = names or {name: str(defined.attr_text) for name, defined in book.defined_names.items()}
    found = {}
    for name, address in stated.items():
        sheet, _, cell = address.rpartition("!")
        cell = cell.replace("$", "")
        if ":" not in cell:
            found[name] = book[sheet.strip("'").replace("''", "'")][cell].value
    return found
