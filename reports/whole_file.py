"""A file that is whole or absent under its name, whatever ends the process that writes it."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that replaces `path` on success; on failure the old file stays as it was."""
    temporary = path.parent / f".{path.name}.{secrets.token_hex(6)}.tmp"
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        replace_file(temporary, path)
    except BaseException as error:
        with suppress(OSError):
            if isinstance(error, OSError):
                vars(error)["written"] = temporary.stat().st_size
            temporary.unlink()
        raise
    flush_folder(path.parent)


def replace_file(made: Path, path: Path) -> None:
    """Put a file that is whole in the place of another; one held open elsewhere is said so."""
    try:
        made.replace(path)
    except PermissionError as error:
        raise PermissionError(
            f"{path.name} cannot be replaced: close it if another program has it open"
        ) from error


def no_space(folder: Path, needed: int, error: OSError) -> OSError:
    """Return the error of a full disk: the folder, bytes needed at least, bytes free there."""
    free = shutil.disk_usage(folder).free
    return OSError(
        error.errno,
        f"No space left in {folder}: at least {megabytes(needed)} are needed and "
        f"{megabytes(free)} are free; what was finished before is as it was",
    )


def megabytes(size: int) -> str:
    """Return bytes as megabytes of a million bytes, in words."""
    return f"{size / 1e6:.1f} MB"


def flush_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    if os.name == "nt":  # Windows cannot open a folder to flush it
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
