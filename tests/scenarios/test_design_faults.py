"""Designs that cannot be: each problem with its line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.model.batch.tasks import tasks
from hepaplan.scenarios.designs import load_batch
from hepaplan.scenarios.problems import InvalidScenario
from tests.support.designs import OVERLAY, SHARE, TOP, Write


def refused(path: Path, allow_many: bool = False) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        load_batch(path, allow_many)
    return str(error.value).split("\n")


FAULTS: dict[str, tuple[str, str]] = {
    "an unknown key": (
        '[axes."metastases.synchronous_shar"]\nvalues = [0.1]\n',
        "design.toml:4: axes.metastases.synchronous_shar: found no metastases.synchronous_shar; "
        'did you mean "synchronous_share"?',
    ),
    "an unknown site": (
        '[axes."capacity.hiltop.theatre"]\nvalues = [0.1]\n',
        'found no site hiltop; did you mean "hilltop"?',
    ),
    "an unknown resource": (
        '[axes."capacity.hilltop.theater"]\nvalues = [0.1]\n',
        'found no resource theater; did you mean "theatre"?',
    ),
    "half a cell": ('[axes."capacity.hilltop"]\nvalues = [1]\n', "expected capacity.SITE.RESOURCE"),
    "a value out of bounds": (
        f"{SHARE}values = [0.1, 1.4, 0.2]\n",
        "design.toml:6: axes.share.values[2]: found 1.4: metastases.synchronous_share",
    ),
    "a range out of bounds": (
        f"{SHARE}from = -0.1\nto = 0.1\nsteps = 3\n",
        "design.toml:4: axes.share: found -0.1: metastases.synchronous_share: the value -0.1 lies",
    ),
    "a word for a number": (f'{SHARE}values = ["high"]\n', "found high; expected a number"),
    "a switch out of bounds": (
        '[axes.months]\nkey = "window.months"\nvalues = [3, 500]\n',
        "design.toml:4: axes.months: set to 500: found 500; expected at most 240",
    ),
    "a switch multiplied": (
        '[axes.months]\nkey = "window.months"\nby = "multiply"\nvalues = [1, 2]\n',
        'design.toml:6: axes.months.by: "multiply" needs a figure; window.months can only be set',
    ),
    "a list by month set": (
        '[axes.u]\nkey = "pathway.decision_point.operable.option.ablation.utility"\nvalues = [1]\n',
        'is a list by month; write by = "multiply"',
    ),
    "an unknown group": (
        '[axes.u]\nkey = "pathway.decision_point.operable.option.ablation.usual_share.value.old"\n'
        "values = [0.2]\n",
        "has no value for old; it has under_65, 65_and_over",
    ),
    "an unknown overlay": (
        '[axes.overlay]\noverlays = ["none", "theatre-cud"]\n',
        "design.toml:5: axes.overlay.overlays[2]: found 'theatre-cud'",
    ),
    "an unknown scenario": (
        '[axes.s]\nscenarios = ["tini"]\n',
        "axes.s.scenarios[1]: found 'tini'",
    ),
    "an unknown input": (
        '[axes.s]\nsample = "distribution"\ndraws = 2\ninputs = ["metastases.synchronous_shar"]\n',
        "found no uncertain input metastases.synchronous_shar; did you mean",
    ),
    "an input that an axis sets": (
        '[axes.s]\nsample = "distribution"\ndraws = 2\ninputs = ["metastases.synchronous_share"]\n'
        f"{SHARE}values = [0.1]\n",
        "draws metastases.synchronous_share, which axis share changes; delete one",
    ),
    "a value changed twice under other quotes": (
        f"{SHARE}values = [0.1]\n[axes.twice]\nkey = 'metastases.\"synchronous_share\"'\n"
        "values = [0.2]\n",
        "axes.twice: changes metastases.synchronous_share, which axis share changes; delete one",
    ),
    "an unknown word": (f"{SHARE}value = [0.1]\n", 'did you mean "values"?'),
    "no key at all": (
        '[axes."a = b"]\nkey = "a = b"\nvalues = [1]\n',
        "expected a name of letters",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_design_is_refused_with_its_line(write: Write, name: str) -> None:
    axes, words = FAULTS[name]
    (found,) = refused(write(axes))
    assert words in found
    assert found.startswith("design.toml:")


def test_problems_of_figures_outputs_and_switches_come_at_once(write: Write) -> None:
    top = TOP.replace("new_metastases", "new_metastase")
    axes = f'{SHARE}values = [2]\n[axes.months]\nkey = "window.month"\nvalues = [3]\n'
    found = refused(write(axes, top))
    assert [line.split(": ")[1] for line in found] == [
        "outputs[1]",
        "axes.share.values[1]",
        "axes.months",
    ]
    assert 'found no output "new_metastase"; did you mean "new_metastases"?' in found[0]


def test_a_broken_overlay_is_told_where_the_design_names_it(write: Write, tiny: Path) -> None:
    path = tiny.parent / "dear" / "scenario.toml"
    path.parent.mkdir()
    path.write_text(OVERLAY.replace("value = 30", "valve = 30"), encoding="utf-8")
    found = refused(write('[axes.o]\noverlays = ["dear"]\n'))
    assert found[0].startswith("design.toml:4: axes.o: tiny + dear: dear/scenario.toml:5:")


def test_too_many_bases_are_refused(write: Write) -> None:
    axes = '[axes.h]\nkey = "economics.horizon_years"\nvalues = [{}]\n'
    other = '[axes.m]\nkey = "window.months"\nvalues = [{}]\n'
    both = axes.format(", ".join(map(str, range(1, 21)))) + other.format(
        ", ".join(map(str, range(1, 12)))
    )
    assert "found 220 combinations of h, m" in refused(write(both))[0]


def test_a_million_runs_and_more_need_a_yes(write: Write) -> None:
    axes = (
        f"{SHARE}from = 0.1\nto = 0.2\nsteps = 2000\n"
        '[axes.late]\nkey = "metastases.late_share"\nfrom = 0.1\nto = 0.2\nsteps = 600\n'
    )
    assert "found 1,200,000 runs" in refused(write(axes))[0]
    assert len(tasks(load_batch(write(axes), allow_many=True))) == 1_200_000


def test_a_file_that_is_no_design_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text('name = "x"\nscenario = tiny\n', encoding="utf-8")
    assert refused(path)[0].startswith("bad.toml:2: scenario: found 'scenario = tiny'")
    path.write_text('name = "x"\n', encoding="utf-8")
    assert [line.split(": ")[1] for line in refused(path)] == ["outputs", "scenario"]
    path.write_text("x" * 1_000_001, encoding="utf-8")
    assert "expected at most 1,000,000" in refused(path)[0]
