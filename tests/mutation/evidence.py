"""Which tests touch which lines of the model, and how long they take: from one run of the tests."""

from __future__ import annotations

import ast
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from tests.mutation.forks import each_in_a_fork
from tests.mutation.mutants import Mutant
from tests.mutation.recording import recorded

LOOKING_AT_ALL = "tests/model/test_values_are_frozen.py"
"""Imports every file of the model, whichever test imported it first."""


def record(
    tree: Path, folder: Path, tests: Iterable[str], workers: int, cpu_seconds: float
) -> None:
    """Run files of tests with coverage, a process each; those of before are replaced."""
    kept = folder / "evidence"
    kept.mkdir(parents=True, exist_ok=True)
    files = [
        file
        for place in tests
        for file in ([place] if place.endswith(".py") else _files_of_tests(tree, place))
    ]
    todo = ((file, partial(recorded, tree, file, cpu_seconds)) for file in files)
    for file, found in each_in_a_fork(todo, workers, folder):
        times = found.pop("times", {})
        print(file, found["ended"], found.get("by", ""), found["seconds"], flush=True)
        text = json.dumps({"times": times, "lines": found.get("lines", {})})
        (kept / f"{file.replace('/', '-')}.json").write_text(text, encoding="utf-8")


def _files_of_tests(tree: Path, place: str) -> list[str]:
    found = (tree / place).rglob("test_*.py")
    return sorted(str(path.relative_to(tree)) for path in found)


@dataclass(frozen=True)
class Evidence:
    """What was recorded of one tree."""

    tree: Path
    seconds: Mapping[str, float]
    touching: Mapping[str, Mapping[int, Sequence[str]]]
    importing: Mapping[str, set[str]]
    """By file of the model, the files of tests in whose process it was imported."""

    @classmethod
    def of(cls, tree: Path, folder: Path) -> Evidence:
        """Read all that was recorded; an import is touched by nobody."""
        seconds: dict[str, float] = {}
        touching: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        importing: dict[str, set[str]] = defaultdict(set)
        for path in sorted((folder / "evidence").glob("*.json")):
            found = json.loads(path.read_text(encoding="utf-8"))
            names = list(found["times"])
            seconds |= found["times"]
            for file, lines in found["lines"].items():
                importing[file] |= {_file(name) for name in names[:1]}
                for line, numbers in lines.items():
                    tests = [names[number] for number in numbers if number >= 0]
                    touching[file][int(line)] += tests
        return cls(tree, seconds, touching, importing)

    @cached_property
    def _by_file_of_tests(self) -> Mapping[str, Sequence[str]]:
        tests: dict[str, list[str]] = defaultdict(list)
        for test in self.seconds:
            tests[_file(test)].append(test)
        return tests

    def tests_of(self, mutant: Mutant) -> list[list[str]]:
        """Return the tests that may notice a mutant, a list for each file of tests, best first.

        First those that run its statement. Then the rest of these files: a plan solved once for
        a whole file of tests was solved in one test's time. A statement that runs on import is
        judged by all tests that touch its file, then by those of all files that import it: those
        who use a record run no line of it. Nothing where no test runs it.
        """
        by_line = self.touching.get(mutant.file, {})
        source = (self.tree / mutant.file).read_text(encoding="utf-8")
        lines, on_import = statement(source, mutant.line)
        if not any(line in by_line for line in lines):
            return []
        always: list[str] = []
        if on_import:
            lines = range(1, max(by_line) + 1)
            always = [test for test in self.seconds if test.startswith(LOOKING_AT_ALL)]
        first = {test for line in lines for test in by_line.get(line, ())}
        files = {_file(test) for test in first}
        files |= self.importing.get(mutant.file, set()) if on_import else set()
        beside = {test for file in files for test in self._by_file_of_tests[file]} - first
        ordered = [*self._best_first(first, mutant), *self._best_first(beside, mutant)]
        return [always, *ordered] if always else ordered

    def _best_first(self, tests: set[str], mutant: Mutant) -> list[list[str]]:
        files: dict[str, list[str]] = defaultdict(list)
        for test in sorted(tests, key=lambda test: (self.seconds[test], test)):
            files[_file(test)].append(test)
        stem = Path(mutant.file).stem

        def slow(file: str) -> tuple[bool, float]:
            return stem not in file, sum(self.seconds[test] for test in files[file])

        return [files[file] for file in sorted(files, key=slow)]


def statement(source: str, line: int) -> tuple[range, bool]:
    """Return the lines of the innermost statement at a line, and whether it runs on import.

    Of a block these are its head's lines.
    """
    best, within = range(line, line + 1), 0
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if isinstance(body, list) else node.end_lineno or line
            lines = range(node.lineno, max(last, node.lineno) + 1)
            within += isinstance(node, ast.FunctionDef) and line not in lines
            if line in lines:
                best = lines  # the walk goes from the outside in
    return best, within == 0


def _file(test: str) -> str:
    return test.split("::", 1)[0]
