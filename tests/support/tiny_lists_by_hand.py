"""The tiny scenario by naive arithmetic: lists, capacity and what a start is worth."""

from __future__ import annotations

from functools import cache

from tests.support.naive_policies import Done, Listed, Paper, Wait, first_come
from tests.support.tiny_by_hand import (
    ABLATION,
    BACKLOG,
    CHEMOTHERAPY,
    ELIGIBLE,
    FIRST,
    GROUPS,
    LISTS,
    POINTS,
    REGIONS,
    RESECTION,
    RESOURCES,
    SITES,
    SUPPORT,
    USUAL_SHARE,
    clocks,
    fates,
    mix,
    patients,
    usual_flow,
)


def referral(listed: Listed, group: str, site: str) -> float:
    """Return the share of a list's group that goes to a site today."""
    to_hilltop = {
        RESECTION: {"North": 1.0, "South": 1.0},
        ABLATION: {"North": 0.6, "South": 0.0},
        CHEMOTHERAPY: {"North": 0.7, "South": 0.2},
        SUPPORT: {"North": 1.0, "South": 0.0},
    }[listed]
    share = sum(mix(region, group) * to_hilltop[region] for region in REGIONS)
    return share if site == "hilltop" else 1 - share


@cache
def worth(measure: str, annual_rate: float) -> dict[tuple[str, str], float]:
    """Return the worth of coming to a point, by repeated substitution until nothing changes."""
    monthly = (1 + annual_rate) ** (1 / 12)
    own, follows = {}, {}
    for (point, option, group), fate in fates().items():
        streams = {
            "qalys": [fate.qalys],
            "cost": list(fate.cost.values()),
            "years": [[months / 12 for months in fate.lived]],
        }[measure]
        own[point, option, group] = sum(
            amount / monthly ** (month + 0.5) for s in streams for month, amount in enumerate(s)
        )
        follows[point, option, group] = {
            to: sum(people / monthly**month for month, people in enumerate(flow))
            for to, flow in fate.arrive.items()
        }
    value = {(point, group): 0.0 for point in POINTS for group in GROUPS}
    for _ in range(200):
        value = {
            (point, group): sum(
                USUAL_SHARE[listed, group]
                * (
                    own[(*listed, group)]
                    + sum(part * value[to, group] for to, part in follows[(*listed, group)].items())
                )
                for listed in LISTS
                if listed[0] == point
            )
            for point, group in value
        }
    return value


def wait(point: str, group: str) -> Wait:
    """Return a month on a list: other causes first, then what the file says of those who escape."""
    stay, dies, moves, utility, cost = {
        ("operable", "under_65"): (0.9, 0.02, {"inoperable": 0.08}, 0.75, 90.0),
        ("operable", "65_and_over"): (0.85, 0.03, {"inoperable": 0.12}, 0.75, 90.0),
        ("inoperable", "under_65"): (0.8, 0.14, {"supportive_care": 0.06}, 0.65, 110.0),
        ("inoperable", "65_and_over"): (0.8, 0.14, {"supportive_care": 0.06}, 0.65, 110.0),
    }[point, group]
    alive = clocks()[point, group][1]
    died = dies * alive + 1 - alive
    lived = 1 - died / 2
    return Wait(
        stay=stay * alive,
        move={to: probability * alive for to, probability in moves.items()},
        dies=died,
        qalys=utility * lived / 12,
        cost=cost * lived,
        lived=lived,
    )


def capacity(resource: str, site: str, month: int) -> float:
    """Return what a site may use: saleable units x units a week x weeks x utilisation cap."""
    if resource == "theatre":
        number = {"hilltop": 0.25, "riverside": 0.05 if month == 1 else 0.1}[site]
        working_days = (20, 20, 21, 22)[month]  # Easter Monday is 29 March 2027
        return number * 240 * working_days / 5 * 0.85
    number = {"hilltop": 0.15 if month >= 2 else 0.1, "riverside": 0.2}[site]
    return number * 40 * (31, 28, 31, 30)[month] / 7 * 0.9


def earlier(listed: Listed, group: str) -> list[float]:
    """Return starts of the year before the window, both regions."""
    starts = usual_flow()[1]
    return [sum(starts[listed[1], r, group][m] for r in REGIONS) for m in range(-FIRST)]


def committed(resource: str, site: str, month: int) -> float:
    return sum(
        people * referral(listed, group, site)
        * fates()[(*listed, group)].use[resource][month - FIRST - began]
        for listed in LISTS for group in GROUPS
        for began, people in enumerate(earlier(listed, group))
    )  # fmt: skip


@cache
def paper() -> Paper:
    entries = {}
    for point in POINTS:
        for group in GROUPS:
            entries[point, group] = [
                sum(ELIGIBLE[group][point] * patients(r, group, month) for r in REGIONS)
                + sum(
                    people * fates()[(*listed, group)].arrive[point][month - FIRST - began]
                    for listed in LISTS
                    if point in fates()[(*listed, group)].arrive
                    for began, people in enumerate(earlier(listed, group))
                )
                for month in range(4)
            ]
    return Paper(
        lists=LISTS,
        groups=GROUPS,
        sites=SITES,
        resources=RESOURCES,
        months=4,
        fates=fates(),
        share=USUAL_SHARE,
        entries=entries,
        backlog={
            (listed, group, site): [
                n * USUAL_SHARE[listed, group] * referral(listed, group, site)
                for n in BACKLOG.get((listed[0], group), [0.0, 0.0])
            ]
            for listed in LISTS for group in GROUPS for site in SITES
        },
        referral={
            (listed, group, site): referral(listed, group, site)
            for listed in LISTS for group in GROUPS for site in SITES
        },
        free={
            (resource, site): [
                max(capacity(resource, site, m) - committed(resource, site, m), 0.0)
                for m in range(4)
            ]
            for resource in RESOURCES for site in SITES
        },
        wait={(p, g): wait(p, g) for p in ("operable", "inoperable") for g in GROUPS},
        standard_days={"operable": 31.0, "inoperable": 62.0},
    )  # fmt: skip


@cache
def today() -> Done:
    return first_come(paper())
