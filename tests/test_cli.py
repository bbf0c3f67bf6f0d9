"""The command line as a user meets it: words, files and exit codes."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import pandas as pd
import pytest

from hepaplan.scenarios.evidence_sets import EVIDENCE_SETS
from hepaplan.scenarios.load import shipped
from tests.support.command import TINY, Ended, Hepaplan, Spoil, contents

RUN = {"report.xlsx", "report.html", "tables", "manifest.json"}


def metastases(ended: Ended) -> float:
    (row,) = (
        figure
        for figure in json.loads(ended.out)["key_figures"]
        if figure["measure"] == "new patients with liver metastases"
    )
    return float(row["nothing scarce"])


# --- run -----------------------------------------------------------------------------------------


def test_run_prints_a_summary_and_writes_the_folder(hepaplan: Hepaplan, tmp_path: Path) -> None:
    ended = hepaplan("run", TINY)
    assert ended.code == 0
    title, *sentences, last = ended.out.splitlines()
    assert title == "Two regions, two sites, worked on paper"
    assert 8 <= len(sentences) <= 13
    assert sentences[0].startswith("- Does everyone start in time? No: ")
    assert all(sentence.startswith("- ") for sentence in sentences)
    assert re.fullmatch(r"Plan optimal, all checks pass, \d+ s: tiny-run/report\.xlsx", last)
    folder = tmp_path / "tiny-run"
    assert {path.name for path in folder.iterdir()} == RUN
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["path"] for entry in manifest["files"]}
    assert listed == set(contents(folder)) - {"manifest.json"}
    assert manifest["versions"]["hepaplan"] == version("hepaplan")
    assert manifest["checks_passed"] is True
    assert manifest["solver_status"] == "optimal"
    assert pd.read_csv(folder / "tables" / "checks.csv")["passed"].all()


def test_nothing_written_names_this_machine(hepaplan: Hepaplan, tmp_path: Path) -> None:
    ended = hepaplan("run", TINY)
    texts = [ended.out.encode(), ended.err.encode()]
    texts += [text for name, text in contents(tmp_path / "tiny-run").items() if "xlsx" not in name]
    for text in texts:
        assert str(TINY.parents[2]).encode() not in text
        assert str(tmp_path).encode() not in text
        assert os.uname().nodename.encode() not in text


def test_run_takes_the_next_free_folder(hepaplan: Hepaplan, tmp_path: Path) -> None:
    (tmp_path / "tiny-run").mkdir()
    assert hepaplan("run", TINY, "--quick").code == 0
    assert not any((tmp_path / "tiny-run").iterdir())
    assert (tmp_path / "tiny-run-2" / "report.xlsx").is_file()


def test_json_is_one_document_without_nan(hepaplan: Hepaplan) -> None:
    def refuse(constant: str) -> NoReturn:
        raise AssertionError(f"{constant} in the document")

    ended = hepaplan("run", TINY, "--quick", "--json", "--out", "here")
    document = json.loads(ended.out, parse_constant=refuse)
    assert document["schema_version"] == 1
    assert document["scenario"] == "tiny"
    assert document["folder"] == "here"
    assert document["checks_passed"] is True
    assert document["solver_status"] == "optimal"
    assert len(document["headlines"]) >= 8
    assert {"measure", "unit", "nothing scarce", "first come", "most health"} <= set(
        document["key_figures"][0]
    )


def test_progress_is_for_a_terminal_and_quiet_ends_it(
    hepaplan: Hepaplan, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_a_log = hepaplan("run", TINY, "--quick").err
    assert "…" not in in_a_log
    assert in_a_log.startswith("running tiny (Two regions, two sites, worked on paper) into tiny-")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = hepaplan("run", TINY, "--quick")
    assert "… reading the scenario" in shown.err
    assert "…" not in shown.out
    quiet = hepaplan("run", TINY, "--quick", "--quiet")
    assert "…" not in quiet.err
    assert quiet.out.splitlines()[:-1] == shown.out.splitlines()[:-1]


def test_evidence_sets_that_do_not_fit_are_left_out_and_named(hepaplan: Hepaplan) -> None:
    ended = hepaplan("run", TINY, "--quick", "--json")
    for name in EVIDENCE_SETS:
        assert f"the evidence set '{name}' does not fit this scenario" in ended.err
    assert json.loads(ended.out)["checks_passed"] is True


def test_set_changes_a_figure_and_says_so(hepaplan: Hepaplan, tmp_path: Path) -> None:
    before = metastases(hepaplan("run", TINY, "--quick", "--json", "--out", "before"))
    changed = hepaplan("run", TINY, "--quick", "--json", "--out", "after",
                       "--set", "metastases.synchronous_share=0.19",
                       "--set", "metastases.late_share=0.12")  # fmt: skip
    cases = pd.read_csv(tmp_path / "after" / "tables" / "cases.csv")["cases"].sum()
    years = 3 / 12
    assert metastases(changed) - before == pytest.approx(0.03 * cases / years, rel=0.05)
    manifest = json.loads((tmp_path / "after" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["settings"]["metastases.synchronous_share"] == "0.19"
    table = pd.read_csv(tmp_path / "after" / "tables" / "assumptions.csv").set_index("key")
    assert float(str(table.loc["metastases.synchronous_share", "value"])) == 0.19
    reason = str(table.loc["metastases.synchronous_share", "reason"])
    assert reason.startswith("set on the command line")


def test_a_folder_that_exists_is_refused_and_untouched(hepaplan: Hepaplan, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.xlsx").write_bytes(b"work of a week")
    before = contents(tmp_path)
    ended = hepaplan("run", TINY, "--quick", "--out", "mine")
    assert ended.code == 2
    assert ended.out == ""
    assert "mine exists: choose another --out, or say --overwrite" in ended.err
    assert contents(tmp_path) == before


def test_overwrite_replaces_the_files_of_the_run_only(hepaplan: Hepaplan, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "report.xlsx").write_bytes(b"work of a week")
    (tmp_path / "mine" / "notes.txt").write_bytes(b"keep me")
    assert hepaplan("run", TINY, "--quick", "--out", "mine", "--overwrite").code == 0
    assert (tmp_path / "mine" / "report.xlsx").read_bytes().startswith(b"PK")
    assert (tmp_path / "mine" / "notes.txt").read_bytes() == b"keep me"


# --- exit codes ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rum",), "No such command 'rum'"),
        (("run", "--colour"), "No such option"),
        (("check", "--set", "nonsense"), "'nonsense' needs the form key=value"),
        (("explain", "greater-manchester"), "Missing argument"),
        (("new", "Not A Name"), "expected a name of small letters"),
        (("new", "greater-manchester"), "is the name of a shipped scenario"),
        (("explain", str(TINY), "metastases.synchronus_share"), "synchronous_share"),
    ],
)
def test_wrong_usage_is_2(hepaplan: Hepaplan, words: tuple[str, ...], message: str) -> None:
    ended = hepaplan(*words)
    assert ended.code == 2
    assert message in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("command", ["run", "check"])
def test_invalid_input_is_3_with_every_problem_at_once(
    hepaplan: Hepaplan, spoiled: Spoil, command: str, tmp_path: Path
) -> None:
    spoiled("scenario.toml", "burn_in_years = 1", "burn_in_year = 1")
    spoiled("scenario.toml", "value = 0.16", "value = 16")
    folder = spoiled("population.csv", "South,male,90,", "South,male,89,")
    before = contents(tmp_path)
    ended = hepaplan(command, folder)
    assert ended.code == 3
    assert ended.out == ""
    lines = ended.err.splitlines()
    assert any('did you mean "burn_in_years"?' in line for line in lines)
    assert any("16 %? write 0.16" in line for line in lines)
    assert any("population.csv" in line for line in lines)
    assert all(":" in line for line in lines[:-1])
    assert lines[-1].endswith("problems; nothing was run")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("command", ["run", "check"])
def test_an_unknown_scenario_is_3_and_the_known_are_named(hepaplan: Hepaplan, command: str) -> None:
    ended = hepaplan(command, "greater-manchster")
    assert ended.code == 3
    assert 'did you mean "greater-manchester"?' in ended.err


def test_an_unknown_key_to_set_is_3(hepaplan: Hepaplan) -> None:
    ended = hepaplan("check", TINY, "--set", "metastases.synchronus_share=0.2")
    assert ended.code == 3
    assert 'did you mean "synchronous_share"?' in ended.err


@pytest.mark.parametrize("command", ["run", "check"])
def test_waiting_that_pays_is_3(hepaplan: Hepaplan, spoiled: Spoil, command: str) -> None:
    spoiled("pathway.toml", "stay = { value = 0.8,", "stay = { value = 1,")
    spoiled("pathway.toml", "cancer_death = { value = 0.14,", "cancer_death = { value = 0,")
    folder = spoiled("pathway.toml", "move.supportive_care = { value = 0.06,",
                     "move.supportive_care = { value = 0,")  # fmt: skip
    ended = hepaplan(command, folder)
    assert ended.code == 3
    assert "group under_65, one more month on the list for chemotherapy" in ended.err
    assert "nothing was run" in ended.err


def test_no_plan_is_4(hepaplan: Hepaplan, spoiled: Spoil, tmp_path: Path) -> None:
    """A start that takes over a million minutes is more than the solver holds beside the rest."""
    spoiled("pathway.toml", "theatre = { value = [300]", "theatre = { value = [1e6]")
    folder = spoiled("pathway.toml", "theatre = { value = 60", "theatre = { value = 1e6")
    ended = hepaplan("run", folder, "--out", "here")
    assert ended.code == 4
    assert "state the resource in another unit" in ended.err
    assert not (tmp_path / "here").exists()


def test_a_failed_check_is_6_and_named(hepaplan: Hepaplan, tmp_path: Path) -> None:
    ended = hepaplan("run", TINY, "--quick", "--out", "here", "--set", "economics.horizon_years=20")
    assert ended.code == 6
    assert "CHECKS FAILED: the horizon is long enough" in ended.out
    manifest = json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["checks_passed"] is False


def test_a_place_that_cannot_be_written_is_7(hepaplan: Hepaplan, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"not a folder")
    ended = hepaplan("run", TINY, "--quick", "--out", tmp_path / "file" / "here")
    assert ended.code == 7
    assert "cannot write or read" in ended.err
    assert contents(tmp_path) == {"file": b"not a folder"}


IN_THE_REPORT = """
from hepaplan.reports import workbook
def interrupt(*_):
    os.kill(os.getpid(), {signal})
    time.sleep(600)
