"""Elastic Load Balancing as AWS behaves."""
