"""Whether what lies in a folder is whole: every file is opened by what reads it, to its end."""

from __future__ import annotations

import csv
import hashlib
import json
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pyarrow.parquet
from openpyxl import load_workbook


def unsound(folder: Path) -> list[str]:
    """Return what is wrong with files under a final name, and with names of temporary ones."""
    faults = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if path.is_dir() or any(part.startswith(".") for part in relative.parts):
            continue
        if path.suffix == ".tmp":
            faults.append(f"{relative}: a temporary file without a dot")
        read = READERS.get(path.suffix)
        try:
            if read is not None:
                read(path)
        except Exception as error:  # whatever a reader says of half a file
            faults.append(f"{relative}: {type(error).__name__} {error}")
    return faults + unlisted(folder)


def unlisted(folder: Path) -> list[str]:
    """Return the files that a manifest lists and that are not there as it lists them."""
    faults = []
    for name in ("manifest.json", "batch.json"):
        if not (folder / name).is_file():
            continue
        for entry in json.loads((folder / name).read_text(encoding="utf-8"))["files"]:
            path = folder / entry["path"]
            if not path.is_file():
                faults.append(f"{name} lists {entry['path']}, which is not there")
            elif hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
                faults.append(f"{name} lists {entry['path']} with another digest")
    return faults


def _workbook(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
    book = load_workbook(path, read_only=True)
    assert book.sheetnames
    book.close()


def _page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.rstrip().endswith("</html>")
    open_tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            while open_tags and open_tags.pop() != tag:
                pass

    reader = Reader()
    reader.feed(text)
    reader.close()
    assert not open_tags


def _table(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert len({len(row) for row in csv.reader(StringIO(text), strict=True)}) == 1


def _json(path: Path) -> None:
    json.loads(path.read_text(encoding="utf-8"))


def _programme(path: Path) -> None:
    assert path.read_text(encoding="utf-8").rstrip().endswith(("ENDATA", "End"))


def _parquet(path: Path) -> None:
    pyarrow.parquet.read_table(path)


READERS: dict[str, Callable[[Path], None]] = {
    ".xlsx": _workbook,
    ".html": _page,
    ".csv": _table,
    ".json": _json,
    ".parquet": _parquet,
    ".mps": _programme,
    ".lp": _programme,
}
