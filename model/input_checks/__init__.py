"""What must hold between the parts of a scenario, each fault with the key it sits at."""
