"""The same work on many items, by several processes: results do not depend on how many."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
CHUNKS_EACH = 8
"""Chunks for each worker: few, since each carries what all items share; enough to even out."""
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def spread(
    work: Callable[[Sequence[Item]], list[Result]],
    items: Sequence[Item],
    workers: int,
    done: Callable[[int], None] = lambda _: None,
) -> list[Result]:
    """Return the result of each item, in their order.

    `work` takes some of the items and must be picklable, as must what it returns; with one worker
    it runs here. `done` hears how many items are finished.
    """
    size = max(1, -(-len(items) // (max(workers, 1) * CHUNKS_EACH)))
    chunks = [items[first : first + size] for first in range(0, len(items), size)]
    found: list[Result] = []
    if workers <= 1 or len(chunks) == 1:
        for chunk in chunks:
            found += work(chunk)
            done(len(found))
        return found
    with (
        one_thread_each(),
        ProcessPoolExecutor(min(workers, len(chunks)), get_context("spawn")) as pool,
    ):
        for part in pool.map(work, chunks):
            found += part
            done(len(found))
    return found


@contextmanager
def one_thread_each() -> Iterator[None]:
    """Let linear algebra use one thread in processes started meanwhile: they share the cores."""
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ.update(dict.fromkeys(THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
