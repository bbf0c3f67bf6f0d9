"""What can be observed: outputs and survival by name, their range, and names that are none."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.calibration import observed as module
from hepaplan.model.calibration.observed import observable, range_of
from hepaplan.model.outputs import Output
from tests.support.scenarios import tiny, tiny_usual

RESECTION = "overall_survival.operable.resection"


@pytest.mark.parametrize("month", [1, 540])
def test_survival_is_a_share_from_the_first_month_to_the_horizon(month: int) -> None:
    """45 years of the tiny scenario."""
    found = observable(tiny(), f"{RESECTION}.{month}")
    label = tiny().pathway.decision_point["operable"].option["resection"].label
    assert found.label == f"{label}: alive {month} months after the start"
    assert (found.unit, found.more_is_better) == ("share", True)
    assert range_of(found) == (0.0, 1.0)


@pytest.mark.parametrize("month", ["0", "541", "-1", "1,5", "x", ""])
def test_other_months_are_refused(month: str) -> None:
    said = f"found month {month}; expected a whole number from 1 to 540"
    with pytest.raises(ValueError, match=said):
        observable(tiny(), f"{RESECTION}.{month}")


def test_every_option_is_found_by_its_own_name() -> None:
    for point, option, record in tiny().pathway.options():
        found = observable(tiny(), f"overall_survival.{point}.{option}.12")
        assert found.label.startswith(f"{record.label}: ")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "overall_survival",
            "found no option at all; expected overall_survival.POINT.OPTION.MONTH",
        ),
        ("overall_survival.12", "found no option at all; expected overall_survival.POINT.OPT"),
        ("overall_survival.operable.12", "found no option operable"),
        ("quite.other", 'found no output "quite.other"; write policy.measure, or overall_surv'),
        ("first_come.within_standart", 'did you mean "first_come.within_standard"'),
    ],
)
def test_names_that_are_none_are_told_what_is_expected(name: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        observable(tiny(), name)


def test_only_net_benefit_can_be_below_nothing() -> None:
    people = observable(tiny(), "new_metastases")
    assert range_of(people) == (0.0, math.inf)
    benefit = Output("first_come.net_monetary_benefit_gbp", "", "GBP", "reading 1", True)
    assert range_of(benefit) == (-math.inf, math.inf)
    assert range_of(replace(benefit, name="first_come.cost_gbp")) == (0.0, math.inf)
    assert range_of(replace(benefit, unit="share")) == (-math.inf, 1.0)


def test_groups_count_by_their_starts_of_the_window() -> None:
    """Ablation of nobody: each group as much as the other."""
    usual = tiny_usual()
    option = [name for _, name, _ in usual.scenario.pathway.options()].index("resection")
    starts = usual.flow.starts[option]
    window = starts[..., usual.before :].sum(axis=(0, 2))
    found = module._starts(usual, option)
    assert found == pytest.approx(window / window.sum())
    assert len(set(found.tolist())) == len(found) > 1
    nobody = replace(usual, flow=replace(usual.flow, starts=np.zeros_like(usual.flow.starts)))
    assert module._starts(nobody, option).tolist() == [1 / len(found)] * len(found)
