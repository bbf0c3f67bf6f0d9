"""Any plan, forward month by month: lists first in first out, by single months waited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.flows.renewal import follow_on
from hepaplan.model.sites.network import Network
from hepaplan.model.sites.sharing import FITS, share_what_fits

ROUNDING = 1e-9
Choice = Callable[[int, Floats, Floats], Floats]
Attendance = Callable[[int, Floats, Floats], Floats]


@dataclass(frozen=True)
class Plan:
    """Starts to make (pair, group, site, month) and referral shares (list, group, site, month).

    In a `pooled` plan the numbers of a list count, not their split by group: the longest wait goes
    first whatever the age. `extra` (resource, site, month): capacity bought or built for the plan,
    if any; `built` (expansion,): 1 for each expansion chosen.
    """

    starts: Floats
    referral: Floats
    pooled: bool
    extra: Floats | None = None
    built: Floats | None = None


@dataclass(frozen=True)
class Replay:
    """What a plan does, in people: nothing here is an average over months waited.

    `arrivals` (point, group, month); `at_site` (list, group, site, month); `starts` (pair, group,
    site, months waited, month); `left` (list, group, site, months waited, month) at each month's
    end; `moved` (from point, to point, group, month), `cancer_deaths` and `other_deaths` (point,
    group, month) of those left, in the month that follows; `use` (resource, site, month) with
    what earlier starts still take; `capacity`, of the same shape, with what the plan bought or
    built; `transferred` (list, group, site, month) are the starts there of
    people who were on another site's list.
    """

    arrivals: Floats
    at_site: Floats
    starts: Floats
    left: Floats
    moved: Floats
    cancer_deaths: Floats
    other_deaths: Floats
    use: Floats
    capacity: Floats
    transferred: Floats


def replay(network: Network, plan: Plan, recurrences: Floats | None = None) -> Replay:
    """Return what happens when a plan's starts are made as far as there are people and room.

    Within each list the longest wait goes first. Starts that do not fit a resource, because the
    people differ a little from those planned for, are made as soon as they do. `recurrences` as in
    `walk`.
    """
    choose = starts_of(network, plan)
    return walk(
        network,
        lambda month: plan.referral[..., month],
        choose,
        plan.extra,
        recurrences=recurrences,
    )


def recurrences_of(network: Network, done: Replay) -> Floats:
    """Return arrivals (point, group, month) that starts of a replay's own months have caused.

    All who arrive, without those who come from outside or after earlier starts (`entries`) and
    those who were moved off a list in the month before.
    """
    caused = done.arrivals - network.entries
    caused[..., 1:] -= done.moved.sum(axis=0)[..., :-1]
    return caused


def starts_of(network: Network, plan: Plan) -> Choice:
    """Return the rule that makes a plan's starts in turn; made anew for each walk."""
    owed = np.zeros((len(network.kernels.options), *plan.starts.shape[1:3]))

    def choose(month: int, queue: Floats, available: Floats) -> Floats:
        planned = plan.starts[..., month]
        by_list = sum_by_list(network, planned)
        wanted = by_list + owed
        if plan.pooled:
            taken = oldest_of_all_groups(queue, wanted.sum(axis=1))
        else:
            taken = first_in_first_out(queue, np.minimum(wanted, queue.sum(axis=-1)))
        split = np.ones_like(planned)
        split[len(by_list) :] = 0.0
        listed = by_list[network.pair_list]
        np.divide(planned, listed, out=split, where=listed > 0)
        begun = split[..., None] * taken[network.pair_list]
        room = _room(network, begun.sum(axis=-1), available)
        if (room < 1.0).any():
            number = room[:, None, :] * begun.sum(axis=-1)
            begun = longest_wait_first(taken, number, network.pair_list)
        made = sum_by_list(network, begun).sum(axis=-1)
        owed[:] = np.maximum(taken.sum(axis=-1) - made, 0.0)
        return begun

    return choose


