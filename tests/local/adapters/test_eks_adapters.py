"""The EKS adapters: what a program registers becomes a cluster, nodes, add-ons and access, and goes again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.local.adapters import eks_component
from privatelink_ingress.local.adapters.base import AdapterError, Created
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import World, role, world

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
OVERWRITE = {"resolveConflictsOnCreate": "OVERWRITE", "resolveConflictsOnUpdate": "OVERWRITE"}


@pytest.fixture
def shop(workload: Session) -> World:
    return world(workload)


def create(shop: World, type_: str, inputs: dict[str, Any]) -> Created:
    return adapter_for(type_).create(shop.session, inputs)


def component(shop: World, **changes: Any) -> dict[str, Any]:
    """The inputs of the cluster component as the SDK sends them for this product's control plane."""
    inputs = {
        "name": "shop",
        "version": "1.36",
        "vpcId": shop.vpc_id,
        "privateSubnetIds": shop.subnet_ids,
        "serviceRole": "cluster",
        "endpointPrivateAccess": True,
        "endpointPublicAccess": False,
        "authenticationMode": "API",
        "enabledClusterLogTypes": ["api", "audit"],
        "deletionProtection": False,
        "upgradePolicy": {"supportType": "STANDARD"},
        "createOidcProvider": False,
        "skipDefaultNodeGroup": True,
        "skipDefaultSecurityGroups": True,
        "bootstrapSelfManagedAddons": False,
        "useDefaultVpcCni": True,
        "kubeProxyAddonOptions": {"enabled": False, **OVERWRITE},
        "corednsAddonOptions": {"enabled": False, **OVERWRITE},
        "vpcCniOptions": OVERWRITE,
        "tags": {"owner": "team-shop"},
    }
    return {name: value for name, value in (inputs | changes).items() if value is not None}


def test_the_component_names_its_cluster_in_a_tag_that_the_program_s_tags_override(shop: World) -> None:
    """Source: pulumi-eks, nodejs/eks/cluster/cluster.ts."""

    def tags(**given: Any) -> Any:
        return eks_component.parts(component(shop, **given), "arn:role", "shop").cluster["tags"]

    assert tags() == {"Name": "shop-eksCluster", "owner": "team-shop"}
    assert tags(clusterTags={"owner": "eks", "Name": "theirs"}) == {"Name": "theirs", "owner": "team-shop"}


