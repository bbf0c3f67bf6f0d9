"""What is inside an .xlsx file, looked at before any of it is opened as a workbook."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem

SUFFIX = ".xlsx"
OTHER_SUFFIXES = (".xlsm", ".xls", ".xlsb", ".xltx", ".xltm", ".ods")
MAX_BYTES = 20_000_000
MAX_UNPACKED = 100_000_000
MAX_RATIO = 100
MAX_PARTS = 1_000
OLD_CONTAINER = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an OLE file begins: Excel's older kind, and a newer one that a password encrypts."""
MARKUP = (b"<!DOCTYPE", b"<!ENTITY")
AGAIN = "save it again as .xlsx from the workbook that hepaplan wrote"


def is_workbook(source: str | Path) -> bool:
    """Return whether a source is named as a workbook is, of a kind we read or refuse."""
    return str(source).lower().endswith((SUFFIX, *OTHER_SUFFIXES))


def safe_bytes(path: Path, name: str) -> bytes:
    """Return the bytes of an .xlsx file of sane size, without macros or entities, or raise."""
    if not path.name.lower().endswith(SUFFIX):
        found = path.suffix or "no ending"
        raise refused(name, f"found a file of kind {found}; expected {SUFFIX}; save it as {SUFFIX}")
    try:
        if path.is_dir():
            raise refused(name, "found a folder; expected a file; give the file's name")
        if not path.is_file():
            raise refused(name, "there is no such file; create it or mend the name")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise refused(name, f"found {size:,} bytes; expected at most {MAX_BYTES:,}; {AGAIN}")
        data = path.read_bytes()
    except OSError as error:
        words = f"the file cannot be read ({error.strerror}); check its permissions"
        raise refused(name, words) from None
    fault = _fault(data)
    if fault:
        raise refused(name, f"{fault}; {AGAIN}")
    return data


def refused(name: str, message: str) -> InvalidScenario:
    """Return the refusal of a whole file."""
    return InvalidScenario([LocatedProblem(name, None, "", message)])


def _fault(data: bytes) -> str:
    if data.startswith(OLD_CONTAINER):
        return "found a file kept by a password, or of the kind .xls; expected neither"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _size_fault(archive, len(data)) or _content_fault(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, OSError, EOFError):
        return "found a file that is damaged, or no workbook"
    except (RuntimeError, ValueError, zlib.error):
        return "found a file that is damaged or kept by a password"


def _size_fault(archive: zipfile.ZipFile, packed: int) -> str:
    parts = archive.infolist()
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS:
        return f"found {len(parts):,} parts inside; expected at most {MAX_PARTS:,}"
    if len({part.filename for part in parts}) < len(parts):
        return "found two parts of one name inside; expected each once"
    if unpacked > MAX_UNPACKED:
        return f"found {unpacked:,} bytes unpacked; expected at most {MAX_UNPACKED:,}"
    if unpacked > MAX_RATIO * packed:
        return f"found {unpacked // packed} bytes to each packed one; expected at most {MAX_RATIO}"
    return ""


def _content_fault(archive: zipfile.ZipFile) -> str:
    for part in archive.infolist():
        data = archive.read(part)
        name = part.filename.lower()
        if "vbaproject" in name or b"macroEnabled" in data:
            return "found macros inside; expected none"
        plain = data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
        if name.endswith((".xml", ".rels", ".vml")) and any(mark in plain for mark in MARKUP):
            return f"found entities declared in {part.filename}; expected none"
    return ""
