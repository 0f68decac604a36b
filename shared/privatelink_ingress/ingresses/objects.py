"""Objects of the files that are no Ingresses, and mean to route requests: the controller goes by none of them."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.ingresses.annotations import ANNOTATIONS
from privatelink_ingress.ingresses.model import CLASS, Manifest, shown
from privatelink_ingress.ingresses.other_controllers import OBJECTS, longest
from privatelink_ingress.problems import Problem, nearest

F5_GROUPS = ("k8s.nginx.org/", "appprotect.f5.com/", "appprotectdos.f5.com/", "externaldns.nginx.org/")
"""API groups of the custom resources of F5's controller, none of which is installed."""

_GROUPS = ("networking.k8s.io/", "extensions/")
_KINDS = ("Ingress", "IngressClass", "NetworkPolicy", "IPAddress", "ServiceCIDR")
_CONTROLLER = "nginx.org/ingress-controller"


def refused(manifest: Manifest) -> Iterator[Problem]:
    """What the API server of this cluster does not take: kinds that it does not know, a second class of this name."""
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not isinstance(version, str) or not isinstance(kind, str) or kind.endswith("List"):
        return
    unknown = f"cannot be applied (no matches for kind {shown(kind)})"
    if version.startswith(F5_GROUPS):
        write = "Write Ingresses of networking.k8s.io/v1 for routes."
        if kind == "Policy":
            write = str(ANNOTATIONS["nginx.org/policies"].instead).replace("Remove it, and protect", "Protect")
        yield Problem("kind", f"{unknown}: custom resources of F5's controller are not installed", write)
    elif version.startswith(_GROUPS) and kind not in _KINDS:
        if near := nearest(kind.casefold().removesuffix("es"), [one.casefold() for one in _KINDS], cutoff=0.7):
            yield Problem("kind", unknown, f"Write {next(one for one in _KINDS if one.casefold() == near)}.")
    elif version == "networking.k8s.io/v1" and kind == "IngressClass" and _name(manifest) == CLASS:
        given = manifest.get("spec")
        if isinstance(given, dict) and (controller := given.get("controller")) != _CONTROLLER:
            reason = f"is {shown(controller)}, and class {CLASS} is the platform's: the API server keeps its controller"
            yield Problem("spec.controller", reason, "Remove the object; the stack creates the class.")


def passed_over(manifest: Manifest) -> Problem | None:
    """A custom resource that routes requests for another controller."""
    version, kind = manifest.get("apiVersion"), manifest.get("kind")
    owner = longest(version, OBJECTS) if isinstance(version, str) else None
    if owner is None or not isinstance(kind, str):
        return None
    reason = f"is an object of {owner}: no request from the edge uses it"
    return Problem(f"{kind} {_name(manifest)}", reason, "Write an Ingress for the requests of the edge's clients.")


def _name(manifest: Manifest) -> str:
    given = manifest.get("metadata")
    name = given.get("name") if isinstance(given, dict) else None
    return name if isinstance(name, str) else "(no name)"
