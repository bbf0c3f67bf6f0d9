"""The commands about uncertainty; how a scenario is loaded is given to them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from hepaplan.reports.exits import command
from hepaplan.reports.options import (
    SEED,
    Output,
    count_option,
    output_options,
    sampling_options,
    workers_option,
)
from hepaplan.reports.progress import progress
from hepaplan.reports.study.ending import done

if TYPE_CHECKING:
    from hepaplan.model.parameters import Scenario
    from hepaplan.model.uncertainty.moving.one_way import Ranges
    from hepaplan.model.uncertainty.sampled import Sampling

Load = Callable[[str, Output], "Scenario"]
DEFAULT_SCENARIO = "greater-manchester"
scenario_argument = click.argument("scenario", default=DEFAULT_SCENARIO)
outputs_option = click.option(
    "--output", "outputs", multiple=True, metavar="POLICY.MEASURE",
    help="What to look at, e.g. first_come.beyond_standard or nothing_scarce.qalys; the first "
    "orders the inputs. Repeatable; by default health and money of new patients.",
)  # fmt: skip
inputs_option = click.option(
    "--input",
    "inputs",
    multiple=True,
    metavar="PATTERN",
    help="Only inputs whose key begins so or matches, e.g. 'pathway.*utility*'. Repeatable.",
)


def study_commands(
    load: Load,
) -> tuple[click.Command, ...]:
    """Return the commands tornado, psa, voi and sensitivity."""
    return (_tornado(load), _psa(load), _voi(load), _sensitivity(load))


def _tornado(load: Load) -> click.Command:
    @click.command()
    @scenario_argument
    @outputs_option
    @inputs_option
    @click.option(
        "--ranges",
        type=click.Choice(["interval", "fifth"]),
        default="interval",
        show_default=True,
        help="The 95% interval of each input, or ±20%.",
    )
    @count_option("--most", 20, 1, "Inputs tried where an output needs runs of its own.")
    @click.option(
        "--target",
        type=float,
        help="Search the value of the largest inputs at which the first output is this.",
    )
    @click.option(
        "--against",
        metavar="SCENARIO",
        help="Search where the first output is as good in this scenario.",
    )
    @click.option(
        "--grid",
        type=(str, str),
        default=None,
        metavar="KEY KEY",
        help="Two inputs to vary together.",
    )
    @workers_option
    @output_options
    @command
    def tornado(
        scenario: str,
        outputs: tuple[str, ...],
        inputs: tuple[str, ...],
        ranges: Ranges,
        most: int,
        target: float | None,
        against: str | None,
        grid: tuple[str, str] | None,
        workers: int,
        output: Output,
    ) -> int:
        """Say which inputs of SCENARIO matter, each alone over its range."""
        started = time.time()
        from hepaplan.model.outputs import HEALTH_AND_MONEY
        from hepaplan.model.uncertainty.tornado import Moves
        from hepaplan.model.uncertainty.tornado import tornado as studied

        loaded = load(scenario, output)
        other = None if against is None else load(against, output)
        watched = outputs or HEALTH_AND_MONEY
        asked = Moves(watched, ranges, inputs, most, target, grid=grid, workers=workers)
        return done(studied(loaded, asked, other, progress(output.quiet)), output, started)

    return tornado


def _sensitivity(load: Load) -> click.Command:
    @click.command()
    @scenario_argument
    @outputs_option
    @inputs_option
    @count_option("--trajectories", 10, 2, "Of the Morris design that screens all inputs.")
    @count_option("--samples", 128, 0, "Of each Sobol index, up to a power of two; 0: none.")
    @count_option("--most", 20, 1, "Inputs with the largest effects, of which there are indices.")
    @click.option("--seed", type=SEED, default=1, show_default=True, help="Seed of the samples.")
    @workers_option
    @output_options
    @command
    def sensitivity(
        scenario: str,
        outputs: tuple[str, ...],
        inputs: tuple[str, ...],
        trajectories: int,
        samples: int,
        most: int,
        seed: int,
        workers: int,
        output: Output,
    ) -> int:
        """Say which inputs of SCENARIO the spread comes from, all moved at once (Morris, Sobol)."""
        started = time.time()
        from hepaplan.model.outputs import HEALTH_AND_MONEY
        from hepaplan.model.uncertainty.sensitivity import Spread
        from hepaplan.model.uncertainty.sensitivity import sensitivity as studied

        watched = outputs or HEALTH_AND_MONEY
        asked = Spread(watched, inputs, trajectories, samples, most, seed, workers)
        study = studied(load(scenario, output), asked, progress(output.quiet))
        return done(study, output, started)

    return sensitivity


def _psa(load: Load) -> click.Command:
    @click.command()
    @click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
    @count_option(
        "--plan-draws",
        100,
        0,
        "Draws the plan is kept in; 0: no plan, seconds, not minutes.",
    )
    @count_option("--anew", 0, 0, "Draws with a best plan of their own: half a minute each.")
    @sampling_options
    @output_options
    @command
    def psa(
        scenarios: tuple[str, ...], plan_draws: int, anew: int, sampling: Sampling, output: Output
    ) -> int:
        """Say how sure SCENARIOS are: intervals, fans of need, choices, the plan over draws.

        Several scenarios are compared on the same draws; the first is the reference.
        """
        started = time.time()
        from hepaplan.model.uncertainty.psa import Robustness
        from hepaplan.model.uncertainty.psa import psa as studied

        loaded = _all_loaded(load, scenarios, output)
        robustness = Robustness(plan_draws, anew)
        return done(studied(loaded, sampling, robustness, progress(output.quiet)), output, started)

    return psa


def _voi(load: Load) -> click.Command:
    @click.command()
    @click.argument("scenarios", nargs=-1, metavar="[SCENARIO]...")
    @click.option(
        "--expansion",
        "expansions",
        multiple=True,
        metavar="NAME",
        help="An expansion to buy now, in a year or never; by default all there are.",
    )
    @count_option("--capacity-draws", 100, 50, "Draws for such decisions: a few seconds each.")
    @click.option(
        "--years",
        type=click.FloatRange(min=0),
        default=5,
        show_default=True,
        help="Years for which a decision about patients counts.",
    )
    @sampling_options
    @output_options
    @command
    def voi(
        scenarios: tuple[str, ...],
        expansions: tuple[str, ...],
        capacity_draws: int,
        years: float,
        sampling: Sampling,
        output: Output,
    ) -> int:
        """Say what more evidence would be worth before choosing care, scenarios or capacity."""
        started = time.time()
        from hepaplan.model.uncertainty.voi import Decision
        from hepaplan.model.uncertainty.voi import voi as studied

        loaded = _all_loaded(load, scenarios, output)
        chosen = expansions or tuple(loaded[0].settings.expansion)
        decision = Decision(chosen, capacity_draws, years)
        return done(studied(loaded, sampling, decision, progress(output.quiet)), output, started)

    return voi


def _all_loaded(load: Load, names: tuple[str, ...], output: Output) -> list[Scenario]:
    """Return checked scenarios, the shipped region where none is named."""
    return [load(name, output) for name in names or (DEFAULT_SCENARIO,)]
