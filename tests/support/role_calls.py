"""Every call to the emulated AWS that a provider makes while the engine runs, by the role that it makes it with."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
from collections.abc import Callable, Generator, Mapping
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud_backend import CloudBackend

SERVICES = {"elbv2": "elasticloadbalancing"}
"""IAM's name of a service, where boto3 has another."""

ACTIONS = {
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration",
    "s3:DeleteBucketOwnershipControls": "s3:PutBucketOwnershipControls",
    "s3:DeletePublicAccessBlock": "s3:PutBucketPublicAccessBlock",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""IAM's action of an operation, where it has another name:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""


@dataclasses.dataclass(frozen=True, order=True)
class Call:
    """One kind of call."""

    role: str
    """Name of the assumed role."""
    step: str
    """`create`, `update`, `read`, `delete` or `invoke`."""
    type: str
    """Of the resource, or the token of the look-up."""
    action: str
    """As IAM names it."""


@contextlib.contextmanager
def recorded() -> Generator[set[Call]]:
    """The calls of the block, each kind once. Those without an assumed role are left out."""
    calls: set[Call] = set()
    now = threading.local()
    send = BaseClient._make_api_call

    def sent(client: Any, operation: str, parameters: Any) -> Any:
        if getattr(now, "step", None):
            service = client.meta.service_model.service_name
            action = f"{SERVICES.get(service, service)}:{operation}"
            if service != "sts":
                calls.add(Call(*now.step, ACTIONS.get(action, action)))
        return send(client, operation, parameters)

    def within(step: str) -> Callable[..., Any]:
        method = getattr(CloudBackend, step)

        def wrapped(backend: CloudBackend, what: Any, *rest: Any) -> Any:
            provider_inputs = next(one for one in reversed(rest) if isinstance(one, Mapping))
            roles = json.loads(provider_inputs.get("assumeRoles") or "[]")
            type_ = what if isinstance(what, str) else what.type
            now.step = (Arn.parse(roles[0]["roleArn"]).name, step, type_) if roles else None
            try:
                return method(backend, what, *rest)
            finally:
                now.step = None

        return wrapped

    with contextlib.ExitStack() as patches:
        patches.enter_context(mock.patch.object(BaseClient, "_make_api_call", sent))
        for step in ("create", "update", "read", "delete", "invoke"):
            patches.enter_context(mock.patch.object(CloudBackend, step, within(step)))
        yield calls
