"""Which files make up a scenario: the chain of `based_on`, bases first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hepaplan.model.problems import Key, dotted
from hepaplan.scenarios.document import Document, leaves, read_document
from hepaplan.scenarios.entered import Entered
from hepaplan.scenarios.files import (
    inside,
    scenario_document,
    shipped_folder,
    shown,
)
from hepaplan.scenarios.problems import InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import Table

EVIDENCE, REGISTRY = "evidence", "registry"
EVIDENCE_KEYS, EVIDENCE_TABLES = ("metastases", "pathway"), ("stage", "eligibility")
DEEPEST_CHAIN = 8
MOST_FILES = 64
WORDS = {"name", "title", "question", "based_on", "label", "note", "reason"}
SPREAD = ("low", "high", "distribution", "standard_error", "parameters", "within", "samples")
"""What a figure says of how sure it is."""
WORDS |= {"source", "quality", "year", "citation", "url", "seen", *SPREAD}


@dataclass(frozen=True)
class Chain:
    """A scenario's files in the order they apply, the pathway of each, and what clashed.

    `sheets`: tables of a workbook, by the file that they are named as; `entered`: its numbers.
    """

    documents: tuple[Document, ...]
    pathways: dict[Path, Document]
    top: Document
    notices: tuple[str, ...]
    sheets: dict[str, Table] = field(default_factory=dict)
    entered: Entered | None = None


@dataclass
class _Reading:
    """What has been read so far, while the chain is followed."""

    home: Path
    documents: dict[Path, Document] = field(default_factory=dict)
    pathways: dict[Path, Document] = field(default_factory=dict)
    closures: dict[Path, frozenset[Path]] = field(default_factory=dict)
    problems: list[LocatedProblem] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


def read_chain(source: str | Path, overlays: Sequence[str | Path] = ()) -> Chain:
    """Return every file of a scenario, its overlays last, or raise with all that is unreadable."""
    problems: list[LocatedProblem] = []
    paths: list[Path] = []
    for stated in (source, *overlays):
        try:
            paths.append(scenario_document(stated))
        except ValueError as error:
            problems.append(LocatedProblem(_short(stated), None, "", str(error)))
    if problems:
        raise InvalidScenario(problems)
    reading = _Reading(home=paths[0].resolve().parent)
    closures = [_follow(path, (), reading) for path in paths]
    if reading.problems:
        raise InvalidScenario(reading.problems)
    _compare(paths[1:], closures[1:], reading)
    top = reading.documents[paths[0].resolve()]
    documents = tuple(reading.documents.values())
    return Chain(documents, reading.pathways, top, tuple(dict.fromkeys(reading.notices)))


def with_evidence(chain: Chain, name: str) -> Chain:
    """Return a scenario's files, read with the evidence set `name` over them, without its own set.

    Every set is stated against `registry`, which therefore stays at the bottom. Numbers of
    evidence that a workbook changes stay out: they are what the set is compared with.
    """
    evidence = (shipped_folder() / EVIDENCE).resolve()
    kept = {evidence / REGISTRY, evidence / name}

    def stays(document: Document) -> bool:
        folder = document.path.resolve().parent
        return folder.parent != evidence or folder in kept

    entered = chain.entered and chain.entered.apart_from(EVIDENCE_KEYS, EVIDENCE_TABLES)
    documents = tuple(filter(stays, chain.documents))
    return replace(chain, documents=documents, entered=entered)


def _follow(path: Path, above: tuple[Path, ...], reading: _Reading) -> frozenset[Path]:
    """Read a file after those it is based on; return all of them."""
    path = path.resolve()
    if path in reading.closures:
        return reading.closures[path]
    name = shown(path, reading.home)
    if len(reading.closures) + len(above) >= MOST_FILES:
        message = f"found more than {MOST_FILES} files; expected fewer; merge some"
        raise InvalidScenario([*reading.problems, LocatedProblem(name, None, "based_on", message)])
    try:
        document = read_document(path, name)
    except InvalidScenario as error:
        reading.problems.extend(error.problems)
        reading.closures[path] = frozenset({path})
        return reading.closures[path]
    bases = _bases(document, (*above, path), reading)
    closures = [_follow(base, (*above, path), reading) for base in bases]
    _compare(bases, closures, reading)
    _read_pathway(document, reading)
    reading.documents[path] = document
    reading.closures[path] = frozenset({path}).union(*closures)
    return reading.closures[path]


def _bases(document: Document, chain: tuple[Path, ...], reading: _Reading) -> list[Path]:
    """Return the files that a document says it is based on, without loops."""
    stated = document.content.get("based_on", [])
    stated = [stated] if isinstance(stated, str) else stated
    bases: list[Path] = []

    def fault(message: str) -> None:
        line = document.line_of(("based_on",))
        reading.problems.append(LocatedProblem(document.name, line, "based_on", message))

    if not isinstance(stated, list) or not all(isinstance(s, str) for s in stated):
        fault('expected a name or a list of names; write based_on = "greater-manchester"')
        return []
    for name in stated:
        try:
            base = scenario_document(name, document.path.parent).resolve()
        except ValueError as error:
            fault(str(error))
            continue
        if base in chain:
            loop = [shown(p, reading.home) for p in (*chain[chain.index(base) :], base)]
            fault(
                f"found a scenario that is based on itself: {' -> '.join(loop)}; "
                "expected a chain that ends; remove one of these based_on lines"
            )
        elif len(chain) >= DEEPEST_CHAIN:
            fault(f"found more than {DEEPEST_CHAIN} scenarios on top of each other; merge some")
        else:
            bases.append(base)
    return bases


def _read_pathway(document: Document, reading: _Reading) -> None:
    stated = document.content.get("pathway_file")
    if stated is None:
        return
    key = "pathway_file"
    try:
        if not isinstance(stated, str):
            raise ValueError('expected the name of a file; write pathway_file = "pathway.toml"')
        path = inside(document.path.parent, stated)
        if not path.is_file() and (shipped_folder() / stated).is_file():
            path = shipped_folder() / stated
        reading.pathways[document.path] = read_document(path, shown(path, reading.home))
    except ValueError as error:
        line = document.line_of((key,))
        reading.problems.append(LocatedProblem(document.name, line, key, str(error)))
    except InvalidScenario as error:
        reading.problems.extend(error.problems)


def _compare(paths: Sequence[Path], closures: Sequence[frozenset[Path]], reading: _Reading) -> None:
    """Note values that two entries of one list both set, each in a file the other lacks."""
    for later in range(len(paths)):
        for earlier in range(later):
            first = _set_by(closures[earlier] - closures[later], reading)
            second = _set_by(closures[later] - closures[earlier], reading)
            for key in first:
                if key in second and first[key][1] != second[key][1]:
                    reading.notices.append(
                        f"{dotted(key)}: set by {first[key][0]} and again by {second[key][0]}; "
                        "the second holds"
                    )


def _set_by(paths: frozenset[Path], reading: _Reading) -> dict[Key, tuple[str, Any]]:
    """Return who set each value, and to what; words about a value do not count."""
    return {
        key: (f"{document.name}:{document.line_of(key)}", value)
        for path, document in reading.documents.items()
        if path in paths
        for key, value in leaves(document.content)
        if key[-1] not in WORDS
    }


def _short(stated: str | Path) -> str:
    return Path(stated).name or str(stated)
