"""Ingress manifests of tests: one that is right, and changes to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.ingresses import check
from privatelink_ingress.ingresses.model import Conventions

Manifest = dict[str, Any]
GONE = object()
"""As the value of a change: the key is left out."""

RIGHT: Manifest = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "Ingress",
    "metadata": {"name": "web", "namespace": "shop", "annotations": {"pulumi.com/skipAwait": "true"}},
    "spec": {
        "ingressClassName": "nginx",
        "rules": [
            {
                "host": "shop.example.com",
                "http": {
                    "paths": [
                        {
                            "path": "/",
                            "pathType": "Prefix",
                            "backend": {"service": {"name": "web", "port": {"number": 80}}},
                        }
                    ]
                },
            }
        ],
    },
}


def ingress(name: str = "web", /, **changes: Any) -> Manifest:
    """The right Ingress with fields changed: keys are paths, with `__` for dots."""
    changed = json.loads(json.dumps(RIGHT))
    changed["metadata"]["name"] = name
    for path, value in changes.items():
        *parents, last = path.split("__")
        at = changed
        for key in parents:
            at = at[int(key) if key.isdigit() else key]
        if value is GONE:
            del at[last]
        else:
            at[last] = value
    return changed


def annotated(annotations: Mapping[str, Any], name: str = "web", /, **changes: Any) -> Manifest:
    """The right Ingress with annotations more."""
    return ingress(name, metadata__annotations={"pulumi.com/skipAwait": "true", **annotations}, **changes)


def at(path: str, kind: str = "ImplementationSpecific", service: str = "web") -> dict[str, Any]:
    """One path."""
    return {"path": path, "pathType": kind, "backend": {"service": {"name": service, "port": {"number": 80}}}}


def with_paths(*paths: Mapping[str, Any], annotations: Mapping[str, Any] | None = None, **changes: Any) -> Manifest:
    """The right Ingress with these paths."""
    return annotated(annotations or {}, spec__rules__0__http__paths=list(paths), **changes)


def said(
    manifest: Mapping[str, Any],
    conventions: Conventions = Conventions(),  # noqa: B008
    others: Sequence[Mapping[str, Any]] = (),
) -> list[tuple[str, str, str]]:
    """Place, reason and remedy of all that is wrong."""
    return [(one.where, one.reason, one.remedy) for one in check.problems(manifest, conventions, others)]


def places(manifest: Mapping[str, Any], **options: Any) -> list[str]:
    """The places of all that is wrong."""
    return [where for where, _, _ in said(manifest, **options)]
