"""Creates the resources that a stack file expects in its account, and which exist already on AWS."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.acm import prepare_certificate
from privatelink_ingress.local.cloud.ecr import put_stand_in
from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.plan.alarm_keys import ADMITTING
from privatelink_ingress.plan.edge import existing_certificates, logs
from privatelink_ingress.plan.workload.images import ImagePlan, plan_images
from privatelink_ingress.plan.workload.registry import plan_registry
from privatelink_ingress.settings.attached import AttachedSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.workload import WorkloadSettings


def prepare(cloud: Cloud, settings: WorkloadSettings | EdgeSettings | AttachedSettings, region: str) -> None:
    """Create the hosted zones, certificates, keys, roles and topics that the settings name. Existing ones stay.

    The zone in which an attached stack has its connections' names is the shard's, which exists with its edge stack.
    """
    if not isinstance(settings, AttachedSettings) and (key := settings.alarms.key):
        _key(cloud.session(settings.account_id, region).client("kms"), key)
    if isinstance(settings, EdgeSettings | AttachedSettings):
        for zone_id, domain in _hosted_zones(settings).items():
            role = settings.hosted_zone_roles.get(zone_id)
            owner = Arn.parse(role.role_arn).account_id if role else settings.account_id
            prepare_hosted_zone(owner, zone_id, domain)
        for arn in existing_certificates.visible(settings, region).values():
            prepare_certificate(arn, _names(settings))
        if isinstance(settings, EdgeSettings) and (bucket := settings.logs.existing_bucket):
            _log_bucket(cloud.session(settings.account_id, region), bucket)
    else:
        iam = cloud.session(settings.account_id, region).client("iam")
        for arn in (*settings.cluster.admins, *settings.cluster.viewers):
            _role(iam, arn, settings.account_id)
        if notifications := settings.publication.notifications:
            _topic(cloud.session(settings.account_id, region).client("sns"), notifications.topic_arn)


def copy_images(cloud: Cloud, settings: WorkloadSettings, *, stack: str, region: str) -> Sequence[ImagePlan]:
    """Create placeholders for pinned images that a stack's repositories lack; returns those images.

    The repositories must exist: deploy the stack first.
    """
    name = settings.connection_name or stack
    repositories = plan_registry(settings, name=name, region=region).repositories
    copied = []
    ecr = cloud.session(settings.account_id, region).client("ecr")
    for image in plan_images(settings, repositories=repositories, region=region):
        held = {one["imageDigest"] for one in ecr.list_images(repositoryName=image.repository)["imageIds"]}
        if image.digest not in held:
            where = (image.account_id, image.region, image.repository)
            put_stand_in(*where, digest=image.digest, tag=image.tag, platforms=image.platforms)
            copied.append(image)
    return copied


def _topic(sns: Any, arn: str) -> None:
    """A topic that PrivateLink may publish to, as described in docs/publication.md."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "vpce.amazonaws.com"},
        "Action": "SNS:Publish",
        "Resource": arn,
        "Condition": {"StringEquals": {"aws:SourceAccount": Arn.parse(arn).account_id}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sns.create_topic(Name=Arn.parse(arn).name, Attributes={"Policy": policy})


def _key(kms: Any, name: str) -> None:
    """A key under this alias, as docs/alarms.md creates it. One that is named by its ARN has to exist."""
    if name.startswith("alias/") and name not in {one["AliasName"] for one in kms.list_aliases()["Aliases"]}:
        policy = json.dumps({"Version": "2012-10-17", "Statement": [ADMITTING]})
        key = kms.create_key(Description="Messages of alarm topics", Policy=policy)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=name, TargetKeyId=key)


def _log_bucket(session: Session, bucket: str) -> None:
    """A bucket whose policy admits load balancers, as described in docs/logs.md."""
    s3, region = session.client("s3"), session.region
    statement = logs.load_balancer_logs(bucket, "*", account_id=session.account_id, region=region)
    elsewhere = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **elsewhere)
    except s3.exceptions.ClientError as refusal:
        if "Already" not in refusal.response["Error"]["Code"]:
            raise
        return
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def _hosted_zones(settings: EdgeSettings | AttachedSettings) -> dict[str, str]:
    """Domain by zone id: the last two labels of the names that are validated or published in the zone."""
    zones = dict[str, str]()
    own = settings.dns.zone_id if isinstance(settings, EdgeSettings) else None
    shared = settings.certificates if isinstance(settings, EdgeSettings) else ()
    certificates = (*shared, *(connection.certificate for connection in settings.connections.values()))
    for certificate in certificates:
        if certificate and certificate.domains and (zone_id := certificate.zone_id or own):
            zones.setdefault(zone_id, _apex(certificate.domains[0]))
    for connection in settings.connections.values():
        if own:
            zones.setdefault(own, _apex(connection.routes[0].hosts[0]))
    return zones


def _names(settings: EdgeSettings | AttachedSettings) -> list[str]:
    """The hosts and their wildcards: only AWS knows the names of the real certificate."""
    routes = [route for connection in settings.connections.values() for route in connection.routes]
    hosts = sorted({host.lower() for route in routes for host in route.hosts})
    return list(dict.fromkeys([*hosts, *(f"*.{host.partition('.')[2]}" for host in hosts)]))


def _apex(name: str) -> str:
    return ".".join(name.split(".")[-2:])


def _role(iam: Any, arn: str, account_id: str) -> None:
    path, _, name = arn.partition(":role/")[2].rpartition("/")
    principal = {"AWS": f"arn:aws:iam::{account_id}:root"}
    trust = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        iam.create_role(RoleName=name, Path=f"/{path}/" if path else "/", AssumeRolePolicyDocument=document)
    except iam.exceptions.EntityAlreadyExistsException:
        return
