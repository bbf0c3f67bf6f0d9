"""Verification E: from demand to resources, lists, beds and rooms.

One test a row, its expected result stated before the run. The figures are our own arithmetic, and
those of rows E8 to E10 the operational planning examples that the list names (OP).
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hepaplan.model import queueing
from hepaplan.model.calendar import Months
from hepaplan.model.checks import split_of_patients
from hepaplan.model.demand import resource_use
from hepaplan.model.evaluate import network_of, scarce_capacity, usual_care
from hepaplan.model.flows.renewal import usual_flow
from hepaplan.model.outcomes import pathway_values
from hepaplan.model.parameters import Resource, Scenario
from hepaplan.model.policies import first_come, nothing_scarce
from hepaplan.model.readings import MOST_HEALTH
from hepaplan.model.sites.list_patterns import usable_session
from hepaplan.model.sites.site_capacity import site_capacity
from hepaplan.model.tables.plan_tables import demand
from hepaplan.scenarios.load import InvalidScenario, load_scenario
from tests.support.scenarios import (
    TINY,
    scaled,
    tiny,
    tiny_pathway,
    tiny_usual,
    with_pathway,
    with_settings,
    with_table,
)
from tests.support.small import figure, hand_kernels, schedule, share

EXACT = 1e-9
FOUR_DECIMALS = 5e-5
THREE_DECIMALS = 5e-4
TWO_DECIMALS = 5e-3
MAJOR, MINOR = 319.0, 172.0
RESECTION, ABLATION = 0, 1

exactly = partial(pytest.approx, rel=EXACT)


def one_resource(units_per_week: float, cap: float, calendar: str = "working_days") -> Resource:
    return Resource.model_validate(
        {
            "label": "Theatre",
            "unit": "minutes",
            "saleable_unit": "weekly list",
            "units_per_week": units_per_week,
            "calendar": calendar,
            "utilisation_cap": share(cap),
            "unit_cost": figure(1.0, "GBP per unit"),
        }
    )


def capacity_of(resource: Resource, number: float, months: Months) -> np.ndarray:
    """Return what one site has of a resource, by the model's own function (month,)."""
    table = pd.DataFrame([("hilltop", "theatre", number)], columns=["site", "resource", "number"])
    nothing = {
        name: getattr(tiny().tables, name).iloc[:0] for name in ("capacity_changes", "other_use")
    }
    scenario = with_table(tiny(), capacity=table, **nothing)
    scenario = with_settings(scenario, resource={"theatre": resource})
    return np.asarray(site_capacity(scenario, months)[0, 0])


def taken(starts: list[float], footprints: list[list[float]]) -> np.ndarray:
    """Return what starts in the first month take of one resource, by month."""
    use = np.array(footprints)[:, None, None, :]
    begun = np.zeros((len(starts), 1, use.shape[-1]))
    begun[:, 0, 0] = starts
    return np.asarray(resource_use(begun, use)[0])


def test_e1_minutes_of_major_and_minor_resections() -> None:
    """Expected: 12,760 + 10,320 = 23,080 minutes, 384.67 hours."""
    assert taken([40, 0], [[MAJOR], [MINOR]]) == exactly(12_760)
    assert taken([0, 60], [[MAJOR], [MINOR]]) == exactly(10_320)
    together = taken([40, 60], [[MAJOR], [MINOR]])[0]
    assert together == exactly(23_080)
    assert together / 60 == pytest.approx(384.67, abs=TWO_DECIMALS)


def test_e2_lists_at_a_cap() -> None:
    """Expected: 56.57 lists of 480 minutes at 85%; so many weekly lists hold them in one week."""
    theatre = one_resource(480, 0.85)
    minutes = taken([40, 60], [[MAJOR], [MINOR]])[0]
    lists = minutes / usable_session(theatre)
    assert lists == pytest.approx(56.57, abs=TWO_DECIMALS)
    # January 2027 has twenty working days in England: four weeks.
    assert capacity_of(theatre, lists / 4, Months("2027-01", 1))[0] == exactly(minutes)


