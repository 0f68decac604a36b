"""The programs' look-ups of an existing VPC or cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.calls import call


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
    group = _one(answer["AutoScalingGroups"], t.GET_AUTOSCALING_GROUP, name)
    return {
        "id": group["AutoScalingGroupName"],
        "name": group["AutoScalingGroupName"],
        "arn": group["AutoScalingGroupARN"],
        "minSize": group["MinSize"],
        "maxSize": group["MaxSize"],
        "desiredCapacity": group["DesiredCapacity"],
        "vpcZoneIdentifier": group["VPCZoneIdentifier"],
    }


def _vpc(aws: Aws, args: Properties) -> Properties:
    vpc = _described(aws, t.GET_VPC, "DescribeVpcs", "Vpcs", args, "vpcIds")

    def switch(name: str) -> bool:
        asked = {"vpcId": vpc["VpcId"], "attribute": f"enable{name}"}
        return call(aws, "ec2", "DescribeVpcAttribute", asked, type_=t.GET_VPC)[f"Enable{name}"]["Value"]

    return {
        "id": vpc["VpcId"],
        "cidrBlock": vpc["CidrBlock"],
        "ipv6CidrBlockAssociations": [
            {
                "associationId": block["AssociationId"],
                "ipv6CidrBlock": block["Ipv6CidrBlock"],
                "state": block["Ipv6CidrBlockState"]["State"],
            }
            for block in vpc.get("Ipv6CidrBlockAssociationSet", ())
        ],
        "default": vpc["IsDefault"],
        "enableDnsSupport": switch("DnsSupport"),
        "enableDnsHostnames": switch("DnsHostnames"),
        "state": vpc["State"],
        "tags": {tag["Key"]: tag["Value"] for tag in vpc.get("Tags", ())},
    }


def _subnet(aws: Aws, args: Properties) -> Properties:
    subnet = _described(aws, t.GET_SUBNET, "DescribeSubnets", "Subnets", args, "subnetIds")
    return {
        "id": subnet["SubnetId"],
        "vpcId": subnet["VpcId"],
        "availabilityZone": subnet["AvailabilityZone"],
        "availabilityZoneId": subnet["AvailabilityZoneId"],
        "availableIpAddressCount": subnet["AvailableIpAddressCount"],
        "cidrBlock": subnet["CidrBlock"],
        "ipv6CidrBlock": next(
            (
                block["Ipv6CidrBlock"]
                for block in subnet.get("Ipv6CidrBlockAssociationSet", ())
                if block["Ipv6CidrBlockState"]["State"] == "associated"
            ),
            "",
        ),
        "mapPublicIpOnLaunch": subnet["MapPublicIpOnLaunch"],
    }


def _web_acl(aws: Aws, args: Properties) -> Properties:
    """By its name, or by the load balancer that has it: internal/service/wafv2/web_acl_data_source.go."""
    scope, rest = args["scope"], {key: value for key, value in args.items() if key not in ("name", "resourceArn")}
    if resource_arn := args.get("resourceArn"):
        extra = {"ResourceArn": resource_arn}
        found = call(aws, "wafv2", "GetWebACLForResource", {}, type_=t.GET_WEB_ACL, extra=extra).get("WebACL")
        acl = _one([found] if found else [], t.GET_WEB_ACL, resource_arn)
    else:
        listed = call(aws, "wafv2", "ListWebACLs", rest, type_=t.GET_WEB_ACL)["WebACLs"]
        acl = _one([one for one in listed if one["Name"] == args["name"]], t.GET_WEB_ACL, args["name"])
    return {"id": acl["Id"], "arn": acl["ARN"], "name": acl["Name"], "scope": scope, "region": aws.region} | {
        "description": acl.get("Description", ""),
        "resourceArn": args.get("resourceArn", ""),
    }


def _internet_gateway(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    filters = [{"Name": each["name"], "Values": each["values"]} for each in rest.pop("filters", ())]
    extra = {"Filters": filters}
    answer = call(aws, "ec2", "DescribeInternetGateways", rest, type_=t.GET_INTERNET_GATEWAY, extra=extra)
    gateway = _one(answer["InternetGateways"], t.GET_INTERNET_GATEWAY, str(filters))
    attachments = [{"state": each["State"], "vpcId": each["VpcId"]} for each in gateway["Attachments"]]
    id_ = gateway["InternetGatewayId"]
    return args | {"id": id_, "internetGatewayId": id_, "attachments": attachments}


def _load_balancer(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    extra = {"Names": [rest.pop("name")]}
    answer = call(aws, "elbv2", "DescribeLoadBalancers", rest, type_=t.GET_LOAD_BALANCER, extra=extra)
    balancer = _one(answer["LoadBalancers"], t.GET_LOAD_BALANCER, args["name"])
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


def _route_tables(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    filters = [{"Name": each["name"], "Values": each["values"]} for each in rest.pop("filters", ())]
    if vpc_id := rest.pop("vpcId", None):
        filters.append({"Name": "vpc-id", "Values": [vpc_id]})
    tables = call(aws, "ec2", "DescribeRouteTables", rest, type_=t.GET_ROUTE_TABLES, extra={"Filters": filters})
    return args | {"id": aws.region, "ids": sorted(table["RouteTableId"] for table in tables["RouteTables"])}


def _route_table(aws: Aws, args: Properties) -> Properties:
    rest = dict(args)
    named = {"id": rest.pop("routeTableId", None), **rest}
    table = _described(aws, t.GET_ROUTE_TABLE, "DescribeRouteTables", "RouteTables", named, "routeTableIds")
    associations = [
        {
            "main": each["Main"],
            "subnetId": each.get("SubnetId", ""),
            "routeTableId": table["RouteTableId"],
            "routeTableAssociationId": each["RouteTableAssociationId"],
            "gatewayId": each.get("GatewayId", ""),
        }
        for each in table["Associations"]
    ]
    # The provider omits the VPC's own route, and those of gateway endpoints.
    routes = [
        {
            "cidrBlock": route.get("DestinationCidrBlock", ""),
            "gatewayId": route.get("GatewayId", ""),
            "natGatewayId": route.get("NatGatewayId", ""),
        }
        for route in table["Routes"]
        if route.get("GatewayId") != "local" and not route.get("GatewayId", "").startswith("vpce-")
    ]
    return {
        "id": table["RouteTableId"],
        "routeTableId": table["RouteTableId"],
        "vpcId": table["VpcId"],
        "associations": associations,
        "routes": routes,
    }


def _vpc_endpoint(aws: Aws, args: Properties) -> Properties:
    members = {"vpcId": "vpc-id", "serviceName": "service-name", "vpcEndpointType": "vpc-endpoint-type"}
    rest = {key: value for key, value in args.items() if key not in members}
    filters = [{"Name": name, "Values": [args[key]]} for key, name in members.items() if key in args]
    answer = call(aws, "ec2", "DescribeVpcEndpoints", rest, type_=t.GET_VPC_ENDPOINT, extra={"Filters": filters})
    endpoint = _one(answer["VpcEndpoints"], t.GET_VPC_ENDPOINT, f"{args.get('serviceName')} in {args.get('vpcId')}")
    return args | {
        "id": endpoint["VpcEndpointId"],
        "privateDnsEnabled": endpoint.get("PrivateDnsEnabled", False),
        "routeTableIds": sorted(endpoint.get("RouteTableIds", ())),
        "subnetIds": sorted(endpoint.get("SubnetIds", ())),
        "state": endpoint["State"],
    }


def _described(aws: Aws, token: str, operation: str, result: str, args: Properties, ids: str) -> dict[str, Any]:
    """The resource that `args` names by its id; any other argument is refused as a leftover input."""
    rest = dict(args)
    id_ = rest.pop("id", None)
    found = call(aws, "ec2", operation, {**rest, ids: [id_]}, type_=token)[result]
    return _one(found, token, str(id_))


def _one(found: list[dict[str, Any]], token: str, what: str) -> dict[str, Any]:
    if len(found) != 1:
        raise AdapterError(f"{token}: {what}: {len(found) or 'none'} found, exactly one is needed")
    return found[0]


FUNCTIONS: Mapping[str, Callable[[Aws, Properties], Properties]] = {
    t.GET_CLUSTER: _cluster,
    t.GET_ADDON: _addon,
    t.GET_NODE_GROUPS: _node_groups,
    t.GET_NODE_GROUP: _node_group,
    t.GET_AUTOSCALING_GROUP: _autoscaling_group,
    t.GET_VPC: _vpc,
    t.GET_SUBNET: _subnet,
    t.GET_INTERNET_GATEWAY: _internet_gateway,
    t.GET_LOAD_BALANCER: _load_balancer,
    t.GET_WEB_ACL: _web_acl,
    t.GET_ROUTE_TABLES: _route_tables,
    t.GET_ROUTE_TABLE: _route_table,
    t.GET_VPC_ENDPOINT: _vpc_endpoint,
}
