"""Decisions of a `central-ingress` stack."""
