"""Batches on the command line: run, resumed, in parts, failing, and refused."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from pathlib import Path

import click
import duckdb
import pandas as pd
import pytest

from hepaplan.cli import cli
from tests.support.command import Hepaplan, contents
from tests.support.unsure import write_unsure

TOP = """\
name = "try"
scenario = "unsure"
draws = 2
outputs = ["new_metastases", "nothing_scarce.cost_gbp"]
"""
SHARES = """
[axes.share]
key = "metastases.synchronous_share"
values = [0.15, 0.16]
"""
TOO_MANY = SHARES.replace("[0.15, 0.16]", "[0.15, 0.4]")
ONE = ("--workers", "1", "--quiet")
Design = Callable[..., Path]


@pytest.fixture
def design(tmp_path: Path) -> Design:
    """Write a design beside the scenario whose figures are unsure."""

    def write(axes: str = SHARES, top: str = TOP) -> Path:
        if not (tmp_path / "unsure").exists():
            write_unsure(tmp_path)
        path = tmp_path / "design.toml"
        path.write_text(top + axes, encoding="utf-8")
        return path

    return write


def results(folder: Path) -> pd.DataFrame:
    return pd.read_parquet(folder / "results")


def test_a_dry_run_says_how_many_and_how_long_and_writes_nothing(
    hepaplan: Hepaplan, design: Design, tmp_path: Path
) -> None:
    path = design()
    before = contents(tmp_path)
    ended = hepaplan("batch", path, "--dry-run", "--workers", "3")
    assert ended.code == 0
    assert "try: 4 runs, all combinations of 2 axes" in ended.out
    assert "share: 0.15, 0.16 (metastases.synchronous_share)" in ended.out
    assert re.search(r"about .* with 3 workers( on 2 cores)?, by 2 timed here", ended.out)
    assert contents(tmp_path) == before


def test_runs_are_one_data_set_and_what_is_finished_is_kept(
    hepaplan: Hepaplan, design: Design, tmp_path: Path
) -> None:
    """The design's columns beside its outputs; more draws later run only what is new."""
    ended = hepaplan("batch", design(), *ONE)
    assert ended.code == 0, ended.err
    assert "4 runs: 4 run now, 0 kept from before, 0 without a result" in ended.out
    assert ended.err == ""
    table = results(tmp_path / "try-batch")
    assert {"share", "draw", "new_metastases", "nothing_scarce.cost_gbp"} <= set(table.columns)
    assert sorted(table["share"]) == [0.15, 0.15, 0.16, 0.16]
    more = table.groupby("share")["new_metastases"].mean()
    assert more.loc[0.16] > more.loc[0.15]
    where = str(tmp_path / "try-batch" / "results" / "*.parquet")
    with duckdb.connect() as database:
        assert database.execute("select count(*) from read_parquet(?)", [where]).fetchall() == [
            (4,)
        ]

    again = hepaplan("batch", design(), *ONE)
    assert "4 runs: 0 run now, 4 kept from before" in again.out
    pd.testing.assert_frame_equal(results(tmp_path / "try-batch"), table)

    longer = hepaplan("batch", design(top=TOP.replace("draws = 2", "draws = 3")), *ONE)
    assert "6 runs: 2 run now, 4 kept from before" in longer.out


@pytest.mark.usefixtures("in_this_process")
def test_a_report_is_made_anew_only_if_results_changed_or_it_is_missing(
    hepaplan: Hepaplan, design: Design, in_this_process: None, tmp_path: Path
) -> None:
    workbook, page = (tmp_path / "try-batch" / name for name in ("report.xlsx", "report.html"))
    hepaplan("batch", design(), *ONE)
    assert workbook.is_file()
    assert "4 runs, 4 with a result" in page.read_text(encoding="utf-8")
    page.write_text("mine", encoding="utf-8")
    hepaplan("batch", design(), *ONE)
    assert page.read_text(encoding="utf-8") == "mine"
    workbook.unlink()
    hepaplan("batch", design(), *ONE)
    assert workbook.is_file()
    assert page.read_text(encoding="utf-8") != "mine"
    hepaplan("batch", design(SHARES.replace(", 0.16", "")), *ONE)
    assert "2 runs, 2 with a result" in page.read_text(encoding="utf-8")


def test_parts_gathered_are_the_whole(hepaplan: Hepaplan, design: Design, tmp_path: Path) -> None:
    path = design()
    first = hepaplan("batch", path, "--part", "1/2", "--out", "parts", *ONE)
    assert (first.code, "2 runs: 2 run now" in first.out) == (0, True)
    early = hepaplan("batch", path, "--gather", "--out", "parts", "--quiet")
    assert early.code == 2
    assert "--part 2/2" in early.err
    assert hepaplan("batch", path, "--part", "2/2", "--out", "parts", *ONE).code == 0
    ended = hepaplan("batch", path, "--gather", "--out", "parts", "--quiet")
    assert (ended.code, "4 runs: 0 run now, 4 kept" in ended.out) == (0, True)
    assert hepaplan("batch", path, "--out", "whole", *ONE).code == 0
    one, other = (results(tmp_path / name).sort_values(["share", "draw"]) for name in
                  ("parts", "whole"))  # fmt: skip
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


