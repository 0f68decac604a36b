"""Runs the programs in this process, in place of Pulumi's engine."""
