"""What `hepaplan check` tells of a scenario that may be run."""

from __future__ import annotations

from hepaplan.model.ages.utility_norms import norm_notices, utilities_above_norm
from hepaplan.model.readings import UsualCare
from hepaplan.model.uncertainty.spread.spread_notices import spread_notices


def check_notices(usual: UsualCare) -> tuple[str, ...]:
    """Return what is no fault, but a reader should know: of quality of life, of how sure we are."""
    norms = norm_notices(utilities_above_norm(usual), usual.scenario)
    return (*norms, *spread_notices(usual.scenario))
