"""Model files: names for people, figures for other solvers, and what comes back from them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pulp
import pytest

from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.columns import Columns
from hepaplan.model.allocation.model_file import pulp_problem, write_model
from hepaplan.model.allocation.model_names import Names, plain_names, readable_names
from hepaplan.model.allocation.objectives import health
from hepaplan.model.allocation.rows import Programme, Rows, assemble
from hepaplan.model.allocation.written import programme
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from tests.support.other_solvers import read_model
from tests.support.scenarios import tiny_capacity, tiny_usual
from tests.support.small import rules

Floats = npt.NDArray[np.float64]
INF = np.inf
LEGAL = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")


@cache
def tiny_programme(pooled: bool) -> tuple[Network, Classes, Columns, Programme, Floats]:
    """Return the tiny plan's programme, its weights and what it was made of."""
    network = tiny_capacity().network
    classes = patient_classes(network, nothing_scarce(network), pooled)
    at, rows = programme(network, classes, rules(0.2))
    weights = -health(network, classes, at, tiny_usual().worth.qalys_discounted)
    return network, classes, at, rows, weights


def tiny_names(pooled: bool) -> Names:
    network, classes, at, rows, _ = tiny_programme(pooled)
    return readable_names(rows, at, network, classes)


def small() -> Programme:
    """Return rows of every kind: at most, equal, at least, between, and free."""
    matrix = [[1, 2, 0, 0], [0, 3, 0, 1], [4, 0, 1, 0], [1, 1, 1, 0], [1, 0, 0, 0]]
    rows = Rows("capacity", np.array([-INF, 6, 2, -1, -INF]), np.array([5, 6, INF, 9, INF]))
    for number, coefficients in enumerate(matrix):
        rows.add(np.array(number), np.arange(4), np.array(coefficients, dtype=float))
    return assemble([rows], 5, np.array([INF, 4, 1, 2.5, 3]), np.arange(5) == 2)


def stated(problem: pulp.LpProblem) -> list[tuple[int, float, dict[str, float]]]:
    found: Any = problem.constraints
    rows = found() if callable(found) else list(found.values())
    return [(r.sense, -r.constant, {v.name: c for v, c in r.items()}) for r in rows]


def test_the_problem_handed_over_is_the_programme() -> None:
    problem = pulp_problem(small(), np.array([1.0, -1.5, 0.0, 0.0, 2.0]))
    shown = [(v.name, v.lowBound, v.upBound, v.cat) for v in problem.variables()]
    assert shown == [
        ("x0", 0, None, "Continuous"),
        ("x1", 0, 4, "Continuous"),
        ("x2", 0, 1, "Integer"),
        ("x3", 0, 2.5, "Continuous"),
        ("x4", 0, 3, "Continuous"),
    ]
    assert stated(problem) == [
        (-1, 5, {"x0": 1, "x1": 2}),
        (0, 6, {"x1": 3, "x3": 1}),
        (1, 2, {"x0": 4, "x2": 1}),
        (-1, 9, {"x0": 1, "x1": 1, "x2": 1}),
        (1, -1, {"x0": 1, "x1": 1, "x2": 1}),
    ]


@pytest.mark.parametrize("ending", [".lp", ".mps"])
def test_a_file_read_back_is_the_programme(ending: str, tmp_path: Path) -> None:
    """Variables in no row are kept too, and so are figures that need all their digits."""
    rows, weights = small(), np.array([1 / 3, -1.5, 0.0, 2 / 7, 2.0])
    rows.matrix.data[0] = 1 / 7
    write_model(tmp_path / f"small{ending}", rows, weights)
    back = read_model(tmp_path / f"small{ending}")
    assert back.names == plain_names(rows).variables
    np.testing.assert_allclose(back.weights, weights, rtol=1e-11)
    np.testing.assert_allclose(back.most, rows.most)
    assert back.whole.tolist() == rows.whole.tolist()
    both = rows.matrix.toarray()[[0, 1, 2, 3, 3]]
    np.testing.assert_allclose(back.matrix.toarray(), both, rtol=1e-11)
    np.testing.assert_allclose(back.upper, [5, 6, INF, 9, INF])
    np.testing.assert_allclose(back.lower, [-INF, 6, 2, -INF, -1])


