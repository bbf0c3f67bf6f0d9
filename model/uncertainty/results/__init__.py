"""What draws say: intervals, fans, acceptability."""
