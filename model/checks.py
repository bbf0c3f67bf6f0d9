"""The identities that hold the two readings together, one function each."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.ages.age_error import age_groups_error, largest_life_years_error
from hepaplan.model.allocation.read_back import programme_qalys
from hepaplan.model.readings import (
    NOTHING_SCARCE,
    Capacity,
    Replayed,
    UsualCare,
)
from hepaplan.model.replay import Replay
from hepaplan.model.waiting import worth_of_waiting

COLUMNS = ["check", "what", "residual", "tolerance", "passed"]
REPLAY_GAP = 0.005
REPLAYED_PLAN = "the replay does what the programme says"


def all_checks(
    usual: UsualCare, capacity: Capacity, error_of_groups: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return each identity's residual and whether it lies within its tolerance.

    `error_of_groups` is the table of `age_groups_error`, made here if it is not at hand.
    """
    first = _reading_one(usual, capacity, error_of_groups)
    return _judged([*first, *_programme(usual, capacity), *_sites(capacity)])


def checks_without_plan(usual: UsualCare, replayed: Replayed) -> pd.DataFrame:
    """Return the identities that need no plan, judged."""
    return _judged([*_reading_one(usual, replayed), *_sites(replayed)])


def _judged(rows: list[list[object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=COLUMNS[:-1])
    table["passed"] = table["residual"] <= table["tolerance"]
    return table


def _reading_one(
    usual: UsualCare, replayed: Replayed, error_of_groups: pd.DataFrame | None = None
) -> list[list[object]]:
    errors = age_groups_error(usual) if error_of_groups is None else error_of_groups
    return [
        ["patients are split, none lost",
         "patients at decision points against new metastases, people",
         split_of_patients(usual), 1e-9],
        ["every start's fate sums to 1", "moved on + died + still in the option, share",
         fate_of_starts(usual), 1e-9],
        ["every waiting month sums to 1", "stays + moves + dies, share",
         waiting_months(usual), 1e-12],
        ["the horizon is long enough", "alive at its end of those who start, share",
         alive_at_the_horizon(usual), 1e-3],
        ["age groups stand for single ages", "largest error of a group's life-years, relative",
         largest_life_years_error(errors), 2e-3],
        ["waiting never pays", "QALYs gained by one more month on a list",
         gain_of_waiting(usual), 1e-9],
        ["two readings, one pathway", "replay with nothing scarce against reading 1, starts",
         readings_agree(usual, replayed), 1e-9],
    ]  # fmt: skip


def _programme(usual: UsualCare, capacity: Capacity) -> list[list[object]]:
    plan = capacity.best
    return [
        ["reading 1 keeps the programme's rows", "largest residual, capacity left out, people",
         plan.usual_residual, 1e-9],
        ["reading 1 has the programme's worth", "objective against arrivals x value, relative",
         plan.usual_worth_gap, 1e-12],
        ["the plan keeps every rule", "largest residual found without the solver",
         max(plan.residuals.values()), 1e-6],
        [REPLAYED_PLAN,
         "QALYs of the plan replayed by group against the programme's own, relative",
         plan_against_replay(usual, capacity), REPLAY_GAP],
    ]  # fmt: skip


def _sites(replayed: Replayed) -> list[list[object]]:
    return [
        *(["people are conserved: " + policy, "came = started + waiting + moved + died, people",
           people_conserved(replayed, done), 1e-6]
          for policy, done in replayed.replays.items()),
        *(["no site is over capacity: " + policy, "units above capacity, or above what was "
           "committed before", over_capacity(replayed, done), 1e-6]
          for policy, done in replayed.replays.items() if policy != NOTHING_SCARCE),
    ]  # fmt: skip


def split_of_patients(usual: UsualCare) -> float:
    """Return the largest difference between patients at decision points and new metastases."""
    by_point = usual.eligible.sum(axis=0)
    arrived = usual.metastases.sum(axis=-1).transpose(1, 2, 0)
    return float(np.abs(by_point - arrived).max())


def fate_of_starts(usual: UsualCare) -> float:
    """Return the largest deviation from 1 of a start's fates, over all months."""
    kernels = usual.kernels
    gone = kernels.arrive.sum(axis=2) + kernels.cancer_death + kernels.other_death
    return float(np.abs(np.cumsum(gone, axis=-1) + kernels.alive - 1.0).max())


def alive_at_the_horizon(usual: UsualCare) -> float:
    """Return the largest share alive at the horizon among starts of groups that have patients."""
    present = usual.flow.starts.sum(axis=(0, 1, 3)) > 0
    return float(usual.kernels.alive[:, present, -1].max(initial=0.0))


def waiting_months(usual: UsualCare) -> float:
    """Return the largest deviation from 1 of what a month on a list does."""
    month = usual.waiting
    total = month.stay + month.move.sum(axis=1) + month.cancer_death + month.other_death
    return float(np.abs(total[month.waits] - 1.0).max(initial=0.0))


def gain_of_waiting(usual: UsualCare) -> float:
    """Return the most that a month on a list could gain over starting now, in QALYs."""
    kernels, value = usual.kernels, usual.worth.qalys_discounted
    gain = worth_of_waiting(usual.waiting, kernels, value) - value.start
    listed = usual.waiting.waits[kernels.point_of][:, None] & (kernels.usual_share > 0)
    return float(max(gain[listed].max(initial=-np.inf), 0.0)) if listed.any() else 0.0


def readings_agree(usual: UsualCare, capacity: Replayed) -> float:
    """Return the largest difference in starts between reading 1 and the replay."""
    lists = len(usual.kernels.options)
    flow = usual.flow.starts[..., usual.before :].sum(axis=1)
    replayed = capacity.replays[NOTHING_SCARCE].starts[:lists].sum(axis=(2, 3))
    return float(np.abs(flow - replayed).max())


def plan_against_replay(usual: UsualCare, capacity: Capacity) -> float:
    """Return the relative difference between the programme's QALYs and the replay's.

    Over the whole horizon, people at settled points left out, as in the programme.
    """
    replayed = programme_qalys(capacity.planned_in, capacity.planned, usual.worth)
    return abs(replayed - capacity.best.qalys) / max(abs(capacity.best.qalys), 1.0)


def people_conserved(capacity: Replayed, done: Replay) -> float:
    """Return the largest imbalance of a month's lists: came in against went out."""
    network = capacity.network
    kernels = network.kernels
    left = done.left.sum(axis=(2, 3))
    before = np.concatenate((network.backlog.sum(axis=(2, 3))[..., None], left[..., :-1]), axis=-1)
    started = np.zeros_like(left)
    np.add.at(started, network.pair_list, done.starts.sum(axis=(2, 3)))
    to_point = np.zeros((3, len(kernels.points), *left.shape[1:]))
    for place, people in enumerate((before, started, left)):
        np.add.at(to_point[place], kernels.point_of, people)
    gone = done.moved.sum(axis=1) + done.cancer_deaths + done.other_deaths
    gone = np.concatenate((np.zeros_like(gone[..., :1]), gone[..., :-1]), axis=-1)
    balance = to_point[0] + done.arrivals - gone - to_point[1] - to_point[2]
    return float(np.abs(balance).max())


def over_capacity(capacity: Replayed, done: Replay) -> float:
    """Return the most that use exceeds capacity, or what earlier starts had taken already."""
    allowed = np.maximum(done.capacity, capacity.network.committed)
    return float(np.maximum(done.use - allowed, 0.0).max())
