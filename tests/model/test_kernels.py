from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.kernels import Kernels, pathway_kernels
from hepaplan.model.pathway import Pathway
from tests.support.small import (
    ESCAPE,
    exponential,
    figure,
    pathway_record,
    resources,
    share,
    small_kernels,
)

Floats = npt.NDArray[np.float64]
OPERATION, CARE = 0, 1
LISTED, SETTLED = 0, 1
THEATRE, WARD = 0, 1

# Of the operations planned 0.9 are done and 0.95 of those survive it: 0.855 begin a course in which
# 0.9 x 0.81 = 0.729 a month stay. Of the 0.271 who leave, 2/3 do by the disease, a fifth of them by
# dying of it. The disease alone would make 0.19 leave: 0.8 of these move on, if they are among the
# 0.9 who escape other causes to the month's end. All others who leave die of other causes.
BEGUN = 0.9 * 0.95
DIE = [BEGUN * 0.729**m * 0.271 * 2 / 3 * 0.2 for m in range(3)]
MOVE = [BEGUN * 0.729**m * 0.19 * 0.9 for m in range(3)]
OTHER = [BEGUN * 0.729**m * 0.271 - DIE[m] - 0.8 * MOVE[m] for m in range(3)]


def operation(record: dict[str, Any]) -> dict[str, Any]:
    option: dict[str, Any] = record["decision_point"]["listed"]["option"]["operation"]
    return option


def changed(**parts: Any) -> Kernels:
    record = pathway_record()
    for name, part in parts.items():
        if part is None:
            del operation(record)[name]
        else:
            operation(record)[name] = part
    return small_kernels(record)


def close(found: Floats, expected: npt.NDArray[np.floating] | Sequence[float] | float) -> None:
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-15)


def test_names_and_shapes_follow_the_file() -> None:
    kernels = small_kernels()
    assert kernels.points == ("listed", "settled")
    assert kernels.options == (("listed", "operation"), ("settled", "care"))
    assert kernels.resources == ("theatre", "ward")
    assert kernels.categories == ("theatre", "ward", "complications", "drugs", "visits")
    assert kernels.point_of.tolist() == [0, 1]
    assert kernels.months == 3
    assert kernels.arrive.shape == (2, 1, 2, 4)
    assert kernels.use.shape == (2, 1, 2, 3)


def test_fate_of_an_operation_as_worked_on_paper() -> None:
    kernels = small_kernels()
    close(kernels.arrive[OPERATION, 0, LISTED], [0, *(0.3 * m for m in MOVE)])
    # A tenth is not performed; 0.9 of them survive the month and settle.
    settled = [0, 0.5 * MOVE[0] + 0.1 * 0.9, 0.5 * MOVE[1], 0.5 * MOVE[2]]
    close(kernels.arrive[OPERATION, 0, SETTLED], settled)
    # 5% of the 0.9 performed die of the procedure, counted as cancer deaths of the first month.
    cancer = [0, 0.9 * 0.05 + DIE[0], DIE[1], DIE[2]]
    close(kernels.cancer_death[OPERATION, 0], cancer)
    close(kernels.other_death[OPERATION, 0], [0, OTHER[0] + 0.1 * 0.1, OTHER[1], OTHER[2]])
    close(kernels.alive[OPERATION, 0], [1, BEGUN * 0.729, BEGUN * 0.729**2, BEGUN * 0.729**3])