def test_another_ending_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"plan\.txt: .* \.lp or \.mps"):
        write_model(tmp_path / "plan.txt", small(), np.zeros(5))


@pytest.mark.parametrize("pooled", [True, False])
def test_names_are_legal_none_twice_and_unchanged_by_pulp(pooled: bool) -> None:
    _, _, _, rows, weights = tiny_programme(pooled)
    names = tiny_names(pooled)
    assert names == tiny_names(pooled)
    for given in (names.variables, names.rows):
        assert len(set(given)) == len(given)
        assert all(LEGAL.fullmatch(name) and len(name) <= 255 for name in given)
        assert not any(re.fullmatch(r"[a-z_]+_?\d+", name) for name in given if "20" not in name)
    problem = pulp_problem(rows, weights, names)
    assert [v.name for v in problem.variables()] == sorted(names.variables)


def test_names_say_what_a_variable_is() -> None:
    pooled, by_group = tiny_names(True), tiny_names(False)
    network, _, at, _, _ = tiny_programme(True)
    point, option = network.kernels.options[0]
    assert pooled.variables[at.starts[0, 0, 0, 2]] == f"starts_{point}.{option}_hilltop_2027_03"
    own = len(network.kernels.options)
    listed, other = network.pair_list[own], network.pair_option[own]
    intended, started = network.kernels.options[listed], network.kernels.options[other]
    name = f"starts_{'.'.join(intended)}.by.{started[1]}_hilltop_2027_01"
    assert pooled.variables[at.starts[own, 0, 0, 0]] == name
    assert any("_65_and_over_hilltop_" in name for name in by_group.variables)


@pytest.mark.parametrize("pooled", [True, False])
def test_names_of_rows_agree_with_the_variables_in_them(pooled: bool) -> None:
    """A row's site and month are those of some variable in it; a wrong order of axes would show."""
    network, _, _, rows, _ = tiny_programme(pooled)
    names = tiny_names(pooled)
    checked = set()
    for number, name in enumerate(names.rows):
        inside = rows.matrix.indices[rows.matrix.indptr[number] : rows.matrix.indptr[number + 1]]
        variables = [names.variables[i] for i in inside]
        month = name[-7:]
        assert any(v.endswith(month) for v in variables), (name, variables)
        for label in (*network.sites, *network.kernels.groups):
            if f"_{label}_" in name:
                assert any(f"_{label}_" in v for v in variables), (name, variables)
        for listed in network.kernels.options:
            if f"_{'.'.join(listed)}_" in name or f"_{'.'.join(listed)}.by" in name:
                assert any(listed[0] in v for v in variables), (name, variables)
        checked.add(name.split("_2027")[0].rsplit("_", 1)[0])
    assert len(checked) > 10


def test_blocks_unknown_to_the_names_are_numbered() -> None:
    network, classes, at, rows, _ = tiny_programme(True)
    renamed = replace(rows, blocks=tuple((f"new_{b}", i, j) for b, i, j in rows.blocks))
    names = readable_names(renamed, at, network, classes)
    assert names.rows == plain_names(renamed).rows
    assert names.rows[0] == f"new_{rows.blocks[0][0]}_0"


def test_names_that_files_would_confuse_are_kept_apart() -> None:
    network, classes, at, rows, _ = tiny_programme(True)
    names = readable_names(rows, at, replace(network, sites=("St Mary's", "St Mary-s")), classes)
    assert len(set(names.variables)) == len(names.variables)
    assert all(LEGAL.fullmatch(name) for name in names.variables)
    assert any(name.endswith("_again_2") and "St_Mary_s" in name for name in names.variables)
