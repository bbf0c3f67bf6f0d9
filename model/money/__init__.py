"""What things cost: doses, prices of other years and places, discounting, and choices."""
