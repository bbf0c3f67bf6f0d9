from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hepaplan.model.evaluate import usual_care
from hepaplan.model.money.prices import in_own_prices
from hepaplan.model.quantities import Quantity, Schedule
from hepaplan.model.tables.assumptions import assumption_table
from hepaplan.scenarios.explain import explain
from hepaplan.scenarios.load import Loaded, LocatedProblem, load, load_scenario
from tests.support.scenarios import TINY

Problems = Callable[..., tuple[LocatedProblem, ...]]

CHEMOTHERAPY = "decision_point.inoperable.option.chemotherapy"
WAITING = "decision_point.inoperable.waiting.cost"
INDEX = """
[prices.index]
value = { 2019 = 110.0, 2021 = 120.0, 2024 = 132.0 }
unit = "index"
source = "made_up"
quality = "illustrative"
"""
EXCHANGE = """
[prices.exchange.EUR]
value = { 2019 = 0.88, 2024 = 0.85 }
unit = "GBP per EUR"
source = "made_up"
quality = "illustrative"
"""


def overlay(path: Path, text: str, name: str = "prices") -> Path:
    """Return an overlay that states what `text` says."""
    folder = path / name
    folder.mkdir()
    (folder / "scenario.toml").write_text('reason = "other prices"\n' + text, encoding="utf-8")
    return folder


def with_overlay(folder: Path) -> Loaded:
    """Return the tiny scenario under an overlay."""
    return load(TINY, [folder])


def drugs(unit: str = "GBP", year: int | None = 2019, quality: str = "published") -> str:
    stated = f"price_year = {year}, " if year else ""
    return (
        f"[pathway.{CHEMOTHERAPY}.costs]\n"
        f'drugs = {{ value = [1200, 1100], then = 50, unit = "{unit} per month since start", '
        f'{stated}source = "made_up", quality = "{quality}" }}\n'
    )


def waiting(unit: str = "GBP", year: int | None = 2021) -> str:
    stated = f"price_year = {year}, " if year else ""
    return (
        f"[pathway.decision_point.inoperable.waiting]\n"
        f'cost = {{ value = 100, low = 80, high = 130, distribution = "gamma", '
        f'unit = "{unit} per month", {stated}source = "made_up", quality = "published" }}\n'
    )


def costs_of(folder: Path) -> tuple[Schedule, Quantity]:
    pathway = load_scenario(TINY, [folder]).pathway
    point = pathway.decision_point["inoperable"]
    assert point.waiting is not None
    return point.option["chemotherapy"].costs["drugs"], point.waiting.cost


def test_an_amount_of_another_year_is_moved_by_the_index(tmp_path: Path) -> None:
    schedule, quantity = costs_of(overlay(tmp_path, INDEX + drugs() + waiting()))
    assert schedule.value == pytest.approx((1440, 1320))  # 132 / 110
    assert schedule.then == pytest.approx(60)
    assert (quantity.value, quantity.low, quantity.high) == pytest.approx((110, 88, 143))
    assert quantity.price_year == schedule.price_year == 2024


def test_an_amount_by_group_is_moved_group_by_group(tmp_path: Path) -> None:
    text = waiting().replace("value = 100", "value = { under_65 = 90, 65_and_over = 100 }")
    text = text.replace('low = 80, high = 130, distribution = "gamma", ', "")
    _, quantity = costs_of(overlay(tmp_path, INDEX + text))
    assert quantity.value == pytest.approx({"under_65": 99, "65_and_over": 110})


def test_another_currency_goes_at_the_rate_of_its_own_year_then_by_the_index(
    tmp_path: Path,
) -> None:
    text = INDEX + EXCHANGE + drugs("EUR") + waiting("EUR", 2024)
    schedule, quantity = costs_of(overlay(tmp_path, text))
    assert schedule.value == pytest.approx((1200 * 0.88 * 1.2, 1100 * 0.88 * 1.2))
    assert schedule.unit == "GBP per month since start"
    assert quantity.value == pytest.approx(85)


def test_without_an_index_nothing_moves_and_a_notice_says_so(tmp_path: Path) -> None:
    folder = overlay(tmp_path, drugs() + waiting())
    schedule, quantity = costs_of(folder)
    assert schedule.value == (1200, 1100)
    assert quantity.price_year == 2021
    assert with_overlay(folder).notices == (
        "2 prices of other years than 2024 are used as they stand: "
        f"pathway.{WAITING} (2021), pathway.{CHEMOTHERAPY}.costs.drugs (2019); "
        "add [prices.index] to convert them",
    )


def test_prices_that_say_they_are_illustrative_need_no_notice(tmp_path: Path) -> None:
    assert with_overlay(overlay(tmp_path, drugs(quality="illustrative"))).notices == ()
    assert with_overlay(overlay(tmp_path, drugs(year=2024), "own")).notices == ()
    assert with_overlay(overlay(tmp_path, INDEX + drugs(), "moved")).notices == ()


def test_a_scenario_is_converted_once(tmp_path: Path) -> None:
    scenario = with_overlay(overlay(tmp_path, INDEX + EXCHANGE + drugs("EUR"))).scenario
    again = in_own_prices(scenario)
    assert again.pathway == scenario.pathway
    assert again.stated == scenario.stated
    assert len(scenario.stated) == 1


def test_a_scenario_that_states_no_other_prices_is_left_as_it_is() -> None:
    scenario = load_scenario(TINY)
    assert in_own_prices(scenario).pathway is scenario.pathway
    assert scenario.stated == {}


