"""What the results in a batch's folder were made from, so that a change of it is named."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from hepaplan.model.problems import listed
from hepaplan.reports.batch.store import STORE
from hepaplan.reports.whole_file import atomic_file

MADE_FROM = "made-from.json"
NAMED = {"design_hash": "the design", "code_version": "the program"}


def changed_since(folder: Path, facts: Mapping[str, Any]) -> str:
    """Return what changed since results were last added to a folder, in words; or nothing.

    `facts` as in the manifest. A result is kept under a key of all that it depends on, so that
    one which a change concerns is never used again; the words are for the reader.
    """
    before: Any = None
    with suppress(OSError, ValueError):
        before = json.loads((folder / STORE / MADE_FROM).read_text(encoding="utf-8"))
    if not isinstance(before, dict):
        return ""
    names = list(_changes(before, facts))
    if not names:
        return ""
    return (
        f"changed since the results in {folder} were kept: {listed(names)}; "
        "runs that this concerns are done again"
    )


def note_made_from(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write down what the results that come now are made from."""
    with atomic_file(folder / STORE / MADE_FROM) as file:
        file.write(json.dumps(dict(facts), indent=2, sort_keys=True).encode() + b"\n")


def _changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, words in NAMED.items():
        if before.get(name) != now.get(name):
            yield words
    old, new = (_digests(facts, "base_hashes") for facts in (before, now))
    old_files, new_files = (_digests(facts, "input_hashes") for facts in (before, now))
    for base in sorted(old.keys() | new.keys()):
        if base not in new or base not in old:
            yield f"scenario '{base}' is {'new' if base in new else 'no longer in the design'}"
        elif old[base] != new[base]:
            files = _changed_files(old_files.get(base), new_files.get(base))
            yield f"scenario '{base}'" + (f" ({listed(files)})" if files else "")


def _changed_files(before: Any, now: Any) -> list[str]:
    if not isinstance(before, dict) or not isinstance(now, dict):
        return []
    return [
        name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)
    ]


def _digests(facts: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = facts.get(name)
    return found if isinstance(found, dict) else {}
