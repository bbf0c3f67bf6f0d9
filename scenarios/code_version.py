"""Which version of the model's source this is, so that no result of another one is taken for it."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path

DIGEST_BYTES = 16


@cache
def code_version() -> str:
    """Return a hash of every source file of the installed model, read once.

    Names and contents count, whatever the line endings: the same source has the same version on any
    machine. Libraries (numpy, the solver) are not in it.
    """
    return version_of(Path(str(resources.files("hepaplan.model"))))


def version_of(folder: Path) -> str:
    """Return a hash of every Python file below a folder."""
    whole = hashlib.blake2b(digest_size=DIGEST_BYTES)
    for path in sorted(folder.rglob("*.py"), key=lambda p: p.relative_to(folder).as_posix()):
        content = path.read_bytes().replace(b"\r\n", b"\n")
        name = path.relative_to(folder).as_posix().encode()
        whole.update(len(name).to_bytes(4, "little") + name)
        whole.update(len(content).to_bytes(8, "little") + content)
    return whole.hexdigest()