def test_what_was_stated_is_shown_beside_what_is_used(tmp_path: Path) -> None:
    loaded = with_overlay(overlay(tmp_path, INDEX + EXCHANGE + drugs("EUR") + waiting()))
    table = assumption_table(loaded.scenario).set_index("key")
    row = table.loc[f"pathway.{WAITING}"]
    assert row["value"] == pytest.approx(110)
    assert row["prices"] == "stated as 100 GBP per month, prices of 2021"
    assert row["reason"] == "other prices"
    words = str(explain(loaded, f"pathway.{WAITING}"))
    assert words.startswith(f"pathway.{WAITING} = 110 GBP per month\n")
    assert "  prices: stated as 100 GBP per month, prices of 2021\n" in words
    row = table.loc[f"pathway.{CHEMOTHERAPY}.costs.drugs"]
    assert row["prices"] == (
        "stated as by month: 1200, 1100; then 50 EUR per month since start, prices of 2019"
    )
    assert table["prices"].str.startswith("stated as").sum() == 2
    assert set(table.index) >= {"prices.index", "prices.exchange.EUR"}


def test_an_amount_left_as_it_is_says_of_which_year(tmp_path: Path) -> None:
    loaded = with_overlay(overlay(tmp_path, waiting()))
    words = str(explain(loaded, f"pathway.{WAITING}"))
    assert "  prices: prices of 2021, not converted\n" in words
    same = with_overlay(overlay(tmp_path, waiting(year=2024), "same"))
    assert "  prices: prices of 2024\n" in str(explain(same, f"pathway.{WAITING}"))


def test_converted_costs_reach_the_kernels(tmp_path: Path) -> None:
    text = drugs(year=2019)
    plain = usual_care(with_overlay(overlay(tmp_path, text)).scenario).kernels
    moved = usual_care(with_overlay(overlay(tmp_path, INDEX + text, "moved")).scenario).kernels
    line = plain.categories.index("drugs")
    assert plain.cost[:, :, line].sum() > 0
    assert moved.cost[:, :, line] == pytest.approx(1.2 * plain.cost[:, :, line])
    others = [c for c in range(len(plain.categories)) if c != line]
    assert (moved.cost[:, :, others] == plain.cost[:, :, others]).all()


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        (drugs("EUR"), f"pathway.{CHEMOTHERAPY}.costs.drugs.unit",
         "found EUR, a currency without an exchange rate; expected one of GBP;"),
        (EXCHANGE + drugs("EUR", None), f"pathway.{CHEMOTHERAPY}.costs.drugs.price_year",
         "is missing; an amount in EUR is converted at its year's rate"),
        (EXCHANGE + drugs("EUR", 2020), "prices.exchange.EUR.value",
         f"lacks 2020, which pathway.{CHEMOTHERAPY}.costs.drugs needs"),
        (INDEX + drugs(year=2012), "prices.index.value", "lacks 2012, which"),
        (INDEX.replace("2024 = 132.0", "2023 = 132.0") + drugs(), "prices.index.value",
         "lacks 2024, which"),
        (INDEX.replace('"index"', '"percent"'), "prices.index.unit", "expected 'index'"),
        (EXCHANGE.replace("GBP per EUR", "EUR per GBP"), "prices.exchange.EUR.unit",
         "found 'EUR per GBP'; expected 'GBP per EUR'"),
        (INDEX.replace("2021 = 120.0", "2021 = 0.0"), "prices.index.value.2021",
         "found 0; expected more than 0"),
        (INDEX.replace("2021 = 120.0", "2021 = 1e-300"), "prices.index.value.2021",
         "prices of 2021 would be multiplied by 1.32e+302 to be those of 2024"),
        (INDEX.replace("2021 = 120.0", "2021 = 14000.0"), "prices.index.value.2021",
         "expected 0.01 to 100; mend the value of 2021 or of 2024"),
        (EXCHANGE.replace("2019 = 0.88", "2019 = 1e-300"), "prices.exchange.EUR.value.2019",
         "found 1e-300; expected 1e-06 to 1000 GBP per EUR"),
        (EXCHANGE.replace("EUR", "GBP"), "prices.exchange.GBP",
         "is the scenario's own currency, which needs no rate; delete it"),
        (drugs("GPB"), f"pathway.{CHEMOTHERAPY}.costs.drugs.unit", 'did you mean "GBP"?'),
        (INDEX.replace("2021 = 120.0", '"2020/21" = 120.0'), "prices.index.value.2020/21",
         "found no year"),
        ("[pathway.decision_point.inoperable.waiting]\nutility = { value = 0.5, unit = "
         '"utility", price_year = 2019, source = "made_up", quality = "judgement" }\n',
         "pathway.decision_point.inoperable.waiting.utility.price_year",
         "is stated though 'utility' is no price"),
        (drugs("pounds"), f"pathway.{CHEMOTHERAPY}.costs.drugs.unit",
         "but 'GBP per month since start' is expected"),
    ],
)  # fmt: skip
def test_prices_that_cannot_be_converted_are_refused(
    tmp_path: Path, problems: Problems, text: str, key: str, message: str
) -> None:
    found: Any = problems(TINY, [overlay(tmp_path, text)])
    assert [p.key for p in found] == [key]
    assert message in found[0].message
    assert found[0].line is not None
    assert found[0].file.endswith("scenario.toml")
