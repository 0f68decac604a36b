"""Inputs that the local cloud neither creates nor changes: they are refused, and not accepted without effect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError

UNSUPPORTED: Mapping[str, frozenset[str]] = {
    type_: frozenset(names)
    for type_, names in {
        t.BUCKET: (
            *("accelerationStatus", "acl", "bucketNamespace", "corsRules", "grants", "lifecycleRules", "logging"),
            *("objectLockConfiguration", "policy", "replicationConfiguration", "requestPayer"),
            *("serverSideEncryptionConfiguration", "versioning", "website"),
        ),
        t.BUCKET_OBJECT: (
            *("acl", "bucketKeyEnabled", "cacheControl", "checksumAlgorithm", "contentBase64", "contentDisposition"),
            *("contentEncoding", "contentLanguage", "etag", "kmsKeyId", "metadata", "objectLockLegalHoldStatus"),
            *("objectLockMode", "objectLockRetainUntilDate", "overrideProvider", "serverSideEncryption", "source"),
            *("sourceHash", "storageClass", "websiteRedirect"),
        ),
        # Imported certificates, those of a private authority, and another preference for the transparency log.
        t.CERTIFICATE: (
            *("certificateBody", "certificateChain", "earlyRenewalDuration", "options"),
            *("privateKey", "privateKeyWo", "privateKeyWoVersion"),
        ),
        t.HOSTED_ZONE: ("enableAcceleratedRecovery",),
        t.IAM_POLICY: ("delayAfterPolicyCreationInMs",),
        t.KMS_KEY: ("bypassPolicyLockoutSafetyCheck", "rotationPeriodInDays"),
        t.LOG_GROUP: ("deletionProtectionEnabled",),
        t.NODE_GROUP: ("warmPoolConfig",),
        t.POD_IDENTITY: ("policy",),
        t.REPOSITORY: ("imageTagMutabilityExclusionFilters",),
        t.ROUTE_TABLE: ("propagatingVgws",),
        # Of the attributes, those that a topic for alarms has no use for: order, archive, filters, delivery status.
        t.TOPIC: (
            *("applicationFailureFeedbackRoleArn", "applicationSuccessFeedbackRoleArn"),
            *("applicationSuccessFeedbackSampleRate", "archivePolicy", "contentBasedDeduplication", "deliveryPolicy"),
            *("fifoThroughputScope", "firehoseFailureFeedbackRoleArn", "firehoseSuccessFeedbackRoleArn"),
            *("firehoseSuccessFeedbackSampleRate", "httpFailureFeedbackRoleArn", "httpSuccessFeedbackRoleArn"),
            *("httpSuccessFeedbackSampleRate", "lambdaFailureFeedbackRoleArn", "lambdaSuccessFeedbackRoleArn"),
            *("lambdaSuccessFeedbackSampleRate", "signatureVersion", "sqsFailureFeedbackRoleArn"),
            *("sqsSuccessFeedbackRoleArn", "sqsSuccessFeedbackSampleRate", "tracingConfig"),
        ),
        t.SUBNET: (
            *("customerOwnedIpv4Pool", "enableDns64", "enableLniAtDeviceIndex"),
            *("enableResourceNameDnsAaaaRecordOnLaunch", "mapCustomerOwnedIpOnLaunch"),
        ),
        t.VPC: (
            *("assignGeneratedIpv6CidrBlock", "ipv6CidrBlock", "ipv6CidrBlockNetworkBorderGroup"),
            *("ipv6IpamPoolId", "ipv6NetmaskLength"),
        ),
    }.items()
}


def refuse_unsupported(type_: str, given: Iterable[str]) -> None:
    """Refuse inputs of the table, all at once.

    Raises:
        AdapterError: an input is in the table.
    """
    if found := sorted(UNSUPPORTED.get(type_, frozenset()).intersection(given)):
        raise AdapterError(
            f"{type_}: the local cloud does not emulate {', '.join(f'`{name}`' for name in found)}: leave it out here, "
            "and test it in AWS"
        )
