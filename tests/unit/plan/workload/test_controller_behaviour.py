"""What the controller was seen to do on a real API server, and what its objects do about it: one claim for each."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller
from privatelink_ingress.plan.workload.controller.pod import RELOAD_TIMEOUT_SECONDS
from privatelink_ingress.settings.workload.controller import Controller, Image

SUBNETS = ("10.11.0.0/21", "10.11.8.0/21")


def planned(config: dict[str, str] | None = None) -> ControllerPlan:
    settings = Controller(image=Image(digest=f"sha256:{'ab' * 32}"))
    return plan_controller(
        settings=settings,
        trusted_cidrs=SUBNETS,
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        overrides=config or {},
    )


@dataclasses.dataclass
class Objects:
    """All objects of a plan."""

    plan: ControllerPlan

    def __post_init__(self) -> None:
        self.all = [item.manifest for stage in self.plan.stages("image") for item in stage]

    def only(self, kind: str) -> dict[str, Any]:
        [found] = [one for one in self.all if one["kind"] == kind and one["metadata"]["name"] != "default-deny"]
        return found

    @property
    def config(self) -> dict[str, str]:
        return self.only("ConfigMap")["data"]

    @property
    def template(self) -> dict[str, Any]:
        return self.only("Deployment")["spec"]["template"]["spec"]

    @property
    def container(self) -> dict[str, Any]:
        return self.template["containers"][0]

    @property
    def args(self) -> list[str]:
        return self.container["args"]

    def may(self, verb: str, resource: str) -> bool:
        rules = [*self.only("ClusterRole")["rules"], *self.only("Role")["rules"]]
        return any(verb in rule["verbs"] and resource in rule["resources"] for rule in rules)

    def seconds(self, probe: str) -> int:
        return self.container[probe]["periodSeconds"] * self.container[probe]["failureThreshold"]


def _no_redirect_loop(it: Objects) -> bool:
    return it.config["redirect-to-https"] == "True" and it.config["ssl-redirect"] == "False"


def _no_stale_files(it: Objects) -> bool:
    shell, script = it.container["command"][0], it.container["command"][2]
    cleaned = script.startswith("rm -f /etc/nginx/conf.d/* ") and script.endswith('exec /nginx-ingress "$@"')
    # The shell costs the binary its file capability; the sysctl lets it bind 80 and 443 all the same.
    return shell == "/bin/sh" and cleaned and it.template["securityContext"]["sysctls"][0]["value"] == "0"


def _replaced_by_name(it: Objects) -> bool:
    other = planned({"keepalive": "8"})
    return it.plan.config_name != other.config_name and it.only("ConfigMap")["metadata"]["name"] == it.plan.config_name


def _only_what_was_seen_to_be_needed(it: Objects) -> bool:
    unused = ("namespaces", "nodes", "leases", "replicasets", "daemonsets", "statefulsets", "ingresses/status")
    return not any(it.may(verb, resource) for resource in unused for verb in ("get", "list", "watch", "update"))


def _stop_budget(it: Objects) -> bool:
    sleep = it.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    drain = int(it.config["worker-shutdown-timeout"].removesuffix("s"))
    return sleep >= 15 and drain == 30 and sleep + drain < it.template["terminationGracePeriodSeconds"]


def _json_log_with_trace(it: Objects) -> bool:
    line = json.loads(re.sub(r"\$\w+", "0", it.config["log-format"]))
    quoted = '"upstream_time":"$upstream_response_time"' in it.config["log-format"]
    return "trace_id" in line and quoted and it.config["log-format-escaping"] == "json"


def _restricted(it: Objects) -> bool:
    containers = [*it.template["initContainers"], it.container]
    drops = all(one["securityContext"]["capabilities"]["drop"] == ["ALL"] for one in containers)
    return drops and it.only("Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def _open_to_the_private_subnets_alone(it: Objects) -> bool:
    [rule] = it.only("NetworkPolicy")["spec"]["ingress"]
    ports = [port["port"] for port in rule["ports"]]
    return [one["ipBlock"]["cidr"] for one in rule["from"]] == list(SUBNETS) and ports == [80, 8081]


def _configmaps_of_its_namespace(it: Objects) -> bool:
    [rule] = [one for one in it.only("Role")["rules"] if one["resources"] == ["configmaps"]]
    return rule["verbs"] == ["get", "list", "watch"] and "resourceNames" not in rule


def _longer_than_nginx(it: Objects) -> bool:
    return it.seconds("startupProbe") > RELOAD_TIMEOUT_SECONDS


def _outlives_the_edges_idle_connections(it: Objects) -> bool:
    return int(it.config["keepalive-timeout"].removesuffix("s")) > 60


def _spread(it: Objects) -> bool:
    zone, node = it.template["topologySpreadConstraints"]
    return (zone["whenUnsatisfiable"], node["whenUnsatisfiable"]) == ("DoNotSchedule", "ScheduleAnyway") and zone[
        "matchLabelKeys"
    ] == ["pod-template-hash"]


SEEN: dict[str, Callable[[Objects], bool]] = {
    "a host-less Ingress or one with spec.tls redirects for ever behind a load balancer that ends TLS": (
        _no_redirect_loop
    ),
    "one Ingress that nginx refuses blocks every later change, and a new pod answers 404 for every host": (
        lambda it: "-enable-config-safety" in it.args
    ),
    "a far smaller set of rights is enough": _only_what_was_seen_to_be_needed,
    "a missing right to list what it watches keeps it from ever being ready": (
        lambda it: all(
            it.may(verb, what)
            for what in ("pods", "services", "endpointslices", "ingresses")
            for verb in ("list", "watch")
        )
    ),
    "no Secret need be read where TLS ends at the edge": (
        lambda it: "-watch-secret-namespace=nginx-ingress" in it.args and not it.may("list", "secrets")
    ),
    "a right to ConfigMaps that is bound to a name keeps it from ever being ready": _configmaps_of_its_namespace,
    "events are the only word a team gets about a rejected Ingress": (
        lambda it: it.may("create", "events") and it.may("patch", "events")
    ),
    "without its class, or with a class of another controller, it exits": (
        lambda it: (
            it.may("get", "ingressclasses")
            and it.only("IngressClass")["spec"] == {"controller": "nginx.org/ingress-controller"}
            and "-ingress-class=nginx" in it.args
        )
    ),
    "a deleted ConfigMap is the default configuration without a word": _replaced_by_name,
    "an edited ConfigMap reaches running pods at once, good or bad": lambda it: it.only("ConfigMap")["immutable"],
    "a client's address is only right with the senders' networks": (
        lambda it: (
            it.config["set-real-ip-from"] == ",".join(SUBNETS)
            and it.config["real-ip-header"] == "X-Forwarded-For"
            and it.config["real-ip-recursive"] == "True"
        )
    ),
    "three directories are written to, and the state and log directories are not": (
        lambda it: (
            [one["mountPath"] for one in it.container["volumeMounts"]]
            == ["/etc/nginx", "/var/lib/nginx", "/var/cache/nginx"]
        )
    ),
    "configuration of a dead container is served, and its sockets block the next": _no_stale_files,
    "a Deployment that states replicas and an autoscaler fight": (
        lambda it: (
            "replicas" not in it.only("Deployment")["spec"]
            and it.only("HorizontalPodAutoscaler")["spec"]["minReplicas"] == 3
        )
    ),
    "nginx's status listens on every address at port 8080": lambda it: "-nginx-status=false" in it.args,
    "readiness stays 200 while nginx drains, so that only the sleep before SIGTERM protects clients": _stop_budget,
    "a bare pod without an owner panics": lambda it: not any(one["kind"] == "Pod" for one in it.all),
    "the binary cannot be executed without its capability in the bounding set": (
        lambda it: it.container["securityContext"]["capabilities"]["add"] == ["NET_BIND_SERVICE"]
    ),
    "the init container needs the restricted standard's rights too": _restricted,
    "a controller whose nginx does not start ends itself after 60 s and says why": _longer_than_nginx,
    "the health path answers before the configuration is loaded": (
        lambda it: all(
            it.container[probe]["httpGet"] == {"path": "/nginx-ready", "port": 8081}
            for probe in ("startupProbe", "readinessProbe")
        )
    ),
    "a probe that needs a free worker kills pods under load": (
        lambda it: it.container["livenessProbe"]["tcpSocket"] == {"port": 80}
    ),
    "a log line is JSON only with the escaping, and its upstream time may be a list": _json_log_with_trace,
    "health checks would fill the log": lambda it: it.config["default-server-access-log-off"] == "True",
    "the version is in every answer": lambda it: it.config["server-tokens"] == "False",
    "the controller closes connections that the edge still holds": _outlives_the_edges_idle_connections,
    "auto workers are all cores of the node, whatever the pod's memory": (
        lambda it: it.config["worker-processes"] == "4"
    ),
    "telemetry and leader election ask for rights and for the internet": (
        lambda it: {"-enable-telemetry-reporting=false", "-enable-leader-election=false"} <= set(it.args)
    ),
    "pods of one subnet can reach each other": _open_to_the_private_subnets_alone,
    "traffic policy Local refuses connections while the last pod of a node ends": (
        lambda it: it.only("Service")["spec"]["externalTrafficPolicy"] == "Cluster"
    ),
    "a node port above 30085 may be another Service's": (
        lambda it: [port["nodePort"] for port in it.only("Service")["spec"]["ports"]] == [30080, 30043]
    ),
    "a pod that never became ready blocks the drain of its node": (
        lambda it: it.only("PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
    ),
    "pods of an old release count in the spread, so that a rollout ends lopsided": _spread,
    "an Ingress without a host is rejected by default": lambda it: "-allow-empty-ingress-host" in it.args,
    "its own resource types need definitions and rights": lambda it: "-enable-custom-resources=false" in it.args,
}


@pytest.mark.parametrize("seen", SEEN)
def test_every_observed_failure_is_prevented_by_the_objects(seen: str) -> None:
    assert SEEN[seen](Objects(planned())) is True
