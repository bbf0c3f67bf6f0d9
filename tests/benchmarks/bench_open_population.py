"""How long an open population takes, beside flat models: a state for each month in a treatment.

Run it by hand: python -m tests.benchmarks.bench_open_population
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.open_population import occupancy, renewed
from hepaplan.model.flows.semi_markov import moves_of
from hepaplan.model.flows.superposition import (
    superposed,
    superposed_occupancy,
    superposed_with_occupancy,
)

REPEATS = 9
WORKERS = 2
Answer = tuple[Floats, ...]
"""Occupancy and, where asked for, entries (class, treatment, region, month)."""


@dataclass(frozen=True)
class Population:
    """Chances as a flat model states them, the same as kernels, who comes and who dies.

    `move` (from, to, month in treatment) and `stay` (treatment, month in treatment) hold for one
    month, of those who escape the background; what is left of one dies of the disease. `kernel`
    (1, from, to, lag) and `staying` (1, treatment, months) follow from them. `inflow` (class,
    treatment, region, month); `background` (class, month) is a cumulative hazard.
    """

    move: Floats
    stay: Floats
    kernel: Floats
    staying: Floats
    inflow: Floats
    background: Floats


def population(
    treatments: int = 12,
    in_state: int = 60,
    classes: int = 36,
    regions: int = 10,
    months: int = 240,
    exits: int = 11,
    entered: int = 12,
) -> Population:
    """Return a population; each treatment leads to `exits` others, `entered` take new patients.

    Nobody is in a treatment for more than `in_state` months. Hazards of the background rise with
    the class, as with age, and by 8% a year of calendar time, as a cohort grows older.
    """
    random = np.random.default_rng(1)
    move = np.zeros((treatments, treatments, in_state))
    for a in range(treatments):
        others = (a + 1 + random.permutation(treatments - 1)[:exits]) % treatments
        leave = random.uniform(0.02, 0.15) * np.linspace(1, random.uniform(0.3, 1.5), in_state)
        move[a, others] = random.dirichlet(np.ones(exits))[:, None] * leave
    stay = 1 - move.sum(axis=1) - random.uniform(0.005, 0.03, (treatments, 1))
    stay[:, -1] = 0
    staying = np.cumprod(np.hstack([np.ones((treatments, 1)), stay]), axis=1)[:, :-1]
    kernel = np.zeros((1, treatments, treatments, in_state + 1))
    kernel[0, :, :, 1:] = move * staying[:, None]
    inflow = np.zeros((classes, treatments, regions, months))
    inflow[:, :entered] = random.gamma(2, 1, (classes, entered, regions, months))
    first = np.geomspace(0.001, 0.15, classes) / 12
    hazard = first[:, None] * 1.08 ** (np.arange(months) / 12)
    hazard[:, 0] = 0
    background = np.cumsum(np.minimum(hazard, 0.03), axis=1)
    return Population(move, stay, kernel, staying[None], inflow, background)


def one_matrix(people: Population) -> sparse.csr_array:
    """Return a month of one class and region (to, from), a state for each month in treatment."""
    treatments, in_state = people.stay.shape
    state = np.arange(treatments * in_state).reshape(treatments, in_state)
    source, to, month = np.nonzero(people.move)
    rows = np.concatenate([state[:, 1:].ravel(), state[to, 0]])
    columns = np.concatenate([state[:, :-1].ravel(), state[source, month]])
    chances = np.concatenate([people.stay[:, :-1].ravel(), people.move[source, to, month]])
    return sparse.csr_array((chances, (rows, columns)), shape=(state.size, state.size))


def built(people: Population) -> sparse.csr_array:
    """Return a month of everybody: a block for each class and region."""
    classes, _, regions, _ = people.inflow.shape
    blocks = [one_matrix(people)] * (classes * regions)
    matrix: sparse.csr_array = sparse.block_diag(blocks, format="csr")
    return matrix


def flat(
    people: Population, matrix: sparse.csr_array | None = None, *, entries: bool = True
) -> Answer:
    """Return the answer of one vector of all states, one product a month."""
    matrix = built(people) if matrix is None else matrix
    classes, treatments, regions, months = people.inflow.shape
    escape = np.exp(-np.diff(people.background, axis=1, prepend=0.0))
    inflow = np.ascontiguousarray(people.inflow.transpose(3, 0, 2, 1))
    there = np.zeros((classes, regions, treatments, people.stay.shape[1]))
    tables = [np.empty_like(inflow) for _ in range(1 + entries)]
    for month in range(months):
        there = (matrix @ there.ravel()).reshape(there.shape)
        there *= escape[:, month, None, None, None]
        there[..., 0] += inflow[month]
        there.sum(axis=-1, out=tables[0][month])
        if entries:
            tables[1][month] = there[..., 0]
    return tuple(table.transpose(1, 3, 2, 0) for table in tables)


def flat_by_class(people: Population, *, entries: bool = True) -> Answer:
    """Return the answer of a matrix a class, its deaths inside, with the regions as columns."""
    matrix = one_matrix(people)
    classes, treatments, regions, months = people.inflow.shape
    escape = np.exp(-np.diff(people.background, axis=1, prepend=0.0))
    inflow = np.ascontiguousarray(people.inflow.transpose(0, 3, 1, 2))
    tables = [np.empty_like(inflow) for _ in range(1 + entries)]
    for c in range(classes):
        there = np.zeros((treatments, people.stay.shape[1], regions))
        for month in range(months):
            there = (matrix @ there.reshape(-1, regions)).reshape(there.shape)
            there *= escape[c, month]
            there[:, 0] += inflow[c, month]
            there.sum(axis=1, out=tables[0][c, month])
            if entries:
                tables[1][c, month] = there[:, 0]
    return tuple(table.transpose(0, 2, 3, 1) for table in tables)


def flat_shared(people: Population, *, entries: bool = True) -> Answer:
    """Return the answer of one small matrix with every class and region as a column."""
    matrix = one_matrix(people)
    classes, treatments, regions, months = people.inflow.shape
    escape = np.exp(-np.diff(people.background, axis=1, prepend=0.0))
    inflow = np.ascontiguousarray(people.inflow.transpose(3, 1, 0, 2))
    there = np.zeros((treatments, people.stay.shape[1], classes, regions))
    tables = [np.empty_like(inflow) for _ in range(1 + entries)]
    for month in range(months):
        there = (matrix @ there.reshape(matrix.shape[0], -1)).reshape(there.shape)
        there *= escape[:, month, None]
        there[:, 0] += inflow[month]
        there.sum(axis=1, out=tables[0][month])
        if entries:
            tables[1][month] = there[:, 0]
    return tuple(table.transpose(2, 1, 3, 0) for table in tables)


def by_renewal(people: Population, *, entries: bool = True) -> Answer:
    """Return the answer of the renewal recursion."""
    came = renewed(people.kernel, people.inflow, background=people.background)
    present = occupancy(came, people.staying, background=people.background)
    return (present, came) if entries else (present,)


def by_superposition(people: Population, *, entries: bool = True, workers: int = WORKERS) -> Answer:
    """Return the answer of the impulse response and Fourier transforms."""
    about = (people.kernel, people.inflow, people.staying)
    if not entries:
        return (superposed_occupancy(*about, background=people.background, workers=workers),)
    came, present = superposed_with_occupancy(*about, background=people.background, workers=workers)
    return present, came


def seconds(*works: Callable[[], object], repeats: int = REPEATS) -> list[tuple[float, float]]:
    """Return the shortest of several runs of each, by the clock and of all processors together.

    They are taken in turn so that all meet the same load.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in works]
    for _ in range(repeats):
        for times, work in zip(taken, works, strict=True):
            clock, processors = time.perf_counter(), time.process_time()
            work()
            times.append((time.perf_counter() - clock, time.process_time() - processors))
    return [(min(t for t, _ in times), min(t for _, t in times)) for times in taken]


