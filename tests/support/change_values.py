"""Other values for inputs of which not any value will do: what AWS accepts in the sample stacks.

What has to exist for it is created for the purpose, beside the stacks.
"""

from __future__ import annotations

import copy
import datetime
import json
from collections.abc import Callable, Mapping
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from privatelink_ingress import tokens as t
from tests.support.plugin import Resource, Samples

Value = Callable[[Resource, Samples], Any]


def _is(value: Any) -> Value:
    return lambda resource, samples: value


def _put(name: str, path: str, value: Any) -> Value:
    """The input `name` with another value at a path such as `0.ebs.volumeSize`."""

    def change(resource: Resource, samples: Samples) -> Any:
        changed = copy.deepcopy(resource.inputs[name])
        *way, last = path.split(".")
        target = changed
        for key in way:
            target = target[int(key)] if isinstance(target, list) else target.setdefault(key, {})
        target[int(last) if isinstance(target, list) else last] = value
        return changed

    return change


def _another(type_: str, member: str = "id") -> Value:
    """The id, or an output, of another resource of a type in the same stack, which the resource does not have yet."""

    def find(resource: Resource, samples: Samples) -> str:
        for each in samples.of(type_):
            value = each.id if member == "id" else each.state[member]
            if each.stack == resource.stack and value not in json.dumps(resource.inputs):
                return value
        raise AssertionError(f"no other {type_} beside {resource.urn}")

    return find


def _one_more(name: str, find: Value) -> Value:
    return lambda resource, samples: [*resource.inputs[name], find(resource, samples)]


def _one_less(name: str) -> Value:
    return lambda resource, samples: resource.inputs[name][:-1]


def _network(resource: Resource, samples: Samples) -> str:
    (vpc,) = (each for each in samples.of(t.VPC) if each.stack == resource.stack)
    return vpc.id


def _route_table(resource: Resource, samples: Samples) -> str:
    ec2 = resource.aws.client("ec2")
    table = ec2.create_route_table(VpcId=_network(resource, samples))["RouteTable"]["RouteTableId"]
    samples.created(resource, lambda: ec2.delete_route_table(RouteTableId=table))
    return table


def _vpn_gateway(resource: Resource, samples: Samples) -> str:
    ec2 = resource.aws.client("ec2")
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    network = {"VpnGatewayId": gateway, "VpcId": _network(resource, samples)}
    ec2.attach_vpn_gateway(**network)
    samples.created(resource, lambda: ec2.detach_vpn_gateway(**network))
    return gateway


def _routes(resource: Resource, samples: Samples) -> Any:
    return [{"cidrBlock": "203.0.113.0/24", "gatewayId": _vpn_gateway(resource, samples)}]


def _balancer(resource: Resource, samples: Samples) -> str:
    subnets = next(each.inputs["subnets"] for each in samples.of(t.LOAD_BALANCER) if each.stack == resource.stack)
    elb = resource.aws.client("elbv2")
    created = elb.create_load_balancer(Name="other", Type="network", Scheme="internal", Subnets=subnets)
    arn = created["LoadBalancers"][0]["LoadBalancerArn"]
    samples.created(resource, lambda: elb.delete_load_balancer(LoadBalancerArn=arn))
    return arn


def _log_group(resource: Resource, samples: Samples) -> Any:
    resource.aws.client("logs").create_log_group(logGroupName="/aws/vendedlogs/other")
    arn, _, _ = resource.inputs["deliveryDestinationConfiguration"]["destinationResourceArn"].rpartition(":")
    return {"destinationResourceArn": f"{arn}:/aws/vendedlogs/other"}


def _certificate(resource: Resource, samples: Samples) -> str:
    """One that is imported, and so valid at once."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, today = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "other.example.com")]), datetime.datetime.now()
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, today, today + datetime.timedelta(days=30)
    ).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    imported = resource.aws.client("acm").import_certificate(
        Certificate=certificate.public_bytes(Encoding.PEM), PrivateKey=private
    )
    return imported["CertificateArn"]


def _upgraded(resource: Resource, samples: Samples) -> str:
    """The version of the resource's cluster, which is upgraded first unless it is newer than its nodes."""
    eks, name = resource.aws.client("eks"), resource.inputs["clusterName"]
    version = eks.describe_cluster(name=name)["cluster"]["version"]
    (nodes,) = (each for each in samples.of(t.NODE_GROUP) if each.inputs["clusterName"] == name)
    if version == nodes.inputs["version"]:
        version = _next(version)
        eks.update_cluster_version(name=name, version=version)
    return version


