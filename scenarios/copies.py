"""Which figures are copies, made by `like`, of others."""

from __future__ import annotations

from hepaplan.model.figures import figures
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.scenarios.overlays import Merged


def alike_copies(merged: Merged, pathway: Pathway) -> dict[Key, Key]:
    """Return the key of the original by that of each copied figure that is still as it was."""
    stated = dict(figures(pathway, ("pathway",)))
    originals = {key: merged.original(key) for key in stated}
    return {
        key: original
        for key, original in originals.items()
        if original != key and stated.get(original) == stated[key]
    }
