"""The command line: parse, call, say where the file went."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, ParamSpec

import click

from hepaplan.reports.progress import note, progress

if TYPE_CHECKING:
    from hepaplan.model.parameters import Scenario

DONE, USAGE, INVALID_INPUT, NO_PLAN, CHECKS_FAILED, DISK = 0, 2, 3, 4, 6, 7
INTERRUPTED, TERMINATED = 130, 143
DEFAULT_SCENARIO = "greater-manchester"
FEWEST_COMPARED = 2

Parameters = ParamSpec("Parameters")


class Stop(Exception):
    """An end that is not our bug: an exit code, then words for the user."""


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistakes into messages and exit codes; what else is raised is our bug."""
    from hepaplan.model.allocation.solver import NoPlan
    from hepaplan.model.compare.comparison import Incomparable
    from hepaplan.model.evaluate import WaitingPays
    from hepaplan.reports.output import OutputExists
    from hepaplan.scenarios.explain import UnknownKey
    from hepaplan.scenarios.load import InvalidScenario
    from hepaplan.scenarios.starter import CannotCreate

    try:
        yield
    except InvalidScenario as error:
        count = len(error.problems)
        noun = "problem" if count == 1 else "problems"
        raise Stop(INVALID_INPUT, f"{error}\n{count} {noun}; nothing was run") from error
    except (WaitingPays, Incomparable) as error:
        raise Stop(INVALID_INPUT, f"{error}\nnothing was run") from error
    except NoPlan as error:
        raise Stop(NO_PLAN, f"no plan: {error}") from error
    except (OutputExists, CannotCreate, UnknownKey) as error:
        raise Stop(USAGE, str(error)) from error
    except OSError as error:
        raise Stop(DISK, f"cannot write or read: {error}") from error


def command(function: Callable[Parameters, int]) -> Callable[Parameters, NoReturn]:
    """Return a command that ends the process with the exit code it returns."""

    @wraps(function)
    def run(*args: Parameters.args, **kwargs: Parameters.kwargs) -> NoReturn:
        try:
            with user_errors():
                code = function(*args, **kwargs)
        except Stop as stop:
            code, words = stop.args
            click.echo(words, err=True)
        sys.exit(code)

    return run


def settings_of(_: click.Context, __: click.Parameter, stated: tuple[str, ...]) -> dict[str, str]:
    """Return --set options as a mapping; one without '=' is a mistake of usage."""
    pairs = {}
    for text in stated:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"'{text}' needs the form key=value")
        pairs[key.strip()] = value.strip()
    return pairs


scenario_argument = click.argument("scenario", default=DEFAULT_SCENARIO)
set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    callback=settings_of,
    help="Change a figure for this run, e.g. metastases.synchronous_share=0.16. Repeatable.",
)


def output_options(function: Callable[Parameters, NoReturn]) -> Callable[Parameters, NoReturn]:
    """Return a command with the options of all that write a folder."""
    for option in (
        click.option("--quiet", is_flag=True, help="No progress; the summary is still printed."),
        click.option("--json", "as_json", is_flag=True,
                     help="Print the summary as one JSON document."),
        click.option("--overwrite", is_flag=True,
                     help="Replace the files of an earlier run in --out."),
        set_option,
        click.option("--out", type=click.Path(path_type=Path),
                     help="Folder to write; it must be new."),
    ):  # fmt: skip
        function = option(function)
    return function


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("hepaplan"), prog_name="hepaplan")
def cli() -> None:
    """Plan care for colorectal liver metastases: demand, capacity, waiting, health and money."""


