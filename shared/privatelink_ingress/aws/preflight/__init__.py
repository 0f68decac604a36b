"""Reads from AWS what `preflight` compares with the plan of a stack. Reads only."""
