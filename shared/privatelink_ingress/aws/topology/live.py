"""Loads the deployed system from AWS (or the emulated one) through boto3. Reads only."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws.reads import Account, Reads, each
from privatelink_ingress.aws.topology import balancers, network, records, services
from privatelink_ingress.trace.listeners import Certificate
from privatelink_ingress.trace.security_groups import SecurityGroup
from privatelink_ingress.trace.topology import (
    LoadBalancer,
    TargetGroup,
    Topology,
    WebAcl,
    WebAclRule,
    joined,
)

__all__ = ["Account", "behind", "edge", "front", "load", "targets", "workload"]


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
    subnets = _subnets(reads)
    return _public(reads, subnets, _held(reads, subnets))


def workload(reads: Reads) -> Topology:
    """What a workload account has in its Region."""
    return _held(reads, _subnets(reads))


def front(reads: Reads) -> Topology:
    """What any request may pass in an edge account, without target groups: `edge` minus a request for each of them."""
    subnets = _subnets(reads)
    found, groups = _load_balancers(reads, subnets), _security_groups(reads)
    held = dataclasses.replace(_NOTHING, load_balancers=found, security_groups=groups)
    return _public(reads, subnets, held)


def behind(reads: Reads, names: Collection[str]) -> Topology:
    """The endpoint services of these names that an account has in its Region, and what stands behind them."""
    return _held(reads, _subnets(reads), names)


def targets(reads: Reads, groups: Collection[str]) -> Topology:
    """The target groups of an account and Region that have these ARNs, with their targets."""
    found = _target_groups(reads, groups)
    return dataclasses.replace(_NOTHING, target_groups=found, unread=frozenset(reads.unread))


def _target_groups(reads: Reads, only: Collection[str] | None = None) -> Mapping[str, TargetGroup]:
    elbv2 = reads.account.client("elbv2")
    return reads.part("target groups", lambda: balancers.target_groups(elbv2, only=only), {})


_NOTHING = joined(())


def _public(reads: Reads, subnets: Mapping[str, network.Subnet], held: Topology) -> Topology:
    """With what only an edge account has."""
    account = reads.account
    public = [one for one in held.load_balancers.values() if one.scheme == "internet-facing"]
    held_records = records.of_account(reads)
    acls = reads.part("web ACLs", lambda: dict(each(_web_acl_of(account), public)), {})
    return dataclasses.replace(
        held,
        aliases=held_records.aliases if held_records else (),
        cnames=held_records.cnames if held_records else None,
        hosted_zones=held_records.zones if held_records else (),
        load_balancers={
            arn: dataclasses.replace(one, web_acl=acls.get(arn)) for arn, one in held.load_balancers.items()
        },
        endpoints=reads.part("endpoints", lambda: network.endpoints(account.client("ec2"), subnets), ()),
        unread=frozenset(reads.unread),
    )


def _held(reads: Reads, subnets: Mapping[str, network.Subnet], names: Collection[str] | None = None) -> Topology:
    """What stands behind endpoint services: in the whole account and Region, or behind those of these names."""
    ec2, owner = reads.account.client("ec2"), reads.account.account_id
    offered = reads.part("endpoint services", lambda: services.load(ec2, owner, subnets, only=names), None)
    held = dataclasses.replace(
        _NOTHING, services=offered or {}, owners=frozenset() if offered is None else frozenset({owner})
    )
    if names is None or offered:
        arns = {arn for one in (offered or {}).values() for arn in one.load_balancer_arns}
        found = _load_balancers(reads, subnets, None if names is None else arns)
        rules = [rule for one in found.values() for listener in one.listeners for rule in listener.rules]
        groups = {arn for rule in rules for arn, _ in rule.action.target_groups}
        held = dataclasses.replace(
            held,
            load_balancers=found,
            target_groups=_target_groups(reads, None if names is None else groups),
            nodes=reads.part("instances", lambda: network.nodes(ec2, subnets), {}),
            security_groups=_security_groups(reads),
        )
    return dataclasses.replace(held, unread=frozenset(reads.unread))


def _subnets(reads: Reads) -> Mapping[str, network.Subnet]:
    return reads.part("subnets", lambda: network.subnets(reads.account.client("ec2")), {})


def _security_groups(reads: Reads) -> Mapping[str, SecurityGroup]:
    return reads.part("security groups", lambda: network.security_groups(reads.account.client("ec2")), {})


def _load_balancers(
    reads: Reads, subnets: Mapping[str, network.Subnet], only: Collection[str] | None = None
) -> Mapping[str, LoadBalancer]:
    """With their certificates."""
    elbv2 = reads.account.client("elbv2")
    found = reads.part("load balancers", lambda: balancers.load_balancers(elbv2, subnets, only=only), {})
    arns = {each_.arn for one in found.values() for listener in one.listeners for each_ in listener.certificates}
    certificates = reads.part("certificates", lambda: _certificates(reads.account, sorted(arns)), {})
    return {arn: balancers.with_certificates(one, certificates) for arn, one in found.items()}


def _certificates(account: Account, arns: Iterable[str]) -> Mapping[str, Certificate]:
    """The certificates of listeners, by ARN."""
    acm = account.client("acm")

    def look(arn: str) -> Certificate:
        certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        domains = (certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ()))
        options = certificate.get("DomainValidationOptions", ())
        written = (one["ResourceRecord"] for one in options if "ResourceRecord" in one)
        return Certificate(
            arn=arn,
            domains=tuple(dict.fromkeys(domains)),
            status=certificate["Status"],
            default=False,
            not_after=certificate.get("NotAfter"),
            validations=tuple(sorted({(records.plain(one["Name"]), records.plain(one["Value"])) for one in written})),
        )

    return {one.arn: one for one in each(look, arns)}


def _web_acl_of(account: Account) -> Any:
    def look(balancer: LoadBalancer) -> tuple[str, WebAcl | None]:
        return balancer.arn, _web_acl(account, balancer.arn)

    return look


def _web_acl(account: Account, arn: str) -> WebAcl | None:
    acl = account.client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    if not acl:
        return None
    rules = _rules(account, acl["Rules"])
    blocked = acl["DefaultAction"].get("Block", {}).get("CustomResponse", {})
    return WebAcl(
        name=acl["Name"],
        arn=acl["ARN"],
        default_allows="Allow" in acl["DefaultAction"],
        default_status=blocked.get("ResponseCode"),
        rules=rules,
    )


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
    """The statement; if it compares the client's address with an IP set directly, with the addresses of that set."""
    if "IPSetForwardedIPConfig" in statement.get("IPSetReferenceStatement", {"IPSetForwardedIPConfig": {}}):
        return statement  # another statement, or one on the address that a header names
    arn = statement["IPSetReferenceStatement"]["ARN"]
    _, _, name, id_ = Arn.parse(arn).resource.split("/")
    held = account.client("wafv2").get_ip_set(Name=name, Scope="REGIONAL", Id=id_)["IPSet"]
    return {"IPSetReferenceStatement": {"ARN": arn, "Addresses": held["Addresses"]}}
