"""From colorectal cancer to liver metastases: when they appear, at what age, and where they go.

A lag of k months is the month k months after that of diagnosis; it takes what happens between
k and k + 1 months after diagnosis.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.calendar import Months
from hepaplan.model.parameters import (
    AGE_BANDS,
    SEXES,
    STAGES,
    STAGES_WITHOUT_METASTASES,
    TIMINGS,
    Metastases,
    Scenario,
)

LATE_FROM = 60
MONTHS_IN_BAND = 60
SHARES_SUM_TO = 1e-9


def months_of_cases(metastases: Metastases, months: Months) -> Months:
    """Return the months whose cases can still give metastases in `months`."""
    return months.extended(before=_lags(metastases) - 1, after=0)


def metastasis_arrivals(
    scenario: Scenario, cases: Floats, case_months: Months, months: Months
) -> Floats:
    """Return first liver metastases, shape (month, region, sex, age_band, timing).

    Parameters
    ----------
    scenario
        Shares, risks and timing, `settings.metastases`. The risks are cumulative incidences,
        crude of death: competing death is in them already and is not applied again.
    cases
        New cases, shape (case month, region, sex, age_band, stage).
    case_months
        Months of `cases`: from far enough back for late metastases to the last of `months`.
    months
        Months of the result; the age band is that at metastasis.
    """
    metastases = scenario.settings.metastases
    if faults := check_metastases(metastases):
        raise ValueError("; ".join(faults))
    _refuse_synchronous_beyond_stage_iv(metastases, cases)
    needed = months_of_cases(metastases, months)
    start = case_months.position(needed.first)
    if start < 0 or start + needed.count > case_months.count:
        raise ValueError(
            f"cases of {needed.count} months from {needed.first} are needed, but they are given "
            f"for {case_months.count} months from {case_months.first}"
        )
    cases = cases[start : start + needed.count]
    risks = {str(k): v.number for k, v in metastases.metachronous_cumulative_incidence.items()}
    risk = np.array([risks[stage] for stage in STAGES_WITHOUT_METASTASES])
    synchronous = cases.sum(axis=-1) * metastases.synchronous_share.number
    metachronous = cases[..., : len(risk)] @ risk
    appearing = {
        "synchronous": _appear(synchronous, synchronous_lag_share(metastases), months.count),
        "metachronous": _appear(metachronous, metachronous_lag_share(metastases), months.count),
    }
    return np.stack([appearing[timing] for timing in TIMINGS], axis=-1)


def synchronous_lag_share(metastases: Metastases) -> Floats:
    """Return the share of synchronous metastases at each lag, evenly over the window; sums to 1."""
    window = max(int(metastases.synchronous_window.number), 1)
    share = np.zeros(_lags(metastases))
    share[:window] = 1.0 / window
    return share


def metachronous_lag_share(metastases: Metastases) -> Floats:
    """Return metachronous metastases at each lag per unit of five-year risk: sums to 1 + late.

    Linear from none at the end of the synchronous window through the timing's points; then the
    late share evenly from five years on.
    """
    window, until = int(metastases.synchronous_window.number), int(metastases.late_until.number)
    later = [(m, share) for m, share in metastases.metachronous_timing.points if m > window]
    at, reached = zip((window, 0.0), *later, strict=True)
    share: Floats = np.diff(np.interp(np.arange(_lags(metastases) + 1), at, reached))
    if until > LATE_FROM:
        share[LATE_FROM:until] += metastases.late_share.number / (until - LATE_FROM)
    return share


def by_group(scenario: Scenario, arrivals: Floats) -> Floats:
    """Return arrivals by age group, sexes together, shape (month, region, group, timing)."""
    people = arrivals.sum(axis=2).swapaxes(2, 3) @ group_of_band(scenario)
    return np.asarray(people.swapaxes(2, 3))


def group_of_band(scenario: Scenario) -> Floats:
    """Return 1 where an age band belongs to a group, shape (age_band, group)."""
    start = [scenario.settings.group[name].from_age for name in scenario.groups]
    wrong = [age for age in start if age not in AGE_BANDS]
    if start[0] != 0 or wrong or len(set(start)) < len(start):
        raise ValueError(
            f"the groups start at ages {start}: start the youngest at 0, and each at an age of "
            f"its own that begins a five-year band, up to {AGE_BANDS[-1]}"
        )
    group = np.searchsorted(start, AGE_BANDS, side="right") - 1
    return np.asarray(np.eye(len(start))[group])


def eligible_arrivals(scenario: Scenario, by_group: Floats) -> Floats:
    """Return arrivals at decision points, shape (point, region, group, month).

    Each group's arrivals are split by the table of the multidisciplinary team's decisions; points
    in the pathway's order, those not in the table with nobody.
    """
    patients = by_group.sum(axis=3).transpose(1, 2, 0)
    return np.asarray(eligibility(scenario)[:, None, :, None] * patients)


def eligibility(scenario: Scenario) -> Floats:
    """Return the share of each group sent to each point, shape (point, group); sums to 1."""
    points, groups = tuple(scenario.pathway.decision_point), scenario.groups
    share = np.zeros((len(points), len(groups)))
    table = scenario.tables.eligibility
    for group, point, value in zip(
        table["group"], table["decision_point"], table["share"], strict=True
    ):
        if group not in groups or point not in points:
            raise ValueError(
                f"eligibility: group '{group}' at decision point '{point}': one of the two is "
                "unknown; use names of the scenario's groups and of the pathway's points"
            )
        share[points.index(point), groups.index(group)] += float(value)
    total = share.sum(axis=0)
    for group, found in zip(groups, total, strict=True):
        if abs(found - 1.0) > SHARES_SUM_TO:
            raise ValueError(
                f"eligibility: the shares of group '{group}' sum to {found:.10g}: "
                "make them sum to 1"
            )
    return share


def check_metastases(metastases: Metastases, stage: pd.DataFrame | None = None) -> list[str]:
    """Return what is wrong with the shares and the timing, and with the stage table beside them."""
    faults = [*_window_faults(metastases), *_timing_faults(metastases)]
    if stage is not None:
        lowest = float(stage[STAGES[-1]].min())
        if metastases.synchronous_share.number > lowest:
            faults.append(_beyond_stage_iv(metastases, f"falls to {lowest:g} in the stage table"))
    return faults


def _window_faults(metastases: Metastases) -> Iterator[str]:
    window, until = metastases.synchronous_window.number, metastases.late_until.number
    for name, value in (("synchronous_window", window), ("late_until", until)):
        if value != int(value):
            yield f"{name} is {value:g} months: give whole months"
    if metastases.late_share.number > 0 and until <= LATE_FROM:
        yield f"late_until is {until:g} months: late metastases need a month after {LATE_FROM}"
    for stage in STAGES_WITHOUT_METASTASES:
        if stage not in metastases.metachronous_cumulative_incidence:
            yield f"metachronous_cumulative_incidence lacks stage {stage}: add it"


def _timing_faults(metastases: Metastases) -> Iterator[str]:
    points = metastases.metachronous_timing.points
    window = metastases.synchronous_window.number
    if not points or any(m <= n or a < b for (n, b), (m, a) in pairwise(((0, 0.0), *points))):
        yield "metachronous_timing: months must rise from 1 or later, and shares must never fall"
        return
    month, share = points[-1]
    if month > LATE_FROM or abs(share - 1.0) > SHARES_SUM_TO:
        yield (
            f"metachronous_timing ends with {share:g} at month {month}: "
            f"end it with 1 at month {LATE_FROM} or before"
        )
    if inside := [month for month, share in points if month <= window and share > 0]:
        yield (
            f"metachronous_timing has metastases by month {inside[0]}, inside the "
            f"synchronous_window of {window:g} months, where all count as synchronous: "
            "shorten the window or start the timing after it"
        )


def _appear(patients: Floats, lag_share: Floats, count: int) -> Floats:
    """Return when patients of (case month, region, sex, age_band) appear, at their age then."""
    lag = np.arange(len(lag_share) - 1, -1, -1)
    appeared = np.zeros((count, *patients.shape[1:]))
    flat = patients.reshape(len(patients), -1)
    for bands in range(int(lag[0]) // MONTHS_IN_BAND + 2):
        weight = lag_share[lag] * np.maximum(1.0 - np.abs(lag / MONTHS_IN_BAND - bands), 0.0)
        if weight.any():
            rows = np.stack([np.pad(weight, (m, count - 1 - m)) for m in range(count)])
            appeared += _older((rows @ flat).reshape(appeared.shape), bands)
    return appeared


def _older(patients: Floats, bands: int) -> Floats:
    """Return patients moved up by some age bands; the last axis is the band, the top one stays."""
    if bands == 0:
        return patients
    older = np.zeros_like(patients)
    older[..., bands:] = patients[..., :-bands]
    older[..., -1] += patients[..., -bands:].sum(axis=-1)
    return older


def _lags(metastases: Metastases) -> int:
    """Return how many lags can have metastases, from the month of diagnosis on."""
    last_timed = max(month for month, _ in metastases.metachronous_timing.points)
    window, until = metastases.synchronous_window.number, metastases.late_until.number
    return max(1, int(window), last_timed, int(until))


def _refuse_synchronous_beyond_stage_iv(metastases: Metastases, cases: Floats) -> None:
    synchronous = metastases.synchronous_share.number * cases.sum(axis=-1)
    excess = synchronous > cases[..., -1] * (1.0 + SHARES_SUM_TO)
    if excess.any():
        _, _, sex, band = np.argwhere(excess)[0]
        where = f"is less for {SEXES[sex]}, age_from {AGE_BANDS[band]}"
        raise ValueError(_beyond_stage_iv(metastases, where))


def _beyond_stage_iv(metastases: Metastases, where: str) -> str:
    return (
        f"synchronous_share is {metastases.synchronous_share.number:g} of all cases, but the share "
        f"of stage IV, to which they belong, {where}: lower it or raise the stage table"
    )
