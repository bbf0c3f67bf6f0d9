"""Draws of uncertain figures: one seed, one stream of random numbers for each figure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.figures import figures
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import Quantity
from hepaplan.model.uncertainty.distributions import Uncertain, from_interval


def uncertain_figures(record: object, key: Key = ()) -> dict[Key, Uncertain]:
    """Return the distribution of every figure of a record that states one, by its key."""
    return {
        at: from_interval(figure.distribution, figure.value, figure.low, figure.high)
        for at, figure in figures(record, key)
        if isinstance(figure, Quantity)
        and figure.distribution is not None
        and isinstance(figure.value, float)
        and figure.low is not None
        and figure.high is not None
    }


def sample(uncertain: Mapping[Key, Uncertain], draws: int, seed: int) -> dict[Key, Floats]:
    """Return `draws` values (draw,) of each figure, independent of each other.

    A figure's stream depends on the seed and its key alone: another figure, another order or more
    draws leave its values as they are (Philox counters: Salmon et al., SC 2011,
    10.1145/2063384.2063405).
    """
    return {key: what.quantile(uniform(key, draws, seed)) for key, what in uncertain.items()}


def uniform(key: Key, draws: int, seed: int) -> Floats:
    """Return a figure's random numbers between 0 and 1, neither of them reached."""
    name = hashlib.blake2b(dotted(key).encode(), digest_size=8).digest()
    stream = np.random.Philox(key=[seed, int.from_bytes(name, "little")])
    return np.asarray((np.random.Generator(stream).integers(0, 2**53, draws) + 0.5) / 2**53)
