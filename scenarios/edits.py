"""Numbers that a workbook changes, going over the values below."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from hepaplan.model.problems import Key
from hepaplan.scenarios.changes import key_parts, mark_changed
from hepaplan.scenarios.entered import Edit, Entered
from hepaplan.scenarios.overlays import Merged


def apply_edits(merged: Merged, entered: Entered, settings: Mapping[str, str]) -> None:
    """Change the merged values, in place; what `--set` has changed stays as it was set.

    After copies are made: a workbook states the copy and its original each in its own cell.
    """
    spoken_for = [key for key in map(_key, settings) if key]
    for edit in entered.edits:
        if not edit.path:
            _say_why(merged, edit, entered)
        elif not any(_covers(key, edit.path) for key in spoken_for):
            _apply(merged, edit, entered)


def _apply(merged: Merged, edit: Edit, entered: Entered) -> None:
    holder: Any = merged.content
    for part in edit.key[:-1]:
        holder = holder[part]
    figure = holder[edit.key[-1]]
    if isinstance(figure, dict):
        if edit.key in entered.restated and figure.pop("price_year", None) is not None:
            figure.update(copy.deepcopy(dict(entered.restated[edit.key])))
        mark_changed(figure, entered.reason, entered.quality)
        holder = figure
        for part in edit.path[len(edit.key) : -1]:
            holder = holder[part]
    holder[edit.path[-1]] = edit.new
    merged.reasons[edit.path] = entered.reason
    for length in range(len(edit.key), len(edit.path) + 1):
        merged.places[edit.path[:length]] = edit.place


def _say_why(merged: Merged, edit: Edit, entered: Entered) -> None:
    """Note at a table that some of its numbers are entered."""
    stated = merged.content["tables"].get(edit.key[1])
    if isinstance(stated, dict):
        stated["reason"] = entered.reason
        stated["quality"] = entered.quality
        merged.reasons[edit.key] = entered.reason
        merged.places[edit.key] = edit.place


def _key(stated: str) -> Key:
    try:
        return key_parts(stated)
    except ValueError:
        return ()


def _covers(key: Key, path: Key) -> bool:
    """Whether what is set at a key is, or holds, the number at a path."""
    return path[: len(key)] == key and path[len(key) :] in ((), ("value",))
