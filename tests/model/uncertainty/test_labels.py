"""What figures are called: the treatment first, then what of it, without the file's scaffolding."""

from __future__ import annotations

import pytest

from hepaplan.model.problems import Key
from hepaplan.model.uncertainty.spread.labels import label_of
from tests.support.scenarios import tiny, tiny_pathway, with_pathway

RESECTION: Key = ("pathway", "decision_point", "operable", "option", "resection")


def label(*key: str | int) -> str:
    return label_of(tiny().settings, tiny().pathway, key)


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (("utility",), "utility"),
        (("costs", "follow_up"), "cost of follow up"),
        (("footprint", "theatre"), "use of operating theatre"),
        (("complications", "major", "qaly_loss"), "complications (major), QALY loss"),
        (("complications", "major", "footprint", "theatre"),
         "complications (major), use of operating theatre"),
        (("exits", "recurrence", "time"), "time to recurrence"),
        (("exits", "recurrence", "time", "cure_share"), "time to recurrence, cure share"),
        (("exits", "recurrence", "hazard_ratio"), "recurrence, hazard ratio"),
        (("exits", "recurrence", "to", "cancer_death"), "after recurrence, to death from cancer"),
        (("usual_share",), "share of patients who have it"),
    ],
)  # fmt: skip
def test_a_treatments_figure_is_named_by_the_treatment_and_what_it_is(
    rest: tuple[str, ...], words: str
) -> None:
    assert label(*RESECTION, *rest) == f"Liver resection: {words}"


def test_figures_of_settings_and_of_waiting() -> None:
    assert label("metastases", "synchronous_share") == "Metastases, synchronous share"
    assert label("pathway", "decision_point", "operable", "waiting", "utility") == (
        f"{tiny().pathway.decision_point['operable'].label}: waiting, utility"
    )


def test_treatments_of_one_name_are_told_apart_by_where_they_are_given() -> None:
    record = tiny_pathway()
    points = record["decision_point"]
    other = next(name for name in points if name != "operable" and points[name].get("option"))
    option = next(iter(points[other]["option"]))
    points[other]["option"][option]["label"] = "Liver resection"
    scenario = with_pathway(tiny(), record)
    found = label_of(scenario.settings, scenario.pathway, (*RESECTION, "utility"))
    where = scenario.pathway.decision_point["operable"].label
    assert found == f"Liver resection ({where[0].lower()}{where[1:]}): utility"
