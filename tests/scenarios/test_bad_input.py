"""One change to a sound scenario, and the place and message it must give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.scenarios.load import LocatedProblem

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]

SCENARIO = "scenario.toml"
PATHWAY = "pathway.toml"
RESECTION = "decision_point.operable.option.resection"

# (file, text that occurs once, what replaces it, lines further down, key, words of the message)
FAULTS: dict[str, tuple[str, str, str, int, str, str]] = {
    "unknown key": (
        SCENARIO, "burn_in_years = 1", "burn_in_year = 1", 0, "window.burn_in_year",
        'found an unknown name; did you mean "burn_in_years"?',
    ),
    "number in quotes": (
        SCENARIO, "horizon_years = 45", 'horizon_years = "45"', 0, "economics.horizon_years",
        'found "45"; expected a whole number; write 45 without quotes',
    ),
    "half a month": (
        SCENARIO, "months = 3\nrun", "months = 3.5\nrun", 0, "window.months",
        "found 3.5; expected a whole number",
    ),
    "too many months": (
        SCENARIO, "months = 3\nrun", "months = 999\nrun", 0, "window.months",
        "found 999; expected at most 240",
    ),
    "month without a month": (
        SCENARIO, '"2027-01"', '"2027"', 0, "window.start",
        'found "2027"; expected a month; write it as year and month, such as 2027-01',
    ),
    "percent as a number": (
        SCENARIO, "value = 0.16", "value = 16", 0, "metastases.synchronous_share.value",
        "16 lies outside 0 to 1 (16 %? write 0.16)",
    ),
    "percent as text": (
        SCENARIO, "value = 0.16", 'value = "16%"', 0, "metastases.synchronous_share.value",
        'found "16%"; expected a number; write 0.16',
    ),
    "decimal comma as text": (
        SCENARIO, "value = 0.16", 'value = "0,16"', 0, "metastases.synchronous_share.value",
        "write 0.16 with a decimal point",
    ),
    "not a number": (
        SCENARIO, "value = 0.16", "value = nan", 0, "metastases.synchronous_share.value",
        "found nan; expected a number",
    ),
    "beyond any number": (
        SCENARIO, "value = 0.16", "value = 1e400", 0, "metastases.synchronous_share.value",
        "found inf; expected a number",
    ),
    "far too large": (
        SCENARIO, "value = 20000", "value = 3e13", 0, "economics.willingness_to_pay.value",
        "found 3e+13; expected at most 1e+12; check the unit",
    ),
    "true for a number": (
        SCENARIO, "value = 0.16", "value = true", 0, "metastases.synchronous_share.value",
        "found true; expected a number",
    ),
    "figure without its table": (
        SCENARIO, "[trend.damping]\nvalue = 0.5\n", "[trend]\ndamping = 0.5\n[group.x]\n", 0,
        "trend", "expected each key once",
    ),
    "interval beside the value": (
        SCENARIO, "high = 0.2", "high = 0.13", -2, "metastases.synchronous_share.value",
        "the interval 0.12 to 0.13 does not hold the value 0.16",
    ),
    "wrong unit of a figure": (
        SCENARIO, 'unit = "GBP per QALY"', 'unit = "EUR per QALY"', 0,
        "economics.willingness_to_pay.unit",
        "the unit is 'EUR per QALY' but 'GBP per QALY' is expected",
    ),
    "wrong unit of a table": (
        SCENARIO, '"per 100,000 person-years"', '"per 1,000"', 0, "tables.incidence.unit",
        "found 'per 1,000'; expected 'per 100,000 person-years'",
    ),
    "unknown distribution": (
        SCENARIO, 'distribution = "beta"', 'distribution = "betta"', 0,
        "metastases.synchronous_share.distribution", 'did you mean "beta"?',
    ),
    "a country without holidays": (
        SCENARIO, 'country = "GB"', 'country = "XX"', 0, "calendar.country",
        "public holidays of",
    ),
    "a window in another age": (
        SCENARIO, 'start = "2027-01"', 'start = "1027-01"', 0, "window.start",
        "expected a month",
    ),
    "digits of another script": (
        "capacity_changes.csv", "2027-03,", "\uff12\uff10\uff12\uff17-03,", 0, "from_month",
        "expected a month",
    ),
    "people waiting where nobody waits": (
        "backlog.csv", "inoperable,under_65", "supportive_care,under_65", 0, "decision_point",
        "found people waiting at supportive_care, where nobody waits",
    ),
    "a cut below nothing": (
        "capacity_changes.csv", "1,0.05,", "1,-9,", 0, "add",
        "leaves -8.9, below nothing: hilltop has 0.1 of chair; cut at most that",
    ),
    "a change written twice": (
        "capacity_changes.csv", "hilltop,chair,2027-03,2027-04,1,0.05,Evening clinic",
        "riverside,theatre,2027-01,2027-02,0.5,0,Again", 0, "site",
        "found two changes of theatre at riverside in the same months",
    ),
    "a distribution that cannot hold its interval": (
        SCENARIO, 'low = 0.12\nhigh = 0.2\ndistribution = "beta"',
        'low = 0.0\nhigh = 0.2\ndistribution = "log_normal"', 2,
        "metastases.synchronous_share.distribution",
        "choose another distribution, or mend the value or its interval",
    ),
    "1 for true": (
        SCENARIO, "age_neutral = true", "age_neutral = 1", 0, "plan.age_neutral",
        "found 1; expected true or false, without quotes",
    ),
    "no quotes": (
        SCENARIO, 'label = "Hilltop"', "label = Hilltop", 0, "label",
        'expected text in quotes; write label = "Hilltop"',
    ),
    "quote not closed": (
        SCENARIO, 'title = "Two regions', "title = 'Two regions", 0, "title",
        "check quotes and brackets",
    ),
    "decimal comma": (
        SCENARIO, "value = 0.16", "value = 0,16", 0, "value", "write 0.16",
    ),
    "thousands comma": (
        SCENARIO, "value = 20000", "value = 20,000", 0, "value",
        "write 20.000, or 20000 without a separator",
    ),
    "bare percent": (
        SCENARIO, "value = 0.16", "value = 16%", 0, "value",
        "expected a share between 0 and 1; write 0.16",
    ),
    "same key twice": (
        SCENARIO, "months = 3\nrun", "months = 3\nmonths = 4\nrun", 1, "months",
        "expected each key once",
    ),
    "deep nesting": (
        SCENARIO, "value = 0.16", "value = " + "[" * 3000 + "]" * 3000, 0, "",
        "found tables nested too deep; expected at most 20 levels",
    ),
    "endless number": (
        SCENARIO, "value = 0.16", "value = " + "9" * 5000, 0, "", "found a number too long to read",
    ),
    "unknown source": (
        SCENARIO, 'high = 0.2\ndistribution = "beta"\nunit = "share"\nsource = "made_up"',
        'high = 0.2\ndistribution = "beta"\nunit = "share"\nsource = "mad_up"', 3,
        "metastases.synchronous_share.source",
        "found 'mad_up', which is not in [sources]; did you mean \"made_up\"?",
    ),
    "timing that ends early": (
        SCENARIO, "[60, 1.0]]", "[60, 0.9]]", -1, "metastases.metachronous_timing",
        "ends with 0.9 at month 60",
    ),
    "youngest group not from birth": (
        SCENARIO, "from_age = 0", "from_age = 20", 0, "group.under_65.from_age",
        "the youngest group begins at 20; expected 0",
    ),
    "group inside a band": (
        SCENARIO, "from_age = 65", "from_age = 66", 0, "group.65_and_over.from_age",
        "expected the first age of a five-year band",
    ),
    "groups that begin together": (
        SCENARIO, "from_age = 65", "from_age = 0", 0, "group.65_and_over.from_age",
        "where under_65 begins too",
    ),
    "missing table": (
        SCENARIO, "[tables.stage]", "[tables.stages]", 0, "tables.stages",
        'found an unknown table; did you mean "stage"?',
    ),
    "missing file": (
        SCENARIO, 'file = "stage.csv"', 'file = "stages.csv"', 0, "tables.stage.file",
        'there is no such file; did you mean "stage.csv"?',
    ),
    "file above the folder": (
        SCENARIO, 'file = "stage.csv"', 'file = "../stage.csv"', 0, "tables.stage.file",
        "leads out of the scenario's folder",
    ),
    "file from the root": (
        SCENARIO, 'file = "stage.csv"', 'file = "/etc/hostname"', 0, "tables.stage.file",
        "expected a name relative to this file's folder",
    ),
    "file on a drive": (
        SCENARIO, 'file = "stage.csv"', "file = 'C:\\stage.csv'", 0, "tables.stage.file",
        "expected a name relative to this file's folder",
    ),
    "device": (
        SCENARIO, 'file = "stage.csv"', 'file = "CON"', 0, "tables.stage.file",
        "a name that Windows keeps for devices",
    ),
    "NUL in a path": (
        SCENARIO, 'file = "stage.csv"', 'file = "st\\u0000age.csv"', 0, "tables.stage.file",
        "expected the name of a file inside the folder",
    ),
    "pathway above the folder": (
        SCENARIO, '"pathway.toml"', '"../tiny/pathway.toml"', 0, "pathway_file",
        "leads out of the scenario's folder",
    ),
    "unknown treatment": (
        PATHWAY, 'kind = "ablation"', 'kind = "ablatoin"', 0,
        "pathway.decision_point.operable.option.ablation.kind",
        'found "ablatoin"; did you mean "ablation"?',
    ),
    "unknown point": (
        PATHWAY, "move.supportive_care", "move.suportive_care", 0,
        "pathway.decision_point.inoperable.waiting.move.suportive_care",
        'an unknown decision point; did you mean "supportive_care"?',
    ),
    "unknown option": (
        PATHWAY, '["resection", "ablation"]', '["resecton", "ablation"]', 0,
        "pathway.decision_point.operable.interchangeable[1].options[1]",
        "found 'resecton', an unknown option; did you mean \"resection\"?",
    ),
    "unknown service": (
        PATHWAY, 'service = "surgery"', 'service = "surgary"', 0,
        f"pathway.{RESECTION}.service",
        "which no site offers in the referral table; did you mean \"surgery\"?",
    ),
    "unknown resource": (
        PATHWAY, "theatre = { value = [300]", "theater = { value = [300]", 0,
        f"pathway.{RESECTION}.footprint.theater",
        'found an unknown resource; did you mean "theatre"?',
    ),
    "usual shares short of 1": (
        PATHWAY, "{ under_65 = 0.75, 65_and_over = 0.6 }", "{ under_65 = 0.72, 65_and_over = 0.6 }",
        -5, "pathway.decision_point.operable.option",
        "group under_65: usual shares of open options: the shares sum to 0.97, 0.03 too little",
    ),
    "regional where disease is not limited to the liver": (
        PATHWAY, 'label = "Operable"\nliver_limited = true',
        'label = "Operable"\nliver_limited = false', 64,
        "pathway.decision_point.operable.option.ablation.kind",
        "found ablation, a regional treatment, at a point where disease is not limited to",
    ),
    "missing column": (
        "stage.csv", "sex,age_from,I,", "sex,age,I,", 0, "age_from",
        'this column is missing; is it the column "age"?',
    ),
    "doubled column": (
        "trend.csv", "age_from,change_per_year", "age_from,age_from", 0, "age_from",
        "found this column 2 times",
    ),
    "semicolons": (
        "trend.csv", "age_from,change_per_year", "age_from;change_per_year", 0, "",
        "found columns parted by semicolons",
    ),
    "empty file": (
        "trend.csv", "age_from,change_per_year\n0,0.0\n60,0.02\n70,-0.01\n", "", 0, "",
        "found an empty file; expected a header: age_from,change_per_year",
    ),
    "ragged row": (
        "trend.csv", "60,0.02", "60,0,02", 0, "",
        "found 3 cells; expected 2 (a comma inside a number or a name? put it in quotes)",
    ),
    "decimal comma in a cell": (
        "trend.csv", "60,0.02", '60,"0,02"', 0, "change_per_year",
        "found '0,02'; expected a number from -0.5 to 0.5; write 0.02 with a decimal point",
    ),
    "thousands in a cell": (
        "population.csv", "North,female,60,20000", 'North,female,60,"20,000"', 0, "people",
        "or 20000 if the comma parts thousands",
    ),
    "text in a cell": (
        "population.csv", "North,female,60,20000", "North,female,60,many", 0, "people",
        "found 'many'; expected a number from 0",
    ),
    "NaN in a cell": (
        "population.csv", "North,female,60,20000", "North,female,60,nan", 0, "people",
        "found 'nan'; expected a number",
    ),
    "empty cell": (
        "population.csv", "North,female,60,20000", "North,female,60,", 0, "people",
        "found an empty cell; expected a number from 0 to 100000000; write 0 if none is meant",
    ),
    "negative rate": (
        "incidence.csv", "female,60,100", "female,60,-100", 0, "rate_per_100k",
        "found -100; expected a number from 0 to 100000",
    ),
    "percent in a cell": (
        "eligibility.csv", "under_65,operable,0.4", "under_65,operable,40", 0, "share",
        "found 40; expected a number from 0 to 1; write 0.4 if 40% is meant",
    ),
    "unknown sex": (
        "incidence.csv", "female,60,100", "Female,60,100", 0, "sex",
        "found 'Female'; did you mean \"female\"?",
    ),
    "row twice": (
        "population.csv", "South,male,45,600\n", "South,male,45,600\nSouth,male,45,600\n", 1,
        "age_from", "found region South, sex male, age_from 45 twice; keep one row",
    ),
    "age between bands": (
        "incidence.csv", "female,60,100", "female,62,100", 0, "age_from",
        "found age 62; expected 0, 5, 10",
    ),
    "stages short of 1": (
        "stage.csv", "female,60,0.2,0.3,0.3,0.2", "female,60,0.2,0.3,0.27,0.2", 0, "I to IV",
        "the shares sum to 0.97, 0.03 too little; expected 1",
    ),
    "eligibility short of 1": (
        "eligibility.csv", "under_65,supportive_care,0.1", "under_65,supportive_care,0.07", 0,
        "share", "group under_65: the shares sum to 0.97, 0.03 too little; expected 1",
    ),
    "referral above 1": (
        "referral.csv", "North,ablation,riverside,0.4", "North,ablation,riverside,0.5", 0,
        "share", "region North, service ablation: the shares sum to 1.1, 0.1 too much",
    ),
    "unknown point in a table": (
        "eligibility.csv", "under_65,operable,0.4", "under_65,operabel,0.4", 0, "decision_point",
        "found 'operabel', an unknown decision point; did you mean \"operable\"?",
    ),
    "unknown region in a table": (
        "travel.csv", "South,riverside,20", "Suoth,riverside,20", 0, "region",
        "found 'Suoth', an unknown region; did you mean \"South\"?",
    ),
    "unknown source in a table": (
        "travel.csv", "South,riverside,20,made_up", "South,riverside,20,made", 0, "source",
        "found 'made', an unknown key of [sources]",
    ),
    "unknown quality in a table": (
        "travel.csv", "South,riverside,20,made_up,illustrative",
        "South,riverside,20,made_up,ilustrative", 0, "quality", 'did you mean "illustrative"?',
    ),
    "months turned round": (
        "capacity_changes.csv", "2027-03,2027-04", "2027-04,2027-03", 0, "to_month",
        "found 2027-03, which is before from_month 2027-04",
    ),
    "month in words": (
        "capacity_changes.csv", "2027-03,2027-04", "March,2027-04", 0, "from_month",
        "found 'March'; expected a month",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_one_fault_is_named_with_its_place(
    tiny: Path, edit: Edit, problems: Problems, fault: str
) -> None:
    file, old, new, down, key, message = FAULTS[fault]
    line = edit(file, old, new) + down
    found = problems(tiny)
    here = [p for p in found if (p.file, p.line, p.key) == (f"tiny/{file}", line, key)]
    assert here, "\n".join([f"wanted tiny/{file}:{line}: {key}", *map(str, found)])
    assert message in here[0].message


def test_a_whole_table_at_fault_has_the_file_as_its_place(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    edit("population.csv", "South,male,45,600\n", "")
    edit("trend.csv", "0,0.0\n60,0.02\n", "")
    assert [(str(p.file), p.line, p.key, p.message) for p in problems(tiny)] == [
        (
            "tiny/population.csv",
            None,
            "age_from",
            "region South, sex male lacks a row for ages 45-49; expected the ages 0, 5, 10 … 90; "
            "add them, with 0 where none is meant",
        ),
        (
            "tiny/trend.csv",
            None,
            "age_from",
            "found no row below age 70, but the incidence table has cases from age 60; "
            "add a row with age_from 60 or less",
        ),
    ]
