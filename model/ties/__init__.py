"""Engine figures that the workbook's formulas must give too."""
