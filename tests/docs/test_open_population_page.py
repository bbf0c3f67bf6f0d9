"""The page of the open population: its example runs as it stands, and gives what the page says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.pages import names_of, page

NAME = "explanation/open-population.md"
PAGE = page(NAME)
CHEMOTHERAPY, SURGERY = range(2)


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    return names_of(NAME)


def test_every_way_gives_the_same(names: dict[str, Any]) -> None:
    np.testing.assert_allclose(names["arrivals"], names["again"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(names["both"][0], names["again"], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(names["both"][1], names["present"], rtol=1e-9, atol=1e-12)
    last = names["by_clock"].sum(axis=-1)
    np.testing.assert_allclose(last, names["present"][..., -1], rtol=1e-12)


def test_the_figures_in_the_text_are_those_of_the_example(names: dict[str, Any]) -> None:
    operated = names["arrivals"][:, SURGERY, :, -1].sum()
    treated = names["present"][:, CHEMOTHERAPY, :, -1].sum()
    assert f"{operated:.2f} people a month are operated on, and {treated:.1f} are" in PAGE


def test_people_of_the_example_are_all_somewhere(names: dict[str, Any]) -> None:
    assert (names["staying"] > -1e-12).all()
    assert names["staying"][0, CHEMOTHERAPY, -1] == pytest.approx(0, abs=1e-12)
    assert names["staying"][0, SURGERY, -1] == pytest.approx(0.5)
