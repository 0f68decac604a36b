"""All services whose emulation is hardened or extended: importing one registers its hardenings."""

from __future__ import annotations

import importlib

from privatelink_ingress.local.cloud import hardening

MODULES = ()


def install() -> None:
    """Attach every service's hardenings to moto. Once per process; later calls do nothing."""
    for module in MODULES:
        importlib.import_module(f"privatelink_ingress.local.cloud.{module}")
    hardening.install()
