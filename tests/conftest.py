from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as every command has it: equal bits

import pytest
from hypothesis import settings

from hepaplan.cli import main
from hepaplan.model.parameters import Scenario
from hepaplan.reports.batch import runner
from hepaplan.reports.batch.work import Evaluate, Outcome, Work, attempt
from tests.support.command import TINY, Ended, Hepaplan, Spoil
from tests.support.examples import LONG, PROFILE
from tests.support.front import front_scenario

settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=LONG)
settings.load_profile(PROFILE)


LONGEST = (
    "test_h_reports.py",
    "test_corpus.py",
    "test_symmetries.py",
    "test_round_trips.py",
    "test_pages_run.py",
    "test_greater_manchester.py",
    "test_cli.py",
    "test_supply.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that several workers end together."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


def pytest_configure(config: pytest.Config) -> None:
    """Keep pytest out of hidden folders, which our own `norecursedirs` would let it into."""
    config.addinivalue_line("norecursedirs", ".*")


@pytest.fixture(scope="module")
def workers_find_the_tests() -> Iterator[None]:
    """Let worker processes, which take over this path, import the runs they are given."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "path", [str(Path(__file__).parents[1]), *sys.path])
        yield


@pytest.fixture
def tiny_front() -> Scenario:
    return front_scenario()


@pytest.fixture
def hepaplan(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Hepaplan:
    """Run a command in this process, in an empty folder, as the installed script does."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(signal, "signal", lambda *_: None)

    def run(*words: str | Path) -> Ended:
        monkeypatch.setattr(sys, "argv", ["hepaplan", *(str(word) for word in words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        written = capsys.readouterr()
        assert isinstance(end.value.code, int)
        assert "Traceback" not in written.err
        return Ended(end.value.code, written.out, written.err)

    return run


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run batches without a process of their own, which takes a second to start."""

    def here(works: Iterable[Work], evaluate: Evaluate, _: int) -> Iterator[Outcome]:
        for work in works:
            yield attempt(work.key, evaluate, work.payload)

    monkeypatch.setattr(runner, "run_here", here)


@pytest.fixture
def spoiled(tmp_path: Path) -> Spoil:
    """Copy the tiny scenario with one text in one file replaced."""

    def spoil(file: str, old: str, new: str) -> Path:
        folder = tmp_path / "spoiled"
        if not folder.exists():
            shutil.copytree(TINY, folder)
        text = (folder / file).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
        return folder

    return spoil
