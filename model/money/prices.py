"""Amounts stated in other prices, in those of the scenario: currency first, then price index."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hepaplan.model.figures import figures, with_figures
from hepaplan.model.parameters import Economics, Prices, Scenario, Settings, YearSeries
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, Problem, dotted, listed, nearest
from hepaplan.model.quantities import Amount, Quantity, Schedule, Sourced

NAMED_IN_NOTICE = 3
INDEX_RATIOS = (0.01, 100.0)
"""Between two years of a price index; beyond, one of the two is a slip."""
EXCHANGE_RATES = (1e-6, 1e3)
"""Pounds for one unit of a currency: wider than any in use."""
SCALED = ("low", "high", "standard_error")
"""What a figure says of its spread in its own unit."""


def in_own_prices(scenario: Scenario) -> Scenario:
    """Return a scenario all of whose money is in its own currency and price year.

    Every amount that states other prices is multiplied by `price_factor`, its interval with it;
    what was stated is kept under `stated`. The only place that converts money.
    """
    settings, stated = scenario.settings, dict(scenario.stated)

    def converted(key: Key, figure: Sourced) -> Sourced:
        if not isinstance(figure, Quantity | Schedule) or _is_own(figure, settings):
            return figure
        stated[key] = figure
        return times(figure, price_factor(figure, settings.economics, settings.prices), settings)

    pathway = with_figures(scenario.pathway, converted, ("pathway",))
    return replace(
        scenario, settings=with_figures(settings, converted), pathway=pathway, stated=stated
    )


def price_factor(figure: Amount, economics: Economics, prices: Prices) -> float:
    """Return what turns a stated amount into the scenario's prices; 1 where nothing is stated.

    The rate of exchange is that of the amount's own year; the index, that of the scenario's
    country, then moves it to the scenario's year (method 1 of Turner et al., Value Health
    2019;22:1026-32, 10.1016/j.jval.2019.03.021).
    """
    factor, year = 1.0, str(figure.price_year)
    if figure.currency != economics.currency:
        factor *= prices.exchange[figure.currency].value[year]
    if prices.index is not None and figure.price_year is not None:
        factor *= prices.index.value[str(economics.price_year)] / prices.index.value[year]
    return factor


def times(figure: Quantity | Schedule, factor: float, settings: Settings) -> Quantity | Schedule:
    """Return an amount and its interval multiplied, in the scenario's currency and year."""
    own = settings.economics
    words = {
        "unit": own.currency + figure.unit.removeprefix(figure.currency),
        "price_year": own.price_year if settings.prices.index else figure.price_year,
    }
    scaled = {
        name: None if (stated := getattr(figure, name, None)) is None else stated * factor
        for name in SCALED
        if name in type(figure).model_fields
    }
    if isinstance(figure, Schedule):
        value = tuple(amount * factor for amount in figure.value)
        new = {"value": value, "then": figure.then * factor, **scaled, **words}
        return figure.model_copy(update=new)
    if isinstance(figure.value, dict):
        by_group = {group: amount * factor for group, amount in figure.value.items()}
        return figure.model_copy(update={"value": by_group, **scaled, **words})
    return figure.model_copy(update={"value": figure.value * factor, **scaled, **words})


def check_prices(settings: Settings, pathway: Pathway | None) -> list[Problem]:
    """Return amounts whose prices cannot be made the scenario's, and faults of the series."""
    prices, own = settings.prices, settings.economics
    problems = list(_series_faults(settings))
    for key, figure in _amounts(settings, pathway):
        if figure.price_year is not None and not figure.currency:
            message = f"is stated though '{figure.unit}' is no price; delete it"
            problems.append(Problem((*key, "price_year"), message))
        if _is_own(figure, settings):
            continue
        year = str(figure.price_year)
        if figure.currency != own.currency:
            known = (own.currency, *prices.exchange)
            if figure.currency not in prices.exchange:
                message = (
                    f"found {figure.currency}, a currency without an exchange rate"
                    f"{nearest(figure.currency, known)}; expected one of {listed(known)}; "
                    f"convert the amount, or add [prices.exchange.{figure.currency}]"
                )
                problems.append(Problem((*key, "unit"), message))
            elif figure.price_year is None:
                message = (
                    f"is missing; an amount in {figure.currency} is converted at its year's rate; "
                    "add price_year"
                )
                problems.append(Problem((*key, "price_year"), message))
            elif year not in prices.exchange[figure.currency].value:
                problems.append(_lacks(("exchange", figure.currency), year, key))
        if prices.index is not None and figure.price_year is not None:
            problems += [
                _lacks(("index",), wanted, key)
                for wanted in (year, str(own.price_year))
                if wanted not in prices.index.value
            ]
    return list(dict.fromkeys(problems))


