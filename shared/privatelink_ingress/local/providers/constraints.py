"""What the AWS provider's schema demands beyond the SDK's types: values of inputs, and inputs that exclude each other.

Rows are in the schema of the file that `replacement` names for the type. Sources that were read for this table:
elbv2/validate.go and internal/verify/validate.go. The other rows state the provider's known behavior.
"""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.providers import validators as v

IAM_NAME = r"[\w+=,.@-]*"
RETENTION = (0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""Days for which CloudWatch Logs can keep events; 0 for ever (API reference, PutRetentionPolicy)."""
_LB = "elbv2"


def _iam_name(most: int) -> v.Validator:
    return v.every(v.length(1, most), v.matches(IAM_NAME, r"must match [\w+=,.@-]"))


VALUES: Mapping[str, Mapping[str, v.Validator]] = {
    t.ACCESS_ENTRY: {"principalArn": v.arn},
    t.ACCESS_POLICY: {"principalArn": v.arn, "policyArn": v.arn},
    t.ADDON: {
        "resolveConflictsOnCreate": v.one_of("NONE", "OVERWRITE"),
        "resolveConflictsOnUpdate": v.enum("eks", "ResolveConflicts"),
    },
    t.BUCKET: {"bucket": v.length(0, 63)},
    t.BUCKET_LIFECYCLE: {"rules.status": v.one_of("Enabled", "Disabled")},
    t.BUCKET_OWNERSHIP: {"rule.objectOwnership": v.enum("s3", "ObjectOwnership")},
    t.BUCKET_POLICY: {"policy": v.policy},
    t.BUCKET_VERSIONING: {"versioningConfiguration.status": v.one_of("Enabled", "Suspended", "Disabled")},
    t.CERTIFICATE: {
        "domainName": v.matches(r"(|.*[^.])", "cannot end with a period"),
        "validationMethod": v.enum("acm", "ValidationMethod"),
    },
    t.CLUSTER: {
        "name": v.every(v.length(1, 100), v.matches(r"[0-9A-Za-z][0-9A-Za-z_-]*", "must begin with a letter or digit")),
        "roleArn": v.arn,
        "accessConfig.authenticationMode": v.enum("eks", "AuthenticationMode"),
        "enabledClusterLogTypes": v.enum("eks", "LogType"),
        "upgradePolicy.supportType": v.enum("eks", "SupportType"),
    },
    t.DNS_RECORD: {"type": v.enum("route53", "RRType")},
    t.ENDPOINT_SERVICE: {"networkLoadBalancerArns": v.arn},
    t.FLOW_LOG: {"trafficType": v.enum("ec2", "TrafficType"), "logDestination": v.arn, "iamRoleArn": v.arn},
    t.IAM_POLICY: {"name": _iam_name(128), "policy": v.policy},
    t.KMS_ALIAS: {"name": v.matches(r"alias/[0-9A-Za-z_/-]+", "must begin with 'alias/'")},
    t.KMS_KEY: {"deletionWindowInDays": v.between(7, 30), "policy": v.policy},
    t.LISTENER: {
        "certificateArn": v.arn,
        "defaultActions.type": v.enum(_LB, "ActionTypeEnum"),
        "loadBalancerArn": v.arn,
        "port": v.port,
        "protocol": v.enum(_LB, "ProtocolEnum"),
    },
    t.LISTENER_RULE: {
        "actions.type": v.enum(_LB, "ActionTypeEnum"),
        "actions.forward.targetGroups.weight": v.between(0, 999),
        "listenerArn": v.arn,
        "priority": v.rule_priority,
    },
    t.LOAD_BALANCER: {
        "name": v.balancing_name(quotes=True),
        "desyncMitigationMode": v.one_of("monitor", "defensive", "strictest"),
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": v.enum(
            _LB, "EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum"
        ),
        "ipAddressType": v.enum(_LB, "IpAddressType"),
        "loadBalancerType": v.enum(_LB, "LoadBalancerTypeEnum"),
        "xffHeaderProcessingMode": v.one_of("append", "preserve", "remove"),
    },
    t.LOG_GROUP: {
        "name": v.every(v.length(1, 512), v.matches(r"[0-9A-Za-z_./#-]+", "must match [a-zA-Z0-9_./#-]")),
        "retentionInDays": v.one_of(*RETENTION),
    },
    t.NODE_GROUP: {
        "amiType": v.enum("eks", "AMITypes"),
        "capacityType": v.enum("eks", "CapacityTypes"),
        "nodeGroupName": v.length(0, 63),
        "nodeRoleArn": v.arn,
        "scalingConfig.desiredSize": v.at_least(0),
        "scalingConfig.maxSize": v.at_least(1),
        "scalingConfig.minSize": v.at_least(0),
        "updateConfig.maxUnavailable": v.between(1, 100),
    },
    t.PARAMETER: {
        "name": v.length(1, 2048),
        "tier": v.enum("ssm", "ParameterTier"),
        "type": v.enum("ssm", "ParameterType"),
    },
    t.REPOSITORY: {
        "name": v.every(
            v.length(2, 256),
            v.matches(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*", "must be lower case"),
        ),
        "imageTagMutability": v.enum("ecr", "ImageTagMutability"),
    },
    t.ROLE: {
        "name": _iam_name(64),
        "assumeRolePolicy": v.policy,
        "maxSessionDuration": v.between(3600, 43200),
        "permissionsBoundary": v.arn,
    },
    t.ROLE_ATTACHMENT: {"policyArn": v.arn},
    t.ROLE_POLICY: {"name": _iam_name(128), "policy": v.policy},
    t.ROUTE: {"destinationCidrBlock": v.ipv4_network},
    t.SECURITY_GROUP: {"name": v.length(0, 255), "description": v.length(0, 255)},
    t.SUBNET: {"cidrBlock": v.ipv4_network},
    t.TARGET_GROUP: {
        "name": v.balancing_name(quotes=False),
        "deregistrationDelay": v.between(0, 3600),
        "healthCheck.healthyThreshold": v.between(2, 10),
        "healthCheck.interval": v.between(5, 300),
        "healthCheck.timeout": v.between(2, 120),
        "healthCheck.unhealthyThreshold": v.between(2, 10),
        "port": v.port,
        "protocol": v.enum(_LB, "ProtocolEnum"),
        "protocolVersion": v.matches("GRPC|HTTP1|HTTP2", "must be GRPC, HTTP1 or HTTP2"),
        "targetType": v.enum(_LB, "TargetTypeEnum"),
    },
    t.VPC: {"cidrBlock": v.every(v.ipv4_network, v.prefix(16, 28))},
    t.VPC_ENDPOINT: {
        "ipAddressType": v.enum("ec2", "IpAddressType"),
        "policy": v.policy,
        "vpcEndpointType": v.enum("ec2", "VpcEndpointType"),
    },
    t.WEB_ACL: {
        "name": v.every(
            v.length(1, 128),
            v.matches(r"[0-9A-Za-z_-]*", "must contain only alphanumeric hyphen and underscore characters"),
        ),
        "scope": v.enum("wafv2", "Scope"),
        "visibilityConfig.metricName": v.length(1, 128),
    },
    t.RULE_GROUP: {
        "name": v.every(
            v.length(1, 128),
            v.matches(r"[0-9A-Za-z_-]*", "must contain only alphanumeric hyphen and underscore characters"),
        ),
        "scope": v.enum("wafv2", "Scope"),
        "visibilityConfig.metricName": v.length(1, 128),
    },
    t.WEB_ACL_ASSOCIATION: {"resourceArn": v.arn, "webAclArn": v.arn},
}
"""Validators by type and property path; each item of a list is checked."""

EXACTLY_ONE: Mapping[str, tuple[str, ...]] = {
    t.DNS_RECORD: ("aliases", "records"),
    t.PARAMETER: ("value", "insecureValue", "valueWo"),
}
"""Inputs of which a resource has exactly one (`ExactlyOneOf`)."""

CONFLICTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    t.DNS_RECORD: (("aliases", "ttl"),),
    t.SUBNET: (("availabilityZone", "availabilityZoneId"),),
}
"""Inputs that exclude each other (`ConflictsWith`), beside a name and the prefix of one."""
