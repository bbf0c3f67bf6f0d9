"""Whatever the scenario and the plan: people are kept, figures are in range, use fits."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given

from hepaplan.model import policies
from hepaplan.model.arrays import Floats
from hepaplan.model.depth import Depth
from hepaplan.model.evaluate import network_of, plan_for, refuse_waiting_that_pays, usual_care
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Plan, Replay, replay
from hepaplan.model.sites.network import Network
from tests.support.balances import lost_in_reading_one, lost_in_replay, lost_on_lists
from tests.support.examples import examples
from tests.support.random_scenarios import MADE, Made
from tests.support.scenarios import tiny_capacity, tiny_usual

CLOSE = 1e-9
"""People, of some hundreds."""


@examples()
@given(MADE)
def test_reading_one_keeps_people_and_figures_in_range(made: Made) -> None:
    """Expected: nobody lost to 1e-12 of all who came; probabilities from 0 to 1; alive falls."""
    usual = usual_care(made.scenario)
    assert lost_in_reading_one(usual) <= 1e-12 * max(usual.entries.sum(), 1.0)
    assert np.abs(usual.eligible.sum(axis=0) - by_region(usual)).max() < CLOSE
    in_range(usual)
    refuse_waiting_that_pays(usual)
    network = network_of(usual)
    assert np.abs(network.referral.sum(axis=2) - 1.0).max() < CLOSE
    assert network.referral.min() >= 0.0
    readings_agree(usual, network)


def by_region(usual: UsualCare) -> Floats:
    """Return new metastases (region, group, month)."""
    return np.asarray(usual.metastases.sum(axis=-1).transpose(1, 2, 0))


def in_range(usual: UsualCare) -> None:
    kernels, waiting = usual.kernels, usual.waiting
    shares = (
        kernels.arrive, kernels.cancer_death, kernels.other_death, kernels.alive,
        kernels.usual_share, kernels.procedural_death, kernels.person_months,
        waiting.stay, waiting.move, waiting.cancer_death, waiting.other_death,
        usual.other_cause_survival,
    )  # fmt: skip
    for share in shares:
        assert np.isfinite(share).all() and share.min() >= -1e-15 and share.max() <= 1.0 + 1e-12
    for amount in (kernels.use, kernels.cost, usual.cases, usual.eligible, usual.flow.starts):
        assert np.isfinite(amount).all() and amount.min() >= 0.0
    assert np.isfinite(kernels.qalys).all()
    alive = (kernels.alive, *overall_survival(kernels, 24), usual.other_cause_survival)
    for falling in alive:
        assert np.diff(falling, axis=-1).max() <= 1e-12
        assert np.abs(falling[..., 0] - 1.0).max() <= 1e-12


def readings_agree(usual: UsualCare, network: Network) -> None:
    """Check that where nothing is scarce, every policy does what reading 1 says."""
    ample = replace(network, capacity=network.capacity * 1e6 + 1e6)
    expected = usual.flow.starts[..., usual.before :].sum(axis=1)
    for policy in (policies.nothing_scarce, policies.first_come, policies.longest_wait):
        done = policy(ample)
        started = done.starts[: len(usual.kernels.options)].sum(axis=(2, 3))
        assert np.abs(started - expected).max() < CLOSE
        assert done.left.max() < CLOSE


@examples()
@given(MADE)
def test_every_replay_keeps_people_and_fits(made: Made) -> None:
    """Expected: nobody lost, whatever the policy or the plan; nothing used beyond what there is.

    `test_plans` asks the same of more networks, made without tables and so faster.
    """
    usual = usual_care(made.scenario)
    network = network_of(usual)
    nothing = policies.nothing_scarce(network)
    best = plan_for(usual, network, nothing, Depth())
    scarce = {
        "first come": policies.first_come(network),
        "longest wait": policies.longest_wait(network),
        "any plan": replay(network, any_plan(network, made.scenario.settings.window.months)),
        "best plan": replay(network, best.plan),
        "plan and spare": policies.plan_and_spare(network, best.plan),
    }
    assert max(best.residuals.values()) <= 1e-6
    kept(network, nothing)
    allowed = np.maximum(network.capacity, network.committed)
    for name, done in scarce.items():
        kept(network, done)
        assert (done.use <= allowed + 1e-6).all(), name


def kept(network: Network, done: Replay) -> None:
    assert lost_on_lists(network, done) < CLOSE
    if network.delayed is None:
        assert lost_in_replay(network, done) < CLOSE
    for field in fields(done):
        people = getattr(done, field.name)
        assert np.isfinite(people).all() and people.min() >= -CLOSE, field.name


def any_plan(network: Network, seed: int) -> Plan:
    """Return a plan that knows neither the people nor the room, nor who offers what."""
    chance = np.random.default_rng(seed)
    groups, sites = len(network.kernels.groups), len(network.sites)
    shape = (groups, sites, network.horizon)
    starts = chance.uniform(0, 2, (len(network.pair_list), *shape))
    starts *= chance.random(starts.shape) < 0.6
    sent = chance.random((len(network.kernels.options), *shape)) + 0.01
    referral = sent / sent.sum(axis=2, keepdims=True)
    return Plan(starts, referral, pooled=bool(seed % 2))


def test_a_person_who_vanishes_is_seen() -> None:
    """Expected: half a person taken off what reading 1 or a replay says is an error of 0.5."""
    usual = tiny_usual()
    starts = usual.flow.starts.copy()
    starts[0, 0, 0, -1] -= 0.5
    short = replace(usual, flow=replace(usual.flow, starts=starts))
    assert lost_in_reading_one(short) == pytest.approx(0.5)
    network = tiny_capacity().network
    done = policies.first_come(network)
    begun = done.starts.copy()
    begun[:, :, :, :, 1] *= 0.5
    assert lost_on_lists(network, replace(done, starts=begun)) > 0.01
    assert lost_in_replay(network, replace(done, starts=begun)) > 0.01
    assert max(lost_on_lists(network, done), lost_in_replay(network, done)) < CLOSE
