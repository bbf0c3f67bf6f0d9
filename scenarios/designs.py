"""A design of many runs, from its TOML file to a checked batch, or every problem at once."""

from __future__ import annotations

from pathlib import Path

from hepaplan.model.batch.axes import all_levels
from hepaplan.model.batch.checks import design_problems
from hepaplan.model.batch.design import NO_OVERLAY, Design
from hepaplan.model.batch.tasks import Batch
from hepaplan.model.problems import Key, WrongUse, dotted, listed, nearest
from hepaplan.scenarios.code_version import code_version
from hepaplan.scenarios.design_bases import Bases
from hepaplan.scenarios.document import Document, read_document
from hepaplan.scenarios.files import (
    LONGEST_PATH,
    is_too_long,
    scenario_document,
    shipped_folder,
)
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem, seen
from hepaplan.scenarios.words import faults

SHIPPED = "batches"
SUFFIX = ".toml"


def shipped_designs() -> tuple[str, ...]:
    """Return the names of the designs that come with hepaplan."""
    return tuple(sorted(path.stem for path in (shipped_folder() / SHIPPED).glob(f"*{SUFFIX}")))


def design_file(stated: str) -> Path:
    """Return the file of a design: a path, or the name of a shipped one; else raise WrongUse."""
    if not is_too_long(stated) and Path(stated).is_file():
        return Path(stated)
    if stated in shipped_designs():
        return shipped_folder() / SHIPPED / f"{stated}{SUFFIX}"
    known = shipped_designs()
    near = "" if is_too_long(stated) else nearest(stated, known)
    raise WrongUse(
        f"found '{seen(stated, LONGEST_PATH)}', which is no file and no shipped design{near}; "
        f"expected a DESIGN{SUFFIX}, or one of {listed(known)}"
    )


def load_batch(path: Path, allow_many: bool = False) -> Batch:
    """Return the checked batch of a design file, with every base scenario it needs.

    More than a million runs are refused unless `allow_many`. Raises InvalidScenario with every
    problem found, each with its file and line.
    """
    design, document, places = read_design(path, allow_many)
    bases = Bases(design, document, places, all_levels(design))
    found = bases.loaded()
    if bases.problems:
        raise InvalidScenario(bases.problems)
    return Batch(design, found, bases.axes, bases.base_of, code_version())


def read_design(
    path: Path, allow_many: bool = False
) -> tuple[Design, Document, dict[tuple[str, str], Path]]:
    """Return a design, its document, and the scenario.toml of each scenario and overlay it names.

    These are keyed by axis (nothing for the base) and name; a folder is relative to the design's.
    """
    document = read_document(path, path.name)
    design, wrong = faults(Design, document.content)
    if design is None:
        raise InvalidScenario(
            LocatedProblem(document.name, document.line_of(key), dotted(key), message)
            for key, message in wrong
        )
    problems = [
        LocatedProblem(document.name, document.line_of(p.key), dotted(p.key), p.message)
        for p in design_problems(design, allow_many)
    ]
    places: dict[tuple[str, str], Path] = {}
    stated: list[tuple[Key, str, str]] = [(("scenario",), "", design.scenario)]
    for name, axis in design.axes.items():
        for field in ("overlays", "scenarios"):
            stated += [
                (("axes", name, field, i), name, text)
                for i, text in enumerate(getattr(axis, field) or ())
                if not (field == "overlays" and text == NO_OVERLAY)
            ]
    for key, axis_name, text in stated:
        try:
            places[axis_name, text] = scenario_document(text, path.parent)
        except ValueError as error:
            problems.append(
                LocatedProblem(document.name, document.line_of(key), dotted(key), str(error))
            )
    if problems:
        raise InvalidScenario(problems)
    return design, document, places
