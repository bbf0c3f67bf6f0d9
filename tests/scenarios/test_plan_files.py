"""Plan files and records of what was done, read from CSV: every fault at once, with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepaplan.model.by_hand.plan_file import plan_from_table, plan_table
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.tables.plan_tables import all_tables
from hepaplan.scenarios.plan_files import actuals_for, read_actuals, read_plan
from hepaplan.scenarios.problems import InvalidScenario
from hepaplan.scenarios.tables import Table
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual

Read = Callable[..., Table]
PLAN = """month,site,decision_point,intended,option,starts,referral_share
2027-01,hilltop,operable,resection,resection,0.5,1
2027-01,hilltop,operable,ablation,ablation,0.25,0.25
2027-01,riverside,operable,ablation,ablation,0.125,0.75
2027-01,hilltop,operable,ablation,resection,0.1,
"""
DONE = """month,site,decision_point,option,starts,arrivals
2027-01,hilltop,operable,resection,0.5,0.75
2027-01,riverside,operable,ablation,0.125,
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return path


def faults(read: Read, folder: Path, text: str) -> list[str]:
    with pytest.raises(InvalidScenario) as refused:
        read(write(folder, text), "mine.csv", tiny_capacity().network)
    return [str(problem) for problem in refused.value.problems]


def test_a_plan_is_read_with_its_empty_shares(tmp_path: Path) -> None:
    frame = read_plan(write(tmp_path, PLAN), "mine.csv", tiny_capacity().network).frame
    assert frame["starts"].tolist() == [0.5, 0.25, 0.125, 0.1]
    assert frame["referral_share"][:3].tolist() == [1, 0.25, 0.75]
    assert np.isnan(frame["referral_share"][3])


def test_the_plan_of_a_run_comes_back_from_its_file(tmp_path: Path) -> None:
    network, best = tiny_capacity().network, tiny_capacity().best
    classes = best.written.classes
    text = plan_table(network, classes, best.plan).to_csv(index=False)
    frame = read_plan(write(tmp_path, text), "mine.csv", network).frame
    back = plan_from_table(network, classes, frame, window=3)
    np.testing.assert_allclose(back.starts, best.plan.starts, atol=1e-12, rtol=0)
    np.testing.assert_allclose(back.referral, best.plan.referral, atol=1e-12, rtol=0)


def test_the_starts_of_one_policy_are_a_plan(tmp_path: Path) -> None:
    starts = all_tables(tiny_usual(), tiny_capacity())["starts"]
    mine = starts[starts["policy"] == FIRST_COME]
    path = write(tmp_path, mine.to_csv(index=False))
    frame = read_plan(path, "mine.csv", tiny_capacity().network).frame
    assert frame["starts"].sum() == mine["starts"].sum()
    both = faults(read_plan, tmp_path, starts.to_csv(index=False))
    assert "expected one plan; keep the rows of one policy only" in both[0]


def test_all_faults_of_a_plan_are_told_at_once_with_their_lines(tmp_path: Path) -> None:
    text = PLAN.replace("2027-01,hilltop,operable,resection", "2031-07,hilltop,operable,resection")
    text = text.replace("riverside", "elsewhere").replace("ablation,resection", "ablation,prayer")
    assert faults(read_plan, tmp_path, text) == [
        "mine.csv:2: month: found '2031-07'; expected a month from 2027-01 to 2027-04, those that "
        "are planned; mend it, or use the scenario that the file was made for",
        "mine.csv:4: site: found 'elsewhere'; expected one of hilltop, riverside; mend it, or use "
        "the scenario that the file was made for",
        "mine.csv:5: option: found 'prayer'; expected an option of operable, one of resection, "
        "ablation; mend it",
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("0.5,1\n", "-0.5,1\n", "mine.csv:2: starts: found -0.5; expected a number from 0 to"),
        ("0.5,1\n", ",1\n", "mine.csv:2: starts: found an empty cell; expected a number"),
        ("2027-01,hilltop,operable,res", "January,hilltop,operable,res",
         "mine.csv:2: month: found 'January'; expected a month"),
        (",starts,", ",start,", "mine.csv:1: starts: this column is missing; is it the column"),
        ("0.25,0.25", "0.25,0.2", "mine.csv:3: referral_share: found shares that sum to 0.95"),
        ("hilltop,operable,resection,resection", "riverside,operable,resection,resection",
         "which does not offer it; expected one of the sites hilltop"),
        ("0.1,\n", "0.1,\n2027-01,hilltop,operable,ablation,resection,1,\n",
         "mine.csv:6: found month 2027-01, site hilltop"),
    ],
)  # fmt: skip
def test_each_fault_of_a_plan(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in " / ".join(faults(read_plan, tmp_path, PLAN.replace(old, new, 1)))


def test_a_long_list_of_faults_is_cut_short(tmp_path: Path) -> None:
    rows = "".join(f"2027-01,nowhere_{i},operable,ablation,ablation,1,\n" for i in range(50))
    found = faults(read_plan, tmp_path, PLAN.splitlines()[0] + "\n" + rows)
    assert len(found) == 21
    assert "and 30 more faults of this kind in the table" in found[-1]


def test_a_file_that_is_not_there_or_empty(tmp_path: Path) -> None:
    network = tiny_capacity().network
    with pytest.raises(InvalidScenario, match="there is no such file"):
        read_plan(tmp_path / "none.csv", "none.csv", network)
    assert "found an empty file" in faults(read_plan, tmp_path, "")[0]


@pytest.mark.parametrize("name", ["mine.xlsx", "MINE.XLS"])
def test_a_record_is_no_workbook_and_the_words_say_what_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04\xff\xfe")
    with pytest.raises(InvalidScenario) as refused:
        read_actuals(path, name, tiny_capacity().network)
    said = f"{name}: found a workbook; expected a table in a CSV file; save its sheet as CSV UTF-8"
    assert str(refused.value.problems[0]).startswith(said)


def test_a_record_of_what_was_done(tmp_path: Path) -> None:
    frame = read_actuals(write(tmp_path, DONE), "mine.csv", tiny_capacity().network).frame
    assert frame["arrivals"][0] == 0.75
    assert np.isnan(frame["arrivals"][1])


def test_a_record_of_the_whole_window_leaves_nothing_to_plan(tmp_path: Path) -> None:
    """The month of run-out after it is none to report."""
    header, row, *_ = DONE.splitlines()
    months = [row.replace("2027-01", month) for month in ("2027-01", "2027-02", "2027-03")]
    assert not actuals_for(tiny(), write(tmp_path, "\n".join([header, *months[:2]]))).empty
    with pytest.raises(InvalidScenario, match="expected a month of the window left to plan"):
        actuals_for(tiny(), write(tmp_path, "\n".join([header, *months])))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2027-01,", "2027-02,", "none of 2027-01; expected every month from 2027-01"),
        ("hilltop,operable,resection", "riverside,operable,resection", "does not offer it"),
        ("arrivals", "referral_share", "found a column of unknown name"),
        ("0.75", "many", "arrivals: found 'many'; expected a number"),
    ],
)
def test_each_fault_of_a_record(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert said in faults(read_actuals, tmp_path, DONE.replace(old, new))[0]
