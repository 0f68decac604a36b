"""One change of every input that the sample stacks set, through the provider plugin: what the engine would do with it.

The claims are about one deployment and are told in order: changes first, then what a refresh finds, then the removal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.table import ADAPTERS
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.engine import schema, sdk, wire
from privatelink_ingress.local.providers import comparison, replacement
from tests.support.changes import representative
from tests.support.plugin import Samples
from tests.support.trials import Trial, passed_on, tried

INGRESS_CLASS = "kubernetes:networking.k8s.io/v1:IngressClass"

NOT_IN_AWS = {
    (t.ADDON, "resolveConflictsOnCreate"),
    (t.ADDON, "resolveConflictsOnUpdate"),
    (t.BUCKET, "forceDestroy"),
    (t.LAUNCH_TEMPLATE, "updateDefaultVersion"),
    (t.REPOSITORY, "forceDelete"),
}
"""Inputs that tell the provider how to update or delete: AWS does not have them, so that no refresh can see them."""

OF_THE_TYPE = {"apiVersion", "kind"}
"""Inputs of Kubernetes objects that the SDK derives from the type: a program cannot change them."""

REFUSED = {
    (t.CONFIG_MAP, "immutable"): "immutable: field is immutable",
    (t.ENDPOINT_SERVICE, "supportedIpAddressTypes"): "do not support the IP address type ipv6",
    (INGRESS_CLASS, "spec"): "spec.controller: field is immutable",
    (t.INTERNET_GATEWAY, "vpcId"): "has some mapped public address",
    (t.LISTENER, "protocol"): "UnsupportedProtocol",
    (t.LOAD_BALANCER, "ipAddressType"): "InvalidSubnet",
    (t.VPC_ENDPOINT, "ipAddressType"): "does not support dualstack",
}
"""Updates that AWS, or a cluster's API server, refuses in the sample stacks, by a part of the message."""

FORCES = re.compile(
    r"forces? (a |the )?(new|re-?creat|resource re|replac)|new resource|recreat|force.* new|destroy and re",
    re.IGNORECASE,
)
"""How the SDK's documentation says that an input replaces the resource."""


@pytest.fixture(scope="module")
def samples() -> Iterator[Samples]:
    with Cloud() as cloud:
        yield Samples(cloud)


@pytest.fixture(scope="module")
def trials(samples: Samples) -> dict[tuple[str, str], Trial]:
    """Every type with every input, the cluster's first: other resources' changes upgrade one."""
    types = sorted(samples.types(), key=lambda type_: (type_ != t.CLUSTER, type_))
    inputs = {
        type_: sorted({name for each in samples.of(type_) for name in each.inputs} - OF_THE_TYPE) for type_ in types
    }
    found = {}
    for type_, names in inputs.items():
        for name in names:
            found[type_, name] = tried(representative(samples, type_, name), name, samples)
    return found


def updated(trials: dict[tuple[str, str], Trial]) -> dict[tuple[str, str], Trial]:
    """The changes that AWS has accepted."""
    return {key: trial for key, trial in trials.items() if not trial.replaced and not trial.refusal}


def test_what_is_deployed_is_read_as_it_was_registered(samples: Samples) -> None:
    differing = {}
    for each in samples.resources:
        id_, inputs, outputs = each.read()
        if (id_, inputs) != (each.id, each.inputs) or each.diff(each.inputs, state=outputs).changed:
            differing[each.urn] = {key: value for key, value in inputs.items() if value != each.inputs.get(key)}
    assert differing == {}


def test_every_type_of_the_samples_takes_part(samples: Samples, trials: dict[tuple[str, str], Trial]) -> None:
    assert {type_ for type_, _ in trials} == {each.type for each in samples.resources}
    assert {type_ for type_ in samples.types() if type_.startswith("aws:")} <= ADAPTERS.keys()


def test_no_update_is_missing_and_each_refusal_is_known(trials: dict[tuple[str, str], Trial]) -> None:
    refused = {key: trial.refusal for key, trial in trials.items() if trial.refusal}
    unexpected = {key: text for key, text in refused.items() if REFUSED.get(key, "\0") not in text}
    assert unexpected == {}
    assert refused.keys() == REFUSED.keys()


def test_an_update_changes_aws_and_a_refresh_with_the_old_state_sees_it(trials: dict[tuple[str, str], Trial]) -> None:
    unseen = {
        key: trial.seen
        for key, trial in updated(trials).items()
        if key not in NOT_IN_AWS and not comparison.holds(trial.seen, trial.new)
    }
    assert unseen == {}


def test_an_input_that_only_the_provider_knows_is_recorded_and_not_looked_for(
    trials: dict[tuple[str, str], Trial],
) -> None:
    alone = {key for key, trial in updated(trials).items() if not comparison.holds(trial.seen, trial.new)}
    assert alone == NOT_IN_AWS


def test_after_an_update_there_is_nothing_left_to_change(trials: dict[tuple[str, str], Trial]) -> None:
    left = {key: (trial.again, trial.read) for key, trial in updated(trials).items() if trial.again or trial.read}
    assert left == {}


