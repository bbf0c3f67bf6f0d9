"""The tables of a probabilistic sensitivity analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.chance.tables import standard_error
from hepaplan.model.evaluate import network_of
from hepaplan.model.problems import Key, dotted
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.uncertainty.moving.levers import levers
from hepaplan.model.uncertainty.plan_draws import MEASURES, PlanDraws
from hepaplan.model.uncertainty.region.region import RegionDraws, region_draws
from hepaplan.model.uncertainty.results import acceptability as curves
from hepaplan.model.uncertainty.results import fans
from hepaplan.model.uncertainty.results.intervals import GAP, intervals
from hepaplan.model.uncertainty.sampled import Comparison, Sampled, at_means
from hepaplan.model.uncertainty.spread.distributions import INTERVAL_95, Fixed, Uncertain
from hepaplan.model.uncertainty.spread.means import why_mean_differs

NEW_PATIENTS = "new patients with liver metastases, a year"
TOTALS = {
    "life_years": ("life-years of new patients, lifetime", "years"),
    "qalys_discounted": ("QALYs of new patients, discounted", "QALY"),
    "cost_discounted": ("cost of new patients, discounted", "GBP"),
}
BENEFIT = "net monetary benefit of new patients, discounted"
POLICY_WORDS = {
    "qalys": "QALYs, discounted",
    "cost_gbp": "cost, discounted",
    "within_standard": "started within the standard, of all who came",
    "deaths_waiting": "deaths on a waiting list",
}
INPUTS = (
    "input", "label", "unit", "part", "point", "mean", "sd", "low", "high", "distribution",
    "assumed", "why_mean_differs", "source", "year", "quality", "copies", "correlated",
)  # fmt: skip

Outputs = dict[str, Floats]
SHARE_OF_A_SET = "Dirichlet (share)"
MINOR = 0.1
"""Share of a difference below which a cause is not worth naming."""


def outputs(side: Sampled, region: RegionDraws) -> tuple[Outputs, dict[str, str]]:
    """Return the headline numbers (draw,) of reading 1 by name, and the unit of each."""
    window = side.scenario.settings.window.months
    a_year = MONTHS_PER_YEAR / window
    worth = side.scenario.settings.economics.willingness_to_pay.number
    values = {NEW_PATIENTS: region.new_metastases.sum(axis=(0, 1)) * a_year}
    units = {NEW_PATIENTS: "people a year"}
    for measure, (name, unit) in TOTALS.items():
        values[name] = region.totals[region.measures.index(measure)]
        units[name] = unit
    cost, qalys = (values[TOTALS[name][0]] for name in ("cost_discounted", "qalys_discounted"))
    values[BENEFIT], units[BENEFIT] = worth * qalys - cost, "GBP"
    for k, treatment in enumerate(region.treatments):
        name = f"starts of {treatment}"
        values[name] = region.starts[k].sum(axis=0) * a_year
        units[name] = "people a year"
    for k, resource in enumerate(region.resources):
        name = f"need of {side.scenario.settings.resource[resource].label}"
        values[name] = region.use[k].sum(axis=0) * a_year
        units[name] = f"{side.scenario.settings.resource[resource].unit} a year"
    return values, units


def interval_table(side: Sampled, plans: Sequence[PlanDraws]) -> pd.DataFrame:
    """Return every headline number with its interval (columns `intervals.COLUMNS`).

    Of the policies there is no base case here: a plan's is that of `hepaplan run`. A policy of
    several of the `plans` is that of the first.
    """
    values, units = outputs(side, side.region)
    base, _ = outputs(side, side.base)
    stated = {name: float(found[0]) for name, found in base.items()}
    tables = [intervals(stated, values, units, _explanations(side, stated, values))]
    policies = {
        policy: found for plan in reversed(plans) for policy, found in plan.measures.items()
    }
    for policy, found in policies.items():
        named = {f"{policy}: {POLICY_WORDS[name]}": drawn for name, drawn in found.items()}
        own = {f"{policy}: {POLICY_WORDS[name]}": MEASURES[name] for name in found}
        tables.append(intervals({}, named, own))
    return pd.concat([t for t in tables if len(t)], ignore_index=True)


def _explanations(
    side: Sampled, base: Mapping[str, float], values: Mapping[str, Floats]
) -> dict[str, str]:
    """Return why a mean over draws is not the base case: the inputs' means, or the model's bends.

    The model is run once with every input at the mean of its distribution: what it then differs
    from the base case comes from means that are not the point values, the rest from results that
    do not follow their inputs in straight lines.
    """
    far = [n for n, drawn in values.items() if abs(drawn.mean() - base[n]) > GAP * abs(base[n])]
    if not far:
        return {}
    at_mean, _ = outputs(side, region_draws(side.usual, at_means(side.inputs)))
    said = {}
    for name in far:
        drawn = values[name]
        whole, by_means = float(drawn.mean()) - base[name], float(at_mean[name][0]) - base[name]
        said[name] = why_apart(whole, by_means, standard_error(drawn))
    return said


def why_apart(whole: float, by_means: float, error: float) -> str:
    """Return why a mean is `whole` from the base case, `by_means` of it from the inputs' means.

    `error` is the mean's standard error: a difference below two of them may be chance.
    """
    share = by_means / whole
    lopsided = "the means of the inputs are not their point values"
    bent = "the result does not follow its inputs in straight lines"
    if share > 1.0 - MINOR:
        cause = f"because {lopsided}"
    elif share > MINOR:
        cause = f"{share:.0%} of that because {lopsided}, the rest because {bent}"
    elif share > -MINOR:
        cause = f"because {bent}"
    else:
        cause = f"because {bent}, and although {lopsided}, which pulls the other way"
    return f"{cause}; it may be chance of the draws" if abs(whole) < 2.0 * error else cause


def demand_tables(side: Sampled) -> dict[str, pd.DataFrame]:
    """Return fans by month of treatments, regions and resources, and the capacity that meets them.

    Needs are those of reading 1: everyone starts on arrival. Capacity is that of all sites
    together, after the utilisation cap and cancellations.
    """
    region, months = side.region, side.usual.window_labels
    network = network_of(side.usual)
    window, kept = len(months), network.reported
    present = network.capacity[:kept, :, :window].sum(axis=1)
    in_region = region.starts_by_region.sum(axis=1, dtype=float)
    by_region = [
        fans.fan_table(region.treatments, months, region.starts_by_region[r]).assign(region=name)
        for r, name in enumerate(region.regions)
    ]
    each = pd.concat(by_region, ignore_index=True).rename(columns={"name": "treatment"})
    resources = list(region.resources)
    return {
        "fan_treatments": fans.fan_table(region.treatments, months, region.starts).rename(
            columns={"name": "treatment"}
        ),
        "fan_regions": fans.fan_table(region.regions, months, in_region).rename(
            columns={"name": "region"}
        ),
        "fan_region_treatments": each[["region", *(c for c in each.columns if c != "region")]],
        "fan_resources": fans.fan_table(resources, months, region.use).rename(
            columns={"name": "resource"}
        ),
        "capacity_by_month": fans.monthly_capacity(resources, months, region.use, present),
        "capacity_by_year": fans.yearly_capacity(resources, region.use, present),
    }


def decision_tables(
    compared: Sequence[Comparison], found: Sequence[curves.Acceptability], worth: float
) -> dict[str, pd.DataFrame]:
    """Return strategies, planes, quadrants and curves of every comparison, named by it.

    The reference of a plane is the comparison's first strategy.
    """
    tables: dict[str, list[pd.DataFrame]] = {
        name: [] for name in ("strategies", "plane", "quadrants", "curves")
    }
    for comparison, curve in zip(compared, found, strict=True):
        strategies = comparison.strategies
        first = strategies.names[0]
        for name, table in (
            ("strategies", curves.mean_frontier(strategies, worth)),
            ("plane", curves.plane(strategies, first)),
            ("quadrants", curves.quadrants(strategies, first, worth)),
            ("curves", curve.table()),
        ):
            tables[name].append(table.assign(comparison=strategies.what, per=comparison.per))
    return {
        name: pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
        for name, parts in tables.items()
    }


def draw_table(side: Sampled) -> pd.DataFrame:
    """Return the headline numbers of reading 1 in every draw, a row a draw."""
    values, units = outputs(side, side.region)
    columns = {f"{name} [{units[name]}]": drawn for name, drawn in values.items()}
    count = len(next(iter(values.values())))
    return pd.DataFrame({"draw": np.arange(count), **columns})


def input_table(side: Sampled) -> pd.DataFrame:
    """Return every part of every uncertain input: its distribution and where it is from.

    With why the distribution's mean is not the point value, where it is not. A share of a set has
    the distribution of the share, a beta, not that of the amount of which it is drawn.
    """
    rows = []
    shares = _shares_of_sets(side)
    for key, what in side.inputs.items():
        for part, drawn in what.parts.items():
            uncertain = shares.get((key, part), drawn)
            of_set = bool(what.of_set) and not isinstance(uncertain, Fixed)
            low, high = np.asarray(uncertain.quantile(INTERVAL_95)).tolist()
            rows.append(
                (
                    dotted(key), what.label, what.unit, part, what.point[part],
                    float(uncertain.mean), float(uncertain.sd), low, high,
                    SHARE_OF_A_SET if of_set else type(uncertain).__name__, what.assumed,
                    why_mean_differs(what, part),
                    what.source, what.year, what.quality, len(what.copies), what.correlated,
                )
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(INPUTS)).astype({"year": "Int64"})


def _shares_of_sets(side: Sampled) -> dict[tuple[Key, str], Uncertain]:
    """Return the shares of sets that sum to 1, by key and part, as they move alone."""
    found: dict[tuple[Key, str], Uncertain] = {}
    for lever in levers(side.scenario, {k: w for k, w in side.inputs.items() if w.of_set}):
        for part, share in lever.parts.items():
            found[lever.what.key, lever.part or part] = share
            found.setdefault((lever.what.key, ""), share)
    return found
