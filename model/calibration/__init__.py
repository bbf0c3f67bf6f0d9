"""Figures of a scenario fitted to what was observed, and how far the observations settle them."""
