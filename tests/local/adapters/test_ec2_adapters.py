"""The EC2 adapters: every input reaches AWS, outputs are read back, and every created resource can be deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import (
    ec2_endpoints,
    ec2_flow_logs,
    ec2_launch_templates,
    ec2_network,
    ec2_security_groups,
)
from privatelink_ingress.local.adapters.base import AdapterError

ADAPTERS = (
    ec2_network.ADAPTERS
    | ec2_security_groups.ADAPTERS
    | ec2_endpoints.ADAPTERS
    | ec2_flow_logs.ADAPTERS
    | ec2_launch_templates.ADAPTERS
)


class Stack:
    """Registers resources, and deletes them in reverse order with the outputs that a state would hold."""

    def __init__(self, aws: Any) -> None:
        self.aws, self.made = aws, list[tuple[str, str, dict[str, Any]]]()

    def add(self, type_: str, **inputs: Any) -> dict[str, Any]:
        created = ADAPTERS[type_].create(self.aws, inputs)
        outputs = inputs | created.outputs | {"id": created.id}
        self.made.append((type_, created.id, outputs))
        return outputs

    def destroy(self) -> None:
        for type_, id_, outputs in reversed(self.made):
            ADAPTERS[type_].delete(self.aws, id_, outputs)

    def network(self, second: int = 12, zones: tuple[str, ...] = ("euw1-az1", "euw1-az2")) -> tuple[str, list[str]]:
        vpc = self.add(t.VPC, cidrBlock=f"10.{second}.0.0/16", enableDnsHostnames=True)["id"]
        subnets = [
            self.add(t.SUBNET, vpcId=vpc, cidrBlock=f"10.{second}.{i}.0/24", availabilityZoneId=zone)["id"]
            for i, zone in enumerate(zones)
        ]
        return vpc, subnets


def empty(aws: Any) -> bool:
    ec2 = aws.client("ec2")
    vpcs = [vpc for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"]]
    return not (
        vpcs or ec2.describe_internet_gateways()["InternetGateways"] or ec2.describe_vpc_endpoints()["VpcEndpoints"]
    )


def test_a_vpc_shows_its_arn_its_default_parts_and_its_dns_settings(edge):
    stack = Stack(edge)
    vpc = stack.add(
        t.VPC,
        cidrBlock="10.12.0.0/16",
        enableDnsHostnames=True,
        enableDnsSupport=True,
        instanceTenancy="default",
        tags={"Name": "edge"},
    )
    ec2 = edge.client("ec2")
    mine = [{"Name": "vpc-id", "Values": [vpc["id"]]}]
    groups = ec2.describe_security_groups(Filters=mine)["SecurityGroups"]
    tables = ec2.describe_route_tables(Filters=mine)["RouteTables"]
    assert vpc["arn"] == f"arn:aws:ec2:eu-west-1:222222222222:vpc/{vpc['id']}"
    assert vpc["defaultSecurityGroupId"] == groups[0]["GroupId"]
    assert vpc["mainRouteTableId"] == vpc["defaultRouteTableId"] == tables[0]["RouteTableId"]
    assert vpc["enableDnsHostnames"] is vpc["enableDnsSupport"] is True
    assert ec2.describe_vpcs(VpcIds=[vpc["id"]])["Vpcs"][0]["Tags"] == [{"Key": "Name", "Value": "edge"}]
    stack.destroy()
    assert empty(edge)


def test_a_public_network_is_made_and_taken_down(edge):
    stack = Stack(edge)
    vpc = stack.add(t.VPC, cidrBlock="10.12.0.0/16")["id"]
    subnet = stack.add(
        t.SUBNET,
        vpcId=vpc,
        cidrBlock="10.12.0.0/23",
        availabilityZoneId="euw1-az3",
        mapPublicIpOnLaunch=True,
        privateDnsHostnameTypeOnLaunch="resource-name",
        tags={"Name": "public"},
    )
    assert subnet["availabilityZone"] == "eu-west-1a"
    assert subnet["arn"].endswith(f":222222222222:subnet/{subnet['id']}")
    assert subnet["mapPublicIpOnLaunch"] is True
    assert subnet["privateDnsHostnameTypeOnLaunch"] == "resource-name"
    gateway = stack.add(t.INTERNET_GATEWAY, vpcId=vpc, tags={"Name": "out"})
    table = stack.add(t.ROUTE_TABLE, vpcId=vpc, tags={"Name": "public"})
    route = stack.add(t.ROUTE, routeTableId=table["id"], destinationCidrBlock="0.0.0.0/0", gatewayId=gateway["id"])
    assert (route["state"], route["origin"]) == ("active", "CreateRoute")
    stack.add(t.ROUTE_TABLE_ASSOCIATION, routeTableId=table["id"], subnetId=subnet["id"])
    stack.add(t.SUBNET_RESERVATION, subnetId=subnet["id"], cidrBlock="10.12.0.0/28", reservationType="explicit")
    stack.destroy()
    assert empty(edge)


def test_routes_written_in_the_table_are_made(edge):
    stack = Stack(edge)
    vpc = stack.add(t.VPC, cidrBlock="10.12.0.0/16")["id"]
    gateway = stack.add(t.INTERNET_GATEWAY, vpcId=vpc)["id"]
    table = stack.add(t.ROUTE_TABLE, vpcId=vpc, routes=[{"cidrBlock": "0.0.0.0/0", "gatewayId": gateway}])
    read = edge.client("ec2").describe_route_tables(RouteTableIds=[table["id"]])["RouteTables"][0]["Routes"]
    assert {r["DestinationCidrBlock"]: r["GatewayId"] for r in read} == {"10.12.0.0/16": "local", "0.0.0.0/0": gateway}


@pytest.mark.parametrize(
    ("type_", "inputs", "key"),
    [
        (t.VPC, {"cidrBlock": "10.12.0.0/16", "enableDns": True}, "enableDns"),
        (t.SUBNET, {"vpcId": "vpc-1", "cidrBlock": "10.12.0.0/24", "enableDns64": True}, "enableDns64"),
        (t.ALLOWED_PRINCIPAL, {"vpcEndpointServiceId": "s", "principalArn": "*", "extra": 1}, "extra"),
        (t.LAUNCH_TEMPLATE, {"imageID2": "ami-1"}, "data.imageID2"),
        (t.DEFAULT_SECURITY_GROUP, {"vpcId": "vpc-1", "extra": 1}, "extra"),
    ],
)
def test_an_input_without_a_place_is_an_error_that_names_type_and_key(edge, type_, inputs, key):
    with pytest.raises(AdapterError) as caught:
        ADAPTERS[type_].create(edge, inputs)
    assert str(caught.value).startswith(type_)
    assert f"`{key}`" in str(caught.value)


def test_a_block_with_host_bits_is_refused_as_the_provider_does(edge):
    with pytest.raises(AdapterError, match=r"`cidrBlock`: 10\.12\.0\.7/16 has host bits set; write 10\.12\.0\.0/16"):
        ADAPTERS[t.VPC].create(edge, {"cidrBlock": "10.12.0.7/16"})


def test_a_group_starts_empty_and_takes_rules_of_every_kind(edge):
    stack = Stack(edge)
    vpc, _ = stack.network()
    group = stack.add(
        t.SECURITY_GROUP, vpcId=vpc, name="balancer", description="the balancer", tags={"Name": "balancer"}
    )
    assert group["arn"].endswith(f":222222222222:security-group/{group['id']}")
    assert group["ingress"] == group["egress"] == []
    other = stack.add(t.SECURITY_GROUP, vpcId=vpc, namePrefix="endpoints-")
    assert other["name"].startswith("endpoints-")
    assert other["description"] == "Managed by Pulumi"
    ports = {"ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0}
    first = stack.add(
        t.INGRESS_RULE,
        securityGroupId=group["id"],
        cidrIpv4="0.0.0.0/0",
        description="clients",
        tags={"Name": "clients"},
        **ports,
    )
    stack.add(t.INGRESS_RULE, securityGroupId=group["id"], cidrIpv6="::/0", **ports)
    out = stack.add(
        t.EGRESS_RULE,
        securityGroupId=group["id"],
        referencedSecurityGroupId=other["id"],
        description="to the endpoints",
        **ports,
    )
    filters = [{"Name": "group-id", "Values": [group["id"]]}]
    found = edge.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    rules = {rule["SecurityGroupRuleId"]: rule for rule in found}
    assert len(rules) == 3
    assert rules[first["id"]]["Description"] == "clients"
    assert rules[first["id"]]["Tags"] == [{"Key": "Name", "Value": "clients"}]
    assert (rules[first["id"]]["FromPort"], rules[first["id"]]["CidrIpv4"]) == (443, "0.0.0.0/0")
    assert rules[out["id"]]["IsEgress"] is True
    assert rules[out["id"]]["Description"] == "to the endpoints"
    assert rules[out["id"]]["ReferencedGroupInfo"]["GroupId"] == other["id"]
    stack.destroy()
    assert empty(edge)


def test_a_rule_has_one_other_side(edge):
    rule = {"securityGroupId": "sg-1", "ipProtocol": "-1", "cidrIpv4": "10.0.0.0/8", "cidrIpv6": "::/0"}
    with pytest.raises(AdapterError, match="exactly one of"):
        ADAPTERS[t.INGRESS_RULE].create(edge, rule)


def test_the_default_group_is_adopted_and_emptied(edge):
    stack = Stack(edge)
    vpc, _ = stack.network()
    group = stack.add(t.DEFAULT_SECURITY_GROUP, vpcId=vpc, tags={"Name": "unused"})
    read = edge.client("ec2").describe_security_groups(GroupIds=[group["id"]])["SecurityGroups"][0]
    assert (read["GroupName"], read["IpPermissions"], read["IpPermissionsEgress"]) == ("default", [], [])
    assert read["Tags"] == [{"Key": "Name", "Value": "unused"}]
    stack.destroy()
    assert empty(edge)


def published(workload: Any, *, acceptance: bool) -> tuple[Stack, dict[str, Any]]:
    stack = Stack(workload)
    _, subnets = stack.network(11)
    created = workload.client("elbv2").create_load_balancer(
        Name="shop", Type="network", Scheme="internal", Subnets=subnets
    )
    service = stack.add(
        t.ENDPOINT_SERVICE,
        acceptanceRequired=acceptance,
        networkLoadBalancerArns=[created["LoadBalancers"][0]["LoadBalancerArn"]],
        allowedPrincipals=["arn:aws:iam::222222222222:root"],
        supportedIpAddressTypes=["ipv4"],
        tags={"Name": "shop"},
    )
    return stack, service


def test_a_connection_runs_from_service_to_endpoint_at_the_planned_addresses(workload, edge):
    provider, service = published(workload, acceptance=True)
    assert service["arn"] == f"arn:aws:ec2:eu-west-1:111111111111:vpc-endpoint-service/{service['id']}"
    assert service["availabilityZones"] == ["eu-west-1b", "eu-west-1c"]
    assert service["state"] == "Available"
    stack = Stack(edge)
    vpc, subnets = stack.network()
    group = stack.add(t.SECURITY_GROUP, vpcId=vpc, name="endpoints")["id"]
    pinned = [{"subnetId": subnet, "ipv4": f"10.12.{i}.16"} for i, subnet in enumerate(subnets)]
    endpoint = stack.add(
        t.VPC_ENDPOINT,
        vpcId=vpc,
        serviceName=service["serviceName"],
        vpcEndpointType="Interface",
        subnetIds=subnets,
        securityGroupIds=[group],
        subnetConfigurations=pinned,
        privateDnsEnabled=False,
        ipAddressType="ipv4",
        tags={"Name": "shop"},
    )
    assert endpoint["state"] == "pendingAcceptance"
    by_subnet = sorted(endpoint["subnetConfigurations"], key=lambda entry: entry["ipv4"])
    assert by_subnet == pinned
    assert len(endpoint["networkInterfaceIds"]) == 2
    assert endpoint["arn"] == f"arn:aws:ec2:eu-west-1:222222222222:vpc-endpoint/{endpoint['id']}"
    assert endpoint["dnsEntries"][0]["dnsName"].endswith(".vpce.amazonaws.com")
    accepted = provider.add(t.ENDPOINT_ACCEPTER, vpcEndpointServiceId=service["id"], vpcEndpointId=endpoint["id"])
    assert accepted["vpcEndpointState"] == "available"
    # As the provider: to accept what is available already changes nothing.
    again = provider.add(t.ENDPOINT_ACCEPTER, vpcEndpointServiceId=service["id"], vpcEndpointId=endpoint["id"])
    assert again["vpcEndpointState"] == "available"
    with pytest.raises(AdapterError) as caught:
        ADAPTERS[t.ENDPOINT_SERVICE].delete(workload, service["id"], service)
    assert caught.value.code == "ExistingVpcEndpointConnections"
    stack.destroy()
    assert empty(edge)


def test_a_rejected_connection_is_waited_for_in_vain(workload, edge):
    provider, service = published(workload, acceptance=True)
    stack = Stack(edge)
    vpc, subnets = stack.network()
    endpoint = stack.add(
        t.VPC_ENDPOINT,
        vpcId=vpc,
        serviceName=service["serviceName"],
        vpcEndpointType="Interface",
        subnetIds=subnets,
    )
    connection = {"ServiceId": service["id"], "VpcEndpointIds": [endpoint["id"]]}
    workload.client("ec2").reject_vpc_endpoint_connections(**connection)
    with pytest.raises(AdapterError, match="to be accepted: unexpected state 'rejected'"):
        provider.add(t.ENDPOINT_ACCEPTER, vpcEndpointServiceId=service["id"], vpcEndpointId=endpoint["id"])


def test_an_endpoint_in_the_services_own_account_can_accept_itself(workload):
    stack, service = published(workload, acceptance=True)
    vpc, subnets = stack.network(13)
    endpoint = stack.add(
        t.VPC_ENDPOINT,
        vpcId=vpc,
        serviceName=service["serviceName"],
        vpcEndpointType="Interface",
        subnetIds=subnets,
        autoAccept=True,
    )
    assert endpoint["state"] == "available"


def test_a_principal_of_its_own_is_added_and_taken_back(workload):
    stack, service = published(workload, acceptance=False)
    principal = {"vpcEndpointServiceId": service["id"], "principalArn": "arn:aws:iam::333333333333:root"}
    ec2 = workload.client("ec2")

    def allowed() -> list[str]:
        answer = ec2.describe_vpc_endpoint_service_permissions(ServiceId=service["id"])
        return sorted(entry["Principal"] for entry in answer["AllowedPrincipals"])

    outputs = stack.add(t.ALLOWED_PRINCIPAL, **principal)
    assert allowed() == ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"]
    ADAPTERS[t.ALLOWED_PRINCIPAL].delete(workload, outputs["id"], outputs)
    assert allowed() == ["arn:aws:iam::222222222222:root"]


def test_a_gateway_endpoint_shows_its_prefix_list(workload):
    stack = Stack(workload)
    vpc, _ = stack.network()
    table = stack.add(t.ROUTE_TABLE, vpcId=vpc)["id"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    endpoint = stack.add(
        t.VPC_ENDPOINT,
        vpcId=vpc,
        serviceName="com.amazonaws.eu-west-1.s3",
        routeTableIds=[table],
        policy=policy,
    )
    routes = workload.client("ec2").describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert endpoint["prefixListId"] in [route.get("DestinationPrefixListId") for route in routes]
    assert endpoint["policy"] == policy
    stack.destroy()
    assert empty(workload)


def flow_log_inputs(aws: Any, vpc: str) -> dict[str, Any]:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
    role = aws.client("iam").create_role(RoleName="flow", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    group = f"arn:aws:logs:eu-west-1:{aws.account_id}:log-group:/vpc/flow"
    return {"vpcId": vpc, "trafficType": "ALL", "iamRoleArn": role, "logDestination": group, "tags": {"Name": "flow"}}


def test_a_flow_log_delivers_to_a_log_group_that_is_there(edge):
    stack = Stack(edge)
    vpc, _ = stack.network()
    inputs = flow_log_inputs(edge, vpc)
    with pytest.raises(AdapterError, match="no such log group"):
        ADAPTERS[t.FLOW_LOG].create(edge, inputs)
    assert edge.client("ec2").describe_flow_logs()["FlowLogs"] == []
    edge.client("logs").create_log_group(logGroupName="/vpc/flow")
    flow_log = stack.add(t.FLOW_LOG, **inputs, maxAggregationInterval=60.0)
    assert flow_log["arn"] == f"arn:aws:ec2:eu-west-1:222222222222:vpc-flow-log/{flow_log['id']}"
    read = edge.client("ec2").describe_flow_logs()["FlowLogs"][0]
    assert (read["ResourceId"], read["MaxAggregationInterval"], read["DeliverLogsStatus"]) == (vpc, 60, "SUCCESS")
    assert read["Tags"] == [{"Key": "Name", "Value": "flow"}]
    stack.destroy()


def test_a_launch_template_holds_everything_that_was_asked_for(workload):
    stack = Stack(workload)
    template = stack.add(
        t.LAUNCH_TEMPLATE,
        name="nodes",
        description="the nodes",
        updateDefaultVersion=True,
        metadataOptions={"httpTokens": "required", "httpPutResponseHopLimit": 1.0, "httpEndpoint": "enabled"},
        blockDeviceMappings=[
            {"deviceName": "/dev/xvda", "ebs": {"encrypted": "true", "volumeSize": 50.0, "volumeType": "gp3"}}
        ],
        monitoring={"enabled": True},
        vpcSecurityGroupIds=["sg-0123456789abcdef0"],
        tagSpecifications=[{"resourceType": "instance", "tags": {"Name": "node"}}],
        userData="IyEvYmluL3NoCg==",
        tags={"Name": "nodes"},
    )
    assert template["latestVersion"] == template["defaultVersion"] == 1
    assert template["arn"] == f"arn:aws:ec2:eu-west-1:111111111111:launch-template/{template['id']}"
    versions = workload.client("ec2").describe_launch_template_versions(LaunchTemplateId=template["id"])
    version = versions["LaunchTemplateVersions"][0]
    data = version["LaunchTemplateData"]
    assert version["VersionDescription"] == "the nodes"
    assert data["MetadataOptions"] == {
        "HttpTokens": "required",
        "HttpPutResponseHopLimit": 1,
        "HttpEndpoint": "enabled",
    }
    assert data["BlockDeviceMappings"] == [
        {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "VolumeSize": 50, "VolumeType": "gp3"}}
    ]
    assert data["SecurityGroupIds"] == ["sg-0123456789abcdef0"]
    assert data["UserData"] == "IyEvYmluL3NoCg=="
    assert {"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "node"}]} in data["TagSpecifications"]
    stack.destroy()
    assert workload.client("ec2").describe_launch_templates()["LaunchTemplates"] == []
