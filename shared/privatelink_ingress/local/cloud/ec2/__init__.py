"""EC2 as AWS behaves."""
