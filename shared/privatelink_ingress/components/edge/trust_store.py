"""The trust store of a listener that verifies clients, and the bucket with its files."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Output, Resource, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.private_bucket import PrivateBucket, PrivateBucketArgs
from privatelink_ingress.plan.edge.mutual_tls import FilePlan, TrustStorePlan

OLD_VERSIONS_DAYS = 90
"""Days that a replaced or deleted file is still there: what was trusted, for whoever has to look it up."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TrustStoreArgs:
    """What to build."""

    plan: TrustStorePlan
    tags: Mapping[str, str]


class TrustStore(Component):
    """AWS reads each file once, when it is created: a changed file is another object, which it reads in its turn."""

    arn: Output[str]
    lists: list[Resource]
    """The revocation lists, without which no listener may use the store."""

    def __init__(self, name: str, args: TrustStoreArgs, opts: ResourceOptions | None = None) -> None:
        """The bucket, its objects, the store, and its lists beside each other."""
        super().__init__(name, opts)
        plan = args.plan
        self._args = args
        self._bucket = PrivateBucket(
            name,
            PrivateBucketArgs(
                bucket=plan.bucket,
                policy=plan.bucket_policy,
                old_versions_days=OLD_VERSIONS_DAYS,
                # All that it holds stands beside the stack file.
                force_destroy=True,
                tags=args.tags,
            ),
            self.child(),
        )
        bundle = self._object("ca", plan.bundle)
        store = aws.lb.TrustStore(
            name,
            name=plan.name,
            ca_certificates_bundle_s3_bucket=bundle.bucket,
            ca_certificates_bundle_s3_key=bundle.key,
            tags=self.named("", args.tags),
            opts=self.child(depends_on=[bundle]),
        )
        self.arn = store.arn
        self.lists = []
        for key, file in plan.revocation_lists.items():
            held = self._object(key, file)
            self.lists.append(
                aws.lb.TrustStoreRevocation(
                    f"{name}-{key}",
                    trust_store_arn=store.arn,
                    revocations_s3_bucket=held.bucket,
                    revocations_s3_key=held.key,
                    opts=self.child(depends_on=[held]),
                )
            )
        self.publish()

    def _object(self, key: str, file: FilePlan) -> aws.s3.BucketObjectv2:
        return aws.s3.BucketObjectv2(
            f"{self._name}-{key}",
            bucket=self._bucket.bucket,
            key=file.key,
            content=file.content,
            content_type="application/x-pem-file",
            tags=self.named(key, self._args.tags),
            # Deleted with all its versions, also when another file takes its place: AWS has its own copy by then.
            opts=self.child(depends_on=self._bucket.secured),
        )
