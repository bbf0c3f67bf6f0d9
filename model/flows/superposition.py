"""Superposition: the consequences of every arrival added up by Fourier transform, no month loop.

The kernel must not depend on calendar time. Then the arrivals x of an inflow e solve x = e + K * x,
and at every frequency the convolution is a product.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.open_population import occupancy, renewed
from hepaplan.model.flows.semi_markov import Moves, checked, checked_staying, escaping, of_block

Complexes = npt.NDArray[np.complex128]
Indices = npt.NDArray[np.intp]

PERIODS = 3
"""Length of the damped transform in lengths of the time that is wanted."""
ALIASING = 1e-13
"""Weight of what happens one damped transform later and folds back."""
FASTEST_FALL = 7.0
"""Cumulative background hazard up to which ten digits remain; above it months are renewed."""
CELLS = 150_000
"""Complex numbers that a thread works on at once: enough to spread calls, few for the cache."""
CLEARING = np.ones(64)
"""Enough numbers for a vectorised operation."""


@dataclass(frozen=True)
class Transform:
    """Fourier transforms of damped series of `damping.size` months, padded to `length`."""

    length: int
    damping: Floats

    def of(self, series: Floats) -> Complexes:
        """Return the transform of a series over its last axis, which may be short of the months."""
        months = min(series.shape[-1], self.damping.size)
        return self.of_damped(series[..., :months] * self.damping[:months])

    def of_damped(self, series: Floats, axis: int = -1) -> Complexes:
        """Return the transform over an axis of a series that is damped already."""
        return np.asarray(rfft(series, self.length, axis))

    def back(self, frequencies: Complexes) -> Floats:
        """Return the series of the wanted months, still damped."""
        return np.asarray(irfft(frequencies, self.length)[..., : self.damping.size])


def superposed(
    kernel: Floats | Moves,
    inflow: Floats,
    *,
    background: Floats | None = None,
    workers: int = 1,
) -> Floats:
    """Return arrivals (class, state, place, time), to 1e-10 of the largest.

    `kernel` (class or 1, from, to, lag) or its `Moves`, `inflow` (class, state, place, time),
    `background` (class, time) as for `renewed`. Where all classes share a kernel, one impulse
    response serves all. Where each has its own, the renewal equation is solved at every frequency
    of the damped series: the response has no end, and damping keeps what lies beyond the transform
    from folding back (Abate & Whitt 1992, Queueing Systems 10:5-88, 10.1007/BF01158520). States
    that nobody enters from outside cost no transform. Classes are taken in blocks by `workers`
    threads; the result does not depend on how many.
    """
    (arrivals,) = _superposed(kernel, inflow, background, workers, arrivals=True)
    return arrivals


def superposed_occupancy(
    kernel: Floats | Moves,
    inflow: Floats,
    staying: Floats,
    *,
    background: Floats | None = None,
    workers: int = 1,
) -> Floats:
    """Return people in each state (class, state, place, time), without a table of arrivals.

    As `superposed` and `occupancy`, with two transforms less. `staying` (class or 1, state, months
    since entering) is the chance of still being there.
    """
    (present,) = _superposed(kernel, inflow, background, workers, arrivals=False, staying=staying)
    return present


def superposed_with_occupancy(
    kernel: Floats | Moves,
    inflow: Floats,
    staying: Floats,
    *,
    background: Floats | None = None,
    workers: int = 1,
) -> tuple[Floats, Floats]:
    """Return arrivals and people in each state (class, state, place, time).

    As `superposed` and `superposed_occupancy`, with one transform of the inflow for both.
    """
    arrivals, present = _superposed(
        kernel, inflow, background, workers, arrivals=True, staying=staying
    )
    return arrivals, present


def _superposed(
    kernel: Floats | Moves,
    inflow: Floats,
    background: Floats | None,
    workers: int,
    *,
    arrivals: bool,
    staying: Floats | None = None,
) -> tuple[Floats, ...]:
    """Return arrivals, if asked, and people in each state, where `staying` is given."""
    moves = checked(kernel, inflow)
    classes, states, places, months = inflow.shape
    escape = escaping(background, inflow)
    stay = None if staying is None else checked_staying(staying, inflow)
    falls = escape.min() < np.exp(-FASTEST_FALL)
    if falls or (stay is not None and len(stay) > moves.classes):
        by = renewed if falls else partial(superposed, workers=workers)
        came = by(moves, inflow, background=background)
        there = () if stay is None else (occupancy(came, stay, background=background),)
        return (came, *there) if arrivals else there
    comes = np.flatnonzero(inflow.any(axis=(0, 2, 3)))
    solver = _by_class if moves.classes > 1 else _shared
    transform, solve = solver(moves, months, comes, arrivals, stay)
    found = np.empty((arrivals + (stay is not None), *inflow.shape))
    cells = (transform.length // 2 + 1) * states * places * (1 + len(found))
    if moves.classes > 1:
        cells += (transform.length // 2 + 1) * len(moves.between)
    size = max(CELLS // cells, 1)
    entered = slice(None) if comes.size == states else comes

    def work(first: int) -> None:
        block = slice(first, first + size)
        safe = of_block(escape, block) / transform.damping
        solutions = solve(block, inflow[block][:, entered] / safe)
        for series, solution in zip(found, solutions, strict=True):
            np.multiply(transform.back(solution), safe, out=series[block])

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, range(0, classes, size)))
    return tuple(found)


Solve = Callable[[slice, Floats], Iterator[Complexes]]
"""From a block of classes and its inflow, to the states that have any, to what was asked for.

