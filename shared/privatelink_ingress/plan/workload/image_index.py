"""The index of an image: a manifest that names the image of each platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
"""Media types that registries know, of an index and of one image alone."""


def platforms(manifest: Mapping[str, Any]) -> tuple[str, ...] | None:
    """`os/architecture` of an index's manifests; None for a manifest that is not an index."""
    if "manifests" not in manifest:
        return None
    # Manifests that describe others, such as a build's attestations, have the platform `unknown`.
    given = [part.get("platform", {}) for part in manifest["manifests"]]
    return tuple(
        sorted({f"{one['os']}/{one['architecture']}" for one in given if one.get("os", "unknown") != "unknown"})
    )
