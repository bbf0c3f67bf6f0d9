"""The rows of a programme gathered into rules that a planner knows by site, thing and year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

import numpy as np

from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Ints
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.sites.network import Network

Axis = tuple[str, ...]
Axes = Callable[[Network, Columns], tuple[Axis, ...]]
FLOWS = frozenset(
    {"arrivals", "begun", "referral", "lists", "beyond_standard", "closed", "sent_to_open"}
)
"""Blocks that only say where people are, and what a choice means; nobody can change them."""


@dataclass(frozen=True)
class Rule:
    """One thing that could give way: a constraint, what it is about, its rows and their months.

    `about` names what the constraint's axes name, such as a resource, a site and a year; `months`
    (row,) are labels "YYYY-MM", or the year of rules by year.
    """

    constraint: str
    about: tuple[str, ...]
    rows: Ints
    months: tuple[str, ...]


def named_rules(
    network: Network, at: Columns, programme: Programme, treatments: Sequence[str] = ()
) -> list[Rule]:
    """Return every rule of a programme, those first that a planner would least think of.

    A rule is a constraint at one site, for one resource or treatment, in one year. A constraint
    whose axes are not known here is one rule. `treatments` (option,) name what each counts as.
    """
    axes_of = dict(AXES) | {"largest_change": partial(_largest_change, treatments)}
    order = {name: place for place, name in enumerate(axes_of)}
    blocks = [block for block in programme.blocks if block[0] not in FLOWS and block[2] > block[1]]
    rules: list[Rule] = []
    for name, first, stop in sorted(blocks, key=lambda block: order.get(block[0], len(order))):
        axes = axes_of[name](network, at) if name in axes_of else ((),)
        if int(np.prod([len(axis) for axis in axes])) <= int(programme.kept[first:stop].max()):
            rows = np.arange(first, stop)
            rules.append(Rule(name, (), rows, ("",) * rows.size))
            continue
        rules += _by_year(name, axes, programme)
    return rules


def _by_year(name: str, axes: tuple[Axis, ...], programme: Programme) -> list[Rule]:
    """Return a constraint's rules, the last years first: rows of the same names and year."""
    numbers = programme.rows_of(name, [len(axis) for axis in axes])
    found: list[tuple[tuple[str, ...], str, int]] = []
    for place in zip(*np.nonzero(numbers >= 0), strict=True):
        *names, month = (axis[index] for axis, index in zip(axes, place, strict=True))
        about = (*(part for part in names if part), month.split("-")[0])
        found.append((about, month, int(numbers[place])))
    rules = []
    for about, members in groupby(sorted(found), key=lambda member: member[0]):
        _, months, rows = zip(*members, strict=True)
        rules.append(Rule(name, about, np.array(rows), months))
    return rules[::-1]


def _pooled(size: int) -> Axis:
    """Return an axis whose entries are not told apart."""
    return ("",) * size


def _calendar_years(network: Network) -> Axis:
    return tuple(dict.fromkeys(label[:4] for label in network.months.labels))


def _plan_years(network: Network) -> Axis:
    """Return the years counted from the first month: 2027, or 2027/28 where it is no January."""
    firsts = network.months.labels[::MONTHS_PER_YEAR]
    years = [(label[:4], f"/{(int(label[:4]) + 1) % 100:02d}") for label in firsts]
    return tuple(year + ("" if firsts[0].endswith("-01") else next_) for year, next_ in years)


def _lists(network: Network) -> Axis:
    return tuple(f"{point}/{option}" for point, option in network.kernels.options)


def _pairs(network: Network) -> Axis:
    """Return each pair as the list and the option started instead."""
    kernels = network.kernels
    return tuple(
        f"{kernels.options[listed][0]}/{kernels.options[option][1]}"
        for listed, option in zip(network.pair_list, network.pair_option, strict=True)
    )


def _capacity(network: Network, at: Columns) -> tuple[Axis, ...]:
    return network.kernels.resources, network.sites, network.months.labels


def _referral_bounds(network: Network, at: Columns) -> tuple[Axis, ...]:
    """Return the axes, sites pooled: the most of one is the least of the others."""
    sides, classes, sites = (_pooled(size) for size in (2, *at.at_site.shape[1:3]))
    return sides, _lists(network), classes, sites, network.months.labels


def _substitution(network: Network, at: Columns) -> tuple[Axis, ...]:
    extra = _pairs(network)[len(network.kernels.options) :]
    return extra, _pooled(at.starts.shape[1]), network.sites, network.months.labels


def _minimum_volume(network: Network, at: Columns) -> tuple[Axis, ...]:
    return network.lumps.volumes, _plan_years(network)


def _largest_change(treatments: Sequence[str], network: Network, at: Columns) -> tuple[Axis, ...]:
    """Return the axes; the months are those in which the number changes."""
    kinds = tuple(dict.fromkeys(treatments))
    return _pooled(2), kinds, network.sites, network.months.labels[1:]


def _opened(network: Network, at: Columns) -> tuple[Axis, ...]:
    return _pooled(2), _lists(network), network.sites, network.months.labels


def _budget(network: Network, at: Columns) -> tuple[Axis, ...]:
    return (_calendar_years(network),)


AXES: Mapping[str, Axes] = {
    "referral_bounds": _referral_bounds,
    "referral_if_closed": _referral_bounds,
    "substitution": _substitution,
    "capacity": _capacity,
    "opened": _opened,
    "budgets": _budget,
    "minimum_volumes": _minimum_volume,
}
"""The names along each constraint's axes, the last its months or years; a name "" pools."""
