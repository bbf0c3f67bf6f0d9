"""Random numbers between 0 and 1 for each input: independent, Latin hypercube or Sobol.

A stream is keyed by the seed and the input's name and indexed by draw, so the numbers do not depend
on workers, on blocks or, except with Sobol, on which other inputs there are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key, dotted, nearest
from hepaplan.model.uncertainty.spread.altered import SMALLEST

Design = Literal["random", "latin", "sobol"]
STEPS = round(0.5 / SMALLEST)
"""Random numbers are middles of so many equal steps: exact, so never 0 or 1."""
LARGEST_SEED = 2**53 - 1
"""Beside a name's 64 bits a seed becomes a float, which holds whole numbers up to here."""


def uniform(key: Key, draws: int, seed: int) -> Floats:
    """Return an input's random numbers between 0 and 1, neither of them reached, shape (draw,).

    Philox counters (Salmon et al., SC 2011, 10.1145/2063384.2063405); more draws leave the first
    as they are.
    """
    return _middles(_generator(key, seed).integers(0, STEPS, draws))


def latin(key: Key, draws: int, seed: int) -> Floats:
    """Return an input's random numbers, one in each of as many equal strata, shape (draw,).

    Latin hypercube: McKay, Beckman & Conover, Technometrics 1979;21:239-45, 10.2307/1268522. The
    order of the strata is the input's own; another number of draws has other strata.
    """
    stream = _generator(key, seed)
    within = _middles(stream.integers(0, STEPS, draws))
    return inside((stream.permutation(draws) + within) / draws)


def sobol(keys: Sequence[Key], draws: int, seed: int) -> dict[Key, Floats]:
    """Return each input's coordinate of a scrambled Sobol sequence, shape (draw,).

    Inputs take dimensions in the order of their names, and the scramble is one of so many: an
    input more or less moves all (scenarios are drawn together, `sampled.all_sampled`). The
    sequence is made to the next power of 2, where it is balanced, and the first `draws` are
    returned (Owen, J Complexity 1998;14:466-89, 10.1006/jcom.1998.0487).
    """
    from scipy.stats import qmc  # half a second that other designs need not pay

    ordered = sorted(keys, key=dotted)
    sequence = qmc.Sobol(len(ordered), scramble=True, seed=np.random.default_rng(seed))
    points = sequence.random_base2(max(draws - 1, 0).bit_length())[:draws]
    found = inside(points)
    return {key: np.ascontiguousarray(found[:, i]) for i, key in enumerate(ordered)}


def inside(numbers: Floats) -> Floats:
    """Return random numbers, those at 0 or 1 moved to the nearest that is drawn."""
    return np.clip(numbers, SMALLEST, 1.0 - SMALLEST)


def uniforms(keys: Sequence[Key], draws: int, seed: int, design: Design) -> dict[Key, Floats]:
    """Return the random numbers (draw,) of each input by a design.

    Raises ValueError, which names the designs there are, for another design, and for fewer than
    one draw.
    """
    if draws < 1:
        raise ValueError(f"{draws} draws: ask for 1 or more")
    if not 0 <= seed <= LARGEST_SEED:
        raise ValueError(f"the seed is {seed}: give a whole number from 0 to {LARGEST_SEED}")
    if design == "sobol":
        return sobol(keys, draws, seed) if keys else {}
    if design not in get_args(Design):
        known = get_args(Design)
        raise ValueError(f'no design "{design}"; known: {", ".join(known)}{nearest(design, known)}')
    stream = latin if design == "latin" else uniform
    return {key: stream(key, draws, seed) for key in keys}


def _generator(key: Key, seed: int) -> np.random.Generator:
    name = hashlib.blake2b(dotted(key).encode(), digest_size=8).digest()
    return np.random.Generator(np.random.Philox(key=[seed, int.from_bytes(name, "little")]))


def _middles(steps: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Floats:
    return np.asarray((steps + 0.5) / STEPS)