def major_resections(whole_cases: bool, minutes: float = MAJOR) -> Scenario:
    """Return the tiny scenario with 100 people waiting for an operation, 20 lists in January."""
    record = tiny_pathway()
    options = record["decision_point"]["operable"]["option"]
    resection = options["resection"]
    resection["usual_share"] = share(1.0)
    resection["footprint"]["theatre"] = schedule([minutes], "minutes")
    del resection["complications"], resection["not_performed"]
    options["ablation"]["on"] = False
    record["decision_point"]["operable"].pop("interchangeable", None)
    theatre = one_resource(480, 0.85).model_copy(update={"whole_cases": whole_cases})
    scenario = with_pathway(tiny(), record)
    scenario = with_settings(scenario, resource=tiny().settings.resource | {"theatre": theatre})
    stated = tiny().tables
    capacity = stated.capacity.assign(number=[5.0, 0.0, 100.0, 100.0])
    backlog = stated.backlog.iloc[:1].assign(months_waited=0, patients=100.0)
    return with_table(scenario, capacity=capacity, backlog=backlog)


@pytest.mark.parametrize(
    ("minutes", "whole", "cases"),
    [(MAJOR, True, 20), (MAJOR, False, 25.58), (MINOR, True, 40), (MINOR, False, 47.44)],
)
def test_e3_whole_cases(minutes: float, whole: bool, cases: float) -> None:
    """Expected: 20 lists of 408 usable minutes hold 20 cases of 319, where minutes claim 25.58.

    Two cases of 172 go on a list, 40 in all. First come and the plan both keep to it.
    """
    usual = usual_care(major_resections(whole, minutes))
    started = first_come(network_of(usual)).starts[RESECTION, ..., 0].sum()
    assert started == pytest.approx(cases, abs=TWO_DECIMALS)
    planned = scarce_capacity(usual).replays[MOST_HEALTH]
    assert planned.starts[RESECTION, ..., 0].sum() <= cases + TWO_DECIMALS
    # A month of 20 or 21 lists: the plan fills them, as 100 people wait.
    days = np.array([20, 20, 21, 22]) / 20
    np.testing.assert_allclose(
        planned.starts[RESECTION].sum(axis=(0, 1, 2))[:2], cases * days[:2], atol=TWO_DECIMALS
    )


def test_e4_twice_the_incidence() -> None:
    """Expected: every line of demand doubles, and so does every resource in use."""
    nobody = with_table(tiny(), backlog=tiny().tables.backlog.iloc[:0])
    twice = with_table(nobody, incidence=scaled(tiny().tables.incidence, "rate_per_100k", 2.0))
    one, two = usual_care(nobody), usual_care(twice)
    keys = ["month", "region", "group", "decision_point", "option"]
    lines = demand(one).set_index(keys)["starts"]
    doubled = demand(two).set_index(keys)["starts"]
    assert len(lines) == 48
    np.testing.assert_allclose(doubled.loc[lines.index], 2 * lines, rtol=EXACT)
    use = [nothing_scarce(network_of(usual)).use for usual in (one, two)]
    np.testing.assert_allclose(use[1], 2 * use[0], rtol=EXACT)


@pytest.mark.parametrize("hospitals", [2, 3, 7])
def test_e5_a_catchment_split(hospitals: int) -> None:
    """Expected: the same patients sent to N hospitals have the same starts and use in all."""
    names = [f"hospital_{number}" for number in range(hospitals)]
    weights = np.arange(1.0, hospitals + 1) / np.arange(1.0, hospitals + 1).sum()
    stated = tiny().tables
    services = stated.referral[["region", "service"]].drop_duplicates()
    referral = services.merge(pd.DataFrame({"site": names, "share": weights}), how="cross")
    capacity = pd.DataFrame({"site": names, "resource": "theatre", "number": 1.0})
    scenario = with_table(
        tiny(),
        referral=referral,
        capacity=capacity,
        capacity_changes=stated.capacity_changes.iloc[:0],
        travel=stated.travel.iloc[:0],
    )
    site = tiny().settings.site["hilltop"]
    split = with_settings(scenario, site=dict.fromkeys(names, site))
    whole = nothing_scarce(network_of(tiny_usual()))
    parts = nothing_scarce(network_of(usual_care(split)))
    assert parts.use.shape[1] == hospitals
    np.testing.assert_allclose(parts.use.sum(axis=1), whole.use.sum(axis=1), atol=EXACT)
    for measure in ("starts", "at_site"):
        np.testing.assert_allclose(
            getattr(parts, measure).sum(axis=2), getattr(whole, measure).sum(axis=2), atol=EXACT
        )


