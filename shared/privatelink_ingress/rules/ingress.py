"""What an Ingress must look like to be served by the controller of a workload.

The controller takes most mistakes without a word: a host then answers 404, and its team finds nothing in the Ingress.
What it does was seen with releases 5.5.4 and 5.6 on a Kubernetes 1.36 API server, unless a line says otherwise.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from privatelink_ingress import tokens as t
from privatelink_ingress.rules.model import Finding, Inputs, Stack, resource_rule, stack_rule

CLASS = "nginx"
CLASS_ANNOTATION = "kubernetes.io/ingress.class"
"""What named the class before there was a field for it. The controller still reads it."""
MERGEABLE = "nginx.org/mergeable-ingress-type"
"""Lets several Ingresses share a host: one `master` and its `minion`s."""
IGNORED, OWN = "nginx.ingress.kubernetes.io/", "nginx.org/"
"""How the annotations of kubernetes/ingress-nginx, which this controller ignores, and its own start."""
SNIPPETS = ("nginx.org/server-snippets", "nginx.org/location-snippets")
SKIP_AWAIT = "pulumi.com/skipAwait"

EQUIVALENTS: Mapping[str, str] = {
    "backend-protocol": "nginx.org/ssl-services or nginx.org/grpc-services with the Service's name",
    "proxy-body-size": "nginx.org/client-max-body-size",
    "proxy-connect-timeout": "nginx.org/proxy-connect-timeout, with its unit",
    "proxy-read-timeout": "nginx.org/proxy-read-timeout, with its unit",
    "proxy-send-timeout": "nginx.org/proxy-send-timeout, with its unit",
    "rewrite-target": "nginx.org/rewrites",
    "ssl-redirect": "nothing: plain HTTP ends at the edge",
    "force-ssl-redirect": "nothing: plain HTTP ends at the edge",
}
"""The annotation of F5's controller that replaces one of kubernetes/ingress-nginx, by its last part."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Conventions:
    """What a workload's stack file decides about the Ingresses of its cluster."""

    protocol: Literal["http", "https"] = "http"
    """How the edge speaks to the controller (`publication.protocol`)."""
    ingress_tls: bool = False
    """Whether the controller reads Secrets of Ingresses (`controller.ingressTls`)."""
    namespaces: tuple[str, ...] | None = None
    """The namespaces that it serves; None for all (`controller.watch`)."""
    health_path: str = "/nginx-health"
    """What it answers itself (`publication.healthPath`)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that is wrong with an Ingress."""

    field: str
    """Such as `spec.rules[0].host`."""
    what: str
    write: str


def faults(ingress: Inputs, conventions: Conventions = Conventions()) -> Iterator[Fault]:
    """Everything that keeps an Ingress, or a part of it, from being served."""
    yield from wrong_class(ingress)
    yield from wrong_namespace(ingress, conventions)
    yield from wrong_annotations(ingress)
    yield from wrong_tls(ingress, conventions)
    yield from wrong_rules(ingress, conventions)


def advice(ingress: Inputs) -> Iterator[Fault]:
    """What is served, and may still be another thing than its author meant."""
    if _annotations(ingress).get(SKIP_AWAIT) != "true":
        yield Fault(
            field=f'metadata.annotations["{SKIP_AWAIT}"]',
            what="is not set, so Pulumi would wait for an address that nobody writes into the status",
            write=f'If Pulumi deploys it: {SKIP_AWAIT}: "true".',
        )
    for where, rule in _rules(ingress):
        if not rule.get("host"):
            yield Fault(
                field=f"{where}.host",
                what="is missing, so it takes every host that no other Ingress has; only one Ingress may do that",
                write="Name the hosts, unless that is meant.",
            )
        for place, path in enumerate((rule.get("http") or {}).get("paths") or ()):
            text = path.get("path") or "/"
            if path.get("pathType") == "Prefix" and not text.endswith("/"):
                yield Fault(
                    field=f"{where}.http.paths[{place}].path",
                    what=f"is a prefix of plain text: {text} also takes {text}beta",
                    write=f"If that is wrong: {text}/ as Prefix, and {text} as Exact beside it.",
                )


