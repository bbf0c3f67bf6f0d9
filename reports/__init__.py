"""Tables to workbook: knows Excel, knows no epidemiology."""
