"""Policies of the VPC endpoints: a pod with another account's credentials cannot use them.

An endpoint policy grants nothing by itself: the caller's own policies apply as well. It is the border of the VPC.
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from privatelink_ingress import regions
from privatelink_ingress.settings.workload import WorkloadSettings

COMMON_ADDON_ACCOUNT = "602401143452"

ADDON_ACCOUNTS: Mapping[str, str] = {
    "af-south-1": "877085696533",
    "ap-east-1": "800184023465",
    "ap-east-2": "533267051163",
    "ap-south-2": "900889452093",
    "ap-southeast-3": "296578399912",
    "ap-southeast-4": "491585149902",
    "ap-southeast-5": "151610086707",
    "ap-southeast-6": "333609536671",
    "ap-southeast-7": "121268973566",
    "ca-west-1": "761377655185",
    "cn-north-1": "918309763551",
    "cn-northwest-1": "961992271922",
    "eu-central-2": "900612956339",
    "eu-south-1": "590381155156",
    "eu-south-2": "455263428931",
    "il-central-1": "066635153087",
    "me-central-1": "759879836304",
    "me-south-1": "558608220178",
    "mx-central-1": "730335286997",
    "us-gov-east-1": "151742754352",
    "us-gov-west-1": "013241004608",
    **dict.fromkeys(
        (
            *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
            *("ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1"),
            *("us-east-1", "us-east-2", "us-west-1", "us-west-2"),
        ),
        COMMON_ADDON_ACCOUNT,
    ),
}
"""Account in whose registry EKS keeps the images of its add-ons, by region.

https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html; compared with the script that pulls the pause
image in AWS's own node images. Where a region is not here, pulling is limited to no account: a guess would break it."""

PULL = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
"""What a pull asks for beside the log-in:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html"""

WHOLE_SERVICE = {
    "autoscaling": "autoscaling",
    "ec2": "ec2",
    "ec2messages": "ec2messages",
    "eks": "eks",
    "elasticloadbalancing": "elasticloadbalancing",
    "monitoring": "cloudwatch",
    "ssm": "ssm",
    "ssmmessages": "ssmmessages",
    "xray": "xray",
}
"""Prefix of the actions by service, where every principal of the account gets to all of it.

What it may do there, its own policies say: `ec2` is used by the CNI, by drivers of volumes and by agents. Documents and
parameters of Systems Manager and prefix lists of EC2 belong to AWS, so their statements have no condition on the
resource's account. The resources of the other services have no policy that could let in another account."""

SHARED_SERVICES = ("kms", "secretsmanager", "sqs")
"""Services whose resources let other accounts in: a policy on the resource names the account.

As in https://github.com/aws-samples/data-perimeter-policy-examples, folder vpc_endpoint_policies, which compares the
organization of the resource where this compares its account."""

_Statement = Mapping[str, Any]


def interface(settings: WorkloadSettings, service: str, *, region: str, cluster: str) -> str | None:
    """The policy of one interface endpoint, as JSON.

    Args:
        settings: The stack file: whose account, and how strict.
        service: Short name of the service.
        region: Region of the VPC.
        cluster: Name of the cluster whose pods get roles.

    Returns:
        None where the policy is `open`, and for services that are not known here: not every service takes a policy,
        and some are called without a principal.
    """
    if settings.endpoints.policy == "open":
        return None
    account = settings.account_id
    if service in WHOLE_SERVICE:
        return _document(_own(account, "OwnPrincipals", [f"{WHOLE_SERVICE[service]}:*"], ["*"]))
    if service in SHARED_SERVICES:
        return _document(_both_own(settings, [f"{service}:*"]))
    statements = _SPECIAL.get(service)
    return _document(*statements(settings, region, cluster)) if statements else None


def s3_gateway(settings: WorkloadSettings, *, region: str) -> str | None:
    """The S3 gateway's policy: reading the bucket in which ECR of this region keeps image layers, and named buckets.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    if settings.endpoints.policy == "open":
        return None
    prefix = f"arn:{regions.partition(region)}:s3:::"
    named = [f"{prefix}{name}{inside}" for name in sorted(settings.endpoints.buckets) for inside in ("", "/*")]
    return _document(
        # ECR signs the URL of a layer itself, so the principal is not the node.
        _allow("ImageLayers", ["s3:GetObject"], [f"{prefix}prod-{region}-starport-layer-bucket/*"]),
        *([_own(settings.account_id, "NamedBuckets", ["s3:*"], named)] if named else []),
    )


def _ecr(settings: WorkloadSettings, region: str, _: str) -> list[_Statement]:
    addons = ADDON_ACCOUNTS.get(region)
    accounts = dict.fromkeys((settings.account_id, addons, *settings.endpoints.image_accounts))
    partition = regions.partition(region)
    repositories = [f"arn:{partition}:ecr:{region}:{account}:repository/*" for account in accounts]
    return [
        # It names no resource; what the token opens is decided by the pull.
        _own(settings.account_id, "LogIn", ["ecr:GetAuthorizationToken"], ["*"]),
        _own(settings.account_id, "Pull", PULL, repositories if addons else ["*"]),
    ]


def _eks_auth(settings: WorkloadSettings, region: str, cluster: str) -> list[_Statement]:
    # In an existing VPC, other clusters may use the same endpoint: private DNS allows one per service and VPC.
    which = cluster if settings.network.existing is None else "*"
    arn = f"arn:{regions.partition(region)}:eks:{region}:{settings.account_id}:cluster/{which}"
    return [_own(settings.account_id, "RolesOfPods", ["eks-auth:AssumeRoleForPodIdentity"], [arn])]


def _logs(settings: WorkloadSettings, region: str, _: str) -> list[_Statement]:
    own = f"arn:{regions.partition(region)}:logs:{region}:{settings.account_id}:*"
    return [_own(settings.account_id, "OwnLogGroups", ["logs:*"], [own])]


def _sts(settings: WorkloadSettings, region: str, _: str) -> list[_Statement]:
    roles = f"arn:{regions.partition(region)}:iam::{settings.account_id}:role/*"
    return [
        _both_own(settings, ["sts:*"]),
        # The caller of this one has a token and no principal yet.
        _allow("OwnRolesByToken", ["sts:AssumeRoleWithWebIdentity"], [roles]),
    ]


_SPECIAL: Mapping[str, Callable[[WorkloadSettings, str, str], list[_Statement]]] = {
    "ecr.api": _ecr,
    "ecr.dkr": _ecr,
    "eks-auth": _eks_auth,
    "logs": _logs,
    "sts": _sts,
}


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*",
        "Action": list(actions),
        "Resource": list(resources),
    }


def _own(account: str, sid: str, actions: Sequence[str], resources: Sequence[str]) -> dict[str, Any]:
    return {
        **_allow(sid, actions, resources),
        "Condition": {"StringEquals": {"aws:PrincipalAccount": account}},
    }


def _both_own(settings: WorkloadSettings, actions: Sequence[str]) -> dict[str, Any]:
    """Principals of the account, on resources of the account or of those that the stack file names.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-resourceaccount
    """
    statement = _own(settings.account_id, "OwnPrincipalsAndResources", actions, ["*"])
    accounts = [settings.account_id, *settings.endpoints.resource_accounts]
    statement["Condition"]["StringEquals"]["aws:ResourceAccount"] = accounts
    return statement


def _document(*statements: _Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
