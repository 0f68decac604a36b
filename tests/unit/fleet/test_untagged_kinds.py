"""Every type of AWS resource that our stacks register is found after a killed run, or need not be."""

from __future__ import annotations

import collections

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.arns import Arn
from privatelink_ingress.fleet.resource_kinds import KINDS, deletion, kind_of
from privatelink_ingress.fleet.untagged_kinds import HELD_BY, IMPORT_IDS, REPEATED, import_id_of
from tests.support.aws_requests import REQUESTS

TAGGED = {kind.type for kind in KINDS.values()} - HELD_BY.keys()
REGISTERED = {token for token in REQUESTS if token.startswith("aws:") and token.rpartition(":")[2][0].isupper()}


@pytest.mark.parametrize("type_", sorted(REGISTERED))
def test_each_type_is_found_in_one_way_or_created_again_without_effect(type_):
    ways = collections.Counter(name for way in (TAGGED, HELD_BY, IMPORT_IDS, REPEATED) for name in way)
    assert ways[type_] == 1


@pytest.mark.parametrize("type_", sorted(HELD_BY))
def test_a_type_without_tags_is_held_by_a_tagged_one_and_has_a_deletion(type_):
    assert HELD_BY[type_][0] in TAGGED
    assert [kind.delete for kind in KINDS.values() if kind.type == type_] != []


@pytest.mark.parametrize(
    ("arn", "type_", "id_", "command"),
    [
        (
            "arn:aws:wafv2:eu-west-1:222222222222:regional/ipset/edge-deny/1a-2b",
            t.IP_SET,
            "1a-2b/edge-deny/REGIONAL",
            "aws wafv2 delete-ip-set --name edge-deny --scope REGIONAL --id 1a-2b --region eu-west-1 --lock-token "
            '"$(aws wafv2 get-ip-set --name edge-deny --scope REGIONAL --id 1a-2b --region eu-west-1 '
            '--query LockToken --output text)"',
        ),
        (
            "arn:aws:logs:eu-west-1:222222222222:query-definition:1a-2b",
            t.QUERY_DEFINITION,
            "arn:aws:logs:eu-west-1:222222222222:query-definition:1a-2b",
            "aws logs delete-query-definition --query-definition-id 1a-2b --region eu-west-1",
        ),
        (
            "arn:aws:iam::222222222222:role-policy/edge-flow-logs-1a2b3c4:edge-flow-logs-5d6e7f8",
            t.ROLE_POLICY,
            "edge-flow-logs-1a2b3c4:edge-flow-logs-5d6e7f8",
            "aws iam delete-role-policy --role-name edge-flow-logs-1a2b3c4 --policy-name edge-flow-logs-5d6e7f8 "
            "--region eu-west-1",
        ),
    ],
)
def test_kinds_are_told_apart_by_their_arns(arn, type_, id_, command):
    kind = kind_of(Arn.parse(arn))
    assert kind is not None
    assert (kind.type, kind.import_id(Arn.parse(arn))) == (type_, id_)
    assert deletion(kind, Arn.parse(arn), "eu-west-1") == command


def test_the_acceptance_of_an_endpoint_has_an_id_that_its_inputs_tell():
    inputs = {"vpcEndpointServiceId": "vpce-svc-1", "vpcEndpointId": "vpce-2"}
    assert import_id_of(t.ENDPOINT_ACCEPTER, inputs) == "vpce-svc-1_vpce-2"
