"""The commands about uncertainty as a user meets them: words, files and exit codes."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click
import pandas as pd
import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from hepaplan.cli import cli
from hepaplan.model.problems import dotted
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from tests.support.command import Hepaplan, contents
from tests.support.unsure import LIST, unsure, write_unsure

SMALL = {
    "psa": ("--draws", "20", "--plan-draws", "2", "--anew", "2", "--seed", "5"),
    "voi": ("--draws", "50", "--seed", "5"),
    "tornado": ("--output", "new_metastases", "--output", "nothing_scarce.cost_gbp",
                "--input", "metastases", "--input", "resource"),
    "sensitivity": ("--trajectories", "2", "--samples", "8", "--most", "2",
                    "--input", "metastases", "--output", "new_metastases"),
}  # fmt: skip
"""Each command on few draws: what it writes is looked at, not how sure it is."""
COMMANDS = tuple(SMALL)
QUIET = ("--workers", "1", "--quiet")
TABLES = {
    "psa": {"intervals", "convergence", "standards", "curves", "strategies", "draws", "inputs",
            "fan_treatments", "capacity_by_month"},
    "voi": {"evpi", "evppi", "evppi_groups", "evidence_register", "capacity_decision"},
    "tornado": {"one_way"},
    "sensitivity": {"screening", "sensitivity"},
}  # fmt: skip
Write = Callable[..., Path]


@dataclass(frozen=True)
class Done:
    """What a command printed as JSON, and its folder."""

    document: dict[str, Any]
    folder: Path


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_unsure(tmp_path_factory.mktemp("scenarios"))


@pytest.fixture(scope="module")
def finished(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Done]:
    """Run each command once, with --json."""
    known: dict[str, Done] = {}

    def run(name: str) -> Done:
        if name not in known:
            folder = tmp_path_factory.mktemp("out") / name
            words = [name, str(scenario), *SMALL[name], *QUIET, "--json", "--out", str(folder)]
            ended = CliRunner().invoke(cli, words, catch_exceptions=False)
            assert ended.exit_code == 0, ended.stderr
            assert ended.stderr == ""
            known[name] = Done(json.loads(ended.stdout, parse_constant=no_nan), folder)
        return known[name]

    return run


def no_nan(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


@pytest.fixture
def made(tmp_path: Path) -> Write:
    """Write the scenario in the folder of the test."""
    return lambda **how: write_unsure(tmp_path, **how)


# --- what is written -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_files_are_whole_and_the_manifest_lists_them(
    finished: Callable[[str], Done], name: str
) -> None:
    folder = finished(name).folder
    files = contents(folder)
    manifest = json.loads(files.pop("manifest.json"), parse_constant=no_nan)
    digests = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
    assert digests == {path: hashlib.sha256(text).hexdigest() for path, text in files.items()}
    assert {f"{name}.xlsx", "report.html"} <= files.keys()
    assert {f"tables/{table}.csv" for table in TABLES[name]} <= files.keys()
    assert manifest["command"] == name
    assert manifest["scenario"] == "unsure"
    assert "unsure/scenario.toml" in manifest["input_hashes"]
    assert not [path for path in files if path.endswith(".tmp") or ".writing" in path]


@pytest.mark.parametrize("name", COMMANDS)
def test_workbook_and_page_open_and_say_the_headlines(
    finished: Callable[[str], Done], name: str
) -> None:
    found = finished(name)
    book = load_workbook(found.folder / f"{name}.xlsx")
    assert book.sheetnames[0] == "Summary"
    column = [str(cell.value) for cell in book["Summary"]["A"] if cell.value]
    said = " ".join(" ".join(column).split())
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert found.document["headlines"]
    for sentence in found.document["headlines"]:
        assert sentence in said
    assert "<script src" not in page
    errors = [c for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "e"]
    assert errors == []


@pytest.mark.parametrize("name", COMMANDS)
def test_json_is_one_document_that_says_how_to_repeat_it(
    finished: Callable[[str], Done], name: str
) -> None:
    found = finished(name)
    document = found.document
    assert document["study"] == name
    assert document["scenario"] == "unsure"
    assert document["folder"] == str(found.folder)
    if name in ("psa", "voi"):
        assert (document["seed"], document["design"]) == (5, "random")
        assert document["draws"] == int(SMALL[name][1])
        assert document["uncertain inputs"] == len(uncertain_inputs(unsure()))


@pytest.mark.parametrize("name", COMMANDS)
def test_tables_hold_no_nan_but_where_there_is_no_number(
    finished: Callable[[str], Done], name: str
) -> None:
    folder = finished(name).folder / "tables"
    for table in sorted(TABLES[name]):
        text = (folder / f"{table}.csv").read_text(encoding="utf-8")
        assert not re.search(r"(^|,)-?(nan|inf)(,|$)", text, re.MULTILINE | re.IGNORECASE), table


def test_psa_shows_intervals_strategies_and_standards(finished: Callable[[str], Done]) -> None:
    document = finished("psa").document
    plan = [one for one in document["intervals"] if one["output"].startswith("the plan, kept")]
    assert len(plan) == 4
    assert plan[0]["base"] is None
    policies = {"first come", "the plan, kept", "the plan, spare capacity used"}
    assert {one["policy"] for one in document["standards"]} == policies
    assert document["draws the plan is kept in"] == document["draws with a plan of their own"] == 2
    assert document["scenarios"] == ["unsure"]
    curves = pd.read_csv(finished("psa").folder / "tables" / "curves.csv")
    sums = curves.groupby(["comparison", "threshold_gbp_per_qaly"])["probability_best"].sum()
    assert (sums.sub(1.0).abs() < 1e-12).all()


def test_tornado_shows_each_input_over_its_range(finished: Callable[[str], Done]) -> None:
    table = pd.read_csv(finished("tornado").folder / "tables" / "one_way.csv")
    keys = {dotted(key) for key in uncertain_inputs(unsure())}
    assert set(table["input"]) <= keys
    assert table["input"].str.startswith(("metastases", "resource")).all()
    share = table[table["input"] == "metastases.synchronous_share"]
    assert set(share["output"]) == {"new_metastases", "nothing_scarce.cost_gbp"}
    assert len(finished("tornado").document["one_way"]) == len(table)


def test_sensitivity_takes_only_the_inputs_asked_for(finished: Callable[[str], Done]) -> None:
    table = pd.read_csv(finished("sensitivity").folder / "tables" / "screening.csv")
    assert len(table) > 0
    assert table["factor"].str.startswith("metastases").all()


def test_text_says_the_title_sentences_and_files(
    hepaplan: Hepaplan, scenario: Path, tmp_path: Path
) -> None:
    ended = hepaplan("psa", scenario, "--draws", "4", "--plan-draws", "0", *QUIET)
    assert ended.code == 0
    title, *sentences, last = ended.out.splitlines()
    assert title == "Two regions, two sites, figures unsure: how sure we are"
    assert all(sentence.startswith("- ") for sentence in sentences)
    assert re.fullmatch(r"\d+ s: unsure-psa/psa\.xlsx, unsure-psa/report\.html", last)
    assert (tmp_path / "unsure-psa" / "manifest.json").is_file()


def test_psa_of_two_scenarios_compares_them(hepaplan: Hepaplan, made: Write) -> None:
    first = made()
    second = made(name="dear", more="\n[resource.theatre.unit_cost]\nvalue = 40\n")
    few = ("--draws", "4", "--plan-draws", "0", "--json")
    ended = hepaplan("psa", first, second, *few, *QUIET)
    assert ended.code == 0
    document = json.loads(ended.out, parse_constant=no_nan)
    assert document["scenarios"] == ["unsure", "dear"]
    assert {one["strategy"] for one in document["strategies"]} >= {"unsure", "dear"}


def test_voi_decides_every_expansion_there_is(hepaplan: Hepaplan, made: Write) -> None:
    few = ("--draws", "50", "--capacity-draws", "50", "--years", "2", "--json")
    ended = hepaplan("voi", made(capital=13_500.0), *few, *QUIET)
    assert ended.code == 0
    document = json.loads(ended.out, parse_constant=no_nan)
    (decision,) = document["capacity_decision"]
    assert (decision["expansion"], decision["draws"]) == ("One more list", 50)
    assert document["years that a decision counts"] == 2


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_that_exists_is_2_and_untouched(
    hepaplan: Hepaplan, scenario: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "note").write_text("mine")
    ended = hepaplan(name, scenario, "--out", "taken", *QUIET)
    assert ended.code == 2
    assert "taken exists: choose another --out, or say --overwrite" in ended.err
    assert contents(tmp_path / "taken") == {"note": b"mine"}


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_scenario_is_3_and_the_known_are_named(hepaplan: Hepaplan, name: str) -> None:
    ended = hepaplan(name, "greater-manchster", *QUIET)
    assert ended.code == 3
    assert "greater-manchester" in ended.err


def test_every_fault_of_a_scenario_is_3_with_its_line(hepaplan: Hepaplan, made: Write) -> None:
    """A mean of 1.2 for a share, and an interval that excludes its point."""
    faulty = (
        "\n[metastases.late_share]\nvalue = 1.2\n"
        '\n[resource.theatre.unit_cost]\nlow = 16\nhigh = 20\ndistribution = "gamma"\n'
    )
    ended = hepaplan("psa", made(more=faulty), *QUIET)
    assert ended.code == 3
    assert "late_share" in ended.err
    assert "unit_cost" in ended.err
    assert re.search(r"scenario\.toml:\d+", ended.err)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("psa", "--draws", "1"), "1 is not in the range x>=2"),
        (("psa", "--design", "halton"), "halton"),
        (("psa", "--draws", "4", "--plan-draws", "1"), "2 or more, or for 0"),
        (("voi", "--draws", "49"), "50 draws or more, not 49"),
        (("voi", "--capacity-draws", "10"), "10 is not in the range"),
        (("voi", "--expansion", "two_lists"), 'no expansion "two_lists"'),
        (("tornado", "--most", "0"), "0 is not in the range"),
        (("tornado", "--ranges", "wide"), "wide"),
        (("sensitivity", "--trajectories", "1"), "1 is not in the range"),
    ],
)
def test_wrong_usage_is_2(
    hepaplan: Hepaplan, scenario: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    name, *options = words
    ended = hepaplan(name, scenario, *options, *QUIET)
    assert ended.code == 2
    assert message in ended.err
    assert contents(tmp_path) == {}


def test_the_expansions_there_are_are_named(hepaplan: Hepaplan, made: Write) -> None:
    ended = hepaplan("voi", made(capital=10.0), "--expansion", "one_lists", *QUIET)
    assert ended.code == 2
    assert f'did you mean "{LIST}"' in ended.err


@pytest.mark.parametrize("name", ["tornado", "sensitivity"])
def test_an_unknown_output_is_3_with_the_nearest(
    hepaplan: Hepaplan, scenario: Path, name: str
) -> None:
    ended = hepaplan(name, scenario, "--output", "first_come.beyond_standrad", *QUIET)
    assert ended.code == 3
    assert 'did you mean "first_come.beyond_standard"' in ended.err


@pytest.mark.parametrize("name", ["tornado", "sensitivity"])
def test_an_input_that_there_is_not_is_refused_in_words(
    hepaplan: Hepaplan, scenario: Path, name: str
) -> None:
    ended = hepaplan(name, scenario, "--input", "pathway.nowhere", *QUIET)
    assert ended.code in (2, 3)
    assert "pathway.nowhere" in ended.err


@pytest.mark.parametrize(
    ("other", "code", "message"),
    [
        ("metastases.late_share", 2, "metastases.late_share twice"),
        ("nowhere", 3, '"nowhere", which fits none'),
    ],
)
def test_a_grid_of_anything_but_two_inputs_is_refused_in_words(
    hepaplan: Hepaplan, scenario: Path, other: str, code: int, message: str
) -> None:
    few = ("--output", "new_metastases", "--input", "metastases.late_share")
    grid = ("--grid", "metastases.late_share", other)
    ended = hepaplan("tornado", scenario, *grid, *few, *QUIET)
    assert ended.code == code
    assert message in ended.err


def test_a_scenario_against_itself_makes_no_difference(hepaplan: Hepaplan, scenario: Path) -> None:
    few = ("--output", "new_metastases", "--input", "metastases.late_share")
    ended = hepaplan("tornado", scenario, "--against", scenario, *few, *QUIET)
    assert ended.code == 0
    assert "no difference anywhere in the range" in ended.out


def test_a_drawn_value_that_cannot_be_is_3_in_words(hepaplan: Hepaplan, made: Write) -> None:
    """More are drawn with metastases on diagnosis than stage IV has: 0.2 of the cases."""
    wide = made(interval=(0.1, 0.3))
    ended = hepaplan("psa", wide, "--draws", "50", "--plan-draws", "0", *QUIET)
    assert ended.code == 3
    assert "synchronous" in ended.err
    assert "stage IV" in ended.err


# --- help ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMMANDS)
def test_help_names_and_explains_every_option(hepaplan: Hepaplan, name: str) -> None:
    ended = hepaplan(name, "--help")
    assert ended.code == 0
    assert cli.commands[name].help
    for parameter in cli.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.opts
            assert all(option in ended.out for option in parameter.opts)
