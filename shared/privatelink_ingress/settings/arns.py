"""Types of ARNs in a stack file."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress import regions
from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.fields import PARTITION, InvalidSetting, matching

IAM = rf"arn:{PARTITION}:iam::\d{{12}}:"
"""How the ARN of everything in IAM begins."""

_PATH = r"(?!/)([\w+=,.@/-]{1,510}/)?"

ROLE, USER, POLICY = (
    rf"role/{_PATH}[\w+=,.@-]{{1,64}}",
    rf"user/{_PATH}[\w+=,.@-]{{1,64}}",
    rf"policy/{_PATH}[\w+=,.@-]{{1,128}}",
)
"""What follows. A path has at most 512 characters, a role's or user's name 64, a policy's 128:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length"""

RoleArn = Annotated[str, matching(rf"{IAM}{ROLE}", "the ARN of an IAM role, whose name has at most 64 characters")]

PolicyArn = Annotated[
    str, matching(rf"{IAM}{POLICY}", "the ARN of an IAM policy of your own, whose name has at most 128 characters")
]

PrincipalArn = Annotated[
    str,
    # PrivateLink supports no principal with a path, and `*` would publish the service to every account:
    # https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html
    matching(
        rf"{IAM}(root|(role|user)/[\w+=,.@-]{{1,64}})",
        "arn:aws:iam::<account>:root, or the ARN of a role or user without a path",
    ),
]

TopicArn = Annotated[
    str,
    matching(
        rf"arn:{PARTITION}:sns:{regions.PATTERN}:\d{{12}}:[\w-]{{1,256}}",
        "the ARN of a standard SNS topic, such as arn:aws:sns:eu-west-1:111111111111:connections",
    ),
]

KeyArn = Annotated[str, matching(rf"arn:{PARTITION}:kms:[\w-]+:\d{{12}}:key/[\w-]+", "the ARN of a KMS key")]

CertificateArn = Annotated[
    str, matching(rf"arn:{PARTITION}:acm:[\w-]+:\d{{12}}:certificate/[\w-]+", "the ARN of an ACM certificate")
]


def identity(arn: str) -> tuple[str, ...]:
    """What is the same for two ARNs of one role, user or policy: IAM knows one name of a kind, in any case and path.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
    """
    parsed = Arn.parse(arn)
    return parsed.account_id, parsed.resource.partition("/")[0], parsed.name.lower()


def _identities_different(arns: tuple[str, ...]) -> tuple[str, ...]:
    for index, arn in enumerate(arns):
        if other := next((other for other in arns[:index] if identity(other) == identity(arn)), None):
            also = "" if other == arn else ": IAM has one of this name, whatever its path and its case"
            raise InvalidSetting(f"repeats {other!r}{also}", "Write it once, as IAM shows it.", at=(index,))
    return arns


UNIQUE_ARNS = AfterValidator(_identities_different)
"""A rule for a list of ARNs of IAM: no role, user or account twice."""
