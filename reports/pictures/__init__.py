"""Pictures: native charts of the workbook, and drawings."""
