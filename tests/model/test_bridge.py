"""Bridges between scenarios: mixtures, named changes, and what each is worth."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from hepaplan.model.compare.bridge import (
    DEMAND_AND_VALUE,
    FIRST_COME,
    PLANNED,
    CannotMix,
    Ends,
    bridge,
    bridges,
)
from hepaplan.model.compare.bridge_words import bridge_gap, bridge_headline, bridge_words
from hepaplan.model.compare.changes import EVERYTHING_ELSE, change_levels
from hepaplan.model.compare.mixture import differing, mixed
from hepaplan.model.compare.mixture_checks import mixture_faults
from hepaplan.model.outputs import outputs_of
from hepaplan.model.parameters import Scenario
from hepaplan.model.problems import Key
from tests.support.compared import named
from tests.support.scenarios import scaled, tiny, tiny_with, with_settings, with_table

SYNCHRONOUS = ("metastases", "synchronous_share")
RESECTION = "pathway__decision_point__operable__option__resection"


def other() -> Scenario:
    """Three changes: more synchronous disease, dearer theatre, more people."""
    changed = tiny_with(metastases__synchronous_share=0.18, resource__theatre__unit_cost=21)
    more = scaled(changed.tables.population, "people", 1.3)
    return named(with_table(changed, population=more), "other")


def names_of(reference: Scenario, changed: Scenario, level: int = 0) -> list[str]:
    return [change.name for change in change_levels(reference, changed)[level].changes]


def test_what_differs_is_found_and_a_full_mixture_is_the_other() -> None:
    keys = differing(tiny(), other())
    assert set(keys) == {
        SYNCHRONOUS, ("resource", "theatre", "unit_cost"), ("tables", "population")
    }  # fmt: skip
    assert differing(mixed(tiny(), other(), keys), other()) == ()
    assert differing(tiny(), mixed(tiny(), other(), ())) == ()
    one = mixed(tiny(), other(), [SYNCHRONOUS])
    assert one.settings.metastases.synchronous_share.number == 0.18
    assert one.settings.resource["theatre"].unit_cost.number == 15
    assert tiny().settings.metastases.synchronous_share.number == 0.16


def test_words_and_intervals_are_no_difference() -> None:
    share = tiny().settings.metastases.synchronous_share
    said = share.model_copy(update={"note": "another", "low": 0.1, "source": "elsewhere"})
    metastases = tiny().settings.metastases.model_copy(update={"synchronous_share": said})
    assert differing(tiny(), with_settings(tiny(), metastases=metastases)) == ()


def test_the_bridge_goes_from_one_end_to_the_other_with_nothing_left_over() -> None:
    table = bridge(Ends(tiny(), other(), "other"))
    ends = [outputs_of(s, DEMAND_AND_VALUE) for s in (tiny(), other())]
    for measure in DEMAND_AND_VALUE:
        part = table[table["measure"] == measure]
        assert part["from"].iloc[0] == ends[0][measure]
        assert part["to"].iloc[-1] == ends[1][measure]
        assert part["amount"].sum() == pytest.approx(
            ends[1][measure] - ends[0][measure], rel=1e-9, abs=1e-9
        )
        assert part["from"].iloc[1:].tolist() == part["to"].iloc[:-1].tolist()
    assert bridge_gap(table) <= 1e-9


def test_a_price_moves_no_people_and_no_health() -> None:
    table = bridge(Ends(tiny(), other(), "other")).set_index(["measure", "change"])["amount"]
    price = "resource theatre unit cost"
    assert table["new_metastases", price] == 0
    assert table["nothing_scarce.qalys", price] == pytest.approx(0, abs=1e-9)
    assert table["nothing_scarce.cost_gbp", price] > 0


def test_demand_by_hand_two_factors_share_what_is_joint() -> None:
    """People x 1.3 multiplies whatever the share is, so its part is 0.3 of the mean of both."""
    changed = named(tiny_with(metastases__synchronous_share=0.18), "both")
    more = with_table(changed, population=scaled(changed.tables.population, "people", 1.3))
    low, high = (outputs_of(s, ["new_metastases"])["new_metastases"] for s in (tiny(), changed))
    amounts = bridge(Ends(tiny(), more, "both"), ["new_metastases"]).set_index("change")["amount"]
    assert amounts["table of population"] == pytest.approx(0.3 * (low + high) / 2, rel=1e-9)
    assert amounts["metastases synchronous share"] == pytest.approx(
        (high - low) * (1 + 1.3) / 2, rel=1e-9
    )


def test_the_way_back_has_the_same_parts_with_the_other_sign() -> None:
    there, back = (
        bridge(Ends(*ends, "x")).set_index(["measure", "change"])["amount"]
        for ends in ((tiny(), other()), (other(), tiny()))
    )
    assert list(back.index) == list(there.index)
    assert back.to_numpy() == pytest.approx(-there.to_numpy(), rel=1e-9, abs=1e-6)


def test_shares_that_sum_to_1_move_together() -> None:
    changed = tiny_with(
        **{
            f"{RESECTION}__usual_share": "{ under_65 = 0.5, 65_and_over = 0.5 }",
            "pathway__decision_point__operable__option__ablation__usual_share":
                "{ under_65 = 0.5, 65_and_over = 0.5 }",
        }
    )  # fmt: skip
    (name,) = names_of(tiny(), changed)
    assert name.endswith("usual shares")
    alone = mixed(tiny(), changed, [k for k in differing(tiny(), changed) if "resection" in k])
    assert any("sum" in fault.message for fault in mixture_faults(alone))
    assert mixture_faults(tiny()) == []


def test_one_reason_makes_one_change_unless_it_says_only_who() -> None:
    changed = tiny_with(metastases__synchronous_share=0.18, resource__theatre__unit_cost=21)
    assert len(names_of(tiny(), changed)) == 2
    why: dict[Key, str] = {
        SYNCHRONOUS: "a review",
        ("resource", "theatre", "unit_cost"): "a review",
    }
    assert names_of(tiny(), replace(changed, reasons=why)) == ["a review (2 inputs)"]


def test_too_many_changes_are_grouped_by_part_and_it_is_said() -> None:
    changed = tiny_with(
        metastases__synchronous_share=0.18, metastases__late_share=0.1,
        resource__theatre__unit_cost=21, resource__chair__unit_cost=36,
    )  # fmt: skip
    ends = Ends(tiny(), changed, "x")
    fine, coarse = bridge(ends, ["new_metastases"], 4), bridge(ends, ["new_metastases"], 3)
    assert len(fine) == 4
    assert coarse["change"].tolist() == ["liver metastases", "capacity"]
    assert coarse["grouped_by"].unique().tolist() == ["part of the scenario"]
    assert any("grouped by part of the scenario" in s for s in bridge_words(coarse, "tiny"))


def test_another_structure_is_one_change_beside_those_that_stand_alone() -> None:
    sites = dict(list(tiny().settings.site.items())[:1])
    changed = with_settings(tiny_with(metastases__synchronous_share=0.18), site=sites)
    changed = with_table(changed, capacity=scaled(changed.tables.capacity, "number", 2.0))
    levels = change_levels(tiny(), changed)
    assert [c.name for c in levels[0].changes] == [
        "metastases synchronous share", EVERYTHING_ELSE
    ]  # fmt: skip
    assert ("tables", "capacity") in levels[0].changes[1].keys


def test_what_cannot_be_mixed_is_one_change() -> None:
    """A capacity below nothing in a mixture: the cut needs the capacity it cuts."""
    tables = tiny().tables
    cuts = tables.capacity_changes.assign(multiply=1.0, add=-1.5 * tables.capacity["number"].max())
    changed = with_table(
        tiny(), capacity=scaled(tables.capacity, "number", 40.0), capacity_changes=cuts
    )
    with pytest.raises(CannotMix, match="below nothing"):
        raise CannotMix("\n".join(f.message for f in mixture_faults(
            mixed(tiny(), changed, [("tables", "capacity_changes")])
        )))  # fmt: skip
    table = bridge(Ends(tiny(), changed, "x"), FIRST_COME)
    assert table["change"].unique().tolist() == ["capacity"]


def test_nothing_differs_and_there_is_no_bridge() -> None:
    table = bridges(Ends(tiny(), tiny(), "again"))
    assert table.empty
    assert bridge_words(table, "tiny") == ()
    assert bridge_gap(table) == 0


def test_a_bridge_that_leaves_something_over_is_seen() -> None:
    table = bridge(Ends(tiny(), other(), "other"))
    assert bridge_gap(table.assign(amount=table["amount"] * 1.01)) > 1e-6


def test_words_give_the_whole_and_the_largest_part_first() -> None:
    table = pd.DataFrame(
        {
            "scenario": "b", "measure": "m", "label": "new patients", "unit": "people a year",
            "order": [1, 2], "change": ["small", "large"], "amount": [1.0, -4.0],
            "from": [10.0, 11.0], "to": [11.0, 7.0], "inputs": "", "reason": "",
            "grouped_by": "reason, table or figure",
        }
    )  # fmt: skip
    assert bridge_words(table, "a") == (
        "From a to b: -3.0 people a year (new patients), of which -4.0 people a year from large, "
        "+1.0 people a year from small.",
    )
    assert bridge_headline(table, "a") == (
        "new patients: -3.0 people a year in b against a, the largest part large "
        "(-4.0 people a year)"
    )


def test_the_plan_is_solved_anew_for_each_mixture_only_where_asked() -> None:
    changed = named(tiny_with(metastases__synchronous_share=0.18), "x")
    without, solved = (bridges(Ends(tiny(), changed, "x"), asked) for asked in (False, True))
    assert set(solved["measure"]) - set(without["measure"]) == set(PLANNED)
    qalys = solved[solved["measure"] == "most_health.qalys"]
    ends = [outputs_of(s, ["most_health.qalys"])["most_health.qalys"] for s in (tiny(), changed)]
    assert qalys["amount"].sum() == pytest.approx(ends[1] - ends[0], rel=1e-9)
