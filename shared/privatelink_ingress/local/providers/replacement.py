"""The inputs that force a replacement: one table for all types, each row with its source.

Rows with `read=False` state the provider's known behavior; its source was not read.
"""

from __future__ import annotations

from collections.abc import Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.kubernetes import immutable
from privatelink_ingress.local.providers import comparison
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


def _with_domain(inputs: Properties) -> Properties:
    """ACM counts the domain among the alternative names, and the provider plans them so."""
    names = inputs.get("subjectAlternativeNames")
    if not isinstance(names, list) or inputs.get("domainName") in names:
        return inputs
    return inputs | {"subjectAlternativeNames": [inputs.get("domainName"), *names]}


def _plain_name(inputs: Properties) -> Properties:
    """Route 53 names have neither capitals nor a dot at their end, and the provider compares them so."""
    return inputs | {"name": str(inputs.get("name", "")).rstrip(".").lower()}


def _less_of_a_network_balancer(old: Properties, new: Properties) -> tuple[str, ...]:
    """A Network Load Balancer accepts more subnets and addresses, and releases none; its groups start at creation.

    Before all subnets are known, as in the preview of a new zone, the provider plans an update.
    """
    if old.get("loadBalancerType") != "network":
        return ()
    addresses = [each.get("secondaryIpsAutoAssignedPerSubnet") or 0 for each in (old, new)]
    subnets, groups = (new.get(key) or [] for key in ("subnets", "securityGroups"))
    forced = {
        "subnets": not wire.has_unknown(subnets) and len(subnets) <= len(old.get("subnets") or ()),
        "securityGroups": not wire.has_unknown(groups) and bool(old.get("securityGroups")) != bool(groups),
        "secondaryIpsAutoAssignedPerSubnet": addresses[1] < addresses[0],
    }
    return tuple(name for name, replaces in forced.items() if replaces)


def _key_taken_away(old: Properties, new: Properties) -> tuple[str, ...]:
    return ("encryptionConfig",) if old.get("encryptionConfig") and not new.get("encryptionConfig") else ()


def _cheaper_tier(old: Properties, new: Properties) -> tuple[str, ...]:
    return ("tier",) if (old.get("tier"), new.get("tier", "Standard")) == ("Advanced", "Standard") else ()


def _of_another_service(old: Properties, new: Properties) -> tuple[str, ...]:
    """A destination is replaced when its resource is of another service, or not known yet."""
    arns = [comparison.at(each, "deliveryDestinationConfiguration.destinationResourceArn") for each in (old, new)]
    services = [str(arn).split(":")[2:3] for arn in arns]
    return ("deliveryDestinationConfiguration",) if services[0] != services[1] else ()


def _without_scheme(inputs: Properties) -> Properties:
    """IAM stores an issuer's URL without its scheme, and the provider compares it so."""
    return inputs | {"url": str(inputs.get("url", "")).removeprefix("https://")}


def _ipv6_block(old: Properties, new: Properties) -> tuple[str, ...]:
    """Another IPv6 block is in place, unless interfaces got addresses of the old one on creation."""
    return ("ipv6CidrBlock",) if old.get("assignIpv6AddressOnCreation") else ()


def _private_dns(old: Properties, new: Properties) -> tuple[str, ...]:
    """Only an interface endpoint's private DNS is changed in place."""
    return () if old.get("vpcEndpointType") == "Interface" else ("privateDnsEnabled",)


_ENDPOINT = ("serviceName", "serviceRegion", "vpcId", "vpcEndpointType", "resourceConfigurationArn")
_SUBNET = ("vpcId", "cidrBlock", "availabilityZone", "availabilityZoneId", "ipv4IpamPoolId", "ipv4NetmaskLength")
_SUBNET += ("ipv6IpamPoolId", "ipv6Native", "ipv6NetmaskLength", "outpostArn")
_TARGET_GROUP = ("name", "port", "protocol", "protocolVersion", "targetType", "vpcId", "ipAddressType")
_NODES = ("amiType", "capacityType", "clusterName", "diskSize", "instanceTypes", "launchTemplate.id")
_NODES += ("launchTemplate.name", "nodeRoleArn", "subnetIds", "nodeGroupName", "nodeGroupNamePrefix", "remoteAccess")
_CLUSTER = (
    "name",
    "roleArn",
    "bootstrapSelfManagedAddons",
    "kubernetesNetworkConfig.ipFamily",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
)