def test_e6_shares_with_untreated() -> None:
    """Expected: shares with supportive care sum to 1; share 0 gives no starts, use or cost."""
    assert split_of_patients(tiny_usual()) < EXACT
    for group in range(2):
        shares = tiny_usual().kernels.usual_share[:2, group]
        assert shares.sum() == exactly(1)
    record = tiny_pathway()
    options = record["decision_point"]["operable"]["option"]
    options["ablation"]["usual_share"] = share(0.0)
    options["resection"]["usual_share"] = share(1.0)
    usual = usual_care(with_pathway(tiny(), record))
    assert not usual.flow.starts[ABLATION].any()
    assert usual.flow.starts[RESECTION].any()
    network = network_of(usual)
    done = nothing_scarce(network)
    assert not done.starts[ABLATION].any()
    # Whatever ablation took and cost, it changes nothing.
    dear = options["ablation"]
    dear["footprint"]["theatre"] = schedule([1e4], "minutes")
    dear["costs"]["probes"] = schedule([1e6], "GBP per month since start")
    other = usual_care(with_pathway(tiny(), record))
    np.testing.assert_array_equal(nothing_scarce(network_of(other)).use, done.use)
    values = [pathway_values(u.kernels, 0.035, 0.015).cost.arrival for u in (usual, other)]
    np.testing.assert_array_equal(values[0], values[1])


@pytest.mark.parametrize("later", [1, 2, 5])
def test_e7_a_line_taken_later(later: int) -> None:
    """Expected: a second line taken k months later has its demand k months later, and no less."""
    horizon = 24
    use = np.zeros((2, 1, 3))
    use[1, 0] = [8, 7, 6]

    def second_line(delay: int) -> tuple[np.ndarray, np.ndarray]:
        arrive = np.zeros((2, 2, 13))
        arrive[0, 1, [2 + delay, 4 + delay]] = [0.3, 0.4]
        kernels = hand_kernels([("first", "a"), ("then", "b")], _longer(use, 12), arrive=arrive)
        entries = np.zeros((2, 1, 1, horizon))
        entries[0, 0, 0, :10] = np.arange(1, 11)
        starts = usual_flow(kernels, entries).starts.sum(axis=1)
        return starts[1, 0], resource_use(starts, kernels.use)[0]

    for now, then in zip(second_line(0), second_line(later), strict=True):
        assert now.any()
        np.testing.assert_allclose(then[later:], now[:-later], atol=EXACT)
        assert not then[: later + 1].any()
        assert then.sum() == exactly(now.sum())


def _longer(use: np.ndarray, months: int) -> np.ndarray:
    padded = np.zeros((*use.shape[:-1], months))
    padded[..., : use.shape[-1]] = use
    return padded


def test_e8_beds() -> None:
    """Expected: 100 patients of 6 days take 600 bed-days; 1.644 average beds, 1.934 at 85%."""
    bed_days = taken([100], [[6.0]])[0]
    assert bed_days == exactly(600)
    year = Months("2027-01", 12)
    for cap, beds in ((1.0, 1.644), (0.85, 1.934)):
        one_bed = capacity_of(one_resource(7, cap, "every_day"), 1.0, year).sum()
        assert bed_days / one_bed == pytest.approx(beds, abs=THREE_DECIMALS)


def test_e9_rooms() -> None:
    """Expected: 1,000 procedures of 2 hours need 0.9412 rooms of 2,500 hours a year at 85%."""
    hours = taken([1000], [[2.0]])[0]
    year = Months("2027-01", 12)
    room = one_resource(2500 * 7 / 365, 0.85, "every_day")
    one_room = capacity_of(room, 1.0, year).sum()
    assert one_room == exactly(2125)
    assert hours / one_room == pytest.approx(0.9412, abs=FOUR_DECIMALS)


def test_e10_sessions_a_patient() -> None:
    """Expected: 100 patients of 1.4 sessions make 140 bookings, the second ones a month later."""
    bookings = taken([100], [[1.0, 0.4]])
    assert bookings == exactly(np.array([100, 40]))
    assert bookings.sum() == exactly(140)


