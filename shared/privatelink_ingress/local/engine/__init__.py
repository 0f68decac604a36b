"""Runs the programs in this process, as the engine would."""
