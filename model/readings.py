"""The two readings of one pathway: nothing scarce, and capacity scarce under each policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from hepaplan.model.ages.ageing import OtherCauses
from hepaplan.model.allocation.plan import BestPlan
from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.flows.renewal import Flow
from hepaplan.model.kernels import Kernels
from hepaplan.model.outcomes import Values
from hepaplan.model.parameters import Scenario
from hepaplan.model.plan_value import Totals
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from hepaplan.model.waiting import WaitingMonth

POLICIES = ("nothing scarce", "first come", "longest wait", "most health")
NOTHING_SCARCE, FIRST_COME, LONGEST_WAIT, MOST_HEALTH = POLICIES


@dataclass(frozen=True)
class UsualCare:
    """Reading 1: everyone starts the usual option on arrival.

    `months` are the window and its run-out, `span` the burn-in years and `months`, `case_months`
    those whose cases matter. `cases` (case month, region, sex, age_band, stage); `metastases`
    (span month, region, group, timing); `eligible` (point, region, group, span month); `entries`,
    the same with those waiting on the window's first day; `other_cause_survival` (point,
    group, months + 1) since reaching a point, `survival_since_metastasis` (group, months + 1) since
    first metastasis; `studied_survival` (months + 1,), that of all groups together, which published
    curves are taken to hold; `flow` over `span`.
    """

    scenario: Scenario
    months: Months
    span: Months
    case_months: Months
    cases: Floats
    metastases: Floats
    eligible: Floats
    entries: Floats
    other_cause_survival: Floats
    survival_since_metastasis: Floats
    studied_survival: Floats
    kernels: Kernels
    waiting: WaitingMonth
    worth: Values
    flow: Flow

    @property
    def clocks(self) -> OtherCauses:
        """Death from other causes, to hold it still in another `evaluate.usual_care`."""
        return OtherCauses(
            self.other_cause_survival, self.survival_since_metastasis, self.studied_survival
        )

    @property
    def before(self) -> int:
        """Months of the span that lie before the window."""
        return self.span.count - self.months.count

    @property
    def window_labels(self) -> tuple[str, ...]:
        """Months of the window, the ones reported."""
        return self.months.labels[: self.scenario.settings.window.months]

    def window_in(self, network: Network) -> int:
        """Return the months of the window that a network has: fewer where some have happened."""
        return self.scenario.settings.window.months - (self.months.count - network.horizon)

    @property
    def treatments(self) -> list[str]:
        """The treatment that each open option counts as, in the kernels' order."""
        return [option.treatment for _, _, option in self.scenario.pathway.options()]


@dataclass(frozen=True)
class Replayed:
    """The same arrivals at the sites, under each of some policies."""

    network: Network
    replays: Mapping[str, Replay]
    totals: Mapping[str, Totals]


@dataclass(frozen=True)
class Capacity(Replayed):
    """Reading 2: the same arrivals where capacity is scarce, under each policy, with the plan.

    The plan is made in the network `planned_in`; where months have happened already that is the
    network from then on, and `replays` join both. `planned`, `first_come_there` and
    `nothing_scarce_there` are replays in it. `corrections`: where the record of those months says
    other than the model expected.
    """

    best: BestPlan
    planned_in: Network
    planned: Replay
    first_come_there: Replay
    nothing_scarce_there: Replay
    corrections: pd.DataFrame
