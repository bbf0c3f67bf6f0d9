"""A calibration: the search, what it found, and what the targets leave open."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.calibration.fit import (
    Counted,
    Search,
    best_of,
    jacobian,
    refused_sides,
    search,
)
from hepaplan.model.calibration.identify import identified
from hepaplan.model.calibration.observed import observed
from hepaplan.model.calibration.parameters import with_numbers
from hepaplan.model.calibration.request import Request
from hepaplan.model.calibration.sentences import headlines
from hepaplan.model.calibration.tables import (
    correlation_table,
    direction_table,
    fit_table,
    parameter_table,
    start_table,
)
from hepaplan.model.depth import FULL, Depth
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import InvalidInput, NoAnswer
from hepaplan.model.uncertainty.drawing.designs import sobol
from hepaplan.model.uncertainty.study import Study

Progress = Callable[[str], None]
STEP = {"reading 1": 1e-4, "replay": 1e-3, "plan": 2e-2}
"""Part of a parameter's range for a derivative, by what the targets need: a plan is proven to
0.05% only."""


@dataclass
class Model:
    """The residuals of a scenario's targets at positions in the unit cube of the parameters.

    `refusals` are what the model said, in words, of values that it refused.
    """

    scenario: Scenario
    request: Request
    depth: Depth
    refusals: list[str]

    def numbers(self, position: Floats) -> Floats:
        """Return the parameters' numbers at a position."""
        low = np.array([parameter.low for parameter in self.request.parameters])
        high = np.array([parameter.high for parameter in self.request.parameters])
        return np.asarray(low + (high - low) * position)

    @property
    def present(self) -> Floats:
        """The position of the scenario as it is."""
        parts = [(p.before - p.low) / (p.high - p.low) for p in self.request.parameters]
        return np.clip(parts, 0.0, 1.0)

    def outputs(self, scenario: Scenario) -> Floats:
        """Return what a scenario yields of the targets (target,), in their units."""
        names = [target.output.name for target in self.request.targets]
        found = observed(scenario, names, self.depth)
        return np.array([found[name] for name in names])

    def residuals(self, position: Floats) -> Floats:
        """Return (model - target) / standard error (target,), not numbers where refused."""
        targets = self.request.targets
        try:
            new = with_numbers(self.scenario, self.request.parameters, list(self.numbers(position)))
            found = self.outputs(new)
        except (InvalidInput, NoAnswer, ValueError) as refusal:
            self.refusals.append(" ".join(str(refusal).split()))
            return np.full(len(targets), np.nan)
        value = np.array([target.value for target in targets])
        return np.asarray((found - value) / [target.standard_error for target in targets])


def calibrate(
    scenario: Scenario, request: Request, progress: Progress = lambda _: None, depth: Depth = FULL
) -> Study:
    """Return the parameters' numbers with which the model comes nearest to the targets.

    Least sum of squares of (model - target) / standard error within the bounds, searched from the
    scenario as it is and from points of a Sobol sequence; tables `parameters`, `fit`,
    `identifiability`, `correlations`, `starts`. The scenario itself is left as it is. Raises
    `NoAnswer` where the model refuses every point begun from. (Vanni et al., PharmacoEconomics
    2011;29:35-49, 10.2165/11584600-000000000-00000.)
    """
    begun = time.perf_counter()
    model = Model(scenario, request, depth, [])
    progress("the scenario as it is")
    before = model.outputs(scenario)
    for target, found in zip(request.targets, before, strict=True):
        if not np.isfinite(found):
            raise NoAnswer(f"{target.name}: the scenario has no {target.output.name}; delete it")
    step = max(STEP[target.output.needs] for target in request.targets)
    searches: list[Search] = []
    for place, position in enumerate(starts(request, model.present), 1):
        progress(f"search {place} of {request.starts}")
        searches.append(search(model.residuals, position, step, model.present))
    if not any(np.isfinite(found.objective) for found in searches) and model.refusals:
        raise NoAnswer(f"the model refuses every point begun from: {model.refusals[0]}")
    best = best_of(searches)
    progress("what the targets tell")
    names = [parameter.name for parameter in request.parameters]
    near = Counted(model.residuals)
    told = identified(jacobian(near, best.position, step), names)
    refused = refused_sides(near, best.position, step)
    numbers = model.numbers(best.position)
    after = model.outputs(with_numbers(scenario, request.parameters, list(numbers)))
    tables = {
        "parameters": parameter_table(request, numbers, best.position, told, refused),
        "fit": fit_table(request, before, after),
        "identifiability": direction_table(told),
        "correlations": correlation_table(request, told),
        "starts": start_table(request, searches, model.numbers),
    }
    return _study(model, searches, best, headlines(request, tables, told), tables, begun)


def starts(request: Request, present: Floats) -> list[Floats]:
    """Return the positions to begin from: the present values, then points of a Sobol sequence."""
    keys = [(parameter.name,) for parameter in request.parameters]
    more = request.starts - 1
    if not more:
        return [present]
    points = sobol(keys, more, request.seed)
    return [present, *np.column_stack([points[key] for key in keys])]


def _study(
    model: Model,
    searches: Sequence[Search],
    best: Search,
    said: tuple[str, ...],
    tables: Mapping[str, pd.DataFrame],
    begun: float,
) -> Study:
    request = model.request
    many = len(request.parameters)
    return Study(
        kind="calibration",
        scenario=model.scenario,
        question=request.title
        or f"Which values of {many} {'figure' if many == 1 else 'figures'} give what was observed?",
        headlines=said,
        tables=tables,
        facts={
            "parameters": many,
            "targets": len(request.targets),
            "searches": request.starts,
            "seed": request.seed,
            "runs of the model": sum(found.evaluations for found in searches),
            "sum of squared residuals": round(best.objective, 9),
            "sources of the targets": list(request.sources),
        },
        seconds={"search": time.perf_counter() - begun},
    )
