"""What follows a start by the months waited for it, where waiting harms beyond the list itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import Value
from hepaplan.model.waiting import WaitingMonth


@dataclass(frozen=True)
class Delayed:
    """What follows one start by months waited; at 0 months it is what the kernels say.

    `residual` (waited, option, group): hazard ratio on the option's exits; waits beyond the last
    count as the last. `arrive` (waited, option, group, point, month since start): arrivals, as in
    `Kernels`. `own` (waited, option, group), by the names of `Values`: worth of the option's own
    course. What a start uses, and the cost of that, stays what the kernels say: resources are
    booked for the course that was planned. `charge` (list, group), by the same names: what a month
    on each list is known to take from later starts, where `plan_value.charged_by_replay` found it.
    """

    residual: Floats
    arrive: Floats
    own: Mapping[str, Floats]
    charge: Mapping[str, Floats] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """Months of waiting after which more do no more harm."""
        return int(self.residual.shape[0]) - 1

    def by_harm(self, people: Floats, month: int) -> Floats:
        """Return people (…, months waited) by the months that count, (…, 0 to `longest`).

        Months waited before day one do not count in a `month` numbered from it: no plan can undo
        them, and reading 1, in which nobody waits, has the same people.
        """
        most = min(month, self.longest, people.shape[-1] - 1)
        found = np.zeros((*people.shape[:-1], self.longest + 1))
        found[..., :most] = people[..., :most]
        found[..., most] = people[..., most:].sum(axis=-1)
        return found

    def follow_on(self, starts: Floats, months: int) -> Floats:
        """Return arrivals (point, group, month) of the next `months` after starts.

        `starts` has the axes (option, group, waited), `waited` as in `by_harm`.
        """
        groups, points = self.arrive.shape[2:4]
        came = np.zeros((groups, points, months))
        for waited in np.flatnonzero(starts.any(axis=(0, 1))):
            begun = np.flatnonzero(starts[..., waited].any(axis=1))
            fate = self.arrive[waited, begun, ..., 1 : months + 1]
            people = starts[begun, :, waited]
            for group in range(groups):
                came[group] += np.tensordot(people[:, group], fate[:, group], axes=1)
        return came.transpose(1, 0, 2)

    def lost(self, measure: str, value: Value) -> Floats:
        """Return what each wait takes from a start (waited, option, group), in `value`'s unit.

        `measure` is the value's name in `Values`. All that follows counts, at usual care and
        discounted to the start. What the wait itself takes is not in it.
        """
        later = value.monthly_discount ** np.arange(self.arrive.shape[-1])
        reached = np.einsum("wkgc,cg->wkg", self.arrive @ later, value.arrival)
        worth = self.own[measure] + reached
        return np.asarray(worth[0] - worth)


def month_on_list(
    delayed: Delayed, kernels: Kernels, waiting: WaitingMonth, measure: str, value: Value
) -> Floats:
    """Return what a month on each list takes from what follows a start, shape (list, group).

    Discounted to the month's start, per person on the list, those who will never start included.
    The programme has no index for months waited, so each month costs the same: the loss of one
    month's wait, right where waits are short, unless a replay has found what longer ones take.
    """
    if measure in delayed.charge:
        return delayed.charge[measure]
    lost = delayed.lost(measure, value)[min(1, delayed.longest)]
    return np.asarray(value.monthly_discount * waiting.stay[kernels.point_of] * lost)
