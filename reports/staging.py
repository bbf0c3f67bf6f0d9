"""A run's files made aside and put in place together: an earlier run stays whole until then."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hepaplan.reports.folder_lock import NEW, hold
from hepaplan.reports.output import FINISHED, MANIFEST, TABLES, manifest_status
from hepaplan.reports.progress import note
from hepaplan.reports.whole_file import (
    NO_SPACE,
    atomic_file,
    flush_folder,
    no_space,
    replace_file,
)

READY, EARLIER = ".ready", ".earlier-manifest.json"
WORKBOOKS = "report|compare|tornado|psa|voi|sensitivity|calibration|verification"
OURS = rf"{TABLES}/[A-Za-z0-9_]+\.csv|({WORKBOOKS})\.xlsx|report\.html"


@contextmanager
def whole_run(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder in `folder`, held for this run; what is in it then takes its place.

    Nothing in `folder` changes before all of the run is on disk, its manifest too; from then on the
    run is not lost: what stops it from being put in place is made good by the next one here. If the
    run ends early a new folder gets a manifest that says so, and lists no file. OSError where there
    is no space names the folder and what is needed.
    """
    began = time.time()
    with hold(folder):
        made = folder / NEW
        if (folder / READY).is_dir():
            _put_in_place(folder)
            note((f"the run before into {folder} was whole, and has been put in place",))
        if (status := manifest_status(folder)) not in (None, FINISHED):
            note((f"the run before into {folder} did not finish ({status})",))
        try:
            made.mkdir()
            yield made
            made.rename(folder / READY)
            _put_in_place(folder)
        except BaseException as error:
            size = size_of(made)
            shutil.rmtree(made, ignore_errors=True)
            if not (folder / READY).is_dir():
                say_unfinished(folder, error, began)
            if isinstance(error, OSError) and not folder.is_dir():
                raise FileNotFoundError(
                    f"{folder} was removed while it was written into: run the command again"
                ) from error
            if isinstance(error, OSError) and error.errno in NO_SPACE:
                needed = max(size + getattr(error, "written", 0), _earlier_size(folder))
                raise no_space(folder, needed, error) from error
            raise


def say_unfinished(folder: Path, error: BaseException, began: float, name: str = MANIFEST) -> None:
    """Leave a manifest of a run that ended early, where there is none yet."""
    if (folder / name).exists() or not folder.is_dir():
        return
    interrupted = isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit)
    document: dict[str, Any] = {
        "schema_version": 1,
        "status": "interrupted" if interrupted else "failed",
        "writing_began": _utc(began),
        "ended": _utc(time.time()),
        "files": [],
    }
    with suppress(OSError), atomic_file(folder / name) as file:
        file.write(json.dumps(document, indent=2).encode() + b"\n")


def _utc(moment: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def size_of(folder: Path) -> int:
    """Return the bytes of all files in a folder."""
    sizes = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            sizes.append(path.stat().st_size if path.is_file() else 0)
    return sum(sizes)


def _earlier_size(folder: Path) -> int:
    """Return the bytes of the earlier run in a folder, which a new one is about as large as."""
    paths = (folder / relative for relative in _listed(folder / MANIFEST))
    return sum(path.stat().st_size for path in paths if path.is_file())


def _put_in_place(folder: Path) -> None:
    """Move a finished run's files into its folder, the manifest last; then remove stale ones.

    What was stopped half way is gone on with.
    """
    made = folder / READY
    if (made / MANIFEST).exists():
        with suppress(FileNotFoundError):
            (folder / MANIFEST).replace(folder / EARLIER)
    if (made / TABLES).is_dir():
        (folder / TABLES).mkdir(exist_ok=True)
    fresh = [str(p.relative_to(made)) for p in made.rglob("*") if p.is_file()]
    for relative in sorted(fresh, key=MANIFEST.__eq__):
        replace_file(made / relative, folder / relative)
    for relative in (*(_listed(folder / EARLIER) - _listed(folder / MANIFEST)), EARLIER):
        (folder / relative).unlink(missing_ok=True)
    for place in (folder / TABLES, folder):
        if place.is_dir():
            flush_folder(place)
    shutil.rmtree(made)


def _listed(manifest: Path) -> set[str]:
    """Return the files of ours that a manifest lists; a forged one names no others."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        paths = {str(entry["path"]) for entry in files}
        return {path for path in paths if re.fullmatch(OURS, path)}
    return set()
