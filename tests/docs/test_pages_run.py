"""Every page is executed: files written, commands run, and what is shown compared."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hepaplan.cli import cli
from tests.support.command import TINY, Ended, Hepaplan
from tests.support.documents import ROOT, Block, blocks_in, blocks_of, pages
from tests.support.executed import (
    INSTEAD,
    NOT_RUN,
    Execution,
    Untrue,
    calls_of,
    differs,
    instead_of,
    is_only_read,
)

IN_THE_READER_S_FOLDER = {"tiny": TINY}
NOT_RUN_COUNTED = {
    "README.md not run": 2,
    "README.md only read": 18,
    "docs/how-to/calibrate.md only read": 2,
    "docs/how-to/edit-the-workbook.md another is run": 1,
    "docs/how-to/how-sure-are-we.md only read": 4,
    "docs/how-to/run-a-batch.md another is run": 1,
    "docs/how-to/run-a-batch.md only read": 1,
    "docs/how-to/run-in-a-script.md another is run": 1,
    "docs/how-to/run-on-a-cluster.md not run": 1,
    "docs/how-to/run-on-a-cluster.md only read": 3,
    "docs/tutorial/first-scenario.md another is run": 1,
    "docs/tutorial/first-scenario.md not run": 1,
    "docs/tutorial/own-region.md another is run": 2,
    "docs/verify.md only read": 2,
}
RUN_ELSEWHERE = {
    "calibrate": "tests/test_attack_studies.py",
    "psa": "tests/test_cli_uncertainty.py",
    "replay": "tests/test_cli_plan.py",
    "sensitivity": "tests/test_cli_uncertainty.py",
    "tornado": "tests/test_cli_uncertainty.py",
    "verify": "tests/reports/verification",
    "voi": "tests/test_cli_uncertainty.py",
}


def execute(blocks: list[Block], hepaplan: Hepaplan, folder: Path) -> None:
    for name, path in IN_THE_READER_S_FOLDER.items():
        (folder / name).symlink_to(path)
    execution = Execution(hepaplan, folder)
    for block in blocks:
        execution.take(block)
    execution.end()


@pytest.mark.parametrize("page", [page for page in pages() if blocks_of(page)])
def test_a_page_is_true(page: str, hepaplan: Hepaplan, tmp_path: Path) -> None:
    execute(blocks_of(page), hepaplan, tmp_path)


def how(block: Block) -> dict[str, str]:
    """Return each command of a block with whether it runs, is read, or has one stand for it."""
    if block.mark.startswith(NOT_RUN):
        return {block.place: "not run"}
    if block.mark.startswith(INSTEAD):
        return {block.place: "another is run"}
    calls = calls_of(block) if block.is_commands else []
    ours = [call.words for call in calls if call.words[0] == "hepaplan"]
    return {" ".join(w): "only read" if is_only_read(block, w) else "run" for w in ours}


def test_what_is_not_run_is_counted() -> None:
    found = Counter(
        (page, way)
        for page in pages()
        for block in blocks_of(page)
        for way in how(block).values()
        if way != "run"
    )
    assert {" ".join(key): count for key, count in found.items()} == NOT_RUN_COUNTED


def test_every_command_is_run_on_some_page() -> None:
    blocks = [block for page in pages() for block in blocks_of(page)]
    calls = [
        call.words
        for block in blocks
        for call in (
            instead_of(block)
            if block.mark.startswith(INSTEAD)
            else calls_of(block)
            if block.is_commands and not block.mark.startswith(NOT_RUN)
            else []
        )
        if call.words[0] == "hepaplan" and not is_only_read(block, call.words)
    ]
    assert set(cli.commands) - {words[1] for words in calls} == set(RUN_ELSEWHERE)
    assert [path for path in RUN_ELSEWHERE.values() if not (ROOT / path).exists()] == []


RIGHT = """
`mine/scenario.toml`:

```toml
a = 1
```

```console
$ hepaplan check mine
mine: no problems
```
"""
SAID = Ended(0, "mine: no problems\n", "")


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ("mine: no problems", "mine: some problems", "the page shows"),
        ("mine: no problems\n", "mine: no problems\nand more\n", "and more"),
        ("hepaplan check", "hepaplann check", "is not run by the tests"),
        ("$ hepaplan check mine\nmine: no problems\n", "$ hepaplan scenarios\nx\n", "x"),
        ("`mine/scenario.toml`:", "Something else:", "neither executed nor marked"),
        ("`mine/scenario.toml`:", "`mine/scenario.toml` holds:", "no such file|No such file"),
        ("```console\n$ hepaplan check mine\nmine: no problems\n```\n", "", "never used"),
    ],
)
def test_what_is_wrong_on_a_page_is_found(
    right: str, wrong: str, message: str, tmp_path: Path
) -> None:
    execute(list(blocks_in(RIGHT, "docs/x.md")), lambda *_: SAID, tmp_path)
    spoilt = RIGHT.replace(right, wrong)
    assert spoilt != RIGHT
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises((Untrue, FileNotFoundError), match=message):
        execute(list(blocks_in(spoilt, "docs/x.md")), lambda *_: SAID, other)


def test_a_command_that_fails_or_does_not_exist_is_found(
    hepaplan: Hepaplan, tmp_path: Path
) -> None:
    for command in ("hepaplan chekc tiny", "hepaplan check tinny", "hepaplan check tiny --fast"):
        (tmp_path / "tiny").unlink(missing_ok=True)
        with pytest.raises(Untrue, match=r"ended with [23]"):
            execute(list(blocks_in(f"\n    {command}\n", "docs/x.md")), hepaplan, tmp_path)


def test_what_may_differ_is_anything() -> None:
    printed = "a 1\nb 2\nc 3\n"
    assert differs(("a …", "…", "c 3"), printed) == ""
    assert differs(("a 1", "b 2"), printed) != ""
    assert differs(("b 2", "…"), printed) != ""
    assert differs(("…", "c 4"), printed) != ""
    assert differs(("…", "c 3", "a 1"), printed) != ""


def test_blocks_are_told_from_lists_and_prose() -> None:
    text = "- item\n\n  more of it\n\n      code in it\n\nprose\n    wrapped\n\n    code\n"
    assert [block.text for block in blocks_in(text, "docs/x.md")] == ["code in it\n", "code\n"]
