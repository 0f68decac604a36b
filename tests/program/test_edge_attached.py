"""Attached stacks: one stack per connection, on the load balancer of a shard."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.local.engine.monitor import ProgramFailed, StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import named

SHARD = "organization/central-ingress/prod"
OWN = {"certificate": {"domains": ["www.blog.example.com"]}, "routes": [{"hosts": ["www.blog.example.com"]}]}

Run = Callable[..., StackRun]
_default: list[StackRun] = []


@pytest.fixture
def attached(attached_run: Run) -> StackRun:
    """The sample stack; one run for all claims, since nothing changes it."""
    if not _default:
        _default.append(attached_run())
    return _default[0]


@pytest.fixture
def blog(connections: dict[str, Any]) -> dict[str, Any]:
    """The sample's entry."""
    return connections["blog"]


def test_an_attached_stack_registers_its_connection_and_nothing_of_the_shard(attached: StackRun):
    assert {r.type for r in attached.registrations if r.type.startswith("privatelink-ingress:")} <= {
        "privatelink-ingress:index:Attachment",
        "privatelink-ingress:index:Connection",
        "privatelink-ingress:index:Backend",
        "privatelink-ingress:index:RemovalGuard",
    }
    assert {r.type for r in attached.registrations if r.type.startswith("aws:")} == {
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:lb/targetGroup:TargetGroup",
        "aws:lb/targetGroupAttachment:TargetGroupAttachment",
        "aws:lb/listenerRule:ListenerRule",
        "aws:route53/record:Record",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
    }
    assert [one.token for one in attached.invokes] == ["aws:route53/getZone:getZone"]


def test_it_uses_the_shards_network_listener_and_zone(attached: StackRun, shard: StackOutputs):
    values = shard.values
    endpoint = attached.only("aws:ec2/vpcEndpoint:VpcEndpoint").inputs
    assert endpoint["vpcId"] == values["vpc_id"]
    assert endpoint["securityGroupIds"] == [values["endpoint_security_group_id"]]
    zones = sorted(values["endpoint_subnet_ids"])
    assert endpoint["subnetConfigurations"] == [
        {"subnetId": values["endpoint_subnet_ids"][zone], "ipv4": address}
        for zone, address in zip(zones, ("10.12.128.20", "10.12.130.20", "10.12.132.20"), strict=True)
    ]
    rules = attached.of_type("aws:lb/listenerRule:ListenerRule")
    assert {rule.inputs["listenerArn"] for rule in rules} == {values["listener_arn"]}
    assert sorted(rule.inputs["priority"] for rule in rules) == [41, 42, 15_041]
    record = attached.only("aws:route53/record:Record").inputs
    assert (record["name"], record["zoneId"]) == ("blog.example.com", values["hosted_zone_id"])
    assert (record["aliases"][0]["name"], record["aliases"][0]["zoneId"]) == (
        values["alb_dns_name"],
        values["alb_zone_id"],
    )


def below(run: StackRun, component: str) -> set[tuple[str, str]]:
    """Type and name of everything inside a component."""
    inside = {component}
    for one in run.registrations:  # each comes after its parent
        if one.parent in inside:
            inside.add(one.urn)
    return {(one.type, one.name) for one in run.registrations if one.urn in inside}


def test_a_connection_has_the_same_resources_whether_attached_or_in_the_shards_file(attached_run: Run, edge_run: Run):
    alone, together = (
        below(run, named(run, "privatelink-ingress:index:Connection", "blog").urn)
        for run in (attached_run(dashboards=True), edge_run(dashboards=True))
    )
    assert alone == together
    assert len(alone) >= 8


def test_its_resources_say_which_stack_and_owner_they_are_of(attached: StackRun):
    for type_ in ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:lb/targetGroup:TargetGroup"):
        tags = attached.only(type_).inputs["tags"]
        assert (tags["Stack"], tags["Owner"], tags["Connection"]) == ("central-ingress/prod-blog", "team-blog", "blog")


def test_a_first_preview_shows_every_resource(attached: StackRun, attached_run: Run):
    assert {r.urn for r in attached_run(preview=True).registrations} == {r.urn for r in attached.registrations}


def test_its_own_certificate_is_validated_in_the_shards_zone_and_attached_to_its_listener(
    attached_run: Run, shard: StackOutputs, blog: dict[str, Any]
):
    run = attached_run(connections={"blog": blog | OWN})
    assert run.only("aws:acm/certificate:Certificate").inputs["domainName"] == "www.blog.example.com"
    record = named(run, "aws:route53/record:Record", "blog-www.blog.example.com-Z0123456789EXAMPLE")
    assert record.inputs["zoneId"] == shard.values["hosted_zone_id"]
    listed = run.only("aws:lb/listenerCertificate:ListenerCertificate")
    assert listed.inputs["listenerArn"] == shard.values["listener_arn"]
    assert listed.parent == named(run, "privatelink-ingress:index:Connection", "blog").urn


