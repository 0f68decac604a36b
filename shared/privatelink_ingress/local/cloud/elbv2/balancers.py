"""Load balancers as AWS creates them: names, zones, addresses of their own, security groups, deletion."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from moto.ec2 import ec2_backends
from moto.ec2.exceptions import InvalidSubnetIdError
from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.ec2.addresses import has_room
from privatelink_ingress.local.cloud.elbv2 import references
from privatelink_ingress.local.cloud.elbv2.attributes import DEFAULTS
from privatelink_ingress.local.cloud.elbv2.interfaces import interfaces, interfaces_follow, require_free
from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

ZONE_IDS = {
    "eu-central-1": ("Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"),
    "eu-north-1": ("Z23TAZ6LKFMNIO", "Z1UDT6IFJ4EJM"),
    "eu-west-1": ("Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"),
    "eu-west-2": ("ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"),
    "eu-west-3": ("Z3Q77PNBQS71R4", "Z1CMS0P5QUZ6D5"),
    "us-east-1": ("Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"),
    "us-east-2": ("Z3AADJGX6KTTL2", "ZLMOA37VPKANP"),
    "us-west-2": ("Z1H1FL5HABSF5", "Z18D5FSROUN65G"),
}
"""Route 53 hosted zone ids of Application and Network Load Balancers by Region (AWS General Reference, Elastic Load
Balancing endpoints). Other Regions keep the emulator's placeholder."""


@before(ELBV2Response, "create_load_balancer")
def name_is_valid_and_unique(request: Any, params: Params) -> None:
    """A name has at most 32 alphanumerics and hyphens, no hyphen at an edge, and no `internal-` in front.

    It is unique per account and Region. Source: API reference, CreateLoadBalancer: Name, DuplicateLoadBalancerName.
    """
    name = params["Name"]
    if len(name) > 32:
        refuse("ValidationError", f"The load balancer name '{name}' cannot be longer than '32' characters")
    if not re.fullmatch(r"[A-Za-z0-9-]+", name):
        refuse(
            "ValidationError",
            f"The load balancer name '{name}' can only contain alphanumeric characters and hyphens(-)",
        )
    if name.startswith("-") or name.endswith("-"):
        refuse("ValidationError", f"The load balancer name '{name}' cannot begin or end with '-'")
    if name.startswith("internal-"):
        refuse("ValidationError", f"The load balancer name '{name}' cannot begin with 'internal-'")
    if any(other.name == name for other in request.elbv2_backend.load_balancers.values()):
        refuse("DuplicateLoadBalancerName", f"A load balancer with the same name '{name}' exists in this Region")


@before(ELBV2Response, "create_load_balancer")
def subnets_fit(request: Any, params: Params) -> None:
    """Subnets exist, in one VPC, one per zone; an Application Load Balancer needs two zones.

    An internet-facing balancer needs an internet gateway in its VPC. Source: API reference, CreateLoadBalancer:
    Subnets, InvalidSubnet; ELB user guides.
    """
    ec2 = ec2_backends[request.current_account][request.region]
    subnets = [_subnet(ec2, subnet_id) for subnet_id in _subnet_ids(params)]
    if any(count > 1 for count in Counter(subnet.availability_zone for subnet in subnets).values()):
        refuse(
            "InvalidConfigurationRequest",
            "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
        )
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        refuse("InvalidConfigurationRequest", "The subnets must be in the same VPC")
    if _type(params) == "application" and len(subnets) < 2:
        refuse("ValidationError", "At least two subnets in two different Availability Zones must be specified")
    vpc_id = subnets[0].vpc_id if subnets else ""
    attached = {gateway.vpc.id for gateway in ec2.internet_gateways.values() if gateway.vpc}
    if subnets and params.get("Scheme", "internet-facing") == "internet-facing" and vpc_id not in attached:
        refuse("InvalidSubnet", f"VPC {vpc_id} has no internet gateway")
    for mapping in params.get("SubnetMappings", ()):
        if address := mapping.get("PrivateIPv4Address"):
            require_free(ec2, _subnet(ec2, mapping["SubnetId"]), address)


