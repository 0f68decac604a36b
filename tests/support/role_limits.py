"""What a role may do with foreign resources, and why: docs/security.md shows it, and a test finds exactly this."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

OF_OUR_NAME = "role named as Pulumi names a stack's own"

UNTAGGED, ANYONE = "nobody", "anyone"
"""Owner of the resource: `nobody` when it has none of the tags `ManagedBy`, `Name` and `Stack`."""


@dataclasses.dataclass(frozen=True)
class Limit:
    """One call, on one kind of resource."""

    roles: tuple[str, ...]
    """Of `every_role.ROLES`, or the boundary of a side, such as `within workload`."""
    actions: tuple[str, ...]
    kind: str
    """Empty where AWS checks the call with no resource."""
    owner: str
    reason: str

    def entries(self) -> Iterator[tuple[str, str, str]]:
        """Action in lower case, kind and owner."""
        yield from ((action.lower(), self.kind, self.owner) for action in self.actions)


_CREATES = "It creates a resource with the stack's tags, and AWS checks no other."
_NO_RESOURCE = "AWS checks this call with no resource, so it is limited to the Region alone."
_CANNOT_TELL = "The service cannot tell tagging while creating from a later call."
_CNI = "The VPC CNI creates interfaces with tags of its own. To detach one takes a right on its instance, too."
_BOUNDARY = "within workload"

LIMITS = (
    Limit(
        ("workload-network", "edge-network"),
        ("ec2:CreateTags",),
        "security-group",
        UNTAGGED,
        "AWS creates the default group of a VPC without tags, and the stack empties it.",
    ),
    Limit(
        ("workload-network",),
        ("route53:AssociateVPCWithHostedZone",),
        "hostedzone",
        ANYONE,
        "For endpoints with private DNS, whose zones are AWS's. Limited to VPCs of the Region.",
    ),
    Limit(
        ("workload-network", "edge-network"),
        ("kms:DescribeKey", "kms:GetKeyPolicy"),
        "key",
        ANYONE,
        "They tell whether the key of the alarms' topic exists and admits CloudWatch. Neither has content of a key.",
    ),
    Limit(("workload-iam",), ("iam:TagRole",), OF_OUR_NAME, UNTAGGED, _CANNOT_TELL),
    Limit(("workload-eks",), ("iam:PassRole",), OF_OUR_NAME, ANYONE, "IAM checks PassRole without tags."),
    Limit(("workload-eks",), ("eks:CreateCluster",), "", ANYONE, _CREATES),
    Limit(
        ("workload-eks",),
        ("logs:DeleteQueryDefinition", "logs:DescribeQueryDefinitions", "logs:PutQueryDefinition"),
        "",
        ANYONE,
        _NO_RESOURCE,
    ),
    Limit(("edge-network", "attached"), ("acm:RequestCertificate",), "", ANYONE, _CREATES),
    Limit(("edge-network", "attached"), ("acm:AddTagsToCertificate",), "certificate", UNTAGGED, _CANNOT_TELL),
    Limit(("edge-network",), ("logs:TagResource",), "delivery", UNTAGGED, _CANNOT_TELL),
    Limit(
        ("edge-network",),
        (
            "elasticloadbalancing:AllowVendedLogDeliveryForResource",
            "elasticloadbalancing:SetWebACL",
            "logs:CreateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:DeleteQueryDefinition",
            "logs:DescribeQueryDefinitions",
            "logs:PutQueryDefinition",
            "logs:PutResourcePolicy",
        ),
        "",
        ANYONE,
        _NO_RESOURCE,
    ),
    Limit(
        (_BOUNDARY,),
        (
            "ec2:AssignPrivateIpAddresses",
            "ec2:AttachNetworkInterface",
            "ec2:CreateTags",
            "ec2:DeleteNetworkInterface",
            "ec2:DetachNetworkInterface",
            "ec2:ModifyNetworkInterfaceAttribute",
            "ec2:UnassignPrivateIpAddresses",
        ),
        "network-interface",
        ANYONE,
        _CNI,
    ),
    Limit(
        (_BOUNDARY,),
        ("ecr:BatchGetImage", "ecr:BatchImportUpstreamImage", "ecr:GetDownloadUrlForLayer"),
        "repository",
        ANYONE,
        "Nodes pull the images of applications, whose repositories only their owners know.",
    ),
    Limit((_BOUNDARY,), ("cloudwatch:PutMetricData",), "dataset", ANYONE, "Metrics belong to no resource."),
    *(
        Limit((_BOUNDARY,), ("ssm:UpdateInstanceInformation",), kind, ANYONE, "Needed for `sessionManager`.")
        for kind in ("instance", "managed-instance")
    ),
)


def of(role: str) -> set[tuple[str, str, str]]:
    """The entries of all limits of a role."""
    return {entry for limit in LIMITS if role in limit.roles for entry in limit.entries()}