def difference(found: Answer, expected: Answer) -> float:
    """Return the largest difference of two answers, relative to the largest value."""
    pairs = zip(found, expected, strict=True)
    return max(float(np.abs(a - b).max() / np.abs(b).max()) for a, b in pairs)


def times_as_fast(taken: float, others: Sequence[float]) -> str:
    """Return how many times as long each of the others takes, in columns."""
    return "".join(f"{other / taken:7.1f}" for other in others)


def compare(title: str, people: Population, *, entries: bool) -> None:
    """Print every way to the same answer, and how many times as fast each is as the flat ones."""
    matrix = built(people)
    ways: dict[str, Callable[[], Answer]] = {
        "(a) flat, one vector, matrix built in the run": lambda: flat(people, entries=entries),
        "(b) flat, one vector, matrix at hand": lambda: flat(people, matrix, entries=entries),
        "(c) flat by class, regions as columns": lambda: flat_by_class(people, entries=entries),
        "(d) flat, classes and regions as columns": lambda: flat_shared(people, entries=entries),
        "renewal": lambda: by_renewal(people, entries=entries),
        "superposition, 1 thread": lambda: by_superposition(people, entries=entries, workers=1),
        f"superposition, {WORKERS} threads": lambda: by_superposition(people, entries=entries),
    }
    taken = seconds(*ways.values())
    expected = flat(people, matrix, entries=entries)
    print(f"{title}: {matrix.shape[0]:,} flat states, {matrix.nnz:,} stored transitions")
    print(f"  {'':46}{'by the clock':>36}{'by processor time':>39}{'largest':>15}")
    over = "     ms " + "".join(f"{f'/ ({name})':>7}" for name in "abcd")
    print(f"  {'':46}{over}   {over}     difference")
    clocks, processors = ([times[k] for times in taken[:4]] for k in (0, 1))
    for (name, way), (clock, processor) in zip(ways.items(), taken, strict=True):
        print(
            f"  {name:46}{1000 * clock:7.1f} {times_as_fast(clock, clocks)}   "
            f"{1000 * processor:7.1f} {times_as_fast(processor, processors)}   "
            f"{difference(way(), expected):11.0e}"
        )


