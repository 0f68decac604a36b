"""Loads the deployed system from AWS (or the emulated one) through boto3. Reads only."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from privatelink_ingress.arns import Arn
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.topology import balancers, network
from privatelink_ingress.trace.topology import Alias, Certificate, EndpointService, Topology, WebAcl, WebAclRule, joined


class Account(Protocol):
    """boto3 clients with the credentials of one account, in one region."""

    account_id: str
    region: str

    def client(self, service: str) -> Any:
        """The boto3 client of `service`."""


ACTIONS = (
    "acm:DescribeCertificate",
    "acm:ListCertificates",
    "ec2:DescribeInstances",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcEndpointConnections",
    "ec2:DescribeVpcEndpointServiceConfigurations",
    "ec2:DescribeVpcEndpointServicePermissions",
    "ec2:DescribeVpcEndpoints",
    "elasticloadbalancing:DescribeListenerCertificates",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "route53:ListHostedZones",
    "route53:ListResourceRecordSets",
    "wafv2:GetIPSet",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
)
"""What the caller must be allowed, on any resource; AWS's managed policy ReadOnlyAccess has it. WAF asks for GetWebACL
when it tells the web ACL of a load balancer:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html"""


def load(edges: Iterable[Account], workloads: Iterable[Account]) -> Topology:
    """Read the edge accounts and every workload account for which the caller has credentials, each once."""
    parts = {(account.account_id, account.region): edge(account) for account in edges}
    for account in workloads:
        if (place := (account.account_id, account.region)) not in parts:
            parts[place] = workload(account)
    return joined(parts.values())


def edge(account: Account) -> Topology:
    """What an edge account has in its Region: all that a workload account may have, records, endpoints and web ACLs."""
    held = workload(account)
    return dataclasses.replace(
        held,
        aliases=tuple(_aliases(account.client("route53"))),
        load_balancers={
            arn: dataclasses.replace(one, web_acl=_web_acl(account, arn)) if one.type == "application" else one
            for arn, one in held.load_balancers.items()
        },
        endpoints=network.endpoints(account.client("ec2")),
    )


def workload(account: Account) -> Topology:
    """What a workload account has in its Region."""
    elbv2, ec2 = account.client("elbv2"), account.client("ec2")
    subnets = network.subnets(ec2)
    return Topology(
        aliases=(),
        load_balancers=balancers.load_balancers(elbv2, subnets, _certificates(account)),
        target_groups=balancers.target_groups(elbv2),
        endpoints=(),
        services=_services(ec2, account.account_id, subnets),
        nodes=network.nodes(ec2, subnets),
        security_groups=network.security_groups(ec2),
    )


def _aliases(route53: Any) -> Iterable[Alias]:
    for zone in read(route53, "list_hosted_zones", "HostedZones"):
        if zone["Config"].get("PrivateZone"):
            continue
        for record in read(route53, "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone["Id"]):
            if target := record.get("AliasTarget"):
                yield Alias(
                    name=record["Name"].rstrip(".").replace("\\052", "*").lower(),
                    type=record["Type"],
                    target=target["DNSName"].rstrip(".").removeprefix("dualstack.").lower(),
                    zone=zone["Name"].rstrip("."),
                )


def _certificates(account: Account) -> Mapping[str, Certificate]:
    """By ARN."""
    acm = account.client("acm")
    certificates = {}
    for summary in read(acm, "list_certificates", "CertificateSummaryList"):
        arn = summary["CertificateArn"]
        certificate = acm.describe_certificate(CertificateArn=arn)["Certificate"]
        domains = (certificate["DomainName"], *certificate.get("SubjectAlternativeNames", ()))
        certificates[arn] = Certificate(
            arn=arn,
            domains=tuple(dict.fromkeys(domains)),
            status=certificate["Status"],
            default=False,
            not_after=certificate.get("NotAfter"),
        )
    return certificates


def _web_acl(account: Account, arn: str) -> WebAcl | None:
    acl = account.client("wafv2").get_web_acl_for_resource(ResourceArn=arn).get("WebACL")
    if not acl:
        return None
    rules = tuple(
        WebAclRule(
            name=rule["Name"],
            action=next(iter(rule.get("Action") or rule["OverrideAction"])).lower(),
            statement=_with_addresses(account, rule["Statement"]),
            status=rule.get("Action", {}).get("Block", {}).get("CustomResponse", {}).get("ResponseCode"),
        )
        for rule in sorted(acl["Rules"], key=lambda rule: rule["Priority"])
    )
    return WebAcl(name=acl["Name"], default_allows="Allow" in acl["DefaultAction"], rules=rules)


def _with_addresses(account: Account, statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """The statement; if it refers to an IP set directly, with the addresses of that set."""
    if "IPSetReferenceStatement" not in statement:
        return statement
    arn = statement["IPSetReferenceStatement"]["ARN"]
    _, _, name, id_ = Arn.parse(arn).resource.split("/")
    held = account.client("wafv2").get_ip_set(Name=name, Scope="REGIONAL", Id=id_)["IPSet"]
    return {"IPSetReferenceStatement": {"ARN": arn, "Addresses": held["Addresses"]}}


def _services(ec2: Any, owner: str, subnets: Mapping[str, network.Subnet]) -> dict[str, EndpointService]:
    services = {}
    zone_ids = {subnet.zone_name: subnet.zone_id for subnet in subnets.values()}
    for service in read(ec2, "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"):
        service_id = service["ServiceId"]
        permissions = read(ec2, "describe_vpc_endpoint_service_permissions", "AllowedPrincipals", ServiceId=service_id)
        connections = read(
            ec2,
            "describe_vpc_endpoint_connections",
            "VpcEndpointConnections",
            Filters=[{"Name": "service-id", "Values": [service_id]}],
        )
        services[service["ServiceName"]] = EndpointService(
            id=service_id,
            name=service["ServiceName"],
            owner=owner,
            state=service["ServiceState"],
            acceptance_required=service["AcceptanceRequired"],
            principals=tuple(item["Principal"] for item in permissions),
            zone_ids=tuple(sorted(zone_ids[name] for name in service["AvailabilityZones"] if name in zone_ids)),
            load_balancer_arns=tuple(service.get("NetworkLoadBalancerArns", ())),
            connections={item["VpcEndpointId"]: item["VpcEndpointState"] for item in connections},
        )
    return services
