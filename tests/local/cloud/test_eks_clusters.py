"""Clusters of the emulated EKS: created as AWS creates them, and refused where AWS refuses."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session
from tests.support.eks_world import World, role, world


@pytest.fixture
def shop(workload: Session) -> World:
    return world(workload)


def test_a_cluster_has_a_security_group_that_ec2_knows(shop: World) -> None:
    config = shop.create_cluster()["resourcesVpcConfig"]
    assert config["vpcId"] == shop.vpc_id
    ec2 = shop.session.client("ec2")
    (group,) = ec2.describe_security_groups(GroupIds=[config["clusterSecurityGroupId"]])["SecurityGroups"]
    assert group["GroupName"].startswith("eks-cluster-sg-shop-")
    assert group["VpcId"] == shop.vpc_id
    (within,) = group["IpPermissions"]
    assert within["IpProtocol"] == "-1"
    assert [pair["GroupId"] for pair in within["UserIdGroupPairs"]] == [group["GroupId"]]
    (out,) = group["IpPermissionsEgress"]
    assert (out["IpProtocol"], out["IpRanges"][0]["CidrIp"]) == ("-1", "0.0.0.0/0")
    rule = {"IpProtocol": "tcp", "FromPort": 30080, "ToPort": 30080, "IpRanges": [{"CidrIp": "10.11.0.0/21"}]}
    assert ec2.authorize_security_group_ingress(GroupId=group["GroupId"], IpPermissions=[rule])["Return"]


def test_two_clusters_share_neither_endpoint_nor_issuer_nor_certificate(shop: World) -> None:
    first, second = shop.create_cluster("one"), shop.create_cluster("two")
    assert first["endpoint"] != second["endpoint"]
    assert first["endpoint"].startswith("https://")
    assert first["endpoint"].endswith(".gr7.eu-west-1.eks.amazonaws.com")
    assert first["identity"]["oidc"]["issuer"] != second["identity"]["oidc"]["issuer"]
    pem = [base64.b64decode(one["certificateAuthority"]["data"]).decode() for one in (first, second)]
    assert pem[0] != pem[1]
    assert all(text.startswith("-----BEGIN CERTIFICATE-----\n") for text in pem)


def test_what_was_asked_for_is_described(shop: World) -> None:
    logging = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
    settings: dict[str, Any] = {
        "version": "1.35",
        "deletionProtection": True,
        "upgradePolicy": {"supportType": "STANDARD"},
        "zonalShiftConfig": {"enabled": True},
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False},
        "logging": logging,
    }
    shop.create_cluster(**settings)
    cluster = shop.session.client("eks").describe_cluster(name="shop")["cluster"]
    assert {name: cluster[name] for name in settings} == settings
    assert cluster["status"] == "ACTIVE"
    assert cluster["resourcesVpcConfig"]["endpointPublicAccess"] is False


def test_a_cluster_without_a_version_gets_the_default(shop: World) -> None:
    default = shop.session.client("eks").describe_cluster_versions(defaultOnly=True)["clusterVersions"]
    assert shop.create_cluster()["version"] == default[0]["clusterVersion"] == "1.36"


def test_the_supported_versions_are_described_with_their_dates(workload: Session) -> None:
    versions = workload.client("eks").describe_cluster_versions()["clusterVersions"]
    assert [entry["clusterVersion"] for entry in versions] == ["1.37", "1.36", "1.35", "1.34", "1.33"]
    assert versions[1]["endOfStandardSupportDate"].date().isoformat() == "2027-08-02"
    (asked,) = workload.client("eks").describe_cluster_versions(clusterVersions=["1.35"])["clusterVersions"]
    assert asked["endOfExtendedSupportDate"].date().isoformat() == "2028-03-27"


def test_an_unsupported_version_is_refused(shop: World) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*unsupported Kubernetes version 1.19"):
        shop.create_cluster(version="1.19")


def test_one_zone_is_not_enough(shop: World) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*at least two different AZs"):
        shop.create_cluster(resourcesVpcConfig={"subnetIds": shop.subnet_ids[:1]})


def test_a_subnet_that_does_not_exist_is_refused(shop: World) -> None:
    subnets = [*shop.subnet_ids, "subnet-0123456789abcdef0"]
    with pytest.raises(ClientError, match=r"InvalidParameterException.*'subnet-0123456789abcdef0' does not exist"):
        shop.create_cluster(resourcesVpcConfig={"subnetIds": subnets})


def test_subnets_of_two_vpcs_are_refused(shop: World) -> None:
    ec2 = shop.session.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    other = ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.99.0.0/24")["Subnet"]["SubnetId"]
    with pytest.raises(ClientError, match=r"InvalidParameterException.*same VPC"):
        shop.create_cluster(resourcesVpcConfig={"subnetIds": [*shop.subnet_ids, other]})


def test_a_role_must_exist_and_trust_eks(shop: World) -> None:
    with pytest.raises(ClientError, match=r"InvalidParameterException.*could not be assumed"):
        shop.create_cluster(roleArn="arn:aws:iam::111111111111:role/missing")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*trusted entity is not correct"):
        shop.create_cluster(roleArn=role(shop.session, "lambda", "lambda.amazonaws.com"))


def test_an_endpoint_without_any_access_is_refused(shop: World) -> None:
    config = {"subnetIds": shop.subnet_ids, "endpointPublicAccess": False, "endpointPrivateAccess": False}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*cannot both be disabled"):
        shop.create_cluster(resourcesVpcConfig=config)


def test_a_second_cluster_of_the_same_name_is_refused(shop: World) -> None:
    shop.create_cluster()
    with pytest.raises(ClientError, match="ResourceInUseException"):
        shop.create_cluster()


def test_deletion_takes_the_security_group_with_it(shop: World) -> None:
    group_id = shop.create_cluster()["resourcesVpcConfig"]["clusterSecurityGroupId"]
    shop.session.client("eks").delete_cluster(name="shop")
    with pytest.raises(ClientError, match=r"InvalidGroup.NotFound"):
        shop.session.client("ec2").describe_security_groups(GroupIds=[group_id])
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        shop.session.client("eks").describe_cluster(name="shop")


def test_deletion_protection_is_honoured_until_it_is_switched_off(shop: World) -> None:
    eks = shop.session.client("eks")
    shop.create_cluster(deletionProtection=True)
    with pytest.raises(ClientError, match=r"InvalidRequestException.*deletion protection"):
        eks.delete_cluster(name="shop")
    eks.update_cluster_config(name="shop", deletionProtection=False)
    eks.delete_cluster(name="shop")
    assert eks.list_clusters()["clusters"] == []


def test_a_cluster_with_node_groups_stays(shop: World) -> None:
    eks = shop.session.client("eks")
    shop.create_cluster()
    shop.create_nodes()
    with pytest.raises(ClientError, match="ResourceInUseException"):
        eks.delete_cluster(name="shop")


def test_a_cluster_is_upgraded_one_minor_version_at_a_time(shop: World) -> None:
    eks = shop.session.client("eks")
    shop.create_cluster(version="1.35")
    with pytest.raises(ClientError, match=r"InvalidParameterException.*from 1.35 to 1.37"):
        eks.update_cluster_version(name="shop", version="1.37")
    update = eks.update_cluster_version(name="shop", version="1.36")["update"]
    assert eks.describe_update(name="shop", updateId=update["id"])["update"]["status"] == "Successful"
    assert eks.describe_cluster(name="shop")["cluster"]["version"] == "1.36"


def test_a_changed_setting_leaves_the_others(shop: World) -> None:
    eks = shop.session.client("eks")
    before = shop.create_cluster()["resourcesVpcConfig"]
    access = {"endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]}
    eks.update_cluster_config(name="shop", resourcesVpcConfig=access)
    assert eks.describe_cluster(name="shop")["cluster"]["resourcesVpcConfig"] == {**before, **access}


@pytest.mark.parametrize("cidrs", [["x"], ["10.11.0.0/16"]])
def test_an_update_is_checked_as_a_creation_is(shop: World, cidrs: list[str]) -> None:
    shop.create_cluster()
    access = {"endpointPublicAccess": True, "publicAccessCidrs": cidrs}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*publicAccessCidrs"):
        shop.session.client("eks").update_cluster_config(name="shop", resourcesVpcConfig=access)
    closed = {"endpointPublicAccess": False, "endpointPrivateAccess": False}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*cannot both be disabled"):
        shop.session.client("eks").update_cluster_config(name="shop", resourcesVpcConfig=closed)


KEY = {"keyArn": "arn:aws:kms:eu-west-1:111111111111:key/a"}


@pytest.mark.parametrize(
    ("settings", "refusal"),
    [
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "8.8.8.0/24"}}, "must be private"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.100.0.0/28"}}, "between /24 and /12"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.11.0.0/20"}}, r"overlaps with 10\.11\.0\.0/16"),
        ({"kubernetesNetworkConfig": {"serviceIpv4Cidr": "x"}}, "not valid"),
        ({"encryptionConfig": [{"resources": ["pods"], "provider": KEY}]}, "Only secrets"),
        ({"encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "x"}}]}, "no KMS key"),
    ],
)
def test_ranges_and_keys_that_eks_does_not_take_are_refused(
    shop: World, settings: dict[str, Any], refusal: str
) -> None:
    with pytest.raises(ClientError, match=rf"InvalidParameterException.*{refusal}"):
        shop.create_cluster(**settings)


def test_private_networks_are_not_allowed_at_the_public_endpoint(shop: World) -> None:
    config = {"subnetIds": shop.subnet_ids, "endpointPublicAccess": True, "publicAccessCidrs": ["10.11.0.0/16"]}
    with pytest.raises(ClientError, match=r"InvalidParameterException.*not allowed in publicAccessCidrs: 10\.11"):
        shop.create_cluster(resourcesVpcConfig=config)
