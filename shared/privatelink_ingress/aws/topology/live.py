"""Loads the deployed system from AWS (or the emulated one) through boto3. Reads only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account, Reads, each
from privatelink_ingress.aws.topology import balancers, network
from privatelink_ingress.trace.listeners import Certificate
from privatelink_ingress.trace.topology import (
    Alias,
    EndpointService,
    LoadBalancer,
    Topology,
    WebAcl,
    WebAclRule,
    joined,
)

__all__ = ["Account", "edge", "load", "workload"]


def load(edges: Iterable[Account], workloads: Iterable[Account]) -> Topology:
    """Read the edge accounts and every workload account for which the caller has credentials, each once.

    Raises:
        ClientError, BotoCoreError: AWS refuses one of the reads.
    """
    parts = {(account.account_id, account.region): (account, edge) for account in edges}
    for account in workloads:
        parts.setdefault((account.account_id, account.region), (account, workload))
    return joined(side(Strict(account)) for account, side in parts.values())


class Strict(Reads):
    """Reads of which each has to succeed."""

    def part(self, name: str, read: Any, default: Any) -> Any:
        """What `read` returns."""
        return read()


def edge(reads: Reads) -> Topology:
    """What an edge account has in its Region: all that a workload account may have, records, endpoints and web ACLs."""
    account = reads.account
    subnets = reads.part("subnets", lambda: network.subnets(account.client("ec2")), {})
    held = _held(reads, subnets)
    public = [one for one in held.load_balancers.values() if one.scheme == "internet-facing"]
    aliases, cnames = reads.part("records", lambda: _records(account.client("route53")), ((), None))
    acls = reads.part("web ACLs", lambda: dict(each(_web_acl_of(account), public)), {})
    return dataclasses.replace(
        held,
        aliases=aliases,
        cnames=cnames,
        load_balancers={
            arn: dataclasses.replace(one, web_acl=acls.get(arn)) for arn, one in held.load_balancers.items()
        },
        endpoints=reads.part("endpoints", lambda: network.endpoints(account.client("ec2"), subnets), ()),
        unread=frozenset(reads.unread),
    )


def workload(reads: Reads) -> Topology:
    """What a workload account has in its Region."""
    subnets = reads.part("subnets", lambda: network.subnets(reads.account.client("ec2")), {})
    return _held(reads, subnets)


def _held(reads: Reads, subnets: Mapping[str, network.Subnet]) -> Topology:
    account = reads.account
    elbv2, ec2 = account.client("elbv2"), account.client("ec2")
    found = reads.part("load balancers", lambda: balancers.load_balancers(elbv2, subnets), {})
    arns = {each_.arn for one in found.values() for listener in one.listeners for each_ in listener.certificates}
    certificates = reads.part("certificates", lambda: _certificates(account, sorted(arns)), {})
    services = reads.part("endpoint services", lambda: _services(ec2, account.account_id, subnets), None)
    return Topology(
        aliases=(),
        load_balancers={arn: balancers.with_certificates(one, certificates) for arn, one in found.items()},
        target_groups=reads.part("target groups", lambda: balancers.target_groups(elbv2), {}),
        endpoints=(),
        services=services or {},
        owners=frozenset() if services is None else frozenset({account.account_id}),
        nodes=reads.part("instances", lambda: network.nodes(ec2, subnets), {}),
        security_groups=reads.part("security groups", lambda: network.security_groups(ec2), {}),
        unread=frozenset(reads.unread),
    )


def _records(route53: Any) -> tuple[tuple[Alias, ...], frozenset[tuple[str, str]]]:
    """The aliases and CNAME records of public hosted zones."""
    aliases, cnames = list[Alias](), set[tuple[str, str]]()
    for zone in read(route53, "list_hosted_zones", "HostedZones"):
        if zone["Config"].get("PrivateZone"):
            continue
        for record in read(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]):
            if target := record.get("AliasTarget"):
                aliases.append(
                    Alias(
                        name=record["Name"].rstrip(".").replace("\\052", "*").lower(),
                        type=record["Type"],
                        target=target["DNSName"].rstrip(".").removeprefix("dualstack.").lower(),
                        zone=zone["Name"].rstrip("."),
                    )
                )
            elif record["Type"] == "CNAME":
                cnames |= {(_plain(record["Name"]), _plain(one["Value"])) for one in record["ResourceRecords"]}
    return tuple(aliases), frozenset(cnames)


def _certificates(account: Account, arns: Iterable[str]) -> Mapping[str, Certificate]:
    """The certificates of listeners, by ARN."""
    acm = account.client("acm")

    def look(arn: str) -> Certificate:
        certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        domains = (certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ()))
        options = certificate.get("DomainValidationOptions", ())
        records = (one["ResourceRecord"] for one in options if "ResourceRecord" in one)
        return Certificate(
            arn=arn,
            domains=tuple(dict.fromkeys(domains)),
            status=certificate["Status"],
            default=False,
            not_after=certificate.get("NotAfter"),
            validations=tuple(sorted({(_plain(one["Name"]), _plain(one["Value"])) for one in records})),
        )

    return {one.arn: one for one in each(look, arns)}


def _plain(name: str) -> str:
    return name.rstrip(".").lower()


def _web_acl_of(account: Account) -> Any:
    def look(balancer: LoadBalancer) -> tuple[str, WebAcl | None]:
        return balancer.arn, _web_acl(account, balancer.arn)

    return look


def _web_acl(account: Account, arn: str) -> WebAcl | None:
    acl = account.client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    if not acl:
        return None
    rules = _rules(account, acl["Rules"])
    return WebAcl(name=acl["Name"], arn=acl["ARN"], default_allows="Allow" in acl["DefaultAction"], rules=rules)


def _rules(account: Account, rules: Sequence[Mapping[str, Any]]) -> tuple[WebAclRule, ...]:
    return tuple(
        WebAclRule(
            name=rule["Name"],
            action=next(iter(rule.get("Action") or rule["OverrideAction"])).lower(),
            statement=_with_addresses(account, rule["Statement"]),
            status=rule.get("Action", {}).get("Block", {}).get("CustomResponse", {}).get("ResponseCode"),
            group=_rule_group(account, rule["Statement"]),
        )
        for rule in sorted(rules, key=lambda rule: rule["Priority"])
    )


def _rule_group(account: Account, statement: Mapping[str, Any]) -> tuple[WebAclRule, ...] | None:
    """The rules of a referenced rule group; None without one, or when it belongs to another account."""
    if "RuleGroupReferenceStatement" not in statement:
        return None
    arn = statement["RuleGroupReferenceStatement"]["ARN"]
    if Arn.parse(arn).account_id != account.account_id:
        return None
    return _rules(account, account.client("wafv2").get_rule_group(ARN=arn)["RuleGroup"]["Rules"])


def _with_addresses(account: Account, statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statement; if it refers to an IP set directly, with the addresses of that set."""
    if "IPSetReferenceStatement" not in statement:
        return statement
    arn = statement["IPSetReferenceStatement"]["ARN"]
    _, _, name, id_ = Arn.parse(arn).resource.split("/")
    held = account.client("wafv2").get_ip_set(Name=name, Scope="REGIONAL", Id=id_)["IPSet"]
    return {"IPSetReferenceStatement": {"ARN": arn, "Addresses": held["Addresses"]}}


