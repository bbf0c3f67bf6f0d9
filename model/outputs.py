"""The figures of a scenario that may be asked for by name, and no more work than they need."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from hepaplan.model import policies
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.arrays import Floats
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.economics import net_monetary_benefit
from hepaplan.model.evaluate import CannotPlan, network_of, plan_for, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import Totals, replay_totals
from hepaplan.model.problems import InvalidInput, NoAnswer, nearest
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import (
    FIRST_COME,
    LONGEST_WAIT,
    MOST_HEALTH,
    NOTHING_SCARCE,
    POLICIES,
    UsualCare,
)
from hepaplan.model.replay import Replay, deaths_waiting, replay, starts_by_option
from hepaplan.model.sites.feasibility import feasibility_faults
from hepaplan.model.sites.network import Network
from hepaplan.model.tables.money_tables import share_within_standard
from hepaplan.model.tables.plan_tables import beyond_standard
from hepaplan.model.tables.tidy import add_up
from hepaplan.model.tables.usual_totals import (
    new_patients_worth,
    usual_starts,
    usual_use,
    usual_worth,
)

Need = Literal["reading 1", "replay", "plan"]
"""What an output costs: usual care alone, a replay through the sites, or the plan solved."""
NEW_PATIENTS = "new_patients"
NEW_METASTASES = "new_metastases"
HEALTH_AND_MONEY = (
    f"{NEW_PATIENTS}.net_monetary_benefit_gbp", f"{NEW_PATIENTS}.qalys", f"{NEW_PATIENTS}.cost_gbp",
)  # fmt: skip
"""What a study looks at unless told otherwise: the first orders inputs, and judges decisions."""
PREFIXES = {policy.replace(" ", "_"): policy for policy in POLICIES}
WITHOUT_A_PLAN: dict[str, Callable[[Network], Replay]] = {
    NOTHING_SCARCE: policies.nothing_scarce,
    FIRST_COME: policies.first_come,
    LONGEST_WAIT: policies.longest_wait,
}


@dataclass(frozen=True)
class Output:
    """One figure of a scenario: `policy.measure`, its words and unit, and what it needs.

    `more_is_better` is empty where neither more nor less is.
    """

    name: str
    label: str
    unit: str
    needs: Need
    more_is_better: bool | None


@dataclass(frozen=True)
class _Measure:
    label: str
    unit: str
    more_is_better: bool | None = None


WORTH = {
    "qalys": _Measure("QALYs, lifetime, discounted", "QALY", True),
    "life_years": _Measure("life-years, lifetime", "years", True),
    "cost_gbp": _Measure("cost, lifetime, discounted", "GBP", False),
    "net_monetary_benefit_gbp": _Measure("net monetary benefit, discounted", "GBP", True),
}
"""Of everyone treated or waiting in the window; of `new_patients`, of the window's new ones."""
WAITS = {
    "beyond_standard": _Measure("people beyond the waiting standard, mean month", "people", False),
    "most_beyond_standard": _Measure(
        "people beyond the waiting standard, worst month", "people", False
    ),
    "within_standard": _Measure("started within the standard, of all who came", "share", True),
    "deaths_waiting": _Measure("deaths on a waiting list in the window", "people", False),
}
STARTS, USE, PEAK = "starts_", "use_", "peak_use_"


def outputs_known(scenario: Scenario) -> dict[str, Output]:
    """Return every output of a scenario by name: `policy.measure`, by its resources and treatments.

    `use_…` is a year's, `peak_use_…` the most that is used of what all sites have available in any
    month of the window (bought capacity included; above 1 where nothing is scarce or earlier starts
    take more), `starts_…` a year's.
    """
    measures = WORTH | WAITS
    for name, resource in scenario.settings.resource.items():
        measures[PEAK + name] = _Measure(f"peak use of {resource.label}", "share of capacity")
        measures[USE + name] = _Measure(f"use of {resource.label}", f"{resource.unit} a year")
    for name in dict.fromkeys(option.treatment for _, _, option in scenario.pathway.options()):
        measures[STARTS + name] = _Measure(f"starts of {name}", "people a year")
    found = [
        Output(
            f"{prefix}.{name}", f"{policy}: {measure.label}", measure.unit, _need(policy, name),
            measure.more_is_better,
        )
        for prefix, policy in PREFIXES.items()
        for name, measure in measures.items()
    ]  # fmt: skip
    found += [
        Output(
            f"{NEW_PATIENTS}.{name}", f"new patients, nothing scarce: {measure.label}",
            measure.unit, "reading 1", measure.more_is_better,
        )
        for name, measure in WORTH.items()
    ]  # fmt: skip
    label = "new patients with liver metastases"
    found.append(Output(NEW_METASTASES, label, "people a year", "reading 1", None))
    return {output.name: output for output in found}


def _need(policy: str, measure: str) -> Need:
    if policy == MOST_HEALTH:
        return "plan"
    free = policy == NOTHING_SCARCE and measure not in WAITS and not measure.startswith(PEAK)
    return "reading 1" if free else "replay"


def chosen_outputs(scenario: Scenario, names: Sequence[str]) -> dict[str, Output]:
    """Return the outputs of these names, or raise `InvalidInput` naming all that are unknown."""
    known = outputs_known(scenario)
    faults = [
        f'no output "{name}"{nearest(name, known) or ": write policy.measure"}'
        for name in names
        if name not in known
    ]
    if faults:
        policies_known = ", ".join(PREFIXES)
        raise InvalidInput("\n".join([*faults, f"policies are {policies_known}"]))
    return {name: known[name] for name in names}


