"""The rules that a plan breaks, in a planner's words; nothing is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.allocation.classes import Classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.fixed_plan import TOLERANCE, planned_point
from hepaplan.model.allocation.named_rules import AXES, FLOWS, Axis
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.arrays import Floats
from hepaplan.model.parameters import Scenario
from hepaplan.model.replay import Plan
from hepaplan.model.sites.network import Network

NOBODY = "nobody on the list"
COLUMNS = [
    "rule", "site", "what", "from_month", "to_month", "months", "most", "total", "unit", "in_words",
]  # fmt: skip
WORDS = {
    "capacity": "{site}: {most} {unit} of {what} too few {when}",
    NOBODY: "{site}: {most} starts of {what} find nobody on the list {when}",
    "substitution": "{site}: {most} starts of {what} beyond the share that may be exchanged {when}",
    "referral_bounds": "{site}: {most} people of {what} beyond what referral may change, "
    "or further than they may travel, {when}",
    "opened": "{site}: {most} people of {what} where no expansion opens the service, {when}",
    "minimum_volumes": "{what}: {most} starts fewer than its least {when}",
    "budgets": "{most} pounds above the budget {when}",
}
WORDS["referral_if_closed"] = WORDS["referral_bounds"]
TOO_FEW_TO_SAY = 0.01
OTHERWISE = "{rule} is broken by {most} {what} {when}"
PEOPLE, POUNDS = "people", "GBP"


@dataclass(frozen=True)
class _Broken:
    """One row of a rule that is broken: its site, what it is about, its place in time, by how much.

    `month` is its number, or that of a year; `label` its name.
    """

    rule: str
    site: str
    what: str
    month: int
    label: str
    amount: float


def violations(
    scenario: Scenario,
    network: Network,
    classes: Classes,
    at: Columns,
    rows: Programme,
    plan: Plan,
) -> pd.DataFrame:
    """Return the rules that a plan breaks in the window, one row for each rule, site and subject.

    Columns rule, site, what (resource, list or rule), from_month, to_month, months, most (in one
    month or year), total, unit, in_words. Starts that find nobody on the list use nothing; fewer
    than a hundredth of a person in all are not said, since every edit moves others by as little.
    """
    point, nobody = planned_point(network, classes, at, rows, plan)
    broken = rows.residual(point)
    scale = np.maximum(1.0, np.abs(np.where(np.isfinite(rows.upper), rows.upper, 0.0)))
    broken = np.where(broken > TOLERANCE * scale, broken, 0.0)
    window = scenario.settings.window.months
    found = [*_rules(network, at, rows, broken), *_finding_nobody(network, nobody)]
    last = network.months.labels[window - 1]
    kept = [one for one in found if one.label[:7] <= last]
    return pd.DataFrame(_gathered(scenario, kept), columns=COLUMNS)


def _rules(network: Network, at: Columns, rows: Programme, broken: Floats) -> Iterator[_Broken]:
    for name, first, stop in rows.blocks:
        if name in FLOWS or not broken[first:stop].any():
            continue
        axes = _axes(name, network, at)
        if axes is None:
            worst = float(broken[first:stop].max())
            yield _Broken(name, "", "", 0, network.months.first, worst)
            continue
        numbers = rows.rows_of(name, [len(axis) for axis in axes])
        amount = np.where(numbers >= 0, broken[numbers], 0.0)
        for place in zip(*np.nonzero(amount), strict=True):
            *names, label = (axis[index] for axis, index in zip(axes, place, strict=True))
            site = next((part for part in names if part in network.sites), "")
            what = " ".join(part for part in names if part not in ("", site))
            yield _Broken(name, site, what, int(place[-1]), label, float(amount[place]))


def _axes(name: str, network: Network, at: Columns) -> tuple[Axis, ...] | None:
    """Return the names along a rule's axes, sites told apart; None where they are not known."""
    if name not in AXES:
        return None
    axes = AXES[name](network, at)
    if name.startswith("referral"):
        sides, lists, classes, _, months = axes
        return sides, lists, classes, network.sites, months
    return axes


def _finding_nobody(network: Network, nobody: Floats) -> Iterator[_Broken]:
    """Yield the starts (pair, class, site, month) of all classes that find nobody."""
    together = nobody.sum(axis=1)
    options, labels = network.kernels.options, network.months.labels
    for pair, site, month in zip(*np.nonzero(together > TOLERANCE), strict=True):
        point, option = options[network.pair_option[pair]]
        intended = options[network.pair_list[pair]][1]
        what = f"{point}/{option}" + ("" if intended == option else f" instead of {intended}")
        amount = float(together[pair, site, month])
        yield _Broken(NOBODY, network.sites[site], what, int(month), labels[month], amount)


def _gathered(scenario: Scenario, found: Iterable[_Broken]) -> Iterator[tuple[object, ...]]:
    """Yield a row for all months in which the same rule is broken, the largest first."""
    by_rule: dict[tuple[str, str, str], list[_Broken]] = {}
    for one in found:
        by_rule.setdefault((one.rule, one.site, one.what), []).append(one)
    totals = {about: sum(one.amount for one in members) for about, members in by_rule.items()}
    for about in sorted(by_rule, key=lambda about: (about[0], -totals[about])):
        if about[0] != NOBODY or totals[about] >= TOO_FEW_TO_SAY:
            yield _row(scenario, sorted(by_rule[about], key=lambda one: one.month))


def _row(scenario: Scenario, run: list[_Broken]) -> tuple[object, ...]:
    first, last = run[0], run[-1]
    amounts = [one.amount for one in run]
    when = f"in {first.label}"
    if len(run) > 1:
        span = "month" if "-" in first.label else "year"
        when = (
            f"in one {span}, {_number(sum(amounts))} in {len(run)} {span}s, "
            f"{first.label} to {last.label}"
        )
    unit = _unit(scenario, first)
    sites, resource = scenario.settings.site, scenario.settings.resource.get(first.what)
    words = WORDS.get(first.rule, OTHERWISE).format(
        rule=first.rule,
        site=sites[first.site].label if first.site else "",
        what=resource.label if resource else first.what,
        most=_number(max(amounts)),
        unit=unit,
        when=when,
    )
    return (
        first.rule, first.site, first.what, first.label, last.label, len(run), max(amounts),
        sum(amounts), unit, words,
    )  # fmt: skip


def _unit(scenario: Scenario, broken: _Broken) -> str:
    if broken.rule == "capacity":
        resource = scenario.settings.resource.get(broken.what)
        return resource.unit if resource else "sessions"
    return POUNDS if broken.rule == "budgets" else PEOPLE


def _number(amount: float) -> str:
    """Return an amount in words, with three figures that count."""
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:.3g}"