@cli.command()
@scenario_argument
@output_options
@command
def run(
    scenario: str,
    out: Path | None,
    settings: dict[str, str],
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run the whole path for SCENARIO and write report.xlsx, tables/ and manifest.json.

    SCENARIO is a shipped name or a folder; without one it is Greater Manchester.
    """
    started = time.time()
    say = progress(quiet)
    from hepaplan.model.evaluate import evaluate
    from hepaplan.model.utility_norms import norm_notices
    from hepaplan.reports.output import create_run_folder, refuse_taken
    from hepaplan.reports.run import write_run
    from hepaplan.reports.terminal import run_as_json, run_as_text
    from hepaplan.scenarios.evidence_sets import under_each_evidence_set

    say("reading the scenario")
    loaded = _loaded(scenario, settings)
    refuse_taken(out, overwrite)
    evidence, notices = under_each_evidence_set(scenario, settings)
    note(notices)
    results = evaluate(loaded, evidence, say)
    note(norm_notices(results.tables["utility_norms"]))
    say("the report")
    folder = create_run_folder(loaded.settings.name, out, overwrite=overwrite)
    write_run(folder, results, started, settings)
    show = run_as_json if as_json else run_as_text
    click.echo(show(results, folder, time.time() - started))
    return DONE if results.checks_pass else CHECKS_FAILED


@cli.command()
@click.argument("scenarios", nargs=-1, metavar="REFERENCE OTHER...")
@click.option("--no-plan", is_flag=True, help="Compare first come only: seconds, not minutes.")
@output_options
@command
def compare(
    scenarios: tuple[str, ...],
    no_plan: bool,
    out: Path | None,
    settings: dict[str, str],
    overwrite: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Run two or more scenarios and lay them side by side; the first is the REFERENCE.

    Writes compare.xlsx, tables/ and manifest.json. --set changes all of the scenarios.
    """
    started = time.time()
    say = progress(quiet)
    from hepaplan.model.compare.comparison import compare as compared
    from hepaplan.reports.compare.write import write_comparison
    from hepaplan.reports.output import create_run_folder, refuse_taken
    from hepaplan.reports.terminal import comparison_as_json, comparison_as_text

    if len(scenarios) < FEWEST_COMPARED:
        raise Stop(USAGE, "compare needs two or more scenarios: the reference, then the others")
    say("reading the scenarios")
    loaded = [_loaded(scenario, settings) for scenario in scenarios]
    refuse_taken(out, overwrite)
    found = compared(loaded, not no_plan, say)
    say("the workbook")
    folder = create_run_folder(found.reference.name, out, overwrite=overwrite, kind="compare")
    write_comparison(folder, found, started, settings)
    show = comparison_as_json if as_json else comparison_as_text
    click.echo(show(found, folder, time.time() - started))
    return DONE if found.checks_pass else CHECKS_FAILED


@cli.command()
@scenario_argument
@set_option
@command
def check(scenario: str, settings: dict[str, str]) -> int:
    """Report every problem of SCENARIO at once, each with file and line."""
    from hepaplan.model.evaluate import refuse_waiting_that_pays, usual_care
    from hepaplan.model.utility_norms import norm_notices, utilities_above_norm

    loaded = _loaded(scenario, settings)
    usual = usual_care(loaded)
    refuse_waiting_that_pays(usual)
    note(norm_notices(utilities_above_norm(usual)))
    click.echo(f"{loaded.settings.name}: no problems")
    return DONE


@cli.command()
@click.argument("name")
@click.option("--in", "folder", type=click.Path(path_type=Path), default=Path(), show_default=False,
              help="Where to make the folder; here by default.")  # fmt: skip
@command
def new(name: str, folder: Path) -> int:
    """Make NAME, a starter scenario to edit: it changes a few figures of Greater Manchester."""
    from hepaplan.scenarios.starter import write_starter

    made = write_starter(name, folder)
    click.echo(f"made {made}: edit scenario.toml, then hepaplan check {made}")
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


def main() -> NoReturn:
    """Run the command line; interrupts end with 130 (Ctrl-C) and 143 (SIGTERM)."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))
    try:
        cli(standalone_mode=False)
        code = DONE
    except click.exceptions.Abort:
        code = INTERRUPTED
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else USAGE
    if code in (INTERRUPTED, TERMINATED):
        click.echo("interrupted; files already written are whole", err=True)
        sys.stdout.flush()
        os._exit(code)  # a solver at work in its thread is not waited for
    sys.exit(code)


def _loaded(scenario: str, settings: dict[str, str]) -> Scenario:
    """Return a checked scenario; what a reader should know of its overlays is said."""
    from hepaplan.scenarios.load import load

    loaded = load(scenario, settings=settings)
    note(loaded.notices)
    return loaded.scenario


if __name__ == "__main__":
    main()