def _room(network: Network, begun: Floats, available: Floats) -> Floats:
    """Return the share (pair, site) of starts (pair, group, site) for which there is room."""
    use = network.kernels.use[network.pair_option][..., : available.shape[-1]]
    available = available[..., : use.shape[-1]]
    share = np.ones((begun.shape[0], begun.shape[2]))
    total = np.einsum("pgh,pgrd->hrd", begun, use, optimize=True)
    short = (total > available.transpose(1, 0, 2) + ROUNDING).any(axis=(1, 2))
    for site in np.flatnonzero(short):
        need = np.einsum("pg,pgrd->prd", begun[:, :, site], use)
        share[:, site] = share_what_fits(need, available[:, site])
    return share


def walk(
    network: Network,
    referral: Callable[[int], Floats],
    choose: Choice,
    extra: Floats | None = None,
    attend: Attendance | None = None,
    recurrences: Floats | None = None,
) -> Replay:
    """Return the forward calculation under a rule for referral and a rule for starts.

    `choose(month, queue, available)` gives starts (pair, group, site, months waited) from the
    people on the lists (list, group, site, months waited) and the capacity still free from this
    month on (resource, site, month); where nobody waits, everyone starts whatever it says. Starts
    beyond a site's own list are people who change site: see `Replay.transferred`.
    `attend(month, expected, queue)` says who really comes to the lists (list, group, site) where
    the model expects `expected` and `queue` waits already; without it all those expected come.
    `recurrences` (point, group, month), if given, arrive after starts of these months, whatever
    the starts here would bring (`recurrences_of` another replay).
    """
    kernels, waiting, horizon = network.kernels, network.waiting, network.horizon
    point, groups, sites = kernels.point_of, len(kernels.groups), len(network.sites)
    lists, pairs = len(kernels.options), len(network.pair_list)
    longest = horizon + network.backlog.shape[-1]
    no_wait = ~waiting.waits[point]
    own = np.arange(lists)

    arrivals = network.entries + (0.0 if recurrences is None else recurrences)
    at_site = np.zeros((lists, groups, sites, horizon))
    starts = np.zeros((pairs, groups, sites, longest, horizon))
    left = np.zeros((lists, groups, sites, longest, horizon))
    moved = np.zeros((len(kernels.points), *arrivals.shape))
    cancer, other = np.zeros_like(arrivals), np.zeros_like(arrivals)
    use, transferred = network.committed.copy(), np.zeros_like(at_site)
    bought = np.zeros_like(network.capacity) if extra is None else extra
    free = network.available + bought
    queue = np.zeros((lists, groups, sites, longest))
    queue[..., : network.backlog.shape[-1]] += network.backlog
    for month in range(horizon):
        came = kernels.usual_share * arrivals[point, :, month]
        expected = came[:, :, None] * referral(month)
        at_site[..., month] = expected if attend is None else attend(month, expected, queue)
        np.add.at(arrivals[..., month], point, (at_site[..., month] - expected).sum(axis=2))
        queue[..., 0] += at_site[..., month]
        begun = choose(month, queue, free[:, :, month:])
        begun[:lists][no_wait] = queue[no_wait]
        starts[..., month] = begun
        queue, transferred[..., month] = left_behind(queue, sum_by_list(network, begun))
        left[..., month] = queue

        by_option = starts_by_option(network, begun.sum(axis=-1))
        taken = np.einsum(
            "kgh,kgrd->rhd", by_option, kernels.use[..., : horizon - month], optimize=True
        )
        during = slice(month, month + taken.shape[-1])
        use[:, :, during] += taken
        free[:, :, during] = np.maximum(free[:, :, during] - taken, 0.0)
        if recurrences is None:
            ahead = min(horizon - month - 1, kernels.months)
            arrivals[:, :, month + 1 : month + 1 + ahead] += _who_comes_after(
                network, begun.sum(axis=2), month, ahead
            )
        on_list = np.zeros((len(kernels.points), groups))
        np.add.at(on_list, point[own], queue.sum(axis=(2, 3)))
        moved[..., month] = waiting.move * on_list[:, None, :]
        cancer[..., month] = waiting.cancer_death * on_list
        other[..., month] = waiting.other_death * on_list
        if month + 1 < horizon:
            arrivals[:, :, month + 1] += moved[..., month].sum(axis=0)
        stayed = waiting.stay[point][:, :, None, None] * queue
        queue = np.concatenate((np.zeros_like(stayed[..., :1]), stayed[..., :-1]), axis=-1)
    has = network.capacity + bought
    return Replay(arrivals, at_site, starts, left, moved, cancer, other, use, has, transferred)


