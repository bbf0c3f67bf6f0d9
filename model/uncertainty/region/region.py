"""What the region needs and gains in every draw, nothing scarce: reading 1 with draws."""

from __future__ import annotations

import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.population import regions
from hepaplan.model.problems import Key
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.drawing.drawn import (
    block_scenario,
    drawn_eligibility,
    drawn_scenario,
)
from hepaplan.model.uncertainty.region.by_region import (
    Singles,
    arrivals_in_window,
    by_region,
    in_window,
    responses,
)
from hepaplan.model.uncertainty.region.frame import MEASURES, Frame, frame_of
from hepaplan.model.uncertainty.region.front import weights
from hepaplan.model.uncertainty.region.option_draws import option_draws
from hepaplan.model.uncertainty.region.region_worth import arrival_worth, mean_start, window_worth
from hepaplan.model.uncertainty.spread.inputs import Value, Values

BLOCK = 125
"""Draws worked on at once: many to spread the cost of calls, few to stay in the cache."""


@dataclass(frozen=True)
class RegionDraws:
    """The region in every draw, draws last; months are those of the window.

    `totals` (measure, draw): lifetime life-years, QALYs and pounds of the window's new patients,
    the discounted ones to its first month. `starts` (treatment, month, draw) and `use` (resource,
    month, draw), what earlier starts still take included, of the whole region; `starts_by_region`
    (region, treatment, month, draw) and `use_by_region` the same in single precision, with no
    months where they were not asked for. `new_metastases` (region, year, draw), people first seen
    in the window. `option_qalys` and `option_cost` (option, draw): what one start and all that
    follows is worth, discounted to the start, averaged over groups as they come to the point.
    """

    measures: tuple[str, ...]
    regions: tuple[str, ...]
    treatments: tuple[str, ...]
    resources: tuple[str, ...]
    years: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    totals: Floats
    starts: Floats
    use: Floats
    starts_by_region: Singles
    use_by_region: Singles
    new_metastases: Floats
    option_qalys: Floats
    option_cost: Floats


def region_draws(
    usual: UsualCare,
    values: Values,
    workers: int = 2,
    block: int = BLOCK,
    with_regions: bool = True,
) -> RegionDraws:
    """Return health, money, starts and use of resources of the whole region for every draw.

    `values` as `draws.draw` gives them, by key of the input; those of options switched off and of
    what only scarce capacity needs are without effect. The rest is as in `usual`, the ages at which
    the base case brings people to each point included. Draws are worked on in blocks, by `workers`
    threads, and do not depend on each other. Raises ValueError, in words, for values that are no
    figures of the scenario, that their figures cannot have, or that are not drawn for a region.
    """
    values = {key: _arrays(value) for key, value in values.items()}
    counts = {np.size(a) for value in values.values() for a in _each(value)}
    if len(counts) != 1 or 0 in counts:
        raise ValueError(f"every figure needs the same number of draws, 1 or more, not {counts}")
    (count,) = counts
    drawn_scenario(usual.scenario, values)
    found = _empty(usual, frame := frame_of(usual, values), count, with_regions)
    edges = np.linspace(0, count, math.ceil(count / block) + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        parts = [slice(first, after) for first, after in pairwise(edges)]
        list(pool.map(lambda part: _block(frame, values, part, found), parts))
    return found


def _arrays(value: Value) -> Value:
    if isinstance(value, Mapping):
        return {part: np.atleast_1d(np.asarray(array)) for part, array in value.items()}
    return np.atleast_1d(np.asarray(value))


def _each(value: Value) -> list[Floats]:
    return [np.asarray(a) for a in (value.values() if isinstance(value, Mapping) else [value])]


def _of_block(value: Value, part: slice) -> Value:
    if isinstance(value, Mapping):
        return {name: np.asarray(array)[part] for name, array in value.items()}
    return np.asarray(value)[part]


def _empty(usual: UsualCare, frame: Frame, count: int, with_regions: bool) -> RegionDraws:
    scenario, kernels = usual.scenario, usual.kernels
    names, window = regions(scenario), frame.window
    resources = tuple(scenario.settings.resource)
    places = (len(names) if with_regions else 0,)
    starts, use = (len(frame.treatments), window, count), (len(resources), window, count)
    options = (len(kernels.options), count)
    return RegionDraws(
        MEASURES,
        names,
        frame.treatments,
        resources,
        frame.years,
        kernels.options,
        np.empty((len(MEASURES), count)),
        np.empty(starts),
        np.empty(use),
        np.empty((*places, *starts), dtype=np.float32),
        np.empty((*places, *use), dtype=np.float32),
        np.empty((len(names), len(frame.years), count)),
        np.empty(options),
        np.empty(options),
    )


def _block(frame: Frame, values: Mapping[Key, Value], part: slice, into: RegionDraws) -> None:
    """Work out a block of draws and write it in its place."""
    usual, count = frame.usual, part.stop - part.start
    drawn = block_scenario(
        usual.scenario, {key: _of_block(value, part) for key, value in values.items()}
    )
    eligibility = drawn_eligibility(drawn, count)
    weight = weights(frame.front, drawn, count)
    shape = frame.front.people.shape[1:]
    people = (weight @ frame.front.people.reshape(weight.shape[1], -1)).reshape(count, *shape)
    mix = people[..., usual.before :].sum(axis=-1)
    whole = mix.sum(axis=-1, keepdims=True)
    mix = np.divide(mix, whole, out=np.full_like(mix, 1.0 / mix.shape[-1]), where=whole > 0)
    people = people[..., : frame.months]
    together = people.sum(axis=2)

    options = option_draws(frame, drawn, count)
    found = responses(frame, options, eligibility)
    output = in_window(frame, found, together)
    treatments = len(frame.treatments)
    into.starts[..., part], into.use[..., part] = output[:treatments], output[treatments:]
    if into.starts_by_region.size:
        single = np.empty((len(into.regions), *output.shape), dtype=np.float32)
        by_region(frame, found, people, mix, single)
        into.starts_by_region[..., part] = single[:, :treatments]
        into.use_by_region[..., part] = single[:, treatments:]
    seen = people[..., usual.before :].sum(axis=1) @ frame.year_of
    into.new_metastases[..., part] = seen.transpose(1, 2, 0)
    worth = arrival_worth(frame, options)
    into.totals[:, part] = window_worth(frame, worth, eligibility, together)
    came = arrivals_in_window(frame, found, together)
    into.option_qalys[:, part] = mean_start(frame, options, worth, "qalys_discounted", came)
    into.option_cost[:, part] = mean_start(frame, options, worth, "cost_discounted", came)
