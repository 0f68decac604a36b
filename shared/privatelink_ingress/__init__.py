"""Central ingress for private EKS clusters over AWS PrivateLink.

The names in `__all__` are the public surface: docs/architecture.md says what it promises. A name is imported when it is
first used, so that a command that needs no Pulumi does not load it.
"""

import importlib
from typing import Any

_PUBLIC = {
    "PrivateService": "components.workload.private_service",
    "PrivateServiceArgs": "components.workload.private_service",
    "CentralIngress": "components.edge.central_ingress",
    "CentralIngressArgs": "components.edge.central_ingress",
    "Attachment": "components.edge.attachment",
    "AttachmentArgs": "components.edge.attachment",
    "Bootstrap": "components.bootstrap",
    "BootstrapArgs": "components.bootstrap",
    "Contract": "contracts.service",
    "ShardContract": "contracts.shard",
    "UserError": "problems",
    "Problem": "problems",
    "RULES": "rules",
    "Rule": "rules",
}

__all__ = list(_PUBLIC)


def __getattr__(name: str) -> Any:
    """A public name, from the module that defines it."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
