"""Access entries of the cluster, depending on its creator, and the route to its Kubernetes API."""

from __future__ import annotations

import json
from typing import Any

from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run
from tests.support.strict_backend import StrictBackend

CLUSTER = "eks:index:Cluster"
ENTRY = "aws:eks/accessEntry:AccessEntry"
POLICY = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
ROLE = "arn:aws:iam::111111111111:role"
CREATOR, OTHER = f"{ROLE}/platform/creator", f"{ROLE}/other"


def aws_where(*, caller: str, creator: str | None = None, exists: bool) -> StrictBackend:
    """An AWS in which `caller` deploys, with a cluster or none, and `creator` in its tag."""
    cluster = {"id": "shop", "name": "shop", "version": "1.36", "tags": {"Creator": creator} if creator else {}}
    return StrictBackend(
        answers={
            "aws:index/getCallerIdentity:getCallerIdentity": lambda *_: {"id": "x", "accountId": "x", "arn": caller},
            "aws:eks/getClusters:getClusters": lambda *_: {"id": "x", "names": ["blog", *(["shop"] if exists else [])]},
            "aws:eks/getCluster:getCluster": lambda *_: cluster,
            "aws:eks/getNodeGroups:getNodeGroups": lambda args, _: {**args, "id": "x", "names": []},
        }
    )


def session(role_arn: str) -> str:
    return f"arn:aws:sts::111111111111:assumed-role/{role_arn.rpartition('/')[2]}/alice"


def entries(run: StackRun) -> set[str]:
    return {each.inputs["principalArn"] for each in run.of_type(ENTRY)}


def deployed(run: Run, backend: StrictBackend, **cluster: Any) -> StackRun:
    return run(backend=backend, cluster={"admins": [CREATOR, OTHER], **cluster})


def test_the_cluster_creator_gets_no_entry_from_the_stack(workload_run: Run):
    run = deployed(workload_run, aws_where(caller=session(CREATOR), exists=False))
    assert entries(run) == {OTHER}
    assert run.only(CLUSTER).inputs["tags"]["Creator"] == f"{ROLE}/creator"


def test_the_creator_stays_without_an_entry_when_another_role_deploys_later(workload_run: Run):
    first = deployed(workload_run, aws_where(caller=session(CREATOR), exists=False))
    tag = first.only(CLUSTER).inputs["tags"]["Creator"]
    for caller in (OTHER, CREATOR, f"{ROLE}/third"):
        later = deployed(workload_run, aws_where(caller=session(caller), creator=tag, exists=True))
        assert {each.urn: each.inputs for each in later.registrations} == {
            each.urn: each.inputs for each in first.registrations
        }


def test_a_later_deployer_keeps_its_entry(workload_run: Run):
    run = deployed(workload_run, aws_where(caller=session(OTHER), creator=f"{ROLE}/third", exists=True))
    assert entries(run) == {CREATOR, OTHER}


def test_a_deployer_other_than_the_creator_adds_no_creator_tag(workload_run: Run):
    run = deployed(workload_run, aws_where(caller=session(OTHER), exists=True))
    assert "Creator" not in run.only(CLUSTER).inputs["tags"]
    assert entries(run) == {CREATOR, OTHER}


def test_with_a_role_for_the_duty_the_caller_identity_is_not_looked_up(workload_run: Run):
    backend = aws_where(caller=session(OTHER), exists=False)
    run = workload_run(backend=backend, cluster={"admins": [CREATOR, OTHER]}, roles={"eks": CREATOR})
    assert entries(run) == {OTHER}
    assert run.only(CLUSTER).inputs["tags"]["Creator"] == CREATOR
    assert "aws:index/getCallerIdentity:getCallerIdentity" not in {each.token for each in run.invokes}


def test_viewers_read_and_administrators_do_everything(workload_run: Run):
    run = workload_run(cluster={"admins": [CREATOR], "viewers": [OTHER]})
    rights = {each.inputs["principalArn"]: each.inputs["policyArn"].rpartition("/")[2] for each in run.of_type(POLICY)}
    assert rights == {CREATOR: "AmazonEKSClusterAdminPolicy", OTHER: "AmazonEKSViewPolicy"}
    assert {json.dumps(each.inputs["accessScope"]) for each in run.of_type(POLICY)} == {'{"type": "cluster"}'}


def test_objects_in_the_cluster_are_reached_by_way_of_the_tunnel(workload_run: Run):
    api = {"server": "https://localhost:8443", "tlsServerName": "0A1B.gr7.eu-west-1.eks.amazonaws.com"}
    admins = [f"{ROLE}/platform-admin"]
    kubernetes = "pulumi:providers:kubernetes"
    direct, tunnel = (
        workload_run(),
        workload_run(cluster={"admins": admins, "kubernetesApi": api, "logRetentionDays": 365}),
    )
    by_tunnel = json.loads(tunnel.only(kubernetes).inputs["kubeconfig"])["clusters"][0]["cluster"]
    assert (by_tunnel["server"], by_tunnel["tls-server-name"]) == (api["server"], api["tlsServerName"])
    assert "tls-server-name" not in direct.only(kubernetes).inputs["kubeconfig"]
    changed = {
        each.urn
        for each, before in zip(tunnel.registrations, direct.registrations, strict=True)
        if each.inputs != before.inputs
    }
    assert changed == {tunnel.only(kubernetes).urn}
