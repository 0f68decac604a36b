"""The programs' look-ups of an existing cluster, load balancer or web ACL."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.existing_network import one_of


def _cluster(aws: Aws, args: Properties) -> Properties:
    cluster = call(aws, "eks", "DescribeCluster", args, type_=t.GET_CLUSTER)["cluster"]
    network = cluster["kubernetesNetworkConfig"]
    return {
        "id": cluster["name"],
        "name": cluster["name"],
        "arn": cluster["arn"],
        "version": cluster["version"],
        "status": cluster["status"],
        "endpoint": cluster["endpoint"],
        "certificateAuthorities": [{"data": cluster["certificateAuthority"]["data"]}],
        "kubernetesNetworkConfigs": [
            {
                "elasticLoadBalancings": [],
                "ipFamily": network.get("ipFamily", "ipv4"),
                "serviceIpv4Cidr": network.get("serviceIpv4Cidr", ""),
                "serviceIpv6Cidr": network.get("serviceIpv6Cidr", ""),
            }
        ],
        "vpcConfig": cluster["resourcesVpcConfig"],
        "tags": cluster.get("tags", {}),
    }


def _addon(aws: Aws, args: Properties) -> Properties:
    addon = call(aws, "eks", "DescribeAddon", args, type_=t.GET_ADDON)["addon"]
    return args | {
        "id": f"{args['clusterName']}:{args['addonName']}",
        "arn": addon["addonArn"],
        "addonVersion": addon["addonVersion"],
        "configurationValues": addon.get("configurationValues", ""),
    }


def _node_groups(aws: Aws, args: Properties) -> Properties:
    names = call(aws, "eks", "ListNodegroups", args, type_=t.GET_NODE_GROUPS)["nodegroups"]
    return args | {"id": args["clusterName"], "names": sorted(names)}


def _node_group(aws: Aws, args: Properties) -> Properties:
    rename = {"nodeGroupName": "nodegroupName"}
    group = call(aws, "eks", "DescribeNodegroup", args, type_=t.GET_NODE_GROUP, rename=rename)["nodegroup"]
    scaling_groups = [{"name": entry["name"]} for entry in group["resources"]["autoScalingGroups"]]
    return args | {
        "id": f"{args['clusterName']}:{args['nodeGroupName']}",
        "arn": group["nodegroupArn"],
        "amiType": group["amiType"],
        "resources": [{"autoscalingGroups": scaling_groups, "remoteAccessSecurityGroupId": ""}],
        "scalingConfigs": [group["scalingConfig"]],
        "status": group["status"],
        "subnetIds": sorted(group["subnets"]),
        "tags": group.get("tags", {}),
        "version": group["version"],
    }


def _autoscaling_group(aws: Aws, args: Properties) -> Properties:
    rest, name = dict(args), args.get("name", "")
    rest.pop("name", None)
    extra = {"AutoScalingGroupNames": [name]}
    answer = call(aws, "autoscaling", "DescribeAutoScalingGroups", rest, type_=t.GET_AUTOSCALING_GROUP, extra=extra)
    group = one_of(answer["AutoScalingGroups"], t.GET_AUTOSCALING_GROUP, name)
    return {
        "id": group["AutoScalingGroupName"],
        "name": group["AutoScalingGroupName"],
        "arn": group["AutoScalingGroupARN"],
        "minSize": group["MinSize"],
        "maxSize": group["MaxSize"],
        "desiredCapacity": group["DesiredCapacity"],
        "vpcZoneIdentifier": group["VPCZoneIdentifier"],
    }


def _web_acl(aws: Aws, args: Properties) -> Properties:
    """By its name, or by the load balancer that has it: internal/service/wafv2/web_acl_data_source.go."""
    scope, rest = args["scope"], {key: value for key, value in args.items() if key not in ("name", "resourceArn")}
    if resource_arn := args.get("resourceArn"):
        extra = {"ResourceArn": resource_arn}
        found = call(aws, "wafv2", "GetWebACLForResource", {}, type_=t.GET_WEB_ACL, extra=extra).get("WebACL")
        acl = one_of([found] if found else [], t.GET_WEB_ACL, resource_arn)
    else:
        listed = call(aws, "wafv2", "ListWebACLs", rest, type_=t.GET_WEB_ACL)["WebACLs"]
        acl = one_of([one for one in listed if one["Name"] == args["name"]], t.GET_WEB_ACL, args["name"])
    return {"id": acl["Id"], "arn": acl["ARN"], "name": acl["Name"], "scope": scope, "region": aws.region} | {
        "description": acl.get("Description", ""),
        "resourceArn": args.get("resourceArn", ""),
    }


def _load_balancer(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    extra = {"Names": [rest.pop("name")]}
    answer = call(aws, "elbv2", "DescribeLoadBalancers", rest, type_=t.GET_LOAD_BALANCER, extra=extra)
    balancer = one_of(answer["LoadBalancers"], t.GET_LOAD_BALANCER, args["name"])
    named = {"LoadBalancerArn": balancer["LoadBalancerArn"]}
    held = call(aws, "elbv2", "DescribeLoadBalancerAttributes", {}, type_=t.GET_LOAD_BALANCER, extra=named)
    attributes = {one["Key"]: one["Value"] for one in held["Attributes"]}
    of_arn = {"ResourceArns": [balancer["LoadBalancerArn"]]}
    [tagged] = call(aws, "elbv2", "DescribeTags", {}, type_=t.GET_LOAD_BALANCER, extra=of_arn)["TagDescriptions"]
    return args | {
        "tags": {one["Key"]: one["Value"] for one in tagged["Tags"]},
        "id": balancer["LoadBalancerArn"],
        "arn": balancer["LoadBalancerArn"],
        "vpcId": balancer["VpcId"],
        "dnsName": balancer["DNSName"],
        "ipAddressType": balancer["IpAddressType"],
        "enableDeletionProtection": attributes.get("deletion_protection.enabled") == "true",
        "subnets": sorted(zone["SubnetId"] for zone in balancer["AvailabilityZones"]),
    }


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    t.GET_CLUSTER: _cluster,
    t.GET_ADDON: _addon,
    t.GET_NODE_GROUPS: _node_groups,
    t.GET_NODE_GROUP: _node_group,
    t.GET_AUTOSCALING_GROUP: _autoscaling_group,
    t.GET_LOAD_BALANCER: _load_balancer,
    t.GET_WEB_ACL: _web_acl,
}
