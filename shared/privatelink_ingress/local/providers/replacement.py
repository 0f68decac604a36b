"""The inputs that force a replacement: one table for all types, each row with the source file that says so."""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.providers import conditions
from privatelink_ingress.local.providers.rules import ALL, Rule


def rule_for(type_: str) -> Rule:
    """The rule of a Pulumi type.

    Raises:
        AdapterError: when the table has none: any answer would be a guess.
    """
    if type_.startswith("kubernetes:"):
        return KUBERNETES.get(type_.rpartition(":")[2], KUBERNETES_OBJECT)
    rule = AWS.get(type_)
    if rule is None:
        raise AdapterError(
            f"the local cloud does not know what a change of {type_} replaces (providers/replacement.py)"
        )
    return rule


_CERTIFICATE = ("domainName", "subjectAlternativeNames", "validationMethod", "validationOptions", "keyAlgorithm")
_CERTIFICATE += ("certificateAuthorityArn",)
_BUCKET = ("bucket", "expectedBucketOwner")
_CHECKSUMS = ("checksumCrc32", "checksumCrc32c", "checksumCrc64nvme", "checksumSha1", "checksumSha256")
_ENDPOINT = ("serviceName", "serviceRegion", "vpcId", "vpcEndpointType", "resourceConfigurationArn")
_SUBNET = ("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv4IpamPoolId", "ipv4NetmaskLength")
_SUBNET += ("ipv6IpamPoolId", "ipv6Native", "ipv6NetmaskLength", "outpostArn")
_TARGET_GROUP = ("name", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType")
_NODES = ("amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "launchTemplate.id")
_NODES += ("launchTemplate.name", "nodeRoleArn", "subnetIds", "nodeGroupName", "nodeGroupNamePrefix", "remoteAccess")
_KEY = ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId")
_CLUSTER = (
    "name",
    "roleArn",
    "bootstrapSelfManagedAddons",
    "kubernetesNetworkConfig.ipFamily",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
)

AWS: Mapping[str, Rule] = {
    t.CERTIFICATE: Rule(
        forces=_CERTIFICATE,
        planned=conditions.with_domain,
        source="acm/certificate.go",
    ),
    t.CERTIFICATE_VALIDATION: Rule(forces=ALL, source="acm/certificate_validation.go"),
    t.AUTOSCALING_ATTACHMENT: Rule(forces=ALL, source="autoscaling/attachment.go"),
    t.LOG_DELIVERY: Rule(
        forces=("deliverySourceName", "deliveryDestinationArn"), framework=True, source="logs/delivery.go"
    ),
    t.LOG_DELIVERY_DESTINATION: Rule(
        forces=("name", "outputFormat"),
        forced=conditions.of_another_service,
        framework=True,
        source="logs/delivery_destination.go",
    ),
    t.LOG_DELIVERY_SOURCE: Rule(
        forces=("name", "logType", "resourceArn"), framework=True, source="logs/delivery_source.go"
    ),
    t.LOG_GROUP: Rule(forces=("name", "namePrefix", "logGroupClass"), source="logs/group.go"),
    t.LOG_RESOURCE_POLICY: Rule(forces=("policyName", "resourceArn"), source="logs/resource_policy.go"),
    t.QUERY_DEFINITION: Rule(source="logs/query_definition.go"),
    t.DASHBOARD: Rule(forces=("dashboardName",), source="cloudwatch/dashboard.go"),
    t.METRIC_ALARM: Rule(forces=("name",), source="cloudwatch/metric_alarm.go"),
    t.TOPIC: Rule(forces=("name", "namePrefix", "fifoTopic"), source="sns/topic.go"),
    t.DEFAULT_SECURITY_GROUP: Rule(forces=("vpcId",), source="ec2/vpc_default_security_group.go"),
    t.FLOW_LOG: Rule(forces=ALL, source="ec2/vpc_flow_log.go"),
    t.INTERNET_GATEWAY: Rule(source="ec2/vpc_internet_gateway.go"),
    t.LAUNCH_TEMPLATE: Rule(
        forces=("name", "namePrefix"),
        recomputed=("latestVersion", "defaultVersion"),
        source="ec2/ec2_launch_template.go",
    ),
    t.ROUTE: Rule(
        forces=("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        source="ec2/vpc_route.go",
    ),
    t.ROUTE_TABLE: Rule(forces=("vpcId",), source="ec2/vpc_route_table.go"),
    t.ROUTE_TABLE_ASSOCIATION: Rule(forces=("subnetId", "gatewayId"), source="ec2/vpc_route_table_association.go"),
    t.SECURITY_GROUP: Rule(forces=("name", "namePrefix", "description", "vpcId"), source="ec2/vpc_security_group.go"),
    t.SUBNET: Rule(forces=_SUBNET, forced=conditions.ipv6_block, source="ec2/vpc_subnet.go"),
    t.SUBNET_RESERVATION: Rule(forces=ALL, source="ec2/vpc_subnet_cidr_reservation.go"),
    t.VPC: Rule(
        forces=("cidrBlock", "ipv4IpamPoolId", "ipv4NetmaskLength"),
        forced=conditions.other_tenancy,
        source="ec2/vpc_.go",
    ),
    t.VPC_ENDPOINT: Rule(forces=_ENDPOINT, forced=conditions.private_dns, source="ec2/vpc_endpoint.go"),
    t.ENDPOINT_ACCEPTER: Rule(forces=ALL, source="ec2/vpc_endpoint_connection_accepter.go"),
    t.ENDPOINT_NOTIFICATION: Rule(
        forces=("vpcEndpointServiceId", "vpcEndpointId"), source="ec2/vpc_endpoint_connection_notification.go"
    ),
    t.ENDPOINT_SERVICE: Rule(source="ec2/vpc_endpoint_service.go"),
    t.ALLOWED_PRINCIPAL: Rule(forces=ALL, source="ec2/vpc_endpoint_service_allowed_principal.go"),
    t.VPC_IPV6_RANGE: Rule(forces=ALL, source="ec2/vpc_ipv6_cidr_block_association.go"),
    t.VPC_IPV4_RANGE: Rule(forces=ALL, source="ec2/vpc_ipv4_cidr_block_association.go"),
    t.REPOSITORY_LIFECYCLE: Rule(forces=ALL, delete_first=True, source="ecr/lifecycle_policy.go"),
    t.REPOSITORY: Rule(forces=("name", "encryptionConfigurations"), source="ecr/repository.go"),
    t.ACCESS_ENTRY: Rule(forces=("clusterName", "principalArn", "type"), source="eks/access_entry.go"),
    t.ACCESS_POLICY: Rule(forces=ALL, source="eks/access_policy_association.go"),
    t.ADDON: Rule(forces=("addonName", "clusterName"), source="eks/addon.go"),
    t.CLUSTER: Rule(forces=_CLUSTER, forced=conditions.key_taken_away, source="eks/cluster.go"),
    t.NODE_GROUP: Rule(forces=_NODES, source="eks/node_group.go"),
    t.POD_IDENTITY: Rule(
        forces=("clusterName", "namespace", "serviceAccount"),
        framework=True,
        source="eks/pod_identity_association.go",
    ),
    t.OIDC_PROVIDER: Rule(forces=("url",), planned=conditions.without_scheme, source="iam/openid_connect_provider.go"),
    t.IAM_POLICY: Rule(forces=("name", "namePrefix", "path", "description"), source="iam/policy.go"),
    t.ROLE: Rule(forces=("name", "namePrefix", "path"), source="iam/role.go"),
    t.ROLE_POLICY: Rule(forces=("name", "namePrefix", "role"), source="iam/role_policy.go"),
    t.ROLE_ATTACHMENT: Rule(forces=ALL, delete_first=True, source="iam/role_policy_attachment.go"),
    t.KMS_ALIAS: Rule(forces=("name", "namePrefix"), source="kms/alias.go"),
    t.KMS_KEY: Rule(forces=_KEY, source="kms/key.go"),
    t.LISTENER: Rule(forces=("loadBalancerArn",), source="elbv2/listener.go"),
    t.LISTENER_CERTIFICATE: Rule(forces=ALL, source="elbv2/listener_certificate.go"),
    t.LISTENER_RULE: Rule(forces=("listenerArn",), source="elbv2/listener_rule.go"),
    t.LOAD_BALANCER: Rule(
        forces=("name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool", "subnetMappings"),
        forced=conditions.less_of_a_network_balancer,
        source="elbv2/load_balancer.go",
    ),
    t.TRUST_STORE: Rule(forces=("name", "namePrefix"), source="elbv2/trust_store.go"),
    t.TRUST_STORE_REVOCATION: Rule(forces=ALL, source="elbv2/trust_store_revocation.go"),
    t.TARGET_GROUP: Rule(forces=_TARGET_GROUP, source="elbv2/target_group.go"),
    t.TARGET: Rule(forces=ALL, source="elbv2/target_group_attachment.go"),
    t.DNS_RECORD: Rule(
        forces=("name", "type", "zoneId", "setIdentifier"), planned=conditions.plain_name, source="route53/record.go"
    ),
    t.QUERY_LOG: Rule(forces=("zoneId", "cloudwatchLogGroupArn"), source="route53/query_log.go"),
    t.HOSTED_ZONE: Rule(forces=("name", "delegationSetId"), source="route53/zone.go"),
    t.BUCKET: Rule(forces=("bucket", "bucketPrefix", "objectLockEnabled"), source="s3/bucket.go"),
    t.BUCKET_ENCRYPTION: Rule(forces=_BUCKET, source="s3/bucket_server_side_encryption_configuration.go"),
    t.BUCKET_LIFECYCLE: Rule(forces=_BUCKET, framework=True, source="s3/bucket_lifecycle_configuration.go"),
    t.BUCKET_LOGGING: Rule(forces=_BUCKET, source="s3/bucket_logging.go"),
    t.BUCKET_OBJECT_LOCK: Rule(forces=(*_BUCKET, "objectLockEnabled"), source="s3/bucket_object_lock_configuration.go"),
    t.BUCKET_OBJECT: Rule(
        forces=("bucket", "key"), recomputed=("etag", "versionId", *_CHECKSUMS), source="s3/object.go"
    ),
    t.BUCKET_OWNERSHIP: Rule(forces=("bucket",), source="s3/bucket_ownership_controls.go"),
    t.BUCKET_POLICY: Rule(forces=("bucket",), source="s3/bucket_policy.go"),
    t.BUCKET_PUBLIC_ACCESS: Rule(forces=("bucket",), source="s3/bucket_public_access_block.go"),
    t.BUCKET_VERSIONING: Rule(forces=_BUCKET, refused=conditions.versioned_for_good, source="s3/bucket_versioning.go"),
    t.PARAMETER: Rule(
        forces=("name", "dataType"), forced=conditions.cheaper_tier, recomputed=("version",), source="ssm/parameter.go"
    ),
    t.EGRESS_RULE: Rule(
        forces=("securityGroupId",),
        forced=conditions.of_another_kind,
        framework=True,
        source="ec2/vpc_security_group_egress_rule.go",
    ),
    t.INGRESS_RULE: Rule(
        forces=("securityGroupId",),
        forced=conditions.of_another_kind,
        framework=True,
        source="ec2/vpc_security_group_ingress_rule.go",
    ),
    t.IP_SET: Rule(forces=("name", "namePrefix", "scope", "ipAddressVersion"), source="wafv2/ip_set.go"),
    t.RULE_GROUP: Rule(forces=("name", "namePrefix", "scope", "capacity"), source="wafv2/rule_group.go"),
    t.WEB_ACL: Rule(forces=("name", "namePrefix", "scope"), source="wafv2/web_acl.go"),
    t.WEB_ACL_ASSOCIATION: Rule(forces=ALL, source="wafv2/web_acl_association.go"),
    t.WEB_ACL_LOGGING: Rule(
        forces=("resourceArn", "logDestinationConfigs"), source="wafv2/web_acl_logging_configuration.go"
    ),
}

_NAMED = ("metadata.name", "metadata.namespace")
_WHERE = "provider/diff.go"

KUBERNETES_OBJECT = Rule(forces=_NAMED, source=_WHERE)
KUBERNETES: Mapping[str, Rule] = {
    kind: Rule(forces=(*_NAMED, *paths), source=_WHERE)
    for kind, paths in {
        "ClusterRoleBinding": ("roleRef",),
        "ConfigMap": ("data", "binaryData"),
        "DaemonSet": ("spec.selector",),
        "Deployment": ("spec.selector",),
        "Job": ("spec.completions", "spec.parallelism", "spec.selector", "spec.template"),
        "ResourceQuota": ("spec.scopes",),
        "RoleBinding": ("roleRef",),
        "Secret": ("data", "stringData", "type"),
        "Service": ("spec.clusterIP",),
        "StatefulSet": (
            *("spec.podManagementPolicy", "spec.revisionHistoryLimit", "spec.selector", "spec.serviceName"),
            "spec.volumeClaimTemplates",
        ),
        "StorageClass": ("parameters", "provisioner"),
    }.items()
}
"""By kind. Other fields that the API server never changes, such as a class's controller, fail when it refuses them."""
