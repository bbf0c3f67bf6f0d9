"""What a change is called and which part of a scenario it is of, by its key."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hepaplan.model.compare.changes import (
    LONGEST_NAME,
    _part,
    _reason,
    _says_why,
    _short,
    _words,
)
from hepaplan.model.problems import Key
from tests.support.scenarios import tiny, with_settings

POINT = tiny().pathway.decision_point["operable"].label


@pytest.mark.parametrize(
    ("key", "part", "words"),
    [
        (("tables", "capacity"), "capacity", "table of capacity"),
        (("tables", "site_shares"), "sites and referral", "table of site shares"),
        (("tables", "life_table"), "deaths from other causes", "table of life table"),
        (("metastases", "late_share"), "liver metastases", "metastases late share"),
        (("economics", "horizon_years"), "money", "economics horizon years"),
        (("waiting", "standard_days"), "waiting", "waiting standard days"),
        (("trend",), "incidence and stage", "trend"),
        (("pathway",), "pathway and eligibility", "pathway"),
        (("pathway", "drug", "drug_a"), "pathway and eligibility", "pathway drug drug a"),
        (
            ("pathway", "decision_point", "operable", "option", "resection", "usual_share"),
            f"pathway: {POINT}",
            f"{POINT}: resection usual share",
        ),
        (
            ("pathway", "decision_point"),
            "pathway and eligibility",
            "pathway decision point",
        ),
    ],
)  # fmt: skip
def test_a_key_in_words_and_its_part(key: Key, part: str, words: str) -> None:
    assert _part(key, tiny()) == part
    assert _words(key, tiny()) == words


def test_long_names_are_cut_to_what_fits() -> None:
    assert _short("x" * LONGEST_NAME) == "x" * 90
    assert _short("x" * 91) == "x" * 88 + " …"


def test_a_reason_says_why_and_not_who() -> None:
    assert _says_why("A second robot")
    assert not _says_why("")
    assert not _says_why("edited in workbook, row 7")
    assert not _says_why("set on the command line")


def test_the_reason_of_a_table_is_its_file_s_and_of_a_figure_the_first_said_of_it() -> None:
    table = tiny().settings.tables["capacity"].model_copy(update={"reason": "A new theatre"})
    tables = tiny().settings.tables | {"capacity": table}
    reasons: dict[Key, str] = {("trend", "damping", "value"): "Flatter", ("economics",): "Dearer"}
    other = replace(with_settings(tiny(), tables=tables), reasons=reasons)
    assert _reason(other, [("tables", "capacity")]) == "A new theatre"
    assert _reason(other, [("tables", "no_such"), ("trend", "damping")]) == "Flatter"
    assert _reason(other, [("tables", "stage"), ("economics",)]) == "Dearer"
    assert _reason(other, [("metastases",)]) == ""
