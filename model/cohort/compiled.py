"""Whether a cohort is worth compiled loops, and running its draws through them in threads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.cohort.block import Plan, blocks_of, run_block
from hepaplan.model.cohort.compiled_tables import Tables, program
from hepaplan.model.cohort.transitions import ROW_TOLERANCE

WORTH_COMPILING = 4e9
"""Products of a chance and people from which None compiles: about 5 s in numpy. Importing numba and
reading the compiled loops from the disk takes 0.8 s; the very first time, compiling takes 10 s."""
BLOCK_CELLS = 524_288
"""Values of a block of draws: few enough for the memory of all threads to stay small."""
LANE_CELLS = 6_144
"""Numbers that the loops work on at once: few enough for the innermost cache."""
SHORTEST_LANE, LONGEST_LANE = 64, 512
SHARES = 4
"""Blocks that draws are cut into at least, where they are enough, so that threads end together."""


def wants_compiled(compiled: bool | None, plan: Plan, draws: int) -> bool:
    """Return whether to compile: as asked, or else where numba is there and the work is worth it.

    It depends on the model and the draws only, never on what ran before, so that a run repeats to
    the last bit.
    """
    if compiled is False or (compiled is None and products(plan, draws) < WORTH_COMPILING):
        return False
    installed = find_spec("numba") is not None
    if compiled and not installed:
        raise ModuleNotFoundError(
            "compiled=True needs numba, which is not installed: pip install 'hepaplan[fast]', or "
            "leave compiled out"
        )
    return installed


def products(plan: Plan, draws: int) -> float:
    """Return about how many products of a chance and people a plan takes."""
    ways = [*plan.states, *(source for source, _ in plan.transitions.moves)]
    return float(draws) * plan.cycles * sum(plan.times.get(state, 1) for state in ways)


def run_compiled(
    plan: Plan, draws: int, workers: int | None, totals: Floats, tables: Mapping[str, Floats]
) -> None:
    """Fill in the totals (stream, draw) and the tables that were asked for."""
    from hepaplan.model.cohort.compiled_kernel import follow

    told, nothing = program(plan), np.empty((0, 0, 0))
    trace, by_cycle = tables.get("trace", nothing), tables.get("by_cycle", nothing)
    lane = _lane(told.tables, len(totals))
    blocks = blocks_of(draws, min(BLOCK_CELLS // max(told.rows, 1), -(-draws // SHARES)))
    widest = max(block.stop - block.start for block in blocks)
    todo, exceeding = iter(blocks), list[slice]()  # each thread takes the next that is left

    def work() -> None:
        space = told.space(widest)  # used again: new memory takes longer than filling it
        for block in todo:
            told.fill(space, block)
            width = block.stop - block.start
            low = follow(space, width, lane, block.start, totals, trace, by_cycle)
            if low < -ROW_TOLERANCE:
                exceeding.append(block)

    others = min(workers or os.cpu_count() or 1, len(blocks)) - 1
    with ThreadPoolExecutor(max(others, 1)) as pool:
        waiting = [pool.submit(work) for _ in range(others)]
        work()
    for each in waiting:
        each.result()
    for block in sorted(exceeding, key=lambda block: block.start):
        totals[:, block] = run_block(plan, block, tables)  # says which row, cycle and draw


def _lane(told: Tables, streams: int) -> int:
    """Return how many draws the loops work on at once."""
    rows = 2 * (told.amounts + streams) + 3 * told.ages
    rows += len(told.moves) + len(told.changing) + len(told.held)
    return min(max(LANE_CELLS // max(rows, 1), SHORTEST_LANE), LONGEST_LANE)
