"""The distribution of a figure as its file states it, or what is wrong with the statement.

By point and 95% interval, by standard error, by parameters, or by samples; always cut off at the
figure's bounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hepaplan.model.problems import listed, nearest
from hepaplan.model.quantities import Family, Quantity, Schedule
from hepaplan.model.uncertainty.spread.altered import share_below, truncated
from hepaplan.model.uncertainty.spread.bounded import Pert, Triangular
from hepaplan.model.uncertainty.spread.distributions import (
    INTERVAL_95,
    Beta,
    Fixed,
    Gamma,
    LogNormal,
    Normal,
    Uncertain,
    Uniform,
    from_interval,
    from_standard_error,
)

PARAMETERS: dict[Family, tuple[str, ...]] = {
    "beta": ("alpha", "beta"),
    "gamma": ("shape", "scale"),
    "log_normal": ("log_mean", "log_sd"),
    "normal": ("mean", "sd"),
    "uniform": ("low", "high"),
    "triangular": ("low", "mode", "high"),
    "pert": ("low", "mode", "high"),
    "dirichlet": ("sample_size",),
    "empirical": (),
}
"""What a file gives under `parameters`."""
POSITIVE = {"alpha", "beta", "shape", "scale", "log_sd", "sd", "sample_size"}
MOST_CUT_OFF = 0.05
"""Probability outside a figure's bounds above which another distribution is asked for."""


def from_parameters(family: Family, parameters: Mapping[str, float]) -> Uncertain:
    """Return the distribution with these parameters, named as in `PARAMETERS`.

    Raises ValueError for names that are missing or unknown and for values that cannot be.
    """
    names = PARAMETERS[family]
    faults = [f"{name} is missing" for name in names if name not in parameters]
    faults += [f"found {name}{nearest(name, names)}" for name in parameters if name not in names]
    if faults:
        raise ValueError(
            f"{'; '.join(faults)}; a {family} distribution has {listed(names) or 'no'} parameters"
        )
    for name in POSITIVE & parameters.keys():
        if parameters[name] <= 0:
            raise ValueError(f"{name} is {parameters[name]:g}, but lies above 0")
    given = [parameters[name] for name in names]
    if "low" in names and not (given == sorted(given) and given[0] < given[-1]):
        raise ValueError(f"{', '.join(names)} must rise, but are {listed(f'{g:g}' for g in given)}")
    match family:
        case "beta":
            return Beta(*given)
        case "gamma":
            return Gamma(*given)
        case "log_normal":
            return LogNormal(*given)
        case "normal":
            return Normal(*given)
        case "uniform":
            return Uniform(*given)
        case "triangular":
            return Triangular(*given)
        case "pert":
            return Pert(*given)
    raise ValueError(f"a {family} distribution is not one of a single figure")


def stated_distribution(
    figure: Quantity | Schedule, samples: Uncertain | None = None
) -> dict[str, Uncertain]:
    """Return the distribution a figure states, by its own numbers; nothing if it states none.

    `samples` is the distribution of the samples that an empirical one names. Raises ValueError
    where the statement cannot be.
    """
    if figure.distribution is None or figure.distribution == "dirichlet":
        return {}
    return {
        part: _within_bounds(figure, _of_number(figure, number, samples))
        for part, number in figure.numbers().items()
    }


def outside_interval(value: float, low: float, high: float) -> str:
    """Return what is said of an interval that does not hold its value."""
    return (
        f"the interval {low:g} to {high:g} does not hold the value {value:g}; mend one of the two"
    )


