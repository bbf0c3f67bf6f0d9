"""Ages along the pathway: life tables, growing older, and what age groups leave out."""
