"""The sheets of a run's report, one file each or a few that belong together."""
