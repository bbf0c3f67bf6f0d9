"""Draws: the same values whoever else is drawn, and shares that still sum to 1."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.distributions import LogNormal, Uniform
from hepaplan.model.uncertainty.drawn import drawn_pathway, share_sets
from hepaplan.model.uncertainty.draws import sample, uncertain_figures, uniform
from tests.support.small import pathway_record, share

AT = ("decision_point", "listed", "option", "operation", "exits", "recurrence", "to")


def pathway() -> Pathway:
    record = pathway_record()
    to = record["decision_point"]["listed"]["option"]["operation"]["exits"]["recurrence"]["to"]
    to["listed"] |= {"low": 0.2, "high": 0.4, "distribution": "beta"}
    to["settled"] = share({"young": 0.5, "old": 0.6})
    to["cancer_death"] = share({"young": 0.2, "old": 0.1})
    return Pathway.model_validate(record)


def share_of(drawn: Pathway, end: str, group: str) -> np.ndarray:
    """The drawn share of recurrences that go to one end."""
    record = drawn.decision_point["listed"].option["operation"].exits["recurrence"]
    return np.asarray(record.to[end].for_group(group))


def test_a_figure_keeps_its_draws_whoever_else_is_drawn() -> None:
    one, other = Uniform(0.0, 1.0), LogNormal(0.0, 0.2)
    alone = sample({("a",): one}, 50, seed=3)
    both = sample({("b",): other, ("a",): one}, 50, seed=3)
    more = sample({("a",): one}, 80, seed=3)
    assert (alone["a",] == both["a",]).all()
    assert (alone["a",] == more["a",][:50]).all()
    assert (alone["a",] != sample({("a",): one}, 50, seed=4)["a",]).all()


def test_d13_random_numbers_are_even_and_never_0_or_1() -> None:
    for key in (("a",), ("b", 1), ("c", "d")):
        drawn = uniform(key, 10_000, seed=11)
        counts, _ = np.histogram(drawn, bins=50, range=(0, 1))
        chi_square = float(((counts - 200) ** 2 / 200).sum())
        assert 24 < chi_square < 85  # 49 degrees of freedom: 0.1% and 99.9%
        assert abs(drawn.mean() - 0.5) < 3 / np.sqrt(12 * 10_000)
        assert 0 < drawn.min() < drawn.max() < 1


def test_only_figures_with_a_distribution_and_an_interval_are_uncertain() -> None:
    assert list(uncertain_figures(pathway())) == [(*AT, "listed")]
    assert uncertain_figures(pathway())[*AT, "listed"].mean == pytest.approx(0.3)


def test_what_is_not_drawn_shares_what_the_drawn_leave() -> None:
    drawn = drawn_pathway(pathway(), {(*AT, "listed"): np.array([0.3, 0.1, 0.65])})
    for group, settled in (("young", 5 / 7), ("old", 6 / 7)):
        parts = [share_of(drawn, end, group) for end in ("listed", "settled", "cancer_death")]
        np.testing.assert_allclose(np.sum(parts, axis=0), 1.0, rtol=1e-14)
        np.testing.assert_allclose(parts[1], settled * np.array([0.7, 0.9, 0.35]))


def test_drawn_shares_above_1_are_scaled_down_to_it() -> None:
    above: dict[Key, np.ndarray] = {
        (*AT, "listed"): np.array([0.6]),
        (*AT, "settled"): np.array([0.9]),
    }
    drawn = drawn_pathway(pathway(), above)
    np.testing.assert_allclose(share_of(drawn, "listed", "young"), [0.4])
    np.testing.assert_allclose(share_of(drawn, "settled", "old"), [0.6])
    np.testing.assert_allclose(share_of(drawn, "cancer_death", "old"), [0.0])


def test_a_waiting_month_and_usual_shares_are_whole_too() -> None:
    at = ("decision_point", "listed", "waiting")
    drawn = drawn_pathway(pathway(), {(*at, "cancer_death"): np.array([0.1, 0.4])})
    row = drawn.decision_point["listed"].waiting
    assert row is not None
    np.testing.assert_allclose(row.stay.for_group("all"), [0.7, 0.6 * 7 / 9])
    np.testing.assert_allclose(row.move["settled"].for_group("all"), [0.2, 0.6 * 2 / 9])
    assert any(("decision_point", "settled", "option", "care", "usual_share") in s
               for s in share_sets(pathway()))  # fmt: skip
    only = ("decision_point", "settled", "option", "care", "usual_share")
    alone = drawn_pathway(pathway(), {only: np.array([0.4])})
    care = alone.decision_point["settled"].option["care"]
    np.testing.assert_allclose(care.usual_share.for_group("all"), [1.0])


def test_the_pathway_itself_is_left_as_it_was() -> None:
    before = pathway()
    drawn_pathway(before, {(*AT, "listed"): np.array([0.1])})
    assert before == pathway()
