"""Loads the topology from exported states, without a request to AWS."""
