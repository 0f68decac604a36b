"""A hosted zone of another account: its records are written in a role of that account, everything else is not."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.account.deployers import hosted_zones
from tests.program.test_edge_connections import SHOP
from tests.program.test_hosted_zones import ELSEWHERE, OTHER, ZONE, answering
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, REGION, account, policies
from tests.support.deployers import ZONE as OWN_ZONE
from tests.support.programs import run_attached, run_edge

ROLE = "arn:aws:iam::333333333333:role/records"
ENTRY = {"roleArn": ROLE, "externalId": "edge-2c81"}
RECORD, VALIDATION, PROVIDER = (
    "aws:route53/record:Record",
    "aws:acm/certificateValidation:CertificateValidation",
    "pulumi:providers:aws",
)


def provider_of(run: StackRun, urn: str) -> Registration:
    return next(one for one in run.of_type(PROVIDER) if one.urn == urn)


def providers(run: StackRun, type_: str) -> set[str]:
    """Names of the providers that register resources of a type."""
    return {provider_of(run, one.provider).name for one in run.of_type(type_)}


def refused(run: Any = run_edge, **settings: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(preview=True, **settings)
    return str(caught.value)


def test_alias_and_validation_records_are_written_in_the_owners_role_and_in_no_other_account():
    run = run_edge(hostedZoneRoles={ZONE: ENTRY})
    assert {one.inputs["type"] for one in run.of_type(RECORD)} == {"A", "CNAME"}
    assert providers(run, RECORD) == {f"hosted-zone-{ZONE}"}
    (provider,) = [one for one in run.of_type(PROVIDER) if one.name == f"hosted-zone-{ZONE}"]
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["333333333333"]
    (assumed,) = json.loads(provider.inputs["assumeRoles"])
    assert (assumed["roleArn"], assumed["externalId"]) == (ROLE, "edge-2c81")


def test_every_other_resource_stays_with_the_edges_provider():
    run = run_edge(hostedZoneRoles={ZONE: ENTRY})
    foreign = {one.type for one in run.registrations if one.provider and "hosted-zone" in one.provider}
    assert foreign == {RECORD}
    assert providers(run, VALIDATION) == {"network"}


def test_names_of_resources_do_not_depend_on_who_writes_the_records():
    added = {one.urn for one in run_edge(hostedZoneRoles={ZONE: ENTRY}).registrations}
    assert {urn.rpartition("::")[2] for urn in added - {one.urn for one in run_edge().registrations}} == {
        f"hosted-zone-{ZONE}"
    }


def test_the_zone_is_looked_up_in_the_same_role():
    run = run_edge(hostedZoneRoles={ZONE: ENTRY})
    (asked,) = [one for one in run.invokes if one.token == "aws:route53/getZone:getZone"]
    assert provider_of(run, asked.provider).name == f"hosted-zone-{ZONE}"


def test_one_stack_writes_to_zones_of_two_accounts():
    certificate = {"domains": ["shop.example.net"], "zoneId": OTHER}
    shop = {**SHOP, "routes": [{"hosts": ["shop.example.net"]}], "dns": False, "certificate": certificate}
    zones = answering(**{ZONE: {}, OTHER: {"name": "example.net"}})
    run = run_edge(connections={"shop": shop}, hostedZoneRoles={OTHER: ENTRY}, backend=zones)
    by_zone = {one.inputs["zoneId"]: provider_of(run, one.provider).name for one in run.of_type(RECORD)}
    assert by_zone == {ZONE: "network", OTHER: f"hosted-zone-{OTHER}"}


def test_an_attached_stack_names_the_role_of_its_shards_zone():
    assert providers(run_attached(hostedZoneRoles={ZONE: ENTRY}), RECORD) == {f"hosted-zone-{ZONE}"}
    assert providers(run_attached(), RECORD) == {"network"}


def test_a_role_of_the_stacks_own_account_is_refused():
    own = f"arn:aws:iam::{EDGE}:role/records"
    text = refused(hostedZoneRoles={ZONE: {"roleArn": own}})
    assert f"hostedZoneRoles.{ZONE}.roleArn: is a role of this stack's own account, {EDGE}" in text
    assert "Remove the entry, or write the role of the account that owns the hosted zone." in text


@pytest.mark.parametrize(("run", "where"), [(run_edge, "dns.zoneId"), (run_attached, "edgeStack")])
def test_a_role_for_a_zone_in_which_the_stack_writes_nothing_is_refused(run: Any, where: str):
    text = refused(run, hostedZoneRoles={OTHER: ENTRY})
    assert f"hostedZoneRoles.{OTHER}: has no effect, since no record of this stack is in that hosted zone" in text
    assert f"write one of the hosted zones that this stack uses: {ZONE} ({where})." in text


def test_a_zone_that_the_role_does_not_find_is_refused_with_the_role():
    text = refused(hostedZoneRoles={ZONE: ENTRY}, backend=answering())
    assert f"dns.zoneId: is {ZONE}, which cannot be looked up" in text
    assert f"Write under hostedZoneRoles.{ZONE} a role that this stack's deployer may assume" in text
    assert f"{ROLE} was tried." in text


def test_without_a_role_the_message_says_how_to_name_one():
    assert ELSEWHERE in refused(backend=answering())


def requests(run: StackRun) -> list[Request]:
    """All that AWS asks of whoever looks the zone up, and creates, changes and deletes its records."""
    asking = Account("333333333333", REGION, stack="central-ingress/prod", boundary="")
    looked_up = (one for one in run.invokes if one.token == "aws:route53/getZone:getZone")
    return [
        *(request for one in run.of_type(RECORD) for request in asking.of(one)),
        *(request for one in looked_up for request in asking.of_look_up(one)),
    ]


def test_the_documented_policy_allows_all_that_the_records_need_and_no_other_zone():
    needed = requests(run_edge(hostedZoneRoles={ZONE: ENTRY}))
    assert {one.action.partition(":")[0] for one in needed} == {"route53"}
    assert Policies(hosted_zones.policy("aws", [ZONE])).refused(needed) == []
    other = Policies(hosted_zones.policy("aws", [OTHER]))
    assert {one.resource for one in other.allowed(needed)} == {"arn:aws:route53:::change/C1"}


@pytest.mark.parametrize("zones", [{"hostedZoneIds": [OWN_ZONE]}, {}])
def test_the_deployer_assumes_exactly_the_roles_that_are_named(zones: dict[str, Any]):
    run = account(
        {"trust": {"principals": [CI]}, "edge": {"stacks": ["prod"], "hostedZoneRoleArns": [ROLE], **zones}}, EDGE
    )
    assume = Request("sts:AssumeRole", ROLE)
    assert policies(run, "deployer").allow(assume)
    assert not policies(run, "deployer").allow(Request("sts:AssumeRole", f"{ROLE}-2"))
    assert not policies(run, "edge-network").allow(assume)


def test_an_edge_without_a_zone_of_its_own_writes_no_record_in_its_account():
    run = account({"trust": {"principals": [CI]}, "edge": {"stacks": ["prod"], "hostedZoneRoleArns": [ROLE]}}, EDGE)
    assert policies(run, "edge-network").allowed(requests(run_edge(hostedZoneRoles={ZONE: ENTRY}))) == []
