"""First come, first served on random networks, against people followed one list at a time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hepaplan.model.policies import first_come
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.support.naive_networks import paper_of
from tests.support.naive_policies import Done
from tests.support.naive_policies import first_come as plainly
from tests.support.random_networks import region

NETWORKS = [
    region(points, options, sites, months, plenty, False, seed).network
    for seed, (points, options, sites, months, plenty) in enumerate(
        [(2, 1, 1, 4, 0.5), (2, 2, 2, 4, 0.3), (3, 2, 1, 5, 0.1), (3, 1, 3, 5, 0.6),
         (2, 2, 3, 3, 4.0), (3, 2, 2, 6, 0.5)]
    )
]  # fmt: skip


def apart(network: Network, done: Replay, other: Done) -> float:
    """Return the largest difference in people started or left anywhere."""
    furthest = 0.0
    for ours, theirs in ((done.starts, other.starts), (done.left, other.left)):
        for k, listed in enumerate(network.kernels.options):
            for g, group in enumerate(network.kernels.groups):
                for h, site in enumerate(network.sites):
                    for waited in range(ours.shape[3]):
                        for month in range(network.horizon):
                            people = theirs.get((listed, group, site, waited, month), 0.0)
                            found = float(ours[k, g, h, waited, month])
                            furthest = max(furthest, abs(found - people))
    return furthest


@pytest.mark.parametrize("network", NETWORKS)
def test_first_come_on_random_networks(network: Network) -> None:
    assert apart(network, first_come(network), plainly(paper_of(network))) < 1e-7


def test_there_is_something_to_wait_for() -> None:
    waiting = [first_come(network).left[..., -1].sum() for network in NETWORKS]
    assert sorted(people > 1.0 for people in waiting).count(True) >= 3


@pytest.mark.parametrize("name", ["capacity", "entries", "backlog"])
def test_a_thousandth_more_is_seen(name: str) -> None:
    right = next(n for n in NETWORKS if n.backlog.any() and len(n.sites) > 1)
    wrong = replace(right, **{name: getattr(right, name) * 1.001})
    assert apart(right, first_come(wrong), plainly(paper_of(right))) > 1e-4
