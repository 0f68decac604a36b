"""Reads live AWS through boto3, and rejects endpoint connections; the only boto3 outside `local/`."""