def price_notices(settings: Settings, pathway: Pathway) -> list[str]:
    """Return one notice if prices of other years are used as they stand, for want of an index.

    Those labelled illustrative say so themselves.
    """
    year = settings.economics.price_year
    old = [
        f"{dotted(key)} ({figure.price_year})"
        for key, figure in _amounts(settings, pathway)
        if figure.price_year not in (None, year) and figure.quality != "illustrative"
    ]
    if settings.prices.index is not None or not old:
        return []
    return [
        f"{len(old)} prices of other years than {year} are used as they stand: "
        f"{listed(old, NAMED_IN_NOTICE)}; add [prices.index] to convert them"
    ]


def _is_own(figure: Amount, settings: Settings) -> bool:
    """Whether an amount is no price, or is in the scenario's currency and year as it stands."""
    own = settings.economics
    same_year = figure.price_year in (None, own.price_year) or settings.prices.index is None
    return not figure.currency or (figure.currency == own.currency and same_year)


def _amounts(settings: Settings, pathway: Pathway | None) -> Iterator[tuple[Key, Amount]]:
    for record, prefix in ((settings, ()), (pathway, ("pathway",))):
        for key, figure in figures(record, prefix):
            if isinstance(figure, Amount):
                yield key, figure


def _lacks(series: Key, year: str, user: Key) -> Problem:
    return Problem(
        ("prices", *series, "value"),
        f"lacks {year}, which {dotted(user)} needs; expected a value for every price year; add it",
    )


def _series_faults(settings: Settings) -> Iterator[Problem]:
    """Yield years and values that are none, and units that do not say what is meant."""
    prices, own = settings.prices, settings.economics.currency
    if own in prices.exchange:
        message = "is the scenario's own currency, which needs no rate; delete it"
        yield Problem(("prices", "exchange", own), message)
    every: dict[Key, tuple[YearSeries, str]] = {
        ("prices", "exchange", code): (series, f"{own} per {code}")
        for code, series in prices.exchange.items()
        if code != own
    }
    if prices.index is not None:
        every[("prices", "index")] = (prices.index, "index")
    for key, (series, unit) in every.items():
        if series.unit != unit:
            message = f"found '{series.unit}'; expected '{unit}'; convert the values and write it"
            yield Problem((*key, "unit"), message)
        for year, value in series.value.items():
            if not (year.isdecimal() and len(year) == 4):
                yield Problem((*key, "value", year), "found no year; expected one such as 2024")
            if not value > 0:
                yield Problem((*key, "value", year), f"found {value:g}; expected more than 0")
            elif fault := _out_of_reach(series, year, unit, settings.economics):
                yield Problem((*key, "value", year), fault)


def _out_of_reach(series: YearSeries, year: str, unit: str, economics: Economics) -> str:
    """Return why a positive number can convert no price, or nothing."""
    value, own_year = series.value[year], str(economics.price_year)
    if unit != "index":
        low, high = EXCHANGE_RATES
        return (
            "" if low <= value <= high else f"found {value:g}; expected {low:g} to {high:g} {unit}"
        )
    own, (low, high) = series.value.get(own_year, 0.0), INDEX_RATIOS
    if own <= 0 or low * value <= own <= high * value:
        return ""
    return (
        f"found {value:g}: prices of {year} would be multiplied by {own / value:g} to be those of "
        f"{own_year}; expected {low:g} to {high:g}; mend the value of {year} or of {own_year}"
    )
