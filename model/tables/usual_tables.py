"""Tables of reading 1: cases, metastases, survival, and what a patient's treatment yields."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepaplan.model.arrays import Floats
from hepaplan.model.flows.renewal import overall_survival
from hepaplan.model.parameters import AGE_BANDS, SEXES, STAGES, TIMINGS
from hepaplan.model.population import regions
from hepaplan.model.quantities import MONTHS_PER_YEAR
from hepaplan.model.readings import UsualCare
from hepaplan.model.tables.flow_tables import flow_table
from hepaplan.model.tables.tidy import tidy

SURVIVAL_YEARS = 10


def all_tables(usual: UsualCare) -> dict[str, pd.DataFrame]:
    """Return the tables that need no capacity, by name."""
    months = SURVIVAL_YEARS * MONTHS_PER_YEAR
    _, by_option = overall_survival(usual.kernels, min(months, usual.kernels.months))
    return {
        "cases": cases(usual),
        "metastases": metastases(usual),
        "survival": survival(usual, by_option),
        "published": published(usual),
        "flows": flow_table(usual),
    }


def cases(usual: UsualCare) -> pd.DataFrame:
    """Return new colorectal cancers of the window."""
    window = usual.scenario.settings.window
    first = usual.case_months.position(window.start)
    return tidy(
        usual.cases[first : first + window.months],
        "cases",
        month=usual.months.labels[: window.months],
        region=regions(usual.scenario),
        sex=SEXES,
        age_band=[str(age) for age in AGE_BANDS],
        stage=STAGES,
    )


def metastases(usual: UsualCare) -> pd.DataFrame:
    """Return patients with first liver metastases in the window."""
    window = usual.scenario.settings.window
    return tidy(
        usual.metastases[usual.before : usual.before + window.months],
        "patients",
        month=usual.months.labels[: window.months],
        region=regions(usual.scenario),
        group=usual.scenario.groups,
        timing=TIMINGS,
    )


def survival(usual: UsualCare, by_option: Floats) -> pd.DataFrame:
    """Return the share alive since the start of each option, all that follows included."""
    names = [f"{point}/{option}" for point, option in usual.kernels.options]
    table = tidy(
        by_option,
        "overall_survival",
        key=names,
        group=usual.kernels.groups,
        month=range(by_option.shape[-1]),
    )
    treatment = {
        f"{point}/{name}": option.treatment
        for point, name, option in usual.scenario.pathway.options()
    }
    parts = table.pop("key").astype(str)
    table.insert(0, "decision_point", parts.str.split("/").str[0])
    table.insert(1, "treatment", parts.map(treatment))
    table.insert(2, "option", parts.str.split("/").str[1])
    return table


def published(usual: UsualCare) -> pd.DataFrame:
    """Return published overall survival beside what emerges for starts that were carried out.

    Groups are weighted by the starts of the window; nothing here is fitted. Figures beyond the
    horizon are left out.
    """
    kernels = usual.kernels
    asked = [
        (k, figure)
        for k, (_, _, option) in enumerate(usual.scenario.pathway.options())
        for figure in option.published
        if 1 <= round(figure.month) <= kernels.months
    ]
    longest = max((round(figure.month) for _, figure in asked), default=1)
    by_point, by_option = overall_survival(kernels, longest)
    starts = usual.flow.starts[..., usual.before :].sum(axis=(1, 3))
    rows = []
    for k, figure in asked:
        alive = survival_if_performed(usual, k, round(figure.month), by_point, by_option)
        weight = starts[k] if starts[k].sum() > 0 else np.ones(len(kernels.groups))
        modelled = float(alive @ weight / weight.sum())
        rows.append(
            (*kernels.options[k], figure.month, figure.overall_survival, modelled,
             modelled - figure.overall_survival, figure.source, figure.quality)
        )  # fmt: skip
    columns = [
        "decision_point", "option", "month", "published", "modelled", "difference", "source",
        "quality",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def survival_if_performed(
    usual: UsualCare, option: int, month: int, by_point: Floats, by_option: Floats
) -> Floats:
    """Return the share alive at a month of starts really carried out, shape (group,).

    Those not carried out are taken out of all planned starts: they left for another point after
    one month. Published figures are of treated patients.
    """
    kernels = usual.kernels
    point, name = kernels.options[option]
    record = usual.scenario.pathway.decision_point[point].option[name]
    alive = np.array(by_option[option, :, month])
    if record.not_performed is None:
        return alive
    for g, group in enumerate(kernels.groups):
        abandoned = record.not_performed.share.for_group(group)
        onward = sum(
            share.for_group(group) * by_point[kernels.points.index(to), g, month - 1]
            for to, share in record.not_performed.to.items()
            if to in kernels.points
        )
        lost = abandoned * (1.0 - kernels.other_death[option, g, 1]) * onward
        alive[g] = (alive[g] - lost) / (1.0 - abandoned)
    return alive