def _addon_version(resource: Resource, samples: Samples) -> str:
    """That of the next version of Kubernetes."""
    named = {"addonName": resource.inputs["addonName"], "kubernetesVersion": _upgraded(resource, samples)}
    (addon,) = resource.aws.client("eks").describe_addon_versions(**named)["addons"]
    return addon["addonVersions"][0]["addonVersion"]


def _next(version: str) -> str:
    major, _, minor = version.partition(".")
    return f"{major}.{int(minor) + 1}"


def _addresses(resource: Resource, samples: Samples) -> Any:
    """The endpoint's own addresses, the last one moved by one."""
    configurations = copy.deepcopy(resource.inputs["subnetConfigurations"])
    first, _, last = configurations[-1]["ipv4"].rpartition(".")
    configurations[-1]["ipv4"] = f"{first}.{int(last) + 100}"
    return configurations


def _labels(resource: Resource, samples: Samples) -> Any:
    """Another value for a label of the program's: one that somebody else adds is theirs under server-side apply."""
    metadata = copy.deepcopy(resource.inputs["metadata"])
    metadata["labels"]["app.kubernetes.io/managed-by"] = "other"
    return metadata


def _lifecycle(resource: Resource, samples: Samples) -> str:
    document = json.loads(resource.inputs["policy"])
    document["rules"][0]["description"] = "other"
    return json.dumps(document)


_HASHED = {"dataProtections": [{"action": "HASH", "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": ["cookie"]}}]}


def _rules(resource: Resource, samples: Samples) -> Any:
    rules = copy.deepcopy(resource.inputs["rules"])
    rules[-1]["visibilityConfig"]["metricName"] += "Other"
    return rules


_RULE = [{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}]

