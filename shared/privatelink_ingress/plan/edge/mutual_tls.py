"""Mutual TLS of the HTTPS listener: the trust store, its files in a bucket, and what the listener is told."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
from collections.abc import Iterator, Mapping

from privatelink_ingress.plan import buckets, names
from privatelink_ingress.plan.edge import trust_bundle
from privatelink_ingress.problems import Problem, Problems
from privatelink_ingress.settings.edge import Connection
from privatelink_ingress.settings.mutual_tls import MutualTls, MutualTlsMode

WHERE = "loadBalancer.mutualTls"

TRUST_STORE = 32
"""Characters in the name of a trust store (CreateTrustStore, ELBv2 API)."""

OBJECT_TAGS = 10
"""Tags of an object: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

HEADERS = (
    "x-amzn-mtls-clientcert",
    "x-amzn-mtls-clientcert-serial-number",
    "x-amzn-mtls-clientcert-issuer",
    "x-amzn-mtls-clientcert-subject",
    "x-amzn-mtls-clientcert-validity",
    "x-amzn-mtls-clientcert-leaf",
)
"""Headers with a client's certificate that the load balancer adds: the first in passthrough, the others in verify.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html#mtls-http-headers"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FilePlan:
    """A PEM file as an object of the bucket."""

    key: str
    """With a hash of the content, so that a changed file is another object."""
    content: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrustStorePlan:
    """The trust store of a listener that verifies clients."""

    name: str
    bucket: str
    bucket_policy: str
    bundle: FilePlan
    revocation_lists: Mapping[str, FilePlan]
    """By the names of the settings."""
    expires: datetime.datetime
    """When the first certificate of the bundle expires."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MutualTlsPlan:
    """What the listener asks of clients."""

    mode: MutualTlsMode
    trust_store: TrustStorePlan | None = None
    """Of verify alone."""
    advertise_names: bool = False
    ignore_expiry: bool = False


def trust_bucket(name: str, *, account_id: str, region: str) -> str:
    """The bucket of the files of the edge called `name`."""
    return names.fit(f"{name}-trust-{account_id}-{region}", names.BUCKET)


def plan_mutual_tls(
    settings: MutualTls,
    files: Mapping[str, str],
    *,
    name: str,
    account_id: str,
    region: str,
    tags: Mapping[str, str],
    now: datetime.datetime | None = None,
) -> MutualTlsPlan:
    """Mutual TLS of the edge called `name`.

    Args:
        settings: Of the stack file.
        files: Contents by the paths that the settings name; what is not in it does not exist.
        name: Of the edge.
        account_id: Of the edge.
        region: Of the edge.
        tags: Of every resource.
        now: For a bundle's expiry; the current time when not given.

    Raises:
        UserError: with everything that is wrong with the files.
    """
    if settings.mode != "verify":
        return MutualTlsPlan(mode=settings.mode)
    problems = Problems(_check(settings, files, now or datetime.datetime.now(datetime.UTC)))
    if len(tags) >= OBJECT_TAGS:
        reason = f"puts files into S3, where an object has {OBJECT_TAGS} tags: the stack's {len(tags)} and its Name"
        problems.append(Problem(WHERE, reason, f"Remove {len(tags) + 1 - OBJECT_TAGS} of tags."))
    problems.raise_all("The trust store cannot be planned")
    bundle = files[str(settings.ca_bundle)]
    bucket = trust_bucket(name, account_id=account_id, region=region)
    return MutualTlsPlan(
        mode="verify",
        trust_store=TrustStorePlan(
            name=names.fit(name, TRUST_STORE),
            bucket=bucket,
            bucket_policy=buckets.policy(bucket, region=region),
            bundle=_file("ca", bundle),
            revocation_lists={
                key: _file(f"revocations/{key}", files[file]) for key, file in settings.revocation_lists.items()
            },
            expires=trust_bundle.expires(bundle),
        ),
        advertise_names=settings.advertise_trust_store_ca_names,
        ignore_expiry=settings.ignore_client_certificate_expiry,
    )


def check_connections(
    connections: Mapping[str, Connection], mode: str, *, project: str, shard: str
) -> Iterator[Problem]:
    """Connections on a load balancer that asks too little of their clients, or too much; `shard` is its stack."""
    file = f"{project}/Pulumi.{shard}.yaml"
    for name, connection in sorted(connections.items()):
        wanted, where = connection.client_certificates, f"connections.{name}.clientCertificates"
        if wanted == "required" and mode != "verify":
            effect = "clients without one get in" if mode == "off" else "nothing verifies them"
            reason = f"is required, but mutual TLS of stack {shard} is {mode}: {effect}"
            remedy = f"Publish it on a shard that verifies, or write mode: verify in {file}, under {WHERE}."
            yield Problem(where, reason, remedy)
        elif wanted == "unwanted" and mode != "off":
            reason = f"is unwanted, but mutual TLS of stack {shard} is {mode}: it asks every client for a certificate"
            yield Problem(where, reason, f"Publish it on another shard, without {WHERE} in its file.")


def _check(settings: MutualTls, files: Mapping[str, str], now: datetime.datetime) -> list[Problem]:
    missing = [
        Problem(f"{WHERE}.{key}", f"is {file}, which is not in the folder of the stack file", "Add the file.")
        for key, file in settings.files.items()
        if file not in files
    ]
    if missing:
        return missing
    name = str(settings.ca_bundle)
    problems = list(trust_bundle.check_bundle(f"{WHERE}.caBundle", name, files[name], now=now))
    if problems:
        return problems
    for key, file in settings.revocation_lists.items():
        problems += trust_bundle.check_list(f"{WHERE}.revocationLists.{key}", file, files[file], files[name])
    return problems


def _file(prefix: str, content: str) -> FilePlan:
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    return FilePlan(key=f"{prefix}/{digest}.pem", content=content)
