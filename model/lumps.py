"""Choices that are whole: capacity added once or not at all, services kept open or closed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from hepaplan.model.arrays import Flags, Floats, Ints


@dataclass(frozen=True)
class Lumps:
    """The choices, each 0 or 1.

    `adds` (expansion, resource, site, month): units that an expansion gives, after the utilisation
    cap. `cost` (expansion, month): pounds, undiscounted. `opens` (expansion, option, site): what
    may be started only if it is built. `counts` (volume, option, site): the starts that a minimum
    volume counts, at least `least` (volume,) a year unless the service is closed, which
    `may_close` (volume,) allows. `budget` (year,): most that expansions and extras may cost in
    each calendar year, infinite where none is stated; `year_of` (month,).
    """

    expansions: tuple[str, ...] = ()
    adds: Floats = field(default_factory=lambda: np.zeros((0, 0, 0, 0)))
    cost: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    opens: Flags = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))
    volumes: tuple[str, ...] = ()
    counts: Flags = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=bool))
    least: Floats = field(default_factory=lambda: np.zeros(0))
    may_close: Flags = field(default_factory=lambda: np.zeros(0, dtype=bool))
    budget: Floats = field(default_factory=lambda: np.zeros(0))
    year_of: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
