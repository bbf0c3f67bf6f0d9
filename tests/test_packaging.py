"""What is installed: one name, every file of the scenarios, nothing else."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from importlib.metadata import Distribution, distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("model", "scenarios", "reports")
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


def test_pinned_requirements_are_hashed_and_cover_what_we_declare() -> None:
    text = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    pinned = {line.split("==")[0] for line in text.splitlines() if "==" in line}
    blocks = text.replace("\\\n", " ").splitlines()
    assert all("--hash=sha256:" in line for line in blocks if "==" in line)
    assert "http" not in text
    project = PROJECT["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["test"], *extras["dev"]]
    names = {requirement.split(">")[0].split("[")[0] for requirement in declared}
    assert names - {"hepaplan"} <= pinned


def test_the_lowest_pinned_versions_are_the_lowest_stated() -> None:
    text = (ROOT / "requirements-lowest.txt").read_text(encoding="utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
    extras = PROJECT["project"]["optional-dependencies"]
    names = ("test", "cluster", "parquet", "sensitivity")
    declared = [*PROJECT["project"]["dependencies"], *(r for n in names for r in extras[n])]
    bounds = {r.name: r.specifier for r in map(Requirement, declared) if r.name != "hepaplan"}
    lowest = {n: next(b.version for b in s if b.operator == ">=") for n, s in bounds.items()}
    assert {n: Version(pinned[n]) for n in lowest} == {n: Version(v) for n, v in lowest.items()}