@before(ELBV2Response, "create_load_balancer")
def security_groups_belong_to_the_vpc(request: Any, params: Params) -> None:
    """Every security group exists and is in the balancer's VPC (API reference: InvalidSecurityGroup)."""
    ec2 = ec2_backends[request.current_account][request.region]
    for subnet_id in _subnet_ids(params)[:1]:
        _require_groups(ec2, params.get("SecurityGroups", ()), _subnet(ec2, subnet_id).vpc_id)


@before(ELBV2Response, "create_load_balancer", "set_subnets")
def subnets_have_room(request: Any, params: Params) -> None:
    """A new subnet has an address left for the balancer (API reference, CreateLoadBalancer: InvalidSubnet)."""
    ec2 = ec2_backends[request.current_account][request.region]
    arn = params.get("LoadBalancerArn")
    held = {interface.subnet.id for interface in interfaces(ec2, arn)} if arn else set[str]()
    for subnet_id in _subnet_ids(params):
        if subnet_id not in held and not has_room(ec2, _subnet(ec2, subnet_id)):
            refuse("InvalidSubnet", f"Not enough IP space available in {subnet_id}")


@undo(ELBV2Response, "create_load_balancer")
def no_balancer(request: Any, params: Params, response: Any) -> None:
    """After a failed effect."""
    ec2 = ec2_backends[request.current_account][request.region]
    for balancer in response.result["LoadBalancers"]:
        for interface in interfaces(ec2, balancer.arn):
            ec2.delete_network_interface(interface.id)
        request.elbv2_backend.delete_load_balancer(balancer.arn)


@after(ELBV2Response, "create_load_balancer")
def identity_and_interfaces_as_aws(request: Any, params: Params, response: Any) -> Any:
    """A balancer has the ARN, DNS name, hosted zone and default attributes of its type, and an interface per subnet.

    The ARN of a Network Load Balancer says `net`; an Application Load Balancer without a security group gets the
    default one of its VPC. Source: ELB API reference, LoadBalancer; ELB user guides, network interfaces of a load
    balancer.
    """
    balancer = response.result["LoadBalancers"][0]
    backend = request.elbv2_backend
    ec2 = ec2_backends[request.current_account][request.region]
    network = balancer.type == "network"
    if network:
        _change_arn(backend, balancer, balancer.arn.replace(":loadbalancer/app/", ":loadbalancer/net/"))
    balancer.scheme = balancer.scheme or "internet-facing"
    balancer.dns_name = _dns_name(balancer, request.region)
    if request.region in ZONE_IDS:
        balancer.canonical_hosted_zone_id = ZONE_IDS[request.region][network]
    if not network and not balancer.security_groups:
        default: Any = ec2.get_default_security_group(balancer.vpc_id)
        balancer.security_groups = [default.id]
    if network and balancer.security_groups:
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = "on"
    balancer.attrs = DEFAULTS[balancer.type] | {
        "ipv6.deny_all_igw_traffic": "true" if balancer.scheme == "internal" else "false"
    }
    addresses = {m["SubnetId"]: m.get("PrivateIPv4Address") for m in params.get("SubnetMappings", ())}
    interfaces_follow(ec2, balancer, addresses)
    return response


@after(ELBV2Response, "set_subnets")
def interfaces_follow_subnets(request: Any, params: Params, response: Any) -> Any:
    """A balancer has a network interface in each of its subnets, and in no other (ELB user guides)."""
    balancer = request.elbv2_backend.load_balancers[params["LoadBalancerArn"]]
    interfaces_follow(ec2_backends[request.current_account][request.region], balancer, {})
    return response


