"""The API server's checks beyond the schemas, for the kinds that the programs use."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from privatelink_ingress.local.kubernetes.errors import KubernetesError

Found = Iterator[str]

TLS_KEYS = ("tls.crt", "tls.key")
"""Keys that a Secret of type kubernetes.io/tls must have: https://kubernetes.io/docs/concepts/configuration/secret/#tls-secrets"""

GRACE_SECONDS = 30
"""The API server's default for terminationGracePeriodSeconds."""


def check(obj: Mapping[str, Any]) -> None:
    """Refuse an object that matches its schema and is still invalid.

    Raises:
        KubernetesError: Invalid, with the path of each wrong field.
    """
    if problems := list(_CHECKS.get(obj["kind"], _nothing)(obj)):
        name = obj["metadata"]["name"]
        raise KubernetesError("Invalid", f'{obj["kind"]} "{name}" is invalid: {"; ".join(problems)}')


def _nothing(obj: Mapping[str, Any]) -> Found:
    yield from ()


def _secret(obj: Mapping[str, Any]) -> Found:
    data = obj.get("data") or {}
    for key, value in data.items():
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error:
            yield f"data[{key}]: Invalid value: illegal base64 data"
    if obj.get("type") == "kubernetes.io/tls":
        given = data.keys() | (obj.get("stringData") or {}).keys()
        yield from (f"data[{key}]: Required value" for key in TLS_KEYS if key not in given)


def _role(obj: Mapping[str, Any]) -> Found:
    for position, rule in enumerate(obj.get("rules") or ()):
        where = f"rules[{position}]"
        if not rule.get("verbs"):
            yield f"{where}.verbs: Required value: verbs must contain at least one value"
        if rule.get("nonResourceURLs"):
            if obj["kind"] == "Role":
                yield f"{where}.nonResourceURLs: Invalid value: namespaced rules cannot apply to non-resource URLs"
            continue
        for key, one in (("apiGroups", "api group"), ("resources", "resource")):
            if not rule.get(key):
                yield f"{where}.{key}: Required value: resource rules must supply at least one {one}"


def _binding(obj: Mapping[str, Any]) -> Found:
    kinds = ("ClusterRole",) if obj["kind"] == "ClusterRoleBinding" else ("Role", "ClusterRole")
    if obj["roleRef"]["kind"] not in kinds:
        yield f'roleRef.kind: Unsupported value: "{obj["roleRef"]["kind"]}": supported values: {_quoted(kinds)}'
    for position, subject in enumerate(obj.get("subjects") or ()):
        if subject["kind"] == "ServiceAccount" and not subject.get("namespace"):
            yield f"subjects[{position}].namespace: Required value"


def _service(obj: Mapping[str, Any]) -> Found:
    ports = obj["spec"].get("ports") or ()
    if len(ports) > 1:
        yield from (f"spec.ports[{at}].name: Required value" for at, port in enumerate(ports) if not port.get("name"))


def _autoscaler(obj: Mapping[str, Any]) -> Found:
    low, high = obj["spec"].get("minReplicas", 1), obj["spec"]["maxReplicas"]
    if high < low:
        yield f"spec.maxReplicas: Invalid value: {high}: must be greater than or equal to `minReplicas`"


def _workload(obj: Mapping[str, Any]) -> Found:
    spec = obj["spec"]["template"]["spec"]
    grace = spec.get("terminationGracePeriodSeconds", GRACE_SECONDS)
    for position, container in enumerate(spec["containers"]):
        seconds = ((container.get("lifecycle") or {}).get("preStop") or {}).get("sleep", {}).get("seconds", 1)
        if not 0 < seconds <= grace:
            where = f"spec.template.spec.containers[{position}].lifecycle.preStop.sleep"
            yield f"{where}: Invalid value: {seconds}: must be greater than 0 and at most the grace period ({grace})"


def _quoted(words: Sequence[str]) -> str:
    return ", ".join(f'"{word}"' for word in words)


_CHECKS: Mapping[str, Callable[[Mapping[str, Any]], Found]] = {
    "ClusterRole": _role,
    "ClusterRoleBinding": _binding,
    "Deployment": _workload,
    "HorizontalPodAutoscaler": _autoscaler,
    "Role": _role,
    "RoleBinding": _binding,
    "Secret": _secret,
    "Service": _service,
}
