from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.demand import resource_use
from hepaplan.model.flows.renewal import (
    carried_in,
    follow_on,
    overall_survival,
    usual_flow,
    usual_kernel,
)
from hepaplan.model.flows.superposition import superposed
from hepaplan.model.kernels import Kernels
from tests.support.small import (
    hand_kernels,
    pathway_record,
    share,
    small_kernels,
    two_kinds_of_care,
)

Floats = npt.NDArray[np.float64]
LONG = np.exp(-0.01 * np.arange(41))[None]


def entries(kernels: Kernels, months: int, regions: int = 2) -> Floats:
    """Return unequal arrivals from outside (point, region, group, month)."""
    chance = np.random.default_rng(11)
    return chance.uniform(0.1, 3.0, (len(kernels.points), regions, len(kernels.groups), months))


def naive_flow(kernels: Kernels, outside: Floats) -> tuple[Floats, Floats]:
    """Return arrivals and starts, every cause of every arrival added up one by one."""
    points, regions, groups, months = outside.shape
    came = outside.copy()
    starts = np.zeros((len(kernels.options), regions, groups, months))
    for now in range(months):
        for k, (point, _) in enumerate(kernels.options):
            c = kernels.points.index(point)
            for r in range(regions):
                for g in range(groups):
                    begun = kernels.usual_share[k, g] * came[c, r, g, now]
                    starts[k, r, g, now] = begun
                    for later in range(now + 1, min(months, now + kernels.months + 1)):
                        for to in range(points):
                            came[to, r, g, later] += begun * kernels.arrive[k, g, to, later - now]
    return came, starts


@pytest.mark.parametrize("months", [1, 3, 60])
def test_usual_flow_equals_a_loop_over_every_start(months: int) -> None:
    kernels = small_kernels(escape=LONG)
    outside = entries(kernels, months)
    flow = usual_flow(kernels, outside)
    came, starts = naive_flow(kernels, outside)
    np.testing.assert_allclose(flow.arrivals, came, rtol=1e-12)
    np.testing.assert_allclose(flow.starts, starts, rtol=1e-12)


def test_superposition_gives_the_same_flow() -> None:
    kernels = small_kernels(escape=LONG)
    outside = entries(kernels, 60)
    kernel = usual_kernel(kernels, 60)
    found = superposed(kernel, outside.transpose(2, 0, 1, 3)).transpose(1, 2, 0, 3)
    np.testing.assert_allclose(found, usual_flow(kernels, outside).arrivals, rtol=1e-10)


def test_options_of_a_point_count_by_their_usual_shares() -> None:
    arrive = np.zeros((3, 2, 7))
    arrive[0, 1, 2], arrive[1, 1, 2], arrive[2, 0, 5] = 0.8, 0.4, 0.1
    options = [("listed", "a"), ("listed", "b"), ("settled", "care")]
    shares = np.array([[0.25], [0.75], [1.0]])
    kernels = hand_kernels(options, np.zeros((3, 1, 6)), usual_share=shares, arrive=arrive)
    kernel = usual_kernel(kernels, 4)
    assert kernel.shape == (1, 2, 2, 4)
    assert kernel[0, 0, 1] == pytest.approx([0, 0, 0.25 * 0.8 + 0.75 * 0.4, 0])
    assert kernel.sum() == pytest.approx(0.5)  # the fifth month is beyond the four
    assert usual_kernel(kernels, 100)[0, 1, 0, 5] == pytest.approx(0.1)


def test_people_from_outside_are_not_edited() -> None:
    kernels = small_kernels()
    outside = entries(kernels, 5)
    before = outside.copy()
    usual_flow(kernels, outside)
    assert (outside == before).all()


def test_one_patient_as_worked_on_paper() -> None:
    # Nine in ten starts come back to the list a month later: 1, then 0.9, then 0.81.
    arrive = np.array([[[0.0, 0.9, 0.0, 0.0]]])
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 3)), arrive=arrive)
    outside = np.zeros((1, 1, 1, 4))
    outside[0, 0, 0, 0] = 1.0
    assert usual_flow(kernels, outside).starts[0, 0, 0] == pytest.approx([1, 0.9, 0.81, 0.729])


def test_e4_double_incidence_doubles_every_line_of_demand() -> None:
    kernels = small_kernels(escape=LONG)
    outside = entries(kernels, 24)
    once, twice = usual_flow(kernels, outside), usual_flow(kernels, 2 * outside)
    np.testing.assert_allclose(twice.starts, 2 * once.starts, rtol=1e-13)
    use = resource_use(once.starts.sum(axis=1), kernels.use)
    double = resource_use(twice.starts.sum(axis=1), kernels.use)
    np.testing.assert_allclose(double, 2 * use, rtol=1e-13)


def test_e5_a_catchment_split_over_regions_has_the_same_total() -> None:
    kernels = small_kernels(escape=LONG)
    whole = entries(kernels, 24, regions=1)
    parts = np.concatenate([0.5 * whole, 0.3 * whole, 0.2 * whole], axis=1)
    np.testing.assert_allclose(
        usual_flow(kernels, parts).starts.sum(axis=1),
        usual_flow(kernels, whole).starts[:, 0],
        rtol=1e-12,
    )


