"""Imports go one way: model knows neither neighbour, and scenarios and reports never meet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("model", "scenarios", "reports", "tests")
MAY_IMPORT = {
    "model": {"model"},
    "scenarios": {"model", "scenarios"},
    "reports": {"model", "reports"},
    "cli.py": {"model", "scenarios", "reports"},
    "tests": {"model", "scenarios", "reports", "cli"},
}
SOLVERS = {"pulp", "highspy"}
ONLY_SOLVER_HOME = "model/allocation/"
BARE_NAMES = {"model", "scenarios", "reports", "cli"}

SOURCES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "cli.py", *(p for f in FOLDERS for p in (ROOT / f).rglob("*.py"))]
)


def imported(source: str) -> Iterator[str]:
    """Yield every module that a source names, inside functions too; relative ones begin with '.'"""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            if module == "hepaplan":
                yield from (f"hepaplan.{alias.name}" for alias in node.names)
            else:
                yield module


def faults(path: str, source: str) -> list[str]:
    """Return each import that goes the wrong way."""
    home = path.split("/")[0]
    found = []
    for name in imported(source):
        first, _, rest = name.partition(".")
        if name.startswith("."):
            found.append(f"{path}: relative import {name}")
        elif first in BARE_NAMES:
            found.append(f"{path}: {name} is not the installed name")
        elif first == "hepaplan" and rest.split(".")[0] not in MAY_IMPORT[home]:
            found.append(f"{path}: {home} may not import {name}")
        elif first in SOLVERS and not path.startswith((ONLY_SOLVER_HOME, "tests/")):
            found.append(f"{path}: only {ONLY_SOLVER_HOME} imports {first}")
    return found


@pytest.mark.parametrize("path", SOURCES)
def test_imports_go_the_allowed_way(path: str) -> None:
    assert faults(path, (ROOT / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("path", "source", "words"),
    [
        ("model/kernels.py", "from hepaplan.scenarios.load import load", "model may not import"),
        ("model/kernels.py", "import hepaplan.reports.sheet", "model may not import"),
        ("model/kernels.py", "from hepaplan import cli", "model may not import hepaplan.cli"),
        ("scenarios/load.py", "from hepaplan.reports import sheet", "scenarios may not import"),
        ("reports/sheet.py", "from hepaplan.scenarios import load", "reports may not import"),
        ("model/replay.py", "def f():\n    import pulp", "only model/allocation/ imports pulp"),
        ("cli.py", "from highspy import Highs", "only model/allocation/ imports highspy"),
        ("model/kernels.py", "from . import course", "relative import"),
        ("model/kernels.py", "from model.course import Course", "not the installed name"),
        ("tests/test_x.py", "import reports", "not the installed name"),
    ],
)
def test_a_wrong_import_is_found(path: str, source: str, words: str) -> None:
    (found,) = faults(path, source)
    assert words in found


def test_the_solver_may_be_imported_where_it_lives() -> None:
    assert faults("model/allocation/solver.py", "import highspy\nimport pulp") == []


def test_cli_is_the_only_module_at_the_root() -> None:
    assert [path.name for path in ROOT.glob("*.py")] == ["cli.py"]


def test_the_model_neither_prints_nor_opens_files() -> None:
    calls = [
        f"{path}:{node.lineno}: {node.func.id}"
        for path in SOURCES
        if path.startswith("model/")
        for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"print", "open", "input"}
    ]
    assert calls == []
