"""Resources without tags are ours through what holds them; a pending create tells which of them a run left."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.untagged import Answers, held_by
from privatelink_ingress.fleet.exported_state import Pending, State
from privatelink_ingress.fleet.orphans import Found, Orphan, compare

SHOP, ACCOUNT, REGION = "eks-service/shop", "111111111111", "eu-west-1"
EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
VPC = {
    "VpcId": "vpc-1",
    "CidrBlock": "10.11.0.0/16",
    "CidrBlockAssociationSet": [
        {"AssociationId": f"vpc-cidr-assoc-{state}", "CidrBlock": block, "CidrBlockState": {"State": state}}
        for block, state in (
            ("10.11.0.0/16", "first"),
            ("100.64.0.0/16", "associated"),
            ("100.65.0.0/16", "disassociated"),
        )
    ],
}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:connections"
NOTIFICATION = {
    "ConnectionNotificationId": "vpce-nfn-1",
    "ServiceId": "vpce-svc-1",
    "ConnectionNotificationArn": TOPIC,
}
ROLE = {"RoleName": "shop-flow-logs-1a", "RolePolicyList": [{"PolicyName": "shop-flow-logs-2b"}]}
QUERY = {"name": "edge/firewall-would-block", "queryDefinitionId": "3c", "logGroupNames": ["aws-waf-logs-edge"]}
OURS = [
    Found(stack=SHOP, arn=arn, region=REGION)
    for arn in (
        f"{EC2}:vpc/vpc-1",
        f"{EC2}:vpc-endpoint-service/vpce-svc-1",
        f"arn:aws:iam::{ACCOUNT}:role/shop-flow-logs-1a",
        f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:aws-waf-logs-edge",
    )
]
FOLLOW = QUERY | {"name": "edge/follow-request", "queryDefinitionId": "4d"}
ANSWERS = Answers(roles=[ROLE], vpcs=[VPC], notifications=[NOTIFICATION], queries=[QUERY, FOLLOW])


def orphans(ours: list[Found], *pending: tuple[str, str]) -> list[Orphan]:
    """The orphans without tags, where the state has what is tagged, and creates of these types and names pending."""
    known = {(t.VPC, "vpc-1"), (t.ENDPOINT_SERVICE, "vpce-svc-1"), (t.ROLE, "shop-flow-logs-1a")}
    known |= {(t.LOG_GROUP, "aws-waf-logs-edge")}
    creates = [
        Pending(stack=SHOP, urn=f"urn:pulumi:shop::eks-service::{type_}::shop", type=type_, told_by=name)
        for type_, name in pending
    ]
    found = ours + held_by(ours, ANSWERS, ACCOUNT, REGION)
    return list(compare(found, [State(stack=SHOP, known=frozenset(known), pending=tuple(creates))]).orphans)


@pytest.mark.parametrize(
    ("type_", "name", "id_", "delete"),
    [
        (
            t.VPC_IPV4_RANGE,
            "100.64.0.0/16",
            "vpc-cidr-assoc-associated",
            "ec2 disassociate-vpc-cidr-block --association-id vpc-cidr-assoc-associated",
        ),
        (
            t.ENDPOINT_NOTIFICATION,
            TOPIC,
            "vpce-nfn-1",
            "ec2 delete-vpc-endpoint-connection-notifications --connection-notification-ids vpce-nfn-1",
        ),
        (
            t.ROLE_POLICY,
            "shop-flow-logs-2b",
            "shop-flow-logs-1a:shop-flow-logs-2b",
            "iam delete-role-policy --role-name shop-flow-logs-1a --policy-name shop-flow-logs-2b",
        ),
    ],
)
def test_the_result_of_a_pending_create_is_an_orphan_of_its_holders_stack(type_, name, id_, delete):
    [orphan] = [one for one in orphans(OURS, (type_, name)) if one.type == type_]
    assert (orphan.stack, orphan.arn, orphan.delete) == (SHOP, id_, f"aws {delete} --region {REGION}")
    [adopt] = orphan.adopt
    assert adopt.words[:4] == ("import", type_, "shop", id_)
    assert {one.type for one in orphans(OURS, (type_, f"{name}-other"))} == {t.QUERY_DEFINITION}
    assert orphans([], (type_, name)) == []


def test_a_saved_query_of_our_names_is_an_orphan_without_a_pending_create_too():
    prefix = f"arn:aws:logs:{REGION}:{ACCOUNT}:query-definition:"
    assert {orphan.arn for orphan in orphans(OURS)} == {f"{prefix}3c", f"{prefix}4d"}


@pytest.mark.parametrize("token", ["nextToken", "NextToken"])
def test_an_operation_without_a_paginator_is_read_to_its_last_page(token):
    class Client:
        def can_paginate(self, operation: str) -> bool:
            return False

        def describe_query_definitions(self, **given: Any) -> dict[str, Any]:
            page = int(given.pop(token, 0))
            assert given == {"maxResults": 2}
            return {"queryDefinitions": [page], **({token: str(page + 1)} if page < 2 else {})}

    assert read(Client(), "describe_query_definitions", "queryDefinitions", maxResults=2) == [0, 1, 2]


@pytest.mark.parametrize("end", ["", ":*"])
def test_a_query_logging_configuration_is_ours_by_its_log_group(end: str):
    edge, there = "central-ingress/prod", "us-east-1"
    arn = f"arn:aws:logs:{there}:{ACCOUNT}:log-group:/aws/route53/central-ingress-prod"
    ours = [Found(stack=edge, arn=arn, region=there)]
    configs = [
        {"Id": id_, "HostedZoneId": "Z0123456789ABC", "CloudWatchLogsLogGroupArn": f"{group}{end}"}
        for id_, group in (("5e", arn), ("6f", f"{arn}-2"))
    ]
    answers = Answers(roles=[], vpcs=[], notifications=[], queries=[], query_logs=configs)
    found = ours + held_by(ours, answers, ACCOUNT, there)
    known = frozenset({(t.LOG_GROUP, "/aws/route53/central-ingress-prod")})
    whole = State(stack=edge, known=known | {(t.QUERY_LOG, "5e")}, pending=())
    assert compare(found, [whole]).orphans == ()
    urn = f"urn:pulumi:prod::central-ingress::{t.QUERY_LOG}::edge-query-logs"
    pending = Pending(stack=edge, urn=urn, type=t.QUERY_LOG, told_by="Z0123456789ABC")
    [orphan] = compare(found, [State(stack=edge, known=known, pending=(pending,))]).orphans
    assert (orphan.type, orphan.arn) == (t.QUERY_LOG, "arn:aws:route53:::queryloggingconfig/5e")
    assert orphan.delete == "aws route53 delete-query-logging-config --id 5e --region us-east-1"
    [adopt] = orphan.adopt
    assert "import aws:route53/queryLog:QueryLog edge-query-logs 5e --stack prod" in str(adopt)
