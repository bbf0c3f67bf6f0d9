"""Files and tables that do not fit, and how their faults are listed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hepaplan.scenarios.load import InvalidScenario, LocatedProblem, load_scenario

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]


def test_both_sexes_and_the_oldest_are_asked_for(tiny: Path, problems: Problems) -> None:
    path = tiny / "population.csv"
    kept = [t for t in path.read_text().splitlines() if not t.startswith("South,male")]
    path.write_text("\n".join(kept) + "\n")
    incidence = tiny / "incidence.csv"
    incidence.write_text(incidence.read_text().replace("\nfemale,90,0\n", "\n"))
    messages = [p.message for p in problems(tiny)]
    assert any("sex female lacks a row for ages 90 and over" in m for m in messages)
    assert any("region South, sex male lacks rows for every age" in m for m in messages)


def test_a_site_without_what_a_service_needs(tiny: Path, edit: Edit, problems: Problems) -> None:
    edit("capacity.csv", "riverside,theatre,0.1", "riverside,theatre,0")
    assert [(p.file, p.line, p.key) for p in problems(tiny)] == [
        ("tiny/referral.csv", 5, "site"),
    ]
    assert problems(tiny)[0].message.startswith(
        "sends patients for ablation to riverside, which has no theatre (needed for ablation)"
    )


def test_more_synchronous_than_stage_iv(tiny: Path, edit: Edit, problems: Problems) -> None:
    stated = 'value = 0.16\nlow = 0.12\nhigh = 0.2\ndistribution = "beta"'
    edit("scenario.toml", stated, "value = 0.3")
    [problem] = problems(tiny)
    assert problem.key == "metastases.synchronous_share"
    assert "synchronous_share is 0.3 of all cases" in problem.message
    assert "falls to 0.2 in the stage table" in problem.message


def test_the_faults_an_issue_would_list_are_all_told_at_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    places = {
        ("tiny/scenario.toml", edit("scenario.toml", '"per 100,000 person-years"', '"per 1,000"')),
        ("tiny/scenario.toml", edit("scenario.toml", "horizon_years = 45", "horizon_year = 45")),
        ("tiny/pathway.toml", edit("pathway.toml", 'kind = "systemic"', 'kind = "systematic"')),
        (
            "tiny/pathway.toml",
            edit("pathway.toml", "{ under_65 = 0.02, 65_and_over = 0.03 }", "0.05") - 2,
        ),
        ("tiny/stage.csv", edit("stage.csv", "age_from,I,II", "age_from,I,2")),
        ("tiny/incidence.csv", edit("incidence.csv", "female,60,100", "female,60,-100")),
        (
            "tiny/eligibility.csv",
            edit(
                "eligibility.csv", "under_65,supportive_care,0.1", "under_65,supportive_care,0.07"
            ),
        ),
        ("tiny/population.csv", None),
    }
    edit("population.csv", "South,male,45,600\n", "")
    found = {(p.file, p.line) for p in problems(tiny)}
    assert places <= found, "\n".join(map(str, problems(tiny)))


def test_the_error_text_is_one_problem_a_line_in_order(tiny: Path, edit: Edit) -> None:
    edit("scenario.toml", "horizon_years = 45", "horizon_year = 45")
    edit("incidence.csv", "female,60,100", "female,60,-100")
    with pytest.raises(InvalidScenario) as error:
        load_scenario(tiny)
    lines = str(error.value).split("\n")
    assert len(lines) == 3
    assert lines[0] == (
        "tiny/incidence.csv:14: rate_per_100k: found -100; expected a number from 0 to 100000; "
        "correct it"
    )
    assert lines[1].startswith("tiny/scenario.toml:18: economics.horizon_years: is missing")
    assert lines[2].startswith("tiny/scenario.toml:21: economics.horizon_year: found an unknown")
    assert str(tiny.parent) not in str(error.value)


@pytest.mark.parametrize("file", ["scenario.toml", "pathway.toml", "travel.csv"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
def test_other_encodings_are_refused_with_the_place(
    tiny: Path, problems: Problems, file: str, encoding: str
) -> None:
    path = tiny / file
    comment = "\n" if file.endswith("csv") else "# £\n"
    text = path.read_text() + comment
    if file.endswith("csv"):
        text = text.replace("made_up", "made_up£", 1)
    path.write_bytes(text.encode(encoding))
    [problem] = problems(tiny)
    assert problem.file == f"tiny/{file}"
    expected = "0xa3 at position" if encoding == "cp1252" else "found UTF-16 text; expected UTF-8"
    assert expected in problem.message
    assert "save it again as UTF-8" in problem.message
    if encoding == "cp1252":
        wanted = 2 if file.endswith("csv") else text.count("\n")
        assert problem.line == wanted


def test_files_too_large_are_not_read(tiny: Path, problems: Problems) -> None:
    with (tiny / "pathway.toml").open("a") as file:
        file.write("#" * 1_000_000)
    [problem] = problems(tiny)
    assert "expected at most 1,000,000" in problem.message


def test_a_link_out_of_the_folder_is_not_followed(tiny: Path, problems: Problems) -> None:
    outside = tiny.parent / "outside.csv"
    (tiny / "trend.csv").rename(outside)
    (tiny / "trend.csv").symlink_to(outside)
    [problem] = problems(tiny)
    assert problem.key == "tables.trend.file"
    assert "leads out of the scenario's folder" in problem.message


def test_a_folder_is_not_a_table(tiny: Path, edit: Edit, problems: Problems) -> None:
    (tiny / "tables").mkdir()
    line = edit("scenario.toml", '"trend.csv"', '"tables"')
    [problem] = problems(tiny)
    assert (problem.line, problem.key) == (line, "tables.trend.file")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("greater-mancester", 'did you mean "greater-manchester"?'),
        ("no/such/folder", "no folder with a scenario.toml"),
        ("", "found ''"),
        ("nul\0byte", "no shipped scenario"),
    ],
)
def test_a_scenario_that_is_not_there(problems: Problems, name: str, message: str) -> None:
    [problem] = problems(name)
    assert message in problem.message


def test_a_fault_of_a_table_lists_the_first_and_counts_the_rest(
    tiny: Path, problems: Problems
) -> None:
    path = tiny / "population.csv"
    path.write_text(path.read_text().replace(",female,", ",f,"))
    messages = [p.message for p in problems(tiny)]
    assert len(messages) == 21
    assert any(m == "and 18 more faults of this kind in the table" for m in messages)


def test_a_region_without_a_row_for_a_service(tiny: Path, edit: Edit, problems: Problems) -> None:
    edit("referral.csv", "South,surgery,hilltop,1,made_up,illustrative\n", "")
    [problem] = problems(tiny)
    assert (problem.file, problem.key) == ("tiny/referral.csv", "region")
    assert problem.message == "surgery has no row for South; add shares that sum to 1"


def test_a_group_without_eligibility(tiny: Path, problems: Problems) -> None:
    path = tiny / "eligibility.csv"
    kept = [t for t in path.read_text().splitlines() if not t.startswith("65_and_over")]
    path.write_text("\n".join(kept) + "\n")
    [problem] = problems(tiny)
    assert problem.message == "found no row for group 65_and_over; add its shares"


def test_a_way_nobody_measured_is_named(tiny: Path, edit: Edit, problems: Problems) -> None:
    edit("travel.csv", "North,riverside,50,made_up,illustrative\n", "")
    [problem] = problems(tiny)
    assert (problem.file, problem.key) == ("tiny/travel.csv", "site")
    assert problem.message == "found no row from North to riverside; add its minutes"


def test_a_header_alone_is_no_trend(tiny: Path, problems: Problems) -> None:
    (tiny / "trend.csv").write_text("age_from,change_per_year\n", encoding="utf-8")
    [problem] = problems(tiny)
    assert problem.message == "found a header and no rows; add the rows"


def test_a_link_to_itself_is_no_table(tiny: Path, problems: Problems) -> None:
    (tiny / "trend.csv").unlink()
    (tiny / "trend.csv").symlink_to("trend.csv")
    [problem] = problems(tiny)
    assert "trend.csv" in problem.message


def test_a_site_without_any_capacity_is_told_once(
    tiny: Path, edit: Edit, problems: Problems
) -> None:
    edit("capacity.csv", "riverside,theatre,0.1,made_up,illustrative\n", "")
    edit("capacity.csv", "riverside,chair,0.2,made_up,illustrative\n", "")
    edit(
        "capacity_changes.csv", "riverside,theatre,2027-02,2027-02,0.5,0,Theatre refurbished\n", ""
    )
    [problem] = problems(tiny)
    assert (problem.file, problem.key) == ("tiny/capacity.csv", "site")
    assert "has no row for riverside, where patients are sent" in problem.message
