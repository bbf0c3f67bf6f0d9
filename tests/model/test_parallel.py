"""Work spread over processes: the same results in the same order, whatever the workers."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from hepaplan.model.parallel import THREADS, spread

pytestmark = pytest.mark.usefixtures("workers_find_the_tests")


def squares(numbers: Sequence[int]) -> list[int]:
    return [number * number for number in numbers]


def threads(names: Sequence[str]) -> list[str]:
    return [os.environ.get(name, "") for name in names]


def refuse(numbers: Sequence[int]) -> list[int]:
    raise ValueError(f"no work for {len(numbers)}")


@pytest.mark.parametrize(("workers", "count"), [(1, 0), (1, 1), (1, 7), (1, 40), (2, 1), (2, 40)])
def test_results_come_in_the_order_of_the_items(workers: int, count: int) -> None:
    heard: list[int] = []
    found = spread(squares, range(count), workers, heard.append)
    assert found == [number * number for number in range(count)]
    assert heard == sorted(heard)
    assert heard[-1:] == ([count] if count else [])


def test_processes_share_the_cores_by_one_thread_each() -> None:
    before = [os.environ.get(name) for name in THREADS]
    assert spread(threads, [*THREADS, *THREADS], 2) == ["1"] * 6
    assert [os.environ.get(name) for name in THREADS] == before


def test_an_error_in_the_work_is_raised() -> None:
    with pytest.raises(ValueError, match="no work"):
        spread(refuse, range(3), 2)
