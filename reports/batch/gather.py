"""Parts of a batch that were run apart, joined into one data set."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

from hepaplan.model.batch.parts import part_of
from hepaplan.model.problems import WrongUse
from hepaplan.reports.batch.parquet import need_parquet
from hepaplan.reports.batch.results import survey
from hepaplan.reports.batch.runner import IN_SILENCE, BatchReport, Job, Telling, reported
from hepaplan.reports.batch.store import Kept, Store
from hepaplan.reports.folder_lock import hold

PART = re.compile(r"part-([0-9]{1,9})-of-([0-9]{1,9})")
MOST_COMMANDS = 20


class PartsMissing(WrongUse):
    """Some runs of the design are in no part's folder."""


def part_folder(folder: Path, number: int, of: int) -> Path:
    """Return where part `number` of `of` is kept: each has a folder, so that none waits."""
    return folder / f"part-{number:0{len(str(of))}}-of-{of}"


def gather(folder: Path, job: Job, telling: Telling = IN_SILENCE) -> BatchReport:
    """Return the report of the whole design, from the parts in `folder`; nothing is evaluated.

    The data set is equal to that of a batch that was run in one piece. If runs are missing
    nothing is written, and PartsMissing lists the commands that run them.
    """
    need_parquet()
    began = time.monotonic()
    if not folder.is_dir():
        raise WrongUse(f"{folder} is not a folder: run the parts first, each with --part 1/100 …")
    with hold(folder):
        whole = Store(folder)
        empty, filled = {1}, set[int]()
        for place, of in _places(folder):
            store = Store(place).read()
            (filled if store.kept else empty).add(of)
            for key, found in store.kept.items():
                if not whole.is_finished(key):
                    whole.kept[key] = found
            for words in store.notes:
                telling.note(f"{place.name}: {words}")
        asked = survey(job.works)
        _refuse_missing(folder, job, asked.keys, whole.kept, max(filled or empty))
        return reported(folder, job, asked, whole, 0, began)


def _places(folder: Path) -> Iterator[tuple[Path, int]]:
    """Yield the folders that may hold outcomes, and how many parts each was one of."""
    yield folder, 1
    for place in sorted(folder.iterdir()):
        named = PART.fullmatch(place.name)
        if named and place.is_dir():
            yield place, int(named.group(2))


def _refuse_missing(
    folder: Path, job: Job, keys: list[str], kept: dict[str, Kept], of: int
) -> None:
    absent = [place for place, key in enumerate(keys) if key not in kept]
    if not absent:
        return
    parts = sorted({part_of(place, of) for place in absent})
    commands = [f"  {job.command} --part {number}/{of}" for number in parts[:MOST_COMMANDS]]
    if len(parts) > MOST_COMMANDS:
        commands.append(f"  … and {len(parts) - MOST_COMMANDS} more parts")
    raise PartsMissing(
        f"{len(absent)} of {len(keys)} runs are not in {folder} yet, so nothing was gathered; "
        "run\n" + "\n".join(commands)
    )
