from __future__ import annotations

import sys

import pytest

from hepaplan.reports.batch.pace import Pace, batch_progress, spoken


def test_the_rest_takes_what_the_runs_took_so_far() -> None:
    said: list[str] = []
    now = [100.0]
    pace = Pace(11, said.append, 2.0, clock=lambda: now[0])
    for seconds, is_done in [(30, True), (1, True), (1.5, False), (1, True), (2, True)]:
        now[0] += seconds
        pace.one_more(is_done)
    assert said == [
        "1 of 11 runs",  # the 30 s before it are the workers' start
        "3 of 11 runs, 1 without a result, about 10 s left",
        "5 of 11 runs, 1 without a result, about 8 s left",
    ]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s"), (59, "59 s"), (720, "12 min"), (12_000, "3 h 20 min"), (7_200, "2 h")],
)
def test_a_length_of_time_is_spoken(seconds: float, words: str) -> None:
    assert spoken(seconds) == words


@pytest.mark.parametrize(
    ("quiet", "terminal", "shown"),
    [(True, True, ""), (False, True, "\r\033[K… 3 of 4 runs"), (False, False, "3 of 4 runs\n")],
)
def test_it_is_said_on_standard_error(
    quiet: bool,
    terminal: bool,
    shown: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    say, every = batch_progress(quiet)
    say("3 of 4 runs")
    ended = capsys.readouterr()
    assert ended.out == ""
    assert ended.err.replace("\r\033[K", "") == shown.replace("\r\033[K", "")
    assert every > 0
