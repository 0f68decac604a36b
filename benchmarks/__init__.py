"""Figures of the documents, and measurements: each module prints its own."""
