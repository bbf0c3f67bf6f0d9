"""What a run is made of, and the one way to read it."""
