"""Every decision, as plain Python: addresses, priorities, names, endpoint sets, firewall rules."""
