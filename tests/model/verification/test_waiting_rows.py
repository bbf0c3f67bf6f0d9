"""Rows G of the verification list: each passes on the tiny run and fails on a doctored one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.policies import first_come
from hepaplan.model.queueing import list_planning
from hepaplan.model.readings import FIRST_COME
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.verification import waiting_rows
from hepaplan.model.verification.changed_supply import supply_times
from hepaplan.model.verification.subject import Row, Subject
from hepaplan.model.verification.waiting_rows import (
    NOBODY_WAITS,
    WAITING_OF_THE_CODE,
    WAITING_ROWS,
    less_within_the_standard,
    littles_law,
)
from tests.support.scenarios import tiny_capacity
from tests.support.verified import tiny_subject, with_capacity

FIGURES = {
    "G1": "load",
    "G2": "target_waiting",
    "G3": "relief_per_week",
    "G5": "pressure",
}
BY_IDENTIFIER = {row.identifier: row for row in WAITING_ROWS}


def crowded() -> Subject:
    """Return the tiny run with a third of its capacity, so that lists are long at the end."""
    network = supply_times(tiny_capacity().network, 0.3)
    done = first_come(network)
    replays = {**tiny_capacity().replays, FIRST_COME: done}
    return with_capacity(
        network=network, planned_in=network, replays=replays, first_come_there=done
    )


@pytest.mark.parametrize("row", WAITING_ROWS, ids=lambda row: row.identifier)
def test_each_row_passes_on_the_tiny_run_and_on_a_crowded_one(row: Row) -> None:
    for subject in (tiny_subject(), crowded()):
        finding = row.judge(subject)
        assert finding.outcome == "pass", finding.found


def test_rows_and_those_of_the_code_are_the_whole_section() -> None:
    named = set(BY_IDENTIFIER) | set(WAITING_OF_THE_CODE)
    assert named == {f"G{number}" for number in range(1, 8)}


@pytest.mark.parametrize(("identifier", "column"), FIGURES.items())
@pytest.mark.parametrize("wrong", [1.01, np.nan])
def test_a_planning_figure_told_wrong_is_found_out(
    identifier: str, column: str, wrong: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundredth too much, or no number."""

    def lying(network: Network, done: Replay, months: int) -> pd.DataFrame:
        told = list_planning(network, done, months)
        return told.assign(**{column: told[column] * wrong})

    monkeypatch.setattr(waiting_rows, "list_planning", lying)
    for other, row in BY_IDENTIFIER.items():
        if other in FIGURES:
            expected = "fail" if other == identifier else "pass"
            assert row.judge(crowded()).outcome == expected


def test_less_capacity_and_more_in_time_is_found_out() -> None:
    """As first come with three tenths of the capacity, which nine tenths are better than."""
    scarce = first_come(supply_times(tiny_capacity().network, 0.3))
    finding = less_within_the_standard(with_capacity(first_come_there=scarce))
    assert finding.outcome == "fail"


def test_plenty_that_leaves_somebody_late_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_rows, "plentiful", lambda network: supply_times(network, 0.5))
    assert less_within_the_standard(tiny_subject()).outcome == "fail"


@pytest.mark.parametrize("wrong", [1e-3, np.nan])
def test_a_list_longer_than_its_waits_is_found_out(wrong: float) -> None:
    """A thousandth of a person who is on a list for a month, and neither came nor went."""
    done = tiny_capacity().first_come_there
    left = done.left.copy()
    month = left[..., 1]
    month[np.unravel_index(int(np.argmax(month)), month.shape)] += wrong
    assert littles_law(with_capacity(first_come_there=replace(done, left=left))).outcome == "fail"


def test_littles_law_counts_months_by_hand() -> None:
    """Tiny, first come: people-months on lists by plain sums are mean list x 4 months."""
    done, network = tiny_capacity().first_come_there, tiny_capacity().network
    waits = network.waiting.waits[network.kernels.point_of]
    mean = float(done.left[waits].sum()) / 4
    assert f"mean list {mean:.4g} people," in littles_law(tiny_subject()).found


def test_where_nobody_waits_no_row_applies() -> None:
    network = tiny_capacity().network
    nobody = replace(network.waiting, waits=np.zeros_like(network.waiting.waits))
    none = replace(network, waiting=nobody)
    subject = with_capacity(network=none, planned_in=none)
    for row in WAITING_ROWS:
        finding = row.judge(subject)
        assert (finding.outcome, finding.found) == ("not applicable", NOBODY_WAITS)
