"""What is found about uncertainty, as a workbook and as a page to read."""