workbook.write_workbook = interrupt
"""
IN_THE_SOLVER = """
from hepaplan.model.allocation import session
class Busy:
    def run(self):
        os.kill(os.getpid(), {signal})
        time.sleep(600)
listen = session.run_interruptibly
session.run_interruptibly = lambda _: listen(Busy())
"""
PROGRAM = """
import os, sys, time
{interrupt}
from hepaplan.cli import main
sys.argv = ["hepaplan", "run", {tiny!r}, "--quick", "--draws", "0", "--out", "here"]
main()
"""


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)], ids=["ctrl-c", "sigterm"]
)
@pytest.mark.parametrize("interrupt", [IN_THE_REPORT, IN_THE_SOLVER], ids=["report", "solver"])
def test_an_interrupt_ends_at_once_with_its_code_and_no_half_file(
    interrupt: str, number: signal.Signals, code: int, tmp_path: Path
) -> None:
    program = PROGRAM.format(interrupt=interrupt.format(signal=int(number)), tiny=str(TINY))
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert "interrupted; files already written are whole" in ended.stderr
    written = contents(tmp_path / "here")
    assert b'"status": "interrupted"' in written.get("manifest.json", b'"status": "interrupted"')
    assert "report.xlsx" not in written
    assert [name for name in written if name.endswith(".tmp")] == []


# --- compare -------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", shipped())
def test_every_shipped_scenario_passes_check(hepaplan: Hepaplan, scenario: str) -> None:
    ended = hepaplan("check", scenario)
    utilities, intervals = ended.err.splitlines()
    assert "utilities are above the general population's of the same age" in utilities
    assert "figures have an interval that lies unevenly around the value" in intervals
    assert ended.out == f"{scenario}: no problems\n"
    assert ended.code == 0


def test_new_makes_a_scenario_that_passes_check_and_is_left_alone(
    hepaplan: Hepaplan, tmp_path: Path
) -> None:
    assert hepaplan("new", "my-region").code == 0
    assert hepaplan("check", "my-region").out == "my-region: no problems\n"
    before = contents(tmp_path)
    again = hepaplan("new", "my-region")
    assert again.code == 2
    assert "exists already" in again.err
    assert contents(tmp_path) == before


def test_scenarios_lists_what_is_shipped(hepaplan: Hepaplan) -> None:
    ended = hepaplan("scenarios")
    assert ended.code == 0
    assert tuple(line.split()[0] for line in ended.out.splitlines()) == shipped()


def test_schema_is_one_json_document(hepaplan: Hepaplan) -> None:
    ended = hepaplan("schema")
    assert ended.code == 0
    document: dict[str, Any] = json.loads(ended.out)
    assert document["type"] == "object"
    assert {"based_on", "window", "pathway", "tables"} <= set(document["properties"])


def test_explain_says_value_source_and_place(hepaplan: Hepaplan) -> None:
    ended = hepaplan("explain", TINY, "metastases.synchronous_share")
    assert ended.code == 0
    assert "0.16 share" in ended.out
    lines = (TINY / "scenario.toml").read_text(encoding="utf-8").splitlines()
    line = lines.index("[metastases.synchronous_share]") + 2
    assert f"tiny/scenario.toml:{line}" in ended.out


# --- help ----------------------------------------------------------------------------------------
