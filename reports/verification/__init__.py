"""The command verify: every row of the verification list on one scenario, as a report."""
