"""What a scenario states for months that no run follows."""

from __future__ import annotations

from collections.abc import Iterator

from hepaplan.model.figures import figures
from hepaplan.model.parameters import Settings
from hepaplan.model.pathway import HazardRatioChange, Option, Pathway
from hepaplan.model.problems import dotted, listed
from hepaplan.model.quantities import MONTHS_PER_YEAR, Schedule

NAMED = 5


def horizon_notices(settings: Settings, pathway: Pathway) -> list[str]:
    """Return one notice if schedules or hazard ratios speak of months after the horizon."""
    months = settings.economics.horizon_years * MONTHS_PER_YEAR
    late = [where for where, month in _months_stated(pathway) if month >= months]
    if not late:
        return []
    return [
        f"{len(late)} figures are stated for months after the horizon of {months} months, which "
        f"nobody reaches: {listed(late, NAMED)}; raise economics.horizon_years or leave them out"
    ]


def _months_stated(pathway: Pathway) -> Iterator[tuple[str, int]]:
    """Yield the last month since a start that each schedule and each change speaks of."""
    for point, name, option in pathway.options():
        at = dotted(("pathway", "decision_point", point, "option", name))
        for key, figure in figures(option):
            if isinstance(figure, Schedule):
                yield f"{at}.{dotted(key)}", len(figure.value) - 1
        for exit_, change in _changes(option):
            yield f"{at}.exits.{exit_}.hazard_ratio_changes", change.from_month


def _changes(option: Option) -> Iterator[tuple[str, HazardRatioChange]]:
    for name, record in option.exits.items():
        for change in record.hazard_ratio_changes:
            yield name, change
