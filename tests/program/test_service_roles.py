"""Which AWS services assume the roles of the stacks, and for which source: no other account's cluster or flow log."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan import service_trust
from tests.support.deployers import EDGE, REGION, ROLE, WORKLOAD
from tests.support.programs import run_edge, run_workload


def sources(run: StackRun) -> dict[str, tuple[str, dict[str, Any]]]:
    """By role, the service that assumes it and under which condition."""
    found = {}
    for one in run.of_type(ROLE):
        (statement,) = json.loads(one.inputs["assumeRolePolicy"])["Statement"]
        found[one.name] = (statement["Principal"]["Service"], statement.get("Condition", {}))
    return found


def of(account: str, arn: str) -> dict[str, Any]:
    return {"StringEquals": {"aws:SourceAccount": account}, "ArnLike": {"aws:SourceArn": arn}}


def of_pods(namespace: str, service_account: str) -> dict[str, Any]:
    return {
        "StringEquals": {
            "aws:SourceAccount": WORKLOAD,
            "aws:RequestTag/eks-cluster-arn": f"arn:aws:eks:{REGION}:{WORKLOAD}:cluster/shop",
            "aws:RequestTag/kubernetes-namespace": namespace,
            "aws:RequestTag/kubernetes-service-account": service_account,
        }
    }


def test_each_role_of_a_workload_is_for_its_own_cluster_flow_log_or_pods():
    on = {"install": True}
    assert sources(run_workload("shop", podLogs=on, metrics=on)) == {
        "shop-cluster": (
            "eks.amazonaws.com",
            of(WORKLOAD, f"arn:aws:eks:{REGION}:{WORKLOAD}:cluster/shop"),
        ),
        # An instance profile can be used in its own account only, and EC2 names no source.
        "shop-node": ("ec2.amazonaws.com", {}),
        "shop-flow-logs": (
            "vpc-flow-logs.amazonaws.com",
            of(WORKLOAD, f"arn:aws:ec2:{REGION}:{WORKLOAD}:vpc-flow-log/*"),
        ),
        "shop-vpc-cni": ("pods.eks.amazonaws.com", of_pods("kube-system", "aws-node")),
        "shop-fluent-bit": ("pods.eks.amazonaws.com", of_pods("fluent-bit", "fluent-bit")),
        "shop-cloudwatch-agent": ("pods.eks.amazonaws.com", of_pods("amazon-cloudwatch", "cloudwatch-agent")),
    }


def test_the_one_role_of_an_edge_is_for_flow_logs_of_its_account():
    assert sources(run_edge()) == {
        "edge-network-flow-logs": (
            "vpc-flow-logs.amazonaws.com",
            of(EDGE, f"arn:aws:ec2:{REGION}:{EDGE}:vpc-flow-log/*"),
        )
    }


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_a_source_of_another_partition_has_its_arns(region: str, partition: str):
    (statement,) = json.loads(service_trust.flow_logs(account_id=EDGE, region=region))["Statement"]
    assert statement["Condition"] == of(EDGE, f"arn:{partition}:ec2:{region}:{EDGE}:vpc-flow-log/*")
