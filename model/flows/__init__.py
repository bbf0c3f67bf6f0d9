"""People who flow through an open population, on their own clocks."""
