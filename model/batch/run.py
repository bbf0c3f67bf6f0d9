"""One run of a design: its scenario put together, and its outputs."""

from __future__ import annotations

from hepaplan.model.batch.apply import with_levels
from hepaplan.model.batch.design import Task
from hepaplan.model.batch.tasks import Batch
from hepaplan.model.outputs import outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.uncertainty.drawing.draws import one_draw
from hepaplan.model.uncertainty.drawing.stated import stated_scenario


def run_task(task: Task, batch: Batch) -> dict[str, float]:
    """Return the outputs of one run by name, in their units; the same wherever it is run.

    Raises InvalidInput, NoAnswer or ValueError, with words, where this run has no result.
    """
    return outputs_of(task_scenario(task, batch), batch.design.outputs, batch.depth)


def task_scenario(task: Task, batch: Batch) -> Scenario:
    """Return the scenario of one run: its base, then its draw, then the levels of its axes.

    What an axis sets is set in every draw; what it adds or multiplies changes the drawn value.
    """
    base = batch.bases[task.base]
    scenario = base.scenario
    if task.draw is not None:
        scenario = stated_scenario(scenario, one_draw(batch.draws_of(base), task.draw))
    return with_levels(scenario, base.targets, task.values)
