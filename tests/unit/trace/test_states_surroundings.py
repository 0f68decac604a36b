"""What exported states know beside the path: contracts, as outputs and as a parameter, and clusters."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.cli import planned
from privatelink_ingress.fleet import repository
from privatelink_ingress.stackfiles.exports import SECRET, SIGNATURE, Export
from privatelink_ingress.trace.expected import Expected, Workload
from privatelink_ingress.trace.judgements import contracts
from privatelink_ingress.trace.states import surroundings
from privatelink_ingress.trace.surroundings import Published
from tests.support.programs import REPOSITORY
from tests.support.topologies import whole

ARN = "arn:aws:eks:eu-west-1:111111111111:cluster/shop"
PARAMETER = "arn:aws:ssm:eu-west-1:111111111111:parameter/a"


def part(kind: str, cluster: str, region: str = "eu-west-1") -> dict[str, Any]:
    """The outputs that an add-on and a node group share."""
    return {"clusterName": cluster, "arn": f"arn:aws:eks:{region}:111111111111:{kind}/{cluster}/a/b"}


OUTPUTS = {"connection_name": "shop", "contract_version": 2, "port": 80}


def export(*resources: tuple[str, dict[str, Any]], stack: str = "eks-service/shop") -> Export:
    return Export(
        stack=stack,
        resources=tuple(
            {"urn": f"urn:{number}", "type": type_, "id": f"id-{number}", "outputs": outputs}
            for number, (type_, outputs) in enumerate(resources)
        ),
    )


def test_a_contract_is_read_from_the_outputs_and_from_the_parameter_that_the_stack_wrote():
    parameter = {"name": "/central-ingress/connections/shop", "value": json.dumps({"contract_version": 1})}
    around = surroundings.load([export((t.STACK, OUTPUTS), (t.PARAMETER, parameter))])
    assert around.published == (
        Published(connection="shop", source="outputs of eks-service/shop", fields=OUTPUTS),
        Published(
            connection="shop",
            source="parameter /central-ingress/connections/shop",
            fields={"contract_version": 1},
        ),
    )


def test_a_stack_that_publishes_under_another_name_is_looked_for_by_that_name():
    [named] = surroundings.load([export((t.STACK, {"connection_name": "store"}))]).published
    [unnamed] = surroundings.load([export((t.STACK, {}))]).published
    assert (named.connection, unnamed.connection) == ("store", "shop")


@pytest.mark.parametrize("value", [{SIGNATURE: SECRET, "ciphertext": "v1:abc"}, None], ids=str)
def test_a_parameter_that_cannot_be_read_is_not_judged(value: Any):
    around = surroundings.load([export((t.STACK, OUTPUTS), (t.PARAMETER, {"name": "/a", "value": value}))])
    assert [one.source for one in around.published] == ["outputs of eks-service/shop"]


def test_the_value_that_the_provider_does_not_hide_is_the_contract():
    hidden = {SIGNATURE: SECRET, "ciphertext": "v1:abc"}
    parameter = {"name": "/a", "arn": PARAMETER, "value": hidden, "insecureValue": json.dumps({"port": 80})}
    _, published = surroundings.load([export((t.STACK, OUTPUTS), (t.PARAMETER, parameter))]).published
    assert (published.source, published.fields) == ("parameter /a of account 111111111111", {"port": 80})


@pytest.mark.parametrize("value", ["{", "[]", "none"])
def test_a_parameter_without_a_contract_has_no_field(value: str):
    _, published = surroundings.load(
        [export((t.STACK, OUTPUTS), (t.PARAMETER, {"name": "/a", "value": value}))]
    ).published
    assert published.fields == {}


def test_a_stack_that_has_lost_its_parameter_publishes_none():
    expected = Expected(workloads=(shop(),))
    _, published = surroundings.load([export((t.STACK, {"connection_name": shop().connection}))], expected).published
    assert published == Published(
        connection="shop", source="parameter /central-ingress/connections/shop of account 111111111111", fields=None
    )


def test_only_workloads_publish_contracts():
    assert surroundings.load([export((t.STACK, OUTPUTS), stack="central-ingress/prod")]).published == ()


def test_a_cluster_comes_with_its_add_ons_and_node_groups_and_not_with_those_of_another():
    around = surroundings.load(
        [
            export(
                (
                    t.CLUSTER,
                    {
                        "arn": ARN,
                        "name": "shop",
                        "endpoint": "https://shop.eks.amazonaws.com",
                        "version": 1.36,
                        "certificateAuthority": {"data": "LS0t"},
                    },
                ),
                (t.ADDON, part("addon", "shop") | {"addonName": "coredns", "addonVersion": "v1"}),
                (t.ADDON, part("addon", "blog") | {"addonName": "vpc-cni", "addonVersion": "v1"}),
                (
                    t.NODE_GROUP,
                    part("nodegroup", "shop") | {"nodeGroupName": "a", "version": "1.35", "status": "DEGRADED"},
                ),
            )
        ]
    )
    [cluster] = around.clusters
    assert (cluster.account_id, cluster.region, cluster.name) == ("111111111111", "eu-west-1", "shop")
    assert (cluster.endpoint, cluster.certificate_authority) == ("https://shop.eks.amazonaws.com", "LS0t")
    assert (cluster.version, cluster.status) == ("1.36", "ACTIVE")
    assert [(one.name, one.version, one.status) for one in cluster.addons] == [("coredns", "v1", "ACTIVE")]
    assert [(one.name, one.version, one.status) for one in cluster.node_groups] == [("a", "1.35", "DEGRADED")]


def test_clusters_of_one_name_in_two_regions_are_told_apart():
    regions = {"eu-west-1": "1.36", "eu-central-1": "1.35"}
    stacks = [
        export(
            (t.CLUSTER, {"arn": ARN.replace("eu-west-1", region), "name": "shop", "version": version}),
            (t.ADDON, part("addon", "shop", region) | {"addonName": "coredns", "addonVersion": version}),
            (t.NODE_GROUP, part("nodegroup", "shop", region) | {"nodeGroupName": region, "version": version}),
            stack=f"eks-service/shop-{region}",
        )
        for region, version in regions.items()
    ]
    assert {
        one.key: (one.version, [(each.name, each.version) for each in (*one.addons, *one.node_groups)])
        for one in surroundings.load(stacks).clusters
    } == {
        ("111111111111", region, "shop"): (version, [("coredns", version), (region, version)])
        for region, version in regions.items()
    }


def test_a_cluster_that_was_never_created_is_not_known():
    assert surroundings.load([export((t.CLUSTER, {"name": "shop"}))]).clusters == ()


@functools.cache
def shop() -> Workload:
    """The sample stack, as its file plans it."""
    workloads = planned.of(repository.read_right(REPOSITORY)).workloads
    return next(one for one in workloads if one.stack.endswith("shop"))


def findings(fields: dict[str, Any]) -> list[str]:
    workload = shop()
    published = surroundings.load([export((t.STACK, {"connection_name": workload.connection, **fields}))]).published
    return [one.problem.reason for one in contracts.judge(workload, published, whole())]


def whole_contract(**changed: Any) -> dict[str, Any]:
    service = {
        "endpoint_service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
        "endpoint_service_id": "vpce-svc-0a",
    }
    return {**shop().plan.publication.contract, **service, **changed}


def test_a_contract_of_a_later_version_is_refused_and_one_of_an_earlier_version_is_read():
    later = findings(whole_contract(contract_version=3))
    assert any("contract_version" in reason for reason in later)
    earlier = {key: value for key, value in whole_contract(contract_version=1).items() if key != "protocol_versions"}
    assert not any("contract_version" in reason or "protocol_versions" in reason for reason in findings(earlier))


def test_a_contract_that_lacks_what_its_version_says_is_refused():
    older = {key: value for key, value in whole_contract().items() if key != "protocol_versions"}
    assert any("protocol_versions is missing" in reason for reason in findings(older))
