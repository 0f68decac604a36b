"""Add-ons, access and pod identities of the emulated EKS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import World, role, world

ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


@pytest.fixture
def shop(workload: Session) -> World:
    surroundings = world(workload)
    surroundings.create_cluster(bootstrapSelfManagedAddons=False)
    return surroundings


@pytest.fixture
def eks(shop: World) -> Any:
    return shop.session.client("eks")


def test_an_add_on_lives_from_create_to_delete(eks: Any) -> None:
    (kind,) = eks.describe_addon_versions(addonName="vpc-cni", kubernetesVersion="1.36")["addons"]
    version = kind["addonVersions"][0]["addonVersion"]
    values = '{"enableNetworkPolicy":"true"}'
    eks.create_addon(clusterName="shop", addonName="vpc-cni", addonVersion=version, configurationValues=values)
    addon = eks.describe_addon(clusterName="shop", addonName="vpc-cni")["addon"]
    assert (addon["status"], addon["addonVersion"], addon["configurationValues"]) == ("ACTIVE", version, values)
    assert eks.list_addons(clusterName="shop")["addons"] == ["vpc-cni"]
    eks.update_addon(clusterName="shop", addonName="vpc-cni", configurationValues="{}")
    assert eks.describe_addon(clusterName="shop", addonName="vpc-cni")["addon"]["configurationValues"] == "{}"
    eks.delete_addon(clusterName="shop", addonName="vpc-cni")
    with pytest.raises(ClientError, match=r"ResourceNotFoundException.*No addon: vpc-cni"):
        eks.describe_addon(clusterName="shop", addonName="vpc-cni")


def test_add_ons_that_eks_does_not_take_are_refused(eks: Any) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*vpc-cnl"):
        eks.create_addon(clusterName="shop", addonName="vpc-cnl")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*version specified is not supported"):
        eks.create_addon(clusterName="shop", addonName="vpc-cni", addonVersion="v1.0.0-eksbuild.1")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*JSON"):
        eks.create_addon(clusterName="shop", addonName="vpc-cni", configurationValues="replicas: 2")
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.create_addon(clusterName="blog", addonName="vpc-cni")
    eks.create_addon(clusterName="shop", addonName="vpc-cni")
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_addon(clusterName="shop", addonName="vpc-cni")


def test_kube_proxy_has_the_minor_version_of_the_cluster(eks: Any) -> None:
    addon = eks.create_addon(clusterName="shop", addonName="kube-proxy")["addon"]
    assert addon["addonVersion"].startswith("v1.36.")


def versions(eks: Any, addon: str, kubernetes: str) -> dict[str, bool]:
    """Whether each version that fits is the default, the newest first."""
    (kind,) = eks.describe_addon_versions(addonName=addon, kubernetesVersion=kubernetes)["addons"]
    return {one["addonVersion"]: one["compatibilities"][0]["defaultVersion"] for one in kind["addonVersions"]}


def test_an_upgrade_of_the_cluster_changes_the_default_versions_and_keeps_what_is_installed(eks: Any) -> None:
    old, new = "v1.12.4-eksbuild.1", "v1.13.1-eksbuild.1"
    assert versions(eks, "coredns", "1.34") == {old: True}
    assert list(versions(eks, "coredns", "1.35").items()) == [(new, False), (old, True)]
    assert list(versions(eks, "coredns", "1.36").items()) == [(new, True), (old, False)]
    assert versions(eks, "coredns", "1.37") == {new: True}
    eks.create_addon(clusterName="shop", addonName="coredns", addonVersion=old)
    eks.update_cluster_version(name="shop", version="1.37")
    assert eks.describe_addon(clusterName="shop", addonName="coredns")["addon"]["addonVersion"] == old
    with pytest.raises(ClientError, match=r"not supported: coredns v1\.12\.4-eksbuild\.1 on Kubernetes 1\.37"):
        eks.update_addon(clusterName="shop", addonName="coredns", addonVersion=old)


def test_coredns_waits_for_nodes_with_a_network(shop: World, eks: Any) -> None:
    def status() -> str:
        return eks.describe_addon(clusterName="shop", addonName="coredns")["addon"]["status"]

    addon = eks.create_addon(clusterName="shop", addonName="coredns")["addon"]
    assert addon["health"]["issues"][0]["code"] == "InsufficientNumberOfReplicas"
    assert status() == "DEGRADED"
    eks.create_addon(clusterName="shop", addonName="vpc-cni")
    assert status() == "DEGRADED"
    shop.create_nodes()
    assert status() == "ACTIVE"


def test_an_access_entry_carries_policies(shop: World, eks: Any) -> None:
    admin = role(shop.session, "admin", "ec2.amazonaws.com")
    entry = eks.create_access_entry(clusterName="shop", principalArn=admin, kubernetesGroups=["viewers"])["accessEntry"]
    assert (entry["type"], entry["username"], entry["kubernetesGroups"]) == ("STANDARD", admin, ["viewers"])
    scope = {"type": "namespace", "namespaces": ["shop"]}
    eks.associate_access_policy(clusterName="shop", principalArn=admin, policyArn=ADMIN, accessScope=scope)
    (listed,) = eks.list_associated_access_policies(clusterName="shop", principalArn=admin)["associatedAccessPolicies"]
    assert (listed["policyArn"], listed["accessScope"]) == (ADMIN, scope)
    assert eks.list_access_entries(clusterName="shop", associatedPolicyArn=ADMIN)["accessEntries"] == [admin]
    eks.disassociate_access_policy(clusterName="shop", principalArn=admin, policyArn=ADMIN)
    assert eks.list_access_entries(clusterName="shop", associatedPolicyArn=ADMIN)["accessEntries"] == []
    eks.delete_access_entry(clusterName="shop", principalArn=admin)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_access_entry(clusterName="shop", principalArn=admin)


def test_access_that_eks_does_not_grant_is_refused(shop: World, eks: Any) -> None:
    admin = role(shop.session, "admin", "ec2.amazonaws.com")
    eks.create_access_entry(clusterName="shop", principalArn=admin)
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.create_access_entry(clusterName="shop", principalArn=admin)
    with pytest.raises(ClientError, match=r"InvalidParameterException.*no such role"):
        eks.create_access_entry(clusterName="shop", principalArn="arn:aws:iam::111111111111:role/missing")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*system:"):
        eks.create_access_entry(
            clusterName="shop",
            principalArn="arn:aws:iam::222222222222:role/other",
            kubernetesGroups=["system:masters"],
        )
    entry = {"clusterName": "shop", "principalArn": admin}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*policyArn"):
        eks.associate_access_policy(**entry, policyArn=ADMIN + "x", accessScope={"type": "cluster"})
    with pytest.raises(ClientError, match=r"InvalidParameterException.*Namespaces"):
        eks.associate_access_policy(**entry, policyArn=ADMIN, accessScope={"type": "namespace"})
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.associate_access_policy(
            clusterName="shop",
            principalArn="arn:aws:iam::111111111111:role/other",
            policyArn=ADMIN,
            accessScope={"type": "cluster"},
        )


def test_a_cluster_in_config_map_mode_has_no_access_entries(shop: World, eks: Any) -> None:
    shop.create_cluster("old", accessConfig={"authenticationMode": "CONFIG_MAP"})
    with pytest.raises(ClientError, match=r"InvalidRequestException.*authentication mode"):
        eks.create_access_entry(clusterName="old", principalArn=shop.node_role)


def test_a_service_account_has_one_pod_identity(shop: World, eks: Any) -> None:
    pod_role = role(shop.session, "pods", "pods.eks.amazonaws.com")
    request = {"clusterName": "shop", "namespace": "nginx-ingress", "serviceAccount": "nginx", "roleArn": pod_role}
    made = eks.create_pod_identity_association(**request)["association"]
    with pytest.raises(ClientError, match=r"ResourceInUseException.*nginx-ingress/nginx"):
        eks.create_pod_identity_association(**request)
    (listed,) = eks.list_pod_identity_associations(clusterName="shop", namespace="nginx-ingress")["associations"]
    assert listed["associationId"] == made["associationId"]
    assert eks.list_pod_identity_associations(clusterName="shop", namespace="other")["associations"] == []
    found = {"clusterName": "shop", "associationId": made["associationId"]}
    assert eks.describe_pod_identity_association(**found)["association"]["roleArn"] == pod_role
    eks.delete_pod_identity_association(**found)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        eks.describe_pod_identity_association(**found)


def test_a_pod_identity_needs_a_role_that_trusts_pods(shop: World, eks: Any) -> None:
    request = {"clusterName": "shop", "namespace": "shop", "serviceAccount": "shop"}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*does not exist"):
        eks.create_pod_identity_association(**request, roleArn="arn:aws:iam::111111111111:role/missing")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*pods\.eks\.amazonaws\.com"):
        eks.create_pod_identity_association(**request, roleArn=shop.node_role)


def test_an_add_on_owns_the_pod_identities_made_with_it(shop: World, eks: Any) -> None:
    pod_role = role(shop.session, "pods", "pods.eks.amazonaws.com")
    wanted = [{"serviceAccount": "aws-node", "roleArn": pod_role}]
    addon = eks.create_addon(clusterName="shop", addonName="vpc-cni", podIdentityAssociations=wanted)["addon"]
    (association,) = eks.list_pod_identity_associations(clusterName="shop", namespace="kube-system")["associations"]
    assert addon["podIdentityAssociations"] == [association["associationArn"]]
    with pytest.raises(ClientError, match=r"InvalidRequestException.*owned by"):
        eks.delete_pod_identity_association(clusterName="shop", associationId=association["associationId"])
    eks.delete_addon(clusterName="shop", addonName="vpc-cni")
    assert eks.list_pod_identity_associations(clusterName="shop")["associations"] == []


def test_the_creator_is_an_administrator_and_gets_no_second_entry(shop: World, eks: Any) -> None:
    made = role(shop.session, "team-creator", "ec2.amazonaws.com")
    session = Session(shop.session.endpoint_url, shop.session.account_id, shop.session.region, made)
    config = {"subnetIds": shop.subnet_ids}
    session.client("eks").create_cluster(
        name="own",
        roleArn=shop.cluster_role,
        resourcesVpcConfig=config,
        accessConfig={"authenticationMode": "API"},
    )
    assert eks.list_access_entries(clusterName="own", associatedPolicyArn=ADMIN)["accessEntries"] == [made]
    with pytest.raises(ClientError, match=r"ResourceInUseException.*already in use"):
        eks.create_access_entry(clusterName="own", principalArn=made)
    assert eks.list_access_entries(clusterName="shop")["accessEntries"] == []


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"username": "system:node"}, "username system:node is not valid"),
        ({"username": "aws:admin"}, "username aws:admin is not valid"),
        ({"username": "admin{{SessionName}}"}, "is not valid"),
        ({"type": "EC2_LINUX", "kubernetesGroups": ["viewers"]}, "groups cannot be specified for type EC2_LINUX"),
        ({"kubernetesGroups": ["system:masters"]}, "cannot start with system:"),
    ],
)
def test_names_that_eks_keeps_are_refused(shop: World, eks: Any, settings: dict[str, Any], refusal: str) -> None:
    arn = role(shop.session, "admin", "ec2.amazonaws.com")
    with pytest.raises(ClientError, match=rf"InvalidParameterException.*{refusal}"):
        eks.create_access_entry(clusterName="shop", principalArn=arn, **settings)
    eks.create_access_entry(clusterName="shop", principalArn=arn, username="admin:{{SessionName}}")
    if "type" not in settings:
        with pytest.raises(ClientError, match=rf"InvalidParameterException.*{refusal}"):
            eks.update_access_entry(clusterName="shop", principalArn=arn, **settings)
