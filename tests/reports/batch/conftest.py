from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="module")
def batches_find_the_tests(workers_find_the_tests: None) -> None:
    """Every batch here may be run by other processes."""
