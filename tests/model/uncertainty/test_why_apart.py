"""Why a mean over draws is not the base case: where one cause ends and the next begins."""

from __future__ import annotations

import pytest

from hepaplan.model.uncertainty.psa_tables import why_apart

MEANS = "because the means of the inputs are not their point values"
BENDS = "because the result does not follow its inputs in straight lines"
OTHER_WAY = (
    f"{BENDS}, and although the means of the inputs are not their point values, which pulls the "
    "other way"
)


@pytest.mark.parametrize("whole", [200.0, -200.0])
@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.95, MEANS),
        (0.85, f"85% of that {MEANS}, the rest {BENDS}"),
        (0.15, f"15% of that {MEANS}, the rest {BENDS}"),
        (0.05, BENDS),
        (-0.05, BENDS),
        (-0.15, OTHER_WAY),
    ],
)
def test_a_cause_of_less_than_a_tenth_is_not_named(whole: float, share: float, said: str) -> None:
    assert why_apart(whole, share * whole, error=1.0) == said


@pytest.mark.parametrize("whole", [10.0, -10.0])
def test_less_than_two_standard_errors_may_be_chance(whole: float) -> None:
    assert why_apart(whole, whole, error=5.0) == MEANS
    assert why_apart(whole, whole, error=5.01) == f"{MEANS}; it may be chance of the draws"
