"""Replacements that depend on values, and what the provider changes or refuses in the inputs while it plans.

Each function is named by a row of `replacement`, whose source file has it (`CustomizeDiff`, `ModifyPlan`, `StateFunc`).
"""

from __future__ import annotations

from privatelink_ingress.local.adapters.base import Properties
from privatelink_ingress.local.adapters.ec2_security_groups import RULE_PEERS
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.providers import comparison


def with_domain(inputs: Properties) -> Properties:
    """ACM counts the domain among the alternative names, and the provider plans them so."""
    names = inputs.get("subjectAlternativeNames")
    if not isinstance(names, list) or inputs.get("domainName") in names:
        return inputs
    return inputs | {"subjectAlternativeNames": [inputs.get("domainName"), *names]}


def plain_name(inputs: Properties) -> Properties:
    """Route 53 names have neither capitals nor a dot at their end, and the provider compares them so."""
    return inputs | {"name": str(inputs.get("name", "")).rstrip(".").lower()}


def less_of_a_network_balancer(old: Properties, new: Properties) -> tuple[str, ...]:
    """A Network Load Balancer accepts more subnets and addresses, and releases none; its groups start at creation.

    Before all subnets are known, as in the preview of a new zone, the provider plans an update.
    """
    if old.get("loadBalancerType") != "network":
        return ()
    addresses = [each.get("secondaryIpsAutoAssignedPerSubnet") or 0 for each in (old, new)]
    subnets, groups = (new.get(key) or [] for key in ("subnets", "securityGroups"))
    forced = {
        "subnets": not wire.has_unknown(subnets) and len(subnets) <= len(old.get("subnets") or ()),
        "securityGroups": not wire.has_unknown(groups) and bool(old.get("securityGroups")) != bool(groups),
        "secondaryIpsAutoAssignedPerSubnet": addresses[1] < addresses[0],
    }
    return tuple(name for name, replaces in forced.items() if replaces)


def key_taken_away(old: Properties, new: Properties) -> tuple[str, ...]:
    """A cluster's secrets get a key in place, and lose it with the cluster only."""
    return ("encryptionConfig",) if old.get("encryptionConfig") and not new.get("encryptionConfig") else ()


def cheaper_tier(old: Properties, new: Properties) -> tuple[str, ...]:
    """A parameter becomes advanced in place, and never standard again."""
    return ("tier",) if (old.get("tier"), new.get("tier", "Standard")) == ("Advanced", "Standard") else ()


def of_another_service(old: Properties, new: Properties) -> tuple[str, ...]:
    """A destination is replaced when its resource is of another service, or not known yet."""
    arns = [comparison.at(each, "deliveryDestinationConfiguration.destinationResourceArn") for each in (old, new)]
    services = [str(arn).split(":")[2:3] for arn in arns]
    return ("deliveryDestinationConfiguration",) if services[0] != services[1] else ()


def without_scheme(inputs: Properties) -> Properties:
    """IAM stores an issuer's URL without its scheme, and the provider compares it so."""
    return inputs | {"url": str(inputs.get("url", "")).removeprefix("https://")}


def ipv6_block(old: Properties, new: Properties) -> tuple[str, ...]:
    """Another IPv6 block is in place, unless interfaces got addresses of the old one on creation."""
    return ("ipv6CidrBlock",) if old.get("assignIpv6AddressOnCreation") else ()


def private_dns(old: Properties, new: Properties) -> tuple[str, ...]:
    """Only an interface endpoint's private DNS is changed in place."""
    return () if old.get("vpcEndpointType") == "Interface" else ("privateDnsEnabled",)


def other_tenancy(old: Properties, new: Properties) -> tuple[str, ...]:
    """A VPC changes its tenancy in place from dedicated to default only."""
    tenancies = old.get("instanceTenancy"), new.get("instanceTenancy", "default")
    return () if tenancies == ("dedicated", "default") else ("instanceTenancy",)


def of_another_kind(old: Properties, new: Properties) -> tuple[str, ...]:
    """A rule's peer changes in place within its kind: an address block does not become a security group."""
    kinds = [{name for name in RULE_PEERS if each.get(name)} for each in (old, new)]
    return () if kinds[0] == kinds[1] else tuple(RULE_PEERS)


def versioned_for_good(old: Properties, new: Properties) -> str:
    """A bucket that had versions can suspend versioning; it cannot return to none."""
    before, after = (comparison.at(each, "versioningConfiguration.status") for each in (old, new))
    if after != "Disabled" or before not in ("Enabled", "Suspended"):
        return ""
    return f"versioning_configuration.status cannot be updated from '{before}' to '{after}'"
