"""The emulated AWS: moto's server on loopback, several accounts, hardened at its API to refuse what AWS refuses."""

from privatelink_ingress.local.cloud.server import Cloud, PortInUse

__all__ = ["Cloud", "PortInUse"]
