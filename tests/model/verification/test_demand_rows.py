"""Rows E of the verification list: each passes on the tiny run and fails on a doctored one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hepaplan.model.readings import NOTHING_SCARCE
from hepaplan.model.replay import Replay
from hepaplan.model.verification.demand_rows import (
    DEMAND_OF_THE_CODE,
    DEMAND_ROWS,
    a_catchment_split,
    occupancy_by_hand,
    people_who_come_later,
    shares_of_options,
    twice_the_people,
    use_from_footprints,
)
from hepaplan.model.verification.recounted import use_of
from hepaplan.model.verification.subject import Row
from tests.support.scenarios import (
    tiny,
    tiny_capacity,
    tiny_pathway,
    tiny_usual,
    with_pathway,
    with_table,
)
from tests.support.small import share
from tests.support.verified import deaf, subject_of, tiny_subject, with_capacity, with_usual


@pytest.mark.parametrize("row", DEMAND_ROWS, ids=lambda row: row.identifier)
def test_each_row_passes_on_the_tiny_run(row: Row) -> None:
    finding = row.judge(tiny_subject())
    assert finding.outcome == "pass", finding.found


def test_rows_and_those_of_the_code_are_the_whole_section() -> None:
    named = {row.identifier for row in DEMAND_ROWS} | set(DEMAND_OF_THE_CODE)
    assert named == {f"E{number}" for number in range(1, 13)}
    assert not any(row.plans_again for row in DEMAND_ROWS)


def test_an_engine_deaf_to_changes_is_found_out() -> None:
    """Demand that stays where it is: half of twice as much; no halves; ablation still started."""
    subject = tiny_subject(read=deaf)
    twice = twice_the_people(subject)
    assert twice.outcome == "fail"
    assert "relative: 0.5, tolerance 1e-09" in twice.found
    assert a_catchment_split(subject).outcome == "fail"
    unused = shares_of_options(subject)
    assert unused.outcome == "fail"
    started = tiny_usual().flow.starts[1].sum()
    assert f"ablation at operable set to share 0: {started:.3g} people start it" in unused.found


def test_demand_lost_where_a_region_is_split_is_found_out() -> None:
    """One person more in one half of North."""
    engine = tiny_subject().read

    def lying(scenario: object) -> object:
        usual = engine(scenario)  # type: ignore[arg-type]
        starts = usual.flow.starts.copy()
        starts[0, 0, 0, -1] += 1.0
        return replace(usual, flow=replace(usual.flow, starts=starts))

    assert a_catchment_split(tiny_subject(read=lying)).outcome == "fail"


def test_shares_that_do_not_sum_to_one_are_found_out() -> None:
    """Nine tenths of every share: a tenth of the patients has nowhere to go."""
    kernels = tiny_usual().kernels
    subject = with_usual(kernels=replace(kernels, usual_share=0.9 * kernels.usual_share))
    finding = shares_of_options(subject)
    assert finding.outcome == "fail"
    assert "differ from 1 by 0.1;" in finding.found


def test_starts_of_an_option_of_share_0_are_found_out() -> None:
    """An option that nobody is meant for, and two people who start it all the same."""
    record = tiny_pathway()
    options = record["decision_point"]["operable"]["option"]
    options["ablation"]["usual_share"], options["resection"]["usual_share"] = share(0.0), share(1.0)
    sound = subject_of(with_pathway(tiny(), record))
    finding = shares_of_options(sound)
    assert (finding.outcome, "options of share 0 start 0 people" in finding.found) == ("pass", True)
    assert "set to share 0" not in finding.found  # no point has two options in use
    starts = sound.usual.flow.starts.copy()
    starts[1, 0, 0, -1] += 2.0
    flow = replace(sound.usual.flow, starts=starts)
    doctored = shares_of_options(replace(sound, usual=replace(sound.usual, flow=flow)))
    assert doctored.outcome == "fail"
    assert "options of share 0 start 2 people" in doctored.found


@pytest.mark.parametrize("wrong", [0.1, np.nan])
def test_a_month_of_demand_that_does_not_move_is_found_out(wrong: float) -> None:
    """A tenth of a person more in the window's first month, or what is not a number."""
    starts = tiny_usual().flow.starts.copy()
    starts[0, 1, 1, tiny_usual().before] += wrong
    subject = with_usual(flow=replace(tiny_usual().flow, starts=starts))
    assert people_who_come_later(subject).outcome == "fail"
    assert use_from_footprints(subject).outcome == "fail"


def doctored_use(done: Replay, factor: float) -> Replay:
    """Return a replay whose use of the last resource is told wrong."""
    use = done.use.copy()
    use[-1] *= factor
    return replace(done, use=use)


def test_use_told_wrong_of_one_resource_is_found_out() -> None:
    """A thousandth too much of the chairs, whose hours are few beside minutes of theatre."""
    replays = dict(tiny_capacity().replays)
    replays[NOTHING_SCARCE] = doctored_use(replays[NOTHING_SCARCE], 1.001)
    finding = use_from_footprints(with_capacity(replays=replays))
    assert finding.outcome == "fail"
    assert "relative: 0.001," in finding.found


def test_bed_days_are_footprint_times_starts_worked_by_hand() -> None:
    """Chairs only: what 1 and 2 starts of 8, 7 and 6 hours take in three months is 8, 23, 20."""
    starts = np.array([[[1.0, 2.0, 0.0]]])
    used = use_of(starts, np.array([[[[8.0, 7.0, 6.0, 5.0]]]]))
    assert used.tolist() == [[8.0, 23.0, 20.0]]


def test_capacity_other_than_stated_is_found_out() -> None:
    """A fiftieth more at one site in one month than its table says."""
    network = tiny_capacity().network
    more = network.capacity.copy()
    more[1, 0, 2] *= 1.02
    finding = occupancy_by_hand(with_capacity(network=replace(network, capacity=more)))
    assert finding.outcome == "fail"


def test_occupancy_needs_some_capacity() -> None:
    nothing = with_table(
        tiny(),
        capacity=tiny().tables.capacity.assign(number=0.0),
        capacity_changes=tiny().tables.capacity_changes.iloc[:0],
    )
    subject = with_usual(scenario=nothing)
    finding = occupancy_by_hand(subject)
    assert (finding.outcome, finding.found) == ("not applicable", "no site has any capacity")
