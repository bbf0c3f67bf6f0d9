"""What moves alone: single numbers, numbers by group, and shares whose set makes room."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.problems import InvalidInput, Key
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario
from hepaplan.model.uncertainty.moving.levers import Lever, levers
from hepaplan.model.uncertainty.spread.distributions import (
    INTERVAL_95,
    Beta,
    Fixed,
    Gamma,
    LogNormal,
    Uniform,
)
from hepaplan.model.uncertainty.spread.inputs import Input, uncertain_inputs
from hepaplan.scenarios.load import load_scenario
from tests.support.inputs_by_hand import OPERABLE, made_input
from tests.support.scenarios import tiny

UTILITY: Key = (*OPERABLE, "waiting", "utility")
LATE: Key = ("metastases", "late_share")
TABLE: Key = ("tables", "eligibility", "under_65")
SHARES = ("resection", "ablation")


def share_key(option: str) -> Key:
    return (*OPERABLE, "option", option, "usual_share")


def only(*inputs: Input) -> tuple[Lever, ...]:
    return levers(tiny(), {what.key: what for what in inputs})


def test_a_number_moves_to_its_quantiles_and_by_a_fifth_within_its_bounds() -> None:
    (lever,) = only(made_input(UTILITY, 0.75, Uniform(0.5, 1.0), "utility"))
    assert lever.bounds == (-1.0, 1.0)
    assert lever.at_probability(0.025)[""] == pytest.approx(0.5125)
    assert lever.times(0.8)[""] == pytest.approx(0.6)
    assert lever.times(1.2)[""] == pytest.approx(0.9)
    assert lever.times(1.5)[""] == 1.0
    assert lever.values({"": 0.6}) == {UTILITY: 0.6}
    assert (lever.position, lever.at(0.4)) == (0.75, {"": 0.4})


def test_numbers_by_group_move_together_and_a_position_is_a_factor() -> None:
    stay: Key = (*OPERABLE, "waiting", "stay")
    point = {"under_65": 0.9, "65_and_over": 0.85}
    drawn = {"under_65": Uniform(0.8, 1.0), "65_and_over": Uniform(0.75, 0.95)}
    (lever,) = only(made_input(stay, point, drawn))
    assert lever.at_probability(0.25) == pytest.approx({"under_65": 0.85, "65_and_over": 0.8})
    assert lever.times(1.2) == {"under_65": 1.0, "65_and_over": 1.0}
    assert lever.shown == pytest.approx(0.875)
    assert lever.at(0.5) == pytest.approx({"under_65": 0.45, "65_and_over": 0.425})
    assert lever.at(lever.position) == point
    assert lever.position_at(0.25) == pytest.approx(0.825 / 0.875)


def test_copies_take_the_same_value() -> None:
    copy: Key = (*OPERABLE, "waiting", "cost")
    (lever,) = only(made_input(UTILITY, 0.75, Uniform(0.5, 1.0), copies=(copy,)))
    assert lever.values({"": 0.6}) == {UTILITY: 0.6, copy: 0.6}


def dirichlet() -> dict[Key, Input]:
    """Usual shares as a Dirichlet: of 40 under 65 (30, 10) and of 20 others (12, 8)."""
    point = {
        "resection": {"under_65": 0.75, "65_and_over": 0.6},
        "ablation": {"under_65": 0.25, "65_and_over": 0.4},
    }
    size = {"under_65": 40.0, "65_and_over": 20.0}
    return {
        share_key(option): made_input(
            share_key(option),
            point[option],
            {g: Gamma(point[option][g] * size[g], 1.0 / size[g]) for g in size},
            of_set=OPERABLE,
        )
        for option in SHARES
    }


def test_a_share_of_a_dirichlet_set_is_a_beta_and_the_others_make_room() -> None:
    resection, _ablation = levers(tiny(), dirichlet())
    assert resection.parts == {"under_65": Beta(30.0, 10.0), "65_and_over": Beta(12.0, 8.0)}
    assert resection.bounds == (0.0, 1.0)
    moved = stated_scenario(tiny(), resection.values(resection.at_probability(0.1)))
    option = moved.pathway.decision_point["operable"].option
    for group, share in resection.at_probability(0.1).items():
        assert option["resection"].usual_share.for_group(group) == pytest.approx(share)
        assert option["ablation"].usual_share.for_group(group) == pytest.approx(1.0 - share)


def test_a_share_of_a_set_is_spread_as_it_is_drawn() -> None:
    _, ablation = levers(tiny(), dirichlet())
    drawn = draw(dirichlet(), 4000, seed=3)
    shares = [drawn[share_key(option)]["under_65"] for option in SHARES]  # type: ignore[index,call-overload]
    of_all = np.asarray(shares[1]) / (np.asarray(shares[0]) + np.asarray(shares[1]))
    for probability in (0.025, 0.5, 0.975):
        expected = ablation.at_probability(probability)["under_65"]
        assert np.quantile(of_all, probability) == pytest.approx(expected, abs=0.012)


def test_a_share_keeps_its_spread_whoever_else_of_its_set_is_a_copy() -> None:
    """Of 40 people, 12 go here: Beta(12, 28), though the others follow another set's shares."""
    alone = {share_key("ablation"): made_input(
        share_key("ablation"), 0.3, Gamma(0.3 * 40, 1 / 40), of_set=OPERABLE
    )}  # fmt: skip
    (lever,) = levers(tiny(), alone)
    found = lever.parts[""]
    assert isinstance(found, Beta)
    assert (found.alpha, found.beta) == pytest.approx((12.0, 28.0))
    everybody = {share_key("ablation"): made_input(
        share_key("ablation"), {"young": 1.0, "old": 0.3},
        {"young": Gamma(30.0, 1 / 30), "old": Gamma(0.3 * 30, 1 / 30)}, of_set=OPERABLE,
    )}  # fmt: skip
    (lever,) = levers(tiny(), everybody)
    assert lever.parts["young"] == Fixed(1.0)