def test_each_update_can_be_taken_back(trials: dict[tuple[str, str], Trial]) -> None:
    assert {key: trial.back for key, trial in updated(trials).items() if trial.back} == {}


def test_a_secret_input_is_a_secret_output_of_its_update(trials: dict[tuple[str, str], Trial]) -> None:
    assert [key for key, trial in updated(trials).items() if not trial.secret] == []


def test_what_the_sdk_s_documentation_says_replaces_does() -> None:
    """An independent source: the provider's documentation, generated into the SDK."""
    conditional = {
        (t.LOAD_BALANCER, "secondaryIpsAutoAssignedPerSubnet"),
        (t.LOAD_BALANCER, "securityGroups"),
        (t.LOAD_BALANCER, "subnets"),
        (t.PARAMETER, "tier"),
        (t.SUBNET, "ipv6CidrBlock"),
        (t.VPC_ENDPOINT, "privateDnsEnabled"),
    }
    said, missing = set(), set()
    for type_, rule in replacement.AWS.items():
        documented = sdk.arguments_of(type_).__init__.__doc__ or ""
        parts = re.split(r":param .*? (\w+): ", " ".join(documented.split()))
        arguments = {each.argument: name for name, each in schema.inputs_of(type_).items()}
        for argument, text in zip(parts[1::2], parts[2::2], strict=True):
            if argument in arguments and FORCES.search(text):
                said.add((type_, arguments[argument]))
                forced = {path.partition(".")[0] for path in rule.forces}
                if "*" not in forced and arguments[argument] not in forced:
                    missing.add((type_, arguments[argument]))
    assert (t.CLUSTER, "bootstrapSelfManagedAddons") in said
    assert missing == conditional


@pytest.mark.parametrize("secret", [False, True], ids=["unknown", "secret"])
def test_an_unknown_stays_unknown_and_a_secret_stays_secret(samples: Samples, *, secret: bool) -> None:
    lost = []
    for type_ in samples.types():
        for name in sorted({name for each in samples.of(type_) for name in each.inputs}):
            resource = representative(samples, type_, name)
            news = resource.inputs if secret else resource.inputs | {name: wire.UNKNOWN}
            kept = passed_on(resource, news, name, secret=secret)
            lost += [f"{type_}.{name} in {step}" for step, fine in kept.items() if not fine]
    assert lost == []


def test_a_rule_added_to_the_default_group_by_hand_is_seen_and_removed(samples: Samples) -> None:
    group = samples.of(t.DEFAULT_SECURITY_GROUP)[0]
    ec2 = group.aws.client("ec2")
    ec2.authorize_security_group_ingress(GroupId=group.id, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")
    _, inputs, outputs = group.read()
    ssh = {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    assert inputs["ingress"] == outputs["ingress"] == [ssh]
    assert group.diff(group.inputs, olds=inputs, state=outputs).changed == {"ingress"}
    wanted = dict(group.inputs)
    group.record(inputs, outputs)
    group.record(wanted, group.update(wanted))
    assert ec2.describe_security_groups(GroupIds=[group.id])["SecurityGroups"][0]["IpPermissions"] == []


def test_a_route_of_another_resource_is_none_of_the_table_s(samples: Samples) -> None:
    (table,) = (each for each in samples.of(t.ROUTE_TABLE) if "routes" not in each.inputs)
    _, inputs, outputs = table.read()
    assert inputs == table.inputs
    tagged = inputs | {"tags": inputs["tags"] | {"Other": "yes"}}
    table.plugin.update(table.urn, table.id, news=tagged, olds=inputs, state=outputs)
    (described,) = table.aws.client("ec2").describe_route_tables(RouteTableIds=[table.id])["RouteTables"]
    assert [route["DestinationCidrBlock"] for route in described["Routes"] if route["GatewayId"] != "local"] == [
        "0.0.0.0/0"
    ]


def test_what_is_gone_is_read_as_gone(samples: Samples) -> None:
    """In the order of a removal. What AWS has no resource for lasts as long as the resource that it is about."""
    for type_, name, value in (
        (t.CLUSTER, "deletionProtection", False),
        (t.LOAD_BALANCER, "enableDeletionProtection", False),
        (t.REPOSITORY, "forceDelete", True),
        (t.BUCKET, "forceDestroy", True),
    ):
        for each in samples.of(type_):
            each.record(each.inputs | {name: value}, each.update(each.inputs | {name: value}))
    left = []
    for each in reversed(samples.resources):
        if each.type == t.SUBNET:
            samples.delete_created(each.stack)
        each.plugin.delete(each.urn, each.id, inputs=each.inputs, state=each.state)
        if each.read()[0]:
            left.append(each.type)
    assert set(left) == {t.BUCKET_VERSIONING, t.CERTIFICATE_VALIDATION, t.DEFAULT_SECURITY_GROUP}
    in_aws = [each for each in samples.resources if each.aws]
    assert [each.urn for each in in_aws if each.read()[0]] == []
