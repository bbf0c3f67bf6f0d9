"""How often a plan is written, when its rounds end, which is kept, and what it tells of itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.allocation import objectives
from hepaplan.model.allocation import plan as planning
from hepaplan.model.allocation.aims import STAYED, Reached
from hepaplan.model.allocation.conflict_words import Words
from hepaplan.model.allocation.plan import BestPlan, _best_round, _Round, most_health
from hepaplan.model.allocation.read_back import programme_point
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Session, Solution, Stopped
from hepaplan.model.allocation.solver import NoPlan, minimise
from hepaplan.model.allocation.written import Asked, Written
from hepaplan.model.outcomes import Values
from hepaplan.model.plan_rules import Equity
from hepaplan.model.plan_rules import Plan as PlanRules
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.quantities import Quantity
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.model.allocation.test_conflicts import one_list, volumes
from tests.support.expansions import with_expansions
from tests.support.small import hand_values, rules, share
from tests.support.solved import hospital

Floats = npt.NDArray[np.float64]


def floored() -> PlanRules:
    equity = Equity.model_validate({"over": "region", "floor": share(0.1)})
    return rules().model_copy(update={"equity": equity})


def aims(*names: str) -> PlanRules:
    return rules().model_copy(update={"aims": names})


def planned(
    made: tuple[Network, Values] | None = None,
    stated: PlanRules | None = None,
    asked: Asked | None = None,
) -> BestPlan:
    network, values = made or hospital(80.0)
    return most_health(network, stated or rules(), values, nothing_scarce(network), asked=asked)


def origin() -> Asked:
    """Everyone lives in one region; the window is the one month."""
    return Asked(origin=np.ones((2, 1, 1, 1)), months=1)


@pytest.mark.parametrize(
    ("stated", "asked", "rounds"),
    [
        (rules(), None, 1),
        (rules(), origin(), 1),
        (floored(), None, 1),
        (floored(), origin(), 2),
    ],
)
def test_only_a_floor_for_people_of_known_origin_needs_a_second_round(
    stated: PlanRules, asked: Asked | None, rounds: int
) -> None:
    """Without a floor the programme is its own replay at once. Beds 80: 12 and 20, as on paper."""
    found = planned(stated=stated, asked=asked)
    assert found.rounds == rounds
    assert found.qalys == pytest.approx(45.2, abs=1e-6)
    assert ("equity" in found.residuals) == (rounds == 2)


def test_what_a_plan_tells_of_its_programme() -> None:
    """Each of two lists has a start, a place at the site, left, over, begun and an arrival."""
    found = planned()
    assert found.variables == 12
    assert found.rows == found.written.rows.lower.size
    assert found.nonzeros == found.written.rows.matrix.toarray().astype(bool).sum()
    assert found.rows != found.nonzeros
    assert (found.status, found.solver, found.is_proven) == ("optimal", "HiGHS", True)
    assert found.usual_residual == pytest.approx(0.0, abs=1e-9)
    assert found.usual_worth_gap == pytest.approx(0.0, abs=1e-9)
    assert [step.aim for step in found.reached] == ["health", "standard", "waiting"]
    assert found.reached[0].total == pytest.approx(-45.2, abs=1e-6)
    assert found.seconds >= found.reached[0].seconds


@pytest.mark.parametrize(
    ("status", "later", "proven"),
    [
        ("optimal", "optimal", True),
        ("time limit", "optimal", False),
        ("optimal", f"{STAYED}: time limit", False),
    ],
)
def test_a_plan_is_proven_when_every_aim_is(status: str, later: str, proven: bool) -> None:
    steps = (Reached("health", -45.2, "optimal", 0.1), Reached("cost", 7.0, later, 0.2))
    assert replace(planned(), status=status, reached=steps).is_proven is proven


def rounds_worth(*values: float) -> list[_Round]:
    found = planned()
    nothing = np.zeros(0)
    solution = Solution(nothing, 0.0, "optimal", 0.0, 0.0, nothing, nothing)
    return [_Round(found.written, None, solution, solution, value) for value in values]


@pytest.mark.parametrize(
    ("worth", "kept"),
    [
        ((2000.0, 1999.5), 1),  # within a two-thousandth
        ((2000.0, 1998.5), 0),
        ((-2000.0, -2000.5), 1),
        ((-2000.0, -2001.5), 0),
        ((1999.5, 2000.0, 1998.5), 1),
        ((0.0, 0.0), 1),
    ],
)
def test_of_rounds_as_good_as_the_best_the_last_is_kept(worth: Sequence[float], kept: int) -> None:
    rounds = rounds_worth(*worth)
    assert _best_round(rounds) is rounds[kept]


@pytest.mark.parametrize(
    ("apart", "rounds"), [([0.0], 1), ([0.0019], 1), ([0.0021, 0.0], 2), ([-0.0021, 0.0021] * 2, 4)]
)
def test_rounds_end_when_programme_and_replay_agree(
    apart: list[float], rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To within two thousandths of what the replay is worth, at most four times."""
    told = iter(apart)

    def worth(network: Network, done: Replay, values: Values, *_: object) -> float:
        return 45.2 / (1.0 - next(told))

    monkeypatch.setattr(planning, "programme_worth", worth)
    assert planned().rounds == rounds


