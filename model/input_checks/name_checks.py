"""Checks that names stay apart where a workbook's formulas are named after them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hepaplan.model.names import as_word
from hepaplan.model.pathway import Pathway
from hepaplan.model.problems import Key, Problem


def alike(names: Iterable[tuple[Key, str]]) -> Iterator[Problem]:
    """Yield, at its key, each name that a workbook cannot tell from one before it."""
    first: dict[str, str] = {}
    for key, name in names:
        other = first.setdefault(as_word(name), name)
        if name != other:
            yield Problem(
                key,
                f"found '{name}' beside '{other}': names in a workbook cannot tell them apart, as "
                "they differ only in case, spaces, signs or letters beyond a to z; rename one",
            )


def alike_in_pathway(pathway: Pathway) -> Iterator[Problem]:
    """Yield what is alike among the options of a decision point, and among all treatments."""
    treatments: list[tuple[Key, str]] = []
    for point, record in pathway.decision_point.items():
        at: Key = ("pathway", "decision_point", point, "option")
        yield from alike(((*at, name), name) for name in record.option)
        treatments += [
            ((*at, name, "treatment"), option.treatment) for name, option in record.option.items()
        ]
    yield from alike(treatments)
