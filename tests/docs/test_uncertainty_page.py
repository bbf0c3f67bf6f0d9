"""The page on uncertainty: its examples are read as a scenario would read them."""

from __future__ import annotations

import re
import tomllib
from typing import get_args

import pytest

from hepaplan.model.quantities import Family, Quantity
from hepaplan.model.uncertainty.spread.as_stated import PARAMETERS, stated_faults
from hepaplan.model.uncertainty.spread.correlated import correlation_matrix
from hepaplan.model.uncertainty.spread.rules import RULES, Uncertainty
from tests.support.pages import page

PAGE = page("how-to/how-sure-are-we.md")
FIGURES, RULES_TABLE = (
    tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", PAGE, flags=re.DOTALL)
)


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_of_the_page_is_sound(name: str) -> None:
    assert list(stated_faults(Quantity.model_validate(FIGURES[name]))) == []


def test_a_figure_that_is_not_sound_is_seen() -> None:
    spoilt = FIGURES["by_interval"] | {"standard_error": 0.1}
    assert len(list(stated_faults(Quantity.model_validate(spoilt)))) == 1


def test_the_rules_of_the_page_are_all_the_rules() -> None:
    rules = Uncertainty.model_validate(RULES_TABLE["uncertainty"])
    assert [name for name in RULES if getattr(rules, name) is None] == []
    assert correlation_matrix(rules.correlated["registries"]).shape == (2, 2)


def test_the_page_lists_every_family_with_its_parameters() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| `")]
    assert {family for row in rows for family in re.findall(r"`(\w+)`", row.split("|")[1])} == {
        *get_args(Family)
    }
    for family, names in PARAMETERS.items():
        (row,) = (row for row in rows if f"`{family}`" in row.split("|")[1])
        assert all(name in row.split("|")[2] for name in names)
