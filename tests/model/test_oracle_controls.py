"""Second opinions would notice: a fault is planted in the product's answer, and their test fails.

Those that have a test of this kind beside them are not here; docs/verification/oracles.md has all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from hepaplan.model.evaluate import usual_care
from tests.support.front import front_scenario

Function = Callable[..., Any]
LITTLE = 1 + 1e-6


def larger(real: Function) -> Function:
    """Return a function whose answer is a millionth too large."""
    return lambda *given, **named: real(*given, **named) * LITTLE


def with_larger(field: str, by: float = 1e-3, only: str = "") -> Callable[[Function], Function]:
    """Return what makes a field of an answer too large, or only that of one solver."""

    def fault(real: Function) -> Function:
        def faulty(*given: Any, **named: Any) -> Any:
            right = real(*given, **named)
            if only and named.get("solver") != only:
                return right
            return replace(right, **{field: getattr(right, field) * (1 + by)})

        return faulty

    return fault


def given_larger(place: int) -> Callable[[Function], Function]:
    """Return what makes an argument a thousandth too large."""

    def fault(real: Function) -> Function:
        def faulty(*given: Any, **named: Any) -> Any:
            wrong = [*given]
            wrong[place] = wrong[place] * 1.001
            return real(*wrong, **named)

        return faulty

    return fault


def other_rates(compiled: bool | None) -> Callable[[Function], Function]:
    """Return what makes a rate a millionth too large, for one way of counting."""

    def fault(real: Function) -> Function:
        def faulty(*given: Any, **named: Any) -> Any:
            if named.get("compiled") is compiled:
                named["rates"] = named["rates"] | {"die": named["rates"]["die"] * LITTLE}
            return real(*given, **named)

        return faulty

    return fault


@dataclass(frozen=True)
class Planted:
    """A test of an oracle with its arguments, what is wrong for it, and how."""

    test: str
    given: dict[str, Any]
    where: str
    fault: Callable[[Function], Function] = larger
    needs: str = "numpy"


PLANTED = {
    "cohort engine": Planted(
        "tests.model.test_cohort_engine.test_a_random_model_equals_a_naive_loop",
        {"seed": 3, "size": 4, "density": 1.0, "weights": "half-cycle"},
        "hepaplan.model.cohort.evaluation.cycle_weights",
    ),
    "usual flow": Planted(
        "tests.model.flows.test_renewal.test_usual_flow_equals_a_loop_over_every_start",
        {"months": 3},
        "hepaplan.model.flows.renewal.usual_kernel",
    ),
    "renewal": Planted(
        "tests.model.flows.test_superposition.test_renewal_equals_a_loop_over_every_move",
        {"own": True},
        "tests.model.flows.test_superposition.renewed",
    ),
    "metastases": Planted(
        "tests.model.test_metastases.test_equals_a_naive_loop_over_cases_lags_and_ages",
        {"tiny_front": front_scenario()},
        "tests.model.test_metastases.metastasis_arrivals",
    ),
    "booking": Planted(
        "tests.model.allocation.test_booked.test_booking_agrees_with_a_plain_loop",
        {},
        "tests.model.allocation.test_booked.booked_use",
    ),
    "shares of a difference": Planted(
        "tests.model.test_shapley.test_shares_are_means_over_all_orders_and_sum_to_the_difference",
        {"players": 3},
        "tests.model.test_shapley.shapley",
    ),
    "every choice tried": Planted(
        "tests.model.allocation.test_solver"
        ".test_programmes_made_at_random_equal_every_choice_tried",
        {"solver": "highs", "whole": 3},
        "tests.model.allocation.test_solver.minimise",
        with_larger("objective"),
    ),
    "CBC": Planted(
        "tests.properties.test_plans.test_two_solvers_agree_on_fifty_plans",
        {"aim": "health"},
        "tests.properties.test_plans.minimise",
        with_larger("objective", only="cbc"),
    ),
    "programme from scratch": Planted(
        "tests.properties.test_plans.test_plans_are_those_of_a_programme_written_from_scratch",
        {},
        "tests.properties.test_plans.most_qalys",
        lambda real: lambda where: real(where) * 1.001,
    ),
    "milp": Planted(
        "tests.verification.test_f_plan.test_f19_two_solvers_and_a_file_give_the_same_objective",
        {"whole": 0},
        "tests.verification.test_f_plan.write_model",
        given_larger(2),
    ),
    "harm after waits": Planted(
        "tests.model.delay_harm.test_delayed.test_totals_are_those_of_a_loop_over_every_start",
        {},
        "tests.model.delay_harm.test_delayed.replay_totals",
        with_larger("cost_discounted", by=1e-6),
    ),
    "heormodel's cohort": Planted(
        "tests.model.test_cohort_heormodel"
        ".test_i_costs_and_qalys_of_every_draw_are_those_of_heormodel",
        {},
        "tests.model.test_cohort_heormodel.reference",
        other_rates(None),
        "heormodel",
    ),
    "compiled": Planted(
        "tests.model.test_cohort_compiled.test_i_the_reference_model_compiled_equals_numpy",
        {"treatment": "AB"},
        "tests.model.test_cohort_compiled.reference",
        other_rates(True),
        "numba",
    ),
}
AS_THEY_ARE = tuple(PLANTED)[:6]
"""Quick ones, run without a fault too: so it is the fault that fails them."""


def found(planted: Planted) -> Function:
    """Return the test, without what draws its examples."""
    module, _, name = planted.test.rpartition(".")
    test = getattr(import_module(module), name)
    inner: Function = getattr(getattr(test, "hypothesis", test), "inner_test", test)
    return inner


@pytest.mark.parametrize("what", AS_THEY_ARE)
def test_the_oracle_agrees_as_it_is(what: str) -> None:
    found(PLANTED[what])(**PLANTED[what].given)


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_seen(
    what: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    planted = PLANTED[what]
    if find_spec(planted.needs) is None:
        pytest.skip(f"{planted.needs} is not installed: pip install 'hepaplan[bench]'")
    test, given = found(planted), dict(planted.given)
    if what == "milp":
        given["tmp_path"] = tmp_path
    if what == "harm after waits":
        waits = import_module("tests.model.delay_harm.test_delayed")
        given["usual"] = usual_care(waits.with_delay())
        given["delayed"] = waits.delayed_starts(given["usual"])
    module, _, name = planted.where.rpartition(".")
    place = import_module(module)
    monkeypatch.setattr(place, name, planted.fault(getattr(place, name)))
    with pytest.raises(AssertionError):
        test(**given)
