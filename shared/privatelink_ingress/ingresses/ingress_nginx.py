"""What takes the place of each annotation of kubernetes/ingress-nginx.

Its names: https://github.com/kubernetes/ingress-nginx/blob/main/docs/user-guide/nginx-configuration/annotations.md.
The replacements are those of F5's migration guide
(https://docs.nginx.com/nginx-ingress-controller/install/migrate-ingress-nginx/) where `annotations.ANNOTATIONS` says
that they work here; else what this edge has.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping

from privatelink_ingress.ingresses import values
from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.ingresses.other_controllers import longest

PREFIX = "nginx.ingress.kubernetes.io/"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Replacement:
    """What to do about one annotation, or a family of them."""

    write: str
    """An imperative sentence; `{value}` stands for the value as this controller takes it."""
    lost: str = ""
    """What is not protected as long as nothing is done, as a clause; empty where nothing is."""
    convert: Callable[[str], str] = str
    """The value as this controller takes it."""


def _duration(value: str) -> str:
    return f"{value}s" if value.isascii() and value.isdigit() else value


def _switch(value: str) -> str:
    return {"on": "true", "off": "false"}.get(value, value)


_FILES = ("proxy-body-size", "proxy-max-temp-file-size")


def _file(name: str, value: str, most: int) -> str:
    """A size of a file, or the most that the controller has disk for, in MiB; 0 is a body of any size there."""
    endless = name == "proxy-body-size" and value == "0"
    large = values.OFFSET.fits(value) and values.size_in_bytes(value) > most * 2**20
    return f"{most}m" if endless or large else value


def _same(name: str, convert: Callable[[str], str] = str) -> Replacement:
    return Replacement(write=f'Write nginx.org/{name}: "{{value}}".', convert=convert)


_NOTHING_HERE = "There is no equivalent here: "
_UNKNOWN = Replacement(write="Remove it; docs/ingresses.md lists the annotations of this controller.")
_OPEN = "leaves the application open: no client has to log in"
_AUTH = Replacement(
    lost=_OPEN,
    write=f"{_NOTHING_HERE}let the application check who calls, put an authenticating proxy before it as the Service "
    "that the Ingress names, or ask the platform team for authentication at the edge. sources of the route narrow who "
    "reaches it.",
)
_BASIC = Replacement(
    lost=_OPEN,
    write="Write nginx.org/basic-auth-secret with a Secret of type nginx.org/htpasswd (key htpasswd), and set "
    "controller.ingressTls: true in the workload's stack file, without which the controller reads no Secret.",
)
_CLIENT_CERTIFICATES = Replacement(
    lost="leaves the application open: no client has to show a certificate",
    write=f"{_NOTHING_HERE}TLS ends at the edge. Check callers in the application, or by sources of the route.",
)
_ALLOW = Replacement(
    lost="leaves the application open to every address",
    write=f"{_NOTHING_HERE}ask the platform team to allow only these networks (sources of the route), because "
    f"only the edge sees the clients' own addresses.",
)
_DENY = Replacement(
    lost="keeps nobody out: the denied networks reach the application",
    write=f"{_NOTHING_HERE}have them written under firewall.deny of central-ingress.",
)
_RATES = Replacement(
    lost="limits nothing",
    write=f"{_NOTHING_HERE}nginx.org/limit-req-rate limits requests of a client at each pod of the controller, and "
    "firewall.rateLimit of central-ingress at the edge.",
)
_WAF = Replacement(
    lost="inspects nothing: ModSecurity is not here",
    write=f"{_NOTHING_HERE}the edge's firewall inspects every request; ask the platform team for what is missing in "
    "central-ingress:firewall.",
)
_CORS = Replacement(
    lost="sets no CORS headers, so pages of other origins cannot call the application",
    write="Let the application answer OPTIONS and set the headers. For one fixed origin, nginx.org/add-header "
    '("Access-Control-Allow-Origin:https://app.example.com:always") cannot: a colon in a value ends it.',
)
_CANARY = Replacement(
    write=f"{_NOTHING_HERE}shift traffic at the edge by a second backend of the connection with weights "
    "(backends[].weight in central-ingress), or by a route with headers to another connection; inside the cluster, "
    "by the replicas of two Deployments behind one Service.",
    lost="gets no share of the requests: the Ingress asks for a host that another one has",
)
_STICKY = Replacement(
    write="Write nginx.org/sticky-cookie-services: "
    '"serviceName=<service> <cookie> expires=1h path=/" for the Services of this Ingress.'
)
_REDIRECT = Replacement(
    write=f"{_NOTHING_HERE}let the application, or a small web server as the Service, answer with the redirect."
)
_SNIPPET = Replacement(
    lost="sets nothing, whatever header, limit or check is in it",
    write=f"{_NOTHING_HERE}snippets are off. Find an annotation nginx.org/… for each line (docs/ingresses.md has them "
    "all), or do it in the application.",
)
_TRACING = Replacement(write="Remove it: X-Amzn-Trace-Id of the edge reaches the application unchanged.")
_TLS_TO_PODS = Replacement(
    lost="checks no certificate of the pods, and shows them none",
    write=f"{_NOTHING_HERE}nginx.org/ssl-services encrypts the way to the Service without checking its certificate.",
)
_HTTPS_REDIRECT = Replacement(
    write="Remove it: clients come by HTTPS alone, and what the edge received by HTTP is redirected by the controller."
)

REPLACEMENTS: Mapping[str, Replacement] = {
    "affinity": _STICKY,
    "app-root": Replacement(
        write="Let the application redirect /. nginx.org/app-root redirects to http://, so it takes "
        "loadBalancer.redirectHttp at the edge."
    ),
    "auth-": _AUTH,
    "auth-realm": _BASIC,
    "auth-secret": _BASIC,
    "auth-tls-": _CLIENT_CERTIFICATES,
    "auth-type": _BASIC,
    "backend-protocol": Replacement(
        write="Write nginx.org/ssl-services with the Service's name for HTTPS, or nginx.org/grpc-services for gRPC; "
        "HTTP needs nothing."
    ),
    "canary": _CANARY,
    "client-body-buffer-size": _same("client-body-buffer-size"),
    "configuration-snippet": _SNIPPET,
    "connection-proxy-header": Replacement(write="Remove it, or write nginx.org/keepalive for kept connections."),
    "cors-": _CORS,
    "custom-headers": Replacement(
        lost="sets none of the headers of its ConfigMap",
        write='Write nginx.org/add-header: "Name:value:always" with each of them, commas between them.',
    ),
    "custom-http-errors": Replacement(
        write='Write nginx.org/custom-http-errors: "{value}" and spec.defaultBackend, which answers them.'
    ),
    "default-backend": Replacement(write="Write spec.defaultBackend with the Service {value}."),
    "denylist-source-range": _DENY,
    "enable-cors": _CORS,
    "enable-global-auth": _AUTH,
    "enable-modsecurity": _WAF,
    "enable-opentelemetry": _TRACING,
    "enable-opentracing": _TRACING,
    "enable-owasp-core-rules": _WAF,
    "force-ssl-redirect": _HTTPS_REDIRECT,
    "from-to-www-redirect": _REDIRECT,
    "global-rate-limit": _RATES,
    "grpc-backend": Replacement(write="Write nginx.org/grpc-services with the Service's name."),
    "limit-": _RATES,
    "limit-rps": Replacement(
        lost="limits nothing",
        write='Write nginx.org/limit-req-rate: "{value}r/s", with nginx.org/limit-req-burst and '
        'nginx.org/limit-req-no-delay: "true"; each pod of the controller counts alone.',
    ),
    "limit-rpm": Replacement(
        lost="limits nothing",
        write='Write nginx.org/limit-req-rate: "{value}r/m", with nginx.org/limit-req-burst and '
        'nginx.org/limit-req-no-delay: "true"; each pod of the controller counts alone.',
    ),
    "limit-whitelist": _RATES,
    "load-balance": Replacement(
        write='Write nginx.org/lb-method, such as "least_conn"; not set, it is "random two least_conn".'
    ),
    "mirror-": Replacement(write=f"{_NOTHING_HERE}requests are not mirrored; do it in the application or a mesh."),
    "modsecurity-": _WAF,
    "opentelemetry-": _TRACING,
    "opentracing-": _TRACING,
    "permanent-redirect": _REDIRECT,
    "proxy-body-size": _same("client-max-body-size"),
    "proxy-buffer-size": Replacement(
        write='Write nginx.org/proxy-buffer-size: "{value}" with nginx.org/proxy-buffers: "8 {value}".'
    ),
    "proxy-buffering": _same("proxy-buffering", _switch),
    "proxy-buffers": _same("proxy-buffers"),
    "proxy-buffers-number": Replacement(write='Write nginx.org/proxy-buffers: "{value} 8k".'),
    "proxy-busy-buffers-size": _same("proxy-busy-buffers-size"),
    "proxy-connect-timeout": _same("proxy-connect-timeout", _duration),
    "proxy-cookie-": Replacement(write=f"{_NOTHING_HERE}let the application set the cookie as clients need it."),
    "proxy-http-version": Replacement(write="Remove it: HTTP/1.1 is what the controller speaks to Services."),
    "proxy-max-temp-file-size": _same("proxy-max-temp-file-size"),
    "proxy-next-upstream": _same("proxy-next-upstream"),
    "proxy-next-upstream-timeout": _same("proxy-next-upstream-timeout", _duration),
    "proxy-next-upstream-tries": _same("proxy-next-upstream-tries"),
    "proxy-read-timeout": _same("proxy-read-timeout", _duration),
    "proxy-redirect-from": _same("proxy-redirect-from"),
    "proxy-redirect-to": _same("proxy-redirect-to"),
    "proxy-request-buffering": Replacement(
        write=f"{_NOTHING_HERE}requests are buffered; nginx.org/client-body-buffer-size and "
        "nginx.org/client-max-body-size set how much."
    ),
    "proxy-send-timeout": _same("proxy-send-timeout", _duration),
    "proxy-ssl-": _TLS_TO_PODS,
    "rewrite-target": Replacement(
        write='Write nginx.org/rewrite-target: "{value}" with nginx.org/path-regex: case_insensitive, which makes the '
        "paths expressions and their groups $1 to $9; of type ImplementationSpecific or Prefix, not Exact."
    ),
    "satisfy": _AUTH,
    "secure-backends": Replacement(write="Write nginx.org/ssl-services with the Service's name."),
    "server-alias": Replacement(write="Write a rule for each host under spec.rules."),
    "server-snippet": _SNIPPET,
    "service-upstream": Replacement(write='Write nginx.org/use-cluster-ip: "{value}".'),
    "session-cookie-": _STICKY,
    "ssl-ciphers": Replacement(write="Remove it: TLS ends at the edge, by loadBalancer.tlsPolicy of central-ingress."),
    "ssl-passthrough": Replacement(
        lost="passes no TLS to the pods: it ends at the edge",
        write=f"{_NOTHING_HERE}nginx.org/ssl-services encrypts to the pods.",
    ),
    "ssl-prefer-server-ciphers": Replacement(write="Remove it: TLS ends at the edge."),
    "ssl-redirect": _HTTPS_REDIRECT,
    "stream-snippet": _SNIPPET,
    "temporal-redirect": _REDIRECT,
    "upstream-hash-by": Replacement(write='Write nginx.org/lb-method: "hash {value} consistent".'),
    "upstream-vhost": Replacement(
        write=f"{_NOTHING_HERE}the Service gets the host of the client. Let the application take it, or rewrite the "
        f"host at the edge (rewrite.host of the route)."
    ),
    "use-regex": Replacement(
        write="Write nginx.org/path-regex: case_insensitive, which makes every path of the Ingress an expression."
    ),
    "whitelist-source-range": _ALLOW,
    "allowlist-source-range": _ALLOW,
    "x-forwarded-prefix": Replacement(write='Write nginx.org/proxy-set-headers: "X-Forwarded-Prefix: {value}".'),
}
"""By the last part of the name, or by its beginning where that stands for a family; the longest that fits counts."""


def replacement(name: str, value: str, largest: int = Conventions().largest_file_mib) -> tuple[str, str]:
    """What is lost, and what to do, for the annotation with the last part `name`.

    A name that kubernetes/ingress-nginx does not have either gets the general answer. `largest`: as in `Conventions`.
    """
    found = REPLACEMENTS.get(name) or longest(name, REPLACEMENTS) or _UNKNOWN
    converted = found.convert(value.strip())
    text = re.sub(r"\s+", " ", _file(name, converted, largest) if name in _FILES else converted)[:60]
    return found.lost, found.write.replace("{value}", text)
