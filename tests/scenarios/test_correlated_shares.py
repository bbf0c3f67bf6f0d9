"""Shares of one Dirichlet in a correlated set: refused, with the line of the second of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.scenarios.load import InvalidScenario, load_scenario
from tests.support.unsure import write_unsure

WAITING = "pathway.decision_point.operable.waiting"
SET = f"""
[uncertainty.correlated.fates]
keys = [
    "{WAITING}.stay",
    "{WAITING}.{{}}",
]
correlation = 0.9
unit = "correlation"
source = "made_up"
quality = "judgement"
"""


def test_two_shares_of_one_dirichlet_are_refused_with_their_line(tmp_path: Path) -> None:
    source = write_unsure(tmp_path, more=SET.format("cancer_death"))
    with pytest.raises(InvalidScenario) as refusal:
        load_scenario(source)
    [problem] = refusal.value.problems
    assert problem.file == "unsure/scenario.toml"
    assert problem.key == "uncertainty.correlated.fates.keys[2]"
    assert f"'{WAITING}.cancer_death', a share of the same set as" in problem.message
    lines = (source / "scenario.toml").read_text().splitlines()
    assert problem.line is not None
    assert f"{WAITING}.cancer_death" in lines[problem.line - 1]


def test_one_share_of_a_dirichlet_may_move_with_another_figure(tmp_path: Path) -> None:
    assert load_scenario(write_unsure(tmp_path, more=SET.format("utility")))
