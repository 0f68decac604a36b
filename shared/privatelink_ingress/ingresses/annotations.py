"""Every annotation that the pinned controller reads: its value, the Ingresses it acts on, and whether it works here.

Source: github.com/nginx/kubernetes-ingress, version 5.6.0 (main at 0eb3072d1, 2026-08-21). Names and checks:
`annotationValidations` in `internal/k8s/validation.go`; those without a check there (`limit-req-*`, `ssl-*`):
`parseAnnotations` and `parseRateLimitAnnotations` in `internal/configs/annotations.go`; masters and minions:
`masterDenylist`, `minionDenylist` and `minionInheritanceList` there, `generateNginxCfg` and
`generateNginxCfgForMergeableIngresses` in `internal/configs/ingress.go`. Read, not run.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from privatelink_ingress.ingresses import targets, values
from privatelink_ingress.ingresses.model import (
    GRPC,
    MASTER,
    MERGEABLE,
    MINION,
    PATH_REGEX,
    PLAIN,
    REWRITE_TARGET,
    REWRITES,
    WEBSOCKETS,
    Conventions,
)
from privatelink_ingress.ingresses.values import Form

EVERY = (PLAIN, MASTER, MINION)
OF_HOST = (PLAIN, MASTER)
"""What belongs to the server of a host: a minion's is ignored."""
OF_PATHS = (PLAIN, MINION)
"""What belongs to paths or Services, of which a master has none."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Annotation:
    """One annotation of the pinned controller."""

    form: Form
    on: tuple[str, ...] = EVERY
    """The Ingresses on which it acts: plain ones, masters, minions."""
    unsupported: str = ""
    """Why it has no use behind this edge, as a clause; empty when it works."""
    instead: str = ""
    """What to do where it does not work, or does so in one case alone."""
    wrong: str = "the controller rejects the Ingress"
    """What a wrong value does."""
    needs: str = ""
    """Another annotation without which it is rejected, or does nothing."""
    note: str = ""
    """What to know about it behind this edge, as a clause."""


_PLUS = "needs NGINX Plus, and this controller is the open-source one, so it rejects the Ingress"
_WAF = "needs NGINX Plus with App Protect, which is not installed, so the controller rejects the Ingress"
_AT_EDGE = "Remove it. The firewall is the edge's: ask the platform team for a rule of central-ingress:firewall."
_SNIPPET = "is a snippet, and snippets are off: one team's text would be part of every team's configuration"
_POLICY = (
    "leaves the application without the allow lists, logins, limits and CORS rules of its Policies: custom "
    "resources are "
    "off, and the controller ignores it"
)
_BY_OTHERS = (
    "Remove it, and protect the application elsewhere: sources of its route at the edge for an allow list, the edge's "
    "firewall or nginx.org/limit-req-rate for rates, the application itself for the rest."
)
_HEALTH = "Remove it: readiness probes of the pods decide here which of them get requests."


_NO_LIMIT = "the controller ignores it, so nothing is limited in this way"


def _plus(form: Form, instead: str = "Remove it.", needs: str = "") -> Annotation:
    return Annotation(form=form, unsupported=_PLUS, instead=instead, needs=needs)


def _waf(form: Form) -> Annotation:
    return Annotation(form=form, unsupported=_WAF, instead=_AT_EDGE)


def _limit(form: Form, needs: str = "nginx.org/limit-req-rate", note: str = "") -> Annotation:
    return Annotation(form=form, wrong=_NO_LIMIT, needs=needs, note=note)


_FILE = (
    "at most a sixteenth of the disk that a pod of the controller has for files (`controller.diskGib`): "
    f"`{Conventions().largest_file_mib}m` by default"
)
_JWT = "Remove it, and check tokens in the application or at the edge: without that, it is open to every client."

ANNOTATIONS: Mapping[str, Annotation] = {
    "nginx.org/add-header": Annotation(form=values.ADD_HEADERS),
    "nginx.org/add-header-inherit": Annotation(form=values.INHERIT),
    "nginx.org/app-root": Annotation(
        form=targets.APP_ROOT,
        on=OF_HOST,
        note="redirects to `http://` with `publication.protocol: http`, so only with `loadBalancer.redirectHttp`",
    ),
    "nginx.org/basic-auth-realm": Annotation(form=values.REALM, needs="nginx.org/basic-auth-secret"),
    "nginx.org/basic-auth-secret": Annotation(
        form=targets.SECRET, note="with `controller.ingressTls: true` alone; a Secret of type `nginx.org/htpasswd`"
    ),
    "nginx.org/client-body-buffer-size": Annotation(form=values.SIZE, on=OF_PATHS),
    "nginx.org/client-max-body-size": Annotation(form=values.OFFSET, note=_FILE),
    "nginx.org/custom-http-errors": Annotation(
        form=values.HTTP_ERRORS, note="answered by `spec.defaultBackend` (of the master)"
    ),
    "nginx.org/fail-timeout": Annotation(form=values.DURATION),
    GRPC: Annotation(
        form=targets.SERVICES,
        on=OF_PATHS,
        note="with `publication.http2: true`, and a route with `protocol: grpc` at the edge",
    ),
    "nginx.org/hsts": Annotation(
        form=values.BOOL, on=OF_HOST, note="with `publication.protocol: http`, `hsts-behind-proxy` as well"
    ),
    "nginx.org/hsts-behind-proxy": Annotation(form=values.BOOL, on=OF_HOST, needs="nginx.org/hsts"),
    "nginx.org/hsts-include-subdomains": Annotation(form=values.BOOL, on=OF_HOST, needs="nginx.org/hsts"),
    "nginx.org/hsts-max-age": Annotation(form=values.INTEGER, on=OF_HOST, needs="nginx.org/hsts"),
    "nginx.org/http-redirect-code": Annotation(form=values.REDIRECT_CODE, on=OF_HOST),
    "nginx.org/keepalive": Annotation(form=values.INTEGER, on=OF_HOST),
    "nginx.org/lb-method": Annotation(form=values.LB_METHOD),
    "nginx.org/limit-req-burst": _limit(values.COUNT),
    "nginx.org/limit-req-delay": _limit(values.COUNT),
    "nginx.org/limit-req-dry-run": _limit(values.BOOL),
    "nginx.org/limit-req-key": Annotation(form=values.LIMIT_KEY, needs="nginx.org/limit-req-rate"),
    "nginx.org/limit-req-log-level": _limit(values.LOG_LEVEL),
    "nginx.org/limit-req-no-delay": _limit(values.BOOL),
    "nginx.org/limit-req-rate": _limit(values.RATE, needs="", note="each pod of the controller counts alone"),
    "nginx.org/limit-req-reject-code": Annotation(
        form=values.STATUS, wrong="nginx refuses the Ingress", needs="nginx.org/limit-req-rate"
    ),
    "nginx.org/limit-req-scale": _limit(values.BOOL),
    "nginx.org/limit-req-zone-size": _limit(values.SIZE),
    "nginx.org/listen-ports": Annotation(
        form=values.PORTS, on=OF_HOST, note="with 80 among them, which is all that the edge reaches"
    ),
    "nginx.org/listen-ports-ssl": Annotation(
        form=values.PORTS, on=OF_HOST, note="with 443 among them, which is all that the edge reaches"
    ),
    "nginx.org/location-snippets": Annotation(
        form=values.TEXT, unsupported=_SNIPPET, instead="Remove it. Another annotation nginx.org/… does most things."
    ),
    "nginx.org/max-conns": Annotation(form=values.COUNT),
    "nginx.org/max-fails": Annotation(form=values.COUNT),
    MERGEABLE: Annotation(form=values.one_of(MASTER, MINION)),
    PATH_REGEX: Annotation(
        form=values.one_of("case_sensitive", "case_insensitive", "exact"),
        on=OF_PATHS,
        note="makes every path an expression that starts at the first character; not for paths of type Exact",
    ),
    "nginx.org/policies": Annotation(form=values.TEXT, unsupported=_POLICY, instead=_BY_OTHERS),
    "nginx.org/proxy-buffer-size": Annotation(form=values.SIZE),
    "nginx.org/proxy-buffering": Annotation(form=values.BOOL),
    "nginx.org/proxy-buffers": Annotation(form=values.BUFFERS),
    "nginx.org/proxy-busy-buffers-size": Annotation(form=values.SIZE),
    "nginx.org/proxy-connect-timeout": Annotation(form=values.DURATION),
    "nginx.org/proxy-hide-headers": Annotation(form=values.HEADERS, on=OF_HOST),
    "nginx.org/proxy-max-temp-file-size": Annotation(form=values.SIZE, note=_FILE),
    "nginx.org/proxy-next-upstream": Annotation(form=values.NEXT_UPSTREAM, on=OF_PATHS),
    "nginx.org/proxy-next-upstream-timeout": Annotation(form=values.DURATION, on=OF_PATHS),
    "nginx.org/proxy-next-upstream-tries": Annotation(form=values.COUNT, on=OF_PATHS),
    "nginx.org/proxy-pass-headers": Annotation(form=values.HEADERS, on=OF_HOST),
    "nginx.org/proxy-read-timeout": Annotation(form=values.DURATION),
    "nginx.org/proxy-redirect-from": Annotation(form=targets.REDIRECT_FROM),
    "nginx.org/proxy-redirect-to": Annotation(form=targets.REDIRECT_TO, needs="nginx.org/proxy-redirect-from"),
    "nginx.org/proxy-send-timeout": Annotation(form=values.DURATION),
    "nginx.org/proxy-set-headers": Annotation(form=values.SET_HEADERS),
    "nginx.org/redirect-to-https": Annotation(
        form=values.BOOL, on=OF_HOST, note="true for the whole controller; false breaks `X-Forwarded-Proto`"
    ),
    REWRITE_TARGET: Annotation(form=targets.TARGET, on=OF_PATHS, note="not for paths of type Exact"),
    REWRITES: Annotation(form=targets.REWRITES, on=OF_PATHS, note="not beside `nginx.org/path-regex`"),
    "nginx.org/server-snippets": Annotation(
        form=values.TEXT,
        on=OF_HOST,
        unsupported=_SNIPPET,
        instead="Remove it. Another annotation nginx.org/… does most things.",
    ),
    "nginx.org/server-tokens": Annotation(form=values.BOOL, on=OF_HOST),
    "nginx.org/ssl-ciphers": Annotation(
        form=values.TEXT,
        on=OF_HOST,
        wrong="nginx refuses the Ingress",
        note="between the edge and the controller alone",
    ),
    "nginx.org/ssl-prefer-server-ciphers": Annotation(
        form=values.BOOL,
        on=OF_HOST,
        wrong="the controller ignores it",
        note="between the edge and the controller alone",
    ),
    "nginx.org/ssl-redirect": Annotation(
        form=values.BOOL, on=OF_HOST, note="true is an endless redirect with `publication.protocol: http`"
    ),
    "ingress.kubernetes.io/ssl-redirect": Annotation(
        form=values.BOOL, on=OF_HOST, note="deprecated: `nginx.org/ssl-redirect`"
    ),
    "nginx.org/ssl-services": Annotation(
        form=targets.SERVICES, on=OF_PATHS, note="HTTPS to the pods, whose certificate is not checked"
    ),
    "nginx.org/sticky-cookie-services": Annotation(form=targets.STICKY, on=OF_PATHS),
    "nginx.org/upstream-zone-size": Annotation(form=values.SIZE),
    "nginx.org/use-cluster-ip": Annotation(form=values.BOOL, on=OF_PATHS),
    WEBSOCKETS: Annotation(
        form=targets.SERVICES, on=OF_PATHS, note="ends after 60 s of silence, and 30 s after a reload"
    ),
    "nginx.com/health-checks": _plus(values.BOOL, _HEALTH),
    "nginx.com/health-checks-mandatory": _plus(values.BOOL, _HEALTH, needs="nginx.com/health-checks"),
    "nginx.com/health-checks-mandatory-queue": _plus(values.COUNT, _HEALTH, needs="nginx.com/health-checks-mandatory"),
    "nginx.com/jwt-key": _plus(targets.SECRET, _JWT),
    "nginx.com/jwt-login-url": _plus(values.TEXT, _JWT),
    "nginx.com/jwt-realm": _plus(values.REALM, _JWT),
    "nginx.com/jwt-token": _plus(values.TEXT, _JWT),
    "nginx.com/policies": _plus(values.TEXT, _BY_OTHERS),
    "nginx.com/slow-start": _plus(values.DURATION),
    "nginx.com/sticky-cookie-services": _plus(targets.STICKY, "Write nginx.org/sticky-cookie-services, which is free."),
    "appprotect.f5.com/app-protect-enable": _waf(values.BOOL),
    "appprotect.f5.com/app-protect-policy": _waf(values.TEXT),
    "appprotect.f5.com/app-protect-security-log": _waf(values.TEXT),
    "appprotect.f5.com/app-protect-security-log-destination": _waf(values.TEXT),
    "appprotect.f5.com/app-protect-security-log-enable": _waf(values.BOOL),
    "appprotectdos.f5.com/app-protect-dos-resource": _waf(values.TEXT),
}
"""By full name."""

CONFIG_MAP = frozenset(
    {
        "access-log", "access-log-off", "default-server-access-log-off", "default-server-return", "error-log-level",
        "external-status-address", "http-snippets", "http2", "keepalive-requests", "keepalive-timeout", "log-format",
        "log-format-escaping", "main-snippets", "map-hash-bucket-size", "map-hash-max-size", "proxy-protocol",
        "real-ip-header", "real-ip-recursive", "resolver-addresses", "resolver-ipv6", "resolver-timeout",
        "resolver-valid", "server-names-hash-bucket-size", "server-names-hash-max-size", "set-real-ip-from",
        "ssl-dhparam-file", "ssl-protocols", "stream-log-format", "stream-snippets", "variables-hash-bucket-size",
        "variables-hash-max-size", "worker-connections", "worker-cpu-affinity", "worker-processes",
        "worker-rlimit-nofile", "worker-shutdown-timeout",
    }
)  # fmt: skip
"""Keys of the controller's ConfigMap that no annotation overrides:
https://docs.nginx.com/nginx-ingress-controller/configuration/global-configuration/configmap-resource/."""

PREFIXES = ("nginx.org/", "nginx.com/", "appprotect.f5.com/", "appprotectdos.f5.com/")
"""What the names begin with."""
