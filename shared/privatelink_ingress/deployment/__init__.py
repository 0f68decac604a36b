"""Runs the stacks of a repository on Pulumi's engine, over its Automation API."""
