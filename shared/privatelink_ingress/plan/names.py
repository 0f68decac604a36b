"""Names of resources where AWS limits their length."""

from __future__ import annotations

import hashlib

LOAD_BALANCER = 32
"""Characters in the name of a load balancer or target group (CreateLoadBalancer and CreateTargetGroup, ELBv2 API)."""

ROLE = 64
"""Characters in the name of an IAM role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

BUCKET = 63
"""Characters in the name of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""

_HASH = 7


def fit(name: str, limit: int) -> str:
    """`name`, cut to `limit` characters with a hash of the whole at its end when it is longer.

    Two long names that differ anywhere stay different; the result never ends at a hyphen before the hash.
    """
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{name[: limit - _HASH - 1].rstrip('-')}-{digest}"