def _who_comes_after(network: Network, begun: Floats, month: int, ahead: int) -> Floats:
    """Return arrivals (point, group, month) in the months `ahead` of starts in one month.

    `begun` has the axes (pair, group, months waited).
    """
    kernels, delayed = network.kernels, network.delayed
    if delayed is None:
        starts = starts_by_option(network, begun.sum(axis=-1))
        return follow_on(kernels, starts[:, None], 1, ahead + 1)[:, 0]
    return delayed.follow_on(starts_by_option(network, delayed.by_harm(begun, month)), ahead)


def starts_by_option(network: Network, by_pair: Floats) -> Floats:
    """Return starts by the option started, of starts by pair; other axes stay."""
    starts = np.zeros((len(network.kernels.options), *by_pair.shape[1:]))
    np.add.at(starts, network.pair_option, by_pair)
    return starts


def left_behind(queue: Floats, taken: Floats) -> tuple[Floats, Floats]:
    """Return who is left, and who started (list, group, site) from another site's list.

    Those who change site leave the lists of the other sites in proportion to who is left there.
    """
    left = np.maximum(queue - taken, 0.0)
    beyond = taken - queue
    beyond[beyond < FITS] = 0.0
    wanted, there = beyond.sum(axis=2, keepdims=True), left.sum(axis=2, keepdims=True)
    gone = np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0)
    return left * np.maximum(1.0 - gone, 0.0), np.asarray(beyond.sum(axis=-1))


def first_in_first_out(queue: Floats, number: Floats) -> Floats:
    """Return who is taken, `number` of each list, the longest wait first; shape of `queue`."""
    behind = np.cumsum(queue[..., ::-1], axis=-1)[..., ::-1] - queue
    return np.clip(number[..., None] - behind, 0.0, queue)


def longest_wait_first(queue: Floats, number: Floats, home: Ints) -> Floats:
    """Return who is taken of queues, `number` (row, …) by rows of which each has a `home` (row,).

    The longest wait of a queue goes first; rows of one queue share those taken in proportion.
    """
    total = np.zeros(queue.shape[:-1])
    np.add.at(total, home, number)
    share = np.divide(number, total[home], out=np.zeros_like(number), where=total[home] > 0)
    return np.asarray(share[..., None] * first_in_first_out(queue, total)[home])


def oldest_of_all_groups(queue: Floats, number: Floats) -> Floats:
    """Return who is taken, `number` (list, site) of each list, the longest wait of any group first.

    Those who have waited equally long share in proportion.
    """
    together = queue.sum(axis=1)
    taken = first_in_first_out(together, np.minimum(number, together.sum(axis=-1)))
    share = np.divide(taken, together, out=np.zeros_like(taken), where=together > 0)
    return np.asarray(queue * share[:, None])


def own_option_starts(network: Network, taken: Floats) -> Floats:
    """Return starts by pair where every list starts its own option."""
    begun = np.zeros((len(network.pair_list), *taken.shape[1:]))
    begun[: taken.shape[0]] = taken
    return begun


def sum_by_list(network: Network, by_pair: Floats) -> Floats:
    """Return starts by list, of starts by pair; other axes stay."""
    total = by_pair[: len(network.kernels.options)].copy()
    extra = len(network.kernels.options)
    np.add.at(total, network.pair_list[extra:], by_pair[extra:])
    return total


def deaths_waiting(done: Replay, months: int) -> float:
    """Return deaths on a waiting list in the first months, from any cause."""
    return float((done.cancer_deaths + done.other_deaths)[..., :months].sum())
