"""The draws that a design samples of a scenario's uncertain inputs."""

from __future__ import annotations

from collections.abc import Mapping

from hepaplan.model.batch.design import Sample
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.spread.inputs import Input, Value, uncertain_inputs


def base_draws(scenario: Scenario, sample: Sample) -> dict[Key, Value]:
    """Return all draws of the inputs that a design samples, by key."""
    inputs = sampled_inputs(scenario, sample)
    return draw(inputs, sample.count, sample.seed, sample.sampling, workers=1)


def sampled_inputs(scenario: Scenario, sample: Sample) -> Mapping[Key, Input]:
    """Return the uncertain inputs of a scenario that a design samples."""
    known = uncertain_inputs(scenario)
    if sample.inputs is None:
        return known
    return {key: known[key] for key in known if dotted(key) in sample.inputs}
