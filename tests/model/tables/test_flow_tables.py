from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.fates import CAUSES
from hepaplan.model.tables.flow_tables import COMES, DAY_ONE, LEAVES, MORE, NEW, STARTS, flow_table
from tests.support.scenarios import tiny_usual


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return flow_table(tiny_usual())


def rows(table: pd.DataFrame, stage: str) -> pd.DataFrame:
    return table[table["stage"] == stage]


def missing_at_points(table: pd.DataFrame) -> float:
    """What comes to a point or returns to it, less what starts there: the largest over points."""
    starts = rows(table, STARTS).groupby("from")["people_a_year"].sum()
    back = rows(table, LEAVES).groupby("to")["people_a_year"].sum()
    came = rows(table, COMES).groupby("to")["people_a_year"].sum()
    arrived = came.add(back, fill_value=0.0).reindex(starts.index).fillna(0.0)
    return float((arrived - starts).abs().max())


def missing_at_options(table: pd.DataFrame) -> float:
    keys = ["from", "option"]
    starts = rows(table, STARTS).groupby(keys)["people_a_year"].sum()
    left = rows(table, LEAVES).groupby(keys)["people_a_year"].sum()
    return float((starts.sub(left, fill_value=0.0)).abs().max())


def test_whoever_comes_to_a_point_starts_there(table: pd.DataFrame) -> None:
    assert missing_at_points(table) < 1e-9


def test_whoever_starts_an_option_leaves_it_or_is_still_in_it(table: pd.DataFrame) -> None:
    assert missing_at_options(table) < 1e-9


def test_the_identities_fail_where_people_are_lost(table: pd.DataFrame) -> None:
    lost = table.copy()
    spot = lost.index[(lost["stage"] == LEAVES) & ~lost["to"].isin([*CAUSES, MORE])][0]
    lost.loc[spot, "people_a_year"] += 0.5
    assert missing_at_points(lost) == pytest.approx(0.5, abs=1e-9)
    assert missing_at_options(lost) == pytest.approx(0.5, abs=1e-9)


def test_the_comers_are_the_window_s_new_patients_and_those_on_its_first_day_s_lists(
    table: pd.DataFrame,
) -> None:
    usual = tiny_usual()
    window = usual.scenario.settings.window.months
    new = usual.eligible[..., usual.before : usual.before + window].sum() * 12 / window
    came = rows(table, COMES).groupby("from")["people_a_year"].sum()
    assert came[NEW] == pytest.approx(new, rel=1e-12)
    waiting = usual.scenario.tables.backlog["patients"].sum() * 12 / window
    assert came.get(DAY_ONE, 0.0) == pytest.approx(waiting, rel=1e-6)


def test_a_start_before_the_window_is_followed_into_it() -> None:
    usual = tiny_usual()
    starts = usual.flow.starts * 0.0
    starts[0, 0, 0, usual.before - 1] = 12.0
    alone = replace(usual, flow=replace(usual.flow, starts=starts))
    table = rows(flow_table(alone), LEAVES)
    kernels, window = usual.kernels, usual.scenario.settings.window.months
    per_year = 12.0 * 12 / window
    stop = min(window, kernels.months)
    died = float(kernels.other_death[0, 0, 1 : stop + 1].sum()) * per_year
    assert table.loc[table["to"] == "other causes", "people_a_year"].sum() == pytest.approx(died)
    gone = 1.0 - float(kernels.alive[0, 0, stop])
    assert table.loc[table["to"] == MORE, "people_a_year"].sum() == pytest.approx(-gone * per_year)
