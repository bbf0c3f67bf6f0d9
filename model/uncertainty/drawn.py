"""A pathway whose uncertain figures are arrays, one value a draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.figures import figures
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, dotted, nearest
from hepaplan.model.quantities import Quantity

Values = Floats | dict[str, Floats]
"""One value a draw, for all or by group."""


def refuse_unknown(pathway: Pathway, draws: Mapping[Key, Floats]) -> None:
    """Raise ValueError naming every key that is no figure of the pathway."""
    known = [key for key, _ in figures(pathway)]
    faults = [
        f"no figure {dotted(key)}{nearest(dotted(key), map(dotted, known))}"
        for key in draws
        if key not in known
    ]
    if faults:
        raise ValueError("; ".join(faults))


def drawn_pathway(pathway: Pathway, draws: Mapping[Key, Floats]) -> Pathway:
    """Return the pathway with each figure named in `draws` replaced by its values (draw,).

    Shares that must sum to 1 still do: those of a set that are not drawn keep their proportions
    and share what the drawn ones leave; drawn shares that come to more than 1 are scaled down to
    it. Keys are those of `figures(pathway)`.
    """
    values: dict[Key, Values] = dict(draws)
    for shares in share_sets(pathway):
        if not shares.keys().isdisjoint(draws):
            values |= _completed(shares, draws)
    drawn: Pathway = _replaced(pathway, values)
    return drawn


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


def _completed(shares: Mapping[Key, Quantity], draws: Mapping[Key, Floats]) -> dict[Key, Values]:
    """Return values for a whole set of shares of which some are drawn."""
    rest = {key: share for key, share in shares.items() if key not in draws}
    total = np.sum([draws[key] for key in shares if key in draws], axis=0)
    whole = np.maximum(total, 1.0)
    found: dict[Key, Values] = {key: draws[key] / whole for key in shares if key in draws}
    left = 1.0 - total / whole
    groups = dict.fromkeys(name for share in rest.values() for name in share.numbers() if name)
    by_group: dict[Key, dict[str, Floats]] = {key: {} for key in rest}
    for group in groups or [""]:
        base = sum(share.for_group(group) for share in rest.values())
        for key, share in rest.items():
            by_group[key][group] = left * (share.for_group(group) / base if base > 0 else 0.0)
    if not any(share.for_group(g) > 0 for share in rest.values() for g in groups or [""]):
        return found | {key: draws[key] / total for key in found}
    return found | {key: v if groups else v[""] for key, v in by_group.items()}


def _replaced(record: Any, values: Mapping[Key, Values]) -> Any:
    if () in values:
        return record.drawn(values[()])
    inside: dict[str | int, dict[Key, Values]] = {}
    for (name, *rest), value in values.items():
        inside.setdefault(name, {})[tuple(rest)] = value
    if isinstance(record, tuple):
        return tuple(
            _replaced(part, inside[i]) if i in inside else part for i, part in enumerate(record)
        )
    if isinstance(record, Mapping):
        return {**record, **{name: _replaced(record[name], inside[name]) for name in inside}}
    return record.model_copy(
        update={name: _replaced(getattr(record, str(name)), part) for name, part in inside.items()}
    )
