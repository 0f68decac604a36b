"""Quotas, usage, placement, and cost."""