def test_e6_an_option_nobody_starts_has_no_demand() -> None:
    record = pathway_record()
    options = record["decision_point"]["settled"]["option"]
    options["rare"] = options["care"] | {"usual_share": share(0.0), "treatment": "rare"}
    kernels = small_kernels(record, LONG)
    flow = usual_flow(kernels, entries(kernels, 12))
    rare = kernels.options.index(("settled", "rare"))
    assert not flow.starts[rare].any()
    care = kernels.options.index(("settled", "care"))
    np.testing.assert_allclose(flow.starts[care], flow.arrivals[1])


def test_e7_a_line_taken_later_shifts_demand_by_as_many_months() -> None:
    """Second-line care reached by one start after two months, then by the same after five."""
    starts = []
    for delay in (2, 5):
        arrive = np.zeros((2, 2, 7))
        arrive[0, 1, delay] = 0.6
        options = [("listed", "operation"), ("settled", "care")]
        kernels = hand_kernels(options, np.zeros((2, 1, 6)), arrive=arrive)
        outside = np.zeros((2, 1, 1, 20))
        outside[0, 0, 0, 3:9] = [5, 3, 8, 1, 2, 4]
        starts.append(usual_flow(kernels, outside).starts[1, 0, 0])
    np.testing.assert_allclose(starts[1][3:], starts[0][:-3])
    assert starts[1].sum() == pytest.approx(starts[0].sum()) == pytest.approx(0.6 * 23)


def test_e8_beds_of_a_hundred_patients_for_six_days() -> None:
    kernels = hand_kernels([("listed", "operation")], np.full((1, 1, 1), 6.0))
    starts = np.zeros((1, 1, 12))
    starts[:] = 100 / 12
    bed_days = resource_use(starts, kernels.use).sum()
    assert bed_days == pytest.approx(600)
    assert bed_days / 365 == pytest.approx(1.644, abs=5e-4)
    assert bed_days / 365 / 0.85 == pytest.approx(1.934, abs=5e-4)


def test_e10_sessions_of_a_hundred_patients() -> None:
    """1.4 interventional-radiology sessions a patient: one at the start, 0.4 a month later."""
    kernels = hand_kernels([("listed", "ablation")], np.array([[[1.0, 0.4]]]))
    starts = np.zeros((1, 1, 4))
    starts[0, 0, 0] = 100
    assert resource_use(starts, kernels.use)[0] == pytest.approx([100, 40, 0, 0])


def test_resource_use_leaves_out_the_months_before() -> None:
    kernels = hand_kernels([("listed", "chemotherapy")], np.array([[[8.0, 7.0, 6.0]]]))
    starts = np.array([[[1.0, 2.0, 0.0, 0.0, 0.0]]])
    assert resource_use(starts, kernels.use)[0] == pytest.approx([8, 23, 20, 12, 0])
    assert resource_use(starts, kernels.use, months_before=2)[0] == pytest.approx([20, 12, 0])


def test_follow_on_is_what_starts_cause_later() -> None:
    kernels = small_kernels(escape=LONG)
    starts = np.array([[[2.0], [5.0]], [[1.0], [7.0]]])  # option, region, group
    came = follow_on(kernels, starts, 1, 4)
    assert came.shape == (2, 2, 1, 3)
    for region in (0, 1):
        for month in (1, 2, 3):
            expected = sum(starts[k, region, 0] * kernels.arrive[k, 0, 1, month] for k in (0, 1))
            assert came[1, region, 0, month - 1] == pytest.approx(expected)


@pytest.mark.parametrize("past", [0, 1, 7, 60])
def test_carry_in_and_new_people_give_the_same_flow_as_one_run(past: int) -> None:
    kernels = small_kernels(escape=LONG)
    outside = entries(kernels, past + 12)
    whole = usual_flow(kernels, outside)
    carried = carried_in(kernels, whole.starts[..., :past], 12)
    again = usual_flow(kernels, outside[..., past:] + carried)
    np.testing.assert_allclose(again.arrivals, whole.arrivals[..., past:], rtol=1e-12)
    np.testing.assert_allclose(again.starts, whole.starts[..., past:], rtol=1e-12)


def test_overall_survival_is_everybody_alive_somewhere() -> None:
    kernels = small_kernels(escape=LONG)
    months = 30
    by_point, by_option = overall_survival(kernels, months)
    for k in range(len(kernels.options)):
        alive = np.zeros(months + 1)
        begun = np.zeros((len(kernels.options), months + 1))
        begun[k, 0] = 1.0
        for now in range(months + 1):
            for j, (point, _) in enumerate(kernels.options):
                if now > 0:
                    c = kernels.points.index(point)
                    came = sum(
                        begun[i, s] * kernels.arrive[i, 0, c, now - s]
                        for i in range(len(kernels.options))
                        for s in range(now)
                    )
                    begun[j, now] = came * kernels.usual_share[j, 0]
                for later in range(now, months + 1):
                    alive[later] += begun[j, now] * kernels.alive[j, 0, later - now]
        np.testing.assert_allclose(by_option[k, 0], alive, rtol=1e-12)
    np.testing.assert_allclose(by_point[:, 0], by_option[:, 0])  # one option a point
    assert (np.diff(by_option, axis=-1) <= 1e-12).all()
    assert (by_option[:, 0] <= LONG[0, : months + 1] + 1e-12).all()


def test_overall_survival_of_a_point_weighs_its_options() -> None:
    by_point, by_option = overall_survival(small_kernels(two_kinds_of_care(), LONG), 12)
    np.testing.assert_allclose(by_point[1], 0.75 * by_option[1] + 0.25 * by_option[2])
