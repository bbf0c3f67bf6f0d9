"""What sheets and pages show of the tables: cut, ordered, and in words."""
