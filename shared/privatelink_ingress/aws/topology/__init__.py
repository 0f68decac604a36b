"""Loads the topology from live AWS."""
