"""Smooth curves through noisy points: penalised cubic splines, one basis for many outcomes.

A curve may follow the points closely or stay near a straight line; generalised cross-validation
finds how closely, for each outcome of its own (Eilers & Marx, Statistical Science 1996;11:89-121,
10.1214/ss/1038425655; Wood, Generalized Additive Models, 2017, 10.1201/9781315370279).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from hepaplan.model.arrays import Floats

FUNCTIONS = 10
"""Functions of one input; a group of inputs has fewer of each, so that all stay below `MOST`."""
MOST = 400
CROSSED = 5
"""Most functions of each input of a group that are multiplied with those of another."""
POINTS = 5
"""Fewest points for each function of a group."""
INFLATION = 1.4
"""What a degree of freedom counts in cross-validation: above 1 it curbs curves that chase noise
(Kim & Gu, Journal of the Royal Statistical Society B 2004;66:337-56,
10.1046/j.1369-7412.2003.05316.x)."""
SMOOTHING = 61
NEGLIGIBLE = 1e-10
"""Part of the largest eigenvalue below which a direction counts as not there."""
DEGREE = 3
SAME = 1e-12
DIGITS = 9


@dataclass(frozen=True)
class Basis:
    """Functions at every point, orthonormal over the points: a constant, then smoothest first.

    `functions` (point, function); `roughness` (function,): the penalty of each, 0 for what a
    straight line can do. A curve's coefficient is its least squares one / (1 + smoothing *
    roughness).
    """

    functions: Floats
    roughness: Floats


@dataclass(frozen=True)
class Curves:
    """Fitted curves: `fitted` (outcome, point) and how sure their coefficients are.

    `shrunk` (outcome, function): what the penalty leaves of each coefficient, 0 to 1.
    `residual` (outcome, outcome): covariance of what the curves leave unexplained.
    """

    fitted: Floats
    shrunk: Floats
    residual: Floats


def curve_basis(values: Floats, functions: int = FUNCTIONS) -> Basis:
    """Return a basis for smooth curves of one input, values (point,).

    Cubic B-splines with knots at quantiles of the values and the integral of the squared second
    derivative as penalty, so that straight lines are free however skewed the values are. An input
    of few different values gets one function for each of them, none penalised. Raises ValueError
    for values that are not finite.
    """
    if not np.isfinite(values).all():
        raise ValueError("a curve needs finite values")
    if is_constant(values):
        return Basis(np.full((len(values), 1), 1.0 / np.sqrt(len(values))), np.zeros(1))
    scaled = (values - values.mean()) / np.ptp(values)
    ends = np.quantile(scaled, np.linspace(0.0, 1.0, functions - DEGREE + 1))
    knots = np.unique(np.round(ends, DIGITS))
    if len(knots) < len(ends):
        different, place = np.unique(scaled, return_inverse=True)
        if len(different) <= functions:
            each = np.eye(len(different))
            return _orthonormal(each[place], np.zeros_like(each))
    return _orthonormal(_splines(scaled, knots), _bending(knots))


def surface_basis(inputs: Sequence[Floats]) -> Basis:
    """Return a basis for smooth surfaces over inputs, each (point,): curves of each and products.

    The products are of two inputs at a time, of their smoothest functions: what three inputs do
    only together is missed. Inputs that say the same twice count once. Raises ValueError for more
    inputs than there can be straight lines.
    """
    if not 0 < len(inputs) < MOST:
        raise ValueError(f"a surface over {len(inputs)} inputs: give 1 to {MOST - 1}")
    moving = [values for values in inputs if not is_constant(values)]
    if len(moving) < 2:
        return curve_basis(moving[0] if moving else inputs[0])
    points = len(inputs[0])
    most = min(MOST, points // POINTS)
    own = max(1, min(FUNCTIONS - 1, most // (2 * len(moving))))
    pairs = list(combinations(range(len(moving)), 2))
    room = max(0, most - 1 - own * len(moving)) / len(pairs)
    crossed = min(CROSSED, own, int(np.sqrt(room)))
    each = [curve_basis(values) for values in moving]
    parts = [(c.functions[:, 1 : 1 + own], c.roughness[1 : 1 + own]) for c in each]
    for one, other in pairs:
        ours, theirs = (
            (each[i].functions[:, 1 : 1 + crossed], each[i].roughness[1 : 1 + crossed])
            for i in (one, other)
        )
        products = np.sqrt(points) * ours[0][:, :, None] * theirs[0][:, None, :]
        parts.append((products.reshape(points, -1), np.add.outer(ours[1], theirs[1]).reshape(-1)))
    columns = np.concatenate([functions for functions, _ in parts], axis=1)
    return _orthonormal(columns, np.diag(np.concatenate([roughness for _, roughness in parts])))


def is_constant(values: Floats) -> bool:
    """Whether values differ by no more than the rounding of arithmetic."""
    return bool(np.ptp(values) <= SAME * np.abs(values).max())


def curves(basis: Basis, outcomes: Floats) -> Curves:
    """Return a curve through each of the outcomes (outcome, point), its smoothing found for it.

    Minimises residual sum of squares / (points - 1.4 * degrees of freedom) ** 2 over a grid.
    """
    points = basis.functions.shape[0]
    found = outcomes @ basis.functions
    smoothing = _grid(basis.roughness)
    shrunk = 1.0 / (1.0 + smoothing[:, None] * basis.roughness)
    total = np.einsum("sd,sd->s", outcomes, outcomes)
    explained = found**2 @ (shrunk * (2.0 - shrunk)).T
    left = np.maximum(total[:, None] - explained, 0.0)
    freedom = points - INFLATION * shrunk.sum(axis=1)
    best = np.where(freedom > 0, left / np.maximum(freedom, 1.0) ** 2, np.inf).argmin(axis=1)
    chosen = shrunk[best]
    fitted = (found * chosen) @ basis.functions.T
    apart = outcomes - fitted
    degrees = np.sqrt(np.maximum(points - chosen.sum(axis=1), 1.0))
    return Curves(fitted, chosen, apart @ apart.T / np.outer(degrees, degrees))


def _grid(roughness: Floats) -> Floats:
    """Return amounts of smoothing, from none to only straight lines; the most first.

    Of amounts that fit alike the first is taken: the smoothest.
    """
    bent = roughness[roughness > 0]
    if not bent.size:
        return np.zeros(1)
    return np.geomspace(1e3 / bent.min(), 1e-3 / bent.max(), SMOOTHING)


def _orthonormal(columns: Floats, penalty: Floats) -> Basis:
    """Return the functions that columns (point, column) span, a constant and then by penalty.

    One eigen-decomposition makes them orthonormal, a second the penalty diagonal (Demmler &
    Reinsch, Numerische Mathematik 1975;24:375-82, 10.1007/BF01437406).
    """
    centred = columns - columns.mean(axis=0)
    size, direction = np.linalg.eigh(centred.T @ centred)
    there = size > NEGLIGIBLE * size.max()
    scaled = direction[:, there] / np.sqrt(size[there])
    roughness, turned = np.linalg.eigh(scaled.T @ penalty @ scaled)
    functions = np.empty((len(columns), 1 + len(roughness)))
    functions[:, 0] = 1.0 / np.sqrt(len(columns))
    np.matmul(centred, scaled @ turned, out=functions[:, 1:])
    bent = roughness > NEGLIGIBLE * roughness.max()
    return Basis(functions, np.concatenate([[0.0], np.where(bent, roughness, 0.0)]))


def _splines(values: Floats, knots: Floats, derivative: int = 0) -> Floats:
    """Return cubic B-splines, or a derivative of them, at values: (value, function).

    De Boor's recursion for the four that are not 0 (A Practical Guide to Splines, 1978).
    """
    whole = np.concatenate([[knots[0]] * DEGREE, knots, [knots[-1]] * DEGREE])
    place = np.clip(np.searchsorted(knots, values, side="right") - 1, 0, len(knots) - 2)
    at = place + DEGREE
    near = [np.ones_like(values)]
    for degree in range(1, DEGREE + 1):
        slopes = degree > DEGREE - derivative
        grown = [np.zeros_like(values) for _ in range(degree + 1)]
        for j, lower in enumerate(near):
            right, left = whole[at + j + 1], whole[at + j + 1 - degree]
            part = lower / (right - left)
            grown[j] += -degree * part if slopes else (right - values) * part
            grown[j + 1] += degree * part if slopes else (values - left) * part
        near = grown
    table = np.zeros((len(values), len(knots) + DEGREE - 1))
    np.put_along_axis(table, place[:, None] + np.arange(DEGREE + 1), np.stack(near, axis=1), axis=1)
    return table


def _bending(knots: Floats) -> Floats:
    """Return the integral of products of second derivatives (function, function).

    They are straight between knots, so two Gauss points an interval are exact.
    """
    middle, half = (knots[1:] + knots[:-1]) / 2.0, np.diff(knots) / 2.0
    points = np.concatenate([middle - half / np.sqrt(3.0), middle + half / np.sqrt(3.0)])
    bends = _splines(points, knots, derivative=2)
    return np.asarray((bends.T * np.tile(half, 2)) @ bends)
