"""How unsure figures are that state no distribution of their own: a scenario's rules.

A scenario without `[uncertainty]` keeps such figures fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from hepaplan.model.quantities import Expect, Frozen, Quantity, Sourced
from hepaplan.model.uncertainty.spread.altered import truncated
from hepaplan.model.uncertainty.spread.distributions import (
    Beta,
    Fixed,
    Normal,
    Uncertain,
    from_standard_error,
)

RelativeError = Annotated[Quantity, Expect("relative standard error", 0.0, 2.0)]
SampleSize = Annotated[Quantity, Expect("patients", 1.0, 1e7)]
PersonMonths = Annotated[Quantity, Expect("person-months", 1.0, 1e8)]
UtilityError = Annotated[Quantity, Expect("utility", 0.0, 0.5)]


class Correlated(Sourced):
    """Figures that move together: a Gaussian copula, in which each keeps its own distribution."""

    unit: Literal["correlation", "covariance"]
    keys: Annotated[tuple[str, ...], Field(strict=False, min_length=2)] = Field(
        description="keys of uncertain figures, as `hepaplan explain` names them"
    )
    correlation: float | None = Field(
        default=None, ge=-1, le=1, description="the same between any two of them"
    )
    matrix: Annotated[
        tuple[Annotated[tuple[float, ...], Field(strict=False)], ...], Field(strict=False)
    ] = Field(
        default=(),
        description="a row for each key: correlations, or covariances, of which only the "
        "correlations are used",
    )


class Uncertainty(Frozen):
    """The rules for figures without a distribution of their own; each left out keeps them fixed."""

    cost: RelativeError | None = Field(default=None, description="of prices and costs: gamma")
    resource_use: RelativeError | None = Field(
        default=None, description="of minutes, bed-days and other amounts of resources: gamma"
    )
    hazard: RelativeError | None = Field(
        default=None,
        description="of a factor of mean 1 on the hazard of a curve fitted to points: log-normal",
    )
    time: RelativeError | None = Field(default=None, description="of median times: log-normal")
    hazard_ratio: RelativeError | None = Field(default=None, description="log-normal")
    qaly_loss: RelativeError | None = Field(default=None, description="gamma")
    utility: UtilityError | None = Field(
        default=None, description="standard error of every utility: beta; below 0 normal"
    )
    share: SampleSize | None = Field(
        default=None,
        description="patients in whom a share is as if counted: beta, or Dirichlet for a set of "
        "shares that sums to 1",
    )
    monthly_probability: PersonMonths | None = Field(
        default=None,
        description="person-months in which a month's fates are as if counted: beta or Dirichlet",
    )
    correlated: dict[str, Correlated] = Field(default_factory=dict)


Rule = Callable[[float, float], Uncertain]


def rule_for(rules: Uncertainty | None, name: str) -> Callable[[float], Uncertain] | None:
    """Return what makes a number's distribution by the rule of that name, if there is one."""
    stated: Quantity | None = getattr(rules, name) if rules is not None else None
    if stated is None:
        return None
    size, make = stated.number, RULES[name]
    return lambda number: make(number, size)


def size_for(rules: Uncertainty | None, name: str) -> float | None:
    """Return the sample size of the rule for shares or for monthly probabilities."""
    stated: Quantity | None = getattr(rules, name) if rules is not None else None
    return None if stated is None else stated.number


def _gamma(number: float, relative: float) -> Uncertain:
    return from_standard_error("gamma", number, number * relative) if number > 0 else Fixed(number)


def _log_normal(number: float, relative: float) -> Uncertain:
    if number <= 0:
        return Fixed(number)
    return from_standard_error("log_normal", number, number * relative)


def _utility(number: float, error: float) -> Uncertain:
    if number in (0.0, 1.0) or error == 0.0:
        return Fixed(number)
    if 0.0 < number < 1.0 and error**2 < number * (1.0 - number):
        return from_standard_error("beta", number, error)
    return truncated(Normal(number, error), -1.0, 1.0)


def _share(number: float, size: float) -> Uncertain:
    return Beta(number * size, (1.0 - number) * size) if 0.0 < number < 1.0 else Fixed(number)


RULES: Mapping[str, Rule] = {
    "cost": _gamma,
    "resource_use": _gamma,
    "hazard": _log_normal,
    "time": _log_normal,
    "hazard_ratio": _log_normal,
    "qaly_loss": _gamma,
    "utility": _utility,
    "share": _share,
    "monthly_probability": _share,
}
