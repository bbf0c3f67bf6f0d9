from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from hepaplan.scenarios.load import InvalidScenario, LocatedProblem, load_scenario
from tests.support.designs import Write, make

TINY = Path(__file__).parent / "tiny"


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny scenario that a test may spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.fixture
def edit(tiny: Path) -> Callable[[str, str, str], int]:
    """Replace text that occurs once in a file of the copy; return the line it begins on."""

    def replace_once(file: str, old: str, new: str) -> int:
        path = tiny / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
        return text[: text.index(old)].count("\n") + 1

    return replace_once


@pytest.fixture
def problems() -> Callable[..., tuple[LocatedProblem, ...]]:
    """Return the problems of a scenario that must not load."""

    def refused(*args: object, **settings: object) -> tuple[LocatedProblem, ...]:
        with pytest.raises(InvalidScenario) as error:
            load_scenario(*args, **settings)  # type: ignore[arg-type]
        return error.value.problems

    return refused


@pytest.fixture
def write(tiny: Path) -> Write:
    """Write a design beside a copy of the tiny scenario."""
    return partial(make, tiny.parent)
