"""The pages of all inputs at once: shares with their intervals, screening, stars, groups."""

from __future__ import annotations

import pandas as pd

from hepaplan.model.uncertainty.moving.global_sensitivity import MORRIS, SOBOL
from hepaplan.model.uncertainty.sensitivity import INDICES, SCREENING
from hepaplan.model.uncertainty.study import Study
from hepaplan.reports.study.sensitivity_pages import sensitivity_pages
from hepaplan.reports.study.workbook import page_faults, title_faults
from tests.support.studies import sensitivity_study
from tests.support.unsure import unsure

QALYS = "new_patients.qalys"
COST = "pathway.decision_point.operable.waiting.cost"


def made(totals: tuple[float, float], kept: float = 0.87) -> Study:
    """Return a study of two factors: a stated share of settings, and a cost by rule."""
    factors = (("metastases.synchronous_share", "Share"), (COST, "Cost of waiting"))
    indices = [
        (name, label, 1, QALYS, "QALY", rank, total / 2, 0.02, total, 0.25, 9.0, 32, kept)
        for rank, ((name, label), total) in enumerate(zip(factors, totals, strict=True), start=1)
    ]
    screened = [
        (name, label, QALYS, "QALY", rank, -1.0, 4.0 / rank, 0.5, 2.0, 4)
        for rank, (name, label) in enumerate(factors, start=1)
    ]
    tables = {
        SCREENING: pd.DataFrame(screened, columns=list(MORRIS)),
        INDICES: pd.DataFrame(indices, columns=[*SOBOL, "share_kept"]),
    }
    return Study("sensitivity", unsure(), "?", (), tables)


def test_a_real_study_has_a_page_for_each_output_with_both_tables() -> None:
    study = sensitivity_study()
    pages = sensitivity_pages(study)
    assert [p.title for p in pages] == ["Net monetary benefit", "QALYs", "Cost"]
    assert not title_faults([p.title for p in pages])
    assert not [fault for p in pages for fault in page_faults(p)]
    for page in pages:
        indices, screening = page.tables
        assert len(screening.frame) == study.facts["factors screened"]
        assert 0 < len(indices.frame) < len(screening.frame)


def test_without_indices_the_effects_are_drawn() -> None:
    for page in sensitivity_pages(sensitivity_study(base=0)):
        assert len(page.tables) == 1
        assert page.pictures[0].name.startswith("mu_star")
        assert "moves it most, by a mean effect of " in page.pictures[0].headline
        assert "two thirds of each input's 95% interval" in page.pictures[0].description


def test_the_headline_has_the_largest_share_with_its_interval() -> None:
    (page,) = sensitivity_pages(made((0.6, 0.5)))
    assert "60% (±25%) of its variance is Share" in page.pictures[0].headline
    table = page.tables[0].frame
    assert table["Alone"].tolist() == [0.3, 0.25]
    assert table["± with others"].tolist() == [0.25, 0.25]


def test_how_much_of_all_the_inputs_kept_explain_is_said_where_it_is_known() -> None:
    (page,) = sensitivity_pages(made((0.6, 0.5)))
    assert page.subtitle.endswith(
        "the rest stay as stated. These explain 87% of the variance that all inputs screened cause."
    )
    (page,) = sensitivity_pages(made((0.6, 0.5), kept=float("nan")))
    assert page.subtitle.endswith("the rest stay as stated.")


def test_a_range_by_rule_is_starred_and_shares_of_nothing_are_not_drawn() -> None:
    (page,) = sensitivity_pages(made((0.6, 0.5)))
    assert page.pictures[0].frame["Input"].tolist()[1] == "* Cost of waiting"
    (page,) = sensitivity_pages(made((0.6, 0.0)))
    assert len(page.pictures[0].frame) == 1
    (page,) = sensitivity_pages(made((0.0, 0.0)))
    assert "no input moves it" in page.pictures[0].headline