BAD: dict[str, tuple[str, str, str, str, str]] = {
    "a share above 1": (
        "referral.csv", "North,ablation,hilltop,0.6", "North,ablation,hilltop,1.6",
        "share", "found 1.6; expected a number from 0 to 1",
    ),
    "a missing share": (
        "eligibility.csv", "under_65,operable,0.4", "under_65,operable,",
        "share", "found an empty cell; expected a number from 0 to 1",
    ),
    "negative minutes of travel": (
        "travel.csv", "North,hilltop,15", "North,hilltop,-15",
        "minutes", "found -15; expected a number from 0 to 1440",
    ),
    "a negative number of lists": (
        "capacity.csv", "hilltop,theatre,0.25", "hilltop,theatre,-0.25",
        "number", "found -0.25; expected a number from 0",
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the tiny scenario that a test may spoil."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


@pytest.mark.parametrize("case", BAD)
def test_e11_bad_cells_of_a_table(case: str, folder: Path) -> None:
    """Expected: refused, with the file, the row's line and the column."""
    file, old, new, column, message = BAD[case]
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    with pytest.raises(InvalidScenario) as refused:
        load_scenario(folder)
    found = [p for p in refused.value.problems if p.file.endswith(file) and p.line == line]
    assert [(p.key, message in p.message) for p in found] == [(column, True)]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("theatre = { value = [300]", "theatre = { value = [-300]", "found a negative amount"),
        ("chair = { value = [8, 7, 6]", "chair = { valeu = [8, 7, 6]", "value"),
        ('usual_share = { value = 1, unit = "share"', 'usual_share = { value = 1.1, unit = "share"',
         "1.1 lies outside 0 to 1"),
    ],
)  # fmt: skip
def test_e11_bad_amounts_of_a_footprint(old: str, new: str, message: str, folder: Path) -> None:
    """Expected: refused, naming the file and the line."""
    text = (folder / "pathway.toml").read_text(encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    (folder / "pathway.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InvalidScenario) as refused:
        load_scenario(folder)
    where: list[Any] = [
        p for p in refused.value.problems if message in p.message or message in p.key
    ]
    assert where
    assert any(p.file.endswith("pathway.toml") and p.line == line for p in where)


def test_e11_other_use_and_site_shares(folder: Path) -> None:
    """Expected: more other use than there is, and shares above 1 in all, name table and row."""
    with (folder / "scenario.toml").open("a", encoding="utf-8") as file:
        for name, unit in (("other_use", "saleable units"), ("site_shares", "share")):
            file.write(f'\n[tables.{name}]\nfile = "{name}.csv"\nunit = "{unit}"\n')
            file.write('source = "made_up"\nquality = "illustrative"\n')
    (folder / "other_use.csv").write_text(
        "site,resource,from_month,to_month,number,source,quality\n"
        "hilltop,theatre,2027-01,2027-12,0.2,made_up,illustrative\n"
        "riverside,theatre,2027-01,2027-12,0.2,made_up,illustrative\n",
        encoding="utf-8",
    )
    (folder / "site_shares.csv").write_text(
        "site,decision_point,option,share,source,quality\n"
        "riverside,inoperable,chemotherapy,0.8,made_up,illustrative\n"
        "hilltop,operable,ablation,1,made_up,illustrative\n",
        encoding="utf-8",
    )
    with pytest.raises(InvalidScenario) as refused:
        load_scenario(folder)
    found = {(Path(p.file).name, p.line, p.key): p.message for p in refused.value.problems}
    assert set(found) == {
        ("other_use.csv", 3, "number"),
        ("site_shares.csv", 2, "share"),
        ("site_shares.csv", 3, "decision_point"),
    }
    assert "which has 0.1" in found["other_use.csv", 3, "number"]
    assert "the shares sum to 0.8" in found["site_shares.csv", 2, "share"]


def test_e12_services_that_take_whoever_comes() -> None:
    """Expected: Erlang B, offered 2, 4 servers: 0.0952381; C, 2 and 3: 0.4444444, also as wait."""
    assert queueing.erlang_b(2.0, 4) == pytest.approx(0.0952381, abs=5e-8)
    assert queueing.erlang_c(2.0, 3) == pytest.approx(0.4444444, abs=5e-8)
    assert queueing.erlang_c_mean_wait(2.0, 3) == pytest.approx(0.4444444, abs=5e-8)
