"""The command line: parse, call, say where the file went."""

from __future__ import annotations

import json
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from hepaplan.reports.batch.commands import batch_command
from hepaplan.reports.exits import (
    CHECKS_FAILED,
    DONE,
    STOPPED_AT_A_LIMIT,
    USAGE,
    Stop,
    command,
    run_to_the_end,
)
from hepaplan.reports.options import (
    FILE,
    Output,
    base_option,
    depth_options,
    output_options,
    plan_options,
    set_option,
)
from hepaplan.reports.progress import note, opening, progress
from hepaplan.reports.study.calibrate import calibrate_command
from hepaplan.reports.study.commands import study_commands
from hepaplan.reports.verification.commands import verify_command
from hepaplan.scenarios.lazily import (
    calibrated_overlay,
    code,
    inputs_in_report,
    read_batch,
    refuse_taken_overlay,
    targets_of,
)

if TYPE_CHECKING:
    from hepaplan.model.compare.comparison import Bridged
    from hepaplan.model.depth import Depth
    from hepaplan.model.parameters import Scenario
    from hepaplan.scenarios.load import Loaded

DEFAULT_SCENARIO = "greater-manchester"
FEWEST_COMPARED = 2

scenario_argument = click.argument("scenario", default=DEFAULT_SCENARIO)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("hepaplan"), prog_name="hepaplan")
def cli() -> None:
    """Plan care for colorectal liver metastases: demand, capacity, waiting, health and money."""


@cli.command()
@scenario_argument
@plan_options
@depth_options
@output_options
@command
def run(
    scenario: str,
    output: Output,
    depth: Depth,
    write_model: Path | None,
    actuals: Path | None,
) -> int:
    """Run the whole path for SCENARIO: report.xlsx, report.html, tables/, manifest.json.

    SCENARIO is a shipped name, a folder, a template filled in or an edited report.xlsx; without one
    it is Greater Manchester.
    """
    started = time.time()
    say = progress(output.quiet)
    from hepaplan.model.ages.utility_norms import norm_notices
    from hepaplan.model.evaluate import evaluate
    from hepaplan.model.sites.feasibility import over_committed
    from hepaplan.reports.output import next_run_folder
    from hepaplan.reports.run import write_programme, write_run
    from hepaplan.reports.terminal import run_as_json, run_as_text
    from hepaplan.scenarios.evidence_sets import under_each_evidence_set
    from hepaplan.scenarios.plan_files import actuals_for

    say("reading the scenario")
    loaded = _loaded(scenario, output)
    name = loaded.scenario.settings.name
    opening(output.quiet, loaded.scenario, depth, next_run_folder(name, output.folder))
    evidence, notices = under_each_evidence_set(scenario, output.settings, output.base)
    note(notices)
    done = None if actuals is None else actuals_for(loaded.scenario, actuals)
    results = evaluate(loaded.scenario, evidence, say, depth, done)
    note(norm_notices(results.tables["utility_norms"], loaded.scenario))
    note(over_committed(results.best.written.network, results.labels))
    say("the report")
    folder = _folder(name, output, "run")
    write_run(folder, results, started, {**loaded.settings, **output.settings}, loaded.edited)
    if write_model is not None:
        say("the programme")
        write_programme(write_model, results.best)
    show = run_as_json if output.as_json else run_as_text
    click.echo(show(results, folder, time.time() - started))
    if not results.checks_pass:
        return CHECKS_FAILED
    return DONE if results.is_proven else STOPPED_AT_A_LIMIT


@cli.command()
@click.argument("scenario")
@click.argument("plan", type=FILE, required=False)
@depth_options
@output_options
@command
def replay(scenario: str, plan: Path | None, output: Output, depth: Depth) -> int:
    """Say what PLAN, such as an edited tables/plan.csv, would do in SCENARIO.

    Or give an edited report.xlsx alone, which holds both. The plan is compared with the best one
    and with first come; rules it breaks are listed, not refused.
    """
    started = time.time()
    say = progress(output.quiet)
    from hepaplan.model.by_hand.edited import evaluate_edited
    from hepaplan.model.evaluate import usual_care
    from hepaplan.reports.run import write_replay
    from hepaplan.reports.terminal import replay_as_json, replay_as_text
    from hepaplan.scenarios.plan_files import plan_for

    if plan is None and not scenario.endswith(".xlsx"):
        raise Stop(USAGE, "replay needs a plan too: a changed tables/plan.csv or report.xlsx")
    say("reading the scenario and the plan")
    loaded = _loaded(scenario, output).scenario
    typed = plan_for(loaded, plan or Path(scenario))
    edited = evaluate_edited(usual_care(loaded), typed, say, depth)
    folder = _folder(loaded.settings.name, output, "replay")
    write_replay(folder, edited, loaded, started, output.settings)
    show = replay_as_json if output.as_json else replay_as_text
    click.echo(show(edited, folder, time.time() - started))
    return DONE


