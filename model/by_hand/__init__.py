"""What people change by hand: plans edited, months that have happened, inputs held still."""