AWS: Mapping[str, Rule] = {
    t.CERTIFICATE: Rule(
        forces=("domainName", "subjectAlternativeNames", "validationMethod", "keyAlgorithm"),
        planned=_with_domain,
        source="acm/certificate.go",
    ),
    t.CERTIFICATE_VALIDATION: Rule(forces=ALL, source="acm/certificate_validation.go", read=False),
    t.AUTOSCALING_ATTACHMENT: Rule(forces=ALL, source="autoscaling/attachment.go"),
    t.LOG_DELIVERY: Rule(
        forces=("deliverySourceName", "deliveryDestinationArn"), framework=True, source="logs/delivery.go"
    ),
    t.LOG_DELIVERY_DESTINATION: Rule(
        forces=("name", "outputFormat"),
        forced=_of_another_service,
        framework=True,
        source="logs/delivery_destination.go",
    ),
    t.LOG_DELIVERY_SOURCE: Rule(
        forces=("name", "logType", "resourceArn"), framework=True, source="logs/delivery_source.go"
    ),
    t.LOG_GROUP: Rule(forces=("name", "namePrefix", "logGroupClass"), source="logs/group.go"),
    t.LOG_RESOURCE_POLICY: Rule(forces=("policyName",), source="logs/resource_policy.go", read=False),
    t.METRIC_ALARM: Rule(forces=("name",), source="cloudwatch/metric_alarm.go", read=False),
    t.DEFAULT_SECURITY_GROUP: Rule(forces=("vpcId",), source="ec2/vpc_default_security_group.go", read=False),
    t.FLOW_LOG: Rule(forces=ALL, source="ec2/vpc_flow_log.go"),
    t.INTERNET_GATEWAY: Rule(source="ec2/vpc_internet_gateway.go", read=False),
    t.LAUNCH_TEMPLATE: Rule(
        forces=("name", "namePrefix"),
        recomputed=("latestVersion", "defaultVersion"),
        source="ec2/ec2_launch_template.go",
        read=False,
    ),
    t.ROUTE: Rule(
        forces=("routeTableId", "destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
        source="ec2/vpc_route.go",
        read=False,
    ),
    t.ROUTE_TABLE: Rule(forces=("vpcId",), source="ec2/vpc_route_table.go", read=False),
    t.ROUTE_TABLE_ASSOCIATION: Rule(forces=("subnetId", "gatewayId"), source="ec2/vpc_route_table_association.go"),
    t.SECURITY_GROUP: Rule(forces=("name", "namePrefix", "description", "vpcId"), source="ec2/vpc_security_group.go"),
    t.SUBNET: Rule(forces=_SUBNET, forced=_ipv6_block, source="ec2/vpc_subnet.go"),
    t.SUBNET_RESERVATION: Rule(forces=ALL, source="ec2/vpc_subnet_cidr_reservation.go", read=False),
    t.VPC: Rule(forces=("cidrBlock",), source="ec2/vpc_.go", read=False),
    t.VPC_ENDPOINT: Rule(forces=_ENDPOINT, forced=_private_dns, source="ec2/vpc_endpoint.go"),
    t.ENDPOINT_ACCEPTER: Rule(forces=ALL, source="ec2/vpc_endpoint_connection_accepter.go"),
    t.ENDPOINT_NOTIFICATION: Rule(
        forces=("vpcEndpointServiceId", "vpcEndpointId"), source="ec2/vpc_endpoint_connection_notification.go"
    ),
    t.ENDPOINT_SERVICE: Rule(source="ec2/vpc_endpoint_service.go"),
    t.ALLOWED_PRINCIPAL: Rule(forces=ALL, source="ec2/vpc_endpoint_service_allowed_principal.go", read=False),
    t.VPC_IPV4_RANGE: Rule(forces=ALL, source="ec2/vpc_ipv4_cidr_block_association.go", read=False),
    t.REPOSITORY_LIFECYCLE: Rule(forces=("repository",), source="ecr/lifecycle_policy.go", read=False),
    t.REPOSITORY: Rule(forces=("name", "encryptionConfigurations"), source="ecr/repository.go"),
    t.ACCESS_ENTRY: Rule(forces=("clusterName", "principalArn", "type"), source="eks/access_entry.go"),
    t.ACCESS_POLICY: Rule(forces=ALL, source="eks/access_policy_association.go"),
    t.ADDON: Rule(forces=("addonName", "clusterName"), source="eks/addon.go"),
    t.CLUSTER: Rule(forces=_CLUSTER, forced=_key_taken_away, source="eks/cluster.go"),
    t.NODE_GROUP: Rule(forces=_NODES, source="eks/node_group.go"),
    t.POD_IDENTITY: Rule(
        forces=("clusterName", "namespace", "serviceAccount"),
        framework=True,
        source="eks/pod_identity_association.go",
    ),
    t.OIDC_PROVIDER: Rule(forces=("url",), planned=_without_scheme, source="iam/openid_connect_provider.go"),
    t.IAM_POLICY: Rule(forces=("name", "namePrefix", "path", "description"), source="iam/policy.go"),
    t.ROLE: Rule(forces=("name", "namePrefix", "path"), source="iam/role.go", read=False),
    t.ROLE_POLICY: Rule(forces=("name", "namePrefix", "role"), source="iam/role_policy.go"),
    t.ROLE_ATTACHMENT: Rule(forces=ALL, source="iam/role_policy_attachment.go", read=False),
    t.KMS_ALIAS: Rule(forces=("name", "namePrefix"), source="kms/alias.go", read=False),
    t.KMS_KEY: Rule(forces=("customerMasterKeySpec", "keyUsage", "multiRegion"), source="kms/key.go", read=False),
    t.LISTENER: Rule(forces=("loadBalancerArn",), source="elbv2/listener.go"),
    t.LISTENER_CERTIFICATE: Rule(forces=ALL, source="elbv2/listener_certificate.go", read=False),
    t.LISTENER_RULE: Rule(forces=("listenerArn",), source="elbv2/listener_rule.go"),
    t.LOAD_BALANCER: Rule(
        forces=("name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool", "subnetMappings"),
        forced=_less_of_a_network_balancer,
        source="elbv2/load_balancer.go",
    ),
    t.TARGET_GROUP: Rule(forces=_TARGET_GROUP, source="elbv2/target_group.go"),
    t.TARGET: Rule(forces=ALL, source="elbv2/target_group_attachment.go"),
    t.DNS_RECORD: Rule(
        forces=("name", "type", "zoneId", "setIdentifier"), planned=_plain_name, source="route53/record.go"
    ),
    t.HOSTED_ZONE: Rule(forces=("name", "delegationSetId"), source="route53/zone.go", read=False),
    t.BUCKET: Rule(forces=("bucket", "bucketPrefix", "objectLockEnabled"), source="s3/bucket.go"),
    **{
        type_: Rule(forces=("bucket",), source=f"s3/{file}.go", read=False)
        for type_, file in {
            t.BUCKET_ENCRYPTION: "bucket_server_side_encryption_configuration",
            t.BUCKET_LIFECYCLE: "bucket_lifecycle_configuration",
            t.BUCKET_OWNERSHIP: "bucket_ownership_controls",
            t.BUCKET_POLICY: "bucket_policy",
            t.BUCKET_PUBLIC_ACCESS: "bucket_public_access_block",
            t.BUCKET_VERSIONING: "bucket_versioning",
        }.items()
    },
    t.PARAMETER: Rule(
        forces=("name", "dataType"), forced=_cheaper_tier, recomputed=("version",), source="ssm/parameter.go"
    ),
    t.EGRESS_RULE: Rule(
        forces=("securityGroupId",), framework=True, source="ec2/vpc_security_group_egress_rule.go", read=False
    ),
    t.INGRESS_RULE: Rule(
        forces=("securityGroupId",), framework=True, source="ec2/vpc_security_group_ingress_rule.go", read=False
    ),
    t.IP_SET: Rule(forces=("name", "scope", "ipAddressVersion"), source="wafv2/ip_set.go", read=False),
    t.WEB_ACL: Rule(forces=("name", "namePrefix", "scope"), source="wafv2/web_acl.go", read=False),
    t.WEB_ACL_ASSOCIATION: Rule(forces=ALL, source="wafv2/web_acl_association.go"),
    t.WEB_ACL_LOGGING: Rule(
        forces=("resourceArn", "logDestinationConfigs"), source="wafv2/web_acl_logging_configuration.go"
    ),
}

_NAMED = ("apiVersion", "kind", "metadata.name", "metadata.namespace")
_WHERE = "provider/diff.go"

KUBERNETES_OBJECT = Rule(forces=_NAMED, source=_WHERE, read=False)
KUBERNETES: Mapping[str, Rule] = {
    kind: Rule(forces=(*_NAMED, *paths), source=_WHERE, read=False)
    for kind, paths in {
        **immutable.FIELDS,
        "ConfigMap": ("data", "binaryData", "immutable"),
        "Secret": ("data", "stringData", "type"),
        "Service": ("spec.clusterIP",),
    }.items()
}
"""Immutable fields by kind, and fields for which Pulumi's provider creates a new object."""