The inflow is damped; transforms of arrivals, people in each state or both come back.
"""


def _shared(
    moves: Moves, months: int, comes: Indices, arrivals: bool, stay: Floats | None
) -> tuple[Transform, Solve]:
    """Return how to solve for classes that share a kernel: by its response, cut after the months.

    A transform of twice the months leaves nothing to fold back, so nothing is damped.
    """
    transform = Transform(next_fast_len(2 * months - 1, real=True), np.ones(months))
    impulse = np.zeros((1, moves.states, comes.size, months))
    impulse[0, comes, np.arange(comes.size), 0] = 1
    came = renewed(moves, impulse)
    there = [] if stay is None else [occupancy(came, stay)]
    response = np.concatenate([came, *there] if arrivals else there, axis=1)[0]
    fate = transform.of_damped(response.transpose(2, 0, 1), axis=0)  # frequency, to, from

    def solve(_: slice, inflow: Floats) -> Iterator[Complexes]:
        classes, states, places, _ = inflow.shape
        people = transform.of_damped(inflow.transpose(3, 1, 0, 2), axis=0)
        found = fate @ people.reshape(len(people), states, classes * places)
        _clear_registers()
        for first in range(0, found.shape[1], moves.states):
            part = found[:, first : first + moves.states]
            yield part.reshape(-1, moves.states, classes, places).transpose(2, 1, 3, 0)

    return transform, solve


def _clear_registers() -> None:
    """Undo what some BLAS leave behind: full vector registers, in which transforms are slow.

    Complex products by OpenBLAS for AVX-512 do; a transform in SSE right after one took three times
    as long. Any vectorised operation of numpy clears them.
    """
    np.multiply(CLEARING, 2.0)


def _by_class(
    moves: Moves, months: int, comes: Indices, arrivals: bool, stay: Floats | None
) -> tuple[Transform, Solve]:
    """Return how to solve for classes that differ: the renewal equation at every frequency."""
    length = next_fast_len(PERIODS * months, real=True)
    transform = Transform(length, ALIASING ** (np.arange(months) / length))
    order = elimination_order(moves.states, moves.between)

    def solve(block: slice, inflow: Floats) -> Iterator[Complexes]:
        classes, _, places, _ = inflow.shape
        people = np.zeros((moves.states, classes, places, length // 2 + 1), dtype=complex)
        people[comes] = transform.of_damped(inflow).swapaxes(0, 1)
        chances = transform.of(moves.chance[:, block])[:, :, None]
        eliminate(order, dict(zip(moves.between, chances, strict=True)), people, comes)
        by_class = people.swapaxes(0, 1)
        if arrivals:
            yield by_class
        if stay is not None:
            yield by_class * transform.of(of_block(stay, block))[:, :, None]

    return transform, solve


def elimination_order(states: int, between: Sequence[tuple[int, int]]) -> list[int]:
    """Return the states in an order that makes few new moves, the cheapest first.

    Taking a state out joins each that leads to it with each it leads to (Markowitz 1957,
    Management Science 3:255-69, 10.1287/mnsc.3.3.255).
    """
    left = set(range(states))
    joined = {(a, b) for a, b in between if a != b}
    order: list[int] = []
    while left:
        cost = {
            state: sum(b == state for _, b in joined) * sum(a == state for a, _ in joined)
            for state in sorted(left)
        }
        out = min(cost, key=cost.__getitem__)
        before = [a for a, b in joined if b == out]
        after = [b for a, b in joined if a == out]
        joined = {pair for pair in joined if out not in pair}
        joined |= {(a, b) for a in before for b in after if a != b}
        left.remove(out)
        order.append(out)
    return order


def eliminate(
    order: Sequence[int],
    moves: dict[tuple[int, int], Complexes],
    people: Complexes,
    comes: Iterable[int],
) -> None:
    """Turn `people` (state, ...) from outside into all who arrive; both arguments are used up.

    Gaussian elimination, skipping moves that do not exist and states that nobody of `comes` has
    reached. No pivoting: damped chances of leaving add up to less than one in absolute value, so no
    pivot is small.
    """
    left = set(order)
    reached = {int(state) for state in comes}
    behind: list[tuple[int, list[int]]] = []
    for state in order:
        left.remove(state)
        before = [a for a in left if (a, state) in moves]
        after = [b for b in left if (state, b) in moves]
        if (state, state) in moves:
            rounds = 1.0 / (1.0 - moves[state, state])
            if state in reached:
                people[state] *= rounds
            for a in before:
                moves[a, state] = moves[a, state] * rounds
        for b in after:
            if state in reached:
                people[b] += moves[state, b] * people[state]
                reached.add(b)
            for a in before:
                detour = moves[a, state] * moves[state, b]
                moves[a, b] = moves[a, b] + detour if (a, b) in moves else detour
        behind.append((state, before))
    for state, before in reversed(behind):
        for a in before:
            if a in reached:
                people[state] += moves[a, state] * people[a]
                reached.add(state)
