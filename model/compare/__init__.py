"""Whole scenarios side by side: inputs, key figures, strategies and budget impact."""

from hepaplan.model.compare.comparison import Comparison, Incomparable, compare

__all__ = ["Comparison", "Incomparable", "compare"]