@cli.command()
@click.argument("scenarios", nargs=-1, metavar="REFERENCE OTHER...")
@click.option("--no-plan", is_flag=True, help="Only what needs no plan.")
@click.option("--bridge/--no-bridge", default=True, help="Split differences by what was changed.")
@click.option(
    "--bridge-plan", is_flag=True, help="Also with the plan, made again for each mixture."
)
@output_options
@command
def compare(
    scenarios: tuple[str, ...], no_plan: bool, bridge: bool, bridge_plan: bool, output: Output
) -> int:
    """Run two or more scenarios and lay them side by side; the first is the REFERENCE.

    Writes compare.xlsx, report.html, tables/ and manifest.json. --set changes all of the scenarios.
    """
    started = time.time()
    say = progress(output.quiet)
    from hepaplan.model.compare.comparison import compare as compared
    from hepaplan.reports.compare.write import write_comparison
    from hepaplan.reports.terminal import comparison_as_json, comparison_as_text

    if len(scenarios) < FEWEST_COMPARED:
        raise Stop(USAGE, "compare needs two or more scenarios: the reference, then the others")
    say("reading the scenarios")
    loaded = [_loaded(scenario, output).scenario for scenario in scenarios]
    bridged: Bridged = "without a plan" if bridge else "not"
    found = compared(loaded, not no_plan, say, "with the plan" if bridge_plan else bridged)
    say("the workbook")
    folder = _folder(found.reference.name, output, "compare")
    write_comparison(folder, found, started, output.settings)
    show = comparison_as_json if output.as_json else comparison_as_text
    click.echo(show(found, folder, time.time() - started))
    return DONE if found.checks_pass else CHECKS_FAILED


@cli.command()
@scenario_argument
@set_option
@base_option
@command
def check(scenario: str, settings: dict[str, str], base: Path | None) -> int:
    """Report every problem of SCENARIO at once, each with file and line, or sheet and cell."""
    from hepaplan.model.check_notices import check_notices
    from hepaplan.model.evaluate import refuse_waiting_that_pays, usual_care
    from hepaplan.scenarios.load import load

    loaded = _said(load(scenario, settings=settings, base=base)).scenario
    usual = usual_care(loaded)
    refuse_waiting_that_pays(usual)
    note(check_notices(usual))
    click.echo(f"{loaded.settings.name}: no problems")
    return DONE


@cli.command()
@click.argument("name")
@click.option("--in", "folder", type=click.Path(path_type=Path), default=Path(), show_default=False,
              help="Where to make it; here by default.")  # fmt: skip
@click.option("--workbook", is_flag=True, help="An Excel workbook to fill in, NAME.xlsx.")
@command
def new(name: str, folder: Path, workbook: bool) -> int:
    """Make NAME, a starter scenario to edit: it changes a few figures of Greater Manchester."""
    from hepaplan.scenarios.starter import write_starter

    if workbook:
        from hepaplan.scenarios.workbook.template import write_template

        made, what = write_template(name, folder), "fill in its sheets"
    else:
        made, what = write_starter(name, folder), "edit scenario.toml"
    click.echo(f"made {made}: {what}, then hepaplan check {made}")
    return DONE


@cli.command()
@command
def schema() -> int:
    """Print the JSON Schema of scenario.toml, for editors."""
    from hepaplan.scenarios.schema import scenario_schema

    click.echo(json.dumps(scenario_schema(), indent=2))
    return DONE


@cli.command()
@click.argument("scenario")
@click.argument("key")
@set_option
@command
def explain(scenario: str, key: str, settings: dict[str, str]) -> int:
    """Say what KEY is in SCENARIO: value, unit, source, and the file and line that set it."""
    from hepaplan.scenarios.explain import explain as explained
    from hepaplan.scenarios.load import load

    click.echo(explained(load(scenario, settings=settings), key))
    return DONE


@cli.command()
@command
def scenarios() -> int:
    """List the shipped scenarios."""
    from hepaplan.scenarios.load import load_scenario, shipped

    for name in shipped():
        click.echo(f"{name:22} {load_scenario(name).settings.title}")
    return DONE


def _scenario(name: str, output: Output) -> Scenario:
    """Return a checked scenario alone."""
    return _loaded(name, output).scenario


for made in (*study_commands(_scenario), verify_command(_scenario, inputs_in_report)):
    cli.add_command(made)
cli.add_command(calibrate_command(targets_of, calibrated_overlay, refuse_taken_overlay))
cli.add_command(batch_command(read_batch, code))


def main() -> NoReturn:
    """Run the command line."""
    run_to_the_end(cli)


def _loaded(scenario: str, output: Output) -> Loaded:
    """Return a checked scenario; what a reader should know is said, a taken folder refused."""
    from hepaplan.reports.output import refuse_taken
    from hepaplan.scenarios.load import load

    loaded = load(scenario, settings=output.settings, base=output.base)
    refuse_taken(output.folder, output.overwrite)
    return _said(loaded)


def _said(loaded: Loaded) -> Loaded:
    """Return a loaded scenario after saying what was changed in a workbook, and its notices."""
    note(loaded.edits_in_words)
    note(loaded.notices)
    return loaded


def _folder(name: str, output: Output, kind: str) -> Path:
    """Return the folder to write, made now."""
    from hepaplan.reports.output import create_run_folder

    return create_run_folder(name, output.folder, overwrite=output.overwrite, kind=kind)


if __name__ == "__main__":
    main()
