"""The study of all inputs at once: screened, then indices of those that matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from hepaplan.model.problems import InvalidInput, Key
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
    assert tuple(indices.columns) == SOBOL
    assert len(screened) == 5 * 3
    waiting = screened[screened["factor"].str.endswith("waiting.cost")]
    assert waiting["mu_star"].max() == 0.0
    assert len(study.headlines) == 4
    assert study.headlines[-1].startswith("The shares are of the variance that 2 random numbers")
    assert study.facts["factors screened"] == 5


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
