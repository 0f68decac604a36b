"""Rights on trust stores, and on the bucket with their files, by the type of resource that needs them."""

from __future__ import annotations

from collections.abc import Iterable

from privatelink_ingress import tokens as t
from privatelink_ingress.plan import names
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.plan.edge.mutual_tls import TRUST_STORE, trust_bucket


def grants(system: System, edges: Iterable[str]) -> Grants:
    """Grants by resource type; `edges` are the names of the edges. `edge_logs.py` has their buckets' settings."""
    edges = tuple(edges)
    stores = tuple(system.arn("elasticloadbalancing", f"truststore/{names.fit(edge, TRUST_STORE)}/*") for edge in edges)
    objects = tuple(f"{bucket}/*" for bucket in buckets(system, edges))

    def on(*actions: str) -> list[str]:
        return [f"elasticloadbalancing:{action}" for action in actions]

    return {
        t.TRUST_STORE: (
            system.on_arn(on("AddTags", "CreateTrustStore", "DeleteTrustStore", "ModifyTrustStore"), *stores),
            system.on_arn(on("RemoveTags"), *stores),
            system.in_region(*on("DescribeTags", "DescribeTrustStoreAssociations", "DescribeTrustStores")),
        ),
        t.TRUST_STORE_REVOCATION: (
            system.on_arn(on("AddTrustStoreRevocations", "RemoveTrustStoreRevocations"), *stores),
            system.in_region(*on("DescribeTrustStoreRevocations")),
        ),
        # Load Balancing reads an object in the caller's name.
        t.BUCKET_OBJECT: (
            system.on_arn(
                [
                    "s3:DeleteObject",
                    "s3:DeleteObjectVersion",
                    "s3:GetObject",
                    "s3:GetObjectTagging",
                    "s3:GetObjectVersion",
                    "s3:PutObject",
                    "s3:PutObjectTagging",
                ],
                *objects,
            ),
        ),
    }


def buckets(system: System, edges: Iterable[str]) -> tuple[str, ...]:
    """ARNs of the buckets with the files."""
    named = (trust_bucket(edge, account_id=system.account, region=system.region) for edge in edges)
    return tuple(f"arn:{system.partition}:s3:::{bucket}" for bucket in named)


def deletion(arns: tuple[str, ...]) -> Grant:
    """The right to delete the buckets: what is in them stands beside the stack files too."""
    return Grant(actions=("s3:DeleteBucket", "s3:DeleteBucketPolicy"), resources=arns)
