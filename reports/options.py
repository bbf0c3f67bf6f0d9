"""Options that commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec

import click

from hepaplan.model.depth import Depth, Solver

if TYPE_CHECKING:
    from hepaplan.model.uncertainty.drawing.designs import Design

Parameters = ParamSpec("Parameters")
Command = Callable[Parameters, NoReturn]
SEED = click.IntRange(min=0, max=2**53 - 1)
MODEL_FILES = (".lp", ".mps")
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def settings_of(_: click.Context, __: click.Parameter, stated: tuple[str, ...]) -> dict[str, str]:
    """Return --set options as a mapping; one without '=' is a mistake of usage."""
    pairs = {}
    for text in stated:
        key, equals, value = text.partition("=")
        if not equals:
            raise click.BadParameter(f"'{text}' needs the form key=value")
        pairs[key.strip()] = value.strip()
    return pairs


def model_file(_: click.Context, __: click.Parameter, path: Path | None) -> Path | None:
    """Return the file of --write-model; an ending that says no format is a mistake of usage."""
    if path is not None and path.suffix not in MODEL_FILES:
        raise click.BadParameter(f"'{path.name}' needs the ending {' or '.join(MODEL_FILES)}")
    return path


set_option = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="KEY=VALUE",
    callback=settings_of,
    help="Change a figure for this run, e.g. metastases.synchronous_share=0.16. Repeatable.",
)

base_option = click.option(
    "--base",
    type=click.Path(path_type=Path, exists=True),
    help="What an edited report.xlsx was made from, if it is not found by its name.",
)


time_limit_option = click.option(
    "--time-limit",
    type=click.FloatRange(min=1),
    default=600,
    show_default=True,
    help="Seconds for one solve; a plan found by then is used, with its gap.",
)


def count_option(
    name: str, default: int, least: int, words: str
) -> Callable[[Command[...]], Command[...]]:
    """Return an option that takes a whole number, `least` or more."""
    return click.option(
        name, type=click.IntRange(min=least), default=default, show_default=True, help=words
    )


workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    help="Processes at work; the result does not depend on it. By default one for each core.",
)


@dataclass(frozen=True)
class Output:
    """Where a command writes, what it changes and how it speaks."""

    folder: Path | None
    settings: dict[str, str]
    overwrite: bool
    as_json: bool
    quiet: bool
    base: Path | None = None


def output_options(function: Command[...]) -> Command[...]:
    """Return a command with the options of all that write a folder, given it as `output`."""

    @wraps(function)
    def packed(
        *args: Any,
        out: Path | None,
        settings: dict[str, str],
        overwrite: bool,
        as_json: bool,
        quiet: bool,
        base: Path | None,
        **others: Any,
    ) -> NoReturn:
        function(*args, output=Output(out, settings, overwrite, as_json, quiet, base), **others)

    return _with(
        packed,
        click.option("--quiet", is_flag=True, help="No progress; the summary is still printed."),
        click.option("--json", "as_json", is_flag=True,
                     help="Print the summary as one JSON document."),
        click.option("--overwrite", is_flag=True,
                     help="Replace the files of an earlier run in --out."),
        base_option,
        set_option,
        click.option("--out", type=click.Path(path_type=Path),
                     help="Folder to write; it must be new."),
    )  # fmt: skip


def depth_options(function: Command[...]) -> Command[...]:
    """Return a command with the options that say how much a run works out, given it as `depth`."""

    @wraps(function)
    def packed(
        *args: Any,
        prices: int,
        replications: int,
        seed: int,
        only_plan: bool,
        neutrality: bool,
        time_limit: float,
        solver: Solver,
        **others: Any,
    ) -> NoReturn:
        depth = Depth(
            prices, replications, seed, True, neutrality, time_limit=time_limit, solver=solver
        )
        function(*args, depth=depth.quick() if only_plan else depth, **others)

    return _with(
        packed,
        click.option("--solver", type=click.Choice(["highs", "cbc"]), default="highs",
                     show_default=True, help="CBC seeks the first aim alone, and is slow."),
        time_limit_option,
        click.option("--seed", type=SEED, default=1, show_default=True,
                     help="Seed of chance."),
        click.option("--draws", "replications", type=click.IntRange(min=0), default=1000,
                     show_default=True, help="Replications of the plan by chance; 0: none."),
        click.option("--prices", type=click.IntRange(min=0), default=10, show_default=True,
                     help="Units to price, the most valuable first; 0: none."),
        click.option("--neutrality", is_flag=True,
                     help="Also what treating all ages alike costs: a minute or more."),
        click.option("--quick", "only_plan", is_flag=True,
                     help="Only demand, policies and plan; no prices, gain, chance, or scenarios "
                     "changed to verify."),
    )  # fmt: skip


def sampling_options(function: Command[...]) -> Command[...]:
    """Return a command with the options of drawing, given them as `sampling`."""

    @wraps(function)
    def packed(
        *args: Any, draws: int, seed: int, design: Design, workers: int, **others: Any
    ) -> NoReturn:
        from hepaplan.model.uncertainty.sampled import Sampling

        function(*args, sampling=Sampling(draws, seed, design, workers), **others)

    return _with(
        packed,
        workers_option,
        click.option("--design", type=click.Choice(["random", "latin", "sobol"]), default="random",
                     show_default=True, help="How the draws are spread: latin is a Latin "
                     "hypercube; sobol is scrambled, best with a power of two."),
        click.option("--seed", type=SEED, default=1,
                     show_default=True, help="Seed of the draws."),
        click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True,
                     help="Draws of every uncertain input."),
    )  # fmt: skip


def plan_options(function: Command[...]) -> Command[...]:
    """Return a command with the options of the plan's solver and of months that have happened."""
    return _with(
        function,
        click.option("--write-model", type=click.Path(path_type=Path), metavar="FILE.lp|FILE.mps",
                     callback=model_file,
                     help="Also write the plan's programme for another solver."),
        click.option("--actuals", type=FILE,
                     help="A CSV of what was done in past months; the rest is planned."),
    )  # fmt: skip


def _with(function: Command[...], *options: Callable[[Command[...]], Command[...]]) -> Command[...]:
    for option in options:
        function = option(function)
    return function
