"""Patients grow older along the pathway: when usual care brings them to each decision point."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hepaplan.model.ages.life_table import group_age_mix, group_weights, other_cause_survival
from hepaplan.model.arrays import Floats
from hepaplan.model.flows.renewal import usual_kernel
from hepaplan.model.flows.superposition import superposed
from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.metastases import eligibility
from hepaplan.model.parameters import Scenario
from hepaplan.model.pathway import Pathway
from hepaplan.model.quantities import MONTHS_PER_YEAR


class OtherCauses(NamedTuple):
    """The share who escape death from other causes, by months since.

    `by_point` (point, group, months + 1) since reaching a point, `since_metastasis` (group, months
    + 1) since first metastasis, to the horizon; `studied` (months + 1,) since first metastasis of
    all groups together, who stand for the patients of studies.
    """

    by_point: Floats
    since_metastasis: Floats
    studied: Floats


def other_cause_clocks(scenario: Scenario, metastases: Floats) -> OtherCauses:
    """Return the share who escape other causes since a point, and since first metastasis.

    `metastases` has the axes (month, region, sex, age_band, timing).
    """
    months = scenario.settings.economics.horizon_years * MONTHS_PER_YEAR
    mixes = group_age_mix(scenario, metastases)
    longer = other_cause_survival(scenario, mixes, 2 * months)
    survival = longer[:, : months + 1]
    studied = group_weights(scenario, metastases) @ survival
    alone = disease_kernels(scenario.pathway, scenario.groups, studied)
    came = usual_arrivals(alone, eligibility(scenario), months + 1)
    return OtherCauses(survival_by_point(came, longer), survival, studied)


def disease_kernels(pathway: Pathway, groups: tuple[str, ...], studied: Floats) -> Kernels:
    """Return kernels without death from other causes and without resources.

    `studied` (months + 1,) or (group, months + 1) since first metastasis is still taken out of
    published curves that count other deaths: the disease has to be known before anybody's age at a
    point is, and must be the same with and without other causes.
    """
    nobody_dies = np.ones((len(groups), studied.shape[-1]))
    return pathway_kernels(pathway, groups, {}, nobody_dies, published_survival=studied)


def usual_arrivals(kernels: Kernels, entering: Floats, months: int) -> Floats:
    """Return arrivals (point, group, month) by month since first metastasis, at usual care.

    `entering` (point, group) is where people are first seen, in month 0. The renewal equation of
    `renewal.usual_flow` for one cohort, solved by Fourier transform to 1e-10.
    """
    points, groups = entering.shape
    inflow = np.zeros((groups, points, 1, months))
    inflow[..., 0, 0] = entering.T
    arrivals = superposed(usual_kernel(kernels, months), inflow)[:, :, 0]
    return np.maximum(arrivals.transpose(1, 0, 2), 0.0)


def survival_by_point(arrivals: Floats, survival: Floats) -> Floats:
    """Return the share who escape other causes after reaching a point, (point, group, months + 1).

    `arrivals` (point, group, month) are those of `usual_arrivals` without other causes; `survival`
    (group, at least month + months) escapes them since first metastasis. Who reaches a point is a
    mixture of times since first metastasis, as they were then a mixture of ages: of those who come
    after t months, survival(t) are there and survival(t + d) live d months more. A point that
    nobody reaches has the clock of first metastasis. `months` is what is left of `survival`.
    """
    came = arrivals.shape[-1]
    later = sliding_window_view(survival, came, axis=-1)
    reached = np.einsum("cgt,gdt->cgd", arrivals, later, optimize=True)
    there = reached[..., :1]
    mixed = np.divide(reached, there, out=np.zeros_like(reached), where=there > 0)
    return np.where(there > 0, mixed, later[..., 0])
