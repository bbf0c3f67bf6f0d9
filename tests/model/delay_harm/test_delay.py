"""The harm of a later start: the residual hazard ratio closes exactly what waiting leaves open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from scipy.optimize import brentq

from hepaplan.model.delay_harm.delay import WAITED, delay_variants, delayed_starts, harm_of_delay
from hepaplan.model.delay_harm.residual import ALONE, BEYOND, SOLVED, Listed, variants
from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.parameters import Delay
from hepaplan.model.pathway import Option
from hepaplan.model.plan_value import replay_totals
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.readings import UsualCare
from hepaplan.model.replay import Plan, replay
from hepaplan.model.waiting import worth_of_waiting
from tests.support.scenarios import tiny, tiny_usual
from tests.support.small import around, exponential, figure, pathway_record

MONTHS = 60
HAZARD = 0.03


def delay(hazard_ratio: float = 1.06, from_week: int = 0, high: float = 1.12) -> Delay:
    ratio = figure(hazard_ratio, "hazard ratio") | {"low": 1.0, "high": high}
    return Delay.model_validate(
        {
            "hazard_ratio": ratio,
            "from_week": from_week,
            "restricted_to": figure(3.0, "years"),
        }
    )


def listed(stay: float = 1.0, background: float = 0.0) -> Listed:
    """Someone whose one option ends in death at a constant hazard, on a list that only delays."""
    record = pathway_record()["decision_point"]["listed"]["option"]["operation"]
    simple = {
        name: part
        for name, part in record.items()
        if name not in ("not_performed", "procedural_mortality", "complications")
    }
    death = {"time": exponential(np.exp(-HAZARD)), "to": {"cancer_death": figure(1.0, "share")}}
    option = Option.model_validate(simple | {"exits": {"death": death}})
    waited = np.array(WAITED)
    return Listed(
        option,
        around(np.full(MONTHS, background)),
        WAITED,
        np.exp(-(HAZARD + background) * np.arange(MONTHS + 1)),
        np.array([sum(stay**j * (1 + stay) / 2 for j in range(w)) for w in waited]),
        stay**waited,
        {},
    )


def mean_months(hazard: float, months: int) -> float:
    alive = np.exp(-hazard * np.arange(months + 1))
    return float(0.5 * (alive[1:] + alive[:-1]).sum())


def test_the_residual_is_the_root_of_the_restricted_means_worked_by_hand() -> None:
    someone = listed()
    for v, total in enumerate((1.1, 1.4)):
        wanted = np.full((len(WAITED), 1), mean_months(total * HAZARD, MONTHS))
        found, months, status = someone.residual(wanted)
        for w, waited in enumerate(WAITED):

            def gap(ratio: float, waited: int = waited, total: float = total) -> float:
                after = mean_months(ratio * HAZARD, MONTHS - waited)
                return waited + after - mean_months(total * HAZARD, MONTHS)

            assert status[w, 0] == SOLVED
            assert found[w, 0] == pytest.approx(brentq(gap, 1.0, 20.0), rel=1e-8), (v, waited)
            assert months[w, 0] == pytest.approx(wanted[w, 0], rel=1e-10)


def test_only_deaths_from_the_disease_are_multiplied() -> None:
    someone = listed(background=0.02)
    doubled = float(someone.mean_months(np.array([2.0]))[0])
    assert doubled == pytest.approx(mean_months(2 * HAZARD + 0.02, MONTHS), rel=1e-12)
    assert doubled != pytest.approx(mean_months(2 * (HAZARD + 0.02), MONTHS), rel=1e-3)


def test_a_list_that_does_the_harm_itself_leaves_nothing_to_add() -> None:
    someone = listed(stay=0.9)
    wanted = np.full((len(WAITED), 1), mean_months(1.001 * HAZARD, MONTHS))
    found, months, status = someone.residual(wanted)
    assert (status == ALONE).all()
    assert (found == 1.0).all()
    assert (months < wanted).all()


def test_harm_out_of_reach_is_said_and_not_stretched() -> None:
    found, _, status = listed().residual(np.full((len(WAITED), 1), 0.5))
    assert (status == BEYOND).all()
    np.testing.assert_allclose(found, 20.0)


def with_delay(hazard_ratio: float = 1.06, high: float = 1.12) -> UsualCare:
    settings = tiny().settings.model_copy(update={"delay": delay(hazard_ratio, high=high)})
    return usual_care(replace(tiny(), settings=settings))


def test_without_more_harm_a_later_start_is_the_wait_and_then_the_same_life_cut_short() -> None:
    usual = with_delay()
    kernels, month, months = usual.kernels, usual.waiting, 36
    at_point, started = (
        np.concatenate((zero, np.cumsum((alive[..., 1:] + alive[..., :-1]) / 2, axis=-1)), axis=-1)
        for alive in overall_survival(kernels, months)
        for zero in [np.zeros_like(alive[..., :1])]
    )

    def lived(k: int, g: int, waited: int, left: int) -> float:
        """One month after the other: on the list, moved from it, or still on it."""
        if waited == 0:
            return float(started[k, g, left])
        c = kernels.point_of[k]
        moved = month.move[c, :, g] @ at_point[:, g, left - 1]
        stayed = month.stay[c, g] * lived(k, g, waited - 1, left - 1)
        return float(month.person_months()[c, g] + moved + stayed)

    table = harm_of_delay(usual)
    table = table[table["variant"] == "no effect"]
    assert set(table["months_waited"]) == set(WAITED)
    for row in table.to_dict("records"):
        k = kernels.options.index((row["decision_point"], row["option"]))
        expected = lived(k, kernels.groups.index(row["group"]), row["months_waited"], months)
        assert row["mean_months_with_wait"] == pytest.approx(expected, rel=1e-5)
        assert row["mean_months_now"] > expected


def test_restricted_to_less_than_a_year_is_refused() -> None:
    """Waits of up to six months must fit into it."""
    record = delay().model_dump()
    record["restricted_to"]["value"] = 0.25
    with pytest.raises(ValidationError, match=r"0\.25 lies outside 1 to 100"):
        Delay.model_validate(record)


@pytest.mark.parametrize(("ratio", "high"), [(0.97, 1.12), (3.5, 4.0), (1.06, 3.5)])
def test_a_delay_that_helps_or_harms_beyond_reason_is_refused(ratio: float, high: float) -> None:
    with pytest.raises(ValidationError, match="lies outside 1 to 3"):
        delay(ratio, high=high)


def test_without_a_stated_delay_the_table_is_empty() -> None:
    assert tiny().settings.delay is None
    assert harm_of_delay(tiny_usual()).empty


def test_the_base_case_no_effect_and_after_twelve_weeks_are_shown_side_by_side() -> None:
    names = [variant.name for variant in variants(delay())]
    assert names == ["base case", "no effect", "after 12 weeks", "upper end"]
    late = variants(delay())[2].total(WAITED)
    weeks = np.array(WAITED) * 365.25 / 12 / 7
    np.testing.assert_allclose(late, 1.06 ** (np.maximum(weeks - 12, 0) / 4))
    assert (late[:2] == 1.0).all()
    assert late[3] > 1.0


def test_more_harm_and_longer_waits_cost_more_qalys() -> None:
    table = (
        harm_of_delay(with_delay())
        .set_index(["variant", "decision_point", "option", "group", "months_waited"])
        .sort_index()
    )
    lost = {name: rows.to_numpy() for name, rows in table["qalys_lost"].groupby("variant")}
    for rows in lost.values():
        assert (np.diff(rows.reshape(-1, len(WAITED)), axis=1) > 0).all()
    assert (lost["base case"] >= lost["no effect"] - 1e-12).all()
    assert (lost["upper end"] >= lost["base case"] - 1e-12).all()
    assert (lost["upper end"] > lost["base case"] + 1e-6).any()
    unaffected = table.loc["no effect"]
    np.testing.assert_array_equal(unaffected["residual_hazard_ratio"], 1.0)
    np.testing.assert_allclose(
        unaffected["qalys_lost"], unaffected["qalys_lost_waiting_alone"], rtol=1e-12
    )


def test_waiting_alone_costs_what_the_worth_of_waiting_says() -> None:
    usual = with_delay()
    table = harm_of_delay(usual)
    one = table[(table["variant"] == "no effect") & (table["months_waited"] == 1)]
    value = usual.worth.qalys_discounted
    gain = worth_of_waiting(usual.waiting, usual.kernels, value) - value.start
    for row in one.itertuples():
        k = usual.kernels.options.index((row.decision_point, row.option))
        g = usual.kernels.groups.index(row.group)
        assert row.qalys_lost == pytest.approx(-gain[k, g], abs=1e-5)


def in_variants(usual: UsualCare) -> pd.DataFrame:
    """First come, and a plan that starts whom it would and sends everyone to the first site."""
    network = network_of(usual)
    starts = first_come(network).starts.sum(axis=3)
    referral = np.zeros((*network.referral.shape, network.horizon))
    referral[:, :, 0] = 1.0
    plan = Plan(starts, referral, pooled=False)
    return delay_variants(
        usual, network, {"first come": first_come, "by hand": lambda under: replay(under, plan)}
    )


def test_a_plan_is_shown_under_every_variant_of_the_harm() -> None:
    usual = with_delay(1.2, high=1.5)
    network, table = network_of(usual), in_variants(usual)
    rows = {(row["variant"], row["policy"]): row for row in table.to_dict("records")}
    free = replay_totals(network, nothing_scarce(network), usual.worth, 3).qalys_discounted
    for name, delayed in (
        ("base case", network.delayed),
        ("no effect", None),
        ("after 12 weeks", delayed_starts(usual, variants(delay(1.2, high=1.5))[2])),
    ):
        under = replace(network, delayed=delayed)
        done = first_come(under)
        totals = replay_totals(under, done, usual.worth, 3)
        row = rows[name, "first come"]
        assert row["qalys_discounted"] == pytest.approx(totals.qalys_discounted, rel=1e-12)
        assert row["cost_gbp_discounted"] == pytest.approx(totals.cost_discounted, rel=1e-12)
        assert row["qalys_lost_to_waiting"] == pytest.approx(free - totals.qalys_discounted)
        died = done.cancer_deaths[..., :3].sum() + done.other_deaths[..., :3].sum()
        assert row["deaths_waiting"] == pytest.approx(died)
        assert row["starts"] == pytest.approx(done.starts[..., :3].sum())
    for policy in ("first come", "by hand"):
        lost = {name: rows[name, policy]["qalys_lost_to_waiting"] for name, _ in rows}
        assert lost["upper end"] > lost["base case"] + 1e-3
        assert lost["base case"] > lost["after 12 weeks"] >= lost["no effect"]
    for (name, policy), row in rows.items():
        first = rows[name, "first come"]
        gained = first["qalys_lost_to_waiting"] - row["qalys_lost_to_waiting"]
        assert row["qalys_gained"] == pytest.approx(gained, abs=1e-12)
        assert (row["qalys_gained"] == 0.0) == (policy == "first come")


def test_without_a_stated_delay_a_plan_has_one_variant() -> None:
    table = in_variants(tiny_usual())
    assert table[["variant", "policy"]].to_numpy().tolist() == [
        ["no effect", "first come"], ["no effect", "by hand"],
    ]  # fmt: skip
