"""What it would be worth to know one uncertain figure, or a few together, before choosing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.tables import standard_error
from hepaplan.model.economics import SAME
from hepaplan.model.problems import WrongUse
from hepaplan.model.uncertainty.information import evpi as perfect
from hepaplan.model.uncertainty.information.evpi import Estimate, money
from hepaplan.model.uncertainty.information.splines import (
    Basis,
    Curves,
    curves,
    is_constant,
    surface_basis,
)
from hepaplan.model.uncertainty.spread.inputs import Value

FEWEST_DRAWS = 50
BY_CHANCE = 0.05
"""Chance that any input is called worth knowing if none is."""
DRAWS_A_FUNCTION = 200
"""Draws for each function without a penalty, the mean aside. With fewer, chance makes inputs that
tell nothing look worth more than a twentieth of perfect information, on average where two choices
are equally good; the standard error of many inputs together does not cover it."""
CROWDED = "too few draws for this estimate: likely too high"
CAPPED = "above the value of perfect information by chance: shown as that"
COLUMNS = (
    "name", "evppi_gbp", "standard_error_gbp", "share_of_evpi", "share_of_variance", "note",
)  # fmt: skip


def coordinates(*values: Value) -> tuple[Floats, ...]:
    """Return what moves in inputs, each (draw,): none for inputs that are fixed.

    An input may have several parts. Those that one random number moves are one coordinate: the
    same order of draws, up or down, tells the same. Shares of a set are one coordinate each.
    """
    found: list[Floats] = []
    for value in values:
        parts = list(value.values()) if isinstance(value, Mapping) else [value]
        own: list[Floats] = []
        for part in map(np.asarray, parts):
            if part.ndim == 1 and not is_constant(part) and not any(_moves(part, o) for o in own):
                own.append(part)
        found += own
    return tuple(found)


def evppi(net_benefit: Floats, inputs: Sequence[Floats]) -> Estimate:
    """Return the expected value in pounds of knowing inputs perfectly and nothing else.

    `net_benefit` (strategy, draw) in pounds, `inputs` each (draw,): one, or a group known
    together. Net benefit against the strategy that is best on average is regressed on the inputs
    by penalised splines; the value is the mean of the best fitted less the best mean (Strong,
    Oakley & Brennan, Medical Decision Making 2014;34:311-26, 10.1177/0272989X13505910). Never
    below 0. A note says where it was more than perfect information and is cut to that, and where
    there are fewer than 200 draws for each function without a penalty (a straight line for each
    input, a product for any two). The standard error adds that of the fit's coefficients (delta
    method) and that of the mean over draws. Raises WrongUse for fewer than 50 draws.
    """
    refuse_few(net_benefit.shape[1])
    if net_benefit.shape[0] < 2 or not inputs:
        return Estimate(0.0, 0.0)
    more, most = _more(net_benefit), perfect.evpi(net_benefit).value
    basis = surface_basis(inputs)
    return _value(basis, curves(basis, more), most)


def evppi_table(net_benefit: Floats, groups: Mapping[str, Sequence[Floats]]) -> pd.DataFrame:
    """Return what knowing each group of inputs is worth, most first.

    Columns: name, evppi_gbp, standard_error_gbp, share_of_evpi, share_of_variance (of what decides
    between the best two strategies on average; of the one's net benefit if there is no other),
    note. Raises WrongUse as `evppi` does.
    """
    refuse_few(net_benefit.shape[1])
    more, most = _more(net_benefit), perfect.evpi(net_benefit).value
    runner_up = more.mean(axis=1).argmax() if len(more) else 0
    rows = []
    for name, inputs in groups.items():
        found, explained = Estimate(0.0, 0.0), 0.0
        if inputs and len(more):
            basis = surface_basis(inputs)
            fit = curves(basis, more)
            found = _value(basis, fit, most)
            explained = _explained(fit.fitted[runner_up], more[runner_up])
        elif inputs:
            explained = variance_share(net_benefit[0], inputs)
        share = found.value / most if most > 0 else 0.0
        rows.append((name, found.value, found.standard_error, share, explained, found.note))
    return pd.DataFrame(rows, columns=list(COLUMNS)).sort_values(
        ["evppi_gbp", "share_of_variance"], ascending=False, kind="stable", ignore_index=True
    )


def variance_share(outcome: Floats, inputs: Sequence[Floats]) -> float:
    """Return the share of an outcome's variance (draw,) that inputs explain, 0 to 1.

    For one input its first-order index (Sobol, Mathematics and Computers in Simulation
    2001;55:271-80, 10.1016/S0378-4754(00)00270-6), by the regression of `evppi`. It ranks inputs
    where no choice between strategies is open.
    """
    if not inputs:
        return 0.0
    centred = outcome - outcome.mean()
    return _explained(curves(surface_basis(inputs), centred[None]).fitted[0], outcome)


def clear(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `evppi_table` whose value is clearly above nothing.

    So many standard errors that all inputs together would pass by chance in at most 5% of samples
    if none were worth anything (Bonferroni; Dunn, Journal of the American Statistical Association
    1961;56:52-64).
    """
    errors = float(ndtri(1.0 - BY_CHANCE / max(len(table), 1)))
    return table[table["evppi_gbp"] > errors * table["standard_error_gbp"]]


def headline(table: pd.DataFrame, most: int = 3) -> str:
    """Return in a sentence which inputs of `evppi_table` it is worth most to know."""
    worth = clear(table).head(most)
    if worth.empty:
        return "As far as the draws tell, knowing any one input better would not change the choice."
    named = [
        f"{row['name']} ({money(row['evppi_gbp'])}, standard error "
        f"{money(row['standard_error_gbp'])})"
        for row in worth.to_dict("records")
    ]
    return f"Of single inputs it would be worth most to know: {'; '.join(named)}."


def refuse_few(draws: int) -> None:
    """Raise WrongUse for fewer than 50 draws: a regression on them would say nothing."""
    if draws < FEWEST_DRAWS:
        raise WrongUse(
            f"the value of information needs {FEWEST_DRAWS} draws or more, not {draws}: ask for "
            "more with --draws"
        )


def _more(net_benefit: Floats) -> Floats:
    """Return net benefit of each other strategy less that of the best on average."""
    reference = perfect.chosen(net_benefit)
    return np.delete(net_benefit - net_benefit[reference], reference, axis=0)


def _value(basis: Basis, fit: Curves, most: float) -> Estimate:
    draws = len(basis.functions)
    gain = np.maximum(fit.fitted.max(axis=0), 0.0)
    best = np.where(gain > 0, fit.fitted.argmax(axis=0), -1)
    moved = np.stack([basis.functions[best == s].sum(axis=0) for s in range(len(fit.fitted))])
    slope = moved * np.sqrt(fit.shrunk) / draws
    of_fit = max(float(np.sum(fit.residual * (slope @ slope.T))), 0.0)
    error = float(np.hypot(np.sqrt(of_fit), standard_error(gain)))
    value, free = float(gain.mean()), int((basis.roughness == 0).sum()) - 1
    if value > most * (1.0 + SAME):
        return Estimate(most, error, CAPPED)
    return Estimate(value, error, CROWDED if free * DRAWS_A_FUNCTION > draws else "")


def _explained(fitted: Floats, outcome: Floats) -> float:
    return 0.0 if is_constant(outcome) else float(min(fitted.var() / outcome.var(), 1.0))


def _moves(part: Floats, other: Floats) -> bool:
    """Whether the draws of two parts are in the same order, or one in the other's reverse."""
    steps = np.diff(part[np.argsort(other, kind="stable")])
    return bool((steps >= 0).all() or (steps <= 0).all())
