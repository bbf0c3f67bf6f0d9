"""What things cost: doses, prices of other years and places, and discounting."""
