"""Checks across settings, pathway and tables: names that must exist, rules that must hold."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.calendar import Months
from hepaplan.model.figures import figures
from hepaplan.model.input_checks.name_checks import alike
from hepaplan.model.metastases import check_metastases
from hepaplan.model.parameters import AGE_BANDS, Metastases, Settings
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, Problem, listed, nearest
from hepaplan.model.quantities import Quantity


@dataclass(frozen=True)
class Names:
    """The names a scenario gives, against which its tables are read."""

    groups: Collection[str]
    points: Collection[str]
    drugs: Collection[str]
    resources: Collection[str]
    sites: Collection[str]
    sources: Collection[str]


def check_names(tables: Mapping[str, pd.DataFrame], names: Names) -> list[Problem]:
    """Return names alike, and every name in the tables that the scenario does not know.

    Absent tables are skipped.
    """
    known: dict[str, Collection[str]] = {
        "group": names.groups,
        "decision_point": names.points,
        "resource": names.resources,
        "site": names.sites,
        "source": names.sources,
    }
    if "population" in tables:
        known["region"] = tuple(dict.fromkeys(tables["population"]["region"].tolist()))
    problems: list[Problem] = []
    given: dict[Key, Collection[str]] = {
        ("site",): names.sites,
        ("resource",): names.resources,
        ("group",): names.groups,
        ("pathway", "decision_point"): names.points,
    }
    for listed_at, found in given.items():
        problems += alike(((*listed_at, name), name) for name in found)
    for table, frame in tables.items():
        for column, expected in known.items():
            if column in frame.columns and not (table == "population" and column == "region"):
                problems += _unknown(table, frame, column, expected)
    for group in names.groups:
        if "eligibility" in tables and group not in set(tables["eligibility"]["group"]):
            problems.append(
                in_table("eligibility", "group", f"found no row for group {group}; add its shares")
            )
    for region in known.get("region", ()):
        for table in ("projection", "travel"):
            if (
                table in tables
                and len(tables[table])
                and region not in set(tables[table]["region"])
            ):
                problems.append(
                    in_table(table, "region", f"found no row for region {region}; add its rows")
                )
    if "travel" in tables and len(tables["travel"]):
        travel = tables["travel"]
        stated = set(zip(travel["region"], travel["site"], strict=True))
        problems += [
            in_table("travel", "site", f"found no row from {region} to {site}; add its minutes")
            for region in dict.fromkeys(travel["region"])
            for site in names.sites
            if (region, site) not in stated
        ]
    return problems


def check_settings(settings: Settings, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return what is wrong with settings whose single figures are each sound."""
    problems = [*_groups(settings), *_single_values(settings)]
    if not problems:
        for fault in check_metastases(settings.metastases, tables.get("stage")):
            first = fault.split()[0].rstrip(":")
            inner = (first,) if first in Metastases.model_fields else ()
            problems.append(Problem(("metastases", *inner), fault))
    try:
        Months(settings.window.start, 1).working_days(
            settings.calendar.country, settings.calendar.subdivision
        )
    except ValueError as error:
        problems.append(Problem(("calendar", "country"), str(error)))
    if not settings.site:
        problems.append(Problem(("site",), "found no site; expected at least one; add [site.…]"))
    if "capacity_changes" in tables:
        problems += _capacity_changes(tables)
    return problems


def check_sources(record: object, key: Key, sources: Collection[str]) -> list[Problem]:
    """Return the figures of a record whose source is not in the scenario's list of sources."""
    return [
        Problem(
            (*where, "source"),
            f"found '{figure.source}', which is not in [sources]{nearest(figure.source, sources)}; "
            f"add [sources.{figure.source}] with its citation, or mend the name",
        )
        for where, figure in figures(record, key)
        if figure.source not in sources
    ]


def check_backlog(pathway: Pathway, tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """Return the rows of people said to wait at a point where nobody waits."""
    points = tables["backlog"]["decision_point"].tolist() if "backlog" in tables else []
    return [
        in_table(
            "backlog",
            "decision_point",
            f"found people waiting at {point}, where nobody waits; delete the row, or give the "
            "point a waiting table and a standard",
            row,
        )
        for row, point in enumerate(points)
        if point in pathway.decision_point and pathway.decision_point[point].waiting is None
    ]


def _unknown(
    table: str, frame: pd.DataFrame, column: str, known: Collection[str]
) -> Iterator[Problem]:
    seen: set[str] = set()
    for row, name in enumerate(frame[column].tolist()):
        if name not in known and name not in seen:
            seen.add(name)
            what = {"source": "key of [sources]"}.get(column, column.replace("_", " "))
            message = (
                f"found '{name}', an unknown {what}{nearest(name, known)}; "
                f"expected one of {listed(known)}"
            )
            yield in_table(table, column, message, row)


def _groups(settings: Settings) -> Iterator[Problem]:
    if not settings.group:
        yield Problem(("group",), "found no group; expected at least one; add [group.…]")
        return
    ages: dict[int, str] = {}
    for name, group in settings.group.items():
        key = ("group", name, "from_age")
        if group.from_age not in AGE_BANDS:
            yield Problem(
                key,
                f"found {group.from_age}; expected the first age of a five-year band "
                f"(0, 5, 10 … {AGE_BANDS[-1]}); round it",
            )
        if group.from_age in ages:
            other = ages[group.from_age]
            yield Problem(key, f"found {group.from_age}, where {other} begins too; change one")
        ages.setdefault(group.from_age, name)
    youngest = min(ages)
    if youngest > 0:
        yield Problem(
            ("group", ages[youngest], "from_age"),
            f"the youngest group begins at {youngest}; expected 0, so that no patient is left out",
        )


def _single_values(settings: Settings) -> Iterator[Problem]:
    for key, figure in figures(settings):
        if isinstance(figure, Quantity) and isinstance(figure.value, dict):
            yield Problem(
                (*key, "value"),
                f"found a value for each of {listed(figure.value)}; expected one number for all",
            )


def _capacity_changes(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Yield changes that run backwards, stand twice or cut below nothing."""
    changes = tables["capacity_changes"]
    stated: dict[tuple[str, str], float] = {}
    if "capacity" in tables:
        table = tables["capacity"]
        stated = dict(
            zip(zip(table["site"], table["resource"], strict=True), table["number"], strict=True)
        )
    seen: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row, change in enumerate(changes.to_dict("records")):
        first, last = str(change["from_month"]), str(change["to_month"])
        where = (str(change["site"]), str(change["resource"]))
        if last < first:
            message = f"found {last}, which is before from_month {first}; swap or mend them"
            yield in_table("capacity_changes", "to_month", message, row)
        if any(first <= end and begin <= last for begin, end in seen.get(where, [])):
            yield in_table(
                "capacity_changes",
                "site",
                f"found two changes of {where[1]} at {where[0]} in the same months; expected one; "
                "join them into one row, or part their months",
                row,
            )
        seen.setdefault(where, []).append((first, last))
        after = stated.get(where, 0.0) * float(change["multiply"]) + float(change["add"])
        if after < 0:
            yield in_table(
                "capacity_changes",
                "add",
                f"leaves {after:g}, below nothing: {where[0]} has {stated.get(where, 0.0):g} of "
                f"{where[1]}; cut at most that",
                row,
            )


def in_table(table: str, column: str, message: str, row: int | None = None) -> Problem:
    """Return a problem of a table's column, at a row if one is given."""
    return Problem(("tables", table, column), message, table, row)
