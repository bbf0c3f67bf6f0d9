"""Files of targets: what they ask for, and each problem with its line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hepaplan.model.parameters import Scenario
from hepaplan.scenarios.problems import InvalidScenario
from hepaplan.scenarios.targets import read_targets

TOP = 'scenario = "tiny"\n'
SHARE = '[parameter.share]\nkey = "metastases.synchronous_share"\n'
TARGET = """\
[target.new]
output = "new_metastases"
value = 45
standard_error = 1.5
source = "made_up"
year = 2020
quality = "published"
"""
POINT = "pathway.decision_point.operable"


def written(tiny: Path, text: str) -> Path:
    path = tiny.parent / "TARGETS.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tiny: Path, text: str) -> list[str]:
    with pytest.raises(InvalidScenario) as error:
        read_targets(written(tiny, text))
    return str(error.value).split("\n")


def test_bounds_not_stated_are_those_of_what_is_known(tiny: Path) -> None:
    scenario, request = read_targets(written(tiny, TOP + "seed = 7\n" + SHARE + TARGET))
    assert isinstance(scenario, Scenario)
    [parameter] = request.parameters
    assert parameter.before == 0.16
    assert parameter.sd == pytest.approx((0.2 - 0.12) / (2 * 1.959964))
    assert 0.09 < parameter.low < 0.12
    assert 0.2 < parameter.high < 0.24
    assert (request.starts, request.seed, list(request.sources)) == (5, 7, ["made_up"])
    [target] = request.targets
    assert (target.output.unit, target.value, target.year) == ("people a year", 45.0, 2020)


def test_a_part_a_factor_a_share_of_a_table_and_a_hazard(tiny: Path) -> None:
    _, request = read_targets(
        written(
            tiny,
            TOP
            + f'[parameter.stay]\nkey = "{POINT}.waiting.stay"\npart = "under_65"\n'
            + "low = 0.5\nhigh = 0.95\n"
            + f'[parameter.ward]\nkey = "{POINT}.option.resection.costs.follow_up"\n'
            + "multiply = true\nlow = 0.5\nhigh = 2\n"
            + '[parameter.sent]\nkey = "tables.eligibility.under_65"\npart = "operable"\n'
            + "low = 0.1\nhigh = 0.9\n"
            + f'[parameter.hazard]\nkey = "{POINT}.option.resection.exits.recurrence.time"\n'
            + "low = 0.5\nhigh = 2\n"
            + TARGET,
        )
    )
    by_name = {parameter.name: parameter for parameter in request.parameters}
    assert {name: parameter.before for name, parameter in by_name.items()} == {
        "stay": 0.9, "ward": 1.0, "sent": 0.4, "hazard": 1.0,
    }  # fmt: skip
    assert by_name["stay"].changed(0.8) == {"under_65": 0.8, "65_and_over": 0.85}
    assert by_name["ward"].changed(2.0) == {"month 0": 0.0, "month 1": 300.0, "then": 100.0}
    assert by_name["hazard"].unit == "factor on the hazard"


FAULTS: dict[str, tuple[str, str]] = {
    "an unknown key": (
        '[parameter.a]\nkey = "metastases.synchronous_shar"\n' + TARGET,
        "TARGETS.toml:3: parameter.a.key: found no figure metastases.synchronous_shar; did you "
        'mean "metastases.synchronous_share"?',
    ),
    "no key": (
        '[parameter.a]\nkey = "two words"\n' + TARGET,
        'TARGETS.toml:3: parameter.a.key: found "two words"; expected a key such as',
    ),
    "a choice": (
        '[parameter.a]\nkey = "economics.willingness_to_pay"\nlow = 0\nhigh = 1e5\n' + TARGET,
        "economics.willingness_to_pay is a choice",
    ),
    "a curve fitted anew": (
        f'[parameter.a]\nkey = "{POINT}.option.resection.exits.recurrence.time.cure_share"\n'
        + TARGET,
        "end the key with .time",
    ),
    "several numbers": (
        f'[parameter.a]\nkey = "{POINT}.waiting.stay"\n' + TARGET,
        "has several numbers; name one by part = …, one of under_65, 65_and_over",
    ),
    "an unknown part": (
        f'[parameter.a]\nkey = "{POINT}.waiting.stay"\npart = "under_56"\n' + TARGET,
        'TARGETS.toml:4: parameter.a.part: found under_56; did you mean "under_65"?',
    ),
    "a part of one number": (
        SHARE + 'part = "under_65"\n' + TARGET,
        "metastases.synchronous_share has one number, without parts",
    ),
    "an unknown group of the table": (
        '[parameter.a]\nkey = "tables.eligibility.young"\npart = "operable"\n' + TARGET,
        "found no tables.eligibility.young; expected tables.eligibility.GROUP",
    ),
    "no bounds to take": (
        '[parameter.a]\nkey = "metastases.late_share"\n' + TARGET,
        "parameter.a.low: is missing: the figure has no distribution",
    ),
    "bounds beyond what can be": (
        SHARE + "low = -0.1\n" + TARGET,
        "TARGETS.toml:4: parameter.share.low: found -0.1, which lies outside 0 to 1",
    ),
    "bounds the wrong way": (SHARE + "low = 0.3\nhigh = 0.1\n" + TARGET, "found bounds 0.3 to 0.1"),
    "bounds without the present": (
        SHARE + "low = 0.17\n" + TARGET,
        "TARGETS.toml:4: parameter.share.low: found bounds 0.17 to",
    ),
    "one figure twice": (
        SHARE + SHARE.replace(".share]", ".again]") + TARGET,
        "parameter.again.key: changes metastases.synchronous_share, which share changes",
    ),
    "an unknown output": (
        SHARE + TARGET.replace("new_metastases", "new_metastasis"),
        'target.new.output: found no output "new_metastasis"; did you mean "new_metastases"?',
    ),
    "survival of an unknown option": (
        SHARE + TARGET.replace("new_metastases", "overall_survival.operable.resektion.24"),
        'found no option operable.resektion; did you mean "operable.resection"?',
    ),
    "survival beyond the horizon": (
        SHARE + TARGET.replace("new_metastases", "overall_survival.operable.resection.9999"),
        "found month 9999; expected a whole number from 1 to 540",
    ),
    "no error": (
        SHARE + TARGET.replace("1.5", "0"),
        "TARGETS.toml:7: target.new.standard_error: found 0; expected more than 0",
    ),
    "a share above 1": (
        SHARE
        + TARGET.replace("new_metastases", "first_come.within_standard"),
        "target.new.value: found 45 (45 %? write 0.45); first_come.within_standard (share) lies",
    ),
    "a negative number of people": (SHARE + TARGET.replace("45", "-45"), "found -45; new_met"),
    "no such source": (
        SHARE + TARGET.replace("made_up", "made_it_up"),
        'target.new.source: found "made_it_up", which is no source; did you mean "made_up"?',
    ),
    "one output twice": (
        SHARE + TARGET + TARGET.replace("target.new", "target.same"),
        "target.same.output: is that of new too",
    ),
    "no targets": (SHARE, "target: is missing"),
    "a slip in a name": (
        SHARE.replace("key", "kee") + TARGET, "found an unknown name"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_what_cannot_be_is_told_with_its_line(tiny: Path, case: str) -> None:
    text, message = FAULTS[case]
    found = refused(tiny, TOP + text)
    assert any(message in line for line in found), found


def test_all_problems_are_told_at_once(tiny: Path) -> None:
    text = FAULTS["an unknown key"][0] + TARGET.replace(".new]", ".other]").replace("45", "-45")
    found = refused(tiny, TOP + text.replace("new_metastases", "new_metastasis", 1))
    assert len(found) == 3


def test_an_unknown_scenario_is_told_with_its_line(tiny: Path) -> None:
    [line] = refused(tiny, 'scenario = "tinny"\n' + SHARE + TARGET)
    assert line.startswith("TARGETS.toml:1: scenario: found 'tinny', which is no shipped scenario")