VALUES: Mapping[str, Mapping[str, Value]] = {
    "*": {"tags": lambda resource, samples: resource.inputs["tags"] | {"Other": "yes"}, "metadata": _labels},
    t.ADDON: {
        "addonVersion": _addon_version,
        "configurationValues": _is('{"enableNetworkPolicy": "false"}'),
        "podIdentityAssociations": _is([]),
        "resolveConflictsOnCreate": _is("NONE"),
        "resolveConflictsOnUpdate": _is("PRESERVE"),
    },
    t.BUCKET_ENCRYPTION: {"rules": _put("rules", "0.applyServerSideEncryptionByDefault.sseAlgorithm", "aws:kms")},
    t.BUCKET_LIFECYCLE: {"rules": _put("rules", "0.status", "Disabled")},
    t.BUCKET_OWNERSHIP: {"rule": _is({"objectOwnership": "BucketOwnerPreferred"})},
    t.BUCKET_VERSIONING: {"versioningConfiguration": _is({"status": "Suspended"})},
    t.CLUSTER: {
        "accessConfig": _put("accessConfig", "authenticationMode", "API_AND_CONFIG_MAP"),
        "enabledClusterLogTypes": _one_less("enabledClusterLogTypes"),
        "upgradePolicy": _is({"supportType": "EXTENDED"}),
        "version": lambda resource, samples: _next(resource.inputs["version"]),
    },
    t.CONFIG_MAP: {"data": lambda resource, samples: resource.inputs["data"] | {"other": "yes"}},
    t.DNS_RECORD: {
        "type": _is("AAAA"),
        "aliases": _put("aliases", "0.evaluateTargetHealth", True),
        "records": _is(["other.example.com"]),
    },
    t.CERTIFICATE: {"validationMethod": _is("EMAIL")},
    t.FLOW_LOG: {"trafficType": _is("REJECT")},
    t.VPC: {"cidrBlock": _is("10.99.0.0/16")},
    t.SUBNET: {"cidrBlock": _is("10.99.0.0/24")},
    t.DEFAULT_SECURITY_GROUP: {"egress": _is(_RULE), "ingress": _is(_RULE)},
    t.ENDPOINT_SERVICE: {
        "networkLoadBalancerArns": _one_more("networkLoadBalancerArns", _balancer),
        "supportedIpAddressTypes": _is(["ipv4", "ipv6"]),
    },
    t.EGRESS_RULE: {"referencedSecurityGroupId": _another(t.SECURITY_GROUP)},
    t.INGRESS_RULE: {
        "referencedSecurityGroupId": _another(t.SECURITY_GROUP),
        "cidrIpv4": _is("192.0.2.0/24"),
        "ipProtocol": _is("udp"),
    },
    t.LAUNCH_TEMPLATE: {
        "blockDeviceMappings": _put("blockDeviceMappings", "0.ebs.volumeSize", 60),
        "metadataOptions": _put("metadataOptions", "httpPutResponseHopLimit", 2),
        "tagSpecifications": _put("tagSpecifications", "0.tags.Other", "yes"),
    },
    t.LISTENER: {
        "certificateArn": _certificate,
        "defaultActions": _put("defaultActions", "0.fixedResponse.messageBody", "Other"),
        "mutualAuthentication": _is({"mode": "passthrough"}),
        "protocol": _is("TLS"),
        "routingHttpResponseContentSecurityPolicyHeaderValue": _is("default-src 'self'"),
        "routingHttpResponseStrictTransportSecurityHeaderValue": _is("max-age=60"),
        "routingHttpResponseXContentTypeOptionsHeaderValue": _is(""),
        "routingHttpResponseXFrameOptionsHeaderValue": _is("DENY"),
        "sslPolicy": _is("ELBSecurityPolicy-TLS13-1-3-2021-06"),
    },
    t.LISTENER_RULE: {
        "actions": _put("actions", "0.forward.targetGroups.0.weight", 2),
        "conditions": _put("conditions", "0.hostHeader.values", ["other.example.com"]),
        "priority": _is(49999),
    },
    t.LOAD_BALANCER: {
        "loadBalancerType": _is("gateway"),
        "ipAddressType": _is("dualstack"),
        "subnets": _one_less("subnets"),
        "desyncMitigationMode": _is("strictest"),
        "enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": _is("off"),
        "securityGroups": _one_more("securityGroups", _another(t.SECURITY_GROUP)),
        "xffHeaderProcessingMode": _is("remove"),
    },
    t.LOG_GROUP: {"retentionInDays": _is(14)},
    t.REPOSITORY: {"imageTagMutability": _is("MUTABLE")},
    t.REPOSITORY_LIFECYCLE: {"policy": _lifecycle},
    t.ROUTE: {"destinationCidrBlock": _is("203.0.113.0/24"), "gatewayId": _vpn_gateway},
    t.ROUTE_TABLE: {"routes": _routes},
    t.ROUTE_TABLE_ASSOCIATION: {"routeTableId": _route_table},
    t.TARGET_GROUP: {
        "protocol": _is("TLS"),
        "targetType": _is("lambda"),
        "healthCheck": _put("healthCheck", "path", "/other"),
        "preserveClientIp": _is("true"),
    },
    t.VPC_ENDPOINT: {
        "vpcEndpointType": _is("GatewayLoadBalancer"),
        "ipAddressType": _is("dualstack"),
        "routeTableIds": _is([]),
        "securityGroupIds": _one_more("securityGroupIds", _another(t.SECURITY_GROUP)),
        "subnetConfigurations": _addresses,
        "subnetIds": _one_less("subnetIds"),
    },
    t.WEB_ACL: {
        "dataProtectionConfig": _is(_HASHED),
        "scope": _is("CLOUDFRONT"),
        "defaultAction": _is({"block": {}}),
        "rules": _rules,
    },
    t.INTERNET_GATEWAY: {"vpcId": _is("vpc-other")},
    t.DASHBOARD: {"dashboardBody": _is('{"widgets": []}'), "dashboardName": _is("other")},
    t.METRIC_ALARM: {
        "alarmActions": _is(["arn:aws:sns:eu-west-1:222222222222:other"]),
        "comparisonOperator": _is("GreaterThanOrEqualToThreshold"),
        "datapointsToAlarm": lambda resource, samples: max(resource.inputs["datapointsToAlarm"] - 1, 1),
        "evaluateLowSampleCountPercentiles": _is("evaluate"),
        "extendedStatistic": _is("p95"),
        "metricQueries": _put("metricQueries", "0.label", "other"),
        "okActions": _is(["arn:aws:sns:eu-west-1:222222222222:other"]),
        "period": _is(600),
        "statistic": _is("Average"),
        "treatMissingData": _is("breaching"),
    },
    t.LOG_DELIVERY_DESTINATION: {"deliveryDestinationConfiguration": _log_group},
    t.NODE_GROUP: {"amiType": _is("AL2023_ARM_64_STANDARD"), "capacityType": _is("SPOT"), "version": _upgraded},
    t.PARAMETER: {"insecureValue": _is('{"other": "value"}'), "tier": _is("Advanced"), "type": _is("StringList")},
}
