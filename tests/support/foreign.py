"""The foreign resources of an account, those of other owners, and every call that AWS could be asked to make on them.

Actions and the kinds of resource that each is checked with are cfn-lint's copy of the service authorization reference.
The caller chooses what a caller can choose: the tags in the request are its own stack's, and it passes roles to any
service. It cannot choose what AWS knows about the resource: its tags, its boundary, the owner of an image.
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from privatelink_ingress.local.iam_policies import Request
from tests.support.aws_requests import REQUESTS, TAGGING
from tests.support.deployers import REGION

SERVICES = (
    *("acm", "autoscaling", "cloudformation", "cloudwatch", "ec2", "ecr", "eks", "elasticloadbalancing", "iam", "kms"),
    *("lambda", "logs", "organizations", "route53", "s3", "secretsmanager", "sns", "ssm", "sts", "wafv2"),
)
"""Those that the stacks use, and others with which an intruder would go on."""

OURS = {"ManagedBy": "privatelink-ingress", "Name": "other", "Stack": "eks-service/other"}

OWNERS: dict[str, dict[str, str]] = {
    "nobody": {},
    "a person": {"Name": "by-hand"},
    "Terraform": {"ManagedBy": "terraform", "Name": "by-terraform"},
    "EKS": {"Name": "eks-cluster-sg-platform", "aws:eks:cluster-name": "platform", "eks:cluster-name": "platform"},
    "another stack": OURS,
    "a stack of the same name in another project": {**OURS, "Stack": "eks-service-2/shop"},
}
"""Tags by owner."""

NAMES: dict[str, tuple[str, ...]] = {
    "iam:role": ("admin", "shop-node-role", "shop-node-1a2b3c4", "shop-eu-node-1a2b3c4", "edge-network-flow-logs-role"),
    "logs:log-group": ("/aws/eks/platform/cluster", "shop-eu-flow-logs-1a2b3c4"),
    "elasticloadbalancing:loadbalancer/app/": ("other/1",),
    "elasticloadbalancing:loadbalancer/net/": ("other/1",),
    "ecr:repository": ("other/app", "shop-eu/nginx-ingress"),
    "eks:cluster": ("platform", "shop-eu"),
    "cloudwatch:alarm": ("central-ingress/prod-2/errors", "central-ingress-prod/errors", "other"),
    "sns:topic": ("central-ingress-prod", "central-ingress-prod-2-alarms"),
    "wafv2:webacl": ("other/1", "central-ingress-prod-2/1"),
}
"""Names by kind, where a policy could go by the name: the nearest ones that belong to another owner."""

SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0f0f0f0f0f0f0f0f0"
"""An endpoint service that no contract names."""


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One call on a foreign resource."""

    kind: str
    """Of the resource, such as `security-group`; empty for a call that AWS checks with no resource."""
    owner: str
    request: Request

    def __str__(self) -> str:
        return f"{self.request.action} on {self.owner}'s {self.request.resource}"


@functools.cache
def reference() -> dict[str, Any]:
    """By service, `Actions` with the kinds of resource that each is checked with, and `Resources` with their ARNs."""
    text = resources.files("cfnlint.data.AdditionalSpecs").joinpath("Policies.json").read_text()
    return json.loads(text)


_NAMED = ("cloudwatch", "ecr", "s3", "sns", "ssm", "wafv2")
"""Services in which the caller names what it creates, so a foreign name must be refused."""


@functools.cache
def created() -> frozenset[tuple[str, str]]:
    """Action and kind of what it creates: that is new, so it belongs to nobody else."""
    lines = (line.split() for table in REQUESTS.values() for line in table.strip().splitlines())
    made = {(line[1].lower(), _kind_of(line[2])) for line in lines if line[0] == "+" and line[2:]}
    tagging = {action.lower() for action in TAGGING.values()}
    new = {(action, kind) for action, kind in made if action not in tagging and not action.startswith(_NAMED)}
    launched = {("ec2:runinstances", kind) for kind in ("instance", "network-interface", "volume")}
    interface = ("ec2:createnetworkinterface", "network-interface")
    return frozenset({*new, *launched, interface, ("iam:createrole", "role")})


