"""A scenario in many draws, nothing scarce, and what is compared on the same draws."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.compare.comparison import names, refuse_incomparable
from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.words import told_apart
from hepaplan.model.uncertainty.drawing.designs import Design
from hepaplan.model.uncertainty.drawing.draws import all_streams, draw
from hepaplan.model.uncertainty.region.region import RegionDraws, region_draws
from hepaplan.model.uncertainty.spread.inputs import Input, Value, uncertain_inputs
from hepaplan.model.uncertainty.strategies import Strategies

PER_PATIENT, PER_REGION = "one patient", "the region"
SAME_PEOPLE = 1e-9


@dataclass(frozen=True)
class Sampling:
    """How many draws, from which seed, by which design, worked on by how many processes."""

    draws: int
    seed: int = 1
    design: Design = "random"
    workers: int = 1


@dataclass(frozen=True)
class Sampled:
    """A scenario's inputs and reading 1 in every draw; `base` is one draw of the point values."""

    usual: UsualCare
    inputs: Mapping[Key, Input]
    drawn: Mapping[Key, Value]
    region: RegionDraws
    base: RegionDraws

    @property
    def scenario(self) -> Scenario:
        """The scenario, as stated."""
        return self.usual.scenario


@dataclass(frozen=True)
class Comparison:
    """Strategies on the same draws: `per` one patient or the region.

    `people_a_year` are those whom the decision affects, in the base case; of a comparison for the
    region its strategies' QALYs are already everybody's.
    """

    strategies: Strategies
    per: str
    people_a_year: float = 0.0


def sampled(scenario: Scenario, asked: Sampling, beside: Collection[Key] = ()) -> Sampled:
    """Return a scenario in `asked.draws` draws of all its uncertain inputs.

    `beside`: the random numbers of scenarios compared with it, as `draws.draw` takes them. Raises
    `InvalidInput` where nothing is uncertain, or a draw cannot be.
    """
    usual = usual_care(scenario)
    inputs = uncertain_inputs(scenario)
    if not inputs:
        raise InvalidInput(
            "no figure says how sure it is, so there is nothing to draw: state distributions, or "
            "the rules of a table [uncertainty] (docs/how-to/how-sure-are-we.md)"
        )
    drawn = draw(inputs, asked.draws, asked.seed, asked.design, beside=beside)
    try:
        region = region_draws(usual, drawn, workers=asked.workers)
        base = region_draws(usual, at_points(inputs))
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    return Sampled(usual, inputs, drawn, region, base)


def all_sampled(
    scenarios: Sequence[Scenario], asked: Sampling, progress: Callable[[str], None]
) -> list[Sampled]:
    """Return `sampled` of each scenario, on common random numbers; `progress` hears of each.

    Raises `Incomparable` where several cannot be laid side by side.
    """
    if len(scenarios) > 1:
        refuse_incomparable(scenarios)
    inputs = [uncertain_inputs(scenario) for scenario in scenarios]
    beside = tuple(dict.fromkeys(key for each in inputs for key in all_streams(each)))
    sides = []
    for scenario in scenarios:
        progress(f"{asked.draws:,} draws of {scenario.settings.name}, nothing scarce")
        sides.append(sampled(scenario, asked, beside))
    return sides


def at_points(inputs: Mapping[Key, Input]) -> dict[Key, Value]:
    """Return one draw in which every input has its point value, copies included."""
    return _one_draw({key: what.point for key, what in inputs.items()}, inputs)


def at_means(inputs: Mapping[Key, Input]) -> dict[Key, Value]:
    """Return one draw in which every input has the mean of its distribution, copies included."""
    means = {
        key: {part: float(uncertain.mean) for part, uncertain in what.parts.items()}
        for key, what in inputs.items()
    }
    return _one_draw(means, inputs)


def comparisons(sides: Sequence[Sampled]) -> list[Comparison]:
    """Return what is compared when nothing is scarce: options for a patient, then scenarios.

    The options of every decision point of the first scenario that has several open; then the
    scenarios for the region's new patients, those that have the same patients in every draw.
    """
    first = sides[0]
    found = [*_options(first)]
    same = {name: side for name, side in _named(sides).items() if _same_people(side, first)}
    if len(same) > 1:
        cost, qalys = (
            np.stack([_total(side.region, name) for side in same.values()])
            for name in ("cost_discounted", "qalys_discounted")
        )
        what = "the window's new patients in the region, nothing scarce"
        found.append(Comparison(Strategies(what, tuple(same), cost, qalys), PER_REGION))
    return found


def left_out(sides: Sequence[Sampled]) -> list[str]:
    """Return the names of scenarios that have other patients than the first: no comparison."""
    return [name for name, side in _named(sides).items() if not _same_people(side, sides[0])]


def left_out_words(sides: Sequence[Sampled]) -> tuple[str, ...]:
    """Return a sentence for each scenario that is left out."""
    return tuple(
        f"{name} has other patients: its health is not compared." for name in left_out(sides)
    )


def _named(sides: Sequence[Sampled]) -> dict[str, Sampled]:
    return dict(zip(names([side.scenario for side in sides]), sides, strict=True))


def _options(side: Sampled) -> list[Comparison]:
    options = list(side.scenario.pathway.options())
    window = side.scenario.settings.window.months
    starts = side.usual.flow.starts[..., side.usual.before :][..., :window].sum(axis=(1, 2, 3))
    found = []
    points = side.scenario.pathway.decision_point
    labels = told_apart(record.label for record in points.values())
    for point, label in zip(points, labels, strict=True):
        here = [k for k, (at, _, _) in enumerate(options) if at == point]
        if len(here) < 2 or not starts[here].any():
            continue
        strategies = Strategies(
            f"a patient at: {label}",
            told_apart(options[k][2].label for k in here),
            side.region.option_cost[here],
            side.region.option_qalys[here],
        )
        yearly = float(starts[here].sum()) * MONTHS_PER_YEAR / window
        found.append(Comparison(strategies, PER_PATIENT, yearly))
    return found


def _total(region: RegionDraws, name: str) -> Floats:
    return np.asarray(region.totals[region.measures.index(name)])


def _same_people(side: Sampled, first: Sampled) -> bool:
    ours, theirs = side.region.new_metastases, first.region.new_metastases
    return ours.shape == theirs.shape and np.allclose(ours, theirs, rtol=SAME_PEOPLE)


def _one_draw(
    numbers: Mapping[Key, Mapping[str, float]], inputs: Mapping[Key, Input]
) -> dict[Key, Value]:
    values: dict[Key, Value] = {}
    for key, parts in numbers.items():
        arrays = {part: np.array([number]) for part, number in parts.items()}
        value: Value = arrays[""] if list(arrays) == [""] else arrays
        values |= dict.fromkeys((key, *inputs[key].copies), value)
    return values
