"""Checks of the plan's rules and choices: names that must exist, months and amounts that can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.calendar import Months
from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.plan_rules import AIMS, Expansion
from hepaplan.model.problems import Key, Problem, listed, nearest

Has = Mapping[tuple[str, str], float]
RECORDS = ("ring_fence", "extra_capacity", "expansion", "minimum_volume")


def check_plan_rules(
    settings: Settings,
    pathway: Pathway | None,
    tables: Mapping[str, pd.DataFrame],
    points: Collection[str] = (),
) -> list[Problem]:
    """Return what is wrong with the plan's rules and choices whose single figures are each sound.

    Names of treatments and services are checked where the pathway can be read, and with it all
    `points` that the files name; capacity and who offers what where their tables can.
    """
    if pathway is not None and not set(points) <= set(pathway.decision_point):
        pathway = None
    months = Months(settings.window.start, settings.window.months + settings.window.run_out_months)
    problems = [*_aims(settings), *_budget_years(settings, months), *_names(settings, pathway)]
    wrong = {problem.key[:2] for problem in problems}
    problems += _ranges(settings, months)
    problems += _expansions(settings, months)
    if "capacity" in tables:
        has = _capacity(tables["capacity"])
        problems += [p for p in _without_capacity(settings, has) if p.key[:2] not in wrong]
        problems += _fences(settings, has)
    if pathway is not None and "referral" in tables:
        offered = _offered(tables["referral"])
        stated = _minimum_volumes(settings, pathway, offered)
        problems += [p for p in stated if p.key[:2] not in wrong]
    if settings.plan.longest_travel is not None and "travel" not in settings.tables:
        message = "is stated without travel times; expected a travel table; add [tables.travel]"
        problems.append(Problem(("plan", "longest_travel"), message))
    return problems


def _aims(settings: Settings) -> Iterator[Problem]:
    aims = settings.plan.aims
    for place, aim in enumerate(aims):
        if aim in aims[:place]:
            message = f"found {aim} a second time; expected each aim once; delete one"
            yield Problem(("plan", "aims", place), message)
    if {"health", "money"} <= set(aims):
        message = (
            "found health and money; expected one of them, for money counts health at its worth; "
            f"delete one, or write cost for pounds alone, as in {listed(AIMS)}"
        )
        yield Problem(("plan", "aims"), message)


def _budget_years(settings: Settings, months: Months) -> Iterator[Problem]:
    years = tuple(dict.fromkeys(label[:4] for label in months.labels))
    for year in settings.plan.budget:
        if year not in years:
            message = (
                f"found a budget for {year}, which has no month of the window and its run-out; "
                f"expected {listed(years)}; mend the year or delete it"
            )
            yield Problem(("plan", "budget", year), message)


def _names(settings: Settings, pathway: Pathway | None) -> Iterator[Problem]:
    """Yield names of sites, resources, treatments and services that the scenario does not know."""
    known: dict[str, Sequence[str]] = {
        "site": tuple(settings.site),
        "resource": tuple(settings.resource),
    }
    if pathway is not None:
        options = [option for _, _, option in pathway.options()]
        known["treatment"] = tuple(dict.fromkeys(option.treatment for option in options))
        known["opens"] = tuple(dict.fromkeys(option.service for option in options))
    for key, part, name in _stated_names(settings):
        if part in known and name not in known[part]:
            what = "service" if part == "opens" else part
            message = (
                f"found '{name}', an unknown {what}{nearest(name, known[part])}; "
                f"expected one of {listed(known[part])}; mend the name"
            )
            yield Problem(key, message)


def _stated_names(settings: Settings) -> Iterator[tuple[Key, str, str]]:
    """Yield (key, what is named, name) for every name in the records of the plan."""
    for kind in RECORDS:
        for label, record in getattr(settings, kind).items():
            for part in ("site", "resource", "treatment", "opens"):
                name = getattr(record, part, None)
                if name is not None:
                    yield (kind, label, part), part, name
            for place, name in enumerate(getattr(record, "treatments", ())):
                yield (kind, label, "treatments", place), "treatment", name


def _ranges(settings: Settings, months: Months) -> Iterator[Problem]:
    """Yield extra capacity that ends before it begins or lies outside the months of the plan."""
    first, last = months.labels[0], months.labels[-1]
    for label, extra in settings.extra_capacity.items():
        key: Key = ("extra_capacity", label)
        begin, end = extra.from_month, extra.to_month
        if begin is not None and end is not None and end < begin:
            message = f"found {end}, which is before from_month {begin}; swap or mend them"
            yield Problem((*key, "to_month"), message)
        if begin is not None and begin > last:
            yield _after_the_end((*key, "from_month"), begin, last)
        if end is not None and end < first:
            message = (
                f"found {end}, which is before the window; expected {first} or later; mend it, or "
                "delete the record"
            )
            yield Problem((*key, "to_month"), message)


def _after_the_end(key: Key, month: str, last: str) -> Problem:
    message = (
        f"found {month}, after the last month of the window and its run-out; expected {last} or "
        "earlier; mend it, or lengthen the window"
    )
    return Problem(key, message)


def _expansions(settings: Settings, months: Months) -> Iterator[Problem]:
    for label, expansion in settings.expansion.items():
        key: Key = ("expansion", label)
        for part in ("lead", "ramp_up"):
            stated = getattr(expansion, part).number
            if stated != round(stated):
                message = f"found {stated:g}; expected whole months; round it"
                yield Problem((*key, part, "value"), message)
        decided = expansion.decided or months.first
        if decided > months.labels[-1]:
            yield _after_the_end((*key, "decided"), decided, months.labels[-1])
            continue
        yield from _first_use(expansion, months, key)


def _first_use(expansion: Expansion, months: Months, key: Key) -> Iterator[Problem]:
    decided = months.position(expansion.decided or months.first)
    first = _month(months, decided + round(expansion.lead.number))
    if first > months.labels[-1]:
        most = months.count - 1 - decided
        message = (
            f"found {expansion.lead.number:g} months: the first month of use would be {first}, "
            f"after the last of the window and its run-out, {months.labels[-1]}; expected at most "
            f"{most}; mend it, decide earlier or lengthen the window"
        )
        yield Problem((*key, "lead", "value"), message)
    elif expansion.until is not None and expansion.until < max(first, months.first):
        message = (
            f"found {expansion.until}, before its first month of use in the window, "
            f"{max(first, months.first)}; expected that or later; mend one of them"
        )
        yield Problem((*key, "until"), message)


def _month(months: Months, place: int) -> str:
    """Return the label of a month by its place in the run, also outside it."""
    return str(np.datetime64(months.first, "M") + np.timedelta64(place, "M"))


def _capacity(table: pd.DataFrame) -> Has:
    """Return saleable units by (site, resource)."""
    rows = zip(*(table[column].tolist() for column in ("site", "resource", "number")), strict=True)
    has: dict[tuple[str, str], float] = {}
    for site, resource, number in rows:
        has[site, resource] = has.get((site, resource), 0.0) + number
    return has


def _without_capacity(settings: Settings, has: Has) -> Iterator[Problem]:
    """Yield fences and overtime of what a site does not have."""
    for kind in ("ring_fence", "extra_capacity"):
        for label, record in getattr(settings, kind).items():
            if getattr(record, "kind", "") == "outsourcing":
                continue
            if has.get((record.site, record.resource), 0.0) > 0:
                continue
            places = [site for (site, name), number in has.items()
                      if name == record.resource and number > 0]  # fmt: skip
            message = (
                f"found {record.resource}, which {record.site} does not have; expected a resource "
                f"that the capacity table gives it ({record.resource} is at: {listed(places)}); "
                "mend the site or the resource, or add the capacity"
            )
            yield Problem((kind, label, "resource"), message)


def _fences(settings: Settings, has: Has) -> Iterator[Problem]:
    """Yield the last of the fences that together keep more than a site has."""
    kept: dict[tuple[str, str], float] = {}
    for label, fence in settings.ring_fence.items():
        where = (fence.site, fence.resource)
        kept[where] = kept.get(where, 0.0) + fence.number.number
        if 0 < has.get(where, 0.0) < kept[where]:
            message = (
                f"found {fence.number.number:g}: fences keep {kept[where]:g} of {fence.resource} "
                f"at {fence.site}; expected at most what it has, {has[where]:g}; fence less"
            )
            yield Problem(("ring_fence", label, "number", "value"), message)


def _offered(referral: pd.DataFrame) -> set[tuple[str, str]]:
    """Return (service, site) pairs to which anybody is sent."""
    sent = referral[referral["share"] > 0]
    return set(zip(sent["service"].tolist(), sent["site"].tolist(), strict=True))


def _minimum_volumes(
    settings: Settings, pathway: Pathway, offered: set[tuple[str, str]]
) -> Iterator[Problem]:
    """Yield minimum volumes where nobody is sent for the treatment and none could open it."""
    for label, volume in settings.minimum_volume.items():
        services = {
            option.service
            for _, _, option in pathway.options()
            if option.treatment == volume.treatment
        }
        opened = {
            (expansion.opens, expansion.site)
            for expansion in settings.expansion.values()
            if expansion.opens is not None
        }
        if any((service, volume.site) in offered | opened for service in services):
            continue
        sites = sorted({site for service, site in offered if service in services})
        message = (
            f"found {volume.site}, where nobody is sent for {volume.treatment}; expected a site "
            f"that offers it: {listed(sites)}; mend the site, or give it a row in the referral "
            f"table for {listed(sorted(services))}"
        )
        yield Problem(("minimum_volume", label, "site"), message)
