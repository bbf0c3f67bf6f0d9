"""A programme too large to be solved is refused before its rows are written."""

from __future__ import annotations

import pytest

from hepaplan.model.allocation import constraints, written
from hepaplan.model.allocation.columns import columns
from hepaplan.model.allocation.plan import most_health
from hepaplan.model.allocation.solver import NoPlan
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny, tiny_capacity, tiny_usual


def _rules_are_not_written(*_: object) -> None:
    pytest.fail("rows were written")


def test_a_plan_of_one_variable_too_many_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    best = tiny_capacity().best
    monkeypatch.setattr(written, "MOST_VARIABLES", best.variables - 1)
    monkeypatch.setattr(constraints, "arrivals", _rules_are_not_written)
    network: Network = tiny_capacity().network
    nothing: Replay = nothing_scarce(network)
    with pytest.raises(NoPlan) as refused:
        most_health(network, tiny().settings.plan, tiny_usual().worth, nothing)
    count, most = f"{best.variables:,}", f"{best.variables - 1:,}"
    assert str(refused.value) == (
        f"the plan would have {count} variables, and at most {most} are solved: plan fewer months "
        "(window.months, window.run_out_months), join sites that work as one, or pool the age "
        "groups (plan.age_neutral = true)"
    )


def test_a_plan_of_as_many_variables_as_may_be_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    best, network = tiny_capacity().best, tiny_capacity().network
    monkeypatch.setattr(written, "MOST_VARIABLES", best.variables)
    at, _ = written.programme(network, best.written.classes, tiny().settings.plan)
    assert at.count == columns(network, best.written.classes).count == best.variables


def test_the_limit_leaves_room_for_what_was_measured() -> None:
    """Twice the groups of the shipped region, each by itself: docs/decisions, 9 and 14."""
    assert 202_776 < written.MOST_VARIABLES == 400_000
