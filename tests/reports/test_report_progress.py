"""What a command says before it works: what is run, into which folder, about how long."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from hepaplan.model.depth import FULL, Depth
from hepaplan.model.parameters import Scenario
from hepaplan.reports.output import create_run_folder, next_run_folder
from hepaplan.reports.progress import expected_seconds, opening, progress, span_in_words
from tests.support.scenarios import tiny


def planned(months: int, run_out: int) -> Scenario:
    settings = tiny().settings
    window = settings.window.model_copy(update={"months": months, "run_out_months": run_out})
    return replace(tiny(), settings=settings.model_copy(update={"window": window}))


def test_one_line_says_what_where_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    opening(False, tiny(), FULL, Path("autumn"))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "running tiny (Two regions, two sites, worked on paper) into autumn: report.xlsx, "
        "report.html, tables, manifest.json; less than a minute on two cores\n"
    )


def test_quiet_says_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    opening(True, tiny(), FULL, Path("autumn"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("quiet", "terminal", "shown"),
    [
        (True, True, ""),
        (False, True, "… 1 of 4 draws\n… 2 of 4 draws\n… 3 of 4 draws\n… 4 of 4 draws\n"),
        (False, False, "1 min: 2 of 4 draws\n2 min: 4 of 4 draws\n"),
    ],
)
def test_a_log_is_told_once_a_minute_what_a_terminal_sees_step_by_step(
    quiet: bool,
    terminal: bool,
    shown: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    now = [100.0]
    say = progress(quiet, lambda: now[0])
    for number, seconds in enumerate((59.0, 2.0, 58.0, 3.0), start=1):
        now[0] += seconds
        say(f"{number} of 4 draws")
    said = capsys.readouterr()
    assert said.out == ""
    assert re.sub(r"\x1b\[\d*m", "", said.err) == shown


def test_a_larger_plan_takes_longer_and_a_quick_run_less() -> None:
    """By hand: 2 sites, 60 + 24 months are 168 site-months; 10 + 0.4 or 0.1 seconds for each."""
    large = planned(60, 24)
    assert len(large.settings.site) == 2
    assert expected_seconds(large, FULL) == pytest.approx(77.2)
    assert expected_seconds(large, FULL.quick()) == pytest.approx(26.8)
    some = Depth(prices=0, replications=100)
    assert expected_seconds(large, some) == expected_seconds(large, FULL)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (59.0, "less than a minute"),
        (61.0, "about a minute"),
        (89.0, "about a minute"),
        (91.0, "about 2 minutes"),
        (212.0, "about 4 minutes"),
    ],
)
def test_how_long_is_said_in_minutes(seconds: float, words: str) -> None:
    assert span_in_words(seconds) == words


def test_the_folder_named_is_the_one_made(tmp_path: Path) -> None:
    for _ in range(3):
        named = next_run_folder("Any Name", beneath=tmp_path)
        assert not named.exists()
        assert create_run_folder("Any Name", beneath=tmp_path) == named
    assert named.name == "any-name-run-3"
    chosen = tmp_path / "mine"
    assert next_run_folder("Any Name", chosen, beneath=tmp_path, kind="verify") == chosen
