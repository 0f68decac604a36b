"""A stack that publishes an existing cluster, and AWS's description of that cluster."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import run_workload
from tests.support.strict_backend import At, StrictBackend

VPC = "vpc-0123456789abcdef0"
SUBNETS = {f"subnet-000000000000000a{number}": f"euw1-az{number}" for number in (1, 2, 3)}
GROUP = "sg-0123456789abcdef0"
EXISTING = {"name": "platform"}
NOT_OURS = ("network", "nodes", "sessionManager", "sample", "metrics", "podLogs")
"""Keys of the sample stack file that such a stack must not have."""


class Found:
    """Answers to the look-ups; each is an attribute to change."""

    def __init__(self) -> None:
        self.node_groups = {"main": list(SUBNETS), "spot": list(SUBNETS)}
        self.ami_type = "AL2023_x86_64_STANDARD"
        self.cluster_subnets = list(SUBNETS)
        self.service_cidr = "10.100.0.0/16"
        self.cni: str | None = '{"enableNetworkPolicy": "true"}'
        """Configuration of the add-on vpc-cni; None without the add-on."""
        self.zones = dict(SUBNETS)
        self.vpcs: dict[str, str] = {}
        self.routes: list[dict[str, str]] = []
        self.free_addresses = 2000
        self.dns = True
        self.tags = {"Stack": "eks-service/other"}
        self.s3_tables = ["rtb-own"]
        self.private_dns = True
        self.missing: set[str] = set()
        """Ids and names that AWS does not know."""

    def backend(self) -> StrictBackend:
        answers: dict[str, Callable[[Properties, At], Properties]] = {
            "aws:eks/getCluster:getCluster": self._cluster,
            "aws:eks/getAddon:getAddon": self._addon,
            "aws:eks/getNodeGroups:getNodeGroups": lambda args, _: {**args, "id": "x", "names": [*self.node_groups]},
            "aws:eks/getNodeGroup:getNodeGroup": self._node_group,
            "aws:autoscaling/getGroup:getGroup": self._autoscaling_group,
            "aws:ec2/getSubnet:getSubnet": self._subnet,
            "aws:ec2/getVpc:getVpc": self._vpc,
            "aws:ec2/getVpcEndpoint:getVpcEndpoint": self._endpoint,
            "aws:ec2/getRouteTables:getRouteTables": self._route_tables,
            "aws:ec2/getRouteTable:getRouteTable": self._route_table,
        }
        return StrictBackend(answers=answers)

    def _known(self, what: str) -> None:
        if what in self.missing:
            raise LookupError(f"no {what} found")

    def _cluster(self, args: Properties, _: At) -> Properties:
        self._known(args["name"])
        return {
            "id": args["name"],
            "name": args["name"],
            "tags": self.tags,
            "endpoint": "https://0123.gr7.eu-west-1.eks.amazonaws.com",
            "certificateAuthorities": [{"data": "Q0E="}],
            "kubernetesNetworkConfigs": [
                {
                    "elasticLoadBalancings": [],
                    "ipFamily": "ipv4",
                    "serviceIpv4Cidr": self.service_cidr,
                    "serviceIpv6Cidr": "",
                }
            ],
            "vpcConfig": {"vpcId": VPC, "subnetIds": self.cluster_subnets, "clusterSecurityGroupId": GROUP},
        }

    def _addon(self, args: Properties, _: At) -> Properties:
        if self.cni is None:
            raise LookupError("no add-on vpc-cni found")
        return {**args, "id": "platform:vpc-cni", "configurationValues": self.cni}

    def _node_group(self, args: Properties, _: At) -> Properties:
        name = args["nodeGroupName"]
        self._known(name)
        return {
            **args,
            "id": f"platform:{name}",
            "amiType": self.ami_type,
            "resources": [{"autoscalingGroups": [{"name": f"eks-{name}-1a2b"}], "remoteAccessSecurityGroupId": ""}],
            "subnetIds": self.node_groups[name],
        }

    def _autoscaling_group(self, args: Properties, _: At) -> Properties:
        self._known(args["name"])
        return {"id": args["name"], "name": args["name"], "vpcZoneIdentifier": ",".join(SUBNETS)}

    def _subnet(self, args: Properties, _: At) -> Properties:
        id_ = args["id"]
        self._known(id_)
        return {
            "id": id_,
            "vpcId": self.vpcs.get(id_, VPC),
            "availabilityZoneId": self.zones[id_],
            "availabilityZone": f"eu-west-1{'abc'[int(self.zones[id_][-1]) - 1]}",
            "availableIpAddressCount": self.free_addresses,
            "cidrBlock": f"10.30.{int(id_[-2:], 16)}.0/24",
        }

    def _vpc(self, args: Properties, _: At) -> Properties:
        self._known(args["id"])
        dns = {"enableDnsSupport": self.dns, "enableDnsHostnames": self.dns}
        return {"id": args["id"], "cidrBlock": "10.30.0.0/16", "tags": self.tags, **dns}

    def _endpoint(self, args: Properties, _: At) -> Properties:
        self._known(args["serviceName"])
        return {**args, "id": "vpce-1", "privateDnsEnabled": self.private_dns, "routeTableIds": self.s3_tables}

    def _route_tables(self, args: Properties, _: At) -> Properties:
        main = args["filters"][0]["name"] == "association.main"
        return {**args, "id": "eu-west-1", "ids": ["rtb-main"] if main else ["rtb-own"]}

    def _route_table(self, args: Properties, _: At) -> Properties:
        own = args["routeTableId"] == "rtb-own"
        return {
            "id": args["routeTableId"],
            "associations": [{"main": not own, "subnetId": id_} for id_ in (SUBNETS if own else [""])],
            "routes": self.routes if own else [],
        }


def adopting(found: Found | None = None, *, preview: bool = False, **overrides: Any) -> StackRun:
    """The sample stack file with `cluster.existing` in place of all that it makes; `overrides` as in `run_workload`."""
    keys: dict[str, Any] = {
        "cluster": {"existing": EXISTING},
        "controller": {"install": False},
        **dict.fromkeys(NOT_OURS),
    }
    return run_workload(backend=(found or Found()).backend(), preview=preview, **(keys | overrides))


def in_existing_vpc(found: Found | None = None, *, preview: bool = False, **overrides: Any) -> StackRun:
    """The sample stack file in an existing VPC."""
    keys: dict[str, Any] = {"network": {"existing": {"vpcId": VPC, "subnetIds": list(SUBNETS)}}}
    return run_workload(backend=(found or Found()).backend(), preview=preview, **(keys | overrides))


def kubeconfig(run: StackRun) -> dict[str, Any]:
    """What the provider of the cluster's objects is told."""
    return json.loads(run.only("pulumi:providers:kubernetes").inputs["kubeconfig"])
