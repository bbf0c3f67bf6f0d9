"""The documents name what exists: commands, options and files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from hepaplan.cli import cli
from tests.support.command import CONTEXT

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [
        *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
        *(ROOT / "docs").rglob("*.md"),
    ]
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
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
