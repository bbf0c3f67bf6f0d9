"""Designs of many runs: what is varied, what each run is called, how they are divided."""
