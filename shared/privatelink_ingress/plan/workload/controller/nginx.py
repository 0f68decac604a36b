"""The configuration of the NGINX ingress controller (F5, open source), checked here because the controller does not.

The controller writes durations, sizes and networks of its ConfigMap into `nginx.conf` as they stand: with a bad one no
later Ingress is applied and no new pod starts. An unknown key is dropped without a word. Both were seen with release
5.5.4 on a Kubernetes 1.36 API server. Keys: https://docs.nginx.com/nginx-ingress-controller/configuration/global-configuration/configmap-resource/
"""

from __future__ import annotations

import dataclasses
import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence

from privatelink_ingress.plan.workload.controller import disk, grpc
from privatelink_ingress.plan.workload.controller.pod import MEMORY_LIMIT_MIB
from privatelink_ingress.problems import Problem, UserError, suggest

SETTING = "controller.config"
"""Where a stack file holds values of its own; the key path of every message."""

_LOG_FIELDS = {
    "time": '"$time_iso8601"',
    "remote_addr": '"$remote_addr"',
    "peer": '"$realip_remote_addr"',
    "method": '"$request_method"',
    "host": '"$host"',
    "uri": '"$request_uri"',
    "status": "$status",
    "bytes": "$body_bytes_sent",
    "request_time": "$request_time",
    "upstream": '"$upstream_addr"',
    # Text, because it is empty without an upstream and a list after a retry.
    "upstream_time": '"$upstream_response_time"',
    "trace_id": '"$http_x_amzn_trace_id"',
    "ua": '"$http_user_agent"',
}

_LOG_VARIABLES = frozenset(re.findall(r"\$\w+", "".join(_LOG_FIELDS.values())))

LOG_FORMAT = "{" + ",".join(f'"{name}":{value}' for name, value in _LOG_FIELDS.items()) + "}"
"""One JSON object per request. Bytes from 0x80 up go out raw, and nginx's error log shares the stream as plain text:
a parser must accept lines that are not JSON."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Kind:
    """What a value may be."""

    fits: Callable[[str], bool]
    wanted: str


def _matching(pattern: str, wanted: str) -> _Kind:
    return _Kind(fits=lambda value: re.fullmatch(pattern, value) is not None, wanted=wanted)


def _one_of(*words: str) -> _Kind:
    return _Kind(fits=lambda value: value in words, wanted=" or ".join(words))


def _trusted_networks(value: str) -> bool:
    try:
        networks = [ipaddress.ip_network(part.strip()) for part in value.split(",")]
    except ValueError:
        return False
    # A list that trusts everyone lets every client choose its own address.
    return all(network.prefixlen > 0 for network in networks)


def _json_log(value: str) -> bool:
    if "'" in value or not set(re.findall(r"\$\w+", value)) <= _LOG_VARIABLES:
        return False
    try:
        return isinstance(json.loads(re.sub(r"\$\w+", "0", value)), dict)
    except json.JSONDecodeError:
        return False


# Go's strconv.ParseBool; of any other word the controller takes its own default.
_BOOL = _matching("1|t|T|TRUE|true|True|0|f|F|FALSE|false|False", '"True" or "False", in quotes')
_DURATION = _matching(r"[1-9]\d{0,5}(ms|s|m|h)", "a number with ms, s, m or h, such as 60s")
_SIZE = _matching(r"\d{1,9}[kKmMgG]?", "a number of bytes, or one with k, m or g, such as 8m")
_COUNT = _matching(r"[1-9]\d{0,6}", "a whole number from 1 up, in quotes")

_KINDS: Mapping[str, _Kind] = {
    "client-max-body-size": _SIZE,
    "default-server-access-log-off": _BOOL,
    "http-redirect-code": _one_of("301", "302", "307", "308"),
    "http-snippets": _Kind(fits=bool, wanted="directives"),
    "http2": _BOOL,
    # nginx keeps room for so many in each upstream of each worker: ten million would take a gigabyte.
    "keepalive": _matching(r"[1-9]\d{0,2}", "a whole number from 1 to 999, in quotes"),
    "keepalive-requests": _COUNT,
    "keepalive-timeout": _DURATION,
    "lb-method": _one_of("round_robin", "least_conn", "ip_hash", "random", "random two", "random two least_conn"),
    "log-format": _Kind(
        fits=_json_log, wanted=f"a JSON object of {', '.join(sorted(_LOG_VARIABLES))}, without single quotes"
    ),
    "log-format-escaping": _one_of("json"),
    "proxy-connect-timeout": _DURATION,
    "proxy-max-temp-file-size": _SIZE,
    "proxy-read-timeout": _DURATION,
    "proxy-send-timeout": _DURATION,
    "real-ip-header": _matching(r"[A-Za-z][A-Za-z-]*", "the name of a request header"),
    "real-ip-recursive": _BOOL,
    "redirect-to-https": _BOOL,
    "server-tokens": _BOOL,
    "set-real-ip-from": _Kind(
        fits=_trusted_networks, wanted="networks such as 10.11.0.0/21, commas between them, none of them /0"
    ),
    "ssl-redirect": _BOOL,
    "worker-connections": _COUNT,
    # Not auto, which starts one for every core of the node, whatever a pod's memory allows.
    "worker-processes": _matching(r"[1-9]\d?", "a number from 1 to 99"),
    "worker-rlimit-nofile": _COUNT,
    "worker-shutdown-timeout": _DURATION,
}

_DEFAULTS: Mapping[str, str] = {
    "client-max-body-size": "8m",
    # Above the load balancer's idle timeout of 60 s (its default), so that the balancer is the one that closes:
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
    "keepalive-timeout": "75s",
    # No response gets onto the node's disk: a slow client slows its application down instead.
    "proxy-max-temp-file-size": "0",
    "proxy-read-timeout": "60s",
    # 308 keeps a POST a POST.
    "http-redirect-code": "308",
    # More would not be used: the autoscaler adds a pod long before four cores are busy.
    "worker-processes": "4",
}

FREE = frozenset(_DEFAULTS) | {
    "keepalive",
    "keepalive-requests",
    "lb-method",
    "proxy-connect-timeout",
    "proxy-send-timeout",
    "worker-connections",
    "worker-rlimit-nofile",
}
"""Keys that a stack file may set; on every other one the path from the edge or the stop of a pod depends."""


def config_map(
    *,
    trusted_cidrs: Sequence[str],
    drain_seconds: int,
    disk_gib: int,
    http2_health_path: str | None = None,
    overrides: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The data of the controller's ConfigMap, every value checked.

    Args:
        trusted_cidrs: Networks whose `X-Forwarded-For` is believed: the private subnets, in which the network load
            balancer lives and so do the nodes, whose addresses a connection takes under traffic policy Cluster.
        drain_seconds: How long old workers may finish their requests after a reload or a stop.
        disk_gib: What a pod may keep in temporary files.
        http2_health_path: Where it answers health checks over HTTP, if it is to speak HTTP/2 and gRPC.
        overrides: Values of a stack file.

    Raises:
        UserError: with every value that nginx would refuse or the pod has no disk for, and every key that is unknown or
            not free.
    """
    overrides = overrides or {}
    if problems := [problem for key in overrides if (problem := _forbidden(key))]:
        raise UserError("The controller's configuration is invalid", problems)
    data = {
        **_DEFAULTS,
        **overrides,
        # TLS ends at the edge's load balancer, which says so in X-Forwarded-Proto: this key believes it …
        "redirect-to-https": "True",
        # … and this one stops nginx from sending its own plain HTTP port to HTTPS, which would never end.
        "ssl-redirect": "False",
        "real-ip-header": "X-Forwarded-For",
        "set-real-ip-from": ",".join(trusted_cidrs),
        "real-ip-recursive": "True",
        "server-tokens": "False",
        # No line per health check.
        "default-server-access-log-off": "True",
        "worker-shutdown-timeout": f"{drain_seconds}s",
        "log-format-escaping": "json",
        "log-format": LOG_FORMAT,
    }
    if http2_health_path is not None:
        data |= grpc.config(health_path=http2_health_path, body_size=data["client-max-body-size"])
    check(data, disk_gib=disk_gib)
    return dict(sorted(data.items()))