@pytest.mark.usefixtures("in_this_process")
def test_a_run_without_a_result_stops_no_other_and_is_listed_with_its_inputs(
    hepaplan: Hepaplan, design: Design, tmp_path: Path
) -> None:
    """More with metastases on diagnosis than there are in stage IV: impossible, in words."""
    ended = hepaplan("batch", design(TOO_MANY, TOP.replace("draws = 2\n", "")), *ONE)
    assert ended.code == 6
    assert "2 runs: 2 run now, 0 kept from before, 1 without a result" in ended.out
    (line,) = [one for one in ended.out.splitlines() if one.startswith("- run")]
    assert "share = 0.4" in line
    assert "Error" not in line
    table = pd.read_csv(tmp_path / "try-batch" / "failures.csv")
    assert len(table) == 1
    assert "Traceback" not in ended.out


@pytest.mark.parametrize(
    ("axes", "top", "words"),
    [
        (SHARES.replace("synchronous_share", "synchronous_shar"), TOP,
         'did you mean "synchronous_share"'),
        (SHARES, TOP.replace("cost_gbp", "cost"), "nothing_scarce.cost"),
        (SHARES, TOP.replace('"unsure"', '"unsur"'), "unsur"),
        (SHARES.replace("[0.15, 0.16]", "[]"), TOP, "share"),
        (SHARES.replace("[0.15, 0.16]", "[0.15, 1.6]"), TOP, "1.6"),
    ],
)  # fmt: skip
def test_a_faulty_design_is_3_and_nothing_is_run(
    hepaplan: Hepaplan, design: Design, tmp_path: Path, axes: str, top: str, words: str
) -> None:
    ended = hepaplan("batch", design(axes, top), *ONE)
    assert ended.code == 3
    assert words in ended.err
    assert "design.toml" in ended.err
    assert not (tmp_path / "try-batch").exists()


def test_every_problem_of_a_design_is_said_at_once(hepaplan: Hepaplan, design: Design) -> None:
    axes = SHARES.replace("synchronous_share", "synchronous_shar")
    ended = hepaplan("batch", design(axes, TOP.replace("new_metastases", "new_metastasis")), *ONE)
    assert ended.code == 3
    assert "synchronous_shar" in ended.err
    assert "new_metastasis" in ended.err


def test_a_design_that_is_not_there_is_2_and_the_known_are_named(hepaplan: Hepaplan) -> None:
    ended = hepaplan("batch", "theatre-and-referal", *ONE)
    assert ended.code == 2
    assert 'did you mean "theatre-and-referral"' in ended.err


@pytest.mark.parametrize("part", ["0/2", "3/2", "2", "1/x"])
def test_a_part_that_cannot_be_is_2(hepaplan: Hepaplan, design: Design, part: str) -> None:
    ended = hepaplan("batch", design(), "--part", part, *ONE)
    assert ended.code == 2
    assert part in ended.err


def test_more_than_a_million_runs_need_a_yes(hepaplan: Hepaplan, design: Design) -> None:
    axes = SHARES.replace("values = [0.15, 0.16]", "from = 0.15\nto = 0.16\nsteps = 1000")
    second = axes.replace("share]", "late]").replace("synchronous_share", "late_share")
    ended = hepaplan("batch", design(axes + second), "--dry-run", *ONE)
    assert ended.code == 3
    assert "2,000,000" in ended.err
    assert "--yes" in ended.err


@pytest.mark.usefixtures("in_this_process")
def test_a_scheduler_that_does_not_answer_is_3_and_nothing_is_lost(
    hepaplan: Hepaplan, design: Design, tmp_path: Path
) -> None:
    """A port that was free a moment ago: nobody listens there."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    assert hepaplan("batch", design(), *ONE).code == 0
    kept = results(tmp_path / "try-batch")
    longer = design(top=TOP.replace("draws = 2", "draws = 3"))
    ended = hepaplan("batch", longer, "--scheduler", address, "--quiet")
    assert ended.code == 3
    assert f"no scheduler answers at {address}" in ended.err
    assert "what was finished before is kept" in ended.err
    pd.testing.assert_frame_equal(results(tmp_path / "try-batch"), kept)
    after = hepaplan("batch", longer, *ONE)
    assert "6 runs: 2 run now, 4 kept from before" in after.out


def test_help_names_every_option_of_batch(hepaplan: Hepaplan) -> None:
    ended = hepaplan("batch", "--help")
    assert ended.code == 0
    command = cli.commands["batch"]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help
            assert all(option in ended.out for option in parameter.opts)
