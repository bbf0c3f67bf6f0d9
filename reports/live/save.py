"""Kept while tests move to `reports.saving`."""

from hepaplan.reports.saving import save as save_live

__all__ = ["save_live"]
