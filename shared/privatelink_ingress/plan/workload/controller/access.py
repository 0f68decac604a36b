"""What the controller watches and reads, and the smallest RBAC rights for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

Rule = dict[str, Any]

_LIST_AND_WATCH = ["list", "watch"]

# The only notice that a team gets of a rejected Ingress.
_EVENTS: Rule = {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}


@dataclasses.dataclass(frozen=True, kw_only=True)
class WatchScope:
    """The namespaces that the controller serves, and the certificates that it may read."""

    namespaces: tuple[str, ...] = ()
    """Namespaces whose Ingresses, Services and pods it watches; empty for the whole cluster."""
    ingress_tls: bool = False
    """Whether an Ingress may name its own certificate; this needs the right to read all Secrets it watches."""
    tls_secret: str | None = None
    """Secret in the controller's namespace with the certificate of every host that names none."""

    @property
    def reads_secrets(self) -> bool:
        """Whether any certificate gets into its pods."""
        return self.ingress_tls or self.tls_secret is not None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rights:
    """RBAC rules by their scope."""

    cluster: tuple[Rule, ...]
    own: tuple[Rule, ...]
    """In the controller's own namespace."""
    watched: Mapping[str, tuple[Rule, ...]] = dataclasses.field(default_factory=dict)
    """By namespace, beside the controller's own."""


def rights(scope: WatchScope, *, ingress_class: str) -> Rights:
    """The smallest rights with which F5's controller works (releases 5.5.4, in part 5.6).

    Each was removed in turn: without one of the lists it never becomes ready, without the class it exits.
    """
    watched = (
        _rule("", "pods", "services"),
        *([_rule("", "secrets")] if scope.ingress_tls else []),
        _EVENTS,
        _rule("discovery.k8s.io", "endpointslices"),
        _rule("networking.k8s.io", "ingresses"),
    )
    its_class = _rule("networking.k8s.io", "ingressclasses", verbs=["get"], names=[ingress_class])
    return Rights(
        cluster=(its_class,) if scope.namespaces else (*watched, its_class),
        own=(
            # Not bound to a name: the controller's watch has no name filter, and it would never become ready.
            _rule("", "configmaps", verbs=["get", *_LIST_AND_WATCH]),
            # Not `update`: it would write version labels into its own pods, a try that it gives up without harm.
            _rule("", "pods", verbs=["get"]),
            *([_rule("", "secrets", verbs=["get"], names=[scope.tls_secret])] if scope.tls_secret else []),
            # What it says about its own configuration; a right for the whole cluster covers it.
            *([_EVENTS] if scope.namespaces else []),
        ),
        watched=dict.fromkeys(scope.namespaces, watched),
    )


def arguments(scope: WatchScope, *, namespace: str) -> list[str]:
    """Arguments that keep F5's controller within `rights`.

    Args:
        scope: What it serves and reads.
        namespace: The controller's own.
    """
    secret = f"{namespace}/{scope.tls_secret}"
    return [
        *([f"-watch-namespace={','.join(scope.namespaces)}"] if scope.namespaces else []),
        # The two lists are matched by name: with one that is not watched, no Secret is listed.
        *([] if scope.ingress_tls else [f"-watch-secret-namespace={namespace}"]),
        # The second is for hosts of `spec.tls` that name no Secret; without it their handshakes are refused. Its
        # source was read (internal/configs/ingress.go of release 5.6.0, addSSLConfig); it was not run.
        *([f"-default-server-tls-secret={secret}", f"-wildcard-tls-secret={secret}"] if scope.tls_secret else []),
    ]


def _rule(group: str, *resources: str, verbs: list[str] | None = None, names: list[str] | None = None) -> Rule:
    rule: Rule = {"apiGroups": [group], "resources": list(resources)}
    return rule | ({"resourceNames": names} if names else {}) | {"verbs": verbs or _LIST_AND_WATCH}
