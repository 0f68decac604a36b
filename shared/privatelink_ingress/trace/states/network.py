"""Loads security groups, endpoints, endpoint services and nodes from states."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from privatelink_ingress import tokens as t
from privatelink_ingress.trace.security_groups import Permission, SecurityGroup
from privatelink_ingress.trace.states import clusters
from privatelink_ingress.trace.states.resources import Outputs, Resources, place
from privatelink_ingress.trace.topology import UNSEEN, Endpoint, EndpointService, Interface, Node

ANYWHERE = "0.0.0.0/0"

_BEFORE = ("pending", "pendingAcceptance", None)


class Subnet(NamedTuple):
    """A subnet's zone and range."""

    zone_id: str
    cidr: str


def subnets(resources: Resources) -> dict[str, Subnet]:
    """The subnets that stacks created, by id. An existing VPC's are in no state."""
    return {one["id"]: Subnet(one["availabilityZoneId"], one["cidrBlock"]) for one in resources.of(t.SUBNET)}


def security_groups(resources: Resources) -> dict[str, SecurityGroup]:
    """The security groups that stacks created, with their rules, and those that EKS created for the clusters."""
    ingress, egress = resources.by(t.INGRESS_RULE, "securityGroupId"), resources.by(t.EGRESS_RULE, "securityGroupId")
    groups = {
        id_: SecurityGroup(
            id=id_,
            ingress=(*inline_in, *map(_permission, ingress[id_])),
            egress=(*inline_out, *map(_permission, egress[id_])),
        )
        for one in (*resources.of(t.SECURITY_GROUP), *resources.of(t.DEFAULT_SECURITY_GROUP))
        for id_, inline_in, inline_out in [(one["id"], _inline(one, "ingress"), _inline(one, "egress"))]
    }
    for id_ in clusters.security_groups(resources).values():
        # https://docs.aws.amazon.com/eks/latest/userguide/sec-group-reqs.html: itself in, everything out
        itself = Permission(protocol="-1", from_port=0, to_port=65535, group_ids=(id_,))
        out = Permission(protocol="-1", from_port=0, to_port=65535, cidrs=(ANYWHERE,))
        groups[id_] = SecurityGroup(
            id=id_,
            ingress=(itself, *map(_permission, ingress[id_])),
            egress=(out, *map(_permission, egress[id_])),
        )
    return groups


def endpoints(resources: Resources) -> tuple[Endpoint, ...]:
    """The interface endpoints to customers' endpoint services."""
    zones = subnets(resources)
    accepters = resources.of(t.ENDPOINT_ACCEPTER)
    accepted = {one["vpcEndpointId"] for one in accepters if one.get("vpcEndpointState", "available") == "available"}
    return tuple(
        Endpoint(
            id=one["id"],
            vpc_id=one["vpcId"],
            service_name=one["serviceName"],
            # The endpoint's own state is from before its acceptance, until the next refresh.
            state="available" if one.get("state") in _BEFORE and one["id"] in accepted else one.get("state", ""),
            interfaces=tuple(_interfaces(one, zones)),
        )
        for one in resources.of(t.VPC_ENDPOINT)
        if one.get("vpcEndpointType") == "Interface" and ".vpce-svc-" in one["serviceName"]
    )


def services(resources: Resources, connected: tuple[Endpoint, ...]) -> dict[str, EndpointService]:
    """The endpoint services, by name. The connections are those of the endpoints in the states."""
    principals = resources.by(t.ALLOWED_PRINCIPAL, "vpcEndpointServiceId")
    zones = {one["availabilityZone"]: one["availabilityZoneId"] for one in resources.of(t.SUBNET)}
    balancers = {one["arn"]: one for one in resources.of(t.LOAD_BALANCER)}
    by_id = subnets(resources)
    found = {}
    for one in resources.of(t.ENDPOINT_SERVICE):
        arns = tuple(one.get("networkLoadBalancerArns") or ())
        served = {
            by_id[id_].zone_id for arn in arns if arn in balancers for id_ in subnet_ids(balancers[arn]) if id_ in by_id
        }
        found[one["serviceName"]] = EndpointService(
            id=one["id"],
            name=one["serviceName"],
            owner=place(one)[0],
            state=one.get("state", ""),
            acceptance_required=bool(one["acceptanceRequired"]),
            # A refresh also records those that no stack registers.
            principals=tuple(
                dict.fromkeys(
                    (*(each["principalArn"] for each in principals[one["id"]]), *(one.get("allowedPrincipals") or ()))
                )
            ),
            zone_ids=tuple(sorted(served or {zones[name] for name in one["availabilityZones"] if name in zones})),
            load_balancer_arns=arns,
            connections={each.id: each.state for each in connected if each.service_name == one["serviceName"]},
        )
    return found


