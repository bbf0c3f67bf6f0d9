"""A tornado's pages: what is drawn, starred, left out and said, and grids of one and of two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.outputs import Output
from hepaplan.model.uncertainty.moving.one_way import ONE_WAY
from hepaplan.model.uncertainty.moving.thresholds import THRESHOLDS
from hepaplan.model.uncertainty.moving.two_way import TWO_WAY
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.grid_page import ALIKE, CHANGES
from hepaplan.reports.study.output_pages import result_format, sheet_titles, starred
from hepaplan.reports.study.pages import Page
from hepaplan.reports.study.tornado_pages import MOST_BARS, tornado_pages
from hepaplan.reports.study.workbook import page_faults, title_faults
from tests.support.scenarios import tiny
from tests.support.studies import tornado_study

BENEFIT = "new_patients.net_monetary_benefit_gbp"


def rows(*given: tuple[str, float, float, str, str, bool]) -> pd.DataFrame:
    """Return rows of `one_way` of net benefit with a base of £2m: name, ends, and how sure."""
    return pd.DataFrame(
        [
            (f"key.{name}", name, "share", "made_up", 2024, quality, assumed, "95% interval",
             BENEFIT, "GBP", 0.5, 0.4, 0.6, 2e6, low, high,
             np.nan if np.isnan(low) else max(low, high, 2e6) - min(low, high, 2e6),
             direction, "refused at 0.4: no" if np.isnan(low) else "")
            for name, low, high, direction, quality, assumed in given
        ],
        columns=list(ONE_WAY),
    )  # fmt: skip


def made(table: pd.DataFrame, **others: pd.DataFrame) -> Study:
    return Study("tornado", tiny(), "?", (), {"one_way": table, **others})


def page(table: pd.DataFrame) -> Page:
    (found,) = tornado_pages(made(table))
    return found


def test_a_real_study_has_a_page_for_each_output_and_question() -> None:
    study = tornado_study()
    pages = tornado_pages(study)
    assert [p.title for p in pages] == [
        "Net monetary benefit", "QALYs", "Cost", "Thresholds", "Two inputs at once",
    ]  # fmt: skip
    assert not title_faults([p.title for p in pages])
    assert not [fault for p in pages for fault in page_faults(p)]
    first = study.tables["one_way"].iloc[0]
    assert pages[0].pictures[0].base == first["base"]
    assert len(pages[0].tables[0].frame) == study.tables["one_way"]["input"].nunique()
    assert len(pages[0].pictures[0].frame) <= MOST_BARS


def test_the_widest_is_on_top_with_both_ends_and_the_base_in_the_headline() -> None:
    found = page(
        rows(
            ("small", 1.9e6, 2.1e6, "rises", "published", False),
            ("large", 3.0e6, 0.5e6, "falls", "published", False),
        )
    )
    picture = found.pictures[0]
    assert picture.frame["Input"].tolist() == ["large", "small"]
    assert picture.frame.iloc[0, 1:].tolist() == [3.0e6, 0.5e6]
    assert "£2.0 million in the base case; large moves it most, £3.0 million to £500 thousand" in (
        picture.headline
    )


def test_judgements_and_ranges_by_rule_are_starred_and_others_are_not() -> None:
    found = page(
        rows(
            ("firm", 1.0e6, 3.0e6, "rises", "published", False),
            ("ruled", 1.2e6, 2.8e6, "rises", "published", True),
            ("guessed", 1.3e6, 2.7e6, "rises", "illustrative", False),
        )
    )
    assert found.pictures[0].frame["Input"].tolist() == ["firm", "* ruled", "* guessed"]
    assert "star" in found.pictures[0].description
    assert "1 of 3 ranges are the scenario's rule" in found.notes[0]
    assert starred("firm", "derived", assumed=False) == "firm"


def test_what_turns_or_is_refused_is_said_and_what_does_not_move_is_not_drawn() -> None:
    found = page(
        rows(
            ("turning", 1.0e6, 1.5e6, "turns", "published", False),
            ("refused", np.nan, 2.5e6, "rises", "published", False),
            ("still", 2e6, 2e6, "none", "published", False),
        )
    )
    assert found.pictures[0].frame["Input"].tolist() == ["turning"]
    assert any("do not bound it: turning" in note for note in found.notes)
    assert any("says why: refused" in note for note in found.notes)
    table = found.tables[0].frame.set_index("Input")
    assert table.loc["refused", "Result at low end"] == "n/a"
    assert table.loc["still", "The result"] == "does not move"
    assert not page_faults(found)


def test_where_nothing_moves_the_page_says_so() -> None:
    found = page(rows(("still", 2e6, 2e6, "none", "published", False)))
    assert found.pictures[0].frame.empty
    assert "no input moves it" in found.pictures[0].headline


def test_thresholds_say_which_side_and_factors_are_called_so() -> None:
    table = pd.DataFrame(
        [
            ("key.large", "large", "share", "A is better than B", 0.5, 0.1, 0.9, 0.7, "falls",
             "GBP", 10.0, 40.0, -20.0, ""),
            ("key.small", "small", "share", "A is better than B", 1.0, 0.8, 1.2, np.nan, "",
             "GBP", 10.0, 11.0, 9.0, "throughout: A is better than B"),
        ],
        columns=list(THRESHOLDS),
    )  # fmt: skip
    one_way = rows(
        ("large", 3.0e6, 0.5e6, "falls", "published", False),
        ("small", 1.9e6, 2.1e6, "rises", "judgement", True),
    )
    found = tornado_pages(made(one_way, thresholds=table))[-1]
    frame = found.tables[0].frame
    assert frame["Changes at"].tolist() == [0.7, "n/a"]
    assert frame["What is so on which side"].tolist() == [
        "A is better than B below this value", "Throughout: A is better than B",
    ]  # fmt: skip
    assert frame["Unit"].tolist() == ["share", "times what is stated"]
    assert "1 of 2 inputs" in found.subtitle


def grid(**strategies: list[float]) -> pd.DataFrame:
    """Return a grid of 2 x 2 cells, results in its order; the highest is best."""
    cells = [(0.1, 1.0), (0.1, 2.0), (0.2, 1.0), (0.2, 2.0)]
    found = []
    for cell, (x, y) in enumerate(cells):
        values = {name: results[cell] for name, results in strategies.items()}
        best = max(values, key=lambda name: values[name])
        lead = sorted(values.values())[-1] - sorted(values.values())[0]
        for name, value in values.items():
            own = name == best and not np.isnan(lead) and (lead > 0 or len(values) == 1)
            found.append(
                ("key.a", x, "key.b", y, name, BENEFIT, "GBP", value, own,
                 lead if own and len(values) > 1 else np.nan, own and cell == 3,
                 "refused: no" if np.isnan(value) else "")
            )  # fmt: skip
    return pd.DataFrame(found, columns=list(TWO_WAY))


ONE_WAY_OF_TWO = rows(
    ("a", 3.0e6, 0.5e6, "falls", "published", False),
    ("b", 1.9e6, 2.1e6, "rises", "published", False),
)


def test_one_strategy_is_a_matrix_of_results_with_lines() -> None:
    table = grid(plan=[1e6, 2e6, 3e6, np.nan])
    found = tornado_pages(made(ONE_WAY_OF_TWO, two_way=table))[-1]
    frame = found.tables[0].frame
    assert list(frame.columns) == ["a", "1", "2"]
    assert frame["a"].tolist() == [0.1, 0.2]
    assert frame["2"].tolist() == [2e6, "n/a"]
    assert any("1 of 4 cells are refused; the first: refused: no" in n for n in found.notes)
    assert "£1.0 million to £3.0 million" in found.pictures[0].headline
    assert not page_faults(found)
    assert not any("put into all of them" in note for note in found.notes)


def test_two_strategies_are_a_matrix_of_the_best_and_of_its_lead() -> None:
    table = grid(plan=[5.0, 5.0, 5.0, 1.0], other=[1.0, 5.0, np.nan, 4.0])
    found = tornado_pages(made(ONE_WAY_OF_TWO, two_way=table))[-1]
    best, leads = (shown.frame for shown in found.tables)
    assert best["1"].tolist() == ["plan", "n/a"]
    assert best["2"].tolist() == [ALIKE, f"other{CHANGES}"]
    assert leads["1"].tolist() == [4.0, "n/a"]
    assert leads["2"].tolist() == ["n/a", 3.0]
    assert not found.pictures
    assert sum("put into all of them" in note for note in found.notes) == 1


def test_titles_of_pages_are_never_alike_nor_refused_by_excel() -> None:
    def output(label: str) -> Output:
        return Output(label, label, "share", "replay", None)

    labels = [
        "first come: cost, lifetime, discounted", "most health: cost, lifetime, discounted",
        "first come: people beyond the waiting standard, mean month",
        "first come: people beyond the waiting standard, worst month",
        "first come: starts of a/b [new]: now", "nothing scarce: cost, lifetime, discounted",
    ]  # fmt: skip
    titles = sheet_titles([output(label) for label in labels])
    assert titles[:2] == ["Cost", "Cost, most health"]
    assert not title_faults(titles)


@pytest.mark.parametrize(
    ("unit", "size", "swing", "expected"),
    [
        ("GBP", 3e7, 5e6, '"£"#,##0.0,,"m"'),
        ("GBP", 3e7, 5e5, '"£"#,##0.00,,"m"'),
        ("GBP", 9e5, 5e4, '"£"#,##0,"k"'),
        ("GBP", 3e7, 500.0, '"£"#,##0'),
        ("share of capacity", 1.2, 0.4, "0.0%"),
        ("people", 400.0, 60.0, "#,##0"),
        ("people", 4.0, 0.02, "#,##0.0000"),
    ],
)
def test_formats_show_the_differences(unit: str, size: float, swing: float, expected: str) -> None:
    assert result_format(unit, size, swing) == expected
