"""The linear programme of the plan, and the only place that talks to a solver."""
