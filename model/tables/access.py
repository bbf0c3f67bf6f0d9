"""Access by region: who starts in time, how far they travel, and how many they are."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.population import regions
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import Replayed, UsualCare
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network, region_mix
from hepaplan.model.sites.site_shares import regional_referral
from hepaplan.model.sites.travel import travel_minutes
from hepaplan.model.tables.money_tables import first_wait


def access_table(usual: UsualCare, capacity: Replayed, done: Replay) -> pd.DataFrame:
    """Return access by region and decision point where people wait.

    `share_within_standard`: started within the standard, of all whose wait ended or broke it;
    `minutes`: mean travel of those who start; `starts_per_year`. Empty where there is nobody.
    """
    scenario, network = usual.scenario, capacity.network
    names, window = regions(scenario), scenario.settings.window.months
    inside, whole, started = people_by_region(usual, network, done)
    minutes = (started * travel_minutes(scenario, names)).sum(axis=2)
    points = network.kernels.point_of
    rows = []
    for r, region in enumerate(names):
        for c in np.flatnonzero(network.waiting.waits):
            lists = points == c
            starts, people = started[lists, r].sum(), whole[lists, r].sum()
            rows.append(
                (
                    region,
                    network.kernels.points[c],
                    inside[lists, r].sum() / people if people > 0 else None,
                    minutes[lists, r].sum() / starts if starts > 0 else None,
                    starts * MONTHS_PER_YEAR / window,
                )
            )
    columns = ["region", "decision_point", "share_within_standard", "minutes", "starts_per_year"]
    return pd.DataFrame(rows, columns=columns)


def people_by_region(
    usual: UsualCare, network: Network, done: Replay
) -> tuple[Floats, Floats, Floats]:
    """Return people of the window by region: in time, all whose wait ended or broke the standard.

    Shapes (list, region); third their starts by the site of the start (list, region, site). The
    first two sum to what `money_tables.share_within_standard` counts. Those who changed site while
    they waited count with the regions of the site where they start.
    """
    scenario, window = usual.scenario, usual.scenario.settings.window.months
    waiting, point = network.waiting, network.kernels.point_of
    mix = region_mix(usual.eligible[..., usual.before :])
    by_region = regional_referral(scenario, regions(scenario), mix)
    mixes = region_by_site(by_region, _plan_referral(network, done)[..., :window])
    left = done.left[..., :window]
    begun = np.zeros_like(left)
    np.add.at(begun, network.pair_list, done.starts[..., :window])
    begun *= waiting.waits[point][:, None, None, None, None]
    standard = waiting.standard_months[point]
    months_waited = np.arange(left.shape[3])
    early, late = (months_waited <= standard[:, None], months_waited >= standard[:, None])
    gone = left * (1.0 - waiting.stay[point])[:, :, None, None, None]
    gone[..., window - 1] = left[..., window - 1] * late[:, None, None]
    first = first_wait(network, done, window)[point][:, :, None]
    in_time = first * begun * early[:, None, None, :, None]
    cohorts = [_by_month_of_referral(people) for people in (in_time, first * (begun + gone), begun)]
    inside, whole = (np.einsum("lght,lgrht->lr", people, mixes) for people in cohorts[:2])
    started = np.einsum("lght,lgrht->lrh", cohorts[2], mixes)
    return inside, whole, started


def region_by_site(by_region: Floats, referral: Floats) -> Floats:
    """Return the regions of those on a list at a site (list, group, region, site, month).

    Shares that sum to 1 over regions. `by_region` (list, group, region, site): where those of each
    region go today; `referral` (list, group, site, month): where the plan sends a group. A site
    that loses people loses of every region alike; those who leave are spread over the sites that
    gain, in proportion. So each region keeps its people, and each site has what the plan sends.
    """
    today = by_region.sum(axis=2)[..., None]
    kept = np.divide(referral, today, out=np.zeros_like(referral), where=today > 0)
    stay = by_region[..., None] * np.minimum(kept, 1.0)[:, :, None]
    gain = np.maximum(referral - today, 0.0)
    whole = gain.sum(axis=2, keepdims=True)
    spread = np.divide(gain, whole, out=np.zeros_like(gain), where=whole > 0)
    moved = by_region.sum(axis=3)[..., None] - stay.sum(axis=3)
    there = stay + moved[:, :, :, None] * spread[:, :, None]
    people = there.sum(axis=2, keepdims=True)
    lives = np.broadcast_to(by_region.sum(axis=3)[:, :, :, None, None], there.shape).copy()
    return np.asarray(np.divide(there, people, out=lives, where=people > 0))


def _plan_referral(network: Network, done: Replay) -> Floats:
    """Return the referral of a replay (list, group, site, month), today's where nobody comes."""
    came = done.at_site.sum(axis=2, keepdims=True)
    today = np.broadcast_to(network.referral[..., None], done.at_site.shape).copy()
    return np.asarray(np.divide(done.at_site, came, out=today, where=came > 0))


def _by_month_of_referral(people: Floats) -> Floats:
    """Return people (list, group, site, months waited, month) by the month in which they came.

    Those who came before day one count with its first month.
    """
    months = people.shape[-1]
    came = np.zeros((*people.shape[:3], months))
    for waited in range(people.shape[3]):
        now, since = people[:, :, :, waited], min(waited, months)
        came[..., : months - since] += now[..., since:]
        came[..., 0] += now[..., :since].sum(axis=-1)
    return came
