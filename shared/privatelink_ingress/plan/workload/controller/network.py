"""What the controller's pods exchange packets with: the rules of their NetworkPolicy.

Policies add up: another one in the controller's namespace can allow more, and none can take anything away.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from privatelink_ingress.problems import Problem

Rule = dict[str, Any]

SERVICE_CIDRS = ("172.20.0.0/16", "10.100.0.0/16")
"""One of the two holds the Services of a cluster that EKS chooses their network for:
https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"""

ENFORCED = '{"enableNetworkPolicy": "true"}'
"""Configuration of the add-on vpc-cni with which it enforces NetworkPolicies."""

API_PORT = 443
"""Of the Service `kubernetes`, and of EKS's network interfaces behind it."""

_NAME_RESOLUTION = {
    "to": [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
            "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
        }
    ],
    "ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")],
}
"""CoreDNS carries this label as an add-on of EKS."""


SYSTEM_NAMESPACES = ("kube-system", "amazon-cloudwatch", "nginx-ingress")
"""Namespaces without applications. The first two have pods in the network of every node: the VPC CNI takes the node's
address for that of such a pod (`getMatchingPodAddresses` of its controller), so that every port of it would be open."""


def api_cidrs(service_cidrs: Iterable[str], subnets: Iterable[str]) -> tuple[str, ...]:
    """Addresses of the Kubernetes API as a pod may see them.

    The VPC CNI judges a packet before kube-proxy rewrites its destination, so it sees the address of the Service
    `kubernetes`, which is the first one of the Services' network:
    https://github.com/aws/amazon-network-policy-controller-k8s (`getMatchingServiceClusterIPs`),
    https://kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation/. Other policy engines judge it
    afterwards, and see one of the interfaces that EKS creates in the cluster's subnets.

    Args:
        service_cidrs: Networks that the Services' addresses may be of.
        subnets: Networks of the cluster's subnets.
    """
    services = (ipaddress.ip_network(cidr) for cidr in service_cidrs)
    return (*(f"{network[1]}/{network.max_prefixlen}" for network in services), *dict.fromkeys(subnets))


def unenforced(where: str, cluster: str, cni_configuration: str | None) -> Iterator[Problem]:
    """A warning where perhaps nothing enforces the policies of an existing cluster.

    https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html

    Args:
        where: The setting that names the cluster.
        cluster: Its name.
        cni_configuration: Values of the add-on vpc-cni, as JSON or YAML; None where it is not seen.
    """
    if re.search(r"enableNetworkPolicy[\"']?\s*:\s*[\"']?true\b", cni_configuration or ""):
        return
    reason = (
        f"is {cluster}, whose add-on vpc-cni does not seem to set enableNetworkPolicy: without it or another "
        "policy engine, the controller's NetworkPolicies have no effect"
    )
    remedy = (
        "Ask the cluster's owner to add enableNetworkPolicy: \"true\" to the add-on's configuration values: "
        "docs/controller.md."
    )
    yield Problem(where, reason, remedy)


def ingress(sources: Iterable[str], ports: Iterable[int]) -> tuple[Rule, ...]:
    """Who may connect to the pods: `sources`, on `ports`.

    Pods get addresses of the same subnets as the nodes, so pods of these subnets can still reach the HTTP port, and
    name any client address there.
    """
    return ({"from": _blocks(sources), "ports": [{"protocol": "TCP", "port": port} for port in ports]},)


def egress(api: Iterable[str], namespaces: Sequence[str]) -> tuple[Rule, ...]:
    """What the pods may connect to: name resolution, the Kubernetes API, and pods of the namespaces that they serve.

    Args:
        api: Addresses of the Kubernetes API.
        namespaces: Empty for those of the whole cluster, without `SYSTEM_NAMESPACES`.
    """
    operator, values = ("In", namespaces) if namespaces else ("NotIn", SYSTEM_NAMESPACES)
    served = {
        "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": operator, "values": list(values)}]
    }
    return (
        _NAME_RESOLUTION,
        {"to": _blocks(api), "ports": [{"protocol": "TCP", "port": API_PORT}]},
        # Any port: an application chooses its own.
        {"to": [{"namespaceSelector": served}]},
    )


def _blocks(cidrs: Iterable[str]) -> list[Rule]:
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]
