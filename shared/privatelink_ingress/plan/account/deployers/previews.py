"""Sessions that only look: previews and drift of changes that nobody has merged yet.

A preview runs a program with the roles that the stack names, so it cannot have roles of its own. Instead its session
carries the tag `Access=read`, which AWS passes on to every role that the session assumes and lets nobody take off
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_role-chaining), and every role
of a deployer refuses to change anything for a session that carries it.
"""

from __future__ import annotations

import json
from typing import Any

TAG, READ = "Access", "read"
"""The session tag, and its only value."""

_MOST = ("acm", "cloudwatch", "ec2", "ecr", "logs", "ssm", "wafv2")
_LOOKS = {
    "Describe*": (*_MOST, "autoscaling", "eks", "elasticloadbalancing"),
    "Get*": (*_MOST, "autoscaling", "iam", "route53", "s3", "sns"),
    "List*": (*_MOST, "eks", "iam", "route53", "s3", "sns"),
}
"""Look-ups of the services that deployers use."""

_BESIDE = ("kms:Decrypt", "sts:AssumeRole", "sts:TagSession")
"""To open a state, and to look with the next role."""


def read_only() -> str:
    """The policy, as JSON: whatever else a role may do, a session with the tag does none of it but look."""
    allowed = [*(f"{service}:{verb}" for verb, services in _LOOKS.items() for service in services), *_BESIDE]
    statement = {
        "Effect": "Deny",
        "NotAction": sorted(allowed),
        "Resource": "*",
        "Condition": {"StringEquals": {f"aws:PrincipalTag/{TAG}": READ}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def trust(previewer_arn: str) -> list[dict[str, Any]]:
    """Trust a role that only looks, when it sets the tag and passes it on to all further roles.

    Two statements, as in https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html: AWS checks the right to
    assume the role and the right to tag the session each for itself.
    """
    tagged = {"StringEquals": {f"aws:RequestTag/{TAG}": READ}}
    passed_on = {"ForAnyValue:StringEquals": {"sts:TransitiveTagKeys": TAG}}
    principal = {"AWS": previewer_arn}
    return [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": tagged},
        {"Effect": "Allow", "Principal": principal, "Action": "sts:TagSession", "Condition": {**tagged, **passed_on}},
    ]
