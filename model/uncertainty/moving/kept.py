"""How much of the spread of outputs comes from some inputs, the rest of it from all others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.outputs import Output
from hepaplan.model.problems import InvalidInput, Key, NoAnswer
from hepaplan.model.uncertainty.drawing.draws import streams_of
from hepaplan.model.uncertainty.moving.global_sensitivity import Evaluation
from hepaplan.model.uncertainty.spread.inputs import Input


def shares_kept(
    inputs: Mapping[Key, Input],
    kept: Collection[Key],
    outputs: Sequence[Output],
    evaluation: Evaluation,
    base: int,
    seed: int,
) -> dict[str, float]:
    """Return by output the share of its variance that would go if the inputs kept were known, 0-1.

    The correlation over `base` pairs of samples in which the random numbers of `kept` are alike and
    those of all other `inputs` drawn anew (Janon et al., ESAIM: Probability and Statistics
    2014;18:342-64, 10.1051/ps/2013040). `kept` holds whole correlated sets and sets
    of shares. Not a number for an output that does not vary, and for all where a sample is refused.
    """
    streams = [key for key, what in inputs.items() for _ in streams_of(what)]
    stays = np.array([key in kept for key in streams])
    if stays.all():
        return {output.name: 1.0 for output in outputs}
    one, anew = np.random.default_rng(seed).random((2, base, len(streams)))
    try:
        results = evaluation(np.concatenate([one, np.where(stays, one, anew)]))
    except (InvalidInput, NoAnswer, ValueError):
        return {output.name: np.nan for output in outputs}
    return {output.name: _alike(*np.split(results[output.name], 2)) for output in outputs}


def _alike(first: Floats, second: Floats) -> float:
    """Return the correlation of pairs with one mean and one variance, cut at 0; nan without any."""
    mean = (first.mean() + second.mean()) / 2.0
    one, other = first - mean, second - mean
    variance = (one @ one + other @ other) / 2.0
    return max(float(one @ other / variance), 0.0) if variance > 0 else np.nan