def test_resources_costs_and_qalys_of_an_operation_as_worked_on_paper() -> None:
    kernels = small_kernels()
    # An operation that is not carried out still takes 0.4 of month 0's amounts: 0.9 + 0.1 x 0.4.
    started, alive = 0.94, [BEGUN * 0.729, BEGUN * 0.729**2]
    close(kernels.use[OPERATION, 0, THEATRE], [10 * started, 0, 0])
    leak = 0.9 * 0.2
    close(kernels.use[OPERATION, 0, WARD], [2 * started + 3 * leak, 1 * alive[0], 0])
    cost = dict(zip(kernels.categories, kernels.cost[OPERATION, 0], strict=True))
    close(cost["theatre"], [7 * 10 * started, 0, 0])
    close(cost["ward"], [3 * (2 * started + 3 * leak), 3 * alive[0], 0])
    close(cost["drugs"], [100 * started, 20 * alive[0], 5 * alive[1]])
    close(cost["complications"], [300 * leak, 0, 0])
    close(cost["visits"], [0, 0, 0])
    # Deaths take half a month off the month they happen in; those who move on live all of it.
    died = [kernels.cancer_death[OPERATION, 0, m] + kernels.other_death[OPERATION, 0, m]
            for m in (1, 2, 3)]  # fmt: skip
    lived = [1 - died[0] / 2, alive[0] - died[1] / 2, alive[1] - died[2] / 2]
    close(kernels.person_months[OPERATION, 0], lived)
    qalys = [0.5 * lived[0] / 12 - 0.02 * leak, 0.8 * lived[1] / 12, 0.8 * lived[2] / 12]
    close(kernels.qalys[OPERATION, 0], qalys)


def test_every_month_every_start_is_somewhere() -> None:
    kernels = small_kernels()
    gone = kernels.arrive.sum(axis=2) + kernels.cancer_death + kernels.other_death
    close(np.cumsum(gone, axis=-1) + kernels.alive, np.ones_like(kernels.alive))


def test_competing_hazards_agree_with_a_month_cut_into_a_thousand_steps() -> None:
    exits = {
        "recurrence": {"time": exponential(0.7), "to": {"listed": share(1.0)}},
        "death": {
            "time": exponential(0.85),
            "to": {"cancer_death": share(1.0)},
            "hazard_ratio": figure(1.5, "hazard ratio"),
        },
    }
    kernels = changed(
        exits=exits, procedural_mortality=None, not_performed=None, complications=None
    )
    steps, inside, moving = 2000, 1.0, 0.0
    rate = {"recurrence": -math.log(0.7), "death": 1.5 * -math.log(0.85), "other": -math.log(0.9)}
    for month in (1, 2, 3):
        went, moving = dict.fromkeys(rate, 0.0), 0.0
        for _ in range(steps):
            # Midpoint rule: second order, so that 2,000 steps leave nothing above 1e-8.
            middle = inside * (1 - 0.5 * sum(rate.values()) / steps)
            for name, hazard in rate.items():
                went[name] += middle * hazard / steps
            inside -= middle * sum(rate.values()) / steps
            # Who has recurred this month may still die of other causes before it ends.
            recurred = middle * rate["recurrence"] / steps
            died = (moving + recurred / 2) * rate["other"] / steps
            went["other"] += died * (1 - rate["other"] / steps / 2)
            moving += recurred - died * (1 - rate["other"] / steps / 2)
        assert kernels.arrive[OPERATION, 0, LISTED, month] == pytest.approx(moving, abs=1e-7)
        assert kernels.cancer_death[OPERATION, 0, month] == pytest.approx(went["death"], abs=1e-7)
        assert kernels.other_death[OPERATION, 0, month] == pytest.approx(went["other"], abs=1e-7)


def test_a3_with_no_hazard_but_the_life_table_survival_is_the_life_table() -> None:
    never = {"time": exponential(0.5), "to": {"listed": share(1.0)}}
    exits = {"recurrence": never | {"hazard_ratio": figure(0.0, "hazard ratio")}}
    record = pathway_record()
    option = operation(record)
    option["exits"] = exits
    del option["procedural_mortality"], option["not_performed"]
    escape = np.array([[1.0, 0.97, 0.9, 0.88, 0.5]])
    kernels = small_kernels(record, escape)
    np.testing.assert_allclose(kernels.alive[OPERATION], escape, rtol=1e-15)
    close(kernels.other_death[OPERATION, 0, 1:], -np.diff(escape[0]))
    assert not kernels.arrive[OPERATION].any()
    assert not kernels.cancer_death[OPERATION].any()


