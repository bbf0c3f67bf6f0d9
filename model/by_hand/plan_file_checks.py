"""What is wrong with a plan file or a record of what was done, each fault with its row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from hepaplan.model.by_hand.plan_file import KEYS, pair_numbers
from hepaplan.model.problems import Problem, listed, nearest
from hepaplan.model.sites.network import Network

SHARES_SUM = 1e-6
TO_WHOM = ("month", "site", "group", "decision_point", "intended", "option")


def plan_problems(network: Network, table: pd.DataFrame) -> list[Problem]:
    """Return every fault of a plan's table: its labels, its keys and its referral shares."""
    faults = label_problems(network, table)
    faults += _one_policy(table)
    if not faults:
        faults = [*said_twice(table), *not_offered(network, table), *_shares(table)]
    return faults


def label_problems(network: Network, table: pd.DataFrame) -> list[Problem]:
    """Return the rows whose month, site, group, decision point or option the network lacks."""
    points = network.kernels.points
    months = network.months.labels
    remedy = "mend it, or use the scenario that the file was made for"
    faults = [
        _problem(
            "month", row,
            f"found '{month}'; expected a month from {months[0]} to {months[-1]}, those that are "
            f"planned; {remedy}",
        )
        for row, month in _rows(table[~table["month"].isin(months)], "month")
    ]  # fmt: skip
    for column, known in (
        ("site", network.sites),
        ("group", network.kernels.groups),
        ("decision_point", points),
    ):
        if column in table:
            faults += [
                _problem(
                    column, row,
                    f"found '{found}'{nearest(found, known)}; expected one of {listed(known)}; "
                    f"{remedy}",
                )
                for row, found in _rows(table[~table[column].isin(known)], column)
            ]  # fmt: skip
    offered = {p: [o for c, o in network.kernels.options if c == p] for p in points}
    known_points = table["decision_point"].isin(points)
    for column in ("intended", "option"):
        if column in table:
            faults += list(_unknown_options(table[known_points], column, offered))
    if "intended" in table:
        faults += list(_not_interchangeable(network, table[known_points], offered))
    return faults


def _unknown_options(
    table: pd.DataFrame, column: str, offered: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for row, point, option in _rows(table, "decision_point", column):
        known = offered[point]
        if option not in known:
            yield _problem(
                column, row,
                f"found '{option}'{nearest(option, known)}; expected an option of {point}, one of "
                f"{listed(known)}; mend it",
            )  # fmt: skip


def _not_interchangeable(
    network: Network, table: pd.DataFrame, offered: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    pairs = pair_numbers(network)
    for row, point, intended, option in _rows(table, "decision_point", "intended", "option"):
        known = {intended, option} <= set(offered[point])
        if known and (point, intended, option) not in pairs:
            may = [o for c, i, o in pairs if (c, i) == (point, intended)]
            yield _problem(
                "option", row,
                f"found '{option}' for those whose intended option is {intended}; expected an "
                f"option declared interchangeable with it, one of {listed(may)}; mend the row, or "
                "declare the two interchangeable in the pathway",
            )  # fmt: skip


def _one_policy(table: pd.DataFrame) -> list[Problem]:
    if "policy" not in table or len(set(table["policy"])) <= 1:
        return []
    found = listed(table["policy"].unique())
    row = int((table["policy"] != table["policy"].iloc[0]).to_numpy().argmax())
    message = f"found the policies {found}; expected one plan; keep the rows of one policy only"
    return [_problem("policy", row, message)]


def said_twice(table: pd.DataFrame) -> Iterator[Problem]:
    """Yield the rows that say a second time what another row has said."""
    if "months_waited" in table:
        return
    keys = [name for name in (*KEYS, "group") if name in table]
    for row in table.index[table.duplicated(keys)]:
        yield _problem(
            "", int(row), f"found {_row(table, row)} a second time; expected one row; delete one"
        )


def not_offered(network: Network, table: pd.DataFrame) -> Iterator[Problem]:
    """Yield the rows that start something, or send people, where a site does not offer it."""
    options, sites = network.kernels.options, network.sites
    shares = table.get("referral_share", pd.Series(0.0, table.index))
    busy = table[(table["starts"] > 0) | (shares > 0)]
    for row, site, point, option in _rows(busy, "site", "decision_point", "option"):
        offers = network.offers[options.index((point, option))]
        if not offers[sites.index(site)]:
            others = listed(name for name, does in zip(sites, offers, strict=True) if does)
            yield _problem(
                "option", row,
                f"found '{option}' of {point} at {site}, which does not offer it; expected one of "
                f"the sites {others}; move the starts, or give the site the service in referral",
            )  # fmt: skip


def _shares(table: pd.DataFrame) -> Iterator[Problem]:
    if "referral_share" not in table:
        return
    keys = [name for name in ("month", "group", "decision_point", "intended") if name in table]
    stated = table[table["referral_share"].notna()]
    if "intended" in table:
        for row in stated.index[stated["option"] != stated["intended"]]:
            yield _problem(
                "referral_share", int(row),
                "found a share where the option started is not the intended one; expected it only "
                "on the intended option's row; empty the cell",
            )  # fmt: skip
    for _, rows in stated.groupby(keys or ["month"], sort=False):
        total = rows["referral_share"].sum()
        if abs(total - 1.0) > SHARES_SUM:
            yield _problem(
                "referral_share", int(rows.index[0]),
                f"found shares that sum to {total:.9g} over the sites for "
                f"{_row(rows[keys], rows.index[0])}; expected 1; correct them, or empty all of "
                "them to keep today's referral",
            )  # fmt: skip


def _rows(table: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    yield from zip(table.index, *(table[name] for name in columns), strict=True)


def _row(table: pd.DataFrame, row: int) -> str:
    return ", ".join(f"{name} {table.loc[row, name]!s}" for name in TO_WHOM if name in table)


def _problem(column: str, row: int, message: str) -> Problem:
    return Problem((column,) if column else (), message, table="plan", row=row)
