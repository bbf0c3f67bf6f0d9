"""Every case of the corpus, through the command line, in a process that is watched."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.corpus.case import BUILDERS, CASES, EXPECTED, Case, all_cases
from tests.corpus.watched import Warm, Watched, faults

README = Path(__file__).parent / "README.md"
FEWEST = 80
ASKED_FOR = {
    "missing", "extra", "duplicated", "negative", "nan", "infinite", "1e300", "comma-decimals",
    "encodings", "wrong-unit", "dates", "merged-cells", "formulas", "circular-overlays",
    "overlay-depth", "empty-files", "ten-million-rows", "truncated", "zip-bomb", "xml-entities",
    "external-links", "climbing-out", "symbolic-links", "control-characters",
}  # fmt: skip
NEED_ANOTHER_USER = {"not-a-file/unreadable"}
CONTROL = Case(CASES / "control" / "control", [], 0, ["no problems"])


@pytest.fixture(scope="module")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.close()


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_a_case_ends_as_it_says(case: Case, warm: Warm, tmp_path: Path) -> None:
    if case.name in NEED_ANOTHER_USER and os.geteuid() == 0:
        pytest.skip("root may read every file")
    (tmp_path / "here").mkdir()
    case.lay_out(tmp_path / "here")
    ended = warm.run(tmp_path, case.command)
    for path in (tmp_path / "here").glob("tiny/population.csv"):
        path.unlink()  # one of these is 200 MB
    assert faults(case, ended) == [], f"{ended.out[:2000]}\n{ended.err[:4000]}"


def test_the_corpus_holds_what_it_must() -> None:
    cases = all_cases()
    assert len(cases) >= FEWEST
    assert {case.category for case in cases} >= ASKED_FOR
    folders = {path.relative_to(CASES).as_posix() for path in CASES.glob("*/*")}
    assert {case.name for case in cases} == folders
    assert {case.built for case in cases} - {""} == BUILDERS.keys()
    assert [case.name for case in cases if not any(case.words)] == []


def test_the_readme_counts_the_cases_of_each_category() -> None:
    counts = Counter(case.category for case in all_cases())
    text = README.read_text(encoding="utf-8")
    told = {name: int(count) for name, count in re.findall(r"^\| `(.+?)` \| (\d+) \|", text, re.M)}
    assert told == dict(counts)
    assert f"{counts.total()} cases in {len(counts)} categories" in text


def control(warm: Warm, folder: Path, code: str, **more: int) -> list[str]:
    """Return what is found wrong with a command that does what no command may."""
    return faults(CONTROL, warm.run(folder, [], code=f"print('no problems')\n{code}", **more))


def test_a_command_that_does_nothing_wrong_passes(warm: Warm, tmp_path: Path) -> None:
    assert control(warm, tmp_path, "") == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1 / 0", "ended in a traceback"),
        ("raise SystemExit(3)", "ended with 3; expected 0"),
        ("block = b'x' * 900_000_000", "expected at most 1"),
        ("block = bytearray(3_000_000_000)", "ended in a traceback"),
        ("open('../outside', 'w').close()", "made or changed outside"),
        ("import os; os.symlink('x', 'link')", "made or changed here/link"),
        ("import tempfile; tempfile.mkstemp()", "made or changed temporary/"),
        ("import sys; print('line\\n' * 80, file=sys.stderr)", "said 81 lines"),
        ("import sys; print('\\x1b[2J', file=sys.stderr)", "said the control characters"),
    ],
)
def test_a_command_that_does_wrong_is_caught(
    warm: Warm, tmp_path: Path, code: str, words: str
) -> None:
    assert words in " ".join(control(warm, tmp_path, code))


def test_a_command_that_never_ends_is_stopped(warm: Warm, tmp_path: Path) -> None:
    busy = control(warm, tmp_path, "while True: pass", processor_seconds=1)
    waiting = control(warm, tmp_path, "import time; time.sleep(60)", seconds=0)
    assert "ended with -24; expected 0" in busy[0]
    assert "ended with -9; expected 0" in waiting[0]


def test_words_that_are_not_said_and_files_that_change_are_told() -> None:
    ended = Watched(3, "", "tiny: what else", 0, 0.0, {"here/a": "1"}, {"here/a": "2"})
    case = replace(CONTROL, exit=3)
    assert faults(case, ended) == ["did not say 'no problems'", "made or changed here/a"]


def test_a_run_may_write_its_output_and_a_refused_one_may_not() -> None:
    ended = Watched(0, "no problems", "", 0, 0.0, {}, {"here/out/report.xlsx": "1"})
    assert faults(CONTROL, ended) == []
    beside = replace(ended, after={"here/outside.csv": "1"})
    assert faults(CONTROL, beside) == ["made or changed here/outside.csv"]
    refused = replace(ended, code=3, err="no problems")
    assert faults(replace(CONTROL, exit=3), refused) == ["made or changed here/out/report.xlsx"]


def test_an_unknown_word_in_a_case_is_refused(tmp_path: Path) -> None:
    from tests.corpus.case import read_case

    (tmp_path / EXPECTED).write_text('command = []\nexit = 3\nwords = []\nword = "x"\n', "utf-8")
    with pytest.raises(TypeError, match="word"):
        read_case(tmp_path)
