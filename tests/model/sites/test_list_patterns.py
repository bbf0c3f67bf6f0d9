"""Counts of list patterns by their rules, against a programme over every pattern."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from scipy.optimize import linprog

from hepaplan.model.calendar import Months
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.parameters import Scenario
from hepaplan.model.sites import list_patterns
from hepaplan.model.sites.list_patterns import (
    MOST_PATTERNS,
    TooManyPatterns,
    case_lengths,
    check_list_patterns,
    maximal_patterns,
    session_weights,
)
from hepaplan.model.sites.network import Network
from hepaplan.model.sites.site_capacity import site_capacity
from tests.support.scenarios import tiny, tiny_pathway, tiny_usual, with_pathway, with_settings
from tests.support.small import schedule, share

HILLTOP = 0
RESECTION, ABLATION = 0, 1


def sessions_needed(lengths: list[float], session: float, cases: np.ndarray) -> float:
    """Return the least sessions for a number of cases, fractions of patterns allowed."""
    most = [int(session // length) for length in lengths]
    patterns = np.array(
        [p for p in product(*(range(m + 1) for m in most)) if np.dot(p, lengths) <= session]
    )
    found = linprog(
        np.ones(len(patterns)), A_ub=-patterns.T, b_ub=-cases, method="highs", bounds=(0, None)
    )
    assert found.fun is not None
    return float(found.fun)


def test_patterns_leave_no_room_for_another_case() -> None:
    assert list(maximal_patterns([200, 110, 60], 408)) == [
        (2, 0, 0), (1, 1, 1), (1, 0, 3), (0, 3, 1), (0, 2, 3), (0, 1, 4), (0, 0, 6),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lengths", "weights"),
    [
        ([319], [[1]]),
        ([172], [[1 / 2]]),
        ([319, 172], [[1, 1 / 2]]),
        # 402 and 333 leave room for nothing; 295 and 235 for one of 88; 186 goes twice, or with
        # two of 88; four of 88 fill a session.
        ([402, 333, 295, 235, 186, 88], [[1, 1, 1, 1, 0.5, 0], [1, 1, 0.75, 0.75, 0.5, 0.25]]),
        ([550], [[2]]),
        ([816, 408], [[2, 1]]),
        ([817, 408, 204], [[3, 1, 1 / 2]]),
    ],
)  # fmt: skip
def test_weights_worked_on_paper(lengths: list[float], weights: list[list[float]]) -> None:
    np.testing.assert_allclose(session_weights(lengths, 408.0), weights, atol=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_weights_say_exactly_how_many_sessions_cases_need(seed: int) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(2, 6))
    lengths = sorted(random.integers(60, 400, count).astype(float).tolist(), reverse=True)
    lengths = list(dict.fromkeys(lengths))
    weights = session_weights(lengths, 408.0)
    for _ in range(5):
        cases = random.integers(0, 30, len(lengths)) * random.integers(0, 2, len(lengths))
        needed = sessions_needed(lengths, 408.0, cases)
        assert (weights @ cases).max() == pytest.approx(needed, abs=1e-7)


def test_no_rule_is_spare() -> None:
    weights = session_weights([402, 333, 295, 235, 190, 186, 88, 60, 45], 408.0)
    for one, other in permutations(weights, 2):
        assert (other - one).min() < 0
    assert len(weights) == 15


def test_cases_too_many_to_count_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    words = f"more than {MOST_PATTERNS} ways to fill a session of 408 with cases of 5 to 50$"
    with pytest.raises(TooManyPatterns, match=words):
        session_weights([50, 40, 30, 20, 10, 5], 408.0)
    with pytest.raises(TooManyPatterns, match="cases of 10 lengths that fit differently"):
        session_weights([199, 190, 170, 130, 110, 95, 81, 70, 63, 51], 408.0)
    monkeypatch.setattr(list_patterns, "MOST_RULES", 4)
    with pytest.raises(TooManyPatterns, match="5 rules to keep whole cases of 5 lengths, more"):
        session_weights([204, 136, 102, 60, 30], 408.0)


def test_as_many_patterns_and_rules_as_may_be_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_patterns, "MOST_PATTERNS", 7)
    monkeypatch.setattr(list_patterns, "MOST_RULES", 5)
    assert session_weights([200, 110, 60], 408.0).shape[1] == 3
    monkeypatch.setattr(list_patterns, "MOST_PATTERNS", 6)
    with pytest.raises(TooManyPatterns, match="more than 6 ways"):
        session_weights([200, 110, 60], 408.0)
    monkeypatch.undo()
    monkeypatch.setattr(list_patterns, "MOST_RULES", 5)
    assert len(session_weights([204, 136, 102, 60, 30], 408.0)) == 5


def test_cases_that_fit_in_the_same_places_count_as_one_length() -> None:
    """Five leave room for nothing, five for one of 88: three lengths that fit differently."""
    long, middle = [402, 390, 371, 355, 333], [318, 311, 299, 290, 284]
    found = session_weights([*long, *middle, 88], 408.0)
    expected = np.array([[1.0] * 10 + [0.0], [1.0] * 5 + [0.75] * 5 + [0.25]])
    np.testing.assert_allclose(found, expected, atol=1e-12)


def whole(scenario: Scenario, **resource: object) -> Scenario:
    theatre = scenario.settings.resource["theatre"]
    changed = theatre.model_copy(update={"whole_cases": True, **resource})
    return with_settings(scenario, resource=scenario.settings.resource | {"theatre": changed})


def test_lengths_are_amounts_of_a_month_and_of_complications() -> None:
    assert case_lengths(tiny().pathway, "theatre") == [300, 120, 60]
    assert case_lengths(tiny().pathway, "chair") == [8, 7, 6]
    assert case_lengths(tiny().pathway, "robot") == []


def test_a_check_names_the_resource_whose_cases_cannot_be_counted() -> None:
    resources = whole(tiny()).settings.resource
    assert check_list_patterns(resources, tiny().pathway) == []
    record = tiny_pathway()
    amounts = [50, 40, 30, 20, 10, 5, 2]
    record["decision_point"]["operable"]["option"]["ablation"]["footprint"]["theatre"] = schedule(
        amounts, "minutes"
    )
    (problem,) = check_list_patterns(resources, with_pathway(tiny(), record).pathway)
    assert problem.key == ("resource", "theatre", "whole_cases")
    assert "write false" in problem.message
    shut = resources["theatre"].utilisation_cap.model_copy(update={"value": 0.0})
    closed = {"theatre": resources["theatre"].model_copy(update={"utilisation_cap": shut})}
    (problem,) = check_list_patterns(closed, tiny().pathway)
    assert "no part of a session" in problem.message


def test_sessions_join_the_resources_and_cost_nothing() -> None:
    usual = usual_care(whole(tiny()))
    network, plain = network_of(usual), network_of(tiny_usual())
    # A session has 240 x 0.85 = 204 minutes: a resection of 300 fills two, an ablation of 120 fits
    # with a return to theatre of 60, three returns fill one.
    weights = session_weights([300, 120, 60], 204.0)
    np.testing.assert_allclose(weights, [[2.0, 1.0, 0.0], [2.0, 2 / 3, 1 / 3]])
    assert network.reported == 2
    names = network.kernels.resources
    assert names == (
        "theatre", "chair", "theatre, whole cases (1)", "theatre, whole cases (2)",
    )  # fmt: skip
    np.testing.assert_array_equal(network.kernels.use[:, :, :2], plain.kernels.use)
    np.testing.assert_array_equal(network.kernels.cost, plain.kernels.cost)
    np.testing.assert_array_equal(network.capacity[:2], plain.capacity)
    np.testing.assert_allclose(network.capacity[2], plain.capacity[0] / 204)
    # A tenth of resections is not carried out and counts 0.4 of a case; 15% of the others go back.
    for group in range(2):
        cases = network.kernels.use[RESECTION, group, 2:, 0]
        assert cases.tolist() == pytest.approx([2 * 0.94, 2 * 0.94 + 0.9 * 0.15 / 3])
        ablations = network.kernels.use[ABLATION, group, 2:, 0]
        assert ablations.tolist() == pytest.approx([1, 2 / 3])
    assert not network.kernels.use[:, :, 2:, 1:].any()
    made = [1 / 204, 0.0]
    np.testing.assert_allclose(network.brings, [[1.0, 0.0], [0.0, 1.0], made, made])


def test_sessions_are_never_more_than_the_minutes_allow() -> None:
    network = network_of(usual_care(whole(tiny())))
    minutes = network.kernels.use[:, :, 0] / 204
    assert (network.kernels.use[:, :, 2:].max(axis=2) >= minutes - 1e-12).all()


def test_cancelled_sessions_are_lost_whole() -> None:
    cancelled = share(0.1)
    scenario = whole(tiny())
    theatre = scenario.settings.resource["theatre"].model_validate(
        scenario.settings.resource["theatre"].model_dump() | {"cancelled": cancelled}
    )
    fewer = with_settings(scenario, resource=scenario.settings.resource | {"theatre": theatre})
    months = Months("2027-01", 3)
    found, all_of_it = site_capacity(fewer, months), site_capacity(scenario, months)
    np.testing.assert_allclose(found[0], 0.9 * all_of_it[0])
    np.testing.assert_array_equal(found[1], all_of_it[1])
    network = network_of(usual_care(fewer))
    np.testing.assert_allclose(network.capacity[2], network.capacity[0] / 204)


def test_cases_shorter_than_one_unit_count_too() -> None:
    """Half a minute of 204: without its returns to theatre an ablation is 1 / 408 of a session."""
    record = tiny_pathway()
    ablation = record["decision_point"]["operable"]["option"]["ablation"]
    ablation["footprint"]["theatre"] = schedule([0.5], "minutes")
    ablation.pop("complications", None)
    network = network_of(usual_care(whole(with_pathway(tiny(), record))))
    cases = network.kernels.use[ABLATION, :, 2:, 0]
    np.testing.assert_allclose(cases.max(axis=1), 1 / 408)


def test_every_resource_is_checked_and_those_without_cases_pass() -> None:
    shut = tiny().settings.resource["theatre"].utilisation_cap.model_copy(update={"value": 0.0})
    closed = {
        name: resource.model_copy(update={"whole_cases": True, "utilisation_cap": shut})
        for name, resource in tiny().settings.resource.items()
    }
    plain = {"robot": closed["chair"], "chair": tiny().settings.resource["chair"]}
    told = check_list_patterns(plain | {"theatre": closed["theatre"]}, tiny().pathway)
    assert [problem.key[1] for problem in told] == ["theatre"]
    told = check_list_patterns(closed, tiny().pathway)
    assert [problem.key[1] for problem in told] == ["theatre", "chair"]
    short = whole(tiny(), units_per_week=0.5).settings.resource["theatre"]
    assert check_list_patterns({"theatre": short}, tiny().pathway) == []


def test_the_second_resource_may_have_whole_cases_alone() -> None:
    """A chair has 40 x 0.9 = 36 hours a week: four of eight, five of seven, six of six."""
    chair = tiny().settings.resource["chair"].model_copy(update={"whole_cases": True})
    resources = tiny().settings.resource | {"chair": chair}
    network = network_of(usual_care(with_settings(tiny(), resource=resources)))
    assert network.reported == 2
    assert all(name.startswith("chair, whole cases (") for name in network.kernels.resources[2:])
    assert network.made.of.tolist() == [1] * len(network.kernels.resources[2:])
    np.testing.assert_allclose(network.capacity[2], network.capacity[1] / 36.0)


def changed_use(**resection: object) -> Network:
    record = tiny_pathway()
    options = record["decision_point"]["operable"]["option"]
    for key, stated in resection.items():
        if stated is None:
            options["resection"].pop(key)
        else:
            options["resection"][key] = stated
    return network_of(usual_care(whole(with_pathway(tiny(), record))))


def test_who_is_always_operated_on_has_every_complication() -> None:
    """Fifteen in a hundred go back; without cancellations that is so of all."""
    cases = changed_use(not_performed=None).kernels.use[RESECTION, 0, 2:, 0]
    assert cases.tolist() == pytest.approx([2.0, 2.0 + 0.15 / 3])


def test_cases_of_later_months_are_counted_in_their_months() -> None:
    network = changed_use(footprint={"theatre": schedule([300, 0, 0, 60], "minutes")})
    minutes = network.kernels.use[RESECTION, :, 0]
    cases = network.kernels.use[RESECTION, :, 2:]
    assert (minutes[:, 3] > 0).all()
    assert not cases[:, :, 1:3].any()
    np.testing.assert_allclose(cases[:, 0, 3], 0.0)
    np.testing.assert_allclose(cases[:, 1, 3], minutes[:, 3] / 60 / 3)


def test_a_return_that_takes_nothing_of_one_group_is_no_case_of_it() -> None:
    back = tiny_pathway()["decision_point"]["operable"]["option"]["resection"]["complications"]
    back["major"]["footprint"]["theatre"]["value"] = {"under_65": 0.5, "65_and_over": 0.0}
    network = changed_use(complications=back, not_performed=None)
    cases = network.kernels.use[RESECTION, :, 2:, 0].max(axis=1)
    assert cases.tolist() == pytest.approx([2.0 + 0.15 / 408, 2.0])
