"""The report of a comparison: headlines, sheets and the files."""