def wrong_class(ingress: Inputs) -> Iterator[Fault]:
    """A class that the controller does not serve."""
    given = (ingress.get("spec") or {}).get("ingressClassName")
    if (given or _annotations(ingress).get(CLASS_ANNOTATION)) != CLASS:
        what = f"is {given}" if given else "is missing"
        yield Fault(
            field="spec.ingressClassName",
            what=f"{what}, so the controller ignores the Ingress, without an event",
            write=f"ingressClassName: {CLASS}",
        )


def wrong_namespace(ingress: Inputs, conventions: Conventions) -> Iterator[Fault]:
    """A namespace that the controller does not watch. A manifest without one gets its namespace later."""
    given = (ingress.get("metadata") or {}).get("namespace")
    if given and conventions.namespaces is not None and given not in conventions.namespaces:
        yield Fault(
            field="metadata.namespace",
            what=f"is {given}, which the controller does not watch",
            write=f"One of {', '.join(conventions.namespaces)}, or add it to controller.watch.namespaces of the stack.",
        )


def wrong_annotations(ingress: Inputs) -> Iterator[Fault]:
    """Annotations of another controller, and snippets."""
    for key in sorted(_annotations(ingress)):
        field = f'metadata.annotations["{key}"]'
        if key.startswith(IGNORED):
            instead = EQUIVALENTS.get(key.removeprefix(IGNORED), "the annotation of this controller that does the same")
            what = "is for kubernetes/ingress-nginx: this controller ignores it without a word"
            yield Fault(field=field, what=what, write=f"Remove it. In its place: {instead}.")
        elif key in SNIPPETS:
            what = "is a snippet, and snippets are off: one team's text would be in the configuration of all"
            yield Fault(field=field, what=what, write=f"Remove it. An annotation {OWN}… of its own does most things.")


def wrong_tls(ingress: Inputs, conventions: Conventions) -> Iterator[Fault]:
    """TLS that the controller would not end, or that the edge would miss."""
    entries = (ingress.get("spec") or {}).get("tls") or ()
    if conventions.protocol == "http" and not conventions.ingress_tls and len(entries):
        yield Fault(
            field="spec.tls",
            what="has no use: TLS ends at the edge, and the controller may read no Secret",
            write="Remove it, unless the service is about to be published by HTTPS: then it must be there first.",
        )
        return
    for place, entry in enumerate(entries):
        if entry.get("secretName") and not conventions.ingress_tls:
            yield Fault(
                field=f"spec.tls[{place}].secretName",
                what="is a Secret that the controller may not read, so it refuses TLS for these hosts",
                write="Remove secretName and keep hosts: the controller's own certificate is enough for the edge.",
            )
    if conventions.protocol == "https":
        covered = {host for entry in entries for host in entry.get("hosts") or ()}
        for host in sorted({rule["host"] for _, rule in _rules(ingress) if rule.get("host")} - covered):
            yield Fault(
                field="spec.tls",
                what=f"lacks {host}, so a request for it by HTTPS, as the edge sends it, is answered 404",
                write=f"tls: [{{hosts: [{host}]}}]",
            )


def wrong_rules(ingress: Inputs, conventions: Conventions = Conventions()) -> Iterator[Fault]:
    """Rules that serve nothing, or that nginx refuses."""
    spec, rules = ingress.get("spec") or {}, list(_rules(ingress))
    if not rules and not spec.get("defaultBackend"):
        write = "rules: with a host, and http.paths that lead to a Service."
        yield Fault(field="spec.rules", what="is empty, so nothing is served", write=write)
    for where, rule in rules:
        paths = (rule.get("http") or {}).get("paths") or ()
        if not len(paths) and not spec.get("defaultBackend"):
            write = "paths: [{path: /, pathType: Prefix, backend: …}]"
            yield Fault(field=f"{where}.http.paths", what="is empty, so the host serves nothing", write=write)
        for place, path in enumerate(paths):
            taken = path.get("path") == conventions.health_path and path.get("pathType") == "Exact"
            if taken and not rule.get("host"):
                yield Fault(
                    field=f"{where}.http.paths[{place}].path",
                    what=f"is {conventions.health_path}, which the controller answers itself where no host is named: "
                    "nginx refuses the Ingress",
                    write="Another path, or name the host.",
                )


