"""Reads what stands beside a workload: its contract, cluster, images and alarms."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from privatelink_ingress.aws import registry
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, Reads, each
from privatelink_ingress.aws.surroundings import alarms
from privatelink_ingress.plan.workload.images import ImagePlan
from privatelink_ingress.trace.expected import Workload
from privatelink_ingress.trace.judgements import zones
from privatelink_ingress.trace.surroundings import Cluster, Image, Published, Surroundings, Versioned, contract_fields
from privatelink_ingress.trace.topology import Topology

PARAMETERS = 10
"""Names in one GetParameters call, Systems Manager API."""


def load(account: Account, workloads: Iterable[Workload], topology: Topology) -> Surroundings:
    """What the workloads of one account and Region have, and what could not be read of it.

    Args:
        account: The workload account.
        workloads: Those of the stack files in this account and Region.
        topology: What was read of it.
    """
    reads, workloads = Reads(account), tuple(workloads)
    names = {one.plan.cluster.name for one in workloads}
    return Surroundings(
        attributes=reads.part("attributes of load balancers", lambda: _cross_zone(account, topology), {}),
        clusters=reads.part("clusters", lambda: _clusters(account, sorted(names)), ()),
        images=reads.part("images", lambda: _images(account, workloads), ()),
        alarms=reads.part("alarms", lambda: alarms.load(account), ()),
        unread=tuple(reads.unread.values()),
    )


def _cross_zone(account: Account, topology: Topology) -> Mapping[str, Mapping[str, str]]:
    """Attributes by ARN, of the load balancers that have a zone without nodes: in others, they change nothing."""
    elbv2, found = account.client("elbv2"), dict[str, Mapping[str, str]]()
    for service in topology.services.values():
        if (service.owner, service.region) != (account.account_id, account.region):
            continue
        for arn in service.load_balancer_arns:
            balancer = topology.load_balancers.get(arn)
            for group in zones.forwarded(balancer, topology) if balancer else ():
                if balancer and zones.bare(balancer, group, topology):
                    found[arn] = _listed(elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn))
                    found[group.arn] = _listed(elbv2.describe_target_group_attributes(TargetGroupArn=group.arn))
    return found


def _listed(answer: Mapping[str, Any]) -> Mapping[str, str]:
    return {one["Key"]: one.get("Value", "") for one in answer["Attributes"]}


def contracts(account: Account, workloads: Iterable[Workload]) -> Surroundings:
    """The contracts in this account's Parameter Store: of its own workloads, or of others that write them here."""
    reads, by_name = Reads(account), {one.plan.publication.parameter: one for one in workloads}
    place = f"account {account.account_id}"

    def look() -> tuple[Published, ...]:
        held = _parameters(account.client("ssm"), sorted(by_name))
        return tuple(
            Published(
                connection=one.connection, source=f"parameter {name} of {place}", fields=contract_fields(held.get(name))
            )
            for name, one in by_name.items()
        )

    return Surroundings(published=reads.part("contracts", look, ()), unread=tuple(reads.unread.values()))


def _parameters(ssm: Any, names: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(names), PARAMETERS):
        answer = ssm.get_parameters(Names=names[start : start + PARAMETERS])["Parameters"]
        found |= {one["Name"]: one["Value"] for one in answer}
    return found


def _clusters(account: Account, names: Sequence[str]) -> tuple[Cluster, ...]:
    eks = account.client("eks")
    there = [one for one in read(eks, "list_clusters", "clusters") if one in names]
    supported = {
        one["clusterVersion"]: one["endOfStandardSupportDate"].date()
        for one in (read(eks, "describe_cluster_versions", "clusterVersions") if there else ())
        if "endOfStandardSupportDate" in one
    }
    offered = Offered(eks)

    def look(name: str) -> Cluster:
        found = eks.describe_cluster(name=name)["cluster"]
        groups = read(eks, "list_nodegroups", "nodegroups", clusterName=name)
        return Cluster(
            account_id=account.account_id,
            region=account.region,
            name=name,
            endpoint=found.get("endpoint", ""),
            version=found["version"],
            status=found["status"],
            supported_until=supported.get(found["version"]),
            addons=tuple(
                _addon(eks, name, one, offered.of(one, found["version"]))
                for one in read(eks, "list_addons", "addons", clusterName=name)
            ),
            node_groups=tuple(_node_group(eks, name, one) for one in groups),
        )

    return tuple(each(look, there))


class Offered:
    """Versions of add-ons that EKS offers, asked once for each add-on and Kubernetes version, by any thread."""

    def __init__(self, eks: Any) -> None:
        """Nothing is asked yet; `eks` is a client of the clusters' account."""
        self._eks = eks
        self._lock = threading.Lock()
        self._known: dict[tuple[str, str], Future[tuple[str, ...]]] = {}

    def of(self, addon: str, kubernetes: str) -> tuple[str, ...]:
        """The newest first, as EKS lists them.

        Raises:
            ClientError, BotoCoreError: EKS refuses.
        """
        with self._lock:
            first = (addon, kubernetes) not in self._known
            answer = self._known.setdefault((addon, kubernetes), Future())
        if first:
            try:
                answer.set_result(self._asked(addon, kubernetes))
            except BaseException as error:
                answer.set_exception(error)
        return answer.result()

    def _asked(self, addon: str, kubernetes: str) -> tuple[str, ...]:
        found = read(self._eks, "describe_addon_versions", "addons", addonName=addon, kubernetesVersion=kubernetes)
        return tuple(one["addonVersion"] for each_ in found for one in each_["addonVersions"])


def _addon(eks: Any, cluster: str, name: str, offered: tuple[str, ...]) -> Versioned:
    found = eks.describe_addon(clusterName=cluster, addonName=name)["addon"]
    issues = (found.get("health") or {}).get("issues") or ()
    return Versioned(
        name=name,
        version=found["addonVersion"],
        status=found["status"],
        issues=tuple(one.get("message", one.get("code", "")) for one in issues),
        offered=offered,
    )


def _node_group(eks: Any, cluster: str, name: str) -> Versioned:
    found = eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
    issues = (found.get("health") or {}).get("issues") or ()
    return Versioned(
        name=name,
        version=found.get("version", ""),
        status=found["status"],
        issues=tuple(one.get("message", one.get("code", "")) for one in issues),
    )


def _images(account: Account, workloads: Iterable[Workload]) -> tuple[Image, ...]:
    pinned = [(workload, image) for workload in workloads for image in workload.plan.images if image.used]

    def look(pair: tuple[Workload, ImagePlan]) -> Image:
        workload, image = pair
        return Image.of(workload, image, registry.held(account, image))

    return tuple(each(look, pinned))
