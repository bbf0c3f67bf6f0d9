"""The plan on the command line: replay, months that have happened, its model, and no plan."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from hepaplan.cli import cli
from hepaplan.model.allocation import plan as planning
from hepaplan.model.allocation.aims import STAYED, Reached, seek_in_order
from hepaplan.model.allocation.model_file import FORMATS
from hepaplan.model.by_hand.edited import EDITED
from hepaplan.model.depth import FULL
from hepaplan.model.readings import MOST_HEALTH
from hepaplan.reports.options import MODEL_FILES
from tests.support.command import TINY, Hepaplan, Spoil, contents

QUICK = ("run", TINY, "--quick", "--quiet")


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a quick run; copy it."""
    folder = tmp_path_factory.mktemp("quick") / "run"
    words = [str(word) for word in (*QUICK, "--out", folder)]
    with pytest.raises(SystemExit, match="0"):
        cli.main(words, standalone_mode=False)
    return folder


@pytest.fixture
def planned(hepaplan: Hepaplan, quick_run: Path, tmp_path: Path) -> pd.DataFrame:
    """The plan of a quick run in folder `run`, as its table says it."""
    shutil.copytree(quick_run, tmp_path / "run")
    return pd.read_csv(tmp_path / "run" / "tables" / "plan.csv")


def qalys(document: str) -> tuple[float, float]:
    """Return the discounted QALYs of the edited plan and of the best one."""
    (row,) = (
        row for row in json.loads(document)["comparison"] if row["measure"] == "QALYs, discounted"
    )
    return row[EDITED], row[MOST_HEALTH]


# --- replay --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("planned")
def test_a_plan_replayed_unchanged_breaks_nothing_and_is_the_plan(
    hepaplan: Hepaplan, tmp_path: Path
) -> None:
    ended = hepaplan("replay", TINY, "run/tables/plan.csv", "--json", "--out", "again")
    assert ended.code == 0
    document = json.loads(ended.out)
    assert document["keeps_every_rule"] is True
    assert document["violations"] == []
    edited, best = qalys(ended.out)
    assert edited == pytest.approx(best, abs=1e-9)
    ran = pd.read_csv(tmp_path / "run" / "tables" / "outcomes.csv").set_index(["policy", "measure"])
    assert edited == pytest.approx(ran.loc[(MOST_HEALTH, "QALYs, discounted"), "value"], abs=1e-6)
    assert (tmp_path / "again" / "tables" / "comparison.csv").is_file()
    assert (tmp_path / "again" / "manifest.json").is_file()


def test_an_edited_plan_lists_what_it_breaks_and_is_not_refused(
    hepaplan: Hepaplan, planned: pd.DataFrame
) -> None:
    chemotherapy = planned["option"].eq("chemotherapy") & planned["month"].eq("2027-02")
    more = planned.assign(starts=planned["starts"] + 50.0 * chemotherapy)
    more.to_csv("edited.csv", index=False)
    ended = hepaplan("replay", TINY, "edited.csv", "--out", "again")
    assert ended.code == 0
    assert "The plan as edited" in ended.out
    assert "starts of inoperable/chemotherapy find nobody on the list" in ended.out
    document = hepaplan("replay", TINY, "edited.csv", "--json", "--out", "as-json").out
    assert json.loads(document)["keeps_every_rule"] is False


def test_a_faulty_plan_is_3_with_its_line(
    hepaplan: Hepaplan, planned: pd.DataFrame, tmp_path: Path
) -> None:
    site = planned["site"].copy()
    site[1] = "hiltop"
    planned.assign(site=site).to_csv("edited.csv", index=False)
    ended = hepaplan("replay", TINY, "edited.csv", "--out", "again")
    assert ended.code == 3
    assert ended.out == ""
    assert "edited.csv:3: " in ended.err
    assert 'did you mean "hilltop"?' in ended.err
    assert not (tmp_path / "again").exists()


# --- months that have happened -------------------------------------------------------------------


def test_months_that_have_happened_stay_and_the_rest_is_planned(
    hepaplan: Hepaplan, planned: pd.DataFrame, tmp_path: Path
) -> None:
    first = planned[planned["month"] == "2027-01"].drop(columns="referral_share")
    done = first.assign(starts=first["starts"] / 2)
    done.to_csv("done.csv", index=False)
    words = ("run", TINY, "--prices", "1", "--draws", "5", "--quiet", "--actuals", "done.csv")
    assert hepaplan(*words, "--out", "on").code == 0
    starts = pd.read_csv(tmp_path / "on" / "tables" / "starts.csv").query("policy == 'most health'")
    by_month = starts.groupby(["month", "option"])["starts"].sum()
    for option in ("resection", "chemotherapy"):
        told = done.loc[done["option"] == option, "starts"].sum()
        assert by_month["2027-01", option] == pytest.approx(told, abs=1e-9)
    on = pd.read_csv(tmp_path / "on" / "tables" / "plan.csv")
    assert set(on["month"]) == {"2027-02", "2027-03"}
    drawn = pd.read_csv(tmp_path / "on" / "tables" / "chance.csv")
    assert set(drawn["month"]) == {"2027-02", "2027-03"}
    gain = pd.read_csv(tmp_path / "on" / "tables" / "gain.csv")
    assert gain["within_standard"].between(0, 1).all()