def outputs_of(scenario: Scenario, names: Sequence[str], depth: Depth = FULL) -> dict[str, float]:
    """Return outputs by name, in their units; no more is worked out than they need.

    Of `depth` only the limit on time and the solver count. A peak use of what no site has in any
    month is not a number. Unlike a run, a scenario in which waiting pays is not refused: a draw of
    its figures may be one. Raises `InvalidInput` for unknown names, `NoAnswer` where there is no
    plan, or none that is proven.
    """
    chosen_outputs(scenario, names)
    read = _Read(scenario, depth)
    return {name: float(read.output(name)) for name in names}


class _Read:
    """A scenario of which each part is worked out when first asked for."""

    def __init__(self, scenario: Scenario, depth: Depth) -> None:
        self.scenario, self.depth = scenario, depth
        self.window = scenario.settings.window.months
        self.years = self.window / MONTHS_PER_YEAR
        self._replays: dict[str, Replay] = {}
        self._totals: dict[str, Totals] = {}

    @cached_property
    def usual(self) -> UsualCare:
        return usual_care(self.scenario)

    @cached_property
    def network(self) -> Network:
        return network_of(self.usual)

    @cached_property
    def best(self) -> BestPlan:
        faults = feasibility_faults(self.network)
        if faults:
            raise CannotPlan("\n".join(fault.message for fault in faults))
        best = plan_for(self.usual, self.network, self.done(NOTHING_SCARCE), self.depth)
        if not best.is_proven:
            raise NoAnswer(
                f"no plan was proven best within {self.depth.time_limit:g} seconds for one solve "
                f"(relative gap {best.gap:.2g}): allow more time"
            )
        return best

    def done(self, policy: str) -> Replay:
        """Return what a policy does at the sites."""
        if policy not in self._replays:
            if policy == MOST_HEALTH:
                self._replays[policy] = replay(self.network, self.best.plan)
            else:
                self._replays[policy] = WITHOUT_A_PLAN[policy](self.network)
        return self._replays[policy]

    def output(self, name: str) -> float:
        """Return an output that is known."""
        prefix, _, measure = name.partition(".")
        if name == NEW_METASTASES:
            inside = slice(self.usual.before, self.usual.before + self.window)
            return float(self.usual.metastases[inside].sum()) / self.years
        if prefix == NEW_PATIENTS:
            return self._worth(measure, lambda part: new_patients_worth(self.usual, part))
        policy = PREFIXES[prefix]
        usual = _need(policy, measure) == "reading 1"
        if measure in WORTH:
            return self._worth(measure, lambda part: self._treated_worth(policy, part, usual))
        if measure in WAITS:
            return self._waits(policy, measure)
        if measure.startswith(STARTS):
            started = self._starts(policy, usual)
            starts, treatments = add_up(started, self.usual.treatments, axis=0)
            return float(starts[treatments.index(measure.removeprefix(STARTS))]) / self.years
        if measure.startswith(PEAK):
            return self._peak_use(policy, measure.removeprefix(PEAK))
        used = usual_use(self.usual) if usual else self.done(policy).use.sum(axis=1)
        resource = self._resource(measure.removeprefix(USE))
        return float(used[resource, : self.window].sum()) / self.years

    def _resource(self, name: str) -> int:
        return list(self.scenario.settings.resource).index(name)

    def _worth(self, measure: str, part: Callable[[str], float]) -> float:
        """Return a measure of `WORTH` from the parts of `Totals`."""
        if measure == "life_years":
            return part("life_years")
        if measure == "qalys":
            return part("qalys_discounted")
        if measure == "cost_gbp":
            return part("cost_discounted")
        threshold = self.scenario.settings.economics.willingness_to_pay.number
        return net_monetary_benefit(part("cost_discounted"), part("qalys_discounted"), threshold)

    def _treated_worth(self, policy: str, part: str, usual: bool) -> float:
        if usual:
            return usual_worth(self.usual, part)
        if policy not in self._totals:
            done = self.done(policy)
            self._totals[policy] = replay_totals(self.network, done, self.usual.worth, self.window)
        return float(getattr(self._totals[policy], part))

    def _starts(self, policy: str, usual: bool) -> Floats:
        """Return the window's starts by option."""
        if usual:
            return np.asarray(usual_starts(self.usual).sum(axis=(1, 2)))
        by_pair = self.done(policy).starts[..., : self.window].sum(axis=(1, 2, 3, 4))
        return starts_by_option(self.network, by_pair)

    def _waits(self, policy: str, measure: str) -> float:
        done = self.done(policy)
        if measure == "within_standard":
            return share_within_standard(self.usual, self.network, done)
        if measure == "deaths_waiting":
            return deaths_waiting(done, self.window)
        beyond = beyond_standard(self.usual, done)[..., : self.window].sum(axis=(0, 1, 2))
        return float(beyond.max() if measure == "most_beyond_standard" else beyond.mean())

    def _peak_use(self, policy: str, name: str) -> float:
        at = self._resource(name)
        done = self.done(policy)
        available = self.network.capacity if policy == NOTHING_SCARCE else done.capacity
        has = available[at, :, : self.window].sum(axis=0)
        used = done.use[at, :, : self.window].sum(axis=0)[has > 0] / has[has > 0]
        return float(used.max()) if used.size else math.nan