def _services(ec2: Any, owner: str, subnets: Mapping[str, network.Subnet]) -> dict[str, EndpointService]:
    zone_ids = {subnet.zone_name: subnet.zone_id for subnet in subnets.values()}
    found = read(ec2, "describe_vpc_endpoint_service_configurations", "ServiceConfigurations")
    # One call for the connections of all services; the principals take one for each.
    connected = read(ec2, "describe_vpc_endpoint_connections", "VpcEndpointConnections") if found else []

    def principals(service: Mapping[str, Any]) -> list[Any]:
        id_ = service["ServiceId"]
        return read(ec2, "describe_vpc_endpoint_service_permissions", "AllowedPrincipals", ServiceId=id_)

    return {
        service["ServiceName"]: EndpointService(
            id=service["ServiceId"],
            name=service["ServiceName"],
            owner=owner,
            state=service["ServiceState"],
            acceptance_required=service["AcceptanceRequired"],
            principals=tuple(item["Principal"] for item in allowed),
            zone_ids=tuple(sorted(zone_ids[name] for name in service["AvailabilityZones"] if name in zone_ids)),
            load_balancer_arns=tuple(service.get("NetworkLoadBalancerArns", ())),
            connections={
                item["VpcEndpointId"]: item["VpcEndpointState"]
                for item in connected
                if item["ServiceId"] == service["ServiceId"]
            },
        )
        for service, allowed in zip(found, each(principals, found), strict=True)
    }
