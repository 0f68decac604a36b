"""How `eks-service` publishes its service, and what it says about it."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.programs import Run

BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"
SERVICE = "aws:ec2/vpcEndpointService:VpcEndpointService"
PRINCIPAL = "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple"
INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
PARAMETER = "aws:ssm/parameter:Parameter"


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


def balancer_group(run: StackRun) -> str:
    return next(each.id for each in run.of_type("aws:ec2/securityGroup:SecurityGroup") if each.name.endswith("-nlb"))


def rule(inputs: Any) -> tuple[str, str, int, int]:
    source = inputs.get("cidrIpv4") or inputs["referencedSecurityGroupId"]
    return source, inputs["ipProtocol"], inputs["fromPort"], inputs["toPort"]


def test_the_balancer_is_internal_in_every_zone_and_has_its_group_from_the_start(shop: StackRun):
    inputs = shop.only(BALANCER).inputs
    assert (inputs["loadBalancerType"], inputs["internal"]) == ("network", True)
    assert set(inputs["subnets"]) == {subnet.id for subnet in shop.of_type("aws:ec2/subnet:Subnet")}
    assert inputs["securityGroups"] == [balancer_group(shop)]
    assert inputs["enableCrossZoneLoadBalancing"] is True
    assert inputs["enableDeletionProtection"] is True


def test_listener_targets_nodes_and_health_check_agree(shop: StackRun):
    listener, targets = shop.only("aws:lb/listener:Listener"), shop.only(TARGETS)
    assert (listener.inputs["port"], listener.inputs["protocol"]) == (80, "TCP")
    (action,) = listener.inputs["defaultActions"]
    assert (action["type"], action["targetGroupArn"]) == ("forward", targets.outputs["arn"])
    assert (targets.inputs["targetType"], targets.inputs["port"], targets.inputs["protocol"]) == (
        "instance",
        30080,
        "TCP",
    )
    health = targets.inputs["healthCheck"]
    assert (health["protocol"], health["port"], health["path"]) == ("HTTP", "traffic-port", "/nginx-health")
    services = [one.inputs["spec"] for one in shop.of_type("kubernetes:core/v1:Service")]
    ports = [port for spec in services if spec["type"] == "NodePort" for port in spec["ports"]]
    assert targets.inputs["port"] in {port["nodePort"] for port in ports}
    attachment = shop.only("aws:autoscaling/attachment:Attachment").inputs
    assert attachment["lbTargetGroupArn"] == targets.outputs["arn"]
    nodes = shop.only("aws:eks/nodeGroup:NodeGroup")
    assert attachment["autoscalingGroupName"] == nodes.outputs["resources"][0]["autoscalingGroups"][0]["name"]


def test_the_balancer_admits_the_edge_and_reaches_the_node_port_alone(shop: StackRun):
    group, cluster = balancer_group(shop), shop.only("eks:index:Cluster").outputs["clusterSecurityGroupId"]
    ingress = [each.inputs for each in shop.of_type(INGRESS)]
    assert [rule(each) for each in ingress if each["securityGroupId"] == group] == [
        ("10.12.0.0/23", "tcp", 80, 80),
        ("10.12.2.0/23", "tcp", 80, 80),
        ("10.12.4.0/23", "tcp", 80, 80),
    ]
    assert [rule(each) for each in ingress if each["securityGroupId"] == cluster] == [(group, "tcp", 30080, 30080)]
    outward = shop.only(EGRESS).inputs
    assert (outward["securityGroupId"], rule(outward)) == (group, (cluster, "tcp", 30080, 30080))
    assert shop.only(BALANCER).inputs["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "on"


def test_with_one_consumers_subnets_unknown_principals_alone_judge(workload_run: Run):
    consumers = [{"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23"]}, {"accountId": "111111111111"}]
    run = workload_run(publication={"consumers": consumers})
    assert run.only(BALANCER).inputs["enforceSecurityGroupInboundRulesOnPrivateLinkTraffic"] == "off"
    assert [each for each in run.of_type(INGRESS) if each.inputs["securityGroupId"] == balancer_group(run)] == []
    assert {each.inputs["principalArn"] for each in run.of_type(PRINCIPAL)} == {
        "arn:aws:iam::111111111111:root",
        "arn:aws:iam::222222222222:root",
    }


def test_only_the_named_account_may_connect(shop: StackRun):
    service = shop.only(SERVICE)
    assert "allowedPrincipals" not in service.inputs
    assert shop.only(PRINCIPAL).inputs == {
        "vpcEndpointServiceId": service.id,
        "principalArn": "arn:aws:iam::222222222222:root",
    }


def test_taking_out_a_consumer_touches_only_its_own_principal(shop: StackRun, workload_run: Run):
    edge = {"accountId": "222222222222", "albSubnetCidrs": ["10.12.0.0/23", "10.12.2.0/23", "10.12.4.0/23"]}
    other = {"accountId": "111111111111", "albSubnetCidrs": ["10.13.0.0/23"]}
    two = workload_run(publication={"consumers": [other, edge]})
    more = {each.urn for each in two.registrations} - {each.urn for each in shop.registrations}
    assert {urn.rsplit("::", 1)[1] for urn in more} == {"shop-111111111111", "shop-from-10.13.0.0/23"}


def test_the_service_exists_only_behind_a_listener(shop: StackRun):
    service = shop.only(SERVICE)
    assert service.inputs["networkLoadBalancerArns"] == [shop.only(BALANCER).outputs["arn"]]
    assert service.inputs["acceptanceRequired"] is False
    assert shop.only("aws:lb/listener:Listener").urn in service.depends_on


def test_outputs_are_the_contract_plain_and_whole(shop: StackRun):
    assert shop.secret_exports == frozenset()
    assert set(shop.exports) == set(Contract.model_fields)
    contract = Contract.read(shop.exports, "organization/eks-service/shop")
    service = shop.only(SERVICE)
    assert (contract.endpoint_service_id, contract.endpoint_service_name) == (
        service.id,
        service.outputs["serviceName"],
    )
    assert contract.port == shop.only("aws:lb/listener:Listener").inputs["port"]


def test_the_parameter_equals_the_outputs_and_never_overwrites(shop: StackRun):
    parameter = shop.only(PARAMETER)
    assert parameter.inputs["name"] == "/central-ingress/connections/shop"
    assert json.loads(parameter.inputs["insecureValue"]) == shop.exports
    assert not {"overwrite", "value"} & set(parameter.inputs)
    assert shop.only(PRINCIPAL).urn in parameter.depends_on


def test_a_writer_role_writes_the_parameter_in_its_own_account(workload_run: Run):
    role = "arn:aws:iam::222222222222:role/connections-writer"
    run = workload_run(publication={"consumers": [{"accountId": "222222222222"}], "parameter": {"writerRoleArn": role}})
    name = run.only(PARAMETER).provider.split("::")[3]
    provider = next(each for each in run.of_type("pulumi:providers:aws") if each.name == name)
    assert provider.name == "parameter"
    assert json.loads(provider.inputs["allowedAccountIds"]) == ["222222222222"]
    assert json.loads(provider.inputs["assumeRoles"])[0]["roleArn"] == role


def test_a_mistake_of_the_user_ends_in_its_message_alone(workload_run: Run):
    with pytest.raises(pulumi.RunError, match=r"network\.subnetPrefix(.|\n)*Write a whole number from 22 to 25"):
        workload_run(network={"cidr": "10.11.0.0/20", "subnetPrefix": 20})


def test_a_stack_without_a_region_is_refused(workload_run: Run):
    with pytest.raises(pulumi.RunError, match=r"aws:region: is missing(.|\n)*eu-west-1"):
        workload_run(**{"aws:region": None})


NOTIFICATION = "aws:ec2/vpcEndpointConnectionNotification:VpcEndpointConnectionNotification"


def test_a_topic_is_notified_of_connections_to_the_service(shop: StackRun, workload_run: Run):
    topic = "arn:aws:sns:eu-west-1:111111111111:connections"
    notifications = {"topicArn": topic, "events": ["Connect", "Accept"]}
    run = workload_run(publication={"consumers": [{"accountId": "222222222222"}], "notifications": notifications})
    assert run.only(NOTIFICATION).inputs == {
        "vpcEndpointServiceId": run.only(SERVICE).id,
        "connectionNotificationArn": topic,
        "connectionEvents": ["Accept", "Connect"],
    }
    assert run.only(NOTIFICATION).provider == run.only(SERVICE).provider
    assert shop.of_type(NOTIFICATION) == ()


def test_a_service_that_accepts_each_endpoint_says_so_in_its_contract(shop: StackRun, workload_run: Run):
    run = workload_run(publication={"consumers": [{"accountId": "222222222222"}], "acceptanceRequired": True})
    assert run.only(SERVICE).inputs["acceptanceRequired"] is True
    assert run.exports["acceptance_required"] is True
    assert json.loads(run.only(PARAMETER).inputs["insecureValue"])["acceptance_required"] is True
    assert shop.exports["acceptance_required"] is False
