"""What does not wait for what: the longest chain from nothing to a connection that serves stays as short as it is.

`benchmarks/longest_chain.py` prints the chains.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from privatelink_ingress.local.engine.runner import Registration, StackRun

Run = Callable[..., StackRun]

CLUSTER, NODES, ADDON = "eks:index:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/addon:Addon"
BALANCER, SERVICE = "aws:lb/loadBalancer:LoadBalancer", "aws:ec2/vpcEndpointService:VpcEndpointService"
ENDPOINT, RULE = "aws:ec2/vpcEndpoint:VpcEndpoint", "aws:lb/listenerRule:ListenerRule"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
ATTACHMENT = "aws:lb/targetGroupAttachment:TargetGroupAttachment"


@pytest.fixture
def workload(workload_run: Run) -> StackRun:
    return workload_run()


@pytest.fixture
def edge(edge_run: Run) -> StackRun:
    return edge_run()


def waits_for(run: StackRun, one: Registration) -> set[str]:
    """Types of all that must be there first, however far down the chain."""
    by_urn = {other.urn: other for other in run.registrations}
    found: set[str] = set()
    ahead = [one.urn]
    while ahead:
        current = by_urn[ahead.pop()]
        for urn in {*current.depends_on, current.provider, *current.providers.values()} & by_urn.keys() - found:
            found.add(urn)
            ahead.append(urn)
    return {by_urn[urn].type for urn in found}


def test_the_load_balancer_its_listeners_and_the_service_wait_for_nothing_of_the_cluster(workload: StackRun):
    for type_ in (BALANCER, "aws:lb/listener:Listener", "aws:lb/targetGroup:TargetGroup", SERVICE):
        for one in workload.of_type(type_):
            assert not {kind for kind in waits_for(workload, one) if kind.startswith(("eks:", "aws:eks/"))}, one.name


def test_the_registry_waits_for_nothing(workload: StackRun):
    for one in workload.of_type("aws:ecr/repository:Repository"):
        assert waits_for(workload, one) == {"pulumi:providers:aws"}


def test_the_contract_is_published_while_the_cluster_is_made(workload: StackRun):
    assert CLUSTER not in waits_for(workload, workload.only("aws:ssm/parameter:Parameter"))


def test_endpoints_and_cluster_are_made_side_by_side(workload: StackRun):
    assert len(workload.of_type(ENDPOINT)) >= 5
    for one in workload.of_type(ENDPOINT):
        assert CLUSTER not in waits_for(workload, one)
    assert ENDPOINT not in waits_for(workload, workload.only(CLUSTER))


def test_the_cluster_waits_for_its_log_group_and_not_for_flow_logs_routes_or_launch_templates(workload: StackRun):
    ahead = waits_for(workload, workload.only(CLUSTER))
    assert "aws:cloudwatch/logGroup:LogGroup" in ahead
    others = ("flowLog", "route", "launchTemplate", "securityGroup", "ecr", "lb/")
    assert [kind for kind in ahead if any(part in kind for part in others)] == []


def test_the_controller_waits_for_nodes_and_not_for_the_addons_that_need_nodes_too(workload: StackRun):
    deployment = next(one for one in workload.of_type(DEPLOYMENT) if one.name == "shop-deployment")
    provider = workload.only("pulumi:providers:kubernetes")
    ahead = {*waits_for(workload, deployment)}
    assert {CLUSTER, NODES, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"} <= ahead
    addons = {one.urn: one.inputs["addonName"] for one in workload.of_type(ADDON)}
    assert {addons[urn] for urn in provider.depends_on if urn in addons} == set()


def test_the_edges_load_balancer_waits_for_the_buckets_policy_and_not_for_its_life_cycle(edge: StackRun):
    ahead = waits_for(edge, edge.only(BALANCER))
    settings = ("Policy", "ServerSideEncryptionConfiguration", "Versioning", "PublicAccessBlock", "OwnershipControls")
    assert {f"aws:s3/bucket{name}:Bucket{name}" for name in settings} <= ahead
    assert LIFECYCLE not in ahead


def test_endpoints_of_connections_are_made_beside_the_load_balancer_and_its_certificates(edge: StackRun):
    for one in (*edge.of_type(ENDPOINT), *edge.of_type(ATTACHMENT)):
        ahead = waits_for(edge, one)
        assert BALANCER not in ahead
        assert not {kind for kind in ahead if kind.startswith(("aws:acm/", "aws:wafv2/", "aws:s3/"))}, one.name


def test_no_connection_waits_for_another(edge: StackRun):
    for one in edge.of_type(RULE):
        own = one.name.split("-")[0]
        others = {"blog", "shop"} - {own}
        assert not [urn for urn in one.depends_on if urn.rpartition("::")[2].split("-")[0] in others], one.name


def test_nothing_is_served_before_the_firewall_is_in_front(edge: StackRun):
    (listener,) = edge.of_type("aws:lb/listener:Listener")
    assert "aws:wafv2/webAclAssociation:WebAclAssociation" in waits_for(edge, listener)
