"""The verification list, run on any scenario: what must hold, and what a change must do."""
