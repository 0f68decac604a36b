"""What one stack publishes and another reads."""
