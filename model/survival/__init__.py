"""Time-to-event distributions: families, fits and what changes a curve.

The page is docs/explanation/survival.md.
"""

from hepaplan.model.survival.fit import TimeToEvent, fit_curve
from hepaplan.model.survival.fitted import check_distribution, monthly_hazards, time_to_event

__all__ = ["TimeToEvent", "check_distribution", "fit_curve", "monthly_hazards", "time_to_event"]