def shared_hosts(ingresses: Sequence[Inputs]) -> Iterator[tuple[int, int, Fault]]:
    """Hosts that two Ingresses of the class want: places of the later and of the earlier one, and what is wrong."""
    takers: dict[str, int] = {}
    for place, ingress in enumerate(ingresses):
        if MERGEABLE in _annotations(ingress) or any(wrong_class(ingress)):
            continue
        wanted = {rule.get("host") or "": where for where, rule in reversed(list(_rules(ingress)))}
        for host, where in sorted(wanted.items()):
            first = takers.setdefault(host, place)
            if first != place:
                other = label(ingresses[first])
                fault = Fault(
                    field=f"{where}.host",
                    what=f"is {host or 'missing'}, as in Ingress {other}: the older one gets "
                    f"{'the host as a whole' if host else 'all other hosts'}, and this one is rejected",
                    write=f"All paths of a host into one Ingress: add them to {other}."
                    if host
                    else "Name the hosts in one of the two.",
                )
                yield place, first, fault


def hosts(ingress: Inputs) -> Iterator[tuple[str, str]]:
    """Field and host of each rule that names one."""
    return ((f"{where}.host", rule["host"]) for where, rule in _rules(ingress) if rule.get("host"))


def label(ingress: Inputs) -> str:
    """`<namespace>/<name>`, or the name alone of one that gets its namespace later."""
    metadata = ingress.get("metadata") or {}
    return "/".join(filter(None, (metadata.get("namespace"), metadata.get("name") or "without a name")))


@resource_rule(t.INGRESS, reason="Its hosts would be answered 404, and nothing says why.", stands_for=["D17"])
def ingresses_name_the_class(inputs: Inputs) -> Iterator[str]:
    """An Ingress names the class of the controller."""
    return _told(wrong_class(inputs))


@resource_rule(
    t.INGRESS,
    reason="What another controller was told is lost: a limit, a redirect, a protocol.",
    stands_for=["D32"],
)
def ingresses_have_no_annotations_of_another_controller(inputs: Inputs) -> Iterator[str]:
    """An Ingress has no annotations that are ignored, and no snippets."""
    return _told(wrong_annotations(inputs))


@resource_rule(t.INGRESS, reason="It would be deployed, and receive no request.", stands_for=["D17"])
def ingresses_serve_something(inputs: Inputs) -> Iterator[str]:
    """An Ingress has rules with paths that nginx takes."""
    return _told(wrong_rules(inputs))


@resource_rule(
    t.INGRESS,
    reason="Nobody writes an address into its status, so the deployment would wait for minutes and then fail.",
    stands_for=["D07"],
)
def ingresses_are_not_waited_for(inputs: Inputs) -> Iterator[str]:
    """Pulumi does not wait for the address of an Ingress."""
    if _annotations(inputs).get(SKIP_AWAIT) != "true":
        yield f'is waited for: write the annotation {SKIP_AWAIT}: "true"'


@stack_rule(
    reason="The oldest Ingress gets a host as a whole; the paths of the others are answered 404.", stands_for=["D17"]
)
def hosts_belong_to_one_ingress(stack: Stack) -> Iterator[Finding]:
    """No host stands in two Ingresses, and one Ingress at most names none."""
    resources = list(stack.of(t.INGRESS))
    for place, _, fault in shared_hosts([resource.inputs for resource in resources]):
        yield resources[place], f"{fault.field} {fault.what}. {fault.write}"


def _told(found: Iterable[Fault]) -> Iterator[str]:
    return (f"{fault.field} {fault.what}. Write: {fault.write}" for fault in found)


def _annotations(ingress: Inputs) -> Mapping[str, str]:
    return (ingress.get("metadata") or {}).get("annotations") or {}


def _rules(ingress: Inputs) -> Iterator[tuple[str, Inputs]]:
    for place, rule in enumerate((ingress.get("spec") or {}).get("rules") or ()):
        yield f"spec.rules[{place}]", rule
