"""A scenario under each shipped evidence set, to show beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hepaplan.model.parameters import Scenario
from hepaplan.scenarios.load import load_under_evidence
from hepaplan.scenarios.problems import InvalidScenario

EVIDENCE_SETS = ("registry", "review")
EVIDENCE_KEYS = ("metastases.", "pathway.")


def under_each_evidence_set(
    source: str, settings: Mapping[str, str], base: Path | None = None
) -> tuple[dict[str, Scenario], tuple[str, ...]]:
    """Return the scenario under each evidence set that fits it, and words on those that do not.

    `--set` changes of evidence stay out of them: they are what the change is compared with.
    """
    apart = {key: value for key, value in settings.items() if not key.startswith(EVIDENCE_KEYS)}
    found: dict[str, Scenario] = {}
    for name in EVIDENCE_SETS:
        try:
            found[name] = load_under_evidence(source, name, apart, base)
        except InvalidScenario:
            continue
    return found, tuple(
        f"the evidence set '{name}' does not fit this scenario and is left out of the comparison"
        for name in EVIDENCE_SETS
        if name not in found
    )
