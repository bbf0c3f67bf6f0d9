"""One file of tests run with coverage: which lines of the model each of its tests touches."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

OPTIONS = (
    *("-q", "-p", "no:cacheprovider", "-m", "not libreoffice and not chromium"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
"""Other programs would use the model as it is; libraries were imported before pytest could look."""


@dataclass(eq=False)
class _Recorder:
    """A pytest plugin: one context of the coverage for each test; its time, if it passed."""

    coverage: Any
    cpu_seconds: float
    seconds: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if time.process_time() > self.cpu_seconds:
            item.session.shouldstop = "the file has had its time"
        self.coverage.switch_context(item.nodeid)
        began = time.process_time()
        done = yield
        self.seconds[item.nodeid] = round(time.process_time() - began, 3)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.outcome != "passed":
            self.failed.append(report.nodeid)


def check_tree(tree: Path) -> None:
    """Raise where the tests ran another copy of the package than this tree's."""
    model = sys.modules.get("hepaplan.model")
    if model is not None and not Path(str(model.__file__)).is_relative_to(tree.resolve()):
        raise RuntimeError(f"hepaplan is installed from {model.__file__}, not from {tree}")


def recorded(tree: Path, tests: str, cpu_seconds: float) -> dict[str, object]:
    """Return the time of each passed test and, by file of the model and line, who touches it.

    Tests are known by their numbers in the list of times. -1 is an import. A file of tests that
    takes longer than `cpu_seconds` is left at the next test.
    """
    os.chdir(tree)
    sys.path.insert(0, str(tree))
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    coverage = import_module("coverage").Coverage(
        source=[str(tree / "model")], data_file=None, config_file=False, messages=False
    )
    recorder = _Recorder(coverage, cpu_seconds)
    coverage.start()
    pytest.main([*OPTIONS, tests], plugins=[recorder])
    coverage.stop()
    check_tree(tree)
    known = [test for test in recorder.seconds if test not in recorder.failed]
    numbers = {test: number for number, test in enumerate(known)}
    data, lines = coverage.get_data(), {}
    for file in data.measured_files():
        by_line = data.contexts_by_lineno(file)
        lines[str(Path(file).relative_to(tree))] = {
            line: [numbers.get(test, -1) for test in touching] for line, touching in by_line.items()
        }
    times = {test: recorder.seconds[test] for test in known}
    return {"ended": "recorded", "tests": tests, "times": times, "lines": lines}
