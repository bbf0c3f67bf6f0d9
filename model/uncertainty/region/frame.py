"""What all draws of a region share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hepaplan.model.arrays import Floats, Ints
from hepaplan.model.course import option_course
from hepaplan.model.outcomes import discount_factors
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key, dotted
from hepaplan.model.readings import UsualCare
from hepaplan.model.sites.network import day_one_people
from hepaplan.model.surroundings import surroundings
from hepaplan.model.tables.tidy import years_of
from hepaplan.model.uncertainty.region.front import Front, front_of, refuse_more_than_stage_iv
from hepaplan.model.uncertainty.spread.inputs import Values

MEASURES = ("life_years", "qalys", "cost", "qalys_discounted", "cost_discounted")
RATE_OF = (0, 0, 0, 1, 2)
"""Discount rate of each measure: none, that of effects, that of costs."""
NOBODY = 1e-11
"""A share of those who start that is nobody."""
LONGER = 1.6
"""Months for which draws are followed, of those in which the base case has anybody left."""
NOT_LINEAR: tuple[Key, ...] = (
    ("economics", "discount_rate_costs"),
    ("economics", "discount_rate_effects"),
    ("metastases", "synchronous_window"),
    ("metastases", "late_until"),
    ("trend", "damped_after_years"),
)
"""Settings of reading 1 that are not drawn: choices, and whole months."""


@dataclass(frozen=True)
class Frame:
    """What all draws share.

    `within` (rate, month) and `later` (rate, month + 1): discount factors at the middle of a month
    after a start and at its beginning. `backlog` (point, group): people on the lists as the window
    opens. `groups_of` (treatment, option): 1 where an option counts as a treatment.
    `lived` (option, group): months after which hardly anybody is left in an option.
    """

    usual: UsualCare
    front: Front
    within: Floats
    later: Floats
    backlog: Floats
    treatments: tuple[str, ...]
    groups_of: Floats
    lived: Ints
    years: tuple[str, ...]

    @property
    def scenario(self) -> Scenario:
        """The scenario that draws change."""
        return self.usual.scenario

    @property
    def window(self) -> int:
        """Months of the window."""
        return self.scenario.settings.window.months

    @property
    def months(self) -> int:
        """Months of the burn-in and the window."""
        return self.usual.before + self.window

    @property
    def year_of(self) -> Floats:
        """1 where a month of the window is of a year (month, year)."""
        labels = years_of(self.usual.window_labels)
        return np.array([[float(label == year) for year in self.years] for label in labels])


def frame_of(usual: UsualCare, values: Values) -> Frame:
    """Return what all draws share; raises ValueError, in words, for what cannot be drawn."""
    scenario = usual.scenario
    if not scenario.tables.site_shares.empty:
        raise ValueError(
            "the draws of a region cannot follow shares by site (table site_shares): leave the "
            "table out, or run the scenario draw by draw"
        )
    if fixed := [key for key in NOT_LINEAR if key in values]:
        raise ValueError(
            f"{dotted(fixed[0])} is not drawn for a region: run the scenario for each of its values"
        )
    metastases, trend = scenario.settings.metastases, scenario.settings.trend
    share = values.get(("metastases", "synchronous_share"), metastases.synchronous_share.number)
    refuse_more_than_stage_iv(usual, float(np.max(np.asarray(share))))
    damping = np.atleast_1d(np.asarray(values.get(("trend", "damping"), trend.damping.number)))
    economics, months = scenario.settings.economics, usual.kernels.months
    rates = (0.0, economics.discount_rate_effects.number, economics.discount_rate_costs.number)
    names = usual.treatments
    treatments = tuple(dict.fromkeys(names))
    return Frame(
        usual,
        front_of(usual, damping),
        np.stack([discount_factors(rate, months) for rate in rates]),
        np.stack([discount_factors(rate, months + 1, offset=0.0) for rate in rates]),
        day_one_people(scenario, usual.kernels).sum(axis=-1),
        treatments,
        np.array([[float(name == kept) for name in names] for kept in treatments]),
        _lived(usual),
        tuple(dict.fromkeys(years_of(usual.window_labels))),
    )


def _lived(usual: UsualCare) -> Ints:
    """Return months (option, group) after which draws hardly ever have anybody left."""
    groups, pathway = usual.scenario.groups, usual.scenario.pathway
    around = surroundings(pathway, groups, usual.other_cause_survival, usual.studied_survival)
    left = np.array(
        [
            [(option_course(option, around[point, g]).alive > NOBODY).sum() for g in groups]
            for point, _, option in pathway.options()
        ]
    )
    last = np.ceil(LONGER * left).astype(np.int64)
    return np.clip(last, min(usual.span.count, usual.kernels.months), usual.kernels.months)
