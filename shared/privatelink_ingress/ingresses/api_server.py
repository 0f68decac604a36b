"""What the API server refuses about an Ingress beyond its schema.

Run on kube-apiserver 1.36.3 with `--dry-run=server`, by create, client-side and server-side apply; the source is
`pkg/apis/networking/validation/validation.go` and `apimachinery/pkg/util/validation/validation.go` of Kubernetes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from privatelink_ingress.ingresses.model import (
    CLASS,
    CLASS_ANNOTATION,
    Manifest,
    annotation_field,
    annotations_of,
    backends,
    metadata,
    rules,
    shown,
    spec,
    tls,
)
from privatelink_ingress.problems import Problem

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_WILDCARD = re.compile(rf"\*(\.{_LABEL})+")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_NAME = "Write lower-case letters, digits, hyphens and dots"
_QUALIFIED_NAME = "Write a domain, one slash, and 63 letters, digits, hyphens, dots and underscores at most."
_REFUSED = "the API server refuses it"
ANNOTATION_BYTES = 256 * 1024
"""Of all annotations of an object together."""


def problems(ingress: Manifest) -> Iterator[Problem]:
    """Everything for which the API server refuses the Ingress on create."""
    yield from _metadata(ingress)
    yield from _class(ingress)
    rules_given = spec(ingress).get("rules") or ()
    if not rules_given and spec(ingress).get("defaultBackend") is None:
        write = "Write rules with a host, and http.paths that lead to a Service."
        yield Problem("spec.rules", f"is empty: {_REFUSED}", write)
    for where, rule in rules(ingress):
        if rule.get("host"):
            yield from _host(f"{where}.host", rule["host"])
        http = rule.get("http")
        if http is not None and not http.get("paths"):
            write = "Write paths: [{path: /, pathType: Prefix, backend: …}], or leave http out."
            yield Problem(f"{where}.http.paths", f"is empty: {_REFUSED}", write)
        for index, path in enumerate((http or {}).get("paths") or ()):
            yield from _path(f"{where}.http.paths[{index}]", path or {})
    for where, backend in backends(ingress):
        yield from _backend(where, backend)
    for index, entry in enumerate(tls(ingress)):
        for position, host in enumerate(entry.get("hosts") or ()):
            yield from _tls_host(f"spec.tls[{index}].hosts[{position}]", host or "")
        secret = entry.get("secretName")
        if secret and not is_subdomain(secret):
            write = "Write the name of a Secret of the Ingress's namespace, without its namespace."
            yield Problem(f"spec.tls[{index}].secretName", f"is {shown(secret)}: {_REFUSED}", write)


def _metadata(ingress: Manifest) -> Iterator[Problem]:
    given = metadata(ingress)
    name, namespace = given.get("name"), given.get("namespace")
    if not name and not given.get("generateName"):
        yield Problem("metadata.name", f"is missing: {_REFUSED}", "Write a name.")
    elif name and not is_subdomain(name):
        yield Problem("metadata.name", f"is {shown(name)}: {_REFUSED}", f"{_NAME}, 253 at most.")
    prefix = given.get("generateName") or ""
    if not name and prefix and not is_subdomain(f"{prefix}x"):
        yield Problem("metadata.generateName", f"is {shown(prefix)}: {_REFUSED}", f"{_NAME}, 253 at most.")
    for key, value in sorted((given.get("labels") or {}).items()):
        if not _is_qualified(key):
            yield Problem(f"metadata.labels[{shown(key)}]", f"is not a name for a label: {_REFUSED}", _QUALIFIED_NAME)
        elif not _LABEL_VALUE.fullmatch(value or ""):
            write = "Write 63 letters, digits, hyphens, dots and underscores at most, or use an annotation."
            yield Problem(f"metadata.labels[{shown(key)}]", f"is {shown(value)}: {_REFUSED}", write)
    if namespace and not _is_label(namespace):
        write = "Write lower-case letters, digits and hyphens, 63 at most."
        yield Problem("metadata.namespace", f"is {shown(namespace)}: {_REFUSED}", write)
    total = 0
    for key, value in annotations_of(ingress).items():
        total += len(key.encode()) + len(value.encode(errors="replace"))
        if not _is_qualified(key.lower()):
            yield Problem(annotation_field(key), f"is not a name for an annotation: {_REFUSED}", _QUALIFIED_NAME)
    if total > ANNOTATION_BYTES:
        reason = f"is {total} bytes, more than {ANNOTATION_BYTES}: {_REFUSED}"
        yield Problem("metadata.annotations", reason, "Put large texts into a ConfigMap.")


def names_two_classes(ingress: Manifest) -> bool:
    """Whether field and annotation of the class differ."""
    field, old = spec(ingress).get("ingressClassName"), annotations_of(ingress).get(CLASS_ANNOTATION)
    return field is not None and old is not None and field != old


def _class(ingress: Manifest) -> Iterator[Problem]:
    field, old = spec(ingress).get("ingressClassName"), annotations_of(ingress).get(CLASS_ANNOTATION)
    if field is not None and not is_subdomain(field):
        yield Problem("spec.ingressClassName", f"is {shown(field)}: {_REFUSED}", f"Write ingressClassName: {CLASS}.")
    elif names_two_classes(ingress):
        reason = (
            f"is {shown(old)}, and ingressClassName is {field}: the API server refuses to create the Ingress, and "
            f"where an update brings both, the controller goes by the annotation"
        )
        yield Problem(annotation_field(CLASS_ANNOTATION), reason, f"Remove it, and write ingressClassName: {CLASS}.")


def _host(where: str, host: str) -> Iterator[Problem]:
    if _is_address(host):
        yield Problem(where, f"is the address {host}: {_REFUSED}", "Write a host name, or leave host out.")
    elif "*" in host:
        if not _WILDCARD.fullmatch(host) or len(host) > 253:
            write = "Write *.<domain> with one * as the whole first label; for any host, leave host out."
            yield Problem(where, f"is {shown(host)}: {_REFUSED}", write)
    elif not is_subdomain(host):
        yield Problem(where, f"is {shown(host)}: {_REFUSED}", _host_remedy(host))
    if is_subdomain(host.removeprefix("*.")) and any(len(part) > 63 for part in host.split(".")):
        reason = "has a label over 63 characters, which the API server accepts and DNS does not: no request names it"
        yield Problem(where, reason, "Write a shorter name.")


def _tls_host(where: str, host: str) -> Iterator[Problem]:
    if not (_WILDCARD.fullmatch(host) and len(host) <= 253 if "*" in host else is_subdomain(host)):
        yield Problem(where, f"is {shown(host)}: {_REFUSED}", _host_remedy(host))


def _host_remedy(host: str) -> str:
    bare = re.sub(r"^[a-z][a-z0-9+.-]*://", "", host.strip().lower()).split("/")[0]
    bare = re.sub(r":[0-9]*$", "", bare).rstrip(".")
    try:
        bare = bare if bare.isascii() else bare.encode("idna").decode()
    except UnicodeError:
        bare = ""
    fits = bare != host and is_subdomain(bare) and not _is_address(bare)
    return f"Write {bare}." if fits else f"{_NAME}, without scheme, port and path."


def _path(where: str, path: Manifest) -> Iterator[Problem]:
    text, kind = path.get("path") or "", path.get("pathType")
    if kind not in ("Prefix", "Exact", "ImplementationSpecific"):
        reason = f"is {shown(kind)}" if kind else "is missing"
        write = "Write Prefix, Exact or ImplementationSpecific, in these letters."
        yield Problem(f"{where}.pathType", f"{reason}: {_REFUSED}", write)
        return
    if not text.startswith("/"):
        if text or kind != "ImplementationSpecific":
            reason = f"is {shown(text)}, which does not start with /" if text else "is missing"
            write = f"Write /{text}." if re.fullmatch(r"[\w.~-][\w.~/-]*", text) else "Write a path that starts with /."
            yield Problem(f"{where}.path", f"{reason}: {_REFUSED}", write)
    elif kind != "ImplementationSpecific":
        for part in ("//", "/./", "/../", "%2f", "%2F"):
            if part in text:
                yield Problem(f"{where}.path", f"is {shown(text)}, with {part}: {_REFUSED}", "Write it without.")
        for end in ("/..", "/."):
            if text.endswith(end):
                yield Problem(f"{where}.path", f"is {shown(text)}, ending in {end}: {_REFUSED}", "Write it without.")


def _backend(where: str, backend: Manifest) -> Iterator[Problem]:
    service, resource = backend.get("service"), backend.get("resource")
    if service is None and resource is None:
        write = "Write service: {name: …, port: {number: …}}."
        yield Problem(where, f"names no Service: {_REFUSED}", write)
    elif service is not None and resource is not None:
        yield Problem(where, f"has both service and resource: {_REFUSED}", "Remove resource.")
    if service is None:
        return
    name, port = service.get("name") or "", service.get("port") or {}
    if not _is_label(name):
        reason = f"is {shown(name)}" if name else "is missing"
        write = "Write a Service's name without its namespace: lower-case letters, digits and hyphens, 63 at most."
        yield Problem(f"{where}.service.name", f"{reason}: {_REFUSED}", write)
    number, port_name = port.get("number"), port.get("name")
    if number and port_name:
        yield Problem(f"{where}.service.port", f"has both number and name: {_REFUSED}", "Remove one of the two.")
    elif port_name:
        if not _is_port_name(port_name):
            write = "Write 15 lower-case letters, digits and single hyphens at most, one letter among them."
            write = f"Write number: {port_name}." if re.fullmatch("[0-9]{1,5}", port_name) else write
            yield Problem(f"{where}.service.port.name", f"is {shown(port_name)}: {_REFUSED}", write)
    elif number is None:
        yield Problem(f"{where}.service.port", f"has neither number nor name: {_REFUSED}", "Write port: {number: …}.")
    elif not 1 <= number <= 65535:
        reason = f"is {number}: {_REFUSED}"
        yield Problem(f"{where}.service.port.number", reason, "Write a number from 1 to 65535.")


def is_subdomain(text: str) -> bool:
    """Whether the text is a DNS subdomain to Kubernetes; a label of it may be longer than DNS takes."""
    return len(text) <= 253 and _SUBDOMAIN.fullmatch(text) is not None


def _is_qualified(key: str) -> bool:
    """Whether the text names a label, or in lower case an annotation."""
    prefix, slash, last = key.rpartition("/")
    return _QUALIFIED.fullmatch(last) is not None and (not slash or is_subdomain(prefix))


def _is_label(text: str) -> bool:
    return len(text) <= 63 and re.fullmatch(_LABEL, text) is not None


def _is_port_name(text: str) -> bool:
    letters = re.search("[a-z]", text) is not None
    return len(text) <= 15 and letters and "--" not in text and re.fullmatch(_LABEL, text) is not None


def _is_address(host: str) -> bool:
    """As Go's sloppy parser: leading zeros are allowed in an IPv4 address."""
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){3}", host):
        return all(int(part) <= 255 for part in host.split("."))
    return re.fullmatch(r"[0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.]*", host) is not None
