"""Scenarios in one workbook: edited reports, plans and templates, and how they are read."""
