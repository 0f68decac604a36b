"""Who may read and write which stack's state, and with which key.

Whoever writes a stack's state decides what the next deployment runs and deletes: the engine starts providers from the
download addresses in the state, and deletes what the state lists and the program does not. So each deployer writes the
objects of its own stacks, and no deployer touches those of the bootstrap stack, which an administrator deploys.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

from privatelink_ingress import regions
from privatelink_ingress.plan.account.deployers.grants import Grant, System
from privatelink_ingress.settings.bootstrap import PROJECT

ORGANIZATION = "organization"
"""What a self-managed backend calls the organization of every stack."""

STACKS_OF_A_POLICY = 6
"""Stacks whose objects one policy names: with the longest bucket name, and stack names of 30 characters, no more fit
`packing.POLICY_CHARACTERS`. More stacks get further policies."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StateBackend:
    """The bucket with the states of one account's stacks."""

    bucket: str
    key_alias: str
    """Of the key that encrypts the bucket's objects, and the secrets of the bootstrap stack."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class StateAccess:
    """What one deployer may do in the backend."""

    writes: tuple[str, ...]
    """Its own stacks, as `<project>/<stack>`."""
    reads: tuple[str, ...] = ()
    """Stacks that its own ones refer to, and whose secrets the same key encrypts."""
    key_alias: str
    """Of the key that encrypts the secrets of these stacks. Opening a state, also the one of a StackReference, takes
    the right to decrypt with its key."""


def grants(system: System, backend: StateBackend, access: StateAccess) -> list[tuple[Grant, ...]]:
    """The permissions of each policy that gives this access, in an order that adding a stack at the end keeps.

    The keys are those of Pulumi's self-managed backend: store.go, state.go, stack_tags.go, lock.go and meta.go in
    `pkg/backend/diy` of release 3.274.1. Without the right to list the bucket, S3 answers a read of a missing object,
    such as a stack's tags, with 403 instead of 404, and Pulumi stops:
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    stacks, size = access.writes, STACKS_OF_A_POLICY
    parts = [stacks[first : first + size] for first in range(0, len(stacks), size)]
    shared = tuple(_shared(system, backend, access))
    return [
        (*shared, _written(system, backend, part), *_read(system, backend, access.reads if number == 0 else ()))
        for number, part in enumerate(parts)
    ]


def protected_keys() -> tuple[str, ...]:
    """Key patterns of the bootstrap stacks' objects."""
    return (
        *(f".pulumi/{folder}/{PROJECT}/*" for folder in ("backups", "history", "stacks")),
        f".pulumi/locks/{ORGANIZATION}/{PROJECT}/*",
    )


LAYOUT_KEY = ".pulumi/meta.yaml"
"""Object with the version of the backend's layout, which decides where Pulumi looks for every state."""


def arn(system: System, backend: StateBackend, key: str = "") -> str:
    """The ARN of the bucket, or of its objects with these keys."""
    return f"arn:{system.partition}:s3:::{backend.bucket}" + (f"/{key}" if key else "")


def _shared(system: System, backend: StateBackend, access: StateAccess) -> Iterator[Grant]:
    bucket_key = {
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": backend.key_alias},
        "StringEquals": {"kms:ViaService": f"s3.{system.region}.{regions.dns_suffix(system.region)}"},
    }
    secrets_key = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": access.key_alias}}
    keys = (system.arn("kms", "key/*"),)
    yield system.on_arn(["s3:ListBucket"], arn(system, backend))
    yield system.on_arn(["s3:GetObject"], arn(system, backend, LAYOUT_KEY))
    yield Grant(actions=("kms:Decrypt", "kms:GenerateDataKey"), resources=keys, condition=bucket_key)
    yield Grant(actions=("kms:Decrypt", "kms:Encrypt"), resources=keys, condition=secrets_key)
    changes = ("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject")
    reads = ("s3:GetObject", "s3:GetObjectVersion")
    # Whatever else is attached to the principal, such as full access to S3.
    protected = tuple(arn(system, backend, key) for key in protected_keys())
    yield Grant(effect="Deny", actions=(*changes, *reads), resources=protected)
    yield Grant(effect="Deny", actions=changes, resources=(arn(system, backend, LAYOUT_KEY),))


def _written(system: System, backend: StateBackend, stacks: Sequence[str]) -> Grant:
    keys = [key for stack in stacks for key in keys_of(stack)]
    return system.on_arn(
        ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
        *(arn(system, backend, key) for key in keys),
    )


def _read(system: System, backend: StateBackend, stacks: Iterable[str]) -> Iterator[Grant]:
    if objects := [arn(system, backend, f".pulumi/stacks/{stack}.json*") for stack in stacks]:
        yield system.on_arn(["s3:GetObject"], *objects)


def keys_of(stack: str) -> tuple[str, ...]:
    """Key patterns of everything that Pulumi writes for a stack, `<project>/<stack>`.

    The first one covers the state itself (`.json`, with `.gz` or `.zst` when compressed), its last version (`.bak`),
    the retained ones (`.json.<time>`) and the tags (`.pulumi-tags`). A stack's name has no dot.
    """
    return (
        f".pulumi/stacks/{stack}.*",
        f".pulumi/history/{stack}/*",
        f".pulumi/backups/{stack}/*",
        f".pulumi/locks/{ORGANIZATION}/{stack}/*",
    )
