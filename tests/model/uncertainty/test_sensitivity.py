"""The study of all inputs at once: screened, then indices of those that matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.outputs import HEALTH_AND_MONEY
from hepaplan.model.problems import InvalidInput, Key, dotted
from hepaplan.model.uncertainty import sensitivity as module
from hepaplan.model.uncertainty.moving.global_sensitivity import MORRIS, SOBOL
from hepaplan.model.uncertainty.sensitivity import Spread, sensitivity
from hepaplan.model.uncertainty.spread.distributions import Beta, Gamma, Uniform
from hepaplan.model.uncertainty.spread.inputs import Input
from tests.support.inputs_by_hand import OPERABLE, made_input
from tests.support.scenarios import tiny

COST: Key = (*OPERABLE, "option", "resection", "complications", "major", "cost")
WAIT: Key = (*OPERABLE, "waiting", "cost")
SHARES: Key = (*OPERABLE, "usual_share")
RESECTION: Key = (*OPERABLE, "option", "resection", "usual_share")
ABLATION: Key = (*OPERABLE, "option", "ablation", "usual_share")
INPUTS = [
    made_input(("metastases", "late_share"), 0.12, Beta(12, 88)),
    made_input(COST, 2500.0, Uniform(500, 4500), "GBP"),
    made_input(WAIT, 90.0, Uniform(30, 150), "GBP per month"),
    made_input(RESECTION, 0.7, Gamma(70, 0.01), of_set=SHARES),
    made_input(ABLATION, 0.3, Gamma(30, 0.01), of_set=SHARES),
]


@pytest.fixture(autouse=True)
def by_hand(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    inputs: dict[Key, Input] = {what.key: what for what in INPUTS}
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: inputs)
    yield


def spread(**parts: object) -> Spread:
    return replace(Spread(workers=1, trajectories=4, base=16), **parts)  # type: ignore[arg-type]


def test_all_inputs_are_screened_and_the_largest_have_indices() -> None:
    study = sensitivity(tiny(), spread(most=2))
    screened, indices = study.tables["screening"], study.tables["sensitivity"]
    assert tuple(screened.columns) == MORRIS
    assert tuple(indices.columns) == (*SOBOL, "share_kept")
    assert len(screened) == 5 * 3
    waiting = screened[screened["factor"].str.endswith("waiting.cost")]
    assert waiting["mu_star"].max() == 0.0
    assert len(study.headlines) == 4
    assert study.headlines[-1].startswith("The shares are of the variance that 2 random numbers")
    by_output = indices.drop_duplicates("output").set_index("output")["share_kept"]
    assert set(by_output.index) == set(HEALTH_AND_MONEY)
    assert by_output.between(0.0, 1.0).all()
    assert study.headlines[-1].count("% of ") == 3
    assert study.facts["factors screened"] == 5


def test_where_all_inputs_are_kept_they_explain_all() -> None:
    pair = ("metastases.late_share", "pathway.*.major.cost")
    study = sensitivity(tiny(), spread(outputs=HEALTH_AND_MONEY[1:], inputs=pair, most=2))
    indices = study.tables["sensitivity"]
    assert set(indices["factor"]) == {dotted(COST), "metastases.late_share"}
    assert (indices["share_kept"] == 1.0).all()
    assert "100% of " in study.headlines[-1]


def test_money_has_its_own_first_input_beside_those_of_health(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two shares move QALYs, a cost so large that it leads for pounds does not."""
    dear = made_input(COST, 2e6, Uniform(1e6, 3e6), "GBP")
    share = made_input(("metastases", "synchronous_share"), 0.16, Uniform(0.13, 0.19))
    both = {what.key: what for what in (dear, share, INPUTS[0])}
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: both)
    outputs = ("new_patients.qalys", "new_patients.cost_gbp")
    indices = sensitivity(tiny(), spread(outputs=outputs, most=2)).tables["sensitivity"]
    assert dotted(COST) in set(indices["factor"])
    assert len(set(indices["factor"])) == 2
    shares = indices.drop_duplicates("output").set_index("output")["share_kept"]
    assert shares.between(0.0, 1.0, inclusive="neither").all()


def test_of_each_output_the_first_then_the_next_and_what_does_nothing_last() -> None:
    """Health ranks a b c, money c d; idle moves neither."""
    rows = [
        ("a", "health", 1, 9.0), ("b", "health", 2, 8.0), ("c", "health", 3, 7.0),
        ("d", "health", 4, 0.0), ("idle", "health", 5, 0.0),
        ("c", "money", 1, 6.0), ("d", "money", 2, 0.1), ("a", "money", 3, 0.0),
        ("b", "money", 4, 0.0), ("idle", "money", 5, 0.0),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["factor", "output", "rank", "mu_star"])
    found = [module._largest(table, most) for most in range(1, 6)]
    assert found == [{"a"}, {"a", "c"}, {"a", "b", "c"}, {*"abcd"}, {*"abcd", "idle"}]


def test_correlated_inputs_are_screened_alone_and_shared_out_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Waiting costs do nothing where nothing is scarce, and the other cost follows them."""
    keys = (WAIT, COST)
    pair = {
        key: replace(what, correlated="costs", correlations=tuple(zip(keys, row, strict=True)))
        for what, row in ((INPUTS[2], (1.0, 0.9)), (INPUTS[1], (0.9, 1.0)))
        for key in [what.key]
    }
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: pair)
    study = sensitivity(tiny(), spread(outputs=("new_patients.cost_gbp",), most=1))
    effects = study.tables["screening"].set_index("factor")["mu_star"]
    assert effects[dotted(WAIT)] == 0.0 < effects[dotted(COST)]
    assert study.tables["sensitivity"]["factor"].tolist() == ["costs"]


def test_shares_of_a_set_enter_the_indices_together_or_not_at_all() -> None:
    study = sensitivity(tiny(), spread(inputs=("pathway.*.resection.usual_share",), most=1))
    indices = study.tables["sensitivity"]
    assert set(indices["factor"]) == {"pathway.decision_point.operable.usual_share"}
    assert set(indices["inputs"]) == {2}


def test_outputs_where_people_wait_are_run_sample_by_sample() -> None:
    names = ("first_come.cost_gbp",)
    study = sensitivity(tiny(), spread(outputs=names, most=1, trajectories=2, base=0))
    screened = study.tables["screening"].set_index("factor")
    assert "sensitivity" not in study.tables
    assert screened["mu_star"].min() > 0
    assert any(str(name).endswith("waiting.cost") for name in screened.index)


def test_without_uncertain_inputs_there_is_nothing_to_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "uncertain_inputs", lambda _: {})
    with pytest.raises(InvalidInput, match="nothing to move"):
        sensitivity(tiny(), spread())
