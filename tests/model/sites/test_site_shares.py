"""Sites that do the same work another way, through both readings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from hepaplan.model.evaluate import network_of, usual_care
from hepaplan.model.input_checks.service_checks import check_site_shares
from hepaplan.model.parameters import Scenario
from hepaplan.model.policies import nothing_scarce
from hepaplan.model.sites.network import present_referral, region_mix
from hepaplan.model.sites.site_shares import (
    regional_referral,
    service_referral,
    shares_by_site,
    with_site_shares,
)
from tests.support.scenarios import tiny, tiny_pathway, tiny_usual, with_pathway, with_table

REGIONS = ("North", "South")
NORTH, SOUTH = 0, 1
HILLTOP, RIVERSIDE = 0, 1
RESECTION, ABLATION, CHEMOTHERAPY = 0, 1, 2
MIX = np.array([[0.75, 0.25], [0.4, 0.6]])


def site_shares(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["site", "decision_point", "option", "share"])
    return table.assign(source="made_up", quality="illustrative")


def one_service() -> Scenario:
    """Return the tiny scenario with resection and ablation in one service, at both sites."""
    record = tiny_pathway()
    record["decision_point"]["operable"]["option"]["resection"]["service"] = "ablation"
    return with_pathway(tiny(), record)


def with_shares() -> Scenario:
    rows = (("riverside", "operable", "resection", 0.3), ("riverside", "operable", "ablation", 0.7))
    return with_table(one_service(), site_shares=site_shares(*rows))


def test_without_a_table_nothing_changes() -> None:
    usual = tiny_usual()
    assert with_site_shares(tiny(), usual.kernels, REGIONS, MIX) is usual.kernels
    found = regional_referral(tiny(), REGIONS, MIX).sum(axis=2)
    np.testing.assert_allclose(found, present_referral(tiny(), REGIONS, MIX))


def test_referral_of_a_list_is_that_of_its_service() -> None:
    found = service_referral(tiny(), REGIONS)
    assert found[RESECTION].tolist() == [[1, 0], [1, 0]]
    assert found[ABLATION].tolist() == [[0.6, 0.4], [0, 1]]


def test_a_site_has_its_own_shares_and_the_others_the_pathways() -> None:
    found = shares_by_site(with_shares())
    assert found[RESECTION, :, HILLTOP].tolist() == [0.75, 0.6]
    assert found[RESECTION, :, RIVERSIDE].tolist() == [0.3, 0.3]
    assert found[ABLATION, :, RIVERSIDE].tolist() == [0.7, 0.7]
    assert found[CHEMOTHERAPY].tolist() == [[1, 1], [1, 1]]
    one = with_table(
        one_service(), site_shares=site_shares(("riverside", "operable", "ablation", 1))
    )
    assert shares_by_site(one)[:2, 0, RIVERSIDE].tolist() == [0, 1]


def test_usual_shares_and_referral_worked_on_paper() -> None:
    kernels = with_site_shares(with_shares(), tiny_usual().kernels, REGIONS, MIX)
    # Under 65: 3/4 live in the North, of whom 0.6 go to Hilltop: 0.45 there, 0.55 to Riverside.
    hilltop, riverside = 0.75 * 0.6, 0.75 * 0.4 + 0.25
    usual = hilltop * 0.75 + riverside * 0.3
    assert kernels.usual_share[RESECTION, 0] == pytest.approx(usual)
    assert kernels.usual_share[ABLATION, 0] == pytest.approx(1 - usual)
    np.testing.assert_array_equal(kernels.usual_share[2:], tiny_usual().kernels.usual_share[2:])
    referral = present_referral(with_shares(), REGIONS, MIX)
    assert referral[RESECTION, 0].tolist() == pytest.approx(
        [hilltop * 0.75 / usual, riverside * 0.3 / usual]
    )
    by_region = regional_referral(with_shares(), REGIONS, MIX)
    assert by_region[RESECTION, 0, SOUTH].tolist() == pytest.approx([0, 0.25 * 0.3 / usual])
    np.testing.assert_allclose(by_region.sum(axis=(2, 3)), 1)


def test_a_list_meant_for_nobody_keeps_the_referral_of_its_service() -> None:
    rows = [(site, "operable", "ablation", 1.0) for site in ("hilltop", "riverside")]
    only = with_table(one_service(), site_shares=site_shares(*rows))
    kernels = with_site_shares(only, tiny_usual().kernels, REGIONS, MIX)
    assert kernels.usual_share[RESECTION].tolist() == [0, 0]
    referral = present_referral(only, REGIONS, MIX)
    assert referral[RESECTION, 0].tolist() == pytest.approx([0.45, 0.55])


def test_both_readings_agree_and_each_site_starts_its_own_shares() -> None:
    usual = usual_care(with_shares())
    network = network_of(usual)
    done = nothing_scarce(network)
    starts = done.starts[:4].sum(axis=3)
    np.testing.assert_allclose(
        starts.sum(axis=2), usual.flow.starts[..., usual.before :].sum(axis=1), atol=1e-12
    )
    at_riverside = starts[:2, :, RIVERSIDE]
    np.testing.assert_allclose(at_riverside[0] / at_riverside.sum(axis=0), 0.3)
    at_hilltop = starts[:2, :, HILLTOP]
    np.testing.assert_allclose((at_hilltop[0] / at_hilltop.sum(axis=0)).T, [[0.75, 0.6]] * 4)
    mix = region_mix(usual.eligible[..., usual.before :])
    sent = np.einsum("rh,gr->gh", service_referral(with_shares(), REGIONS)[ABLATION], mix)
    share = starts[:2].sum(axis=0) / starts[:2].sum(axis=(0, 2))[:, None]
    np.testing.assert_allclose(share, np.repeat(sent[:, :, None], 4, axis=2))


def problems(table: pd.DataFrame, scenario: Scenario) -> list[tuple[str, str]]:
    found = check_site_shares(
        scenario.pathway, {"site_shares": table, "referral": scenario.tables.referral}
    )
    return [(str(problem.key[-1]), problem.message) for problem in found]


def test_sound_shares_pass() -> None:
    assert problems(with_shares().tables.site_shares, with_shares()) == []
    assert check_site_shares(tiny().pathway, {}) == []


def test_options_of_several_services_are_refused() -> None:
    ((column, message),) = problems(with_shares().tables.site_shares, tiny())
    assert column == "decision_point"
    assert "operable has options of 2 services (surgery, ablation)" in message


def test_an_unknown_option_is_refused() -> None:
    table = site_shares(("riverside", "operable", "ablatoin", 1))
    ((column, message),) = problems(table, one_service())
    assert column == "option"
    assert 'no open option of operable; did you mean "ablation"?' in message


def test_a_site_where_nobody_goes_is_refused() -> None:
    scenario = one_service()
    referral = scenario.tables.referral.query("not (service == 'ablation' and site == 'riverside')")
    changed = replace(scenario, tables=replace(scenario.tables, referral=referral))
    ((column, message),) = problems(with_shares().tables.site_shares, changed)
    assert column == "site"
    assert "nobody is sent to riverside for ablation" in message
