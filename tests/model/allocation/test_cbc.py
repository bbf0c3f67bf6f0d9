"""What is read from CBC and told to it, by a CBC that writes what a test asks it to."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array

from hepaplan.model.allocation.cbc import solve_with_cbc
from hepaplan.model.allocation.rows import Programme
from hepaplan.model.allocation.session import Stopped

INF = np.inf
SPENT = "Total time (CPU seconds):       0.50   (Wallclock seconds):       1.75\n"


def programme(whole: Sequence[bool] = (False, False)) -> Programme:
    """Return rows of each kind over two columns: at most, between, equal, at least, and free."""
    return Programme(
        csr_array(np.array([[1.0, 2.0], [3.0, 1.0], [1.0, 1.0], [2.0, 5.0], [1.0, 0.0]])),
        np.array([-INF, 2.0, 3.0, 4.0, -INF]),
        np.array([9.0, 8.0, 3.0, INF, INF]),
        (("capacity", 0, 5),),
        np.array([6.0, INF]),
        np.array(whole),
        np.arange(5),
    )


def saved(
    rows: Sequence[float], columns: Sequence[tuple[float, float]], count: int | None = None
) -> bytes:
    """Return CBC's binary file: its rows' prices, its columns' values and prices."""
    values, prices = zip(*columns, strict=True)
    head = struct.pack("<iid", len(rows) if count is None else count, len(columns), 77.0)
    body = (*(11.0 for _ in rows), *rows, *values, *prices)
    return head + struct.pack(f"<{len(body)}d", *body)


PRICES = [-0.5, 0.25, -0.125, 2.0, 0.75]
"""The row between two bounds is told twice, the free one not at all."""


@dataclass
class Pretended:
    """Stands for CBC: keeps how it was called, and leaves what it is told to."""

    words: str | None = "Optimal - objective value 7"
    figures: bytes | None = field(default_factory=lambda: saved(PRICES, [(1.5, 0.0), (-1e-9, 3.0)]))
    said: str = SPENT
    call: list[str] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)
    model: str = ""

    @property
    def weights(self) -> list[float]:
        """The weights of the columns in the model file."""
        lines = [line.split() for line in self.model.split("\n")]
        return [float(words[2]) for words in lines if words[1:2] == ["OBJ"] and len(words) > 2]

    def __call__(self, call: list[str], **named: Any) -> subprocess.CompletedProcess[str]:
        self.call, self.named = call, named
        folder = Path(call[1]).parent
        self.model = Path(call[1]).read_text(encoding="utf-8")
        if self.words is not None:
            (folder / "words").write_text(self.words + "\n1 x 2\n", encoding="utf-8")
        if self.figures is not None:
            (folder / "figures").write_bytes(self.figures)
        return subprocess.CompletedProcess(call, 0, self.said, "")


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    pretended = Pretended()
    monkeypatch.setattr(subprocess, "run", pretended)
    return pretended


def test_prices_and_point_are_read_in_their_order_and_scale(other: Pretended) -> None:
    """Weights are told as shares of the largest, 8 here; prices come back in those shares."""
    found = solve_with_cbc(programme(), np.array([8.0, 4.0]))
    assert found.point.tolist() == [1.5, 0.0]  # what is below nothing is nothing
    assert found.objective == 12.0
    assert found.row_price.tolist() == [-4.0, 8 * (0.25 - 0.125), 16.0, 6.0, 0.0]
    assert found.column_price.tolist() == [0.0, 24.0]
    assert (found.status, found.solver, found.seconds) == ("optimal", "CBC", 1.75)
    assert other.weights == [1.0, 0.5]
    small = solve_with_cbc(programme(), np.array([0.5, -0.125]))
    assert other.weights == [1.0, -0.25]
    assert small.row_price[0] == -0.25


def test_the_gap_is_between_the_point_and_what_its_prices_prove(other: Pretended) -> None:
    """Prices above 0 hold a row's least, below 0 its most; a column's below 0 its most.

    -0.5 x 9 + 0.125 x 2 + 2 x 3 + 0.75 x 4 - 0.25 x 6 = 3.25, times 8; the point is worth 12.
    """
    other.figures = saved(PRICES, [(1.5, -0.25), (0.0, 3.0)])
    found = solve_with_cbc(programme(), np.array([8.0, 4.0]))
    assert found.gap == pytest.approx((26.0 - 12.0) / 12.0)
    other.figures = saved(PRICES, [(1.5, 0.25), (0.0, 3.0)])  # above 0 a column's least, nothing
    found = solve_with_cbc(programme(), np.array([8.0, 4.0]))
    assert found.gap == pytest.approx((38.0 - 12.0) / 12.0)
    other.figures = saved([-1.0, 0.25, -0.125, 1.0, 0.75], [(1.5, 0.0), (0.0, 3.0)])
    found = solve_with_cbc(programme(), np.array([8.0, 4.0]))
    assert found.gap == pytest.approx((22.0 + 12.0) / 12.0)  # -9 + 0.25 + 3 + 3 = -2.75


