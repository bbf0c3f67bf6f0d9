"""Arrays to tables: every cell a row, what is negligible left out where asked, labels summed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.tables.tidy import add_up, concat, tidy, years_of

STARTS = np.array([[1.5, 0.0, 2.5], [5e-10, 2e-9, 4.5]])
SITES, MONTHS = ["north", "south"], ["2026-12", "2027-01", "2027-02"]


def test_every_cell_is_a_row_with_its_labels() -> None:
    table = tidy(STARTS, "starts", site=SITES, month=MONTHS)
    assert list(table.columns) == ["site", "month", "starts"]
    assert table["site"].tolist() == ["north"] * 3 + ["south"] * 3
    assert table["month"].tolist() == MONTHS * 2
    assert table["starts"].tolist() == STARTS.ravel().tolist()


def test_sparse_leaves_out_less_than_a_billionth() -> None:
    table = tidy(STARTS, "starts", sparse=True, site=SITES, month=MONTHS)
    assert table.to_numpy().tolist() == [
        ["north", "2026-12", 1.5],
        ["north", "2027-02", 2.5],
        ["south", "2027-01", 2e-9],
        ["south", "2027-02", 4.5],
    ]


def test_labels_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"shape \(2, 3\) does not match its labels \(2, 2\)"):
        tidy(STARTS, "starts", site=SITES, month=MONTHS[:2])


def test_equal_labels_are_summed_along_an_axis() -> None:
    added, kept = add_up(STARTS[:1], ["b", "a", "b"], axis=1)
    assert kept == ("b", "a")
    assert added.tolist() == [[4.0, 0.0]]
    cube = np.arange(12.0).reshape(2, 3, 2)
    summed, names = add_up(cube, ["x", "x"], axis=0)
    assert (names, summed.shape) == (("x",), (1, 3, 2))
    assert summed[0].tolist() == [[6, 8], [10, 12], [14, 16]]


def test_years_and_frames_under_each_other() -> None:
    assert years_of(MONTHS) == ["2026", "2027", "2027"]
    one, two = pd.DataFrame({"n": [1, 2]}), pd.DataFrame({"n": [3]})
    table = concat({"first": one, "second": two}, "policy")
    assert table.to_numpy().tolist() == [["first", 1], ["first", 2], ["second", 3]]
    assert list(table.columns) == ["policy", "n"]
    assert table.index.tolist() == [0, 1, 2]
    assert list(one.columns) == ["n"]
