"""What is kept of finished runs: nothing half, nothing altered, nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hepaplan.model.problems import WrongUse
from hepaplan.reports.batch import parquet
from hepaplan.reports.batch.journal import Journal
from hepaplan.reports.batch.store import STORE, Kept, Store
from hepaplan.reports.batch.work import Outcome

DONE = Outcome("a1", "done", {"plan.cost_gbp": 0.1 + 0.2, "plan.qalys": -7.25}, "", 1.5)
OTHER = Outcome("b2", "done", {"plan.deaths": 3.0}, "", 0.25)
REFUSED = Outcome("c3", "refused", {}, "no room for a whole case", 0.5)
FAILED = Outcome("d4", "failed", {}, "KeyError", 0.0)


def kept(store: Store) -> dict[str, tuple[object, ...]]:
    def row(found: Kept) -> tuple[object, ...]:
        return found.status, dict(zip(found.names, found.numbers, strict=True)), found.words

    return {key: row(found) for key, found in store.kept.items()}


def chunks(folder: Path) -> list[Path]:
    return sorted((folder / STORE).glob("chunk-*"))


def filled(folder: Path) -> Store:
    store = Store(folder).open()
    for outcome in (DONE, OTHER, REFUSED, FAILED):
        store.add(outcome)
    return store


EXPECTED = {
    "a1": ("done", {"plan.cost_gbp": 0.30000000000000004, "plan.qalys": -7.25}, ""),
    "b2": ("done", {"plan.deaths": 3.0}, ""),
    "c3": ("refused", {}, "no room for a whole case"),
    "d4": ("failed", {}, "KeyError"),
}


@pytest.mark.parametrize("flushed", [True, False])
def test_what_was_kept_comes_back_to_the_last_bit(tmp_path: Path, flushed: bool) -> None:
    store = filled(tmp_path)
    if flushed:
        store.flush()
    assert len(chunks(tmp_path)) == flushed
    again = Store(tmp_path).open()
    assert kept(again) == EXPECTED
    assert again.notes == []
    assert len(chunks(tmp_path)) == 1


def test_a_failed_run_is_done_again_and_a_refused_one_is_not(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert [store.is_finished(key) for key in ("a1", "b2", "c3", "d4", "e5")] == [
        True, True, True, False, False,
    ]  # fmt: skip


def test_a_result_is_not_replaced_by_a_later_failure(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.add(Outcome("a1", "failed", {}, "lost", 0.0))
    store.add(Outcome("d4", "done", {"plan.deaths": 1.0}, "", 0.1))
    for known in (store, Store(tmp_path).open()):
        assert known.kept["a1"].status == "done"
        assert known.kept["d4"].status == "done"


@pytest.mark.parametrize("damage", ["cut", "altered", "emptied"])
def test_a_damaged_chunk_is_set_aside_and_said(tmp_path: Path, damage: str) -> None:
    store = filled(tmp_path)
    store.flush()
    (path,) = chunks(tmp_path)
    content = bytearray(path.read_bytes())
    if damage == "altered":
        content[len(content) // 3] ^= 1
    path.write_bytes(bytes({"cut": content[:-9], "emptied": b""}.get(damage, content)))
    again = Store(tmp_path).open()
    assert again.kept == {}
    (note,) = again.notes
    assert note.startswith(f"store/{path.name} was set aside and its runs are done again: ")
    assert (tmp_path / STORE / "set-aside" / path.name).is_file()
    assert chunks(tmp_path) == []


def test_a_sound_chunk_with_other_numbers_under_its_old_name_is_set_aside(tmp_path: Path) -> None:
    from hepaplan.reports.batch.store import chunk_of

    filled(tmp_path).flush()
    (path,) = chunks(tmp_path)
    path.write_bytes(chunk_of([Outcome("a1", "done", {"plan.deaths": 99.0}, "", 0.1)]))
    again = Store(tmp_path).open()
    assert again.kept == {}
    assert "does not match the hash" in again.notes[0]


def test_a_sound_file_that_is_no_chunk_is_set_aside(tmp_path: Path) -> None:
    from hepaplan.reports.batch.store import chunk_name

    (tmp_path / STORE).mkdir()
    content = parquet.as_parquet({"key": ["a1"]}, {"key": "text"})
    (tmp_path / STORE / chunk_name(content)).write_bytes(content)
    (tmp_path / STORE / chunk_name(b"not Parquet")).write_bytes(b"not Parquet")
    assert len(Store(tmp_path).open().notes) == 2


def test_a_torn_or_altered_line_of_the_journal_is_left_out(tmp_path: Path) -> None:
    filled(tmp_path)
    path = tmp_path / STORE / "journal.jsonl"
    first, second, third, fourth, _ = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([first, second.replace(b"3.0", b"4.0"), third, fourth[:-5]]))
    again = Store(tmp_path).open()
    assert sorted(again.kept) == ["a1", "c3"]
    assert again.notes == ["2 unfinished or altered lines of journal.jsonl were left out"]


def test_a_full_disk_keeps_the_lines_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = filled(tmp_path)
    write = os.write
    monkeypatch.setattr(os, "write", lambda handle, line: write(handle, line[:20]))
    with pytest.raises(OSError, match="no space"):
        store.add(Outcome("e5", "done", {"plan.deaths": 2.0}, "", 0.1))
    monkeypatch.undo()
    again = Store(tmp_path).open()
    assert kept(again) == EXPECTED
    assert len(again.notes) == 1


def test_a_kill_between_chunk_and_journal_counts_nothing_twice(tmp_path: Path) -> None:
    store = filled(tmp_path)
    before = (tmp_path / STORE / "journal.jsonl").read_bytes()
    store.flush()
    (tmp_path / STORE / "journal.jsonl").write_bytes(before)
    assert kept(Store(tmp_path).open()) == EXPECTED


def test_a_chunk_is_written_when_it_is_old_or_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hepaplan.reports.batch.store.LARGEST_CHUNK", 3)
    filled(tmp_path)
    assert len(chunks(tmp_path)) == 1
    assert len(Journal(tmp_path / STORE / "journal.jsonl").outcomes()[0]) == 1
    monkeypatch.setattr("hepaplan.reports.batch.store.LONGEST_CHUNK_SECONDS", -1.0)
    filled(tmp_path / "other")
    assert len(chunks(tmp_path / "other")) == 4


def test_a_litter_of_temporary_files_is_not_read(tmp_path: Path) -> None:
    filled(tmp_path).flush()
    (tmp_path / STORE / ".chunk-x.parquet.12.tmp").write_bytes(b"half")
    assert kept(Store(tmp_path).open()) == EXPECTED


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(WrongUse, match=r"pip install 'hepaplan\[parquet\]'"):
        parquet.need_parquet()