def growth() -> None:
    """Print how time grows with months, classes and treatments: three sizes of each."""
    sizes = {
        "months": [{"months": n} for n in (120, 240, 480)],
        "classes": [{"classes": n} for n in (18, 36, 72)],
        "treatments": [{"treatments": n, "entered": n} for n in (6, 12, 24)],
    }
    print("growth, each treatment leads to 5 others: (b), renewal, superposition; (b) over each")
    for name, cases in sizes.items():
        for case in cases:
            people = population(exits=5, **case)
            matrix = built(people)
            (theirs, _), (renewal, _), (ours, _) = seconds(
                lambda people=people, matrix=matrix: flat(people, matrix),  # type: ignore[misc]
                lambda people=people: by_renewal(people),  # type: ignore[misc]
                lambda people=people: by_superposition(people),  # type: ignore[misc]
                repeats=3,
            )
            print(
                f"  {case[name]:4} {name:12} {1000 * theirs:8.1f} ms {1000 * renewal:8.1f} ms"
                f" {1000 * ours:8.1f} ms {theirs / renewal:8.1f} {theirs / ours:8.1f}"
            )


def many_draws() -> None:
    """Print what 1,000 draws of 3 groups take, each with its own kernel."""
    people = population(treatments=13, in_state=240, classes=1, regions=1, exits=4, entered=6)
    draws = 3 * 1000
    scale = np.random.default_rng(2).uniform(0.6, 1.0, (50, 1, 1, 1))
    kernels, inflow = moves_of(people.kernel * scale), np.repeat(people.inflow, 50, axis=0)

    def all_draws() -> None:
        for _ in range(draws // 50):
            superposed(kernels, inflow, workers=WORKERS)

    ((taken, processors),) = seconds(all_draws, repeats=3)
    expected = renewed(kernels, inflow)
    error = np.abs(superposed(kernels, inflow) - expected).max() / expected.max()
    print(
        f"{draws:,} kernels of 13 states, 240 lags and months: {taken:.2f} s, "
        f"{processors:.2f} s of processors, largest difference {error:.0e}"
    )


def main() -> None:
    """Print the population of 12 treatments, its growth, and many draws."""
    print("'/ (b)' is how many times as fast as flat model (b); flat models use one thread")
    for exits in (11, 3):
        leads = f"each treatment leads to {exits} others"
        few = population(exits=exits, entered=3)
        compare(f"occupancy; new patients at 3 of 12 treatments; {leads}", few, entries=False)
        everywhere = population(exits=exits)
        compare(f"entries and occupancy; new patients at all 12; {leads}", everywhere, entries=True)
    growth()
    many_draws()


if __name__ == "__main__":
    main()
