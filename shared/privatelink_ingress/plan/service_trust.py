"""Trust policies of roles that AWS services assume: each for one source in one account, where the service names it.

A service acts for many customers. Without a condition on the source, it could be told to assume a role by something
other than what the role is for: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from privatelink_ingress import regions

POD_IDENTITY = "pods.eks.amazonaws.com"

Condition = Mapping[str, Mapping[str, str]]


def instances() -> str:
    """Trust EC2 to hand the role to instances. It names no source: an instance profile belongs to one account."""
    return _policy("ec2.amazonaws.com")


def flow_logs(*, account_id: str, region: str) -> str:
    """Trust flow logs of this account and Region, which have no id before they exist.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """
    source = f"arn:{regions.partition(region)}:ec2:{region}:{account_id}:vpc-flow-log/*"
    return _policy("vpc-flow-logs.amazonaws.com", _from(account_id, source))


def cluster(*, account_id: str, region: str, name: str) -> str:
    """Trust EKS for the cluster `name`.

    https://docs.aws.amazon.com/eks/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    source = cluster_arn(account_id=account_id, region=region, name=name)
    return _policy("eks.amazonaws.com", _from(account_id, source), session_tags=True)


def pods(*, account_id: str, region: str, cluster: str, namespace: str, service_account: str) -> str:
    """Trust EKS Pod Identity for the pods of one service account.

    It says which pods in the session's tags: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    That page does not name `aws:SourceAccount`; samples of AWS use it:
    https://github.com/aws-samples/sample-eks-nitro-sandbox
    """
    tags = {
        "eks-cluster-arn": cluster_arn(account_id=account_id, region=region, name=cluster),
        "kubernetes-namespace": namespace,
        "kubernetes-service-account": service_account,
    }
    wanted = {"aws:SourceAccount": account_id, **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
    return _policy(POD_IDENTITY, {"StringEquals": wanted}, session_tags=True)


def cluster_arn(*, account_id: str, region: str, name: str) -> str:
    """The ARN of an EKS cluster, which need not exist yet."""
    return f"arn:{regions.partition(region)}:eks:{region}:{account_id}:cluster/{name}"


def _from(account_id: str, source: str) -> Condition:
    return {"StringEquals": {"aws:SourceAccount": account_id}, "ArnLike": {"aws:SourceArn": source}}


def _policy(service: str, condition: Condition | None = None, *, session_tags: bool = False) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": ["sts:AssumeRole", "sts:TagSession"] if session_tags else ["sts:AssumeRole"],
        **({"Condition": condition} if condition else {}),
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
