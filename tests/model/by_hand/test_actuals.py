"""Months that have happened: what the record fixes, what it corrects, and what is left to plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from hepaplan.model.by_hand.actuals import (
    CAME,
    MOVED,
    STARTED,
    USED,
    actuals_problems,
    fixed_months,
)
from hepaplan.model.checks import people_conserved
from hepaplan.model.policies import first_come
from hepaplan.model.readings import FIRST_COME, Replayed
from hepaplan.model.replay import Replay
from hepaplan.model.sites.network import Network
from tests.support.scenarios import tiny_capacity
from tests.support.small import hand_kernels, hand_network, hand_waiting

Floats = npt.NDArray[np.float64]
LIST = ("listed", "operation")


def network_by_hand(
    entries: Sequence[float],
    sites: int = 1,
    capacity: float = 5.0,
    stay: float = 1.0,
    groups: Sequence[str] = ("all",),
    arrive: Sequence[float] | None = None,
    backlog: Sequence[float] | None = None,
) -> Network:
    kernels = hand_kernels(
        [LIST], np.ones((1, 1, 1)), groups=tuple(groups),
        arrive=None if arrive is None else np.array([[list(arrive)]]),
    )  # fmt: skip
    came = np.repeat(np.array([[list(entries)]]), len(groups), axis=1)
    people = None
    if backlog is not None:
        people = np.zeros((1, len(groups), sites, len(backlog)))
        people[0, :, 0] = backlog
    return hand_network(
        kernels, came, np.full((1, sites, len(entries)), capacity),
        waiting=hand_waiting(kernels, stay=stay), backlog=people,
    )  # fmt: skip


def record(
    starts: Sequence[Sequence[float]], arrivals: Sequence[Sequence[float]] | None = None
) -> pd.DataFrame:
    """Return what was done, by site and month."""
    rows = [
        {"month": f"2027-{month + 1:02d}", "site": f"site_{site}", "decision_point": LIST[0],
         "option": LIST[1], "starts": number,
         **({} if arrivals is None else {"arrivals": arrivals[site][month]})}
        for site, numbers in enumerate(starts)
        for month, number in enumerate(numbers)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def what_was_done(network: Network, done: Replay, months: int) -> pd.DataFrame:
    """Return a replay's first months as a hospital would record them."""
    starts = done.starts.sum(axis=(1, 3))
    options = network.kernels.options
    rows = [
        {"month": network.months.labels[month], "site": site, "decision_point": options[listed][0],
         "intended": options[listed][1], "option": options[option][1],
         "starts": starts[pair, h, month]}
        for pair, (listed, option) in enumerate(
            zip(network.pair_list, network.pair_option, strict=True))
        for h, site in enumerate(network.sites)
        for month in range(months)
        if network.offers[option, h]
    ]  # fmt: skip
    return pd.DataFrame(rows)


def test_what_is_left_becomes_the_backlog_and_what_starts_bring_becomes_entries() -> None:
    # 8 come, 3 start; half of a start comes back the month after. Of the 5 left 0.8 stay.
    network = network_by_hand([8.0, 2.0, 1.0], stay=0.8, arrive=[0.0, 0.5])
    fixed = fixed_months(network, record([[3.0]]))
    assert fixed.months == 1
    assert fixed.rest.months.labels == ("2027-02", "2027-03")
    assert fixed.rest.backlog[0, 0, 0].tolist() == pytest.approx([0, 4])
    assert fixed.rest.entries[0, 0].tolist() == pytest.approx([2 + 1.5, 1])
    assert fixed.corrections.empty


def test_resources_that_past_starts_still_take_are_committed() -> None:
    kernels = hand_kernels([LIST], np.array([[[1.0, 0.5]]]))
    network = hand_network(kernels, np.array([[[8.0, 2.0, 1.0]]]), np.full((1, 1, 3), 5.0))
    rest = fixed_months(network, record([[3.0, 1.0]])).rest
    assert rest.committed[0, 0].tolist() == pytest.approx([0.5])
    assert rest.horizon == 1


def test_lists_balance_when_more_start_than_a_site_had_and_others_are_asked_first() -> None:
    # 4 come to each site; the first starts 6, the second 1: two come over from its list.
    network = network_by_hand([8.0, 0.0], sites=2, capacity=6.0)
    fixed = fixed_months(network, record([[6.0], [1.0]]))
    assert fixed.rest.backlog[0, 0, :, 1].tolist() == pytest.approx([0, 1])
    assert fixed.corrections["what"].tolist() == [MOVED]
    assert fixed.corrections["amount"].tolist() == pytest.approx([2])
    assert people_conserved(Replayed(network, {}, {}), fixed.history) < 1e-12


def test_people_whom_no_list_holds_are_added_and_said() -> None:
    # 8 in all, 11 started: 3 were not expected. Site 0 lacks 6, site 1 has 3 too many.
    network = network_by_hand([8.0, 0.0], sites=2, capacity=10.0)
    fixed = fixed_months(network, record([[10.0], [1.0]]))
    said = fixed.corrections.set_index("what")["amount"]
    assert said[STARTED] == pytest.approx(3)
    assert said[MOVED] == pytest.approx(3)
    assert fixed.history.arrivals[0, 0].tolist() == pytest.approx([11, 0])
    assert fixed.rest.backlog.sum() == pytest.approx(0)
    assert people_conserved(Replayed(network, {}, {}), fixed.history) < 1e-12
    words = fixed.corrections["in_words"].tolist()
    assert "3 people started listed/operation at site_0 whom no list held: added to it" in words