def test_every_lever_of_the_region_holds_its_stated_value() -> None:
    """The third line after the second, under 65, is stated as 0.33 of 100: 0.242 to 0.425."""
    region = load_scenario("greater-manchester")
    found = {lever.name: lever for lever in levers(region, uncertain_inputs(region))}
    for lever in found.values():
        low, high = (lever.at_probability(p) for p in INTERVAL_95)
        for part, point in lever.point.items():
            assert low[part] <= point <= high[part], (lever.name, part)
            middle = lever.parts[part].mean
            assert middle == pytest.approx(point, rel=0.2), (lever.name, part)
    after = "pathway.decision_point.second_line_liver_limited.option.systemic.exits.progression"
    lever = found[f"{after}.to.third_line_liver_limited"]
    ends = [lever.at_probability(p)["under_65"] for p in INTERVAL_95]
    assert ends == pytest.approx([0.242, 0.425], abs=5e-4)


def test_each_share_of_a_table_moves_alone() -> None:
    table = tiny().tables.eligibility
    rows = table[table["group"] == "under_65"]
    point = {str(k): float(v) for k, v in zip(rows["decision_point"], rows["share"], strict=True)}
    size = 50.0
    drawn = {name: Gamma(v * size, 1 / size) if v else Fixed(0.0) for name, v in point.items()}
    found = only(made_input(TABLE, point, drawn, of_set=TABLE))
    assert [lever.part for lever in found] == [name for name, share in point.items() if share]
    first = found[0]
    assert first.name == f"tables.eligibility.under_65.{first.part}"
    moved = stated_scenario(tiny(), first.values({"": 0.5})).tables.eligibility
    of_group = moved[moved["group"] == "under_65"].set_index("decision_point")["share"]
    assert of_group[first.part] == pytest.approx(0.5)
    assert of_group.sum() == pytest.approx(1.0)
    others = [name for name in point if name != first.part]
    left = {name: point[name] * 0.5 / (1 - point[first.part]) for name in others}
    assert of_group[others].to_dict() == pytest.approx(left)


def test_patterns_choose_inputs_and_unknown_ones_are_refused_together() -> None:
    inputs = {
        LATE: made_input(LATE, 0.12, Beta(12, 88)),
        UTILITY: made_input(UTILITY, 0.75, LogNormal(-0.3, 0.1)),
    }

    def names(*patterns: str) -> list[str]:
        return [lever.name for lever in levers(tiny(), inputs, patterns)]

    assert names("pathway") == ["pathway.decision_point.operable.waiting.utility"]
    assert names("*utility", "metastases.late_share")[0] == "metastases.late_share"
    assert len(names()) == 2
    with pytest.raises(InvalidInput) as refusal:
        names("metastases.late_shere", "nowhere")
    assert 'did you mean "metastases.late_share"?' in str(refusal.value)
    assert '"nowhere"' in str(refusal.value)
