"""Ingresses that share a host: masters, minions, and those that want a host which another has.

Read in github.com/nginx/kubernetes-ingress at version 5.6.0: `validateMasterSpec` and `validateMinionSpec` in
`internal/k8s/validation.go`; `buildHostsAndResources`, `buildMinionConfigs` and `addProblemsForOrphanMinions` in
`internal/k8s/configuration.go`. Two plain Ingresses of one host were run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from privatelink_ingress.ingresses.model import (
    MASTER,
    MINION,
    Manifest,
    PathAt,
    is_served,
    label,
    paths,
    role,
    rules,
    shown,
    spec,
)
from privatelink_ingress.problems import Problem


@dataclasses.dataclass(frozen=True, kw_only=True)
class Clash:
    """What is wrong with one Ingress because of another, or for want of one."""

    index: int
    """Of the Ingress at fault, in the sequence that was given."""
    other: int | None = None
    """Of the Ingress that is in its way."""
    problem: Problem


def problems(ingress: Manifest) -> Iterator[Problem]:
    """What a master or a minion must not have."""
    kind, given = role(ingress), list(rules(ingress))
    if kind == MASTER:
        if len(given) != 1:
            reason = f"has {len(given)} rules, and a master has exactly one: the controller rejects it"
            yield Problem("spec.rules", reason, "Write one master for each host.")
        for where, rule in given[:1]:
            if (rule.get("http") or {}).get("paths"):
                reason = "is there on a master, which has no paths: the controller rejects it, and its minions with it"
                yield Problem(f"{where}.http.paths", reason, "Remove http, and move the paths to a minion.")
    if kind == MINION:
        if spec(ingress).get("tls"):
            reason = "is there on a minion: the controller rejects it"
            yield Problem("spec.tls", reason, "Move it to the master of the host, where it is needed at all.")
        if len(given) != 1:
            reason = f"has {len(given)} rules, and a minion has exactly one: the controller rejects it"
            yield Problem("spec.rules", reason, "Write one minion for each host.")
        for where, rule in given[:1]:
            if not (rule.get("http") or {}).get("paths"):
                write = "Write paths: [{path: /…, pathType: Prefix, backend: …}]."
                yield Problem(f"{where}.http.paths", "is empty on a minion: the controller rejects it", write)
        yield from _lost_to_itself(list(paths(ingress)))
        if spec(ingress).get("defaultBackend") is not None:
            write = "Write the path / in this minion, or the default backend in the master."
            yield Problem("spec.defaultBackend", "has no effect on a minion", write)


def _lost_to_itself(given: Sequence[PathAt]) -> Iterator[Problem]:
    seen: dict[str, PathAt] = {}
    for path in given:
        first = seen.setdefault(path.path, path)
        if first is not path and first.exact != path.exact:
            reason = (
                f"is {shown(path.path)}, as at {first.where}: the controller counts the paths of minions by their "
                f"text, whatever the type, and drops both"
            )
            yield Problem(f"{path.where}.path", reason, "Write one of the two; a Prefix takes the exact path as well.")


def clashes(ingresses: Sequence[Manifest]) -> Iterator[Clash]:
    """Hosts and paths that two Ingresses want, and minions without a master."""
    served = [index for index, one in enumerate(ingresses) if is_served(one)]
    yield from _hosts(ingresses, [index for index in served if role(ingresses[index]) != MINION])
    minions = [index for index in served if role(ingresses[index]) == MINION]
    masters = {
        rule.get("host") or "": index
        for index in reversed(served)
        if role(ingresses[index]) == MASTER
        for _, rule in list(rules(ingresses[index]))[:1]
    }
    taken: dict[tuple[str, str], int] = {}
    for index in minions:
        for where, rule in list(rules(ingresses[index]))[:1]:
            host = rule.get("host") or ""
            yield from _masterless(ingresses, index, f"{where}.host", host, masters)
            for path in paths(ingresses[index]):
                first = taken.setdefault((host, path.path), index)
                if first != index:
                    reason = (
                        f"is {shown(path.path)}, as in minion {label(ingresses[first])}: the older of the two has the "
                        f"path"
                    )
                    write = f"Write another path, or remove it from {label(ingresses[first])}."
                    yield Clash(index=index, other=first, problem=Problem(f"{path.where}.path", reason, write))


def childless(ingresses: Sequence[Manifest]) -> Iterator[Clash]:
    """Masters whose minions are in other files, or nowhere: nothing to mend, and to know."""
    hosts = {rule.get("host") or "" for one in ingresses if role(one) == MINION for _, rule in rules(one)}
    for index, one in enumerate(ingresses):
        if role(one) == MASTER and not any(problems(one)):
            for where, rule in list(rules(one))[:1]:
                if (host := rule.get("host") or "") not in hosts:
                    reason = f"is {host or 'missing'}, and no minion of these files has it: the host is answered 404"
                    write = "Check the files of the minions along with this one."
                    yield Clash(index=index, problem=Problem(f"{where}.host", reason, write))


def _masterless(
    ingresses: Sequence[Manifest], index: int, field: str, host: str, masters: dict[str, int]
) -> Iterator[Clash]:
    shown_host = host or "missing"
    if host not in masters:
        reason = (
            f"is {shown_host}, and no master of these files has it: the controller leaves a minion without one unused"
        )
        write = (
            "Check the master's file along with this one, or what the cluster has: kubectl get ingress -A -o yaml | "
            "privatelink-ingress ingress check - FILE."
        )
        yield Clash(index=index, problem=Problem(field, reason, write))
    elif any(problems(ingresses[masters[host]])):
        other = masters[host]
        reason = f"is {shown_host}, whose master {label(ingresses[other])} is rejected: its minions are unused"
        yield Clash(index=index, other=other, problem=Problem(field, reason, "Correct the master first."))


def _hosts(ingresses: Sequence[Manifest], wanting: Sequence[int]) -> Iterator[Clash]:
    takers: dict[str, int] = {}
    for index in wanting:
        wanted = {rule.get("host") or "": where for where, rule in reversed(list(rules(ingresses[index])))}
        for host, where in sorted(wanted.items()):
            first = takers.setdefault(host, index)
            if first == index:
                continue
            other, kind = ingresses[first], f"{role(ingresses[first])} " if role(ingresses[first]) == MASTER else ""
            name = f"{kind}Ingress {label(other)}"
            all_of_it = "the host as a whole" if host else "all other hosts"
            reason = (
                f"is {host or 'missing'}, as in {name}: the older one gets {all_of_it}, and the newer one is not served"
            )
            write = f"Write all paths of the host in one Ingress: add them to {label(other)}."
            if not host:
                write = "Name the hosts in one of the two."
            elif kind:
                write = (
                    f"Make this one a minion of {label(other)}: nginx.org/mergeable-ingress-type: minion, without tls."
                )
            yield Clash(index=index, other=first, problem=Problem(f"{where}.host", reason, write))
