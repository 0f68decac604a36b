"""Every input that a type can change has an update, also where no sample sets it; or the local cloud refuses it.

`test_changes` changes each input that the samples set.
"""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import updates
from privatelink_ingress.local.adapters.table import ADAPTERS
from privatelink_ingress.local.adapters.unsupported import UNSUPPORTED
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine import schema
from privatelink_ingress.local.providers import replacement, rules
from tests.support.plugin import REGION, Plugin, Properties, Refused, Resource

ACCOUNT = "111111111111"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)
READ = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
HTTPS = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/16"], "description": "HTTPS"}
DNS = {"protocol": "udp", "fromPort": 53, "toPort": 53, "self": True}


def changeable(type_: str) -> set[str]:
    """The inputs of a type that its provider changes in place; tags are changed for all types alike."""
    forced = set(replacement.AWS[type_].forces)
    if forced == set(rules.ALL):
        return set()
    return set(schema.inputs_of(type_)) - forced - {"tags", "tagsAll", "region"}


@pytest.fixture
def plugin(cloud: Cloud) -> Plugin:
    return Plugin(CloudBackend(cloud, ACCOUNT, REGION), {"region": REGION})


@pytest.fixture
def given(cloud: Cloud) -> dict[str, str]:
    """The ids of what the resources below need."""
    session = cloud.session(ACCOUNT, REGION)
    ec2, logs, elb = session.client("ec2"), session.client("logs"), session.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    elsewhere = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{each}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for each, zone in enumerate("ab")
    ]
    ids = [each["SubnetId"] for each in subnets]
    balancer = elb.create_load_balancer(Name="edge", Subnets=ids, Scheme="internal")["LoadBalancers"][0]
    logs.create_log_group(logGroupName="/aws/vendedlogs/edge")
    logs.put_delivery_source(name="edge", resourceArn=balancer["LoadBalancerArn"], logType="ALB_ACCESS_LOGS")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/vendedlogs/edge"
    destination = logs.put_delivery_destination(
        name="edge", deliveryDestinationConfiguration={"destinationResourceArn": group}
    )
    keys = []
    for _ in range(2):
        policy = {"Version": "2012-10-17", "Statement": [_admits(f"logs.{REGION}.amazonaws.com"), _admits("*")]}
        keys.append(session.client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"])
    found = {"vpc": vpc, "elsewhere": elsewhere}
    return found | {"destination": destination["deliveryDestination"]["arn"], "key": keys[0], "other": keys[1]}


def _admits(service: str) -> dict[str, Any]:
    principal = {"AWS": "*"} if service == "*" else {"Service": service}
    return {"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*"}


def created(plugin: Plugin, cloud: Cloud, type_: str, inputs: Properties) -> Resource:
    """A resource as the engine's state has it after its creation."""
    urn = f"urn:pulumi:prod::edge::{type_}::it"
    checked, _, failures = plugin.check(urn, inputs)
    assert failures == []
    id_, state, _ = plugin.create(urn, checked)
    return Resource(plugin, type_, urn, id_, checked, state, cloud.session(ACCOUNT, REGION))


def _filled(value: Any, given: dict[str, str]) -> Any:
    """A value with the ids that its words stand for."""
    match value:
        case dict():
            return {name: _filled(each, given) for name, each in value.items()}
        case list():
            return [_filled(each, given) for each in value]
        case str():
            return given.get(value, value)
    return value


def test_every_type_with_an_input_to_change_has_an_update() -> None:
    types = ADAPTERS.keys() - {t.CLUSTER_COMPONENT}
    assert [type_ for type_ in sorted(types) if changeable(type_) and type_ not in updates.UPDATES] == []


def test_every_such_input_is_changed_or_refused() -> None:
    """Types outside `HANDLED` send all inputs, and a leftover one is an error."""
    missing = {
        type_: changeable(type_) - names - UNSUPPORTED.get(type_, frozenset())
        for type_, names in updates.HANDLED.items()
    }
    assert {type_: sorted(names) for type_, names in missing.items() if names} == {}
    assert {type_ for type_, names in UNSUPPORTED.items() if not names <= changeable(type_)} == set()
    assert {type_ for type_, names in UNSUPPORTED.items() if names & updates.HANDLED.get(type_, frozenset())} == set()
    assert UNSUPPORTED.keys() <= ADAPTERS.keys()


def test_what_the_local_cloud_does_not_emulate_is_refused_before_any_call(plugin: Plugin) -> None:
    urn = f"urn:pulumi:prod::edge::{t.SUBNET}::it"
    inputs = {"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "enableDns64": True, "enableLniAtDeviceIndex": 1}
    with pytest.raises(
        Refused, match=r"^aws:ec2/subnet:Subnet: the local cloud does not emulate `enableDns64`, `enableLni"
    ):
        plugin.create(urn, inputs)


GROUP = {"vpcId": "vpc", "description": "edge"}
LIVES: list[tuple[str, Properties, Properties]] = [
    (t.SECURITY_GROUP, {**GROUP, "ingress": [HTTPS]}, {"ingress": [HTTPS, DNS]}),
    (t.SECURITY_GROUP, {**GROUP, "ingress": [HTTPS]}, {"ingress": [HTTPS | {"fromPort": 80}]}),
    (t.SECURITY_GROUP, {**GROUP, "ingress": [HTTPS, DNS]}, {"ingress": []}),
    (t.SECURITY_GROUP, {**GROUP, "egress": []}, {"egress": [{"protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}]}),
    (t.SECURITY_GROUP, {**GROUP, "revokeRulesOnDelete": False}, {"revokeRulesOnDelete": True}),
    (t.DEFAULT_SECURITY_GROUP, {"vpcId": "vpc", "ingress": []}, {"ingress": [DNS]}),
    (
        t.LOG_DELIVERY,
        {"deliverySourceName": "edge", "deliveryDestinationArn": "destination", "recordFields": ["date"]},
        {"recordFields": ["date", "c-ip"], "fieldDelimiter": ";"},
    ),
    (
        t.HOSTED_ZONE,
        {"name": "private.example.com", "comment": "edge", "vpcs": [{"vpcId": "vpc"}]},
        {"vpcs": [{"vpcId": "vpc"}, {"vpcId": "elsewhere"}]},
    ),
    (t.LOG_GROUP, {"name": "/edge", "kmsKeyId": "key"}, {"kmsKeyId": "other"}),
    (
        t.ROLE,
        {"assumeRolePolicy": TRUST, "inlinePolicies": [{"name": "read", "policy": READ}]},
        {"inlinePolicies": [{"name": "read", "policy": READ.replace("Get", "List")}]},
    ),
    (t.VPC, {"cidrBlock": "10.1.0.0/16", "instanceTenancy": "dedicated"}, {"instanceTenancy": "default"}),
]


@pytest.mark.parametrize(
    ("type_", "inputs", "changed"), LIVES, ids=[f"{life[0]}-{next(iter(life[2]))}" for life in LIVES]
)
def test_an_input_that_no_sample_sets_changes_in_place(
    plugin: Plugin, cloud: Cloud, given: dict[str, str], type_: str, inputs: Properties, changed: Properties
) -> None:
    old, wanted = _filled(inputs, given), _filled(changed, given)
    resource = created(plugin, cloud, type_, copy.deepcopy(old))
    new = resource.inputs | wanted
    difference = resource.diff(new)
    assert (difference.changed, difference.replaced_by) == (wanted.keys(), set())
    resource.record(new, resource.update(new))
    _, read, state = resource.read()
    assert resource.diff(new).changed == resource.diff(new, olds=read, state=state).changed == set()
    assert read == new
    plugin.delete(resource.urn, resource.id, inputs=new, state=state)
    assert type_ == t.DEFAULT_SECURITY_GROUP or resource.read()[0] == ""