def attempts(account: str, region: str, tags: dict[str, str]) -> Iterator[Attempt]:
    """All calls in `account` by a principal whose stack has `tags`."""
    asked = {"aws:RequestedRegion": region, **{f"aws:RequestTag/{key}": value for key, value in tags.items()}}
    for service in SERVICES:
        known = reference()[service]
        for name, about in known["Actions"].items():
            action = f"{service}:{name}"
            kinds = about.get("Resources") or [""]
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                if (action, kind.split("/")[0]) in created():
                    continue
                for owner, owned in OWNERS.items():
                    told = {f"aws:ResourceTag/{key}": value for key, value in owned.items()}
                    for arn in _arns(service, kind, account, region):
                        for more in _choices(action, kind, account, region):
                            yield Attempt(kind, owner, Request(action, arn, asked | told | more))


def _arns(service: str, kind: str, account: str, region: str) -> Iterator[str]:
    if not kind:
        yield "*"
        return
    (form, *_) = reference()[service]["Resources"][kind.lower()]["ARNFormats"]
    for name in NAMES.get(f"{service}:{kind}", ("foreign-1/2/3/4",)):
        arn = form.replace("${Partition}", "aws").replace("${Region}", region).replace("${Account}", account)
        yield arn.replace(".*", name)


def _choices(action: str, kind: str, account: str, region: str) -> Iterator[dict[str, str]]:
    """What the caller may choose beside tags, and what AWS adds for this action and kind."""
    if action == "iam:passrole":
        for service in ("ec2", "eks", "lambda", "pods.eks", "vpc-flow-logs"):
            yield {"iam:PassedToService": f"{service}.amazonaws.com"}
    elif action == "ec2:runinstances":
        # A template of its own, in which the call overrides everything.
        own = {"ec2:LaunchTemplate": f"arn:aws:ec2:{region}:{account}:launch-template/lt-1"}
        yield own | ({"ec2:Owner": "333333333333"} if kind == "image" else {})
        yield {"ec2:Vpc": f"arn:aws:ec2:{region}:{account}:vpc/vpc-0f0f0f0f0f0f0f0f0"} | own
    elif action in ("iam:attachrolepolicy", "iam:detachrolepolicy"):
        for policy in ("AdministratorAccess", "AmazonEKSWorkerNodePolicy"):
            yield {"iam:PolicyARN": f"arn:aws:iam::aws:policy/{policy}"}
    elif action in ("iam:putrolepermissionsboundary", "iam:createrole"):
        # The boundary in the request, for a role that has none.
        for side in ("workload", "edge"):
            yield {
                "iam:PermissionsBoundary": f"arn:aws:iam::{account}:policy/privatelink-ingress/ingress-{side}-boundary"
            }
    else:
        yield {}


def connecting(account: str, region: str, tags: dict[str, str]) -> Request:
    """A new endpoint of the caller's own, connected to a foreign service."""
    asked = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    service = {"ec2:VpceServiceName": SERVICE, "ec2:VpceServiceOwner": "333333333333"}
    return Request("ec2:CreateVpcEndpoint", f"arn:aws:ec2:{region}:{account}:vpc-endpoint/vpce-1", asked | service)


def _kind_of(arn: str) -> str:
    """The kind at the start of an ARN pattern's resource: `subnet` of `{ec2}:subnet/subnet-1`."""
    resource = arn.split(":", 1)[1] if ":" in arn else arn
    return resource.replace(":", "/").split("/")[0]


LOOK_UPS = {
    "autoscaling:describeautoscalinggroups",
    "cloudwatch:getmetricdata",
    "ecr:describerepositories",
    "ecr:getauthorizationtoken",
    "eks:describeaddonversions",
    "eks:listclusters",
    "iam:getrole",
    "iam:getrolepolicy",
    "iam:listattachedrolepolicies",
    "iam:listinstanceprofilesforrole",
    "iam:listrolepolicies",
    "iam:listroletags",
    "logs:describeloggroups",
    "logs:describeresourcepolicies",
    "route53:getchange",
    "ssm:describeparameters",
}
"""Beside `Describe` of EC2 and Elastic Load Balancing, what some role may look up about things of others."""


def look_up(action: str) -> bool:
    """Whether an action, in lower case, only looks at what others have."""
    return action in LOOK_UPS or action.startswith(("ec2:describe", "elasticloadbalancing:describe"))


@functools.cache
def of_stack(account: str, stack: str) -> tuple[Attempt, ...]:
    """All calls in an account by a principal of a stack."""
    tags = {"ManagedBy": "privatelink-ingress", "Name": "mine", "Stack": stack}
    return tuple(attempts(account, REGION, tags))
