"""Names for the variables and rows of a programme that a person can read in a model file."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import numpy as np

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.sites.network import Network

_COLUMN_AXES = {
    "starts": ("pair", "class", "site", "month"),
    "at_site": ("list", "class", "site", "month"),
    "left": ("list", "class", "site", "month"),
    "over": ("list", "class", "site", "month"),
    "begun": ("pair", "class", "month"),
    "arrivals": ("point", "class", "month"),
    "bought": ("extra", "month"),
    "built": ("expansion",),
    "open": ("volume",),
}
_ROW_AXES = {
    "arrivals": ("point", "class", "month"),
    "begun": ("pair", "class", "month"),
    "referral": ("list", "class", "month"),
    "referral_bounds": ("bound", "list", "class", "site", "month"),
    "lists": ("list", "class", "site", "month"),
    "beyond_standard": ("list", "class", "site", "month"),
    "capacity": ("resource", "site", "month"),
    "substitution": ("exchange", "site", "month"),
    "opened": ("what", "list", "site", "month"),
    "minimum_volumes": ("volume", "plan_year"),
    "closed": ("volume", "month"),
    "sent_to_open": ("list", "site", "site", "month"),
    "referral_if_closed": ("bound", "list", "class", "site", "month"),
    "budgets": ("year",),
}
_ILLEGAL = re.compile(r"[^A-Za-z0-9_.]")
_LONGEST = 200


@dataclass(frozen=True)
class Names:
    """A name for each variable (column,) and each row (row,), none twice in either."""

    variables: tuple[str, ...]
    rows: tuple[str, ...]


def plain_names(programme: Programme) -> Names:
    """Return names by number, x0, x1, …, and each constraint with the number of its row.

    Numbers are as long as the largest, since PuLP puts variables in the order of their names.
    """
    rows, columns = programme.matrix.shape
    numbered = [""] * rows
    for block, first, stop in programme.blocks:
        numbered[first:stop] = [f"{block}_{number}" for number in programme.kept[first:stop]]
    return Names(tuple(f"x{i:0{len(str(columns))}d}" for i in range(columns)), _unique(numbered))


def readable_names(programme: Programme, at: Columns, network: Network, classes: Classes) -> Names:
    """Return names as in `starts_resectable.minor_central_2027_01`, legal in LP and MPS files.

    Block, then list (and the option started, where another), class unless pooled, site and month.
    Characters that a file cannot hold become `_`; a name met again gets a number behind it.
    """
    labels = _labels(network, classes)
    plain = plain_names(programme)
    variables, rows = list(plain.variables), list(plain.rows)
    for block in fields(at):
        numbers = getattr(at, block.name)
        axes = _COLUMN_AXES.get(block.name)
        if axes and numbers.shape == tuple(len(labels[axis]) for axis in axes):
            for place in zip(*np.nonzero(numbers >= 0), strict=True):
                variables[numbers[place]] = _named(block.name, axes, place, labels)
    for name, first, stop in programme.blocks:
        axes = _ROW_AXES.get(name)
        shape = tuple(len(labels[axis]) for axis in axes or ())
        kept = programme.kept[first:stop]
        if axes and kept.size and kept.max() < np.prod(shape):
            places = np.transpose(np.unravel_index(kept, shape)).tolist()
            for row, place in zip(range(first, stop), places, strict=True):
                rows[row] = _named(name, axes, place, labels)
    return Names(_unique(variables), _unique(rows))


def _labels(network: Network, classes: Classes) -> dict[str, list[str]]:
    """Return the labels along each axis."""
    kernels = network.kernels
    lists = [".".join(option) for option in kernels.options]
    own = len(lists)
    pairs = [
        lists[listed] if pair < own else f"{lists[listed]}.by.{kernels.options[option][1]}"
        for pair, (listed, option) in enumerate(
            zip(network.pair_list, network.pair_option, strict=True)
        )
    ]
    return {
        "point": list(kernels.points),
        "list": lists,
        "pair": pairs,
        "exchange": pairs[own:],
        "class": [""] if classes.pooled else list(kernels.groups),
        "site": list(network.sites),
        "month": list(network.months.labels),
        "resource": list(kernels.resources),
        "year": sorted({label[:4] for label in network.months.labels}),
        "plan_year": [f"year_{year // 12 + 1}" for year in range(0, network.horizon, 12)],
        "bound": ["most", "least"],
        "what": ["starts", "sent"],
        "extra": list(network.extras.names),
        "expansion": list(network.lumps.expansions),
        "volume": list(network.lumps.volumes),
    }


def _named(
    block: str, axes: tuple[str, ...], place: tuple[int, ...], labels: dict[str, list[str]]
) -> str:
    words = [labels[axis][number] for axis, number in zip(axes, place, strict=True)]
    return _ILLEGAL.sub("_", "_".join((block, *filter(None, words))))


def _unique(names: list[str]) -> tuple[str, ...]:
    """Return names none twice, cut to what files can hold, in the order given."""
    taken: set[str] = set()
    found = []
    for name in names:
        short, again = name[:_LONGEST], 1
        chosen = short
        while chosen in taken:
            again += 1
            chosen = f"{short}_again_{again}"
        taken.add(chosen)
        found.append(chosen)
    return tuple(found)
