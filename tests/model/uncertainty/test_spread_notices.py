"""What `hepaplan check` tells of intervals that draws miss, and of sets drawn otherwise."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hepaplan.cli import cli
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.spread_notices import spread_notices
from tests.support.scenarios import tiny, tiny_pathway, with_pathway
from tests.support.unsure import write_unsure

POINT = "pathway.decision_point.operable"
TO = f"{POINT}.option.ablation.exits.recurrence.to"
LOPSIDED = {"value": 0.35, "low": 0.25, "high": 0.38, "distribution": "beta"}


def changed(**stated: dict[str, Any]) -> Scenario:
    """The tiny scenario with more said of ablation's mortality, of its shares and of waiting."""
    record = tiny_pathway()
    point = record["decision_point"]["operable"]
    option = point["option"]["ablation"]
    inside = {
        "mortality": option["procedural_mortality"],
        "probes": point["waiting"]["utility"],
        "risk": point["option"]["resection"]["complications"]["major"]["probability"],
        "not_performed": point["option"]["resection"]["not_performed"]["footprint_share"],
        "standard": point["standard"],
    }
    inside |= option["exits"]["recurrence"]["to"]
    for name, more in stated.items():
        inside[name] |= more
    return with_pathway(tiny(), record)


def test_nothing_is_told_where_draws_are_as_stated() -> None:
    assert spread_notices(tiny()) == []


def test_an_interval_missed_by_a_beta_is_told_with_what_is_drawn() -> None:
    """Width 0.13, so a deviation of 0.0332 around 0.35: 0.286 to 0.416, 0.036 above the end."""
    (said,) = spread_notices(changed(mortality=LOPSIDED))
    assert said.startswith("1 figure has an interval that lies unevenly around the value; ")
    assert "misses an end by more than 10% of it: " in said
    where = f"{POINT}.option.ablation.procedural_mortality"
    assert f": {where} (stated 0.25 to 0.38, drawn 0.286 to 0.416); where it" in said


def test_a_tenth_of_the_width_is_let_pass() -> None:
    """A normal misses both ends by 0.5 - (value - low) / width: 0.095, then 0.105."""
    for low, high, count in ((0.389, 0.589, 0), (0.391, 0.591, 1)):
        stated = {"value": 0.47, "low": low, "high": high, "distribution": "normal"}
        assert len(spread_notices(changed(mortality=stated))) == count, low


def test_a_shape_that_takes_the_interval_itself_misses_nothing() -> None:
    for family in ("uniform", "triangular", "pert"):
        assert spread_notices(changed(mortality=LOPSIDED | {"distribution": family})) == []
    error = {"value": 0.35, "standard_error": 0.03, "distribution": "beta"}
    assert spread_notices(changed(mortality=error)) == []


def test_the_three_worst_are_named_copies_and_options_off_left_out() -> None:
    worse = LOPSIDED | {"value": 0.36}
    least = LOPSIDED | {"value": 0.34}
    scenario = changed(mortality=LOPSIDED, risk=worse, not_performed=least, probes=LOPSIDED)
    (said,) = spread_notices(scenario)
    assert said.startswith("4 figures have an interval")
    assert f"the worst are {POINT}.option.resection.complications.major.probability (" in said
    assert "footprint_share" not in said
    ablation: Key = ("pathway", "decision_point", "operable", "option", "ablation")
    mortality: Key = (*ablation, "procedural_mortality")
    (said,) = spread_notices(replace(scenario, copies={mortality: ("b",)}))
    assert said.startswith("3 figures have an interval")
    assert "the worst are" not in said
    assert "footprint_share" in said


def test_a_set_in_which_every_share_has_its_spread_is_told() -> None:
    """Left one share, or one that is 0: it takes the rest, or there is none."""
    sure = {"distribution": "beta", "standard_error": 0.05}
    two = {"operable": sure, "inoperable": sure}
    assert spread_notices(changed(**two)) == []
    (said,) = spread_notices(changed(**two, cancer_death=sure))
    assert said.startswith("1 set of shares states how sure every share is; ")
    assert f"vary otherwise than stated: {TO}; leave one share" in said
    none_left = two | {"inoperable": sure | {"value": 0.7}, "cancer_death": {"value": 0.0}}
    assert len(spread_notices(changed(**none_left))) == 1
    copied: dict[Key, Key] = {
        tuple(f"{TO}.{name}".split(".")): ("a",) for name in ("operable", "inoperable")
    }
    scenario = changed(**two, cancer_death=sure)
    assert len(spread_notices(replace(scenario, copies=copied))) == 1


def test_check_tells_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_unsure(tmp_path, interval=(0.155, 0.18))
    with pytest.raises(SystemExit) as ended:
        cli(["check", str(source)])
    assert ended.value.code == 0
    assert "note: 1 figure has an interval that lies unevenly" in capsys.readouterr().err
