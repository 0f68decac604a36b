"""Decisions of the bootstrap stack of an account."""
