"""Which cluster a context of a kubeconfig is of."""

from __future__ import annotations

import base64
import dataclasses
import os
import urllib.parse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from privatelink_ingress.problems import Problem, Problems, UsageError, suggest
from privatelink_ingress.trace.surroundings import Cluster

FAILED = "The clusters cannot be read"
_WRITE = "Write one: aws eks update-kubeconfig --name CLUSTER --kubeconfig FILE."


@dataclasses.dataclass(frozen=True, kw_only=True)
class Context:
    """A context with the cluster that it names."""

    file: Path
    name: str
    server: str
    """URL of the Kubernetes API, or of a tunnel to it."""
    tls_server_name: str = ""
    """The name that the server's certificate is checked against, where it is not the URL's."""
    certificate_authority: str = ""
    """In PEM and base64, by which the server's certificate is checked."""

    @property
    def hosts(self) -> frozenset[str]:
        """Names that its API may have."""
        return frozenset((_host(self.server), self.tls_server_name.lower())) - {""}


def contexts(file: Path | None, names: Sequence[str]) -> list[Context]:
    """The contexts of a kubeconfig; the current one when none is named.

    Args:
        file: None for that of the environment variable `KUBECONFIG`, or else `~/.kube/config`.
        names: Each once.

    Raises:
        UsageError: the file cannot be read, or with each context that it does not have whole.
    """
    file = _default() if file is None else file
    config = _document(file)
    wanted = list(dict.fromkeys(names)) or [str(config.get("current-context") or "")]
    known = _entries(config, "context")
    if wanted == [""]:
        remedy = suggest("", known, none=_WRITE).replace("Write one of", "Give --context with one of")
        raise UsageError(FAILED, [Problem(str(file), "has no current-context", remedy)])
    problems, found = Problems(), list[Context]()
    for name in wanted:
        place = f"context {name} of {file}"
        if name not in known:
            problems.append(Problem(place, "does not exist", suggest(name, sorted(known), list_all=True, none=_WRITE)))
        elif context := _context(file, name, known[name], config):
            found.append(context)
        else:
            reason = f"names cluster {known[name].get('cluster')}, which has no server in the file"
            problems.append(Problem(place, reason, _WRITE))
    if problems:
        raise UsageError(FAILED, problems)
    return found


def cluster_of(context: Context, clusters: Sequence[Cluster]) -> Cluster:
    """The cluster of the stacks that a context leads to: by its name, or by the authority that signs its certificate.

    Raises:
        UsageError: it is none of them.
    """
    by_name = [one for one in clusters if _host(one.endpoint) in context.hosts]
    by_authority = [
        one
        for one in clusters
        if context.certificate_authority and one.certificate_authority == context.certificate_authority
    ]
    for found in (by_name, by_authority):
        if len(found) == 1:
            return found[0]
    place, shown = f"context {context.name} of {context.file}", context.tls_server_name or context.server
    held = "; ".join(
        f"{one.name} of account {one.account_id}, {one.region}, is at {one.endpoint or 'no endpoint'}"
        for one in clusters
    )
    reason = f"leads to {shown}, which is none of the system's clusters ({held or 'no cluster is known'})"
    remedy = "Give the context of one of them; through a tunnel, with `tls-server-name` set to the endpoint's name."
    if not clusters:
        remedy = (
            "Give the export of an eks-service stack, too, or a reader with eks:ListClusters and eks:DescribeCluster."
        )
    raise UsageError(FAILED, [Problem(place, reason, remedy)])


def _default() -> Path:
    named = [one for one in os.environ.get("KUBECONFIG", "").split(os.pathsep) if one]
    if len(named) > 1:
        reason = f"names {len(named)} files: {', '.join(named)}"
        raise UsageError(FAILED, [Problem("KUBECONFIG", reason, "Give the one to use with --kubeconfig.")])
    return Path(named[0]) if named else Path.home() / ".kube" / "config"


def _document(file: Path) -> Mapping[str, Any]:
    try:
        config = YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise UsageError(FAILED, [Problem(str(file), reason, f"Name it with --kubeconfig. {_WRITE}")]) from None
    except (YAMLError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0]
        raise UsageError(FAILED, [Problem(str(file), f"is not YAML: {first}", _WRITE)]) from None
    if not isinstance(config, Mapping) or not _entries(config, "context"):
        raise UsageError(FAILED, [Problem(str(file), "is not a kubeconfig: it has no contexts", _WRITE)])
    return config


def _entries(config: Mapping[str, Any], kind: str) -> dict[str, Mapping[str, Any]]:
    """Of `contexts`, `clusters` or `users`, by name; those without a body are left out."""
    listed = config.get(f"{kind}s")
    return {
        str(one["name"]): one[kind]
        for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, Mapping) and "name" in one and isinstance(one.get(kind), Mapping)
    }


def _context(file: Path, name: str, body: Mapping[str, Any], config: Mapping[str, Any]) -> Context | None:
    cluster = _entries(config, "cluster").get(str(body.get("cluster")), {})
    if not cluster.get("server"):
        return None
    return Context(
        file=file,
        name=name,
        server=str(cluster["server"]),
        tls_server_name=str(cluster.get("tls-server-name") or ""),
        certificate_authority=_authority(file, cluster),
    )


def _authority(file: Path, cluster: Mapping[str, Any]) -> str:
    if data := cluster.get("certificate-authority-data"):
        return str(data)
    try:
        named = file.parent / str(cluster["certificate-authority"])
        return base64.b64encode(named.read_bytes()).decode()
    except (KeyError, OSError):
        return ""


def _host(url: str) -> str:
    return (urllib.parse.urlsplit(url).hostname or "").lower()
