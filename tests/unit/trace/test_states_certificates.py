"""A certificate's validation records are missed in states only where its own stack registers them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.stackfiles.exports import Export
from privatelink_ingress.trace.judgements import certificates
from privatelink_ingress.trace.states.load import load

BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:loadbalancer/app/edge/1"
CERTIFICATE = "arn:aws:acm:eu-west-1:222222222222:certificate/1"
NAME, VALUE = "_a.example.com", "_b.acm-validations.aws"
OPTION = {"domainName": "*.example.com", "resourceRecordName": f"{NAME}.", "resourceRecordValue": f"{VALUE}."}
RECORD = (t.DNS_RECORD, {"type": "CNAME", "name": NAME, "fqdn": NAME, "zoneId": "Z1", "records": [f"{VALUE}."]})


def missed(*more: tuple[str, dict[str, Any]], waits_for: list[str] | None) -> list[str]:
    """What is said about a listener's certificate in a state with these resources."""
    resources = [
        (
            t.LOAD_BALANCER,
            {
                "arn": BALANCER,
                "name": "edge",
                "loadBalancerType": "application",
                "dnsName": "edge.example.com",
                "vpcId": "vpc-1",
            },
        ),
        (
            t.LISTENER,
            {
                "arn": "arn:listener",
                "loadBalancerArn": BALANCER,
                "port": 443,
                "protocol": "HTTPS",
                "certificateArn": CERTIFICATE,
                "defaultActions": [{"type": "fixed-response", "fixedResponse": {"statusCode": "404"}}],
            },
        ),
        (
            t.CERTIFICATE,
            {"arn": CERTIFICATE, "domainName": "*.example.com", "domainValidationOptions": [OPTION]},
        ),
        (t.CERTIFICATE_VALIDATION, {"certificateArn": CERTIFICATE, "validationRecordFqdns": waits_for}),
        *more,
    ]
    export = Export(
        stack="central-ingress/prod",
        resources=tuple({"urn": type_, "type": type_, "id": type_, "outputs": one} for type_, one in resources),
    )
    topology = load([export])
    [balancer] = topology.load_balancers.values()
    return [one.problem.reason for one in certificates.judge(balancer, topology, datetime.datetime.now(datetime.UTC))]


@pytest.mark.parametrize(
    ("waits_for", "records", "reasons"),
    [
        ([NAME], [RECORD], []),
        ([NAME], [], [f"its validation record is in no hosted zone, so ACM cannot renew it: {NAME}"]),
        (None, [], []),
        ([], [], []),
    ],
)
def test_a_record_of_another_stack_is_not_missed(
    waits_for: list[str] | None, records: list[tuple[str, dict[str, Any]]], reasons: list[str]
):
    assert missed(*records, waits_for=waits_for) == reasons
