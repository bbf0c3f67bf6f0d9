"""Least and most of numbers that records hold: what is just allowed, and what is just not."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hepaplan.model.batch.design import Design
from hepaplan.model.parameters import Window
from hepaplan.model.pathway import SurvivalPoint
from hepaplan.model.quantities import Frozen

WINDOW = {"start": "2027-01", "months": 3, "run_out_months": 2, "burn_in_years": 1}
POINT = {"month": 12.0, "survival": 0.5}
DESIGN = {"name": "try", "scenario": "tiny", "outputs": ["new_metastases"]}


@pytest.mark.parametrize(
    ("record", "stated", "field", "allowed", "refused"),
    [
        (Window, WINDOW, "months", (1, 240), (0, 241)),
        (Window, WINDOW, "run_out_months", (0, 60), (-1, 61)),
        (Window, WINDOW, "burn_in_years", (0, 20), (-1, 21)),
        (SurvivalPoint, POINT, "month", (0.001, 1200.0), (0.0, 1200.1)),
        (SurvivalPoint, POINT, "survival", (1e-6, 0.999999), (0.0, 1.0)),
        (SurvivalPoint, POINT, "at_risk", (1, 10**6), (0,)),
        (Design, DESIGN, "seed", (0, 5), (-1,)),
        (Design, DESIGN, "draws", (0, 5), (-1,)),
    ],
)
def test_bounds(
    record: type[Frozen],
    stated: dict[str, Any],
    field: str,
    allowed: tuple[float, ...],
    refused: tuple[float, ...],
) -> None:
    for value in allowed:
        assert getattr(record.model_validate(stated | {field: value}), field) == value
    for value in refused:
        with pytest.raises(ValidationError):
            record.model_validate(stated | {field: value})


def test_what_a_design_has_unless_it_says_otherwise() -> None:
    design = Design.model_validate(DESIGN)
    assert (design.seed, design.draws, design.combine, design.sampling) == (1, 0, "grid", "random")
