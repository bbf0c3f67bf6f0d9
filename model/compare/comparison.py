"""Whole scenarios side by side: what may be compared, and every table of a comparison."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.compare.bridge import Ends, bridges, concatenated
from hepaplan.model.compare.bridge_words import bridge_gap, bridge_words
from hepaplan.model.compare.inputs import differences
from hepaplan.model.compare.side import Side, side_of
from hepaplan.model.compare.strategies import strategies
from hepaplan.model.compare.tables import budget_impact, key_figures, per_patient
from hepaplan.model.compare.words import headlines
from hepaplan.model.evaluate import Progress
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput
from hepaplan.model.tables.summary import labels
from hepaplan.model.tables.tidy import concat
from hepaplan.model.tables.words import told_apart

FEWEST = 2
BILLIONTH = 1e-9
Bridged = Literal["not", "without a plan", "with the plan"]


class Incomparable(InvalidInput):
    """Scenarios whose figures would mean different things side by side."""


@dataclass(frozen=True)
class Comparison:
    """What a comparison found: its sides, the first of which is the reference, and its tables."""

    sides: tuple[Side, ...]
    tables: Mapping[str, pd.DataFrame]
    headlines: tuple[str, ...]
    labels: Mapping[str, str]
    seconds: Mapping[str, float]

    @property
    def reference(self) -> Side:
        """Return the scenario that the others are compared with."""
        return self.sides[0]

    @property
    def checks_pass(self) -> bool:
        """Whether every identity holds in every scenario and between them."""
        return bool(self.tables["checks"]["passed"].all())


def compare(
    scenarios: Sequence[Scenario],
    with_plan: bool = True,
    progress: Progress = lambda _: None,
    bridged: Bridged = "without a plan",
) -> Comparison:
    """Return two or more scenarios side by side; the first is the reference.

    Without the plan only the policies that need none are compared. `bridged` says for which
    measures each difference is attributed to named changes; those of the plan are solved anew for
    each mixture of changes. Raises `Incomparable`, and what `evaluate` raises; `NoPlan` then names
    the scenario.
    """
    refuse_incomparable(scenarios)
    named = dict(zip(names(scenarios), scenarios, strict=True))
    sides: list[Side] = []
    seconds = {}
    for name, scenario in named.items():
        started = time.perf_counter()
        progress(f"{name}: cases, metastases and demand")
        try:
            sides.append(side_of(scenario, name, with_plan, progress))
        except NoPlan as error:
            raise NoPlan(f"{name}: {error}") from error
        seconds[name] = time.perf_counter() - started
    found = [
        bridges(
            Ends(sides[0].scenario, side.scenario, side.name), bridged == "with the plan", progress
        )
        for side in sides[1:]
        if bridged != "not"
    ]
    progress("tables")
    tables = {
        "differences": differences(named),
        "key_figures": key_figures(sides),
        "strategies": strategies(sides),
        "per_patient": per_patient(sides),
        "budget_impact": budget_impact(sides),
        "bridge": concatenated(found),
    }
    tables["checks"] = pd.concat(
        [concat({side.name: side.checks for side in sides}, "scenario"), _checks(sides, tables)],
        ignore_index=True,
    )
    tables["about"] = about(sides)
    words = {name: label for scenario in scenarios for name, label in labels(scenario).items()}
    said = (*headlines(sides, tables), *bridge_words(tables["bridge"], sides[0].name))
    return Comparison(tuple(sides), tables, said, words, seconds)


def names(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Return a name for each scenario; one that comes again has its number."""
    return told_apart(scenario.settings.name for scenario in scenarios)


def refuse_incomparable(scenarios: Sequence[Scenario]) -> None:
    """Raise `Incomparable` with every reason why scenarios cannot be laid side by side."""
    if len(scenarios) < FEWEST:
        raise Incomparable("a comparison needs two or more scenarios; the first is the reference")
    named = dict(zip(names(scenarios), scenarios, strict=True))
    stated = {name: _must_agree(scenario) for name, scenario in named.items()}
    first, *others = stated
    reasons = [
        f"{other}: {what} {stated[other][what]}, but {value} in {first}"
        for other in others
        for what, value in stated[first].items()
        if stated[other][what] != value
    ]
    if reasons:
        raise Incomparable(
            "these scenarios cannot be compared:\n" + "\n".join(reasons)
            + "\nmake them agree, for instance with --set, which changes all of them"
        )  # fmt: skip


