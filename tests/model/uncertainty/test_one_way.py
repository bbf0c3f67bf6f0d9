"""One input at a time: ends, order, inputs that turn, refusals, cuts at bounds."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from hepaplan.model.outputs import Output, chosen_outputs
from hepaplan.model.uncertainty.moving import evaluations
from hepaplan.model.uncertainty.moving.evaluations import Outcome, by_runs
from hepaplan.model.uncertainty.moving.levers import levers
from hepaplan.model.uncertainty.moving.one_way import ONE_WAY, OneWay, direction, headlines, one_way
from hepaplan.model.uncertainty.spread.distributions import Beta, Fixed, Uniform
from hepaplan.model.uncertainty.spread.inputs import Values
from tests.support.inputs_by_hand import OPERABLE, made_input, made_lever
from tests.support.scenarios import tiny

FIRST = Output("first", "First", "people", "reading 1", True)
SECOND = Output("second", "Second", "GBP", "reading 1", False)
BASE = {"slope": 2.0, "hill": 1.0, "edge": 0.9, "idle": 3.0}


def formula(points: Sequence[Values]) -> list[Outcome]:
    """first = 10 slope - hill (2 - hill) + 5 edge, second = -slope; edge above 1 is refused."""
    found: list[Outcome] = []
    for values in points:
        at = BASE | {str(key[0]): float(value) for key, value in values.items()}  # type: ignore[arg-type]
        if at["edge"] > 1.0:
            found.append(f"edge is {at['edge']:g}, above 1")
            continue
        first = 10 * at["slope"] - at["hill"] * (2 - at["hill"]) + 5 * at["edge"]
        found.append({"first": first, "second": -at["slope"]})
    return found


LEVERS = [
    made_lever("idle", Fixed(3.0)),
    made_lever("hill", Uniform(0.0, 2.0)),
    made_lever("edge", Uniform(0.8, 1.2), 0.9),
    made_lever("slope", Uniform(1.0, 3.0)),
]


def found(ranges: str = "interval") -> OneWay:
    return one_way(LEVERS, [FIRST, SECOND], formula, ranges)  # type: ignore[arg-type]


def row(name: str, output: str = "first", ranges: str = "interval") -> dict[str, object]:
    table = found(ranges).table
    (only,) = table[(table["input"] == name) & (table["output"] == output)].to_dict("records")
    return {str(key): value for key, value in only.items()}


def test_the_input_that_moves_the_first_output_most_comes_first() -> None:
    table = found().table
    assert tuple(table.columns) == ONE_WAY
    assert found().inputs == ("slope", "hill", "edge", "idle")
    assert table["output"].tolist() == ["first", "second"] * 4


def test_ends_are_those_of_the_interval_and_nothing_else_moves() -> None:
    slope = row("slope")
    assert (slope["low_value"], slope["high_value"]) == pytest.approx((1.05, 2.95))
    assert (slope["at_low"], slope["base"], slope["at_high"]) == pytest.approx((14.0, 23.5, 33.0))
    assert slope["swing"] == pytest.approx(19.0)
    assert slope["direction"] == "rises"
    assert row("slope", "second")["direction"] == "falls"


def test_a_fifth_less_and_more_is_cut_at_the_bounds_and_says_so() -> None:
    slope = row("slope", ranges="fifth")
    assert (slope["at_low"], slope["at_high"]) == pytest.approx((19.5, 27.5))
    assert slope["note"] == ""
    cut = made_lever("edge", Uniform(0.8, 1.0), 0.9, bounds=(0.0, 1.0))
    (edge,) = one_way([cut], [FIRST], formula, "fifth").table.to_dict("records")
    assert edge["high_value"] == 1.0
    assert edge["note"] == "1.2 times the value is cut at the figure's bounds"
    assert edge["at_high"] == pytest.approx(24.0)


def test_an_input_that_moves_an_output_both_ways_is_marked() -> None:
    hill = row("hill")
    assert hill["direction"] == "turns"
    assert hill["at_low"] == pytest.approx(hill["at_high"])
    assert hill["swing"] == pytest.approx(0.95**2)
    assert row("idle")["direction"] == "none"


def test_a_turn_between_the_ends_alone_is_seen() -> None:
    assert direction([(0, 1.0), (1, 1.3), (2, 1.2), (3, 2.0)], 1e-9) == "turns"
    assert direction([(3, 2.0), (0, 1.0), (2, 1.5)], 1e-9) == "rises"
    assert direction([(0, 1.0), (1, 1.0 + 1e-12), (2, 1.0)], 1e-9) == "none"
    assert direction([(0, 1.0), (1, 1.0 + 1e-12), (2, 0.5)], 1e-9) == "falls"


def test_a_refused_value_is_a_row_that_says_why() -> None:
    edge = row("edge")
    assert np.isnan(edge["at_high"])  # type: ignore[call-overload]
    assert edge["at_low"] == pytest.approx(19.0 + 5 * 0.81)
    assert "refused at 1.19: edge is 1.19, above 1" in str(edge["note"])
    assert edge["swing"] == pytest.approx(5 * (0.9 - 0.81))


def test_a_scenario_that_is_refused_as_stated_has_no_tornado() -> None:
    with pytest.raises(ValueError, match="as stated is refused: never"):
        one_way(LEVERS, [FIRST], lambda points: ["never"] * len(points))


def test_the_headline_names_the_largest_and_what_needs_care() -> None:
    first, turning, refused = headlines(found(), most=2)
    assert first == (
        "The 2 inputs that move First (people) most, one at a time: "
        "slope, 14 to 33; hill, 24.4 to 24.4."
    )
    assert turning.startswith("1 input moves it both ways")
    assert refused == "Some values of 1 input are refused; the table says why."
    idle = one_way([made_lever("idle", Fixed(3.0))], [FIRST], formula)
    assert headlines(idle) == ("No input moves First (people) over 95% interval.",)


def test_runs_of_the_model_move_what_the_input_touches() -> None:
    inputs = [
        made_input((*OPERABLE, "waiting", "cost"), 90.0, Uniform(60, 120), "GBP per month"),
        made_input(("metastases", "synchronous_share"), 0.16, Beta(16.0, 84.0)),
    ]
    names = ["first_come.cost_gbp", "nothing_scarce.qalys"]
    outputs = list(chosen_outputs(tiny(), names).values())
    moved = levers(tiny(), {what.key: what for what in inputs})
    one = one_way(moved, outputs, by_runs(tiny(), names))
    cost = one.table[one.table["input"].str.endswith("cost")].set_index("output")
    assert cost.loc["nothing_scarce.qalys", "direction"] == "none"
    assert cost.loc["first_come.cost_gbp", "direction"] == "rises"


def test_workers_get_the_work_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker process is sent gives there what it gives here (`parallel.spread`)."""
    points: list[Values] = [{}, {("metastases", "synchronous_share"): 0.2}]

    def sent(work: Any, items: Any, *_: Any) -> Any:
        return pickle.loads(pickle.dumps(work))(pickle.loads(pickle.dumps(items)))

    here = by_runs(tiny(), ["first_come.qalys"])(points)
    monkeypatch.setattr(evaluations, "spread", sent)
    assert by_runs(tiny(), ["first_come.qalys"])(points) == here


def test_a_value_outside_the_bounds_of_its_figure_is_refused_in_words() -> None:
    evaluate = by_runs(tiny(), ["new_metastases"])
    (words,) = evaluate([{("metastases", "synchronous_share"): 1.4}])
    assert "synchronous_share" in str(words)
    assert "outside 0 to 1" in str(words)
