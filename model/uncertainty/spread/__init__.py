"""How sure figures are: distributions, rules, correlation, and the list of uncertain inputs."""