@before(ELBV2Response, "set_security_groups")
def security_groups_only_from_creation(request: Any, params: Params) -> None:
    """A Network Load Balancer created without security groups never gets one.

    A load balancer created with groups keeps at least one. Source: NLB user guide, security groups.
    """
    balancer = request.elbv2_backend.load_balancers.get(params["LoadBalancerArn"])
    if balancer is None:
        return
    groups = params.get("SecurityGroups", ())
    if balancer.type == "network" and bool(groups) != bool(balancer.security_groups):
        state = "without" if groups else "with"
        refuse(
            "InvalidConfigurationRequest",
            f"The security groups of load balancer '{balancer.arn}' cannot be set: it was created {state} them",
        )
    _require_groups(ec2_backends[request.current_account][request.region], groups, balancer.vpc_id)


@after(ELBV2Response, "set_security_groups")
def security_groups_reach_the_interfaces(request: Any, params: Params, response: Any) -> Any:
    """The interfaces get the balancer's groups; the setting for PrivateLink traffic is stored and returned.

    Source: API reference, SetSecurityGroups.
    """
    balancer = request.elbv2_backend.load_balancers[params["LoadBalancerArn"]]
    field = "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic"
    if field in params:
        balancer.enforce_security_group_inbound_rules_on_private_link_traffic = params[field]
        response.result[field] = params[field]
    interfaces_follow(ec2_backends[request.current_account][request.region], balancer, {})
    return response


@before(ELBV2Response, "delete_load_balancer")
def deletion_protection_is_honoured(request: Any, params: Params) -> None:
    """A balancer with deletion protection stays (API reference, DeleteLoadBalancer: OperationNotPermitted)."""
    arn = params["LoadBalancerArn"]
    balancer = request.elbv2_backend.load_balancers.get(arn)
    if balancer and balancer.attrs.get("deletion_protection.enabled") == "true":
        refuse(
            "OperationNotPermitted",
            f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
        )


@after(ELBV2Response, "delete_load_balancer")
def deletion_frees_what_it_used(request: Any, params: Params, response: Any) -> Any:
    """Its interfaces are deleted; its target groups, certificates and web ACL become free (ELB guides)."""
    ec2 = ec2_backends[request.current_account][request.region]
    for interface in interfaces(ec2, params["LoadBalancerArn"]):
        ec2.delete_network_interface(interface.id)
    references.refresh(request.current_account, request.region)
    references.forget_web_acl(request.current_account, request.region, params["LoadBalancerArn"])
    return response


def _change_arn(backend: Any, balancer: Any, arn: str) -> None:
    backend.tagging_service.copy_tags(balancer.arn, arn)
    backend.tagging_service.delete_all_tags_for_resource(balancer.arn)
    del backend.load_balancers[balancer.arn]
    balancer.arn = arn
    backend.load_balancers[arn] = balancer


def _dns_name(balancer: Any, region: str) -> str:
    id_ = balancer.arn.rsplit("/", 1)[1]
    if balancer.type == "network":
        return f"{balancer.name}-{id_}.elb.{region}.amazonaws.com"
    # AWS appends a decimal number; this one is derived from the id, and as unique.
    prefix = "internal-" if balancer.scheme == "internal" else ""
    return f"{prefix}{balancer.name}-{int(id_, 16) % 10**10}.{region}.elb.amazonaws.com"


def _type(params: Params) -> str:
    return params.get("Type") or "application"


def _subnet_ids(params: Params) -> list[str]:
    return [*params.get("Subnets", ()), *(mapping["SubnetId"] for mapping in params.get("SubnetMappings", ()))]


def _subnet(ec2: Any, subnet_id: str) -> Any:
    try:
        return ec2.get_subnet(subnet_id)
    except InvalidSubnetIdError:
        refuse("SubnetNotFound", f"The subnet ID '{subnet_id}' does not exist")


def _require_groups(ec2: Any, groups: Any, vpc_id: str) -> None:
    for group_id in groups:
        group = ec2.get_security_group_from_id(group_id)
        if group is None:
            refuse("InvalidSecurityGroup", f"Security group '{group_id}' does not exist")
        if group.vpc_id != vpc_id:
            refuse("InvalidSecurityGroup", f"Security group '{group_id}' is not in VPC '{vpc_id}'")
