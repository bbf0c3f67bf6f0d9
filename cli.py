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

if TYPE_CHECKING:
    from hepaplan.model.evaluate import Results
    from hepaplan.model.parameters import Scenario

DONE, USAGE, INVALID_INPUT, NO_PLAN, CHECKS_FAILED, DISK = 0, 2, 3, 4, 6, 7
INTERRUPTED, TERMINATED = 130, 143
DEFAULT_SCENARIO = "greater-manchester"
EVIDENCE_SETS = ("registry", "review")
EVIDENCE_KEYS = ("metastases.", "pathway.")

Parameters = ParamSpec("Parameters")


class Stop(Exception):
    """An end that is not our bug: an exit code and words for the user."""

    def __init__(self, code: int, message: str) -> None:
        """Keep the code apart from the words."""
        super().__init__(message)
        self.code = code


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn a user's mistakes into messages and exit codes; what else is raised is our bug."""
    from hepaplan.model.allocation.solver import NoPlan
    from hepaplan.model.evaluate import WaitingPays
    from hepaplan.reports.output import OutputExists
    from hepaplan.scenarios.load import InvalidScenario

    try:
        yield
    except InvalidScenario as error:
        count = len(error.problems)
        noun = "problem" if count == 1 else "problems"
        raise Stop(INVALID_INPUT, f"{error}\n{count} {noun}; nothing was run") from error
    except WaitingPays as error:
        raise Stop(INVALID_INPUT, f"{error}\nnothing was run") from error
    except NoPlan as error:
        raise Stop(NO_PLAN, f"no plan: {error}") from error
    except OutputExists as error:
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
            click.echo(stop, err=True)
            code = stop.code
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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("hepaplan"), prog_name="hepaplan")
def cli() -> None:
    """Plan care for colorectal liver metastases: demand, capacity, waiting, health and money."""


@cli.command()
@scenario_argument
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write; it must be new.")
@set_option
@click.option("--overwrite", is_flag=True, help="Replace the files of an earlier run in --out.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON document.")
@click.option("--quiet", is_flag=True, help="No progress; the summary is still printed.")
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
    say = _progress(quiet)
    from hepaplan.model.evaluate import evaluate
    from hepaplan.reports.output import create_run_folder
    from hepaplan.reports.run import write_run
    from hepaplan.scenarios.load import load

    say("reading the scenario")
    loaded = load(scenario, settings=settings)
    for notice in loaded.notices:
        click.echo(f"note: {notice}", err=True)
    if out is not None and out.exists() and not overwrite:
        raise Stop(USAGE, f"{out} exists: choose another --out, or say --overwrite")
    results = evaluate(loaded.scenario, _evidence_sets(scenario, settings), say)
    say("the report")
    folder = create_run_folder(loaded.scenario.settings.name, out, overwrite=overwrite)
    write_run(folder, results, started, settings)
    _print_summary(results, folder, as_json, time.time() - started)
    return DONE if results.checks_pass else CHECKS_FAILED


@cli.command()
@scenario_argument
@set_option
@command
def check(scenario: str, settings: dict[str, str]) -> int:
    """Report every problem of SCENARIO at once, each with file and line."""
    from hepaplan.model.evaluate import refuse_waiting_that_pays, usual_care
    from hepaplan.scenarios.load import load

    loaded = load(scenario, settings=settings)
    for notice in loaded.notices:
        click.echo(f"note: {notice}", err=True)
    refuse_waiting_that_pays(usual_care(loaded.scenario))
    click.echo(f"{loaded.scenario.settings.name}: no problems")
    return DONE


@cli.command()
@click.argument("name")
@click.option("--in", "folder", type=click.Path(path_type=Path), default=Path(), show_default=False,
              help="Where to make the folder; here by default.")  # fmt: skip
@command
def new(name: str, folder: Path) -> int:
    """Make NAME, a starter scenario to edit: it changes a few figures of Greater Manchester."""
    from hepaplan.scenarios.starter import CannotCreate, write_starter

    try:
        made = write_starter(name, folder)
    except CannotCreate as error:
        raise Stop(USAGE, str(error)) from error
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
    from hepaplan.scenarios.explain import UnknownKey
    from hepaplan.scenarios.explain import explain as explained
    from hepaplan.scenarios.load import load

    try:
        click.echo(explained(load(scenario, settings=settings), key))
    except UnknownKey as error:
        raise Stop(USAGE, str(error)) from error
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


def _evidence_sets(scenario: str, settings: dict[str, str]) -> dict[str, Scenario]:
    """Return the scenario under each shipped evidence set that fits it.

    --set changes of evidence stay out of them: they are what the change is compared with.
    """
    from hepaplan.scenarios.load import InvalidScenario, load_under_evidence

    apart = {k: v for k, v in settings.items() if not k.startswith(EVIDENCE_KEYS)}
    found: dict[str, Scenario] = {}
    for name in EVIDENCE_SETS:
        try:
            found[name] = load_under_evidence(scenario, name, apart)
        except InvalidScenario:
            click.echo(f"note: the evidence set '{name}' does not fit this scenario and is left "
                       "out of the comparison", err=True)  # fmt: skip
    return found


def _print_summary(results: Results, folder: Path, as_json: bool, seconds: float) -> None:
    if as_json:
        figures = results.tables["key_figures"].to_dict(orient="records")
        document = {
            "schema_version": 1,
            "scenario": results.scenario.settings.name,
            "folder": str(folder),
            "headlines": list(results.headlines),
            "key_figures": figures,
            "solver_status": results.status,
            "checks_passed": results.checks_pass,
        }
        click.echo(json.dumps(document, indent=2, allow_nan=False))
        return
    click.echo(click.style(results.scenario.settings.title, bold=True))
    for sentence in results.headlines:
        click.echo(f"- {sentence}")
    failed = results.tables["checks"].query("not passed")["check"].tolist()
    verdict = f"CHECKS FAILED: {'; '.join(failed)}" if failed else "all checks pass"
    click.echo(f"Plan {results.status}, {verdict}, {seconds:.0f} s: {folder / 'report.xlsx'}")


def _progress(quiet: bool) -> Callable[[str], None]:
    """Return a function that shows what is being done, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        return lambda _: None
    return lambda step: click.echo(click.style(f"… {step}", dim=True), err=True)


if __name__ == "__main__":
    main()
