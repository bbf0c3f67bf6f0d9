"""Capacity bought by the unit when needed: overtime and outsourcing."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Floats, Ints


@dataclass(frozen=True)
class Extras:
    """What may be bought: `resource` and `site` (extra,), `most` (extra, month) and `unit_cost`.

    `unit_cost` (extra,) is in pounds a unit, beyond the resource's own unit cost.
    """

    names: tuple[str, ...] = ()
    resource: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    site: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    most: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    unit_cost: Floats = field(default_factory=lambda: np.zeros(0))
