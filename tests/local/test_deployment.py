"""Both programs, unchanged, on the emulated AWS: the whole path stands, and requests find their way."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from pulumi import RunError

from privatelink_ingress.aws.topology import live
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.ecr import put_stand_in
from privatelink_ingress.local.engine import state
from privatelink_ingress.trace.cluster_objects import read_all
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import trace

ROOT = Path(__file__).parents[2]
WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"


class Deployed:
    """The sample stacks after one run."""

    def __init__(self, cloud: Cloud) -> None:
        self.stacks = deploy.find(ROOT)
        self.deployment = deployment = deploy.Deployment(cloud)
        self.first_previews, self.previews, self.runs, self.copied = {}, {}, {}, {}
        for stack in self.stacks:
            label = stack.label
            self.first_previews[label] = deployment.preview(stack)
            self.runs[label] = deployment.up(
                stack, on_copied=lambda images, label=label: self.copied.update({label: [one.name for one in images]})
            )
            self.previews[label] = deployment.preview(stack)
        self.workload, self.edge = cloud.session(WORKLOAD, REGION), cloud.session(EDGE, REGION)

    def topology(self) -> Topology:
        clusters = read_all(self.deployment.objects([self.workload]))
        return dataclasses.replace(live.load([self.edge], [self.workload]), clusters=clusters)


@pytest.fixture(scope="module")
def deployed():
    with Cloud() as cloud:
        yield Deployed(cloud)


def test_the_workload_stacks_come_before_the_edge_that_reads_them_and_attached_stacks_last(deployed):
    assert [stack.label for stack in deployed.stacks] == [
        "eks-service/blog",
        "eks-service/shop",
        "central-ingress/prod",
        "central-ingress/prod-blog",
    ]


def test_a_preview_lists_exactly_the_resources_that_up_registers(deployed):
    assert deployed.previews == {label: len(run.registrations) for label, run in deployed.runs.items()}


def test_a_workloads_first_preview_lists_all_but_what_runs_images_that_are_copied_after_it(deployed):
    def outside(run) -> int:
        inside = ("kubernetes:", "pulumi:providers:kubernetes")
        components = ("privatelink-ingress:index:Controller", "privatelink-ingress:index:Sample")
        return len([each for each in run.registrations if not each.type.startswith((*inside, *components))])

    assert deployed.first_previews == {label: outside(run) for label, run in deployed.runs.items()}
    assert deployed.copied == {
        "eks-service/blog": ["controller", "sample"],
        "eks-service/shop": ["controller", "sample"],
    }
    assert deployed.previews["eks-service/shop"] - deployed.first_previews["eks-service/shop"] > 20


def test_a_stack_whose_digest_was_never_copied_is_refused_before_anything_is_registered(deployed):
    [shop] = [stack for stack in deployed.stacks if stack.label == "eks-service/shop"]
    pinned = json.dumps({"image": {"digest": f"sha256:{'c' * 64}"}})
    file = dataclasses.replace(shop.file, config={**shop.file.config, "eks-service:controller": pinned})
    changed = dataclasses.replace(shop, file=file)
    with pytest.raises(RunError) as caught:
        deployed.deployment.preview(changed)
    repository = "which is not in repository shop/nginx-ingress"
    assert f"controller.image.digest: is sha256:{'c' * 64}, {repository}" in str(caught.value)
    assert "Run `./run images copy --stack shop`, then this again." in str(caught.value)
    put_stand_in(
        WORKLOAD, REGION, "shop/nginx-ingress", digest=f"sha256:{'c' * 64}", tag="next", platforms=["linux/amd64"]
    )
    assert deployed.deployment.preview(changed) == deployed.previews["eks-service/shop"]


@pytest.mark.parametrize(
    "url", ["https://shop.example.com/", "https://shop.example.com/cart", "https://blog.example.com/posts/1"]
)
def test_a_published_host_reaches_the_node_ports_without_a_warning(deployed, url):
    result = trace(url, deployed.topology())
    assert [hop.name for hop in result.hops if hop.verdict != "passes"] == []
    assert result.outcome == "reached"
    assert "3 of 3 nodes at port 30080, zones euw1-az1, euw1-az2, euw1-az3" in result.hops[-2].evidence
    assert "sample/sample, path / → Service sample/sample:80" in result.hops[-1].evidence


def test_a_host_that_no_ingress_serves_is_answered_404_by_the_controller(deployed):
    topology = deployed.topology()
    shop = topology.clusters[WORKLOAD, REGION, "shop"]
    assert [(ingress.label, list(ingress.hosts)) for ingress in shop.ingresses] == [
        ("sample/sample", ["shop.example.com"])
    ]
    without = {**topology.clusters, (WORKLOAD, REGION, "shop"): dataclasses.replace(shop, ingresses=())}
    result = trace("https://shop.example.com/", dataclasses.replace(topology, clusters=without))
    assert (result.outcome, result.status, result.hops[-1].name) == ("answered", 404, "Ingress")
    assert trace("https://blog.example.com/posts/1", dataclasses.replace(topology, clusters=without)).reached


def test_each_host_reaches_its_own_service_although_both_networks_have_the_same_addresses(deployed):
    topology = deployed.topology()
    ends = {host: trace(f"https://{host}.example.com/", topology).hops[7].evidence for host in ("shop", "blog")}
    services = {
        name: deployed.runs[f"eks-service/{name}"].exports["endpoint_service_name"] for name in ("shop", "blog")
    }
    assert services["shop"] != services["blog"]
    assert all(services[host] in evidence for host, evidence in ends.items())


@pytest.mark.parametrize(
    ("url", "outcome", "status"),
    [
        ("https://unknown.example.com/", "answered", 404),
        ("https://blog.example.com/admin", "answered", 404),
        ("http://shop.example.com/", "stopped", None),
    ],
)
def test_what_nobody_publishes_gets_no_further_than_the_load_balancer(deployed, url, outcome, status):
    result = trace(url, deployed.topology())
    assert (result.outcome, result.status) == (outcome, status)


def test_a_route_by_method_takes_requests_with_that_method_only(deployed):
    topology, url = deployed.topology(), "https://blog.example.com/comments"
    assert trace(url, topology, method="POST").outcome == "reached"
    assert trace(url, topology).status == 404


def test_the_endpoints_have_the_planned_addresses(deployed):
    interfaces = {
        interface.address: interface.zone_id
        for endpoint in deployed.topology().endpoints
        for interface in endpoint.interfaces
    }
    assert interfaces == {
        "10.12.128.16": "euw1-az1",
        "10.12.130.16": "euw1-az2",
        "10.12.132.16": "euw1-az3",
        "10.12.128.20": "euw1-az1",
        "10.12.130.20": "euw1-az2",
        "10.12.132.20": "euw1-az3",
    }


def test_the_private_networks_have_no_way_out(deployed):
    ec2 = deployed.workload.client("ec2")
    vpcs = [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["false"]}])["Vpcs"]]
    assert len(vpcs) == 2
    attached = [gateway["Attachments"] for gateway in ec2.describe_internet_gateways()["InternetGateways"]]
    assert not [item for items in attached for item in items if item["VpcId"] in vpcs]
    assert ec2.describe_nat_gateways()["NatGateways"] == []
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": vpcs}])["RouteTables"]
    routes = [route for table in tables for route in table["Routes"]]
    assert {route.get("DestinationCidrBlock") for route in routes} == {"10.11.0.0/16", None}
    assert all(route["GatewayId"].startswith("vpce-") for route in routes if "DestinationPrefixListId" in route)


def test_closing_one_security_group_stops_the_request_at_that_hop(deployed):
    ec2 = deployed.workload.client("ec2")
    before = deployed.topology()
    service = before.services[deployed.runs["eks-service/shop"].exports["endpoint_service_name"]]
    [group] = before.load_balancers[service.load_balancer_arns[0]].security_group_ids
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    inbound = [rule for rule in rules if not rule["IsEgress"]]
    ec2.revoke_security_group_ingress(
        GroupId=group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"] for rule in inbound]
    )
    try:
        result = trace("https://shop.example.com/", deployed.topology())
        assert (result.hops[-1].name, result.hops[-1].verdict) == ("Network load balancer", "stops")
        assert trace("https://blog.example.com/", deployed.topology()).reached
    finally:
        ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": rule["IpProtocol"],
                    "FromPort": rule["FromPort"],
                    "ToPort": rule["ToPort"],
                    "IpRanges": [{"CidrIp": rule["CidrIpv4"]}],
                }
                for rule in inbound
            ],
        )
    assert trace("https://shop.example.com/", deployed.topology()).reached


def test_a_second_stack_cannot_take_over_a_connection_name(deployed):
    ssm = deployed.workload.client("ssm")
    record = json.loads(ssm.get_parameter(Name="/central-ingress/connections/shop")["Parameter"]["Value"])
    exports = deployed.runs["eks-service/shop"].exports
    assert record == {key: exports[key] for key in record}
    with pytest.raises(ssm.exceptions.ParameterAlreadyExists):
        ssm.put_parameter(Name="/central-ingress/connections/shop", Value="{}", Type="String")


def test_the_export_holds_every_resource_once_and_the_contract_on_the_stack(deployed):
    run = deployed.runs["eks-service/shop"]
    resources = state.export(run)["deployment"]["resources"]
    assert resources[0]["type"] == "pulumi:pulumi:Stack"
    assert resources[0]["outputs"] == dict(run.exports)
    urns = {resource["urn"] for resource in resources}
    assert len(urns) == len(resources)
    chain = run.only("eks:index:Cluster").urn.removesuffix("::shop")
    # Those that pulumi-eks registers beside the program: tests/engine/test_samples.py.
    assert urns - {one.urn for one in run.registrations} == {
        f"{chain}$aws:eks/cluster:Cluster::shop-eksCluster",
        f"{chain}$pulumi:providers:kubernetes::shop-eks-k8s",
    }
    assert urns >= {one.urn for one in run.registrations}


def test_only_custom_resources_have_an_id_in_an_export(deployed):
    resources = state.export(deployed.runs["eks-service/shop"])["deployment"]["resources"]
    cluster = next(resource for resource in resources if resource["type"] == "eks:index:Cluster")
    assert "id" not in cluster
    assert {resource["custom"] for resource in resources if "id" in resource} == {True}
