"""A shard in an existing VPC, and AWS's description of that VPC."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import run_edge
from tests.support.strict_backend import At, StrictBackend

VPC, GATEWAY = "vpc-0123456789abcdef0", "igw-0123456789abcdef0"
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
PUBLIC = tuple(f"subnet-000000000000000a{number}" for number in (1, 2, 3))
ENDPOINT = tuple(f"subnet-000000000000000b{number}" for number in (1, 2, 3))


class FoundVpc:
    """Answers to the look-ups; each is an attribute to change."""

    def __init__(self) -> None:
        self.tags = {"Stack": "network/shared"}
        self.dns = True
        self.gateway: str | None = GATEWAY
        """The VPC's internet gateway; None without one."""
        self.zones = {**dict(zip(PUBLIC, ZONES, strict=True)), **dict(zip(ENDPOINT, ZONES, strict=True))}
        self.vpcs: dict[str, str] = {}
        self.cidrs = {
            **{id_: f"10.40.{number}.0/24" for number, id_ in enumerate(PUBLIC)},
            **{id_: f"10.40.{16 + 2 * number}.0/23" for number, id_ in enumerate(ENDPOINT)},
        }
        self.free_addresses = 200
        self.public_routes: list[dict[str, str]] = [route(GATEWAY)]
        self.endpoint_routes: list[dict[str, str]] = []
        self.balancer: dict[str, Any] | None = None
        """VPC and subnets of the stack's load balancer; None before the first deployment."""
        self.missing: set[str] = set()

    def backend(self) -> StrictBackend:
        answers: dict[str, Callable[[Properties, At], Properties]] = {
            t.GET_VPC: self._vpc,
            t.GET_SUBNET: self._subnet,
            t.GET_INTERNET_GATEWAY: self._gateway,
            t.GET_LOAD_BALANCER: self._balancer,
            t.GET_ROUTE_TABLES: self._route_tables,
            t.GET_ROUTE_TABLE: self._route_table,
        }
        return StrictBackend(answers=answers)

    def _known(self, what: str) -> None:
        if what in self.missing:
            raise LookupError(f"no {what} found")

    def _vpc(self, args: Properties, _: At) -> Properties:
        self._known(args["id"])
        dns = {"enableDnsSupport": self.dns, "enableDnsHostnames": self.dns}
        return {
            "id": args["id"],
            "cidrBlock": "10.40.0.0/16",
            "ipv6CidrBlockAssociations": [],
            "tags": self.tags,
            **dns,
        }

    def _subnet(self, args: Properties, _: At) -> Properties:
        id_ = args["id"]
        self._known(id_)
        return {
            "id": id_,
            "vpcId": self.vpcs.get(id_, VPC),
            "availabilityZone": f"eu-west-1{'abc'[int(self.zones[id_][-1]) - 1]}",
            "availabilityZoneId": self.zones[id_],
            "availableIpAddressCount": self.free_addresses,
            "cidrBlock": self.cidrs[id_],
            "ipv6CidrBlock": "",
        }

    def _gateway(self, args: Properties, _: At) -> Properties:
        if self.gateway is None:
            raise LookupError("no matching EC2 Internet Gateway found")
        return {**args, "id": self.gateway, "internetGatewayId": self.gateway, "attachments": []}

    def _balancer(self, args: Properties, _: At) -> Properties:
        if self.balancer is None:
            raise LookupError(f"no load balancer {args['name']} found")
        own = {"tags": {"Stack": "central-ingress/prod"}, "dnsName": "edge", "ipAddressType": "ipv4"}
        return {**args, "id": "arn", "arn": "arn", **own, **self.balancer}

    def _route_tables(self, args: Properties, _: At) -> Properties:
        main = args["filters"][0]["name"] == "association.main"
        return {**args, "id": "eu-west-1", "ids": ["rtb-main"] if main else ["rtb-public", "rtb-endpoint"]}

    def _route_table(self, args: Properties, _: At) -> Properties:
        id_ = args["routeTableId"]
        subnet_ids = {"rtb-public": PUBLIC, "rtb-endpoint": ENDPOINT, "rtb-main": ("",)}[id_]
        return {
            "id": id_,
            "associations": [{"main": id_ == "rtb-main", "subnetId": subnet_id} for subnet_id in subnet_ids],
            "routes": {"rtb-public": self.public_routes, "rtb-endpoint": self.endpoint_routes}.get(id_, []),
        }


def route(target: str, cidr: str = "0.0.0.0/0") -> dict[str, str]:
    """A route to an internet or NAT gateway, or to a gateway of the owner's other networks."""
    nat = target.startswith("nat-")
    return {"cidrBlock": cidr, "gatewayId": "" if nat else target, "natGatewayId": target if nat else ""}


def network(**more: Any) -> dict[str, Any]:
    """The setting; `more` are further keys of `existing`."""
    subnets = {"publicSubnetIds": list(PUBLIC), "endpointSubnetIds": list(ENDPOINT)}
    return {"existing": {"vpcId": VPC, **subnets, **more}}


def edge_in_existing_vpc(found: FoundVpc | None = None, *, preview: bool = False, **overrides: Any) -> StackRun:
    """The sample shard in an existing VPC."""
    keys: dict[str, Any] = {"network": network()}
    return run_edge(backend=(found or FoundVpc()).backend(), preview=preview, **(keys | overrides))
