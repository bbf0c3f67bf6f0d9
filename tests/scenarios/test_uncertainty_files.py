"""Distributions in scenario files: rules, sets, correlations and samples, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hepaplan.model.uncertainty.spread.empirical import Empirical
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.scenarios.load import LocatedProblem, load

Edit = Callable[[str, str, str], int]
Problems = Callable[..., tuple[LocatedProblem, ...]]

STATED = 'value = 0.16\nlow = 0.12\nhigh = 0.2\ndistribution = "beta"'
WORDS = 'source = "made_up", quality = "judgement" }'
RULES = f"""[uncertainty]
cost = {{ value = 0.2, unit = "relative standard error", {WORDS}
share = {{ value = 90, unit = "patients", {WORDS}

"""
SETS = """[uncertainty.correlated.registries]
keys = ["metastases.synchronous_share", "metastases.late_share"]
correlation = 0.4
unit = "correlation"
source = "made_up"
quality = "judgement"

"""
BEFORE = "[group.under_65]"


def with_rules(edit: Edit, text: str) -> int:
    return edit("scenario.toml", BEFORE, text + BEFORE)


def samples(tiny: Path, rows: list[str], header: str = "draw,share") -> None:
    (tiny / "samples.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def by_samples(edit: Edit, column: str = "share") -> int:
    stated = f'samples = {{ file = "samples.csv", column = "{column}" }}'
    return edit("scenario.toml", STATED, f'value = 0.16\ndistribution = "empirical"\n{stated}')


def test_rules_sets_and_correlations_are_read(tiny: Path, edit: Edit) -> None:
    with_rules(edit, RULES + SETS)
    edit("scenario.toml", 'file = "eligibility.csv"',
         'file = "eligibility.csv"\nsample_size = { under_65 = 70 }')  # fmt: skip
    loaded = load(tiny)
    found = uncertain_inputs(loaded.scenario)
    assert loaded.notices == ()
    assert found["metastases", "late_share"].correlated == "registries"
    assert found["tables", "eligibility", "under_65"].has_parts_of_its_own
    assert found["resource", "chair", "unit_cost"].parts[""].sd == pytest.approx(7.0)


def test_samples_are_read_beside_the_scenario_and_hashed(tiny: Path, edit: Edit) -> None:
    by_samples(edit)
    samples(tiny, [f"{i},{0.1 + i / 500}" for i in range(50)])
    scenario = load(tiny).scenario
    drawn = uncertain_inputs(scenario)["metastases", "synchronous_share"].parts[""]
    assert isinstance(drawn, Empirical)
    np.testing.assert_allclose(drawn.samples, 0.1 + np.arange(50) / 500)
    assert "tiny/samples.csv" in scenario.input_hashes


@pytest.mark.parametrize(
    ("rows", "column", "line", "message"),
    [
        (None, "share", None, "tiny/samples.csv: there is no such file"),
        ([f"{i},0.2" for i in range(9)], "share", None, "found 9 samples; expected at least 30"),
        ([f"{i},0.2" for i in range(40)], "shar", None, 'no column \'shar\' in tiny/samples.csv; '
         'did you mean "share"?; its columns are draw, share'),
        ([*(f"{i},0.2" for i in range(40)), "40,x"], "share", 42, "found 'x'; expected a number"),
        ([*(f"{i},0.2" for i in range(40)), "40,1.2"], "share", None, "outside 0 to 1"),
    ],
)  # fmt: skip
def test_samples_that_cannot_be_used_are_told(
    tiny: Path, edit: Edit, problems: Problems, rows: list[str] | None, column: str,
    line: int | None, message: str,
) -> None:  # fmt: skip
    first = by_samples(edit, column)
    if rows is not None:
        samples(tiny, rows)
    [problem] = problems(tiny)
    assert message in problem.message
    if line is None:
        assert (problem.file, problem.key) == (
            "tiny/scenario.toml", "metastases.synchronous_share.samples"
        )  # fmt: skip
        assert problem.line == first + 2
    else:
        assert (problem.file, problem.line, problem.key) == ("tiny/samples.csv", line, "share")


FAULTS = {
    "a negative standard error": (
        STATED, 'value = 0.16\nstandard_error = -0.1\ndistribution = "beta"',
        "metastases.synchronous_share.standard_error", "found -0.1; expected at least 0",
    ),
    "a beta with mean 1.2": (
        'value = 0.12\nunit = "share"', 'value = 1.2\ndistribution = "beta"\nstandard_error = 0.1\n'
        'unit = "share"', "metastases.late_share.value", "1.2 lies outside 0 to 1",
    ),
    "an interval that excludes its point": (
        "low = 0.12", "low = 0.17", "metastases.synchronous_share.value",
        "the interval 0.17 to 0.2 does not hold the value 0.16",
    ),
    "interval and parameters": (
        "low = 0.12", "low = 0.12\nparameters = { alpha = 3, beta = 5 }",
        "metastases.synchronous_share.distribution", "more than one way",
    ),
    "a distribution of a choice": (
        'value = 20000\n', 'value = 20000\ndistribution = "gamma"\nstandard_error = 500\n',
        "economics.willingness_to_pay.distribution", "is stated for a choice",
    ),
    "a dirichlet that stands alone": (
        STATED, 'value = 0.16\ndistribution = "dirichlet"\nparameters = { sample_size = 9 }',
        "metastases.synchronous_share.distribution", "stands alone; choose beta",
    ),
    "a sample size of another table": (
        'file = "stage.csv"', 'file = "stage.csv"\nsample_size = { under_65 = 7 }',
        "tables.stage.sample_size", "no shares to draw",
    ),
    "a sample size of no group": (
        'file = "eligibility.csv"', 'file = "eligibility.csv"\nsample_size = { under_66 = 7 }',
        "tables.eligibility.sample_size.under_66", 'did you mean "under_65"?',
    ),
    "a rule in another unit": (
        BEFORE, RULES.replace("relative standard error", "GBP") + BEFORE, "uncertainty.cost.unit",
        "'relative standard error' is expected",
    ),
    "a matrix that is not positive definite": (
        BEFORE, RULES + SETS.replace("correlation = 0.4", "matrix = [[1, 1], [1, 1]]") + BEFORE,
        "uncertainty.correlated.registries.matrix", "not positive definite",
    ),
    "a correlated key that is none": (
        BEFORE, RULES + SETS.replace("late_share", "late_shore") + BEFORE,
        "uncertainty.correlated.registries.keys[2]", 'did you mean "metastases.late_share"?',
    ),
    "a correlated choice": (
        BEFORE, RULES + SETS.replace("metastases.late_share", "economics.willingness_to_pay")
        + BEFORE, "uncertainty.correlated.registries.keys[2]", "which is no uncertain figure",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "message"), FAULTS.values(), ids=FAULTS)
def test_faults_of_distributions_are_told_with_their_place(
    tiny: Path, edit: Edit, problems: Problems, old: str, new: str, key: str, message: str
) -> None:
    first = edit("scenario.toml", old, new)
    [problem] = problems(tiny)
    assert (problem.file, problem.key) == ("tiny/scenario.toml", key)
    assert message in problem.message
    assert problem.line is not None
    assert first - 1 <= problem.line <= first + 12


def test_faults_are_told_all_at_once(tiny: Path, edit: Edit, problems: Problems) -> None:
    edit("scenario.toml", "low = 0.12", "low = 0.17")
    with_rules(edit, RULES + SETS.replace("0.4", "-0.4\nmatrix = [[1, 2], [2, 1]]"))
    edit("pathway.toml", "stay = { value = 0.8,",
         'stay = { value = 0.8, distribution = "beta", ')  # fmt: skip
    assert [p.key for p in problems(tiny)] == [
        "pathway.decision_point.inoperable.waiting.stay.distribution",
        "metastases.synchronous_share.value",
        "uncertainty.correlated.registries.matrix",
    ]
    edit("scenario.toml", "low = 0.17", "low = 0.12")
    assert [p.key for p in problems(tiny)] == [
        "pathway.decision_point.inoperable.waiting.stay.distribution",
        "uncertainty.correlated.registries.matrix",
    ]


def test_a_dirichlet_beside_a_distribution_of_its_own_is_told(
    edit: Edit, tiny: Path, problems: Problems
) -> None:
    size = 'distribution = "dirichlet", parameters = { sample_size = %s },'
    edit("pathway.toml", "stay = { value = 0.8,", f"stay = {{ value = 0.8, {size % 90}")
    death, beta = "cancer_death = { value = 0.14,", 'distribution = "beta", standard_error = 0.02,'
    edit("pathway.toml", death, f"{death} {beta}")
    [problem] = problems(tiny)
    assert problem.key == "pathway.decision_point.inoperable.waiting.stay.distribution"
    assert "cancer_death of the same set has a distribution of its own" in problem.message
    edit("pathway.toml", beta, size % 70)
    both = problems(tiny)
    assert len(both) == 2
    assert {"state one size" in p.message for p in both} == {True}


def test_an_interval_without_a_distribution_is_noticed(tiny: Path, edit: Edit) -> None:
    edit("scenario.toml", 'high = 0.2\ndistribution = "beta"', "high = 0.2")
    edit("scenario.toml", "value = 20000\n", "value = 20000\nlow = 15000\nhigh = 30000\n")
    [notice] = load(tiny).notices
    assert notice.startswith("2 figures state an interval without a distribution")
    assert "economics.willingness_to_pay (discounting" in notice
    assert "metastases.synchronous_share (add a distribution)" in notice


def test_a_value_set_on_the_command_line_loses_its_distribution(tiny: Path, edit: Edit) -> None:
    edit("scenario.toml", STATED, 'value = 0.16\nstandard_error = 0.02\ndistribution = "beta"')
    scenario = load(tiny, settings={"metastases.synchronous_share": "0.19"}).scenario
    figure = scenario.settings.metastases.synchronous_share
    assert (figure.distribution, figure.standard_error) == (None, None)
    assert "(was given with distribution, standard_error, which no longer hold)" in figure.reason
