"""A report to read in a browser: one file, no script."""
