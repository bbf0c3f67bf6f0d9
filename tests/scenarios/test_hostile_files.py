"""Files too large, too deep or of no plain kind: refused before they cost memory or time."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hepaplan.model.problems import WrongUse
from hepaplan.scenarios import tables
from hepaplan.scenarios.designs import design_file
from hepaplan.scenarios.document import DEEPEST_KEY, parsed
from hepaplan.scenarios.files import scenario_document
from hepaplan.scenarios.problems import MOST_TOLD, InvalidScenario, LocatedProblem
from hepaplan.scenarios.tables import read_table

HEADER = "age_from,change_per_year\n"


def refused(path: Path) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        read_table("trend", path, path.name)
    return str(error.value).split("\n")


def test_a_pipe_and_a_folder_are_no_plain_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    remedy = "expected a file with text; give the file's name"
    assert refused(tmp_path / "pipe.csv") == [f"pipe.csv: found no plain file; {remedy}"]
    assert refused(tmp_path / "folder.csv") == [f"folder.csv: found a folder; {remedy}"]


@pytest.mark.parametrize("name", ["a" * 5_000, "a/" * 5_000])
def test_a_name_too_long_for_the_disk_is_no_scenario_and_no_design(name: str) -> None:
    with pytest.raises(ValueError, match="which is no shipped scenario") as error:
        scenario_document(name)
    assert len(str(error.value)) < 600
    with pytest.raises(WrongUse, match="which is no file and no shipped design") as wrong:
        design_file(name)
    assert len(str(wrong.value)) < 600


def test_control_characters_of_a_design_that_is_missing_are_spelt_out() -> None:
    with pytest.raises(WrongUse, match=r"found 'a\\x1b\[31mb', which is no file"):
        design_file("a\x1b[31mb")


def test_a_table_stops_at_its_most_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_LINES", 4)
    path = tmp_path / "trend.csv"
    path.write_text(f"{HEADER}0,0\n60,0.1\n70,0.2\n", encoding="utf-8")
    assert len(read_table("trend", path, "trend.csv").frame) == 3
    for more in ("80,0.2\n", "\n\n\n", "x,y,z\n" * 50):
        path.write_text(f"{HEADER}0,0\n60,0.1\n70,0.2\n{more}", encoding="utf-8")
        assert refused(path) == [
            "trend.csv:5: found more than 4 lines; expected at most 4; split or shorten the file"
        ]


def test_of_many_faults_the_first_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    path = tmp_path / "trend.csv"
    path.write_text(HEADER + "x,y\n" * 30, encoding="utf-8")
    told = refused(path)
    assert len(told) == tables.MOST_PROBLEMS + 1
    assert told[-1] == "trend.csv:11: …: and 40 more faults of this kind in the table"


@pytest.mark.parametrize("key", ["a.", '"a b" . ', "'a'."])
@pytest.mark.parametrize("line", ["{}b = 1", "[{}b]", "x = {{ {}b = 1 }}"])
def test_a_key_of_many_parts_is_refused_before_it_is_read(key: str, line: str) -> None:
    text = "y = 0\n" + line.format(key * (DEEPEST_KEY + 1))
    with pytest.raises(InvalidScenario, match=r"x\.toml:2: found tables nested too deep"):
        parsed(text, "x.toml")


def test_dots_in_texts_and_remarks_are_no_keys() -> None:
    dots = "Smith J. A., Jones B. C. " * 100 + "." * 100 + "12.5, " * 100
    assert parsed(f'x = "{dots}" # {dots}\ny = """\n{dots}"""', "x.toml")["x"] == dots


def test_of_very_many_problems_the_first_are_told_and_the_rest_counted() -> None:
    problems = [LocatedProblem("a.toml", line, "", "wrong") for line in range(1, 81)]
    error = InvalidScenario(problems)
    assert len(error.problems) == 80
    told = str(error).split("\n")
    assert told[:2] == ["a.toml:1: wrong", "a.toml:2: wrong"]
    assert told[MOST_TOLD:] == [f"and {80 - MOST_TOLD} more problems, told when these are mended"]
    assert error.ending == "80 problems; nothing was run"