def test_recorded_arrivals_replace_those_expected_and_blank_ones_do_not() -> None:
    network = network_by_hand([8.0, 6.0, 0.0], sites=2)
    arrivals = [[5.0, np.nan], [1.0, np.nan]]
    fixed = fixed_months(network, record([[0.0, 0.0], [0.0, 0.0]], arrivals))
    assert fixed.history.at_site[0, 0, :, :2].tolist() == [
        pytest.approx([5, 3]),
        pytest.approx([1, 3]),
    ]
    said = fixed.corrections
    assert said["what"].tolist() == [CAME, CAME]
    assert said["amount"].tolist() == pytest.approx([1, -3])
    assert said["in_words"][1].startswith("-3 people came to listed/operation at site_1")


def test_the_longest_wait_of_any_group_went_first() -> None:
    network = network_by_hand([2.0, 0.0], groups=("young", "old"), backlog=[0.0, 0.0, 3.0])
    network.backlog[0, 0, 0, 2] = 1.0
    fixed = fixed_months(network, record([[6.0]]))
    # All 4 of the backlog, then 2 of the 4 newcomers, as many of each group.
    assert fixed.history.starts[0, :, 0, :3, 0].tolist() == [[1, 0, 1], [1, 0, 3]]
    assert fixed.rest.backlog[0, :, 0].tolist() == [[0, 1], [0, 1]]


def test_use_beyond_capacity_has_happened_and_is_said() -> None:
    network = network_by_hand([8.0, 8.0], capacity=5.0)
    fixed = fixed_months(network, record([[7.0]]))
    assert fixed.corrections["what"].tolist() == [USED]
    assert fixed.corrections["amount"].tolist() == pytest.approx([2])
    assert fixed.whole.capacity[0, 0].tolist() == pytest.approx([7, 5])
    assert network.capacity[0, 0].tolist() == [5, 5]


def test_exchanged_options_are_started_as_recorded() -> None:
    kernels = hand_kernels(
        [("listed", "major"), ("listed", "minor")], np.array([[[3.0]], [[1.0]]]),
        usual_share=np.array([[1.0], [0.0]]),
    )  # fmt: skip
    network = hand_network(
        kernels, np.array([[[4.0, 0.0]]]), np.full((1, 1, 2), 9.0), exchange=[(0, 1, 0.5)]
    )
    table = pd.DataFrame(
        {"month": "2027-01", "site": "site_0", "decision_point": "listed", "intended": "major",
         "option": ["major", "minor"], "starts": [1.0, 2.0]}
    )  # fmt: skip
    history = fixed_months(network, table).history
    assert history.starts[:, 0, 0, 0, 0].tolist() == pytest.approx([1, 0, 2])
    assert history.use[0, 0, 0] == pytest.approx(5)


@pytest.mark.parametrize("months", [1, 2, 3])
def test_a_record_of_what_the_model_did_changes_nothing(months: int) -> None:
    capacity = tiny_capacity()
    network, done = capacity.network, capacity.replays[FIRST_COME]
    fixed = fixed_months(network, what_was_done(network, done, months))
    assert fixed.corrections.empty
    joined = fixed.joined(first_come(fixed.rest))
    for name in ("starts", "left", "arrivals", "at_site", "use", "moved", "cancer_deaths"):
        same = getattr(done, name)
        found = getattr(joined, name)
        if name in ("starts", "left"):
            assert not found[..., same.shape[-2] :, :].any()
            found = found[..., : same.shape[-2], :]
        np.testing.assert_allclose(found, same, atol=1e-9, err_msg=name)
    assert people_conserved(Replayed(network, {}, {}), joined) < 1e-9


def test_any_record_keeps_everybody() -> None:
    network = tiny_capacity().network
    chance = np.random.default_rng(11)
    table = what_was_done(network, tiny_capacity().replays[FIRST_COME], 2)
    for _ in range(10):
        said = table.assign(
            starts=table["starts"] * chance.uniform(0, 3, len(table)),
            arrivals=np.where(chance.random(len(table)) < 0.5, np.nan, chance.uniform(0, 2)),
        )
        fixed = fixed_months(network, said)
        joined = fixed.joined(first_come(fixed.rest))
        assert people_conserved(Replayed(network, {}, {}), joined) < 1e-9
        assert min(joined.left.min(), joined.starts.min(), fixed.rest.entries.min()) >= 0
        allowed = np.maximum(fixed.whole.capacity, network.committed)
        assert (joined.use <= allowed + 1e-9).all()
        waits = network.waiting.waits[network.kernels.point_of[network.pair_list]]
        made = joined.starts[waits][..., :2].sum()
        points = [network.kernels.points[c] for c in np.flatnonzero(network.waiting.waits)]
        assert made == pytest.approx(said.loc[said["decision_point"].isin(points), "starts"].sum())


def test_faults_of_a_record() -> None:
    network = network_by_hand([8.0, 2.0, 1.0], sites=2)
    table = record([[1.0, 2.0], [1.0, 2.0]])
    assert actuals_problems(network, table) == []
    (gap,) = actuals_problems(network, table[table["month"] == "2027-02"])
    assert "none of 2027-01; expected every month from 2027-01" in gap.message
    (whole,) = actuals_problems(network, record([[1.0] * 3, [1.0] * 3]))
    assert "found 2027-03; expected a month of the window left to plan" in whole.message
    (window,) = actuals_problems(network, table, window=2)
    assert "found 2027-02; expected a month of the window left to plan" in window.message
    (twice,) = actuals_problems(network, pd.concat([table, table.head(1)], ignore_index=True))
    assert "a second time" in twice.message
    (unknown,) = actuals_problems(network, table.replace("site_1", "site_9"))[:1]
    assert "found 'site_9'" in unknown.message
    closed = replace(network, offers=np.array([[True, False]]))
    assert "does not offer it" in actuals_problems(closed, table)[0].message
