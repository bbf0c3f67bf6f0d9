"""Writers killed at seven points of a write: `python -m tests.faults.points FOLDER`.

FOLDER gets a folder for each writer and point, as the kill left it. Each writer runs in a fork of
this process, which kills itself: by the kernel where a file reaches a size (a limit on it), else
where a call is about to be made or has been.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock, patch

import pandas as pd
from openpyxl.workbook.workbook import Workbook

POINTS = (
    "opened", "first byte", "half way", "last byte", "before fsync", "before rename", "renamed",
)  # fmt: skip
Write = Callable[[Path], None]
OLD, FRESH = 1.5, 2.5


def csv_table(folder: Path, number: float = FRESH) -> None:
    """Write tables/starts.csv."""
    from hepaplan.reports.output import write_tables

    write_tables(folder, {"starts": _frame(number)})


def manifest(folder: Path, number: float = FRESH) -> None:
    """Write manifest.json, 8 kB of it."""
    from hepaplan.reports.output import write_manifest

    write_manifest(folder, {"figures": [number + n for n in range(1_000)]}, ())


def workbook(folder: Path, number: float = FRESH) -> None:
    """Write report.xlsx by the writer of every report."""
    from hepaplan.reports.workbook import write_workbook

    nothing: Any = None
    with patch("hepaplan.reports.workbook.build_workbook", lambda *_: _book(number)):
        write_workbook(folder / "report.xlsx", nothing)


def page(folder: Path, number: float = FRESH) -> None:
    """Write report.html by the writer of every page."""
    from hepaplan.reports.study.page import write_study_page

    nothing: Any = None
    text = f"<html><body>{'<p>starts</p>' * 900}{number}</body></html>\n"
    with patch("hepaplan.reports.study.page.study_page", lambda _: text):
        write_study_page(folder / "report.html", nothing)


def parquet(folder: Path, number: float = FRESH) -> None:
    """Write a chunk of finished runs."""
    from hepaplan.reports.batch.store import chunk_of
    from hepaplan.reports.batch.work import Outcome
    from hepaplan.reports.whole_file import atomic_file

    runs = [Outcome(f"{n:032}", "done", {"plan.deaths": number * n}, "", 0.1) for n in range(900)]
    with atomic_file(folder / "chunk-1.parquet") as file:
        file.write(chunk_of(runs))


def programme(folder: Path, number: float = FRESH) -> None:
    """Write programme.mps by the writer of `--write-model`; PuLP's writer is stood in for."""
    from hepaplan.reports.run import write_programme

    text = "NAME hepaplan\n" + "".join(f"    X{n}  C1  {number}\n" for n in range(900)) + "ENDATA\n"
    with patch.multiple(
        "hepaplan.reports.run",
        readable_names=lambda *_: None,
        write_model=lambda path, *_: Path(path).write_text(text),
    ):
        write_programme(folder / "programme.mps", MagicMock())


def template(folder: Path, number: float = FRESH) -> None:
    """Write my-region.xlsx, which `new --workbook` refuses to write twice."""
    from hepaplan.scenarios.workbook.template import write_template

    with patch.multiple(
        "hepaplan.scenarios.workbook.template",
        template_book=lambda *_: _book(number),
        load_scenario=lambda *_: None,
    ):
        write_template("my-region", folder)


WRITERS: dict[str, tuple[Callable[[Path, float], None], str]] = {
    "workbook": (workbook, "report.xlsx"),
    "page": (page, "report.html"),
    "csv": (csv_table, "tables/starts.csv"),
    "json": (manifest, "manifest.json"),
    "parquet": (parquet, "chunk-1.parquet"),
    "mps": (programme, "programme.mps"),
    "template": (template, "my-region.xlsx"),
}
NEVER_TWICE = ("template",)


@cache
def _frame(number: float) -> pd.DataFrame:
    return pd.DataFrame({"month": range(900), "starts": [number * n for n in range(900)]})


def _book(number: float) -> Workbook:
    book = Workbook()
    for row in _frame(number).itertuples():
        book.worksheets[0].append(list(row))
    return book


def kill_at(point: str, write: Write, folder: Path, name: str, size: int) -> int:
    """Return the signal that ended a fork in which `write` was killed at a point; 0 if none did."""
    child = os.fork()
    if child == 0:
        _arm(point, folder, name, size)
        try:
            write(folder)
        except BaseException as error:
            os.write(2, f"{name}, {point}: {error!r}\n".encode())
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _arm(point: str, folder: Path, name: str, size: int) -> None:
    """Have this process killed at a point of the write of `name`, of about `size` bytes."""
    limits = {"first byte": 1, "half way": size // 2, "last byte": size - 1}
    if point in limits:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits[point], limits[point]))
        return
    if point == "before fsync":
        patch("os.fsync", _end).start()
        return
    opened: list[str] = []

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "os.rename" and point == "before rename":
            if str(arguments[1]) == str(folder / name):
                _end()
        elif event == "open" and point == "opened" and _is_write(arguments, folder):
            opened.append(event)

    sys.addaudithook(heard)
    if point == "opened":  # the next thing that Python does after the call that opened it
        sys.setprofile(lambda *_: _end() if opened else None)
    if point == "renamed":
        for name in ("replace", "rename"):
            patch.object(Path, name, _then_end(getattr(Path, name))).start()


def _then_end(call: Callable[..., object]) -> Callable[..., None]:
    def called(*given: object) -> None:
        call(*given)
        _end()

    return called


def _is_write(arguments: tuple[Any, ...], folder: Path) -> bool:
    path, _, flags = arguments
    return str(path).startswith(str(folder)) and bool(int(flags) & (os.O_WRONLY | os.O_RDWR))


def _end(*_: object) -> None:
    sys.setprofile(None)
    os.kill(os.getpid(), signal.SIGKILL)


def main(place: Path) -> None:
    """Kill every writer at every point, and write how each fork ended into `ends.json`."""
    ends: dict[str, int] = {}
    for kind, (write, name) in WRITERS.items():
        whole = place / kind / "whole"
        whole.mkdir(parents=True)
        write(whole, FRESH)
        for point in POINTS:
            folder = place / kind / point.replace(" ", "-")
            folder.mkdir()
            if kind not in NEVER_TWICE:
                write(folder, OLD)
            size = (whole / name).stat().st_size

            def fresh(where: Path, write: Callable[[Path, float], None] = write) -> None:
                write(where, FRESH)

            ends[f"{kind}, {point}"] = kill_at(point, fresh, folder, name, size)
    (place / "ends.json").write_text(json.dumps(ends))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
