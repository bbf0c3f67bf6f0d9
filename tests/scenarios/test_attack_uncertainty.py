"""Distributions, samples and rules that a tired user states wrongly: refused in words, by line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtri

from hepaplan.model.quantities import Family
from hepaplan.model.uncertainty.drawing.draws import draw
from hepaplan.model.uncertainty.spread.correlated import correlation_matrix
from hepaplan.model.uncertainty.spread.distributions import from_standard_error
from hepaplan.model.uncertainty.spread.inputs import uncertain_inputs
from hepaplan.model.uncertainty.spread.rules import Correlated
from hepaplan.scenarios.load import load_scenario
from hepaplan.scenarios.problems import InvalidScenario
from tests.support.unsure import WORDS, write_unsure

LATE = "[metastases.late_share]\n"
SAMPLES = 'distribution = "empirical"\nsamples = { file = "late.csv", column = "late" }\n'
AROUND = [0.1 + i / 1000 for i in range(40)]


def column(cells: Sequence[object], header: str = "late") -> str:
    return "\n".join([header, *map(str, cells)]) + "\n"


def refused(folder: Path, more: str, samples: str = "") -> str:
    own = write_unsure(folder, (), more=more)
    (own / "late.csv").write_text(samples, encoding="utf-8")
    with pytest.raises(InvalidScenario) as problems:
        load_scenario(own)
    return str(problems.value)


@pytest.mark.parametrize("family", ["beta", "gamma", "pert", "log_normal", "normal"])
@pytest.mark.parametrize("error", [1e-5, 1e-9, 1e-300])
def test_a_narrow_spread_has_quantiles_that_are_numbers(family: Family, error: float) -> None:
    ends = np.array([0.025, 0.5, 0.975])
    found = from_standard_error(family, 0.12, error).quantile(ends)
    np.testing.assert_allclose(found, 0.12 + error * ndtri(ends), rtol=0, atol=0.02 * error + 1e-16)


def test_a_rule_that_is_all_but_sure_draws_numbers(tmp_path: Path) -> None:
    """A beta of a billion patients and more has no quantiles: they came out as no number."""
    rules = f'[uncertainty]\nutility = {{ value = 1e-9, unit = "utility", {WORDS} }}\n'
    inputs = uncertain_inputs(load_scenario(write_unsure(tmp_path, (), more=rules)))
    drawn = draw(inputs, 8, 1)
    assert len(drawn) > 1
    for value in drawn.values():
        parts = value.values() if isinstance(value, dict) else [value]
        assert all(np.isfinite(np.asarray(part)).all() for part in parts)


def test_limits_that_leave_the_value_out_are_refused(tmp_path: Path) -> None:
    stated = LATE + 'distribution = "normal"\nstandard_error = 0.02\nwithin = [0.2, 0.3]\n'
    said = refused(tmp_path, stated)
    assert "unsure/scenario.toml:12: metastases.late_share.within" in said
    assert "0.2 to 0.3 does not hold the value 0.12; mend one of the two" in said


def test_limits_without_a_distribution_are_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, LATE + "within = [0.1, 0.3]\n")
    assert "metastases.late_share.within: is stated without a distribution" in said


@pytest.mark.parametrize(
    ("samples", "words"),
    [
        (column([0.5 + i / 1000 for i in range(40)]), "which does not hold the value 0.12"),
        (column(["0.1,0.2"] * 40, "late,late"), "found column 'late' 2 times in"),
        (column(["1" * 200_000]), "late.csv is not a CSV file: field larger"),
    ],
)
def test_samples_that_cannot_be_the_figure_are_refused(
    samples: str, words: str, tmp_path: Path
) -> None:
    said = refused(tmp_path, LATE + SAMPLES, samples)
    assert "unsure/scenario.toml:11: metastases.late_share.samples" in said
    assert words in said


def test_samples_around_the_value_are_drawn(tmp_path: Path) -> None:
    own = write_unsure(tmp_path, (), more=LATE + SAMPLES)
    (own / "late.csv").write_text(column(AROUND), encoding="utf-8")
    key = ("metastases", "late_share")
    drawn = np.asarray(draw(uncertain_inputs(load_scenario(own)), 50, 1)[key])
    assert set(drawn.tolist()) <= set(AROUND)


def test_samples_of_one_number_for_all_groups_are_refused(tmp_path: Path) -> None:
    figure = "[pathway.decision_point.operable.waiting.stay]\n"
    said = refused(tmp_path, figure + SAMPLES, column([0.85 + i / 1000 for i in range(60)]))
    assert "waiting.stay.samples: are of one number, but the figure is stated by group" in said


@pytest.mark.parametrize("size", ["1e-300", "0.5", "0"])
def test_shares_counted_in_less_than_a_patient_are_refused(size: str, tmp_path: Path) -> None:
    said = refused(tmp_path, f"[tables.eligibility.sample_size]\nunder_65 = {size}\n")
    assert "tables.eligibility.sample_size.under_65" in said
    assert "expected at least 1" in said


def test_every_fault_of_the_uncertainty_is_said_at_once(tmp_path: Path) -> None:
    pair = (
        '[uncertainty.correlated.pair]\nkeys = ["metastases.late_share", "metastases.late_share"]\n'
        f'correlation = 1\nunit = "correlation"\n{WORDS.replace(", ", chr(10))}\n'
    )
    more = LATE + 'distribution = "beta"\nstandard_error = 0.5\n' + pair
    said = refused(tmp_path, more + "[tables.stage.sample_size]\nunder_65 = 100\n")
    assert "no beta distribution has mean 0.12 and standard error 0.5" in said
    assert "is not positive definite" in said
    assert "is stated for a table that has no shares to draw" in said
    assert "Traceback" not in said


def test_covariances_of_figures_in_unequal_units_are_sound() -> None:
    """A utility and a cost: the small variance is no rounding of the large one."""
    stated = Correlated.model_validate(
        {"unit": "covariance", "keys": ("a", "b"), "matrix": ((1e-4, 0.5), (0.5, 1e8)),
         "source": "made_up", "quality": "judgement"}
    )  # fmt: skip
    np.testing.assert_allclose(correlation_matrix(stated), [[1.0, 0.005], [0.005, 1.0]])
    lopsided = stated.model_copy(update={"matrix": ((1e-4, 0.5), (0.4, 1e8))})
    with pytest.raises(ValueError, match="not symmetric"):
        correlation_matrix(lopsided)
