"""Every command has help, and help loads nothing that it does not print."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import click
import pytest

from hepaplan.cli import cli
from tests.support.command import CONTEXT, Hepaplan

HEAVY = ("pandas", "numpy", "scipy", "pydantic", "openpyxl", "pulp", "highspy", "holidays")


@pytest.mark.parametrize(("name", "command"), [("hepaplan", cli), *cli.commands.items()])
def test_every_command_has_help_and_so_has_every_option(name: str, command: click.Command) -> None:
    assert command.help
    for parameter in command.get_params(CONTEXT):
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["run", "--help"], ["--version"]])
def test_help_is_printed(hepaplan: Hepaplan, words: list[str]) -> None:
    ended = hepaplan(*words)
    assert ended.code == 0
    assert ended.err == ""
    assert ("Usage:" in ended.out) or (version("hepaplan") in ended.out)


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from hepaplan.cli import cli\n"
        "cli.main(['run', '--help'], standalone_mode=False)\n"
        f"print('loaded:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[-1] == "loaded: []"


def test_help_loads_little_besides_what_it_prints() -> None:
    """Help is quick because it reads few modules: 192 in all and 18 of ours when counted."""
    program = (
        "import sys\n"
        "from hepaplan.cli import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "print(len(sys.modules), sum(name.startswith('hepaplan') for name in sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    everything, ours = map(int, ended.stdout.splitlines()[-1].split())
    assert 5 < ours < 30
    assert everything < 350