def test_a5_nobody_dies_when_nothing_kills() -> None:
    record = pathway_record()
    operation(record)["exits"] = {
        "recurrence": {"time": exponential(0.6), "to": {"settled": share(1.0)}}
    }
    del operation(record)["procedural_mortality"], operation(record)["not_performed"]
    kernels = small_kernels(record, np.ones((1, 13)))
    close(kernels.alive[OPERATION, 0], 0.6 ** np.arange(13))
    close(kernels.arrive[OPERATION, 0, SETTLED, 1:], 0.4 * 0.6 ** np.arange(12))


def test_a6_certain_death_leaves_nobody_after_a_month() -> None:
    kernels = changed(procedural_mortality=share(1.0), not_performed=None)
    close(kernels.alive[OPERATION, 0], [1, 0, 0, 0])
    close(kernels.cancer_death[OPERATION, 0], [0, 1, 0, 0])
    gone_at_once = small_kernels(escape=np.array([[1.0, 0.0, 0.0, 0.0]]))
    assert gone_at_once.alive[CARE, 0, 1] < 1e-12


def test_everything_planned_can_be_abandoned() -> None:
    stopped = {"share": share(1.0), "footprint_share": share(0.25), "to": {"settled": share(1.0)}}
    kernels = changed(not_performed=stopped)
    close(kernels.arrive[OPERATION, 0, SETTLED], [0, 0.9, 0, 0])
    close(kernels.other_death[OPERATION, 0], [0, 0.1, 0, 0])
    close(kernels.cancer_death[OPERATION, 0], np.zeros(4))
    close(kernels.use[OPERATION, 0, THEATRE], [2.5, 0, 0])
    assert not kernels.cost[OPERATION, 0, kernels.categories.index("complications")].any()


def test_abandoned_starts_can_end_in_death() -> None:
    stopped = {
        "share": share(0.5),
        "footprint_share": share(0.0),
        "to": {"settled": share(0.6), "cancer_death": share(0.4)},
    }
    kernels = changed(not_performed=stopped, procedural_mortality=None, complications=None)
    died, moved = 0.5 * 0.271 * 2 / 3 * 0.2, 0.5 * 0.19 * 0.9
    close(kernels.cancer_death[OPERATION, 0, 1], 0.5 * 0.9 * 0.4 + died)
    close(kernels.arrive[OPERATION, 0, SETTLED, 1], 0.5 * 0.9 * 0.6 + 0.5 * moved)


def test_f20_twice_the_complications_take_ward_days_but_no_theatre() -> None:
    record = pathway_record()
    before = small_kernels(record)
    operation(record)["complications"]["leak"]["probability"] = share(0.4)
    after = small_kernels(record)
    close(after.use[OPERATION, 0, THEATRE], before.use[OPERATION, 0, THEATRE])
    close(after.use[OPERATION, 0, WARD, 0] - before.use[OPERATION, 0, WARD, 0], 0.9 * 0.2 * 3)


def test_figures_by_group_reach_their_group_only() -> None:
    record = pathway_record()
    operation(record)["procedural_mortality"] = share({"young": 0.0, "old": 0.5})

    escape = np.array([[1.0, 1.0, 1.0], [1.0, 0.8, 0.6]])
    kernels = pathway_kernels(Pathway.model_validate(record), ("young", "old"), resources(), escape)
    recur = 0.9 * 0.19  # nobody young dies of anything else: 1 - 0.81 of 0.9 recur
    close(kernels.cancer_death[OPERATION, 0, 1], 0.2 * recur)
    assert kernels.cancer_death[OPERATION, 1, 1] > 0.45
    assert kernels.other_death[OPERATION, 0].sum() == 0


def test_care_follows_its_own_schedule() -> None:
    kernels = small_kernels()
    stays = 0.9 * 0.6
    close(kernels.alive[CARE, 0], stays ** np.arange(4))
    visits = kernels.cost[CARE, 0, kernels.categories.index("visits")]
    close(visits, [30, 15 * stays, 15 * stays**2])
    assert ESCAPE.shape[1] == kernels.months + 1
