"""Pulumi components that register what the plan says. They decide nothing, and create nothing inside `apply`."""