def test_a_price_on_a_bound_that_is_not_there_proves_nothing(other: Pretended) -> None:
    """The second column has no most, the fourth row none either: their prices are no proof.

    -0.5 x 9 + 2 x 3 = 1.5, times 8.
    """
    other.figures = saved([-0.5, 0.0, 0.0, 2.0, -0.75], [(1.5, 0.0), (0.0, -3.0)])
    found = solve_with_cbc(programme(), np.array([8.0, 4.0]))
    assert found.gap == 0.0


def test_a_gap_is_relative_to_what_is_reached_or_to_the_largest_weight(other: Pretended) -> None:
    """Nothing is reached, 3.25 of the largest weight are proven; without weights that is 1."""
    other.figures = saved(PRICES, [(0.0, -0.25), (0.0, 3.0)])
    assert solve_with_cbc(programme(), np.array([8.0, 4.0])).gap == pytest.approx(3.25)
    without = solve_with_cbc(programme(), np.zeros(2))
    assert without.gap == pytest.approx(3.25)
    assert without.row_price[0] == -0.5


def test_whole_choices_have_the_bound_that_cbc_states_and_no_prices(other: Pretended) -> None:
    other.said = "Lower bound:                   1.25\n" + SPENT
    found = solve_with_cbc(programme((True, False)), np.array([8.0, 4.0]))
    assert found.gap == pytest.approx((12.0 - 10.0) / 12.0)
    assert not found.row_price.any()
    assert not found.column_price.any()
    assert (found.row_price.size, found.column_price.size) == (5, 2)


def test_what_cbc_did_not_say_is_nothing(other: Pretended) -> None:
    other.said = "Welcome to the CBC MILP Solver\n"
    found = solve_with_cbc(programme((False, True)), np.array([8.0, 4.0]))
    assert (found.seconds, found.gap) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("words", "whole", "status"),
    [
        ("Optimal - objective value 7", False, "optimal"),
        ("Optimal - objective value 7", True, "optimal"),
        ("Stopped on time - objective value 7", True, "time limit"),
    ],
)
def test_a_plan_is_proven_or_of_whole_choices_when_time_was_up(
    words: str, whole: bool, status: str, other: Pretended
) -> None:
    other.words = words
    assert solve_with_cbc(programme((whole, False)), np.ones(2)).status == status


@pytest.mark.parametrize(
    ("words", "whole", "status"),
    [
        ("Stopped on time - objective value 7", False, "time limit"),
        ("Stopped on time (no integer solution - continuous used) - objective", True, "time limit"),
        ("Infeasible - objective value 7", True, "infeasible"),
        ("Integer infeasible - objective value 7", True, "infeasible"),
        ("Unbounded - objective value 7", False, "unbounded"),
        ("not Optimal", False, "failed"),
        (None, False, "failed"),
    ],
)
def test_any_other_word_is_no_plan(
    words: str | None, whole: bool, status: str, other: Pretended
) -> None:
    other.words = words
    with pytest.raises(Stopped) as stopped:
        solve_with_cbc(programme((whole, False)), np.ones(2))
    assert stopped.value.status == status


@pytest.mark.parametrize(
    "figures",
    [
        None,
        saved(PRICES[1:], [(1.5, 0.0), (0.0, 3.0)]),
        saved(PRICES, [(1.5, 0.0)]),
        saved(PRICES, [(1.5, 0.0), (0.0, 3.0)], count=4),
        saved(PRICES, [(1.5, 0.0), (0.0, 3.0)])[:-1],
        saved(PRICES, [(1.5, 0.0), (0.0, 3.0)]) + bytes(16),
    ],
)
def test_figures_of_another_size_are_trouble(figures: bytes | None, other: Pretended) -> None:
    other.figures = figures
    with pytest.raises(Stopped, match="failed"):
        solve_with_cbc(programme(), np.ones(2))


def test_cbc_is_told_the_limit_the_gap_and_whether_to_presolve(other: Pretended) -> None:
    solve_with_cbc(programme(), np.ones(2), time_limit=7.5, gap=0.125)
    told = other.call[2:]
    assert told[: told.index("-solve")] == [
        "-timeMode", "elapsed", "-sec", "7.5", "-ratio", "0.125",
    ]  # fmt: skip
    assert [word for word in told if word.startswith("-")][-3:] == [
        "-solve", "-solution", "-saveSolution",
    ]  # fmt: skip
    assert other.named["timeout"] == 12.5  # it looks at its clock only now and then
    assert other.named["check"] is True
    assert other.named["capture_output"] is True  # nothing of CBC's own is shown to the user
    assert other.named["text"] is True
    solve_with_cbc(programme(), np.ones(2), presolve=False)
    assert other.call[8:10] == ["-presolve", "off"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (subprocess.TimeoutExpired("cbc", 1.0), "time limit"),
        (subprocess.CalledProcessError(1, "cbc"), "failed"),
        (FileNotFoundError("cbc"), "failed"),
    ],
)
def test_a_cbc_that_does_not_come_back_is_out_of_time_or_in_trouble(
    fault: Exception, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(Stopped) as stopped:
        solve_with_cbc(programme(), np.ones(2))
    assert stopped.value.status == status
