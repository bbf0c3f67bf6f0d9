"""The names that a scenario's files give to its parts, sound or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hepaplan.model.input_checks.scenario_checks import Names


def names_in(content: Mapping[str, Any]) -> Names:
    """Return the names of groups, points and other parts, as far as the values state them."""

    def keys(*path: str) -> tuple[str, ...]:
        table: Any = content
        for part in path:
            table = table.get(part) if isinstance(table, dict) else None
        return tuple(table) if isinstance(table, dict) else ()

    return Names(
        groups=keys("group"),
        points=keys("pathway", "decision_point"),
        drugs=keys("pathway", "drug"),
        resources=keys("resource"),
        sites=keys("site"),
        sources=keys("sources"),
    )
