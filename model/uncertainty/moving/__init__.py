"""Inputs moved on purpose: one, two, or all at once."""
