"""Overlays of calibrated scenarios: they load, and give what the fit gave."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.calibration.observed import observed
from hepaplan.model.calibration.parameters import with_numbers
from hepaplan.model.calibration.request import Request
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.study import Study
from hepaplan.scenarios.calibrated import refuse_taken_overlay, write_overlay
from hepaplan.scenarios.files import shipped_folder
from hepaplan.scenarios.load import load
from hepaplan.scenarios.targets import read_targets
from tests.support.calibrations import HAZARD

TARGETS = f"""\
scenario = "tiny"
[parameter.share]
key = "metastases.synchronous_share"
[parameter.hazard]
key = "{HAZARD}"
low = 0.5
high = 2
[parameter.sent]
key = "tables.eligibility.under_65"
part = "operable"
low = 0.1
high = 0.9
[parameter.stay]
key = "pathway.decision_point.operable.waiting.stay"
part = "under_65"
low = 0.5
high = 0.95
[parameter.ward]
key = "pathway.decision_point.operable.option.resection.costs.ward"
multiply = true
low = 0.5
high = 2
[target.alive]
output = "overall_survival.operable.resection.24"
value = 0.6
standard_error = 0.02
source = "made_up"
quality = "illustrative"
[target.cost]
output = "first_come.cost_gbp"
value = 110000
standard_error = 2000
source = "register"
quality = "illustrative"
[sources.register]
citation = 'A "register"'
seen = true
"""
AFTER = [0.18, 1.2, 0.45, 0.87, 1.1]


@pytest.fixture
def targets(tiny: Path) -> Path:
    path = tiny.parent / "TARGETS.toml"
    path.write_text(TARGETS, encoding="utf-8")
    return path


def found(scenario: Scenario, request: Request, after: list[float]) -> Study:
    """Return a study that ended at known values."""
    tables = {
        "parameters": pd.DataFrame({"after": np.array(after)}),
        "fit": pd.DataFrame({"residual": [0.5, -1.0]}),
    }
    return Study("calibration", scenario, "", (), tables)


def test_the_overlay_loads_and_gives_the_fitted_outputs(targets: Path, tmp_path: Path) -> None:
    scenario, request = read_targets(targets)
    fitted = with_numbers(scenario, request.parameters, AFTER)
    folder = write_overlay(
        tmp_path / "runs" / "fitted", request, found(scenario, request, AFTER), targets
    )
    loaded = load(folder)
    names = [target.output.name for target in request.targets]
    assert observed(loaded.scenario, names) == pytest.approx(observed(fitted, names), rel=1e-9)
    figure = loaded.scenario.settings.metastases.synchronous_share
    assert (figure.value, figure.source, figure.quality) == (0.18, "calibration", "derived")
    assert figure.reason == "calibrated to alive, cost"
    assert "sum of squared residuals 1.25" in figure.note
    waiting = loaded.scenario.pathway.decision_point["operable"].waiting
    assert waiting is not None
    assert waiting.stay.value == {"under_65": 0.87, "65_and_over": 0.85}
    assert loaded.scenario.settings.sources["calibration"].citation.endswith('A "register"')
    assert loaded.scenario.settings.name == "fitted"
    table = loaded.scenario.tables.eligibility
    assert table.groupby("group")["share"].sum().tolist() == pytest.approx([1.0, 1.0])
    assert loaded.notices == ()


def test_the_overlay_states_what_moved_and_no_more(targets: Path, tmp_path: Path) -> None:
    scenario, request = read_targets(targets)
    still = [parameter.before for parameter in request.parameters]
    still[0] = 0.18
    folder = write_overlay(tmp_path / "fitted", request, found(scenario, request, still), targets)
    stated = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    assert list(stated) == ["based_on", "name", "title", "metastases", "sources"]
    assert list(stated["metastases"]) == ["synchronous_share"]
    assert [path.name for path in folder.iterdir()] == ["scenario.toml"]


def test_a_folder_that_exists_is_left_alone(targets: Path, tmp_path: Path) -> None:
    scenario, request = read_targets(targets)
    (tmp_path / "fitted").mkdir()
    with pytest.raises(WrongUse, match="'fitted' exists already"):
        write_overlay(tmp_path / "fitted", request, found(scenario, request, AFTER), targets)


def test_an_earlier_fit_is_replaced_where_that_is_asked_for(targets: Path, tmp_path: Path) -> None:
    scenario, request = read_targets(targets)
    folder = tmp_path / "fitted"
    for last, share in ((False, 0.18), (True, 0.16)):
        after = [share, *AFTER[1:]]
        write_overlay(folder, request, found(scenario, request, after), targets, overwrite=last)
    value = load(folder).scenario.settings.metastases.synchronous_share.value
    assert value == 0.16
    assert [path.name for path in tmp_path.iterdir() if "fitted" in path.name] == ["fitted"]


@pytest.mark.parametrize("holds", ["another scenario", "one file more", "nothing", "a file"])
def test_what_no_calibration_wrote_is_left_alone(holds: str, targets: Path, tmp_path: Path) -> None:
    scenario, request = read_targets(targets)
    folder = tmp_path / "fitted"
    if holds == "a file":
        folder.write_text("mine", encoding="utf-8")
    elif holds == "one file more":
        write_overlay(folder, request, found(scenario, request, AFTER), targets)
        (folder / "mine.txt").write_text("mine", encoding="utf-8")
    else:
        folder.mkdir()
        if holds == "another scenario":
            (folder / "scenario.toml").write_text('name = "mine"', encoding="utf-8")
    with pytest.raises(WrongUse, match="'fitted' exists already and is left alone"):
        refuse_taken_overlay(folder, overwrite=True)


def test_no_shipped_figure_is_calibrated_to_outcomes() -> None:
    files = sorted(shipped_folder().rglob("*.toml"))
    assert len(files) > 5
    said = [
        (path.name, text)
        for path in files
        for text in _texts(tomllib.loads(path.read_text(encoding="utf-8")))
        if "calibrat" in text.lower()
    ]
    assert said == []


def _texts(value: Any) -> Iterator[str]:
    """Yield every text below the names that say what a figure is and why it changed."""
    if isinstance(value, dict):
        for name, part in value.items():
            if isinstance(part, str) and name in {"quality", "reason", "source", "note"}:
                yield part
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
