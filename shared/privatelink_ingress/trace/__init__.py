"""Follows a request through the topology, hop by hop."""
