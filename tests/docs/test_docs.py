"""The documents name what exists: commands, functions, rules, sheets and files."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import click
import pytest

from hepaplan.cli import cli
from hepaplan.model.allocation import prices
from hepaplan.reports.workbook import SHEETS

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
MODEL = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
LONGEST_FILE = 300
SHEET_NAMES = set(SHEETS)
CONTEXT = click.Context(cli, **cli.context_settings)  # click remembers the first help option made
FUNCTION = re.compile(r"`(\w+)\.(\w+)`")
COMMAND = re.compile(r"hepaplan ((?:[a-z]|--)[^`#\n|]*)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands_in(text: str) -> list[str]:
    """Return what is called: every `hepaplan …` in code, spans and indented or fenced lines."""
    spans = re.findall(r"`(hepaplan [^`]+)`", text)
    lines = re.findall(r"^(?:    |\$ ).*?\b(hepaplan .*)$", text, flags=re.MULTILINE)
    return [call.split("#")[0].strip() for call in (*spans, *lines)]


def faults_of(call: str) -> list[str]:
    """Return which command or options of a call do not exist."""
    words = shlex.split(call)[1:]
    if words[0].startswith("-"):
        known = {name for option in cli.get_params(CONTEXT) for name in option.opts}
        return [] if words[0] in known else [f"no option {words[0]}"]
    command = cli.commands.get(words[0])
    if command is None:
        return [f"no command {words[0]}"]
    options = command.get_params(CONTEXT)
    known = {name for option in options for name in (*option.opts, *option.secondary_opts)}
    return [f"no option {w} of {words[0]}" for w in words if w.startswith("-") and w not in known]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_in_the_documents_exist(name: str) -> None:
    assert [fault for call in commands_in(read(name)) for fault in faults_of(call)] == []


def test_a_command_that_does_not_exist_is_found() -> None:
    text = "    hepaplan rum x\n`hepaplan run --fast`\n    hepaplan --colour"
    found = [fault for call in commands_in(text) for fault in faults_of(call)]
    assert found == ["no option --fast of run", "no command rum", "no option --colour"]


def test_the_readme_names_every_command() -> None:
    named = {shlex.split(call)[1] for call in commands_in(README)}
    assert set(cli.commands) <= named


def test_the_readme_has_the_two_commands() -> None:
    start = "    python3 -m venv .venv && . .venv/bin/activate && pip install "
    assert f"{start}. && hepaplan run" in README
    assert f"{start}'.[test]' && pytest" in README


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    targets = re.findall(r"\]\(([^)#]+)", read(name))
    inside = [target for target in targets if not target.startswith("https://")]
    assert [t for t in inside if not ((ROOT / name).parent / t).exists()] == []


def defined(path: Path) -> set[str]:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    named = {n.name for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef)}
    assigned = [target for node in body if isinstance(node, ast.Assign) for target in node.targets]
    return named | {target.id for target in assigned if isinstance(target, ast.Name)}


FUNCTIONS = {
    f"{path.stem}.{name}" for path in (ROOT / "model").rglob("*.py") for name in defined(path)
}


def test_functions_named_in_the_model_page_exist() -> None:
    named = {f"{module}.{function}" for module, function in FUNCTION.findall(MODEL)}
    named -= {name for name in named if name.endswith((".py", ".toml", ".md"))}
    assert len(named) > 50
    assert named - FUNCTIONS - {"module.function"} == set()


def test_equations_are_numbered_in_order() -> None:
    numbers = [int(n) for n in re.findall(r"^    \((\d+)\)", MODEL, flags=re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))
    lettered: dict[int, str] = {}
    for number, letter in re.findall(r"^    \((\d+)([a-z])\)", MODEL, flags=re.MULTILINE):
        lettered[int(number)] = lettered.get(int(number), "") + letter
    assert lettered.keys() <= set(numbers)
    assert [letters for letters in lettered.values() if letters not in "abcdefgh"] == []
    assert all(letters[0] == "a" for letters in lettered.values())
    chapters: dict[str, list[int]] = {}
    for chapter, number in re.findall(r"^    \(([A-Z])(\d+)\)", MODEL, flags=re.MULTILINE):
        chapters.setdefault(chapter, []).append(int(number))
    assert [c for c, found in chapters.items() if found != list(range(1, len(found) + 1))] == []
    assert {
        c for c, n in re.findall(r"\(([A-Z])(\d+)\)", MODEL) if int(n) > len(chapters[c])
    } == set()
    referred = re.findall(r"\((\d+)([a-z]?)\)", MODEL)
    assert [(n, x) for n, x in referred if x not in ("", *lettered.get(int(n), ""))] == []


def rules() -> dict[str, str]:
    """Return the name of the rows that each function of a rule makes, by module and function."""
    nodes = [
        (path.stem, node)
        for path in sorted((ROOT / "model" / "allocation").glob("*.py"))
        for node in ast.parse(path.read_text(encoding="utf-8")).body
    ]
    found = {}
    for module, node in nodes:
        if not isinstance(node, ast.FunctionDef) or ast.unparse(node.returns or node) != "Rows":
            continue
        (name,) = (
            call.args[0].value
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
            if isinstance(call.func, ast.Attribute) and call.func.attr in {"equal", "at_most"}
            if isinstance(call.args[0], ast.Constant)
        )
        found[f"{module}.{node.name}"] = str(name)
    return found


def table_of_rules(text: str) -> dict[str, tuple[str, str, str]]:
    """Return constraint name, equation and sheet by function, from the table of the model page."""
    row = re.compile(r"^\| (\(\d+[a-z]?\)) \| `(\w+\.\w+)` \| `(\w+)` \| ([^|]+) \|", re.M)
    return {f: (name, number, sheet.strip()) for number, f, name, sheet in row.findall(text)}


def test_every_constraint_is_listed_with_equation_name_and_sheet() -> None:
    listed = table_of_rules(MODEL)
    assert {function: row[0] for function, row in listed.items()} == rules()
    equations = set(re.findall(r"^    (\(\d+[a-z]?\))", MODEL, flags=re.MULTILINE))
    assert {row[1] for row in listed.values()} <= equations
    assert len({row[1] for row in listed.values()}) == len(listed)
    assert {row[2] for row in listed.values()} <= SHEET_NAMES


def test_a_constraint_that_is_not_listed_is_found() -> None:
    without = "\n".join(line for line in MODEL.splitlines() if "constraints.capacity" not in line)
    assert set(rules()) - set(table_of_rules(without)) == {"constraints.capacity"}


def test_weights_that_make_prices_unique_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| [^|]+ \| `prices\.(\w+)` \| ([\d.]+) \|", MODEL, flags=re.MULTILINE)
    weights = {name: value for name, value in vars(prices).items() if name.startswith("QALYS_PER_")}
    assert weights
    assert {name: float(value) for name, value in rows} == weights


def test_sheets_named_in_the_model_page_exist() -> None:
    named = set(re.findall(r"[Ss]heets? \*([^*]+)\*", MODEL))
    assert named
    assert named <= SHEET_NAMES


@pytest.mark.parametrize(
    "path",
    [
        path.relative_to(ROOT).as_posix()
        for folder in ("model", "scenarios", "reports")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    + ["cli.py"],
)
def test_files_stay_short(path: str) -> None:
    assert len(read(path).splitlines()) <= LONGEST_FILE
