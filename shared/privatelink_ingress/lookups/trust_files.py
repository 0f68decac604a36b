"""Reads the PEM files of mutual TLS, which stand beside the stack file, before planning."""

from __future__ import annotations

from pathlib import Path

from privatelink_ingress.settings.mutual_tls import MutualTls
from privatelink_ingress.stackfiles import beside


def read(folder: Path, settings: MutualTls) -> dict[str, str]:
    """Contents by the paths of the settings; `folder` is that of the stack file."""
    return beside.read(folder, settings.files.values())
