"""The emulated AWS: moto's server on loopback, with several accounts, made to refuse what AWS refuses."""

from privatelink_ingress.local.cloud.server import Cloud, PortInUse

__all__ = ["Cloud", "PortInUse"]
