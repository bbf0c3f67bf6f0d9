from __future__ import annotations

from dataclasses import replace

import pandas as pd

from hepaplan.model.ages.utility_norms import COLUMNS
from hepaplan.reports.content import ReportContent
from hepaplan.reports.views import assumption as assumption_views
from hepaplan.reports.views import plausibility as plausibility_views
from hepaplan.reports.workbook import build_workbook


def of(content: ReportContent, **tables: pd.DataFrame) -> ReportContent:
    return replace(content, tables={**content.tables, **tables})


def test_prices_are_shown_where_any_are_stated(content: ReportContent) -> None:
    table = content.tables["assumptions"]
    assert "Prices" not in assumption_views.assumptions(content).columns
    none = of(content, assumptions=table.assign(prices=""))
    assert "Prices" not in assumption_views.assumptions(none).columns
    words = ["stated as 142.88 GBP, prices of 2019", *[""] * (len(table) - 1)]
    shown = assumption_views.assumptions(of(content, assumptions=table.assign(prices=words)))
    assert shown["Prices"].tolist() == words
    assert shown.columns.tolist()[-assumption_views.UNPRINTED :] == ["Set in", "Note", "Key"]


def test_utilities_above_the_norm_have_their_block(content: ReportContent) -> None:
    row = ("resectable", "minor_open", "80_and_over", 0.8, 0.694, 0.106)
    above = of(content, utility_norms=pd.DataFrame([row], columns=COLUMNS))
    shown = plausibility_views.utility_norms(above)
    assert shown.iloc[0, -3:].tolist() == [0.8, 0.694, 0.106]
    assert "utility_norms" in build_workbook(above)["Checks"].tables


def test_without_utilities_above_the_norm_there_is_no_block(content: ReportContent) -> None:
    nothing = of(content, utility_norms=pd.DataFrame(columns=COLUMNS))
    assert "utility_norms" not in build_workbook(nothing)["Checks"].tables
