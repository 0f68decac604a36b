"""The commands: thin layers over the other rooms."""

from privatelink_ingress.cli.app import main

__all__ = ["main"]
