"""Which resources are filled before which, and what those leave of each kind of start."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from hepaplan.reports.live.plan_frame import PlanFrame

Signature = tuple[int, ...]
"""A kind of start: the resources that it takes in its first month, by place."""


@dataclass(frozen=True)
class Filling:
    """Resources in the order in which they are filled: what the fewest treatments take goes first.

    So a theatre that stops resections is filled before the beds and clinics that every treatment
    takes, and what it stops is no need of theirs.
    """

    frame: PlanFrame

    @cached_property
    def kinds(self) -> list[Signature]:
        """The kinds of start wherever people wait."""
        return sorted({self.frame.at_once(k) for k in self._waiting} - {()})

    @cached_property
    def order(self) -> Signature:
        """The resources taken at once, in the order of filling; the scenario's where equal."""
        taken = [r for k in self._waiting for r in self.frame.at_once(k)]
        return tuple(sorted(set(taken), key=lambda r: (taken.count(r), r)))

    @property
    def _waiting(self) -> list[int]:
        frame = self.frame
        point_of = frame.kernels.point_of
        return [k for k in range(len(point_of)) if frame.waits(int(point_of[k]))]

    def here(self, site: int) -> list[Signature]:
        """Return the kinds of start that a site makes for people who wait."""
        frame, pair_option = self.frame, self.frame.network.pair_option
        started = {k for k in self._waiting if frame.here[k, site]}
        started |= {
            int(pair_option[swap.pair]) for swap in frame.swaps if frame.swap_here(swap.pair, site)
        }
        return sorted({frame.at_once(k) for k in started} - {()})

    def before(self, kind: Signature, resource: int) -> Signature:
        """Return the resources of a kind of start that are filled before a resource."""
        return tuple(r for r in self.order[: self.order.index(resource)] if r in kind)

    def groups(self, site: int, resource: int) -> dict[Signature, list[Signature]]:
        """Return a site's kinds of start that take a resource, by what is filled before it."""
        found: dict[Signature, list[Signature]] = {}
        for kind in self.here(site):
            if resource in kind:
                found.setdefault(self.before(kind, resource), []).append(kind)
        return found

    def kind_of_row(self, place: int) -> Signature:
        """Return the kind of start of a row; none where two treatments of a swap differ in it."""
        listed, started = self.kinds_of_pair(self.frame.pair_of(place)[0])
        return listed if listed == started else ()

    def kind_of_option(self, option: int) -> Signature:
        """Return the kind of an option's starts, none where nobody waits."""
        waits = self.frame.waits(int(self.frame.kernels.point_of[option]))
        return self.frame.at_once(option) if waits else ()

    def kinds_of_pair(self, pair: int) -> tuple[Signature, Signature]:
        """Return the kinds of the treatment intended and of the one started."""
        network = self.frame.network
        intended, started = (int(of[pair]) for of in (network.pair_list, network.pair_option))
        return self.kind_of_option(intended), self.kind_of_option(started)
