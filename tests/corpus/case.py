"""A case of the corpus: files put over a copy of the tiny scenario, a command, and what it says."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.corpus.hostile_files import FILES
from tests.corpus.hostile_places import PLACES
from tests.corpus.hostile_workbooks import WORKBOOKS, with_cells
from tests.support.command import TINY

CASES = Path(__file__).parent / "cases"
EXPECTED = "expected.toml"
BUILDERS = {**FILES, **PLACES, **WORKBOOKS}


@dataclass(frozen=True)
class Case:
    """What `expected.toml` of a case states, and the folder of its files.

    `built` names what makes the files that no repository should hold; `cells` are put into an
    edited report of the tiny scenario, by sheet and address.
    """

    folder: Path
    command: list[str]
    exit: int
    words: list[str]
    built: str = ""
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def category(self) -> str:
        """The folder that the case lies in."""
        return self.folder.parent.name

    @property
    def name(self) -> str:
        """Category and case."""
        return f"{self.category}/{self.folder.name}"

    def lay_out(self, here: Path) -> None:
        """Put the case's files into an empty folder, over a copy of the tiny scenario."""
        shutil.copytree(TINY, here / "tiny")
        shutil.copytree(
            self.folder, here, dirs_exist_ok=True, ignore=shutil.ignore_patterns(EXPECTED)
        )
        if self.cells:
            with_cells(here, self.cells)
        if self.built:
            BUILDERS[self.built](here)


def read_case(folder: Path) -> Case:
    """Return the case of a folder; an unknown word in its `expected.toml` is a TypeError."""
    return Case(folder, **tomllib.loads((folder / EXPECTED).read_text(encoding="utf-8")))


def all_cases() -> list[Case]:
    """Return every case, by category and name."""
    return [read_case(path.parent) for path in sorted(CASES.glob(f"*/*/{EXPECTED}"))]
