"""The region in every draw at once, nothing scarce."""
