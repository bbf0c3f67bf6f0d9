from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.ages.utility_norms import (
    norm_notices,
    norm_of_mix,
    population_utility,
    utilities_above_norm,
)
from hepaplan.model.evaluate import usual_care
from hepaplan.model.parameters import AGE_BANDS, SEXES
from tests.support.scenarios import tiny, tiny_pathway, tiny_usual, with_pathway


@pytest.mark.parametrize(
    ("age", "male", "utility"),
    [(40, 0, 0.8873886), (60, 1, 0.8370272), (75, 0, 0.7447041), (75, 0.5, 0.7553104)],
)
def test_the_published_equation(age: float, male: float, utility: float) -> None:
    assert population_utility(age, male) == pytest.approx(utility, abs=5e-8)


def test_the_norm_of_a_group_is_the_mean_over_its_people() -> None:
    mix = np.zeros((2, len(SEXES), len(AGE_BANDS)))
    mix[0, SEXES.index("female"), AGE_BANDS.index(60)] = 0.25
    mix[0, SEXES.index("male"), AGE_BANDS.index(80)] = 0.75
    mix[1, SEXES.index("male"), AGE_BANDS.index(40)] = 1.0
    women = np.mean([population_utility(60.5 + i, 0) for i in range(5)])
    men = np.mean([population_utility(80.5 + i, 1) for i in range(5)])
    younger = np.mean([population_utility(40.5 + i, 1) for i in range(5)])
    np.testing.assert_allclose(norm_of_mix(mix), [0.25 * women + 0.75 * men, younger])


def test_what_lies_above_the_norm_is_listed_and_nothing_else() -> None:
    table = utilities_above_norm(tiny_usual())
    assert ((table["utility"] > table["norm"]) & (table["excess"] > 0)).all()
    old = table[table["group"] == "65_and_over"]
    assert set(old["option"]) >= {"resection", "ablation"}
    assert "best_supportive_care" not in set(table["option"])
    np.testing.assert_allclose(table["excess"], table["utility"] - table["norm"])


def test_a_utility_raised_above_the_norm_is_flagged_and_not_capped() -> None:
    record = tiny_pathway()
    care = record["decision_point"]["supportive_care"]["option"]["best_supportive_care"]
    care["utility"]["then"] = 0.99
    usual = usual_care(with_pathway(tiny(), record))
    table = utilities_above_norm(usual)
    assert set(table[table["option"] == "best_supportive_care"]["group"]) == set(tiny().groups)
    assert usual.worth.qalys.own[-1].min() > tiny_usual().worth.qalys.own[-1].max()
    [notice] = norm_notices(table, tiny())
    assert f"{len(table)} utilities are above the general population's" in notice
    assert "Best supportive care at Supportive care, 65 and over: 0.99 against" in notice


def test_a_list_where_people_wait_is_compared_too() -> None:
    record = tiny_pathway()
    record["decision_point"]["inoperable"]["waiting"]["utility"]["value"] = 0.98
    table = utilities_above_norm(usual_care(with_pathway(tiny(), record)))
    waiting = table[table["option"] == "waiting list"]
    assert set(waiting["decision_point"]) >= {"inoperable"}
    [notice] = norm_notices(waiting[waiting["decision_point"] == "inoperable"], tiny())
    assert "most of all waiting list at Inoperable, " in notice


def test_nothing_above_the_norm_gives_no_notice() -> None:
    assert norm_notices(pd.DataFrame({"excess": []}), tiny()) == ()
