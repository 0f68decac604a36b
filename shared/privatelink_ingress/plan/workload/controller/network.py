"""What the controller's pods exchange packets with: the rules of their NetworkPolicy.

Policies add up: another one in the controller's namespace can allow more, and none can take anything away.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

Rule = dict[str, Any]

SERVICE_CIDRS = ("172.20.0.0/16", "10.100.0.0/16")
"""One of the two holds the Services of a cluster that EKS chooses their network for:
https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html"""

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
        namespaces: Empty for those of the whole cluster.
    """
    key = "kubernetes.io/metadata.name"
    served = {"matchExpressions": [{"key": key, "operator": "In", "values": list(namespaces)}]} if namespaces else {}
    return (
        _NAME_RESOLUTION,
        {"to": _blocks(api), "ports": [{"protocol": "TCP", "port": API_PORT}]},
        # Any port: an application chooses its own.
        {"to": [{"namespaceSelector": served}]},
    )


def _blocks(cidrs: Iterable[str]) -> list[Rule]:
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]
