"""A workload that is published by HTTPS, and the edge that reads it, on the emulated AWS."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from privatelink_ingress.aws.topology import live
from privatelink_ingress.contracts.service import PROJECT
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.topology import TargetGroup, Topology
from privatelink_ingress.trace.trace import Trace, trace

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
CHANGES: dict[str, dict[str, Any]] = {
    "controller": {"tlsSecret": "edge-tls", "ingressTls": True},
    "publication": {"protocol": "https"},
}


def by_https(stack: deploy.Stack) -> deploy.Stack:
    """The sample, published by HTTPS; its settings are checked as those of any stack file."""
    values = stack.file.settings
    config = {f"{PROJECT}:{key}": json.dumps(json.loads(values[key]) | change) for key, change in CHANGES.items()}
    file = dataclasses.replace(stack.file, config={**stack.file.config, **config})
    return deploy.Stack(file=file, settings=load(WorkloadSettings, file.settings, project=PROJECT, stack=file.stack))


class Deployed:
    """`shop` by HTTPS behind the edge."""

    def __init__(self, cloud: Cloud) -> None:
        self.deployment = deploy.Deployment(cloud)
        stacks = {stack.label: stack for stack in deploy.find(ROOT)}
        self.run = self.deployment.up(by_https(stacks["eks-service/shop"]))
        self.deployment.up(stacks["central-ingress/prod"])
        self.workload, self.edge = cloud.session(WORKLOAD, REGION), cloud.session(EDGE, REGION)

    def topology(self) -> Topology:
        clusters = read_all(self.deployment.objects([self.workload]))
        return dataclasses.replace(live.load([self.edge], [self.workload]), clusters=clusters)

    def trace(self) -> Trace:
        return trace("https://shop.example.com/", self.topology())

    def objects(self, kind: str) -> list[dict[str, Any]]:
        cluster = self.workload.client("eks").describe_cluster(name="shop")["cluster"]
        return list(self.deployment.kubernetes.list(cluster["endpoint"], kind))


@pytest.fixture(scope="module")
def deployed():
    with Cloud() as cloud:
        yield Deployed(cloud)


def groups(topology: Topology) -> tuple[TargetGroup, TargetGroup]:
    """The edge's and the workload's."""
    by_type = {group.target_type: group for group in topology.target_groups.values()}
    return by_type["ip"], by_type["instance"]


def test_a_request_reaches_the_https_node_port_without_a_warning(deployed):
    result = deployed.trace()
    assert result.outcome == "reached"
    assert {hop.verdict for hop in result.hops} == {"passes"}
    hops = {hop.name: hop.evidence for hop in result.hops}
    assert "3 of 3 nodes at port 30043, zones euw1-az1, euw1-az2, euw1-az3" in hops["Node port"]
    assert hops["Ingress"].startswith("sample/sample, path / → Service sample/sample:80")


def test_the_contract_the_edges_group_and_the_listener_have_one_port(deployed):
    edge, nodes = groups(deployed.topology())
    exports = deployed.run.exports
    assert (exports["protocol"], exports["port"]) == (edge.protocol, edge.port) == ("HTTPS", 443)
    assert {target.port for target in edge.targets} == {443}
    elbv2 = deployed.workload.client("elbv2")
    [balancer] = elbv2.describe_load_balancers()["LoadBalancers"]
    [listener] = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert (listener["Protocol"], listener["Port"]) == ("TCP", 443)
    assert listener["DefaultActions"][0]["TargetGroupArn"] == nodes.arn


def test_health_is_asked_by_https_at_the_edge_and_at_the_plain_node_port_in_the_workload(deployed):
    checks = {}
    for name, session in (("edge", deployed.edge), ("workload", deployed.workload)):
        [group] = session.client("elbv2").describe_target_groups()["TargetGroups"]
        checks[name] = (group["HealthCheckProtocol"], group["HealthCheckPort"], group["HealthCheckPath"])
    assert checks == {
        "edge": ("HTTPS", "traffic-port", "/nginx-health"),
        "workload": ("HTTP", "30080", "/nginx-health"),
    }


def test_closing_the_https_node_port_stops_the_request_at_the_nodes(deployed):
    ec2 = deployed.workload.client("ec2")
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    [rule] = [one for one in rules if one["FromPort"] == 30043 and not one["IsEgress"]]
    permission = {
        "IpProtocol": "tcp",
        "FromPort": 30043,
        "ToPort": 30043,
        "UserIdGroupPairs": [{"GroupId": rule["ReferencedGroupInfo"]["GroupId"]}],
    }
    ec2.revoke_security_group_ingress(GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    try:
        result = deployed.trace()
        assert (result.outcome, result.hops[-1].name) == ("stopped", "Node port")
    finally:
        ec2.authorize_security_group_ingress(GroupId=rule["GroupId"], IpPermissions=[permission])
    assert deployed.trace().reached


def test_the_cluster_has_the_port_the_certificates_name_and_the_rights_to_read_it(deployed):
    [service] = [one for one in deployed.objects("Service") if one["metadata"]["name"] == "nginx-ingress"]
    assert {port["nodePort"]: port["targetPort"] for port in service["spec"]["ports"]} == {30080: 80, 30043: 443}
    [controller] = [one for one in deployed.objects("Deployment") if one["metadata"]["name"] == "nginx-ingress"]
    args = controller["spec"]["template"]["spec"]["containers"][0]["args"]
    assert "-default-server-tls-secret=nginx-ingress/edge-tls" in args
    [role] = [one for one in deployed.objects("Role") if one["metadata"]["namespace"] == "nginx-ingress"]
    assert {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["edge-tls"], "verbs": ["get"]} in role[
        "rules"
    ]


def test_the_samples_ingress_asks_for_tls(deployed):
    [ingress] = deployed.objects("Ingress")
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert ingress["spec"]["tls"] == [{"hosts": hosts}]