def check(data: Mapping[str, str], *, disk_gib: int) -> None:
    """Refuse what the controller would drop in silence, nginx would not load, or the pod has no disk for.

    Raises:
        UserError: with every unknown key and every bad value.
    """
    problems = []
    for key, value in data.items():
        if key not in _KINDS:
            problems.append(_unknown(key))
        elif not isinstance(value, str) or not _KINDS[key].fits(value):
            problems.append(Problem(f"{SETTING}.{key}", f"is {value!r}", f"Write {_KINDS[key].wanted}."))
    problems += disk.misfits(data, disk_gib, where=SETTING)
    if not problems and (needed := memory_mib(data)) > MEMORY_LIMIT_MIB:
        reason = f"needs about {needed:.0f} MiB during a reload, more than a pod's limit of {MEMORY_LIMIT_MIB} MiB"
        problems.append(Problem(f"{SETTING}.worker-processes", reason, "Lower it, or worker-connections."))
    if problems:
        raise UserError("The controller's configuration is invalid", problems)


def memory_mib(data: Mapping[str, str]) -> float:
    """What a pod needs while it reloads, in MiB: then old and new workers are there at once.

    Measured with release 5.5.4: 55 for the controller, 23 for nginx's master, 14 for a worker with nginx's default of
    1024 connections. A connection more is some 424 bytes: its record of 232 and two events of 96, of nginx's source.
    """
    more = int(data.get("worker-connections", "1024")) - 1024
    return 55 + 23 + 2 * int(data.get("worker-processes", "1")) * (14 + more * 424 / 2**20)


def seconds(data: Mapping[str, str], key: str) -> float:
    """A duration of its checked ConfigMap."""
    value = data[key]
    number = value.rstrip("msh")
    return int(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[value.removeprefix(number)]


def _forbidden(key: str) -> Problem | None:
    if key not in _KINDS:
        return _unknown(key)
    if key not in FREE:
        return Problem(
            f"{SETTING}.{key}", "is set by this system, because the path from the edge depends on it", "Remove the key."
        )
    return None


def _unknown(key: str) -> Problem:
    reason = "is not a key that this system knows, and the controller would drop it silently"
    return Problem(f"{SETTING}.{key}", reason, suggest(key, sorted(FREE)))
