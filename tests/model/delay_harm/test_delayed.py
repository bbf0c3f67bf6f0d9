"""What follows a start by months waited: worked by hand, in a naive loop, and as a cohort."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from hepaplan.model.checks import all_checks, people_conserved, readings_agree
from hepaplan.model.course import option_course
from hepaplan.model.delay_harm.delay import delayed_starts
from hepaplan.model.delay_harm.delayed import Delayed, month_on_list
from hepaplan.model.delay_harm.residual import LARGEST_RESIDUAL, everyone_listed, variants
from hepaplan.model.evaluate import network_of, scarce_capacity, usual_care
from hepaplan.model.outcomes import Value
from hepaplan.model.parameters import Delay, Scenario
from hepaplan.model.plan_value import charged_by_replay, plan_worth, replay_totals, uncharged
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.readings import NOTHING_SCARCE, Replayed, UsualCare
from hepaplan.model.replay import Plan, Replay, own_option_starts, replay, walk
from hepaplan.model.sites.network import Network
from hepaplan.model.surroundings import surroundings
from tests.support.scenarios import tiny, tiny_usual
from tests.support.small import figure, hand_kernels, hand_network, hand_values, hand_waiting

Floats = npt.NDArray[np.float64]


def with_delay(hazard_ratio: float = 1.2, years: float = 3.0) -> Scenario:
    delay = Delay.model_validate(
        {
            "hazard_ratio": figure(hazard_ratio, "hazard ratio"),
            "from_week": 0,
            "restricted_to": figure(years, "years"),
        }
    )
    return replace(tiny(), settings=tiny().settings.model_copy(update={"delay": delay}))


def delay_of(usual: UsualCare) -> Delay:
    assert usual.scenario.settings.delay is not None
    return usual.scenario.settings.delay


@pytest.fixture(scope="module")
def usual() -> UsualCare:
    return usual_care(with_delay())


@pytest.fixture(scope="module")
def delayed(usual: UsualCare) -> Delayed:
    found = delayed_starts(usual)
    assert found is not None
    return found


def own(by_wait: Floats) -> dict[str, Floats]:
    measures = ("life_years", "qalys", "cost", "qalys_discounted", "cost_discounted")
    return dict.fromkeys(measures, by_wait)


@pytest.fixture
def by_hand() -> tuple[Network, Value]:
    """One list. A start at once yields 10 and half come back a month later; after a month or more
    it yields 7 and a fifth come back."""
    back = np.array([[[0.0, 0.5]]])
    kernels = hand_kernels([("listed", "operation")], np.ones((1, 1, 1)), arrive=back)
    arrive = np.stack([kernels.arrive, kernels.arrive * 0.4])
    after = Delayed(np.array([1.0, 2.0])[:, None, None], arrive,
                    own(np.array([10.0, 7.0])[:, None, None]))  # fmt: skip
    network = hand_network(kernels, np.array([[[4.0, 0.0, 0.0]]]), np.array([[[1.0, 9.0, 9.0]]]))
    values = hand_values(kernels, [10.0])
    return replace(network, delayed=after), values.qalys_discounted


def test_three_months_worked_by_hand(by_hand: tuple[Network, Value]) -> None:
    """January: 4 come, 1 starts. February: 3 start late, and half a person who came back. March:
    3 * 0.2 + 0.5 * 0.5 = 0.85 come back and start at once; of them 0.425 come back in April, worth
    10 + 0.5 * 20 = 20 each in reading 1."""
    network, _ = by_hand
    done = first_come(network)
    assert done.starts[0, 0, 0, 0].tolist() == pytest.approx([1, 0.5, 0.85])
    assert done.starts[0, 0, 0, 1].tolist() == pytest.approx([0, 3, 0])
    totals = replay_totals(network, done, hand_values(network.kernels, [10.0]), 3)
    assert totals.qalys_discounted == pytest.approx(10 + 3 * 7 + 5 + 8.5 + 0.425 * 20)
    as_before = replace(network, delayed=None)
    before = replay_totals(
        as_before, first_come(as_before), hand_values(network.kernels, [10.0]), 3
    )
    assert before.qalys_discounted == pytest.approx(4 * 20)


def test_who_still_waits_at_the_end_starts_a_month_later_and_a_month_worse(
    by_hand: tuple[Network, Value],
) -> None:
    """3 are left in January: each starts in February, worth 7 + 0.2 * 20 = 11 and not 20."""
    network, _ = by_hand
    totals = replay_totals(network, first_come(network), hand_values(network.kernels, [10.0]), 1)
    assert totals.qalys_discounted == pytest.approx(20 + 3 * 11)


def test_a_month_on_a_list_is_charged_what_one_month_takes(by_hand: tuple[Network, Value]) -> None:
    """20 - 11 = 9 for each who starts: of those on the list, the 0.7 who stay."""
    network, value = by_hand
    assert network.delayed is not None
    assert network.delayed.lost("qalys_discounted", value).ravel().tolist() == [0.0, 9.0]
    waiting = hand_waiting(network.kernels, stay=0.7)
    kernels = network.kernels
    charge = month_on_list(network.delayed, kernels, waiting, "qalys_discounted", value)
    assert charge.tolist() == [[pytest.approx(6.3)]]
    cheaper = replace(value, monthly_discount=0.5)
    arrival = 0.5 * 20.0  # what comes back a month later is worth half as much
    expected = 0.5 * 0.7 * ((10 + 0.5 * arrival) - (7 + 0.2 * arrival))
    found = month_on_list(network.delayed, kernels, waiting, "qalys_discounted", cheaper)
    assert found.item() == pytest.approx(expected)
    free, charged = (
        plan_worth(kernels, waiting, value, np.zeros((1, 1)), 3, charge=each)
        for each in (None, charge)
    )
    np.testing.assert_allclose(free.left - charged.left, np.full((1, 1, 3), 6.3))
    np.testing.assert_array_equal(free.start, charged.start)


def test_a_month_is_charged_what_a_replay_found(by_hand: tuple[Network, Value]) -> None:
    """January leaves 3 on the list; 3 start a month later and lose 9 each. Where nobody starts but
    at the end of three months, 4 + 4 + 4 months on the list take 4 * 9: 3 a month."""
    network, value = by_hand
    values = hand_values(network.kernels, [10.0])

    def charged(network: Network) -> float:
        found = charged_by_replay(network, first_come(network), values).delayed
        assert found is not None
        waiting, kernels = network.waiting, network.kernels
        return month_on_list(found, kernels, waiting, "qalys_discounted", value).item()

    assert charged(network) == pytest.approx(3 * 9 / 3)
    nothing, plenty = np.zeros((1, 1, 3)), np.full((1, 1, 3), 9.0)
    assert charged(replace(network, capacity=nothing)) == pytest.approx(4 * 9 / 12)
    assert charged(replace(network, capacity=plenty)) == pytest.approx(9)  # nobody waits
    free = uncharged(network).delayed
    assert free is not None
    month = month_on_list(free, network.kernels, network.waiting, "qalys_discounted", value)
    assert month.tolist() == [[0.0]]
    assert charged(uncharged(network)) == charged(network)
    without = replace(network, delayed=None)
    assert charged_by_replay(without, first_come(without), values) is without
    assert uncharged(without) is without


def test_the_charge_found_by_a_replay_sums_to_what_its_waits_took(usual: UsualCare) -> None:
    network, value = network_of(usual), usual.worth.qalys_discounted
    assert network.delayed is not None
    done = first_come(network)
    found = charged_by_replay(network, done, usual.worth).delayed
    assert found is not None
    when = value.monthly_discount ** np.arange(network.horizon + 1)
    charged = np.einsum(
        "lgt,lg,t->", done.left.sum(axis=(2, 3)), found.charge["qalys_discounted"], when[:-1]
    )
    lost = network.delayed.lost("qalys_discounted", value)
    taken = 0.0
    for (pair, group, _, waited, at), people in np.ndenumerate(done.starts):
        taken += when[at] * people * lost[min(waited, at), network.pair_option[pair], group]
    last = network.horizon - 1
    stay = usual.waiting.stay[usual.kernels.point_of]
    for (k, group, _, waited), people in np.ndenumerate(done.left[..., last]):
        harm = min(waited + 1, network.horizon)
        taken += when[-1] * people * stay[k, group] * lost[harm, k, group]
    assert charged == pytest.approx(taken, rel=1e-10)
    assert taken > 0.1


def test_months_before_day_one_and_beyond_the_longest_do_no_more_harm() -> None:
    after = Delayed(np.ones((3, 1, 1)), np.zeros((3, 1, 1, 1, 2)), {})
    people = np.array([1.0, 2.0, 4.0, 8.0, 16.0])  # by months waited
    assert after.by_harm(people, 0).tolist() == [31, 0, 0]
    assert after.by_harm(people, 1).tolist() == [1, 30, 0]
    assert after.by_harm(people, 9).tolist() == [1, 2, 28]
    assert after.by_harm(people[:2], 9).tolist() == [1, 2, 0]


@pytest.mark.parametrize("pooled", [True, False])
def test_arrivals_are_those_of_a_loop_over_every_start(
    usual: UsualCare, delayed: Delayed, pooled: bool
) -> None:
    """Expected: people of every start, pair, site, wait and month, one after the other."""
    network = network_of(usual)
    assert network.delayed is not None
    chance = np.random.default_rng(3)
    groups, sites, months = 2, 2, network.horizon
    starts = chance.uniform(0, 0.4, (len(network.pair_list), groups, sites, months))
    referral = np.repeat(network.referral[..., None], months, axis=-1)
    done = replay(network, Plan(starts, referral, pooled))
    assert done.starts[..., 1:, :].sum() > 1.0
    came = network.entries.copy()
    for (pair, group, _, waited, month), people in np.ndenumerate(done.starts):
        if people:
            harm, option = min(waited, month, delayed.longest), network.pair_option[pair]
            for later in range(month + 1, months):
                flow = delayed.arrive[harm, option, group, :, later - month]
                came[:, group, later] += people * flow
    for month in range(1, months):
        came[..., month] += done.moved[..., month - 1].sum(axis=0)
    np.testing.assert_allclose(done.arrivals, came, atol=1e-12)
    replayed = Replayed(network, {NOTHING_SCARCE: done}, {})
    assert people_conserved(replayed, done) < 1e-9


def test_totals_are_those_of_a_loop_over_every_start(usual: UsualCare, delayed: Delayed) -> None:
    """Expected: each start at its own worth, arrivals after the window as in reading 1."""
    network, window = network_of(usual), 3
    done = first_come(network)
    value, month = usual.worth.cost_discounted, usual.waiting
    v, arrival, point = value.monthly_discount, value.arrival, usual.kernels.point_of

    def start(option: int, group: int, waited: int, left: int) -> float:
        """Worth of a start with `left` months of the window to come."""
        flows = delayed.arrive[waited, option, group]
        return float(delayed.own["cost_discounted"][waited, option, group]) + sum(
            float(flows[:, d] @ arrival[:, group]) * v**d for d in range(left, flows.shape[-1])
        )

    expected = 0.0
    for (pair, group, _, waited, at), people in np.ndenumerate(done.starts[..., :window]):
        if people:
            harm = min(waited, at)
            expected += (
                v**at * people * start(int(network.pair_option[pair]), group, harm, window - at)
            )
    for (option, group, _, waited, at), people in np.ndenumerate(done.left[..., :window]):
        if people:
            c = point[option]
            worth = v**0.5 * month.cost[c, group]
            if at == window - 1:
                harm = min(waited + 1, window)
                worth += v * month.stay[c, group] * start(option, group, harm, 0)
                worth += v * float(month.move[c, :, group] @ arrival[:, group])
            expected += v**at * people * worth
    found = replay_totals(network, done, usual.worth, window)
    assert found.cost_discounted == pytest.approx(expected, rel=1e-10)
    assert done.left[..., window - 1].sum() > 0.5


def test_no_wait_is_what_the_kernels_say(usual: UsualCare, delayed: Delayed) -> None:
    np.testing.assert_array_equal(delayed.arrive[0], usual.kernels.arrive)
    np.testing.assert_array_equal(delayed.residual[0], 1.0)
    for name, by_wait in delayed.own.items():
        np.testing.assert_array_equal(by_wait[0], getattr(usual.worth, name).own)
    assert delayed.longest == 12
    assert (np.diff(delayed.residual, axis=0) >= 0).all()
    assert (delayed.residual[-1] > 1.0).any()


def test_own_worth_after_a_wait_is_the_courses(usual: UsualCare, delayed: Delayed) -> None:
    """Life-years and QALYs by hand from the course; drugs and follow-up fall with those alive."""
    kernels, k, g, waited = usual.kernels, 0, 0, 2
    point, _, option = list(usual.scenario.pathway.options())[k]
    around = surroundings(
        usual.scenario.pathway, kernels.groups, usual.other_cause_survival, usual.studied_survival
    )[point, kernels.groups[g]]
    ratio = delayed.residual[waited, k, g]
    assert ratio > 1.0
    course = option_course(option, around, ratio)
    lived = course.person_months[:, 0]
    assert delayed.own["life_years"][waited, k, g] == pytest.approx(lived.sum() / 12)
    when = 1.015 ** -((np.arange(lived.size) + 0.5) / 12)
    qalys = when @ course.qalys[:, 0] - when[0] * course.complication_qalys[0]
    assert delayed.own["qalys_discounted"][waited, k, g] == pytest.approx(qalys)
    spent = sum(amounts[:, 0] * course.treated[:, 0] for amounts in course.costs.values())
    booked = kernels.cost[k, g, : len(kernels.resources)].sum()
    cost = booked + np.sum(spent) + course.complication_cost[0]
    assert delayed.own["cost"][waited, k, g] == pytest.approx(cost)
    assert delayed.own["cost"][waited, k, g] < usual.worth.cost.own[k, g]
    came = delayed.arrive[waited, k, g].sum()
    assert came == pytest.approx(sum(flow.sum() for flow in course.arrive.values()), rel=1e-12)


def test_nothing_scarce_is_still_reading_1(usual: UsualCare) -> None:
    """Months waited before day one harm nobody: the backlog starts in the first month."""
    network = network_of(usual)
    assert network.delayed is not None
    assert network.backlog[..., 1:].sum() > 0
    done = nothing_scarce(network)
    assert readings_agree(usual, Replayed(network, {NOTHING_SCARCE: done}, {})) < 1e-9
    without = replace(network, delayed=None)
    totals, plain = (replay_totals(n, done, usual.worth, 3) for n in (network, without))
    assert totals == plain


def test_every_identity_holds_where_waits_harm_later_starts(usual: UsualCare) -> None:
    table = all_checks(usual, scarce_capacity(usual))
    assert table.loc[~table["passed"], "check"].tolist() == []


def test_without_harm_the_replay_is_exactly_the_old_one(usual: UsualCare) -> None:
    assert delayed_starts(tiny_usual()) is None
    unharmed = usual_care(with_delay(1.0))
    assert delayed_starts(unharmed) is None
    assert delayed_starts(usual, variants(delay_of(usual))[1]) is None
    network = network_of(unharmed)
    assert network.delayed is None
    harmless = Delayed(
        np.ones((3, *usual.kernels.usual_share.shape)),
        np.repeat(usual.kernels.arrive[None], 3, axis=0),
        {
            name: np.repeat(getattr(usual.worth, name).own[None], 3, axis=0)
            for name in own(np.ones(1))
        },
    )
    same = replace(network, delayed=harmless)
    old, new = first_come(network), first_come(same)
    np.testing.assert_allclose(new.starts, old.starts, atol=1e-12)
    before, after = (replay_totals(n, d, usual.worth, 3) for n, d in ((network, old), (same, new)))
    assert after.qalys_discounted == pytest.approx(before.qalys_discounted, rel=1e-13)


def test_more_harm_of_delay_never_raises_qalys() -> None:
    found = []
    for ratio in (1.0, 1.1, 1.2, 1.3, 1.5):
        usual = usual_care(with_delay(ratio))
        network = network_of(usual)
        totals = replay_totals(network, first_come(network), usual.worth, 3)
        found.append((totals.qalys_discounted, totals.qalys, totals.life_years))
    assert (np.diff(np.array(found), axis=0) < 0).all()


def with_a_list_held(network: Network, held: int, months: int) -> Replay:
    """Return the replay in which one list starts nobody for some months, all others everybody."""

    def choose(month: int, queue: Floats, _: Floats) -> Floats:
        taken = queue.copy()
        if month < months:
            taken[held] = 0.0
        return own_option_starts(network, taken)

    return walk(network, lambda _: network.referral, choose)


@pytest.mark.parametrize("waited", [1, 2, 3, 6])
def test_a_cohort_that_waits_lives_as_long_as_the_stated_total_says(
    usual: UsualCare, delayed: Delayed, waited: int
) -> None:
    """Expected: replayed month by month, everyone's months of 36 from arrival sum to those that
    the total hazard ratio leaves, where the wait alone does less harm than that."""
    kernels, month, months = usual.kernels, usual.waiting, 36
    total = variants(delay_of(usual))[0].total([waited])
    around = surroundings(
        usual.scenario.pathway, kernels.groups, usual.other_cause_survival, usual.studied_survival
    )
    options = list(usual.scenario.pathway.options())
    met = 0
    for k, listed in everyone_listed(usual, delay_of(usual), [waited]):
        g = kernels.groups.index(listed.around.group)
        if not 1.0 < delayed.residual[waited, k, g] < 0.999 * LARGEST_RESIDUAL:
            continue
        backlog = np.zeros((len(options), 2, 1, 1))
        backlog[k, g] = 1.0
        network = hand_network(
            kernels, np.zeros((len(kernels.points), 2, months)),
            np.zeros((len(kernels.resources), 1, months)), waiting=month, backlog=backlog,
        )  # fmt: skip
        network = replace(network, delayed=delayed)

        done = with_a_list_held(network, k, waited)
        held = done.left[:, :, 0].sum(axis=2) * month.person_months()[kernels.point_of][..., None]
        lived = held.sum()
        for (pair, group, _, wait, at), people in np.ndenumerate(done.starts):
            if people:
                point, _, option = options[pair]
                residual = delayed.residual[min(wait, at), pair, group]
                course = option_course(option, around[point, kernels.groups[group]], residual)
                lived += people * course.person_months[: months - at].sum()
        assert done.starts[k, g, 0, waited, waited] > 0.1
        assert lived == pytest.approx(listed.mean_months(total).item(), rel=1e-5)
        met += 1
    assert met >= 2
