"""Names of the AWS services that interface endpoints lead to, wherever a stack file lists some."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress.settings.fields import InvalidSetting, matching

MISTAKEN = {
    "cloudwatch": "monitoring",
    "cloudwatch-logs": "logs",
    "ec2-messages": "ec2messages",
    "ecr": "ecr.api and ecr.dkr",
    "ecr-api": "ecr.api",
    "ecr-dkr": "ecr.dkr",
    "eks.auth": "eks-auth",
    "eksauth": "eks-auth",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "secrets-manager": "secretsmanager",
    "session-manager": "ssm and ssmmessages, or set sessionManager",
    "ssm-messages": "ssmmessages",
}
"""Names that AWS does not have, and the right one. No list of all names is available offline: the look-up before
planning refuses a wrong name that is not listed here."""


def _known(name: str) -> str:
    if name == "s3":
        raise InvalidSetting("is 's3', which every VPC here reaches through a gateway endpoint", "Remove it.")
    if name.startswith("com.amazonaws."):
        raise InvalidSetting(f"is {name!r}, a whole name", f"Write {name.split('.', 3)[-1]!r}: the region is known.")
    if name in MISTAKEN:
        raise InvalidSetting(f"is {name!r}, which is not the name of a service", f"Write {MISTAKEN[name]}.")
    return name


EndpointService = Annotated[
    str,
    matching(
        r"[a-z0-9]+([.-][a-z0-9]+)*", "the last part of a service's name, such as sts for com.amazonaws.<region>.sts"
    ),
    AfterValidator(_known),
]