def _must_agree(scenario: Scenario) -> dict[str, object]:
    window, money = scenario.settings.window, scenario.settings.economics
    return {
        "window.start is": window.start,
        "window.months is": window.months,
        "economics.currency is": money.currency,
        "economics.price_year is": money.price_year,
        "economics.discount_rate_costs is": money.discount_rate_costs.number,
        "economics.discount_rate_effects is": money.discount_rate_effects.number,
        "economics.willingness_to_pay is": money.willingness_to_pay.number,
        "economics.horizon_years is": money.horizon_years,
    }


def _checks(sides: Sequence[Side], tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    rows = [
        ("budget impact is scenario less reference",
         "sum over years and categories against the difference in spending, GBP",
         budget_gap(sides, tables["budget_impact"]), 1e-3),
        ("costs per QALY rise along the frontier",
         "most by which a step costs less than the one before, relative",
         ratios_that_fall(tables["strategies"]), BILLIONTH),
        ("most net benefit is on the frontier",
         "strategies with most net monetary benefit that are not on it",
         float(off_the_frontier(tables["strategies"])), 0.0),
        ("bridges leave nothing over",
         "parts of a difference against the difference between the scenarios, relative",
         bridge_gap(tables["bridge"]), BILLIONTH),
    ]  # fmt: skip
    made = pd.DataFrame(rows, columns=["check", "what", "residual", "tolerance"])
    made["passed"] = made["residual"] <= made["tolerance"]
    made.insert(0, "scenario", "all together")
    return made


def budget_gap(sides: Sequence[Side], table: pd.DataFrame) -> float:
    """Return the largest difference between a budget impact and what the runs say they spent."""
    reference, gaps = sides[0], [0.0]
    shown = table.groupby(["scenario", "policy"])["difference_gbp"].sum()
    for side in sides[1:]:
        for policy in side.policies:
            spent, before = (
                s.costs.loc[s.costs["policy"] == policy, "cost_gbp"].sum()
                for s in (side, reference)
            )
            gaps.append(abs(float(shown.get((side.name, policy), 0.0)) - float(spent - before)))
    return max(gaps)


def ratios_that_fall(table: pd.DataFrame) -> float:
    """Return the most by which a step along a frontier is cheaper than the step before it."""
    falls = [0.0]
    for _, pool in table.sort_values("cost_gbp", kind="stable").groupby("pool", sort=False):
        steps = pool["icer_on_frontier"].dropna().astype(float)
        falls += list((-steps.diff() / steps).dropna())
    return max(falls)


def off_the_frontier(table: pd.DataFrame) -> int:
    """Return how many strategies with most net benefit are not on the frontier."""
    off = 0
    for _, pool in table.groupby("pool", sort=False):
        most = pool["net_monetary_benefit_gbp"].max()
        best = pool[pool["net_monetary_benefit_gbp"] >= most - BILLIONTH * abs(most)]
        off += int(best["standing"].isin(["dominated", "extendedly dominated"]).all())
    return off


def about(sides: Sequence[Side]) -> pd.DataFrame:
    """Return what was compared, and how."""
    settings = sides[0].scenario.settings
    money, window = settings.economics, settings.window
    plans = "; ".join(f"{s.name}: {s.status}, gap {s.gap:g}" for s in sides if s.status)
    rows = [
        ("reference", sides[0].name),
        *(("compared with it", f"{s.name}: {s.scenario.settings.title}") for s in sides[1:]),
        ("window", f"{window.months} months from {window.start}"),
        ("price year", f"{money.price_year}, {money.currency}"),
        ("discount rate, costs (per year)", money.discount_rate_costs.number),
        ("discount rate, effects (per year)", money.discount_rate_effects.number),
        ("willingness to pay (GBP per QALY)", money.willingness_to_pay.number),
        ("horizon (years)", money.horizon_years),
        ("perspective", "health service"),
        ("plans", plans or "none were sought"),
    ]
    return pd.DataFrame(rows, columns=["item", "value"])
