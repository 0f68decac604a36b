"""Rights on the edge's logs: their delivery, and the buckets that hold them."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import trust_stores
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, System
from privatelink_ingress.plan.edge.logs import plan_logs
from privatelink_ingress.plan.edge.shard import PROJECT
from privatelink_ingress.settings.bootstrap import EdgeRoles
from privatelink_ingress.settings.edge import Logs


def deliveries(system: System, edges: tuple[str, ...]) -> Grants:
    """Grants on the delivery of the load balancer's logs, by resource type; `edges` are the names of the edges.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-CloudWatchLogs.html
    """

    def arns(kind: str) -> tuple[str, ...]:
        return tuple(system.arn("logs", f"{kind}:{edge}-*") for edge in edges)

    def on(*actions: str) -> list[str]:
        return [f"logs:{action}" for action in actions]

    tag = ("ListTagsForResource", "TagResource", "UntagResource")
    sources, destinations, deliveries = (
        arns("delivery-source"),
        arns("delivery-destination"),
        system.arn("logs", "delivery:*"),
    )
    return {
        t.LOG_DELIVERY_SOURCE: (
            system.on_arn(on("GetDeliverySource", "PutDeliverySource", *tag), *sources),
            # AWS's reference names the destination as what a source is deleted on.
            system.on_arn(on("DeleteDeliverySource"), *sources, *destinations),
            system.in_region("elasticloadbalancing:AllowVendedLogDeliveryForResource"),
        ),
        t.LOG_DELIVERY_DESTINATION: (
            system.on_arn(
                on("DeleteDeliveryDestination", "GetDeliveryDestination", "PutDeliveryDestination", *tag),
                *destinations,
            ),
        ),
        t.LOG_DELIVERY: (
            system.on_arn(on("CreateDelivery"), *sources, *destinations),
            # Its id is AWS's, so its tags say whose it is.
            system.create_tagged(on("CreateDelivery"), deliveries),
            system.tag_untagged("logs:TagResource", deliveries),
            system.on_own(on("DeleteDelivery", "GetDelivery", "UpdateDeliveryConfiguration", *tag), deliveries),
            # CloudWatch Logs writes the right to deliver into the log group's resource policy, in the caller's name.
            system.in_region(*on("DescribeResourcePolicies", "PutResourcePolicy")),
        ),
    }


def log_buckets(settings: EdgeRoles, account_id: str, region: str) -> tuple[str, ...]:
    """Names of the edges' log buckets."""
    edges = (f"{PROJECT}-{stack}" for stack in settings.stacks)
    return settings.log_buckets or tuple(
        plan_logs(Logs(), name=edge, account_id=account_id, region=region).bucket for edge in edges
    )


_LOOK_UP = ("s3:GetBucketLocation", "s3:ListBucket")


def buckets(system: System, settings: EdgeRoles, trust: tuple[str, ...]) -> Grants:
    """Grants on log buckets and on the buckets of trust stores (`trust`), by resource type."""
    own = log_buckets(settings, system.account, system.region)
    arns, existing = (
        tuple(f"arn:{system.partition}:s3:::{name}" for name in names) for names in (own, settings.existing_log_buckets)
    )

    def on(*actions: str) -> tuple:
        return (system.on_arn([f"s3:{action}" for action in actions], *arns, *trust),)

    def both(name: str) -> tuple:
        return on(f"Get{name}", f"Put{name}")

    # The provider reads every setting of a bucket, whether the stack sets it or not.
    reads = (
        "GetAccelerateConfiguration",
        "GetBucketAcl",
        "GetBucketCORS",
        "GetBucketLocation",
        "GetBucketLogging",
        "GetBucketObjectLockConfiguration",
        "GetBucketPolicy",
        "GetBucketRequestPayment",
        "GetBucketTagging",
        "GetBucketVersioning",
        "GetBucketWebsite",
        "GetEncryptionConfiguration",
        "GetLifecycleConfiguration",
        "GetReplicationConfiguration",
        "ListBucket",
        "ListBucketVersions",
        "ListTagsForResource",
    )
    return {
        t.BUCKET: (
            *on(*reads, "CreateBucket", "PutBucketTagging", "TagResource", "UntagResource"),
            _deletion(arns, allowed=settings.log_deletion),
            trust_stores.deletion(trust),
        ),
        **({t.GET_BUCKET: (system.on_arn(_LOOK_UP, *existing),)} if existing else {}),
        t.BUCKET_LIFECYCLE: both("LifecycleConfiguration"),
        t.BUCKET_OBJECT_LOCK: both("BucketObjectLockConfiguration"),
        t.BUCKET_OWNERSHIP: both("BucketOwnershipControls"),
        t.BUCKET_POLICY: both("BucketPolicy"),
        t.BUCKET_PUBLIC_ACCESS: both("BucketPublicAccessBlock"),
        t.BUCKET_ENCRYPTION: both("EncryptionConfiguration"),
        t.BUCKET_VERSIONING: both("BucketVersioning"),
    }


def _deletion(buckets: tuple[str, ...], *, allowed: bool) -> Grant:
    """The right to delete log buckets and what is in them, or its denial.

    Denied and not only left out: the deployer writes the bucket's policy, which could give it the right. An object that
    it overwrote would be gone as soon as old versions expire.
    """
    resources = (*buckets, *(f"{bucket}/*" for bucket in buckets))
    deletes = ("s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:DeleteObject", "s3:DeleteObjectVersion")
    if allowed:
        return Grant(actions=deletes, resources=resources)
    return Grant(effect="Deny", actions=(*deletes, "s3:BypassGovernanceRetention", "s3:PutObject"), resources=resources)
