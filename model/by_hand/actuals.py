"""What was really done: months that have happened are fixed, and the rest is planned from there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.by_hand.plan_file import table_places
from hepaplan.model.by_hand.plan_file_checks import label_problems, not_offered, said_twice
from hepaplan.model.calendar import Months
from hepaplan.model.problems import Problem
from hepaplan.model.replay import Replay, oldest_of_all_groups, walk
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.tidy import NEGLIGIBLE

COLUMNS = ["month", "site", "what", "about", "amount", "unit", "in_words"]
CAME, STARTED, MOVED, USED = (
    "arrivals as recorded",
    "started, not expected",
    "came from another site's list",
    "used beyond capacity",
)
WORDS = {
    CAME: "{amount:+.3g} people came to {about} at {site} against what was expected",
    STARTED: "{amount:.3g} people started {about} at {site} whom no list held: added to it",
    MOVED: "{amount:.3g} people started {about} at {site} from other sites' lists",
    USED: "{site} used {amount:.3g} units of {about} beyond its capacity, which is raised to that",
}


@dataclass(frozen=True)
class Fixed:
    """A network in which the first `months` have happened.

    `rest` is the network from then on: its backlog, entries and committed capacity are what the
    history leaves. `whole` is the network of all months, its past capacity at least what was used.
    `history` holds all months; those after the first `months` have no starts. `corrections`: where
    the record says other than the model expected.
    """

    months: int
    rest: Network
    whole: Network
    history: Replay
    corrections: pd.DataFrame

    def joined(self, done: Replay) -> Replay:
        """Return the history followed by a replay of the rest, over all months."""
        parts = {}
        for field in fields(Replay):
            past, later = getattr(self.history, field.name), getattr(done, field.name)
            if field.name in ("starts", "left"):
                longest = max(past.shape[-2], later.shape[-2])
                past, later = _padded(past, longest), _padded(later, longest)
            parts[field.name] = np.concatenate((past[..., : self.months], later), axis=-1)
        return Replay(**parts)


def fixed_months(network: Network, table: pd.DataFrame) -> Fixed:
    """Return a network whose first months are as the table says, and the rest still to plan.

    `table` has month, site, decision_point, option and starts, perhaps intended and arrivals, and
    is sound (`actuals_problems`). Starts take the longest wait of any group first, at their own
    site, then from other sites' lists; whom no list holds is added, and said in `corrections`.
    """
    pair, _, site, month = table_places(network, table)
    count = int(month.max()) + 1
    starts = np.zeros((len(network.pair_list), len(network.sites), count))
    np.add.at(starts, (pair, site, month), table["starts"].to_numpy())
    came = np.full((len(network.kernels.options), *starts.shape[1:]), np.nan)
    if "arrivals" in table:
        people = table["arrivals"].to_numpy(dtype=np.float64)
        known = np.isfinite(people)
        came[network.pair_list[pair][known], site[known], month[known]] = people[known]
    record = _Record(network, starts, came)
    history = walk(network, lambda _: network.referral, record.choose, attend=record.attend)
    over = np.maximum(history.use - np.maximum(network.capacity, network.committed), 0.0)
    over[..., count:] = 0.0
    whole = replace(network, capacity=np.where(over > NEGLIGIBLE, history.use, network.capacity))
    found = pd.DataFrame(_corrections(network, record, history, over), columns=COLUMNS)
    rest = _rest(network, history, record.expected, count)
    history = replace(history, capacity=whole.capacity)
    return Fixed(count, rest, whole, history, found.sort_values("month", kind="stable"))


def actuals_problems(
    network: Network, table: pd.DataFrame, window: int | None = None
) -> list[Problem]:
    """Return every fault of a record of what was done: labels, keys, months left out.

    A month of the `window` must be left to plan; that is all of the network's unless given.
    """
    faults = label_problems(network, table)
    if faults:
        return faults
    labels = network.months.labels
    last = max(table["month"])
    missing = [label for label in labels if label <= last and label not in set(table["month"])]
    if missing:
        message = (
            f"found months to {last} and none of {', '.join(missing[:3])}; expected every month "
            f"from {labels[0]}; add them, with starts 0 where nothing was done"
        )
        faults.append(Problem(("month",), message, table="plan", row=0))
    if last >= labels[:window][-1]:
        message = f"found {last}; expected a month of the window left to plan; delete it"
        row = int((table["month"] == last).to_numpy().argmax())
        faults.append(Problem(("month",), message, table="plan", row=row))
    return [*faults, *said_twice(table), *not_offered(network, table)]


class _Record:
    """What was done, as rules for a walk: who comes and who starts.

    After the record's last month nobody starts and nobody comes; `expected` (list, group, month)
    keeps who would have, `unlisted` and `unforeseen` (list, site, month) whom no list held and who
    came, or did not, against what was expected.
    """

    def __init__(self, network: Network, starts: Floats, came: Floats) -> None:
        lists, groups = network.kernels.usual_share.shape
        self._network, self._starts, self._came = network, starts, came
        self._waits = network.waiting.waits[network.kernels.point_of]
        self.expected = np.zeros((lists, groups, network.horizon))
        self.unlisted: Floats = np.zeros_like(came)
        self.unforeseen: Floats = np.zeros_like(came)

    def attend(self, month: int, expected: Floats, queue: Floats) -> Floats:
        """Return who comes (list, group, site): those recorded, and whoever started unlisted."""
        if month >= self._came.shape[-1]:
            self.expected[..., month] = expected.sum(axis=2)
            return np.zeros_like(expected)
        recorded = self._came[..., month]
        known = np.isfinite(recorded)[:, None]
        came = np.where(known, _in_proportion(recorded, expected), expected)
        self.unforeseen[..., month] = (came - expected).sum(axis=1)
        there = came + queue.sum(axis=-1)
        short = np.maximum(self._wanted(month) - there.sum(axis=1), 0.0)
        missing = np.maximum(short.sum(axis=1) - self._elsewhere(month, there), 0.0)
        share = np.divide(missing, short.sum(axis=1), out=np.zeros_like(missing), where=missing > 0)
        self.unlisted[..., month] = unlisted = short * share[:, None]
        return came + _in_proportion(unlisted, there)

    def choose(self, month: int, queue: Floats, available: Floats) -> Floats:
        """Return who starts (pair, group, site, months waited)."""
        network = self._network
        begun = np.zeros((len(network.pair_list), *queue.shape[1:]))
        if month >= self._came.shape[-1]:
            return begun
        wanted = self._wanted(month)
        at_home = oldest_of_all_groups(queue, wanted)
        beyond = np.maximum(wanted - queue.sum(axis=(1, 3)), 0.0)
        others = (queue - at_home).sum(axis=2, keepdims=True)
        total = beyond.sum(axis=1, keepdims=True)
        moving = oldest_of_all_groups(others, total)
        to_site = np.divide(beyond, total, out=np.zeros_like(beyond), where=total > 0)
        taken = at_home + moving * to_site[:, None, :, None]
        listed = wanted[network.pair_list]
        split = np.divide(
            self._starts[..., month], listed, out=np.zeros_like(listed), where=listed > 0
        )
        return np.asarray(split[:, None, :, None] * taken[network.pair_list])

    def _wanted(self, month: int) -> Floats:
        """Return starts by list and site; none where nobody waits, since everybody starts there."""
        wanted = np.zeros(self._came.shape[:2])
        np.add.at(wanted, self._network.pair_list, self._starts[..., month])
        return wanted * self._waits[:, None]

    def _elsewhere(self, month: int, there: Floats) -> Floats:
        """Return people (list,) on lists of sites that start fewer than they have."""
        return np.asarray(np.maximum(there.sum(axis=1) - self._wanted(month), 0.0).sum(axis=1))


def _in_proportion(people: Floats, like: Floats) -> Floats:
    """Return people (list, site) by group, as those of `like` (list, group, site) are mixed.

    Where a site has nobody, as those of the list anywhere; where there is nobody at all, evenly.
    """
    anywhere = like.sum(axis=2, keepdims=True)
    even = np.full_like(anywhere, 1.0 / like.shape[1])
    total = anywhere.sum(axis=1, keepdims=True)
    anywhere = np.divide(anywhere, total, out=even, where=total > 0)
    here = like.sum(axis=1, keepdims=True)
    otherwise = np.broadcast_to(anywhere, like.shape).copy()
    mix = np.divide(like, here, out=otherwise, where=here > 0)
    return np.asarray(people[:, None] * mix)


def _rest(network: Network, history: Replay, expected: Floats, count: int) -> Network:
    """Return the network after `count` months: what the history leaves, brings and still takes."""
    point = network.kernels.point_of
    entries = np.zeros_like(network.entries)
    np.add.at(entries, point, expected)
    # Those still on a list when the record ends move on from the rest's own lists after a month.
    entries[..., count + 1 :] -= history.moved.sum(axis=0)[..., count:-1]
    stayed = network.waiting.stay[point][:, :, None, None] * history.left[..., count - 1]
    longest = int(np.flatnonzero(stayed.any(axis=(0, 1, 2))).max(initial=0)) + 1
    backlog = np.zeros((*stayed.shape[:3], longest + 1))
    backlog[..., 1:] = stayed[..., :longest]
    extras, lumps = network.extras, network.lumps
    return replace(
        network,
        months=Months(network.months.labels[count], network.horizon - count),
        entries=np.maximum(entries[..., count:], 0.0),
        backlog=backlog,
        capacity=network.capacity[..., count:],
        committed=history.use[..., count:],
        extras=replace(extras, most=extras.most[:, count:]),
        lumps=replace(
            lumps,
            adds=lumps.adds[..., count:],
            cost=lumps.cost[:, count:],
            year_of=lumps.year_of[count:],
        ),
    )


def _corrections(
    network: Network, record: _Record, history: Replay, over: Floats
) -> Iterator[tuple[object, ...]]:
    lists = [f"{point}/{option}" for point, option in network.kernels.options]
    count = record.unlisted.shape[-1]
    kinds: tuple[tuple[str, Floats, Sequence[str], str], ...] = (
        (CAME, record.unforeseen, lists, "people"),
        (STARTED, record.unlisted, lists, "people"),
        (MOVED, history.transferred.sum(axis=1)[..., :count], lists, "people"),
        (USED, over[..., :count], network.kernels.resources, "units of the resource"),
    )
    for what, amounts, names, unit in kinds:
        for number, at_site, month in np.argwhere(np.abs(amounts) > NEGLIGIBLE):
            name, site = names[number], network.sites[at_site]
            amount = float(amounts[number, at_site, month])
            words = WORDS[what].format(amount=amount, about=name, site=site)
            yield network.months.labels[month], site, what, name, amount, unit, words


def _padded(by_wait: Floats, longest: int) -> Floats:
    """Return people (…, months waited, month) with room for the longest wait."""
    room = [(0, 0)] * by_wait.ndim
    room[-2] = (0, longest - by_wait.shape[-2])
    return np.pad(by_wait, room)
