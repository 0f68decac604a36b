"""Registry, control plane, nodes and add-ons that `eks-service` asks for, and what waits for what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from pulumi import RunError

from privatelink_ingress.local.engine.monitor import Registration
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.workload import versions
from tests.support.programs import Run

CLUSTER = "eks:index:Cluster"
NODES = "aws:eks/nodeGroup:NodeGroup"
ADMIN = "arn:aws:iam::111111111111:role/platform-admin"


@pytest.fixture
def shop(workload_run: Run) -> StackRun:
    return workload_run()


def addons(run: StackRun) -> dict[str, Registration]:
    return {each.inputs["addonName"]: each for each in run.of_type("aws:eks/addon:Addon")}


def waits_for(run: StackRun, one: Registration) -> set[str]:
    """URNs of everything that is there before `one`, over any number of steps."""
    by_urn = {each.urn: each for each in run.registrations}
    found: set[str] = set()
    new = set(one.depends_on)
    while new:
        found |= new
        new = {urn for each in new if each in by_urn for urn in by_urn[each].depends_on} - found
    return found


def test_the_cluster_is_private_logged_and_protected(shop: StackRun):
    inputs = shop.only(CLUSTER).inputs
    assert (inputs["endpointPrivateAccess"], inputs["endpointPublicAccess"]) == (True, False)
    assert "publicAccessCidrs" not in inputs
    assert inputs["authenticationMode"] == "API"
    assert inputs["enabledClusterLogTypes"] == ["api", "audit", "authenticator", "controllerManager", "scheduler"]
    assert inputs["deletionProtection"] is True
    assert inputs["upgradePolicy"] == {"supportType": "STANDARD"}
    assert set(inputs["privateSubnetIds"]) == {subnet.id for subnet in shop.of_type("aws:ec2/subnet:Subnet")}
    assert "publicSubnetIds" not in inputs


def test_the_component_adds_nothing_beside_the_control_plane(shop: StackRun):
    inputs = shop.only(CLUSTER).inputs
    assert inputs["createOidcProvider"] is False
    assert inputs["bootstrapSelfManagedAddons"] is False
    assert inputs["skipDefaultNodeGroup"] is True
    assert inputs["skipDefaultSecurityGroups"] is True
    assert inputs["useDefaultVpcCni"] is True
    assert inputs["kubeProxyAddonOptions"]["enabled"] is False
    assert inputs["corednsAddonOptions"]["enabled"] is False


def test_the_cluster_waits_for_its_log_group_and_the_rights_of_its_role(shop: StackRun):
    cluster = shop.only(CLUSTER)
    group = next(
        each for each in shop.of_type("aws:cloudwatch/logGroup:LogGroup") if "eks" in each.inputs.get("name", "")
    )
    assert (group.inputs["name"], group.inputs["retentionInDays"]) == ("/aws/eks/shop/cluster", 365)
    assert group.urn in cluster.property_dependencies["name"]
    attachment = next(
        each
        for each in shop.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if each.inputs["policyArn"] == "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    )
    assert attachment.urn in cluster.property_dependencies["serviceRole"]


def test_public_access_is_limited_to_the_named_networks(workload_run: Run):
    inputs = workload_run(cluster={"publicAccessCidrs": ["198.51.100.0/24"]}).only(CLUSTER).inputs
    assert (inputs["endpointPublicAccess"], inputs["publicAccessCidrs"]) == (True, ["198.51.100.0/24"])
    assert inputs["endpointPrivateAccess"] is True


def test_administrators_have_an_entry_and_the_policy_for_the_whole_cluster(shop: StackRun):
    entry = shop.only("aws:eks/accessEntry:AccessEntry")
    association = shop.only("aws:eks/accessPolicyAssociation:AccessPolicyAssociation")
    assert entry.inputs["principalArn"] == association.inputs["principalArn"] == ADMIN
    assert association.inputs["policyArn"] == "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
    assert association.inputs["accessScope"] == {"type": "cluster"}
    assert entry.urn in association.depends_on


def test_a_kubeconfig_assumes_the_role_that_created_the_cluster(workload_run: Run):
    role = "arn:aws:iam::111111111111:role/eks"
    run = workload_run(roles={"eks": role})
    assert run.only(CLUSTER).inputs["providerCredentialOpts"] == {"roleArn": role}


def test_nodes_wait_for_agents_endpoints_routes_and_rights(shop: StackRun):
    before = waits_for(shop, shop.only(NODES))
    agents = {"eks-pod-identity-agent", "kube-proxy", "vpc-cni"}
    wanted = {addons(shop)[name].urn for name in agents}
    for type_ in ("aws:ec2/vpcEndpoint:VpcEndpoint", "aws:ec2/routeTableAssociation:RouteTableAssociation"):
        wanted |= {each.urn for each in shop.of_type(type_)}
    wanted |= {
        each.urn
        for each in shop.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if each.name.startswith("shop-node-")
    }
    assert len(wanted) == 3 + 5 + 3 + 2
    assert wanted <= before


def test_coredns_and_metrics_wait_for_nodes_and_agents_do_not(shop: StackRun):
    nodes, all_addons = shop.only(NODES).urn, addons(shop)
    after = {name for name, addon in all_addons.items() if nodes in waits_for(shop, addon)}
    assert after == {"coredns", "metrics-server"}
    assert set(all_addons) - after == {"eks-pod-identity-agent", "kube-proxy", "vpc-cni"}


def test_everything_in_the_cluster_waits_for_it(shop: StackRun):
    cluster = shop.only(CLUSTER).urn
    inside = [*addons(shop).values(), shop.only(NODES), shop.only("aws:eks/accessEntry:AccessEntry")]
    assert all(cluster in waits_for(shop, each) for each in inside)
    assert {each.inputs["clusterName"] for each in inside} == {"shop"}


def test_the_cni_enforces_network_policies_with_rights_of_its_own(shop: StackRun):
    inputs = addons(shop)["vpc-cni"].inputs
    assert json.loads(inputs["configurationValues"]) == {"enableNetworkPolicy": "true"}
    (identity,) = inputs["podIdentityAssociations"]
    assert identity["serviceAccount"] == "aws-node"
    role = next(each for each in shop.of_type("aws:iam/role:Role") if each.name == "shop-vpc-cni")
    assert identity["roleArn"] == role.outputs["arn"]


def test_nodes_keep_their_credentials_from_pods_and_their_disks_encrypted(shop: StackRun):
    template = shop.only("aws:ec2/launchTemplate:LaunchTemplate").inputs
    assert template["metadataOptions"] == {
        "httpEndpoint": "enabled",
        "httpTokens": "required",
        "httpPutResponseHopLimit": 1,
    }
    (disk,) = template["blockDeviceMappings"]
    assert disk["deviceName"] == "/dev/xvda"
    assert (disk["ebs"]["volumeType"], disk["ebs"]["encrypted"], disk["ebs"]["volumeSize"]) == ("gp3", "true", 50)


def test_the_launch_template_names_no_security_group_so_that_eks_adds_the_clusters(shop: StackRun):
    template = shop.only("aws:ec2/launchTemplate:LaunchTemplate").inputs
    assert not {"vpcSecurityGroupIds", "securityGroupNames", "networkInterfaces"} & set(template)


def test_a_node_group_can_be_replaced_while_it_serves(shop: StackRun):
    nodes = shop.only(NODES)
    assert not {"nodeGroupName", "diskSize"} & set(nodes.inputs)
    assert nodes.inputs["scalingConfig"] == {"minSize": 3, "maxSize": 6, "desiredSize": 3}
    assert nodes.ignore_changes == ("scalingConfig.desiredSize",)
    assert nodes.inputs["version"] == shop.only(CLUSTER).inputs["version"] == "1.36"


def test_kubernetes_objects_go_before_the_right_to_delete_them(shop: StackRun):
    provider = shop.only("pulumi:providers:kubernetes")
    before = waits_for(shop, provider)
    assert shop.only(NODES).urn in before
    assert shop.only("aws:eks/accessPolicyAssociation:AccessPolicyAssociation").urn in before
    assert provider.inputs["clusterIdentifier"] == "shop"
    assert provider.inputs["enableServerSideApply"] == "true"


def test_without_a_controller_only_kubernetes_objects_are_left_out(shop: StackRun, workload_run: Run):
    without = {each.urn for each in workload_run(controller={"install": False}).registrations}
    left_out = [each for each in shop.registrations if each.urn not in without]
    assert without < {each.urn for each in shop.registrations}
    assert {each.type.split(":")[0] for each in left_out} == {"pulumi", "privatelink-ingress", "kubernetes"}
    assert [each.type for each in left_out if each.type.startswith("pulumi")] == ["pulumi:providers:kubernetes"]


def test_a_version_out_of_support_stops_the_program_before_it_registers_anything(workload_run: Run):
    with pytest.raises(RunError, match=r'cluster\.version: is "1\.33", whose standard support ended on 2026-07-29'):
        workload_run(cluster={"version": "1.33"})


def test_a_version_near_its_end_of_support_is_logged_as_a_warning(workload_run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(versions, "NOTICE", timedelta(days=100_000))
    (message,) = (one for one in workload_run().messages if one.startswith("cluster.version"))
    assert message.startswith('cluster.version: is "1.36", whose standard support ends on 2027-08-02, in ')
    assert 'Write "1.37" (until about 2027-12-01)' in message


def test_a_controller_that_runs_on_spot_nodes_alone_is_logged_as_a_warning(workload_run: Run):
    messages = workload_run(nodes={"capacityType": "SPOT"}).messages
    assert [one.partition(":")[0] for one in messages if "is SPOT" in one] == ["nodes.capacityType"]
