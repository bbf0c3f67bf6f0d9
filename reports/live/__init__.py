"""The live part of a run's workbook: the model said once more, in formulas."""
