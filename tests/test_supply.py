"""What is installed with hepaplan: consistent, licensed for all, and silent on the network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.support.command import TINY

UNWANTED_LICENCES = ("AGPL", "Affero", "SSPL", "Commons Clause")

NO_NETWORK = """
import sys
REACHING = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
def refuse(event, arguments):
    on_this_disk = len(arguments) > 1 and isinstance(arguments[-1], str)
    if event in REACHING and not on_this_disk:
        raise RuntimeError(f"reached for the network: {event} {arguments}")
sys.addaudithook(refuse)
"""
RUN = "from hepaplan.cli import main; sys.argv = ['hepaplan', *sys.argv[1:]]; main()"
COMMANDS = {
    "run": ("run", str(TINY), "--quick", "--quiet"),
    "verify": ("verify", str(TINY), "--no-plan", "--quiet"),
    "compare": ("compare", str(TINY), str(TINY), "--no-plan", "--no-bridge", "--quiet"),
    "tornado": ("tornado", str(TINY), "--quiet"),
    "new": ("new", "mine", "--workbook"),
}


def in_a_child(program: str, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=folder, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_asks_nobody(name: str, tmp_path: Path) -> None:
    done = in_a_child(NO_NETWORK + RUN, *COMMANDS[name], folder=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    "asking",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=0.01)",
        "import urllib.request; urllib.request.urlopen('http://example.invalid')",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))",
        "import socket; socket.gethostbyname('example.invalid')",
    ],
)
def test_who_asks_is_found(asking: str, tmp_path: Path) -> None:
    done = in_a_child(NO_NETWORK + asking, folder=tmp_path)
    assert "reached for the network" in done.stderr


def needed(name: str, seen: set[str]) -> Iterator[Distribution]:
    """Yield what an installation of hepaplan alone brings, each once."""
    if name in seen:
        return
    seen.add(name)
    found = distribution(name)
    yield found
    for text in found.requires or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            yield from needed(requirement.name.lower(), seen)


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: expression, text's first line, classifiers."""
    metadata = package.metadata
    fields = ("License-Expression", "License", "Classifier")
    texts = [text for field in fields for text in metadata.get_all(field) or ()]
    return "; ".join(text.partition("\n")[0] for text in texts)


def test_everything_it_needs_is_licensed_for_all_to_use() -> None:
    packages = list(needed("hepaplan", set()))
    assert len(packages) > 12
    stated = {package.name: licence(package) for package in packages}
    assert [name for name, text in stated.items() if not text] == []
    assert [
        n for n, text in stated.items() if any(word in text for word in UNWANTED_LICENCES)
    ] == []


def test_every_requirement_is_met_by_what_is_installed() -> None:
    versions = {found.name.lower().replace("_", "-"): found.version for found in distributions()}
    unmet = [
        f"{package.name} needs {text}, found {versions.get(requirement.name.lower(), 'nothing')}"
        for package in needed("hepaplan", set())
        for text in package.requires or ()
        for requirement in [Requirement(text)]
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if versions.get(requirement.name.lower().replace("_", "-"), "") not in requirement.specifier
    ]
    assert unmet == []
