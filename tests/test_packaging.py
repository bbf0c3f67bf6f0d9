"""What is installed: one name, every file of the scenarios, nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from importlib.metadata import Distribution, distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("model", "scenarios", "reports")
EXTRAS = "optional-dependencies"
DATA = {".toml", ".csv", ".md"}


def files_below(folder: Path, suffixes: set[str]) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in suffixes and path.is_file()
    }


def installed() -> Distribution:
    """Return what pip installed, not what a build left beside the sources."""
    return next(found for found in distributions(name="hepaplan") if found.read_text("RECORD"))


def test_one_name_is_installed() -> None:
    assert (installed().read_text("top_level.txt") or "").split() == ["hepaplan"]


def test_nothing_else_is_shipped() -> None:
    shipped = [str(file) for file in installed().files or []]
    assert shipped
    ours = ("hepaplan/", "hepaplan-", "hepaplan.egg-info/", "../")
    others = [file for file in shipped if not file.startswith(ours) and "__editable__" not in file]
    assert others == []
    assert [file for file in shipped if "tests" in Path(file).parts] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_is_installed(folder: str) -> None:
    installed = Path(str(resources.files(f"hepaplan.{folder}")))
    assert files_below(installed, {".py"}) == files_below(ROOT / folder, {".py"})
    assert (installed / "py.typed").is_file()


def test_every_file_of_the_scenarios_is_installed() -> None:
    installed = Path(str(resources.files("hepaplan.scenarios")))
    expected = files_below(ROOT / "scenarios", DATA)
    assert "greater-manchester/population.csv" in expected
    assert "pathways/crlm.toml" in expected
    assert files_below(installed, DATA) == expected


def test_every_package_is_listed() -> None:
    listed = PROJECT["tool"]["setuptools"]["packages"]
    modules = {path.parent for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")}
    names = {"hepaplan." + path.relative_to(ROOT).as_posix().replace("/", ".") for path in modules}
    assert set(listed) == {"hepaplan"} | names
    mapped = PROJECT["tool"]["setuptools"]["package-dir"]
    assert mapped == {name: name.partition(".")[2].replace(".", "/") or "." for name in listed}


def test_the_root_is_not_a_package() -> None:
    assert not (ROOT / "__init__.py").exists()


@pytest.mark.parametrize("name", [*FOLDERS, "cli.py"])
def test_type_checkers_find_the_name(name: str) -> None:
    link = ROOT / ".typing" / "hepaplan" / name
    if not link.is_symlink():
        pytest.skip("this checkout has no symbolic links; only type checking needs them")
    assert link.resolve() == ROOT / name


def test_the_version_is_one() -> None:
    assert version("hepaplan") == PROJECT["project"]["version"]
    assert f"## [{version('hepaplan')}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_licence_is_stated_and_present() -> None:
    assert PROJECT["project"]["license"] == "MIT"
    assert "The hepaplan developers" in (ROOT / "LICENSE").read_text(encoding="utf-8")


OF_TESTS = ("test", "cluster", "parquet", "sensitivity")


def declared(*extras: str) -> dict[str, SpecifierSet]:
    """Return what is stated of each version of a dependency and of those of the extras named."""
    project = PROJECT["project"]
    stated = [*project["dependencies"], *(r for e in extras for r in project[EXTRAS][e])]
    return {r.name: r.specifier for r in map(Requirement, stated) if r.name != "hepaplan"}


def pinned(file: str) -> dict[str, Version]:
    """Return the version of each package that a file of requirements pins."""
    text = (ROOT / file).read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    return {name: Version(number) for name, number in pins}


@pytest.mark.parametrize("file", ["requirements-dev.txt", "requirements-lowest.txt"])
def test_pinned_requirements_are_hashed_and_name_no_address(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    lines = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in line for line in lines if "==" in line)
    assert "http" not in text


def test_pinned_versions_cover_what_is_declared_and_lie_within_its_bounds() -> None:
    pins = pinned("requirements-dev.txt")
    stated = declared("dev", "docs", *OF_TESTS)
    assert {name for name, bounds in stated.items() if pins[name] not in bounds} == set()


def test_the_lowest_pinned_versions_are_the_lowest_stated() -> None:
    pins = pinned("requirements-lowest.txt")
    for name, bounds in declared(*OF_TESTS).items():
        (lowest,) = (b.version for b in bounds if b.operator == ">=")
        assert pins[name] == Version(lowest), name
