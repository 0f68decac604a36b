"""Policies of buckets. A bucket's name is planned, so its policy is known before anything exists."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from privatelink_ingress.regions import partition


def policy(bucket: str, *, region: str, more: Sequence[Mapping[str, Any]] = ()) -> str:
    """A bucket policy as JSON: no access without TLS, and the statements in `more`."""
    arn = f"arn:{partition(region)}:s3:::{bucket}"
    tls_only = {
        "Sid": "OnlyTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [tls_only, *more]})
