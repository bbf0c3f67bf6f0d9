from __future__ import annotations

import pytest
from hypothesis import settings

from hepaplan.model.parameters import Scenario
from tests.support.front import front_scenario

settings.register_profile("same-every-time", derandomize=True, database=None, deadline=None)
settings.load_profile("same-every-time")


def pytest_configure(config: pytest.Config) -> None:
    """Keep pytest out of hidden folders, which our own `norecursedirs` would let it into."""
    config.addinivalue_line("norecursedirs", ".*")


@pytest.fixture
def tiny_front() -> Scenario:
    return front_scenario()