def stated_faults(figure: Quantity | Schedule) -> Iterator[tuple[str, str]]:
    """Yield (field, message) for what is wrong with how a figure states its distribution."""
    ways = _ways(figure)
    family = figure.distribution
    if isinstance(figure, Quantity) and not isinstance(figure.value, dict):
        low, high = figure.low, figure.high
        if low is not None and high is not None and not low <= figure.value <= high:
            yield "value", outside_interval(figure.value, low, high)
            return
    if family is None:
        if isinstance(figure, Quantity) and figure.within is not None:
            ways = [*ways, "within"]
        for way in ways:
            if way != "low":
                yield way, "is stated without a distribution; add distribution = …"
        return
    if isinstance(figure, Quantity) and figure.within is not None:
        low, high = figure.within
        outside = [number for number in figure.numbers().values() if not low <= number <= high]
        if outside:
            yield (
                "within",
                f"{low:g} to {high:g} does not hold the value {outside[0]:g}; mend one of the two",
            )
            return
    if len(ways) > 1:
        interval = {"low": "an interval"}
        both = listed(interval.get(way, way) for way in ways)
        yield "distribution", f"is stated in more than one way: {both}; keep one"
        return
    if family == "dirichlet":
        if ways != ["parameters"]:
            yield "distribution", "needs parameters = { sample_size = … } and nothing else"
            return
    elif family == "empirical":
        if ways != ["samples"]:
            yield "distribution", 'needs samples = { file = "…", column = "…" } and nothing else'
        elif isinstance(figure, Quantity) and isinstance(figure.value, dict):
            yield "samples", "are of one number, but the figure is stated by group; state one value"
        return
    elif not ways:
        yield (
            "distribution",
            "is named without its spread; add low and high, standard_error or parameters",
        )
        return
    elif ways == ["samples"]:
        yield "distribution", 'found samples; write distribution = "empirical"'
        return
    yield from _value_faults(figure, family, ways[0])


def _value_faults(
    figure: Quantity | Schedule, family: Family, way: str
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the numbers of a statement made in one way."""
    if isinstance(figure, Quantity):
        if way == "low" and (figure.low is None or figure.high is None):
            missing = "low" if figure.low is None else "high"
            yield missing, "is missing: an interval has two ends; add it"
            return
        if isinstance(figure.value, dict) and way != "standard_error" and family != "dirichlet":
            yield (
                "distribution",
                "is of one number, but the figure is stated by group; give standard_error",
            )
            return
    try:
        if family == "dirichlet" and isinstance(figure, Quantity):
            size = (figure.parameters or {}).get("sample_size")
            if size is None or size < 1 or len(figure.parameters or {}) > 1:
                yield "parameters", "a dirichlet has one parameter, sample_size, of 1 or more"
            return
        parts = stated_distribution(figure)
    except ValueError as error:
        advice = "choose another distribution, or mend the value or its interval"
        yield "distribution", f"{error}; {advice}"
        return
    if way == "parameters" and isinstance(figure, Quantity) and isinstance(figure.value, float):
        below = share_below(parts[""], figure.value)
        if not INTERVAL_95[0] <= below <= INTERVAL_95[1]:
            low, high = parts[""].quantile(INTERVAL_95)
            yield (
                "parameters",
                f"the distribution's 95% interval, {low:.4g} to {high:.4g}, does not hold the "
                f"value {figure.value:g}; mend one of the two",
            )


def _ways(figure: Quantity | Schedule) -> list[str]:
    """Return the fields in which a figure states its spread, `low` for an interval."""
    found = ["standard_error"] if figure.standard_error is not None else []
    if isinstance(figure, Quantity):
        if figure.low is not None or figure.high is not None:
            found.append("low")
        found += [n for n in ("parameters", "samples") if getattr(figure, n) is not None]
    return found


def _of_number(figure: Quantity | Schedule, number: float, samples: Uncertain | None) -> Uncertain:
    family = figure.distribution
    assert family is not None
    if isinstance(figure, Quantity):
        if figure.parameters is not None:
            return from_parameters(family, figure.parameters)
        if samples is not None:
            return samples
        if figure.low is not None and figure.high is not None:
            return from_interval(family, number, figure.low, figure.high)
    if isinstance(figure, Schedule) and number == 0.0:
        return Fixed(0.0)
    return from_standard_error(family, number, figure.standard_error or 0.0)


def _within_bounds(figure: Quantity | Schedule, whole: Uncertain) -> Uncertain:
    """Return a distribution cut off where the figure's values end."""
    if isinstance(whole, Fixed):
        return whole
    low, high = figure.bounds
    if isinstance(figure, Quantity) and figure.within is not None:
        low, high = max(low, figure.within[0]), min(high, figure.within[1])
    elif share_below(whole, low) + 1.0 - share_below(whole, high) > MOST_CUT_OFF:
        raise ValueError(
            f"more than {MOST_CUT_OFF:.0%} of this {figure.distribution} distribution lies "
            f"outside {low:g} to {high:g}, which is all that such a figure can be"
        )
    return truncated(whole, low, high)
