"""Each variable and row of a model file by the name that a reader finds there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hepaplan.model.allocation.classes import Classes, patient_classes
from hepaplan.model.allocation.model_names import Names, plain_names, readable_names
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import Network
from tests.support.hand_programmes import columns_at, counted, place, three_lists

MONTHS, LAST = 26, 25  # November 2027 to December 2029
SHAPES: dict[str, tuple[int, ...]] = {
    "starts": (4, 2, 2, MONTHS),
    "at_site": (3, 2, 2, MONTHS),
    "left": (3, 2, 2, MONTHS),
    "over": (3, 2, 2, MONTHS),
    "begun": (4, 2, MONTHS),
    "arrivals": (2, 2, MONTHS),
    "bought": (1, MONTHS),
    "built": (1,),
    "open": (2,),
}
VARIABLES = [
    ("starts", (0, 1, 0, 0), "starts_operable.resection_old_Hill_2027_11"),
    ("starts", (3, 0, 1, 2), "starts_operable.resection.by.ablation_young_St_Mary_s_2028_01"),
    ("at_site", (2, 0, 1, 1), "at_site_late.chemotherapy_young_St_Mary_s_2027_12"),
    ("left", (1, 1, 0, LAST), "left_operable.ablation_old_Hill_2029_12"),
    ("over", (0, 0, 1, 13), "over_operable.resection_young_St_Mary_s_2028_12"),
    ("begun", (3, 1, 3), "begun_operable.resection.by.ablation_old_2028_02"),
    ("arrivals", (1, 0, 4), "arrivals_late_young_2028_03"),
    ("bought", (0, 5), "bought_evenings_2028_04"),
    ("built", (0,), "built_third_theatre"),
    ("open", (1,), "open_sure"),
]
ROWS = [
    ("arrivals", (2, 2, MONTHS), (1, 0, 1), "arrivals_late_young_2027_12"),
    ("begun", (4, 2, MONTHS), (3, 1, 0), "begun_operable.resection.by.ablation_old_2027_11"),
    ("referral", (3, 2, MONTHS), (2, 1, 2), "referral_late.chemotherapy_old_2028_01"),
    ("referral_bounds", (2, 3, 2, 2, MONTHS), (0, 1, 0, 1, 3),
     "referral_bounds_most_operable.ablation_young_St_Mary_s_2028_02"),
    ("lists", (3, 2, 2, MONTHS), (2, 1, 0, 4), "lists_late.chemotherapy_old_Hill_2028_03"),
    ("beyond_standard", (3, 2, 2, MONTHS), (0, 0, 1, 5),
     "beyond_standard_operable.resection_young_St_Mary_s_2028_04"),
    ("capacity", (2, 2, MONTHS), (1, 0, LAST), "capacity_resource_1_Hill_2029_12"),
    ("substitution", (1, 2, MONTHS), (0, 1, 6),
     "substitution_operable.resection.by.ablation_St_Mary_s_2028_05"),
    ("opened", (2, 3, 2, MONTHS), (1, 2, 0, 7), "opened_sent_late.chemotherapy_Hill_2028_06"),
    ("minimum_volumes", (2, 3), (0, 2), "minimum_volumes_safe_year_3"),
    ("closed", (2, MONTHS), (0, 8), "closed_safe_2028_07"),
    ("sent_to_open", (3, 2, 2, MONTHS), (1, 0, 1, 9),
     "sent_to_open_operable.ablation_Hill_St_Mary_s_2028_08"),
    ("referral_if_closed", (2, 3, 2, 2, MONTHS), (1, 0, 1, 0, 10),
     "referral_if_closed_least_operable.resection_old_Hill_2028_09"),
    ("budgets", (3,), (1,), "budgets_2028"),
]  # fmt: skip


def classes(network: Network, pooled: bool = False) -> Classes:
    return patient_classes(network, nothing_scarce(network), pooled)


def named(blocks: list[tuple[str, list[int]]], network: Network | None = None) -> Names:
    network = network or three_lists()
    return readable_names(counted(blocks), columns_at({}, {}), network, classes(network))


def test_a_variable_is_named_by_block_list_option_class_site_and_month() -> None:
    network = three_lists()
    there: dict[str, list[tuple[int, ...]]] = {}
    for block, where, _ in VARIABLES:
        there.setdefault(block, []).append(where)
    at = columns_at(SHAPES, there)
    programme = counted([], len(VARIABLES))
    found = readable_names(programme, at, network, classes(network)).variables
    assert found == tuple(name for _, _, name in VARIABLES)


@pytest.mark.parametrize(("block", "shape", "where", "name"), ROWS)
def test_a_row_is_named_by_what_it_is_about(
    block: str, shape: tuple[int, ...], where: tuple[int, ...], name: str
) -> None:
    first = place(shape, (0,) * len(shape))
    last = place(shape, [size - 1 for size in shape])
    found = named([("lists", [0]), (block, [first, place(shape, where), last]), ("begun", [])])
    assert found.rows[2] == name
    assert len(found.rows) == 4
    assert not found.rows[1].endswith("_0")
    assert not found.rows[3].endswith(f"_{last}")


def test_pooled_people_have_no_class_in_their_names() -> None:
    network = three_lists()
    at = columns_at(SHAPES | {"begun": (4, 1, MONTHS)}, {"begun": [(2, 0, 0)]})
    programme = counted([("referral", [place((3, 1, MONTHS), (1, 0, 1))])])
    names = readable_names(programme, at, network, classes(network, pooled=True))
    assert names.variables == ("begun_late.chemotherapy_2027_11",)
    assert names.rows == ("referral_operable.ablation_2027_12",)


def test_blocks_of_another_shape_keep_their_numbers() -> None:
    """One month more than there is, one row more than there can be: no name would be right."""
    network = three_lists()
    at = columns_at({"begun": (4, 2, MONTHS + 1)}, {"begun": [(0, 0, 0)]})
    rows = counted([("budgets", [1, 3]), ("fairness", [7]), ("closed", [2 * MONTHS - 1])])
    names = readable_names(rows, at, network, classes(network))
    assert names.variables == ("x0",)
    assert names.rows == ("budgets_1", "budgets_3", "fairness_7", "closed_sure_2029_12")


def test_numbers_are_as_long_as_the_largest() -> None:
    """So that the order of the names, which PuLP takes, is that of the variables."""
    names = plain_names(counted([("lists", [4, 11])], columns=10))
    assert names.variables == tuple(f"x0{number}" for number in range(10))
    assert plain_names(counted([("lists", [4])], columns=9)).variables[-1] == "x8"
    assert names.rows == ("lists_4", "lists_11")


def test_names_too_long_for_a_file_are_cut_and_told_apart() -> None:
    """An LP file takes 255 characters: 200 leave room for what tells them apart."""
    network = replace(three_lists(), sites=("a" * 230, "a" * 231))
    shape = (2, 2, MONTHS)
    found = named([("capacity", [place(shape, (1, i, j)) for i, j in ((0, 0), (1, 1), (1, 2))])],
                  network)  # fmt: skip
    short = ("capacity_resource_1_" + "a" * 230)[:200]
    assert found.rows == (short, f"{short}_again_2", f"{short}_again_3")


def test_twelve_months_are_one_plan_year_and_thirteen_are_two() -> None:
    assert named([("minimum_volumes", [0, 1])], three_lists("2027-01", 12)).rows == (
        "minimum_volumes_safe_year_1", "minimum_volumes_sure_year_1",
    )  # fmt: skip
    assert named([("minimum_volumes", [1, 2])], three_lists("2027-01", 13)).rows == (
        "minimum_volumes_safe_year_2", "minimum_volumes_sure_year_1",
    )  # fmt: skip
    assert named([("minimum_volumes", [11])], three_lists("2027-01", 133)).rows == (
        "minimum_volumes_safe_year_12",
    )
