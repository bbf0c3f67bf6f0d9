"""Sobol indices and Morris effects through SALib, the optional package of `hepaplan[sensitivity]`.

SALib: Herman & Usher, J Open Source Software 2017;2(9):97, 10.21105/joss.00097.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

from hepaplan.model.arrays import Floats
from hepaplan.model.problems import WrongUse

LEVELS = 4
"""Levels of each factor in a Morris design."""
RESAMPLES = 200
"""Bootstrap samples behind each 95% confidence half-width. SALib takes a seed of 0 for none."""
MISSING = "global sensitivity needs SALib: pip install 'hepaplan[sensitivity]'"


def sobol_design(names: Sequence[str], groups: Sequence[str], base: int, seed: int) -> Floats:
    """Return points of the unit cube (sample, factor): `base` x (groups + 2) of them.

    Saltelli's scheme on a scrambled Sobol sequence (Saltelli et al., Comput Phys Commun
    2010;181:259-70, 10.1016/j.cpc.2009.09.018); `base` is a power of 2. Raises `WrongUse` without
    SALib, as all of this module does.
    """
    problem = _problem(names, groups, 0.0, 1.0)
    sampler = _salib().sample.sobol
    with _quiet():
        found = sampler.sample(problem, base, calc_second_order=False, seed=seed)
    return np.asarray(found, dtype=np.float64)


def sobol_indices(
    names: Sequence[str], groups: Sequence[str], results: Floats, seed: int
) -> dict[str, Floats]:
    """Return `first`, `total` and their 95% half-widths for each group, in `group_names` order.

    First: the share of the variance that goes if the group were known; total: what remains if all
    others were (Sobol', Math Comput Simul 2001;55:271-80, 10.1016/S0378-4754(00)00270-6).
    """
    problem = _problem(names, groups, 0.0, 1.0)
    with _quiet():
        found = _salib().analyze.sobol.analyze(
            problem, results, calc_second_order=False, num_resamples=RESAMPLES, seed=seed + 1
        )
    parts = {"first": "S1", "first_95": "S1_conf", "total": "ST", "total_95": "ST_conf"}
    return {name: np.asarray(found[key], dtype=np.float64) for name, key in parts.items()}


def morris_design(names: Sequence[str], ends: tuple[float, float], base: int, seed: int) -> Floats:
    """Return points (sample, factor) between `ends`: `base` trajectories of factors + 1 points.

    Morris, Technometrics 1991;33:161-74, 10.1080/00401706.1991.10484804.
    """
    sampler = _salib().sample.morris
    with _quiet():
        found = sampler.sample(_problem(names, names, *ends), base, num_levels=LEVELS, seed=seed)
    return np.asarray(found, dtype=np.float64)


def morris_effects(
    names: Sequence[str], ends: tuple[float, float], points: Floats, results: Floats, seed: int
) -> dict[str, Floats]:
    """Return `mu`, `mu_star`, its 95% half-width and `sigma` of each factor's elementary effects.

    An elementary effect is the change of the output over one step of a trajectory, two thirds of
    the factor's range, times 1.5; mu* is the mean of their sizes (Campolongo, Cariboni & Saltelli,
    Environ Model Softw 2007;22:1509-18, 10.1016/j.envsoft.2006.10.004).
    """
    with _quiet():
        found = _salib().analyze.morris.analyze(
            _problem(names, names, *ends), points, results, num_levels=LEVELS,
            num_resamples=RESAMPLES, seed=seed + 1,
        )  # fmt: skip
    parts = {"mu": "mu", "mu_star": "mu_star", "mu_star_95": "mu_star_conf", "sigma": "sigma"}
    return {name: np.asarray(found[key], dtype=np.float64) for name, key in parts.items()}


def group_names(groups: Sequence[str]) -> tuple[str, ...]:
    """Return the groups in the order of their indices: that of their first factors."""
    return tuple(dict.fromkeys(groups))


def _problem(
    names: Sequence[str], groups: Sequence[str], low: float, high: float
) -> dict[str, Any]:
    problem: dict[str, Any] = {
        "num_vars": len(names),
        "names": list(names),
        "bounds": [[low, high]] * len(names),
    }
    return problem if list(groups) == list(names) else problem | {"groups": list(groups)}


def _salib() -> ModuleType:
    try:
        import SALib
        import SALib.analyze.morris
        import SALib.analyze.sobol
        import SALib.sample.morris
        import SALib.sample.sobol
    except ImportError as missing:
        raise WrongUse(MISSING) from missing
    return SALib  # type: ignore[no-any-return]


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep SALib's own warnings, of pandas and of divisions, from whoever runs the study."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield
