"""For whom there is room: whole footprints, as shares or as whole patients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.chance.queues import Queues
from hepaplan.model.kernels import Kernels
from hepaplan.model.replay import ROUNDING
from hepaplan.model.sites.sharing import share_what_fits


@dataclass(frozen=True)
class Room:
    """What is still free (site, resource, month, replication), and what a start takes of it.

    `carried` is what of it was left over by the month before. `use` (option, group, resource, month
    since start); `entries` says where it is, by option. Starting people edits `free` and `carried`:
    they are the simulation's own accounts.
    """

    free: Floats
    carried: Floats
    use: Floats
    entries: tuple[tuple[Ints, Ints, Floats], ...]
    queues: Queues

    def spend(self, row: int, month: int, begun: Floats, replications: Ints) -> None:
        """Take what starts (group, replication) of a row use from this month on."""
        site, resource, lag, each = self._entries(row, month)
        if resource.size:
            free, at = self.free[site], (resource[:, None], month + lag[:, None], replications)
            free[at] = np.maximum(free[at] - each.T @ begun, 0.0)

    def _entries(self, row: int, month: int) -> tuple[int, Ints, Ints, Floats]:
        """Return site, resources and months since start that a row takes, and (group, entry)."""
        lag, resource, each = self.entries[self.queues.row_option[row]]
        inside = int(np.searchsorted(lag, self.free.shape[2] - month))
        site = int(self.queues.sites[self.queues.row_queue[row]])
        return site, resource[:inside], lag[:inside], each[:, :inside]

    def shares(self, claims: Floats, level: Ints, month: int) -> Floats:
        """Return who starts of claims (row, group, 1, months waited), in fractions.

        Lower levels (row, months waited) go first, equal levels share what is left in proportion.
        """
        made = np.zeros_like(claims)
        ahead = min(self.use.shape[-1], self.free.shape[2] - month)
        use = self.use[self.queues.row_option, ..., :ahead]
        site_of = self.queues.sites[self.queues.row_queue]
        for site in np.unique(site_of):
            rows, waits = np.nonzero((site_of == site)[:, None] & claims.any(axis=(1, 2)))
            people = claims[rows, :, 0, waits]
            need = np.einsum("jg,jgrd->jrd", people, use[rows])
            for now in np.unique(level[rows, waits]):
                chosen = level[rows, waits] == now
                free = self.free[site, :, month : month + ahead, 0]
                total = need[chosen].sum(axis=0)
                share = np.ones(int(chosen.sum()))
                if np.any(total > free + ROUNDING):
                    share = share_what_fits(need[chosen], free)
                made[rows[chosen], :, 0, waits[chosen]] = share[:, None] * people[chosen]
                taken = np.einsum("j,jrd->rd", share, need[chosen])
                free[:] = np.maximum(free - taken, 0.0)
        return made

    def carry(self, row: int, month: int, replications: Ints) -> None:
        """Add to next month what is left of this one's resources, up to what one start needs.

        For those who wait for a whole start of a `row`: a month's fraction of a session is a whole
        session in another month.
        """
        site, resource, lag, each = self._entries(row, month)
        now = np.flatnonzero(lag == 0)
        if month + 1 < self.free.shape[2] and now.size:
            need, resources = each[:, now].max(axis=0), resource[now][:, None]
            free, kept = self.free[site], self.carried[site]
            most = np.minimum(free[resources, month, replications], need[:, None])
            more = np.maximum(most - kept[resources, month + 1, replications], 0.0)
            kept[resources, month + 1, replications] += more
            free[resources, month + 1, replications] += more

    def fits(self, row: int, month: int, number: Floats, replications: Ints) -> Floats:
        """Return how many of `number` find room in some replications.

        The largest use of any group decides, so that nobody's age does.
        """
        site, resource, lag, each = self._entries(row, month)
        if not resource.size:
            return number
        free = self.free[site][resource[:, None], month + lag[:, None], replications]
        most = np.floor((free / each.max(axis=0)[:, None]).min(axis=0) + ROUNDING)
        return np.asarray(np.minimum(number, most))


def open_room(network_free: Floats, kernels: Kernels, queues: Queues, replications: int) -> Room:
    """Return the room of each replication, from what is free (resource, site, month)."""
    free = np.repeat(network_free.transpose(1, 0, 2)[..., None], replications, axis=-1)
    use = kernels.use[..., : network_free.shape[-1]]
    entries = []
    for option in use:
        lag, resource = np.nonzero(option.max(axis=0).T)
        entries.append((lag, resource, option[:, resource, lag]))
    return Room(free, np.zeros_like(free), use, tuple(entries), queues)
