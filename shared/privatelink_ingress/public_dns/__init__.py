"""Asks public DNS what clients see of the hosts: addresses, and the delegation of their domains."""
