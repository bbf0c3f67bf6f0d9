"""The table of survival: columns in the order a reader needs, a row for each group and month."""

from __future__ import annotations

import numpy as np
import pytest

from hepaplan.model.tables.usual_tables import survival
from tests.support.scenarios import tiny_usual


def test_a_row_for_each_option_group_and_month_with_its_treatment() -> None:
    usual = tiny_usual()
    options, groups = usual.kernels.options, usual.kernels.groups
    share = np.arange(len(options) * len(groups) * 3).reshape(len(options), len(groups), 3) / 100
    table = survival(usual, share)
    assert table.columns.tolist() == [
        "decision_point", "treatment", "option", "group", "month", "overall_survival",
    ]  # fmt: skip
    second = table[table["option"] == options[1][1]]
    assert set(second["decision_point"]) == {options[1][0]}
    treatment = {name: option.treatment for _, name, option in usual.scenario.pathway.options()}
    assert set(second["treatment"]) == {treatment[options[1][1]]}
    assert second["group"].tolist() == [group for group in groups for _ in range(3)]
    assert second["month"].tolist() == [0, 1, 2] * len(groups)
    assert second["overall_survival"].tolist() == pytest.approx(share[1].ravel().tolist())