def test_it_exports_its_connections_and_its_shard(attached: StackRun):
    assert attached.exports["edge_stack"] == SHARD
    assert list(attached.exports["connections"]) == ["blog"]
    assert set(attached.exports) == {"edge_stack", "connections"}
    assert attached.secret_exports == frozenset()


def test_a_shard_exports_its_contract_as_plain_values(shard: StackOutputs):
    contract = ShardContract.read(shard.values, SHARD)
    assert (contract.shard_contract_version, contract.account_id, contract.region) == (1, "222222222222", "eu-west-1")
    assert contract.certificate_domains == ("*.example.com", "example.com")
    assert contract.endpoint_subnet_cidrs == {
        "euw1-az1": "10.12.128.0/23",
        "euw1-az2": "10.12.130.0/23",
        "euw1-az3": "10.12.132.0/23",
    }


@pytest.fixture
def refused(attached_run: Run, published: dict[str, StackOutputs]) -> Callable[..., str]:
    def run(shard: StackOutputs, **changes: Any) -> str:
        with pytest.raises(Exception) as error:
            attached_run(stacks=published | {SHARD: shard}, **changes)
        return str(error.value)

    return run


def test_a_shard_of_an_older_release_names_the_stack_each_field_and_the_command(
    refused: Callable[..., str], shard: StackOutputs
):
    values = {key: value for key, value in shard.values.items() if key not in ("vpc_id", "listener_arn")}
    message = refused(StackOutputs(values))
    assert f"Stack {SHARD} cannot be attached to: it exports no shard contract:" in message
    assert "vpc_id: is missing" in message
    assert "listener_arn: is missing" in message
    assert "Run `pulumi up --stack prod` in central-ingress/, then this again." in message


def test_a_shard_of_a_newer_release_names_both_versions(refused: Callable[..., str], shard: StackOutputs):
    newer = StackOutputs(dict(shard.values) | {"shard_contract_version": 2})
    assert "shard_contract_version: is 2, but this program reads version 1" in refused(newer)


def test_a_secret_field_is_refused(refused: Callable[..., str], shard: StackOutputs):
    assert "vpc_id: is a secret" in refused(dataclasses.replace(shard, secret=frozenset({"vpc_id"})))


def test_a_stack_that_is_attached_itself_cannot_be_attached_to(refused: Callable[..., str], attached: StackRun):
    assert f"Write edgeStack: {SHARD}." in refused(attached.outputs)


def test_another_account_is_refused_before_anything_is_registered(refused: Callable[..., str], shard: StackOutputs):
    message = refused(shard, accountId="333333333333")
    assert "accountId: is 333333333333, but edge stack prod is in account 222222222222" in message


def test_a_shard_that_was_never_deployed_is_named(attached_run: Run, published: dict[str, StackOutputs]):
    with pytest.raises(ProgramFailed, match=f"unknown stack '{SHARD}'"):
        attached_run(stacks=published)


def test_a_full_name_of_the_edge_stack_is_taken_as_it_is(
    attached_run: Run, published: dict[str, StackOutputs], shard: StackOutputs
):
    run = attached_run(stacks=published | {"acme/edges/prod": shard}, edgeStack="acme/edges/prod")
    assert "acme/edges/prod" in {r.name for r in run.of_type("pulumi:pulumi:StackReference")}
    assert run.exports["edge_stack"] == "acme/edges/prod"


def physical_names(run: StackRun) -> set[tuple[str, str]]:
    """Names that the program chooses and that are unique in an account and region, with the type."""
    hosts = ("aws:route53/record:Record", "aws:acm/certificate:Certificate")
    keys = ("name", "bucket", "roleName", "policyName")
    return {
        (one.type, one.inputs[key])
        for one in run.registrations
        for key in keys
        if one.type.startswith("aws:") and one.type not in hosts and isinstance(one.inputs.get(key), str)
        # What refers to another resource by its name has none of its own.
        if not (key == "bucket" and one.type != "aws:s3/bucket:Bucket")
    }


def test_two_shards_in_one_account_share_no_name(edge_run: Run):
    prod, second = physical_names(edge_run()), physical_names(edge_run("prod-2"))
    assert prod & second == set()
    assert len(prod) == len(second)
    assert len(prod) >= 8


def test_an_attached_stack_shares_no_name_with_its_shard(attached: StackRun, edge_run: Run):
    assert physical_names(attached) & physical_names(edge_run()) == set()
    assert physical_names(attached)
