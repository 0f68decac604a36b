"""Annotations of other controllers and operators, by prefix: this controller reads none of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Value = TypeVar("Value")

OTHERS: Mapping[str, str] = {
    "alb.ingress.kubernetes.io/": "the AWS Load Balancer Controller",
    "apisix.ingress.kubernetes.io/": "Apache APISIX",
    "appgw.ingress.kubernetes.io/": "Azure Application Gateway",
    "bfe.ingress.kubernetes.io/": "BFE",
    "cloud.google.com/": "GKE",
    "caddy.ingress.kubernetes.io/": "Caddy",
    "cis.f5.com/": "F5 BIG-IP",
    "configuration.konghq.com": "Kong",
    "contour.heptio.com/": "Contour",
    "custom.nginx.org/": "a template that this controller does not have",
    "gateway.networking.k8s.io/": "the Gateway API",
    "getambassador.io/": "Emissary",
    "gloo.solo.io/": "Gloo",
    "haproxy-ingress.github.io/": "HAProxy Ingress",
    "haproxy.org/": "HAProxy",
    "haproxy.router.openshift.io/": "OpenShift",
    "higress.io/": "Higress",
    "ingress.appscode.com/": "Voyager",
    "ingress.bluemix.net/": "IBM Cloud",
    "ingress.cilium.io/": "Cilium",
    "ingress.citrix.com/": "NetScaler",
    "ingress.gcp.kubernetes.io/": "GKE",
    "ingress.istio.io/": "Istio",
    "ingress.kubernetes.io/": "older controllers",
    "k8s.apisix.apache.org/": "Apache APISIX",
    "konghq.com/": "Kong",
    "kubernetes.io/ingress.allow-http": "GKE",
    "kubernetes.io/ingress.global-static-ip-name": "GKE",
    "k8s.ngrok.com/": "ngrok",
    "networking.gke.io/": "GKE",
    "networking.istio.io/": "Istio",
    "plugins.konghq.com": "Kong",
    "projectcontour.io/": "Contour",
    "route.openshift.io/": "OpenShift",
    "service.beta.kubernetes.io/": "cloud load balancers of Services",
    "tailscale.com/": "Tailscale",
    "traefik.frontend.": "Traefik",
    "traefik.http.": "Traefik",
    "traefik.ingress.kubernetes.io/": "Traefik",
    "virtual-server.f5.com/": "F5 BIG-IP",
    "zalando.org/": "Skipper",
}
"""Owner by the beginning of the name."""

INSTEAD: Mapping[str, tuple[str, str]] = {
    "alb.ingress.kubernetes.io/auth-": (
        "leaves the application open: no client has to log in",
        "Ask the platform team for authentication at the edge, or let the application do it.",
    ),
    "alb.ingress.kubernetes.io/wafv2-acl-arn": (
        "attaches no web ACL",
        "Remove it: the edge has a firewall; ask the platform team for a rule of central-ingress:firewall.",
    ),
    "alb.ingress.kubernetes.io/backend-protocol-version": (
        "",
        "Write nginx.org/grpc-services with the Service's name if the pods speak gRPC; else remove it.",
    ),
    "alb.ingress.kubernetes.io/backend-protocol": (
        "",
        "Write nginx.org/ssl-services with the Service's name if the pods speak HTTPS; else remove it.",
    ),
    "alb.ingress.kubernetes.io/actions.": (
        "",
        "Remove it: the edge weighs backends of a connection (backends[].weight); redirects are the application's.",
    ),
    "alb.ingress.kubernetes.io/healthcheck-": ("", "Remove it: readiness probes of the pods decide here."),
    "alb.ingress.kubernetes.io/": (
        "",
        "Remove it: the edge's load balancer is the platform team's, set by central-ingress. Nothing is "
        "internet-facing in this cluster.",
    ),
    "traefik.ingress.kubernetes.io/router.middlewares": (
        "runs no middleware, whether it authenticates, limits or sets headers",
        "Remove it, and replace each middleware: docs/ingresses.md lists the annotations of this controller.",
    ),
    "konghq.com/plugins": (
        "runs no plugin, whether it authenticates, limits or sets headers",
        "Remove it, and replace each plugin: docs/ingresses.md lists the annotations of this controller.",
    ),
    "plugins.konghq.com": (
        "runs no plugin, whether it authenticates, limits or sets headers",
        "Remove it, and replace each plugin: docs/ingresses.md lists the annotations of this controller.",
    ),
    "konghq.com/strip-path": ("", "Write nginx.org/rewrites, such as serviceName=web rewrite=/."),
    "ingress.gcp.kubernetes.io/": ("", "Remove it: TLS ends at the edge, with certificates of central-ingress."),
    "cloud.google.com/armor": ("attaches no security policy", "Remove it: the edge has a firewall."),
}
"""What is lost, and what to do, by the beginning of the name; the longest that fits counts."""

HELPERS: Mapping[str, tuple[str, str]] = {
    "cert-manager.io/": (
        "asks cert-manager for a certificate, which nobody uses: TLS ends at the edge",
        "Remove it; certificates are requested in central-ingress.",
    ),
    "acme.cert-manager.io/": (
        "asks cert-manager for a certificate, which nobody uses: TLS ends at the edge",
        "Remove it; certificates are requested in central-ingress.",
    ),
    "certmanager.k8s.io/": (
        "asks cert-manager for a certificate, which nobody uses: TLS ends at the edge",
        "Remove it; certificates are requested in central-ingress.",
    ),
    "kubernetes.io/tls-acme": (
        "asks cert-manager for a certificate, which nobody uses: TLS ends at the edge",
        "Remove it; certificates are requested in central-ingress.",
    ),
    "external-dns.alpha.kubernetes.io/": (
        "asks external-dns for a record, which it cannot write: the Ingress's status has no address",
        "Remove it; the records are the connection's (dns in central-ingress).",
    ),
}
"""Annotations of operators that change nothing about the path of a request: what they do here, and what to do."""


FAMILY = ".ingress.kubernetes.io"
"""What the prefixes of many controllers end with."""

OBJECTS: Mapping[str, str] = {
    "apisix.apache.org/": "Apache APISIX",
    "configuration.konghq.com/": "Kong",
    "contour.heptio.com/": "Contour",
    "elbv2.k8s.aws/": "the AWS Load Balancer Controller",
    "gateway.networking.k8s.io/": "the Gateway API",
    "gateway.solo.io/": "Gloo",
    "getambassador.io/": "Emissary",
    "networking.gke.io/": "GKE",
    "networking.istio.io/": "Istio",
    "projectcontour.io/": "Contour",
    "route.openshift.io/": "OpenShift",
    "traefik.containo.us/": "Traefik",
    "traefik.io/": "Traefik",
}
"""Owner by the API group of custom resources that route requests. None of them is installed by this system."""


def owner_of(key: str) -> str | None:
    """The controller that reads the annotation; None for one that no known controller has."""
    prefix = key.partition("/")[0]
    return longest(key, OTHERS) or ("another controller" if prefix.endswith(FAMILY) else None)


def longest(key: str, table: Mapping[str, Value]) -> Value | None:
    """The value of the longest beginning of `key` in the table."""
    fitting = [start for start in table if key.startswith(start)]
    return table[max(fitting, key=len)] if fitting else None