def test_the_component_becomes_a_cluster_with_a_kubeconfig(shop: World) -> None:
    options = {"roleArn": "arn:aws:iam::111111111111:role/eks"}
    outputs = create(shop, "eks:index:Cluster", component(shop, providerCredentialOpts=options)).outputs
    cluster = shop.session.client("eks").describe_cluster(name="shop")["cluster"]
    assert cluster["version"] == "1.36"
    assert cluster["accessConfig"]["authenticationMode"] == "API"
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False
    assert cluster["logging"]["clusterLogging"] == [{"types": ["api", "audit"], "enabled": True}]
    assert cluster["tags"] == {"owner": "team-shop"}
    assert shop.session.client("eks").list_addons(clusterName="shop")["addons"] == []
    assert outputs["clusterSecurityGroupId"] == cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    kubeconfig = json.loads(outputs["kubeconfigJson"])
    assert kubeconfig == outputs["kubeconfig"]
    assert kubeconfig["clusters"][0]["cluster"]["server"] == cluster["endpoint"]
    command = kubeconfig["users"][0]["user"]["exec"]
    assert command["args"][:4] == ["eks", "get-token", "--cluster-name", "shop"]
    assert command["args"][-2:] == ["--role-arn", options["roleArn"]]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"corednsAddonOptions": {"enabled": True, **OVERWRITE}}, "wait 20 minutes to fail"),
        ({"skipDefaultNodeGroup": None}, "`skipDefaultNodeGroup: true`"),
        ({"authenticationMode": "CONFIG_MAP"}, '`authenticationMode: "API"`'),
        ({"createOidcProvider": True}, "does not act on `createOidcProvider`"),
        ({"instanceType": "m7g.large"}, "does not act on `instanceType`"),
        ({"vpcId": "vpc-0"}, "`vpcId` is vpc-0"),
        ({"serviceRole": None}, "needs `serviceRole`"),
        ({"serviceRole": "missing"}, "GetRole was refused: NoSuchEntity"),
        ({"version": "1.19"}, "unsupported Kubernetes version 1.19"),
        ({"publicAccessCidrs": ["192.0.2.0/24"]}, "`publicAccessCidrs` needs `endpointPublicAccess: true`"),
    ],
)
def test_the_component_refuses_and_leaves_no_cluster(shop: World, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(AdapterError, match=r"eks:index:Cluster: ") as caught:
        create(shop, "eks:index:Cluster", component(shop, **changes))
    assert problem in str(caught.value)
    assert shop.session.client("eks").list_clusters()["clusters"] == []


def test_a_cluster_with_nodes_add_ons_and_access_is_made_and_unmade(shop: World) -> None:
    made: list[tuple[str, Created, dict[str, Any]]] = []

    def register(type_: str, inputs: dict[str, Any]) -> Created:
        created = create(shop, type_, inputs)
        made.append((type_, created, inputs))
        return created

    register("eks:index:Cluster", component(shop))
    eks = shop.session.client("eks")
    register(
        "aws:eks/addon:Addon",
        {
            "addonName": "vpc-cni",
            "clusterName": "shop",
            "configurationValues": '{"enableNetworkPolicy":"true"}',
            "podIdentityAssociations": [
                {"roleArn": role(shop.session, "cni", "pods.eks.amazonaws.com"), "serviceAccount": "aws-node"}
            ],
            "tags": {"owner": "team-shop"},
            **OVERWRITE,
        },
    )
    data = {"MetadataOptions": {"HttpTokens": "required"}}
    template = shop.session.client("ec2").create_launch_template(LaunchTemplateName="nodes", LaunchTemplateData=data)
    nodes = register(
        "aws:eks/nodeGroup:NodeGroup",
        {
            "clusterName": "shop",
            "version": "1.36",
            "nodeRoleArn": shop.node_role,
            "subnetIds": shop.subnet_ids,
            "amiType": "AL2023_ARM_64_STANDARD",
            "instanceTypes": ["m7g.large"],
            "launchTemplate": {"id": template["LaunchTemplate"]["LaunchTemplateId"], "version": "1"},
            "scalingConfig": {"minSize": 3.0, "maxSize": 6.0, "desiredSize": 3.0},
            "updateConfig": {"maxUnavailable": 1.0},
            "tags": {"Name": "shop-nodes"},
        },
    )
    coredns = register("aws:eks/addon:Addon", {"addonName": "coredns", "clusterName": "shop", **OVERWRITE})
    admin = role(shop.session, "admin", "ec2.amazonaws.com")
    entry = {"clusterName": "shop", "principalArn": admin, "type": "STANDARD", "tags": {"owner": "team-shop"}}
    assert register("aws:eks/accessEntry:AccessEntry", entry).id == f"shop:{admin}"
    policy = {"clusterName": "shop", "principalArn": admin, "policyArn": ADMIN, "accessScope": {"type": "cluster"}}
    register("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", policy)
    identity = {
        "clusterName": "shop",
        "namespace": "shop",
        "serviceAccount": "shop",
        "roleArn": role(shop.session, "pods", "pods.eks.amazonaws.com"),
    }
    register("aws:eks/podIdentityAssociation:PodIdentityAssociation", identity)
    elb = shop.session.client("elbv2")
    request = {"Name": "nodes", "Protocol": "TCP", "Port": 30080, "VpcId": shop.vpc_id, "TargetType": "instance"}
    target_group = elb.create_target_group(**request)["TargetGroups"][0]["TargetGroupArn"]
    asg = nodes.outputs["resources"][0]["autoscalingGroups"][0]["name"]
    attachment = {"autoscalingGroupName": asg, "lbTargetGroupArn": target_group}
    register("aws:autoscaling/attachment:Attachment", attachment)

    assert nodes.outputs["version"] == "1.36"
    assert nodes.id == f"shop:{nodes.outputs['nodeGroupName']}"
    assert coredns.outputs["addonVersion"].startswith("v")
    creator = "arn:aws:iam::111111111111:role/local-cloud"
    assert eks.list_access_entries(clusterName="shop", associatedPolicyArn=ADMIN)["accessEntries"] == [creator, admin]
    assert len(elb.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"]) == 3

    for type_, created, inputs in reversed(made):
        adapter_for(type_).delete(shop.session, created.id, inputs | created.outputs)
    assert eks.list_clusters()["clusters"] == []
    assert elb.describe_target_health(TargetGroupArn=target_group)["TargetHealthDescriptions"] == []


def test_coredns_before_the_nodes_fails_and_says_what_to_write(shop: World) -> None:
    create(shop, "eks:index:Cluster", component(shop))
    with pytest.raises(AdapterError, match=r"coredns stays DEGRADED.*create it after the node group"):
        create(shop, "aws:eks/addon:Addon", {"addonName": "coredns", "clusterName": "shop"})
    assert shop.session.client("eks").list_addons(clusterName="shop")["addons"] == []


def test_nodes_without_vpc_cni_fail_and_leave_nothing(shop: World) -> None:
    create(shop, "eks:index:Cluster", component(shop))
    sizes = {"minSize": 3, "maxSize": 6, "desiredSize": 3}
    nodes = {"clusterName": "shop", "nodeRoleArn": shop.node_role, "subnetIds": shop.subnet_ids, "scalingConfig": sizes}
    with pytest.raises(AdapterError, match=r"never becomes ACTIVE: CREATE_FAILED: NodeCreationFailure.*vpc-cni"):
        create(shop, "aws:eks/nodeGroup:NodeGroup", nodes)
    assert shop.session.client("eks").list_nodegroups(clusterName="shop")["nodegroups"] == []


def test_a_plain_cluster_has_the_outputs_that_programs_use(shop: World) -> None:
    inputs = {
        "name": "plain",
        "roleArn": shop.cluster_role,
        "vpcConfig": {"subnetIds": shop.subnet_ids, "endpointPrivateAccess": True, "endpointPublicAccess": False},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "enabledClusterLogTypes": ["audit"],
        "encryptionConfig": {
            "provider": {"keyArn": "arn:aws:kms:eu-west-1:111111111111:key/k"},
            "resources": ["secrets"],
        },
        "zonalShiftConfig": {"enabled": True},
        "bootstrapSelfManagedAddons": False,
    }
    made = create(shop, "aws:eks/cluster:Cluster", inputs)
    assert made.id == "plain"
    assert made.outputs["vpcConfig"]["vpcId"] == shop.vpc_id
    assert made.outputs["vpcConfig"]["clusterSecurityGroupId"].startswith("sg-")
    assert made.outputs["identities"][0]["oidcs"][0]["issuer"].startswith("https://oidc.eks.eu-west-1")
    cluster = shop.session.client("eks").describe_cluster(name="plain")["cluster"]
    assert cluster["encryptionConfig"][0]["resources"] == ["secrets"]
    assert cluster["zonalShiftConfig"] == {"enabled": True}
    with pytest.raises(AdapterError, match="input `nonsense` has no place in eks CreateCluster"):
        create(shop, "aws:eks/cluster:Cluster", inputs | {"name": "other", "nonsense": 1})
