"""The sets of shares that must sum to 1."""

from __future__ import annotations

from collections.abc import Iterator

from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.quantities import Quantity


def share_sets(pathway: Pathway) -> Iterator[dict[Key, Quantity]]:
    """Yield every set of shares that must sum to 1, by key."""
    for name, point in pathway.decision_point.items():
        at: Key = ("decision_point", name)
        options = point.open_options()
        yield {(*at, "option", o, "usual_share"): r.usual_share for o, r in options.items()}
        if (row := point.waiting) is not None:
            fixed = {"stay": row.stay, "cancer_death": row.cancer_death}
            moves = {(*at, "waiting", "move", to): share for to, share in row.move.items()}
            yield {(*at, "waiting", part): share for part, share in fixed.items()} | moves
        for option, record in options.items():
            to: dict[Key, dict[str, Quantity]] = {
                ("exits", exit_, "to"): part.to for exit_, part in record.exits.items()
            }
            if record.not_performed is not None:
                to["not_performed", "to"] = record.not_performed.to
            for path, shares in to.items():
                yield {(*at, "option", option, *path, end): s for end, s in shares.items()}
