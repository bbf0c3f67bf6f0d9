"""Figures that move together: a Gaussian copula over their random numbers.

Each keeps its own distribution; the normal scores of their random numbers have the stated
correlations (Nelsen, An Introduction to Copulas, 2006, chapter 2). For normal figures that is the
multivariate normal distribution.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import Key, dotted, nearest
from hepaplan.model.uncertainty.spread.rules import Correlated

if TYPE_CHECKING:
    from hepaplan.model.parameters import Scenario
    from hepaplan.model.uncertainty.spread.inputs import Input

SMALLEST_EIGENVALUE = 1e-10
SYMMETRIC_TO = 1e-9


def correlation_matrix(stated: Correlated) -> Floats:
    """Return the correlations between the keys of a set, shape (key, key).

    Of covariances only the correlations are used. Raises ValueError for a matrix that is of
    another size, not symmetric, or not positive definite.
    """
    count = len(stated.keys)
    if (stated.correlation is None) == (not stated.matrix):
        raise ValueError("give correlation, one number for any two, or matrix, and not both")
    if stated.correlation is not None:
        if stated.unit == "covariance":
            raise ValueError("a covariance needs a matrix; correlation is a number from -1 to 1")
        matrix = np.full((count, count), stated.correlation)
        np.fill_diagonal(matrix, 1.0)
    else:
        if {len(row) for row in stated.matrix} | {len(stated.matrix)} != {count}:
            raise ValueError(f"the matrix needs {count} rows of {count} numbers, one for each key")
        matrix = np.array(stated.matrix)
    if not np.allclose(matrix, matrix.T, rtol=SYMMETRIC_TO, atol=0.0):
        raise ValueError(f"the {stated.unit} matrix is not symmetric")
    variance = matrix.diagonal()
    if stated.unit == "correlation" and np.abs(variance - 1.0).max() > SYMMETRIC_TO:
        raise ValueError("a correlation matrix has 1 all along its diagonal")
    if (variance > 0).all():
        spread = np.sqrt(variance)
        correlations = np.asarray(matrix / np.outer(spread, spread))
        smallest = float(np.linalg.eigvalsh(correlations).min())
        if smallest > SMALLEST_EIGENVALUE:
            return correlations
        why = f": its smallest eigenvalue is {smallest:.3g}"
    else:
        why = ": its diagonal holds variances, above 0"
    raise ValueError(
        f"the {stated.unit} matrix is not positive definite{why}; no figures move together so"
    )


def correlations_of(scenario: Scenario, found: Mapping[Key, Input]) -> dict[Key, Input]:
    """Return inputs that know with which others they are correlated, and how."""
    rules = scenario.settings.uncertainty
    changed = dict(found)
    for name, stated in rules.correlated.items() if rules is not None else ():
        matrix = correlation_matrix(stated)
        inputs = known_inputs(found)
        keys = [inputs[text] for text in stated.keys]
        for row, key in zip(matrix.tolist(), keys, strict=True):
            with_each = tuple(zip(keys, row, strict=True))
            changed[key] = replace(changed[key], correlated=name, correlations=with_each)
    return changed


def known_inputs(found: Mapping[Key, Input]) -> dict[str, Key]:
    """Return the inputs that can be correlated, by the names of their figures and copies."""
    return {
        dotted(name): key
        for key, item in found.items()
        if not item.has_parts_of_its_own
        for name in (key, *item.copies)
    }


def correlated_faults(
    sets: Mapping[str, Correlated], found: Mapping[Key, Input]
) -> Iterator[tuple[Key, str]]:
    """Yield (key below `uncertainty.correlated`, message) for what is wrong with the sets."""
    known = known_inputs(found)
    taken: dict[Key, str] = {}
    shares: dict[tuple[str, Key], str] = {}
    for name, stated in sets.items():
        try:
            correlation_matrix(stated)
        except ValueError as error:
            where = "matrix" if stated.matrix else "correlation"
            yield (name, where), f"{error}; mend it"
        for place, text in enumerate(stated.keys):
            key = known.get(text)
            if key is None:
                yield (
                    (name, "keys", place),
                    f"found '{text}', which is no uncertain figure{nearest(text, known)}; give it "
                    "a distribution, or mend or delete it",
                )
                continue
            stream = found[key].stream
            sets_here = {(name, of_set) for of_set in _dirichlets(found, stream)}
            if stream in taken:
                yield (
                    (name, "keys", place),
                    f"found '{text}', which moves with a set already, {taken[stream]}; keep it in "
                    "one",
                )
            elif beside := sorted(shares[one] for one in sets_here & shares.keys()):
                yield (
                    (name, "keys", place),
                    f"found '{text}', a share of the same set as '{beside[0]}': they are drawn "
                    "together as one Dirichlet distribution, which says how they move; keep one "
                    "of them",
                )
            taken.setdefault(stream, name)
            shares |= {one: text for one in sets_here if one not in shares}


def moved_together(
    inputs: Mapping[Key, Input], uniforms: Mapping[Key, Floats]
) -> dict[Key, Floats]:
    """Return random numbers (draw,) of which those of correlated inputs move together.

    By `Input.stream`. The first input of a set keeps its numbers; each next one follows those
    before it.
    """
    moved = dict(uniforms)
    for members in _sets(inputs).values():
        first = inputs[members[0]]
        matrix = np.array([[_with(inputs[a], b) for b in members] for a in members])
        if len(members) != len(first.correlations):
            lost = [dotted(k) for k, _ in first.correlations if k not in inputs]
            raise ValueError(f"{first.correlated}: the set lacks {', '.join(lost)}")
        streams = [inputs[key].stream for key in members]
        scores = np.stack([ndtri(uniforms[stream]) for stream in streams])
        together = ndtr(np.linalg.cholesky(matrix) @ scores)
        moved |= dict(zip(streams, together, strict=True))
    return moved


def _dirichlets(found: Mapping[Key, Input], stream: Key) -> set[Key]:
    """Return the sets of shares in which a random number moves a share, by their beginnings."""
    return {
        key[: len(item.of_set)]
        for item in found.values()
        if item.of_set and item.stream == stream
        for key in (item.key, *item.copies)
    }


def _sets(inputs: Mapping[Key, Input]) -> dict[str, list[Key]]:
    """Return the inputs of each correlated set, in the order in which the set names them."""
    found: dict[str, list[Key]] = {}
    for item in inputs.values():
        if item.correlated and item.correlated not in found:
            found[item.correlated] = [key for key, _ in item.correlations if key in inputs]
    return found


def _with(item: Input, other: Key) -> float:
    return dict(item.correlations)[other]
