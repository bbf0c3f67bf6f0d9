"""The folder of a calibrated scenario: an overlay that states every figure that the fit moved."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from hepaplan.model.calibration.parameters import with_numbers
from hepaplan.model.calibration.request import Request
from hepaplan.model.figures import figures
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, WrongUse
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.uncertainty.study import Study
from hepaplan.scenarios.files import (
    LONGEST_PATH,
    SCENARIO_FILE,
    scenario_document,
    shipped_folder,
)

BARE = re.compile(r"^[A-Za-z0-9_-]+$")
SOURCE = "calibration"
ELIGIBILITY_FILE = "eligibility.csv"
WRITTEN_BY = "# Written by hepaplan calibrate."
DIGITS = 15
CHANGED = Quantity | Schedule


def refuse_taken_overlay(folder: Path, overwrite: bool = False) -> None:
    """Raise WrongUse where a folder exists, unless `overwrite` and a calibration wrote it."""
    if (folder.exists() or folder.is_symlink()) and not (overwrite and _is_ours(folder)):
        raise WrongUse(f"'{folder.name}' exists already and is left alone; choose another --out")


def write_overlay(
    folder: Path, request: Request, study: Study, targets: Path, overwrite: bool = False
) -> Path:
    """Return the new folder, a scenario based on the one that was calibrated.

    Its `scenario.toml` states each figure that the fit moved, in full, with a reason; shares that
    made room for another are among them. `targets` is the file that was read. Raises WrongUse where
    the folder exists (`refuse_taken_overlay`) or lies too far from the scenario's.
    """
    refuse_taken_overlay(folder, overwrite)
    base = _based_on(folder, scenario_document(request.scenario, targets.parent))
    before = study.scenario
    numbers = [float(number) for number in study.tables["parameters"]["after"]]
    after = with_numbers(before, request.parameters, numbers)
    folder.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        text = overlay_text(folder.name, base, request, study, after)
        (unfinished / SCENARIO_FILE).write_text(text, encoding="utf-8", newline="\n")
        if _table_moved(before, after):
            after.tables.eligibility.to_csv(
                unfinished / ELIGIBILITY_FILE, index=False, lineterminator="\n"
            )
        unfinished.chmod(0o755)
        if folder.exists():
            folder.rename(earlier := unfinished.with_name(f"{unfinished.name}.old"))
            unfinished.rename(folder)
            shutil.rmtree(earlier)
        else:
            unfinished.rename(folder)
    except OSError:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return folder


def _is_ours(folder: Path) -> bool:
    """Whether a folder holds what a calibration wrote and nothing else."""
    if folder.is_symlink() or not folder.is_dir():
        return False
    names = {path.name for path in folder.iterdir()}
    stated = folder / SCENARIO_FILE
    if not {SCENARIO_FILE} <= names <= {SCENARIO_FILE, ELIGIBILITY_FILE} or not stated.is_file():
        return False
    with stated.open(encoding="utf-8", errors="replace") as file:
        return file.readline().startswith(WRITTEN_BY)


def overlay_text(name: str, base: str, request: Request, study: Study, after: Scenario) -> str:
    """Return the overlay's scenario.toml."""
    before, source = study.scenario, _source(study.scenario)
    observed = ", ".join(target.name for target in request.targets)
    reason = f"calibrated to {observed}"
    objective = float((study.tables["fit"]["residual"] ** 2).sum())
    note = (
        f"changed by a fit of {len(request.parameters)} figures to {observed}: sum of squared "
        f"residuals {objective:.4g}; it has no distribution of its own any more"
    )
    lines = [
        f"{WRITTEN_BY} Validate against data that were not used before relying on it.",
        f"based_on = {_text(base)}",
        f"name = {_text(name)}",
        f"title = {_text(f'{before.settings.title}, calibrated')}",
    ]
    words = {"source": source, "quality": "derived", "note": note, "reason": reason}
    for key, figure in moved_figures(before, after):
        lines += ["", f"[{_dotted(key)}]", *_numbers(figure), f"unit = {_text(figure.unit)}"]
        if figure.price_year is not None:
            lines.append(f"price_year = {figure.price_year}")
        lines += [f"{field} = {_text(text)}" for field, text in words.items()]
    if _table_moved(before, after):
        lines += ["", "[tables.eligibility]", f"file = {_text(ELIGIBILITY_FILE)}", 'unit = "share"']
        lines += [f"{field} = {_text(text)}" for field, text in words.items()]
    citations = "; ".join(
        f"{target.name} ({target.source}): {request.sources[target.source].citation}"
        for target in request.targets
    )
    lines += [
        "",
        f"[sources.{source}]",
        f"citation = {_text(f'Fitted to what was observed: {citations}')}",
        "seen = true",
    ]
    return "\n".join(lines) + "\n"


def moved_figures(before: Scenario, after: Scenario) -> Iterator[tuple[Key, CHANGED]]:
    """Yield (key, figure) of every figure whose numbers differ; copies follow their originals.

    A hazard ratio that was not stated was 1.
    """
    old = _figures(before)
    moved = {}
    for key, figure in _figures(after).items():
        now = figure.numbers()
        was = old[key].numbers() if key in old else dict.fromkeys(now, 1.0)
        if not _same(was, now):
            moved[key] = figure
    for key, figure in moved.items():
        original = moved.get(before.copies.get(key, ()))
        if original is None or not _same(original.numbers(), figure.numbers()):
            yield key, figure


def _same(one: Mapping[str, float], other: Mapping[str, float]) -> bool:
    return one.keys() == other.keys() and all(
        _number(one[part]) == _number(other[part]) for part in one
    )


def _figures(scenario: Scenario) -> Mapping[Key, CHANGED]:
    every = (*figures(scenario.settings), *figures(scenario.pathway, ("pathway",)))
    return {key: figure for key, figure in every if isinstance(figure, Quantity | Schedule)}


def _table_moved(before: Scenario, after: Scenario) -> bool:
    return not before.tables.eligibility.equals(after.tables.eligibility)


def _based_on(folder: Path, document: Path) -> str:
    """Return how an overlay in a folder names the scenario it is based on."""
    home = document.resolve().parent
    if home.is_relative_to(shipped_folder().resolve()):
        return home.relative_to(shipped_folder().resolve()).as_posix()
    stated = Path(os.path.relpath(home, folder.resolve())).as_posix()
    if len(stated) > LONGEST_PATH:
        raise WrongUse(f"'{folder.name}' lies too far from {home.name}; write it nearer to it")
    return stated


def _source(scenario: Scenario) -> str:
    """Return a key of sources that the scenario does not have yet."""
    number, key = 1, SOURCE
    while key in scenario.settings.sources:
        number += 1
        key = f"{SOURCE}_{number}"
    return key


def _numbers(figure: CHANGED) -> list[str]:
    if isinstance(figure, Schedule):
        listed = ", ".join(map(_number, figure.value))
        return [f"value = [{listed}]", f"then = {_number(figure.then)}"]
    if isinstance(figure.value, dict):
        parts = ", ".join(
            f"{_name(part)} = {_number(number)}" for part, number in figure.value.items()
        )
        return [f"value = {{ {parts} }}"]
    return [f"value = {_number(figure.value)}"]


def _number(value: float) -> str:
    """Return a number without what rounding leaves in its last digit."""
    return repr(float(f"{value:.{DIGITS}g}"))


def _dotted(key: Key) -> str:
    return ".".join(_name(str(part)) for part in key)


def _name(part: str) -> str:
    return part if BARE.match(part) else _text(part)


def _text(text: str) -> str:
    """Return text as TOML writes it: JSON's escapes are TOML's too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
