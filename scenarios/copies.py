"""Which figures are copies, made by `like`, of others."""

from __future__ import annotations

from collections.abc import Collection

from hepaplan.model.figures import figures
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.scenarios.overlays import Merged

OPTION = 5
"""Parts of the key of an option: pathway, decision_point, point, option, name."""


def alike_copies(merged: Merged, pathway: Pathway) -> dict[Key, Key]:
    """Return the key of the original by that of each copied figure that is still as it was."""
    stated = dict(figures(pathway, ("pathway",)))
    originals = {key: merged.original(key) for key in stated}
    return {
        key: original
        for key, original in originals.items()
        if original != key and stated.get(original) == stated[key]
    }


def originals(merged: Merged, pathway: Pathway) -> dict[Key, Key]:
    """Return by the key of each copied figure, altered since or not, what its copies begin from.

    A figure that a later file states where `like` had made a copy is one altered; one that stands
    beside `like` in the same file never was a copy.
    """
    stated = dict(figures(pathway, ("pathway",)))
    found = {key: _begins(merged, key, stated) for key in stated}
    return {key: original for key, original in found.items() if original != key}


def _begins(merged: Merged, key: Key, stated: Collection[Key]) -> Key:
    at = merged.original(key)
    option = at[:OPTION]
    if option not in merged.likes or not merged.is_later(at, (*option, "like")):
        return at
    before = (*merged.likes[option], *at[OPTION:])
    return _begins(merged, before, stated) if before in stated else at
