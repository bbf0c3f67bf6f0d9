"""How long whole choices take: 20 expansion options, a budget and minimum volumes.

Run it by hand: python tests/benchmarks/bench_choices.py [SCENARIO [OPTIONS]]
The options, drawn with seed 4, add 15 to 40% of what a site has; nobody has offered them.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace

import numpy as np

from hepaplan.model import policies
from hepaplan.model.allocation.branching import choose
from hepaplan.model.allocation.classes import patient_classes
from hepaplan.model.allocation.session import TIME_LIMIT_SECONDS, Session, Stopped
from hepaplan.model.allocation.solver import without_dust
from hepaplan.model.allocation.written import write
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_rules import Expansion, MinimumVolume
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.scenarios.load import load_scenario

TARGET_SECONDS, TARGET_GAP = 120.0, 5e-3
POUNDS_A_YEAR = 700_000.0
VOLUMES = {"south": 6.0, "central": 10.0, "north": 8.0}
"""Fewest thermal ablations a year where ablation stays open."""


def made_up(value: float, unit: str) -> dict[str, object]:
    """Return a figure of this benchmark."""
    return {"value": value, "unit": unit, "source": "authors", "quality": "illustrative"}


def with_options(scenario: Scenario, count: int) -> Scenario:
    """Return a scenario with expansion options, minimum volumes and a yearly budget."""
    random = np.random.default_rng(4)
    expansions = {}
    for place, row in enumerate(scenario.tables.capacity.head(count).to_dict("records")):
        expansions[f"option_{place}"] = Expansion.model_validate(
            {
                "label": f"option {place}",
                "site": row["site"],
                "resource": row["resource"],
                "adds": made_up(float(row["number"] * random.uniform(0.15, 0.4)), "saleable units"),
                "capital": made_up(float(random.uniform(1e4, 2e5)), "GBP"),
                "running": made_up(float(random.uniform(1e4, 1e5)), "GBP per year"),
                "lead": made_up(float(random.integers(0, 13)), "months"),
                "ramp_up": made_up(float(random.integers(0, 4)), "months"),
            }
        )
    volumes = {
        site: MinimumVolume.model_validate(
            {
                "label": site,
                "site": site,
                "treatment": "thermal ablation",
                "least": made_up(least, "starts per year"),
                "may_close": True,
            }
        )
        for site, least in VOLUMES.items()
    }
    first = int(scenario.settings.window.start[:4])
    years = range(first, first + scenario.settings.window.months // MONTHS_PER_YEAR + 3)
    budget = {str(year): made_up(POUNDS_A_YEAR, "GBP") for year in years}
    stated = scenario.settings.plan.model_dump(exclude_none=True) | {"budget": budget}
    settings = scenario.settings.model_copy(
        update={
            "expansion": expansions,
            "minimum_volume": volumes,
            "plan": PlanRules.model_validate(stated),
        }
    )
    return replace(scenario, settings=settings)


def main(name: str, count: int) -> None:
    """Print size, seconds, gap and what was chosen, and what the relaxation says."""
    scenario = load_scenario(name)
    if count:
        scenario = with_options(scenario, count)
    usual = usual_care(scenario)
    network = network_of(usual)
    rules = scenario.settings.plan
    classes = patient_classes(network, policies.nothing_scarce(network), pooled=rules.age_neutral)
    work = write(
        network, classes, rules, usual.worth, scenario.settings.economics.willingness_to_pay.number
    )
    rows = without_dust(work.rows)
    print(
        f"{work.at.count:,} columns, {int(rows.whole.sum())} whole, {rows.matrix.nnz:,} non-zeros"
    )
    weights = work.weights["health"]
    relaxed = Session(replace(rows, whole=np.zeros_like(rows.whole)), weights)
    bound = relaxed.solve()
    print(f"relaxation: {-bound.objective:,.3f} QALYs in {bound.seconds:.1f} s")
    whole = np.flatnonzero(rows.whole)
    shut = np.where(np.isin(whole, work.at.built), 0.0, 1.0)
    relaxed.bound_columns(whole, 0.0, shut)
    try:
        print(f"nothing built: {-relaxed.again().objective:,.3f} QALYs")
    except Stopped as stop:
        print(f"nothing built: {stop.status}")
    started = time.perf_counter()
    found = choose(rows, weights, TIME_LIMIT_SECONDS)
    seconds = time.perf_counter() - started
    print(f"whole: {-found.objective:,.3f} QALYs in {seconds:.1f} s, {found.status}")
    print(f"  gap {found.gap:.5%} (target {TARGET_GAP:.1%} in {TARGET_SECONDS:.0f} s)")
    built = np.flatnonzero(found.point[work.at.built] > 0.5)
    print("  built:", ", ".join(network.lumps.expansions[number] for number in built) or "nothing")
    for number in np.flatnonzero(work.at.open >= 0):
        state = "open" if found.point[work.at.open[number]] > 0.5 else "closed"
        print(f"  {network.lumps.volumes[number]}: {state}")


if __name__ == "__main__":
    main(
        sys.argv[1] if len(sys.argv) > 1 else "greater-manchester",
        int(sys.argv[2]) if len(sys.argv) > 2 else 20,
    )