def test_a_faulty_record_is_3(hepaplan: Hepaplan, tmp_path: Path) -> None:
    words = "month,site,decision_point,option,starts\n2027-02,hilltop,operable,resection,1\n"
    (tmp_path / "done.csv").write_text(words, encoding="utf-8")
    ended = hepaplan(*QUICK, "--actuals", "done.csv", "--out", "on")
    assert ended.code == 3
    assert "done.csv" in ended.err
    assert not (tmp_path / "on").exists()


# --- the model as a file -------------------------------------------------------------------------


@pytest.mark.parametrize(("file", "begins"), [("plan.lp", "\\"), ("plan.mps", "*SENSE")])
def test_the_programme_is_written_so_that_it_can_be_read(
    hepaplan: Hepaplan, tmp_path: Path, file: str, begins: str
) -> None:
    assert hepaplan(*QUICK, "--write-model", file, "--out", "run").code == 0
    assert (tmp_path / file).suffix in MODEL_FILES == FORMATS
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert "hilltop" in text
    assert "capacity" in text


def test_another_ending_is_2(hepaplan: Hepaplan) -> None:
    ended = hepaplan(*QUICK, "--write-model", "plan.txt", "--out", "run")
    assert ended.code == 2
    assert ".lp" in ended.err


# --- no plan, or one that is not proven ----------------------------------------------------------


def test_a_plan_stopped_at_a_limit_is_5_and_called_that(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sought = seek_in_order

    def stopped(*arguments: object) -> object:
        found, reached = sought(*arguments)  # type: ignore[arg-type]
        return found, (*reached[:-1], Reached("waiting", 0.0, f"{STAYED}: time limit", 0.0))

    monkeypatch.setattr(planning, "seek_in_order", stopped)
    ended = hepaplan(*QUICK, "--out", "run")
    assert ended.code == 5
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["aims"][-1]["status"] == f"{STAYED}: time limit"
    assert (tmp_path / "run" / "report.xlsx").is_file()


VOLUME = """
[minimum_volume.enough]
label = "Enough resections"
site = "{site}"
treatment = "resection"
[minimum_volume.enough.least]
value = {least}
unit = "starts per year"
source = "made_up"
quality = "illustrative"

[tables.population]
"""


def with_volume(spoiled: Spoil, site: str, least: float) -> Path:
    """Return the tiny scenario with a minimum of resections at a site."""
    return spoiled(
        "scenario.toml", "\n[tables.population]\n", VOLUME.format(site=site, least=least)
    )


def test_rules_that_conflict_are_4_and_explained(
    hepaplan: Hepaplan, spoiled: Spoil, tmp_path: Path
) -> None:
    """Resections and ablations each fit into Hilltop's theatre, but not both minimums at once."""
    folder = with_volume(spoiled, "hilltop", 8.0)
    more = VOLUME.format(site="hilltop", least=5.0).replace("enough", "many")
    more = more.replace('"resection"', '"ablation"')
    spoiled("scenario.toml", "\n[tables.population]\n", more)
    ended = hepaplan("run", folder, "--out", "run")
    assert ended.code == 4
    assert ended.out == ""
    assert "no plan keeps every rule at once" in ended.err
    for words in (
        "these 3 conflict", "Operating theatre at Hilltop in 2027-01 to 2027-04", "minutes short",
        "at least 5 a year are asked for", "Lower minimum_volume.enough.least to ",
    ):  # fmt: skip
        assert words in ended.err
    assert not (tmp_path / "run").exists()


def test_a_minimum_that_nobody_could_reach_is_3_before_anything_is_solved(
    hepaplan: Hepaplan, spoiled: Spoil, tmp_path: Path
) -> None:
    folder = with_volume(spoiled, "hilltop", 5000.0)
    before = contents(tmp_path)
    ended = hepaplan("run", folder, "--out", "run")
    assert ended.code == 3
    assert "minimum_volume.enough" in ended.err
    assert ended.err.splitlines()[-1].endswith("nothing was run")
    assert contents(tmp_path) == before


def test_options_say_how_much_is_worked_out(hepaplan: Hepaplan, tmp_path: Path) -> None:
    assert (FULL.prices, FULL.replications) == (10, 1000)
    words = ("run", TINY, "--prices", "1", "--draws", "5", "--seed", "3", "--neutrality", "--quiet")
    assert hepaplan(*words, "--out", "run").code == 0
    tables = tmp_path / "run" / "tables"
    assert len(pd.read_csv(tables / "prices.csv")) == 1
    assert len(pd.read_csv(tables / "chance.csv")) > 0
    steps = pd.read_csv(io.StringIO((tables / "gain.csv").read_text(encoding="utf-8")))["step"]
    assert steps.tolist()[-1] == "free to prefer an age"