def nodes(resources: Resources) -> tuple[dict[str, Node], dict[str, tuple[str, ...]]]:
    """A node for each zone of a node group, whose instances no state knows; and their ids by autoscaling group."""
    zones = subnets(resources)
    groups_of = clusters.security_groups(resources)
    templates = {one["id"]: one for one in resources.of(t.LAUNCH_TEMPLATE)}
    found, groups = dict[str, Node](), dict[str, tuple[str, ...]]()
    for one in clusters.created(resources, t.NODE_GROUP):
        template = templates.get((one.get("launchTemplate") or {}).get("id", ""), {})
        cluster = clusters.key_of(one)
        # Without groups of the launch template, EKS gives the nodes the cluster's.
        group_ids = tuple(template.get("vpcSecurityGroupIds") or (groups_of.get(cluster, ""),))
        members = {
            f"nodes of {one['clusterName']} of account {cluster[0]} in {zones[id_].zone_id}": Node(
                zone_id=zones[id_].zone_id, state=UNSEEN, security_group_ids=group_ids, cluster=one["clusterName"]
            )
            for id_ in one["subnetIds"]
            if id_ in zones
        }
        found |= members
        for each in one.get("resources") or ():
            for group in each.get("autoscalingGroups") or ():
                groups[group["name"]] = tuple(members)
    return found, groups


def subnet_ids(balancer: Outputs) -> list[str]:
    """The subnets of a load balancer."""
    return list(balancer.get("subnets") or [one["subnetId"] for one in balancer.get("subnetMappings") or ()])


def _interfaces(endpoint: Outputs, zones: dict[str, Subnet]) -> Iterator[Interface]:
    for at, one in enumerate(endpoint.get("subnetConfigurations") or ()):
        ids = endpoint.get("networkInterfaceIds") or ()
        if one.get("ipv4"):
            yield Interface(
                id=ids[at] if at < len(ids) else "",
                address=one["ipv4"],
                zone_id=zones[one["subnetId"]].zone_id if one["subnetId"] in zones else UNSEEN,
                security_group_ids=tuple(endpoint.get("securityGroupIds") or ()),
            )


def _permission(rule: Outputs) -> Permission:
    return Permission(
        protocol=rule["ipProtocol"],
        from_port=int(rule.get("fromPort", 0)),
        to_port=int(rule.get("toPort", 65535)),
        cidrs=tuple(rule[key] for key in ("cidrIpv4", "cidrIpv6") if rule.get(key)),
        group_ids=(rule["referencedSecurityGroupId"],) if rule.get("referencedSecurityGroupId") else (),
        prefix_list_ids=(rule["prefixListId"],) if rule.get("prefixListId") else (),
    )


def _inline(group: Outputs, key: str) -> tuple[Permission, ...]:
    return tuple(
        Permission(
            protocol=one["protocol"],
            from_port=int(one["fromPort"]),
            to_port=int(one["toPort"]),
            cidrs=(*(one.get("cidrBlocks") or ()), *(one.get("ipv6CidrBlocks") or ())),
            group_ids=(*(one.get("securityGroups") or ()), *((group["id"],) if one.get("self") else ())),
            prefix_list_ids=tuple(one.get("prefixListIds") or ()),
        )
        for one in group.get(key) or ()
    )
