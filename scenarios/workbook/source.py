"""A workbook as a scenario: an edited report or a template, told apart by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from hepaplan.scenarios.chain import Chain, read_chain
from hepaplan.scenarios.files import scenario_document
from hepaplan.scenarios.load import load
from hepaplan.scenarios.problems import InvalidScenario
from hepaplan.scenarios.sources import chain_of
from hepaplan.scenarios.workbook.book import Book
from hepaplan.scenarios.workbook.container import refused
from hepaplan.scenarios.workbook.edited import edited_inputs, stated_settings
from hepaplan.scenarios.workbook.filled import filled_template
from hepaplan.scenarios.workbook.layout import MARK, NAME_OF_BASE

LONGEST_NAME = 100
"""As many characters as the name of a scenario may have."""


def workbook_chain(path: Path, overlays: Sequence[str | Path], base: str | Path | None) -> Chain:
    """Return the chain of a workbook: that of its base, with what the workbook states over it."""
    book = Book(path)
    if book.has(MARK):
        return _of_template(book, path, overlays)
    if not book.has(NAME_OF_BASE):
        raise refused(
            book.file,
            "found no workbook of hepaplan's; expected an edited report.xlsx, or a template from "
            "hepaplan new NAME --workbook",
        )
    source = _base(book, path) if base is None else base
    loaded = load(source, settings=stated_settings(book))
    entered = edited_inputs(book, loaded.scenario)
    chain = chain_of(source, overlays)
    return replace(chain, entered=entered)


def _of_template(book: Book, path: Path, overlays: Sequence[str | Path]) -> Chain:
    filled = filled_template(book, path)
    below, chain = read_chain(filled.base), read_chain(filled.base, overlays)
    place = chain.documents.index(below.top) + 1
    documents = (*chain.documents[:place], filled.document, *chain.documents[place:])
    return replace(
        chain,
        documents=documents,
        top=filled.document,
        sheets=filled.sheets,
        entered=filled.entered,
    )


def _base(book: Book, path: Path) -> str | Path:
    """Return what the workbook's scenario was read from: shipped, here, or beside the workbook.

    A name that is a path leads nowhere, and a workbook of that name must be a template: a report
    could name another that names the first.
    """
    name = book.text(NAME_OF_BASE)
    if len(name) > LONGEST_NAME or Path(name).name != name:
        raise _not_found(book, name)
    folders = (Path(), path.resolve().parent, path.resolve().parent.parent)
    beside: list[str | Path] = [
        folder / f"{name}{ending}" for folder in folders for ending in ("", ".xlsx")
    ]
    for found in (name, *beside):
        try:
            if str(found).endswith(".xlsx"):
                if Path(found).is_file() and Book(Path(found)).has(MARK):
                    return found
            else:
                scenario_document(found)
                return found
        except ValueError:
            continue
    raise _not_found(book, name)


def _not_found(book: Book, name: str) -> InvalidScenario:
    return refused(
        book.file,
        f"was made from the scenario '{name[:LONGEST_NAME]}', which is not shipped and lies "
        "neither here nor beside the workbook; put its folder here, or name it with --base FOLDER",
    )
