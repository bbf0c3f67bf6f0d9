"""One mutant against its tests, in a process of its own that nothing was imported into before."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import CodeType, ModuleType

import pytest

from tests.mutation.recording import OPTIONS, check_tree

TIMES_LONGER, SECONDS_LONGER = 10.0, 5.0
"""A test that takes as many times longer, and as many seconds more, than it should has hung."""
SECONDS_TO_COLLECT = 60.0
MEMORY = 8 << 30
GROUPS = (0, 1, 4, 12)
"""Where the files of tests are cut into runs of pytest: the first, most likely to fail, alone."""
UNKNOWN_SECONDS = 0.1


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads one file with another text."""

    def __init__(self, name: str, path: str, text: str) -> None:
        super().__init__(name, path)
        self.text = text

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = compile(self.text, self.path, "exec", dont_inherit=True)
        return code


class _Finder(importlib.abc.MetaPathFinder):
    """Finds one module with a mutant in it, and leaves all others to others."""

    def __init__(self, name: str, path: Path, text: str) -> None:
        self.name, self.path, self.text = name, path, text

    def find_spec(
        self, fullname: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        loader = _Loader(fullname, str(self.path), self.text)
        return importlib.util.spec_from_file_location(fullname, self.path, loader=loader)


@dataclass(eq=False)
class _Watch:
    """A pytest plugin: stops tests that hang, and all when the time is up; keeps what failed."""

    expected: Mapping[str, float]
    seconds: float
    failed: list[str] = field(default_factory=list)
    ran: int = 0
    spent: float = 0.0

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        takes = self.expected.get(item.nodeid, UNKNOWN_SECONDS)
        self.spent += takes
        _stop_after(TIMES_LONGER * takes + SECONDS_LONGER)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.ran += report.when == "call"
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed.append(f"{report.nodeid} cannot be collected")


def attempt(
    tree: Path,
    file: str,
    text: str,
    tests: Sequence[Sequence[str]],
    expected: Mapping[str, float],
    seconds: float,
) -> dict[str, object]:
    """Return how it ended: killed and by which test, or survived and how many tests ran.

    To be called in a process that has not imported the package. `seconds` is how much time, by
    what the tests take when nothing is wrong, may be spent before giving up.
    """
    name = "hepaplan." + file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    if any(known.split(".")[0] == "hepaplan" for known in sys.modules):
        raise RuntimeError("hepaplan is imported already: its old code would be tested")
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
    sys.meta_path.insert(0, _Finder(name, tree / file, text))
    sys.path.insert(0, str(tree))
    os.chdir(tree)
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)  # workers of their own would not see the mutant
    try:
        import_module("tests.conftest")  # pytest would end as if it had been called wrongly
    except Exception as problem:
        return {"ended": "killed", "by": f"tests/conftest.py, by {problem!r}", "ran": 0}
    watch = _Watch(expected, seconds)
    for first, last in pairwise((*GROUPS, max(len(tests), *GROUPS))):
        chosen = _affordable(tests[first:last], expected, seconds - watch.spent)
        code = (
            pytest.main(["-x", *OPTIONS, *chosen], plugins=[watch])
            if chosen
            else pytest.ExitCode.OK
        )
        check_tree(tree)
        if watch.failed:
            return {"ended": "killed", "by": watch.failed[0], "ran": watch.ran}
        if code != pytest.ExitCode.OK:
            return {"ended": "error", "by": f"{code!r} with {chosen[0]}", "ran": watch.ran}
    complete = watch.ran == sum(len(file) for file in tests)
    return {"ended": "survived", "ran": watch.ran, "complete": complete}


def _stop_after(seconds: float) -> None:
    """Let the system end this process when it has used so much more processor time."""
    limit = int(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _affordable(
    files: Sequence[Sequence[str]], expected: Mapping[str, float], seconds: float
) -> list[str]:
    """Return the first tests of each file, which are the fastest, that the time is enough for."""
    chosen: list[str] = []
    for tests in files:
        for test in tests:
            if expected.get(test, UNKNOWN_SECONDS) > seconds:
                break
            seconds -= expected.get(test, UNKNOWN_SECONDS)
            chosen.append(test)
    return chosen


def died_of(status: int) -> dict[str, object]:
    """Return how a process ended that could not say it itself."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if number == signal.SIGXCPU:
        return {"ended": "timeout", "by": "a test that hung"}
    return {"ended": "killed", "by": f"the process, which died ({status})"}