def test_nobody_is_passed_over_for_age_in_later_rounds_either(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = iter([45.0, 45.2])  # the second round is better, and its programme agrees
    monkeypatch.setattr(planning, "programme_worth", lambda *_: next(told))
    found = planned()
    assert found.rounds == 2
    assert found.written.classes.pooled
    assert found.plan.pooled


def test_how_far_worths_are_apart_is_not_told_of_less_than_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a plan worth next to nothing, a thousandth of one QALY is no difference."""
    network, values = hospital(80.0)
    nobody = replace(network, entries=network.entries * 0.0)
    monkeypatch.setattr(planning, "programme_worth", lambda *_: 0.0019)
    assert planned((nobody, values)).rounds == 1
    monkeypatch.setattr(planning, "programme_worth", lambda *_: 0.0021)
    assert planned((nobody, values)).rounds == 4


@pytest.mark.parametrize(
    ("there", "built", "qalys"), [(120.0, 0.0, 50.0), (94.9, 1.0, 50.0), (80.0, 1.0, 50.0)]
)
def test_beds_are_built_whole_and_only_where_they_gain_anything(
    there: float, built: float, qalys: float
) -> None:
    """All who can be treated need 95 bed-days; a tenth of a day more is worth 0.032 QALYs.

    Money comes second: half of the beds would be cheaper, if they could be had.
    """
    network, values = hospital(there)
    beds = np.zeros((1, 3, 1, 1))
    beds[0, 2] = 40.0
    network = with_expansions(network, beds, cost=np.full((1, 1), 7000.0))
    found = planned((network, values), aims("health", "cost"))
    assert found.plan.built is not None
    assert found.plan.built.tolist() == [built]
    assert found.qalys == pytest.approx(qalys, abs=1e-5)


def test_nothing_of_the_first_aim_is_given_up_unless_a_scenario_says_so() -> None:
    """Each QALY costs a pound: the cheapest plan, with none, is not the one."""
    network, values = hospital(80.0)
    dear = replace(values, cost_discounted=values.qalys_discounted)
    assert planned((network, dear), aims("health", "cost")).qalys == pytest.approx(45.2, abs=1e-5)
    half = aims("health", "cost").model_copy(
        update={"give_up": Quantity.model_validate(share(0.5))}
    )
    assert planned((network, dear), half).qalys == pytest.approx(22.6, abs=1e-5)


def test_without_a_worth_of_a_qaly_money_is_cost_alone() -> None:
    """Each QALY costs half a pound: whoever gives nothing for it starts nobody."""
    network, values = hospital(80.0)
    half = hand_values(network.kernels, [0.8, 0.65]).qalys_discounted
    dear = replace(values, cost_discounted=half)
    assert planned((network, dear), aims("money")).qalys == pytest.approx(0.0, abs=1e-6)
    usual = nothing_scarce(network)
    found = most_health(network, aims("money"), dear, usual, willingness_to_pay=0.75)
    assert found.qalys == pytest.approx(45.2, abs=1e-5)


@pytest.mark.parametrize(("labels", "name"), [(None, "site_0"), ({"site_0": "North"}, "North")])
def test_rules_that_cannot_be_kept_are_told_in_the_words_given(
    labels: dict[str, str] | None, name: str
) -> None:
    network = replace(one_list(1.0, [50.0]), lumps=volumes([40.0]))
    words = None if labels is None else Words(network, labels)
    values = hand_values(network.kernels, [1.0])
    with pytest.raises(NoPlan, match=f"at {name}: at least 40 a year are asked for"):
        most_health(network, rules(), values, nothing_scarce(network), words=words)


def failing(status: str) -> object:
    def solve(_: Session) -> Solution:
        raise Stopped(status)  # type: ignore[arg-type]

    return solve


def test_highs_that_fails_leaves_later_aims_unsought_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:

    def by_cbc(rows: Programme, weights: Floats, time_limit: float) -> Solution:
        return minimise(rows, weights, time_limit, "cbc")

    monkeypatch.setattr(Session, "solve", failing("failed"))
    monkeypatch.setattr(planning, "minimise", by_cbc)
    found = planned()
    assert found.solver == "CBC"
    assert found.qalys == pytest.approx(45.2, abs=1e-6)
    assert [(step.aim, step.status) for step in found.reached] == [
        ("health", "optimal"),
        ("standard", "kept as it was: failed"),
        ("waiting", "kept as it was: failed"),
    ]
    assert found.reached[0].total == pytest.approx(-45.2, abs=1e-6)
    assert [step.seconds for step in found.reached[1:]] == [0.0, 0.0]
    assert not found.is_proven


def test_highs_that_is_out_of_time_is_no_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Session, "solve", failing("time limit"))
    with pytest.raises(NoPlan) as refused:
        planned()
    assert refused.value.status == "time limit"


def test_another_solver_seeks_the_first_aim_only() -> None:
    network, values = hospital(80.0)
    usual = nothing_scarce(network)
    found = most_health(network, rules(), values, usual, solver="cbc")
    assert (found.solver, found.is_proven, len(found.reached)) == ("CBC", True, 1)
    assert found.qalys == pytest.approx(45.2, abs=1e-6)


def test_an_answer_that_breaks_a_rule_when_it_is_rounded_is_no_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def doubled(_: object, point: Floats) -> Floats:
        return point * 2.0

    monkeypatch.setattr(planning, "in_whole_numbers", doubled)
    with pytest.raises(NoPlan, match=r"the solver's answer breaks .*by"):
        planned()


def test_how_far_reading_1_is_from_its_own_rows_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """All start when nothing is scarce: 15 x 1.6 + 25 x 1.3 = 56.5; told to be worth 50."""
    monkeypatch.setattr(objectives, "usual_worth", lambda *_: 50.0)
    assert planned().usual_worth_gap == pytest.approx(6.5 / 50.0)
    monkeypatch.setattr(objectives, "usual_worth", lambda *_: -0.5)
    assert planned().usual_worth_gap == pytest.approx(57.0)

    def less(work_network: Network, *given: object) -> Floats:
        return programme_point(work_network, *given) * 0.5  # type: ignore[arg-type]

    monkeypatch.setattr(planning, "programme_point", less)
    assert planned().usual_residual == pytest.approx(12.5)


def test_written_is_kept_as_it_was_solved() -> None:
    found = planned()
    assert isinstance(found.written, Written)
    assert found.written.qalys(found.point) == pytest.approx(found.qalys)
