"""Resources of our own making: rules of capacity said as further additive resources."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints
from hepaplan.model.kernels import Kernels


@dataclass(frozen=True)
class MadeResources:
    """Which real resource each is made of, and how its capacity follows that one's.

    `of` (made,): number of the real resource. `per_unit` (made,): what one more unit of the real
    resource adds. `at` (made, site): where the rule may bind; elsewhere the capacity is one that
    the real resource keeps anyway. They come last on the resource axis, and cost nothing.
    """

    of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    per_unit: Floats = field(default_factory=lambda: np.zeros(0))
    at: Flags = field(default_factory=lambda: np.zeros((0, 0), dtype=bool))

    def widened(self, real: Floats) -> Floats:
        """Return amounts of real resources (resource, …) with what they give of those made."""
        shape = (-1, *(1 for _ in real.shape[1:]))
        return np.concatenate((real, real[self.of] * self.per_unit.reshape(shape)))


@dataclass(frozen=True)
class Supply:
    """The resource axis of reading 2 while it grows: what starts use, and what there is.

    `names` (made,); `use` (option, group, resource, month since start); `capacity` (resource,
    site, month), real resources first.
    """

    names: tuple[str, ...]
    use: Floats
    capacity: Floats
    made: MadeResources

    def with_rule(
        self, name: str, of: int, per_unit: float, use: Floats, capacity: Floats, at: Flags
    ) -> Supply:
        """Return the supply with one more made resource.

        `use` (option, group, month since start), `capacity` (site, month), `at` (site,).
        """
        made = self.made
        grown = MadeResources(
            np.append(made.of, of),
            np.append(made.per_unit, per_unit),
            np.concatenate((made.at.reshape(made.of.size, at.size), at[None])),
        )
        return replace(
            self,
            names=(*self.names, name),
            use=np.concatenate((self.use, use[:, :, None]), axis=2),
            capacity=np.concatenate((self.capacity, capacity[None])),
            made=grown,
        )

    def kernels(self, kernels: Kernels) -> Kernels:
        """Return kernels that use the made resources too; what a start costs stays as it is."""
        if not self.names:
            return kernels
        return replace(kernels, use=self.use, resources=(*kernels.resources, *self.names))
