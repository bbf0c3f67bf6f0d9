"""What a workbook states over the scenario it is based on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hepaplan.model.parameters import Place
from hepaplan.model.problems import Key
from hepaplan.scenarios.tables import Table

MOST_LINES = 20


@dataclass(frozen=True)
class Edit:
    """One changed number: its figure and part (or table and row), in words, old and new, where.

    `path` is where the number sits among the files' values; empty for a table's.
    """

    key: Key
    part: str
    path: Key
    label: str
    old: float
    new: float
    unit: str
    place: Place


@dataclass(frozen=True)
class Entered:
    """What a workbook states over its base: changed numbers, whole tables, and its own file.

    `restated`: figures that the files state in other prices, as they stand in the scenario's own:
    an edited one is replaced whole. `settings`: the `--set` values of the run that wrote it.
    """

    file: str
    digest: str
    reason: str
    quality: str
    edits: tuple[Edit, ...] = ()
    tables: Mapping[str, Table] = field(default_factory=dict)
    restated: Mapping[Key, Mapping[str, Any]] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def in_words(self) -> tuple[str, ...]:
        """Each change in a line: cell, what, old and new; of many, the first and how many more."""
        lines = [
            f"{edit.place}: {edit.label}: {edit.old:g} is now {edit.new:g} {edit.unit}".rstrip()
            for edit in self.edits
        ]
        more = len(lines) - MOST_LINES
        return (*lines[:MOST_LINES], f"and {more} more changes") if more > 0 else tuple(lines)

    def apart_from(self, firsts: Collection[str], tables: Collection[str]) -> Entered:
        """Return what is entered but for the numbers below some keys, and some tables."""

        def stays(edit: Edit) -> bool:
            name = edit.key[1] if edit.key[0] == "tables" else None
            return edit.key[0] not in firsts and name not in tables

        return replace(
            self,
            edits=tuple(filter(stays, self.edits)),
            tables={name: table for name, table in self.tables.items() if name not in tables},
        )
