"""What a cluster needs before it can be made, for the tests that want one."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from privatelink_ingress.local.cloud.session import Session

NODE_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly")


@dataclasses.dataclass(frozen=True, kw_only=True)
class World:
    """A VPC with one subnet in each of three zones, and the two roles of a cluster."""

    session: Session
    vpc_id: str
    subnet_ids: list[str]
    cluster_role: str
    node_role: str

    def create_cluster(self, name: str = "shop", **settings: Any) -> dict[str, Any]:
        """A private cluster that uses access entries, and what the API answers."""
        config = {"subnetIds": self.subnet_ids, "endpointPrivateAccess": True, "endpointPublicAccess": False}
        access = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": False}
        request: dict[str, Any] = {"accessConfig": access, "roleArn": self.cluster_role}
        request |= {"resourcesVpcConfig": config, **settings}
        return self.session.client("eks").create_cluster(name=name, **request)["cluster"]

    def create_nodes(self, cluster: str = "shop", name: str = "main", **settings: Any) -> dict[str, Any]:
        """A node group of three, and what the API answers."""
        sizes = {"minSize": 3, "maxSize": 6, "desiredSize": 3}
        request: dict[str, Any] = {"subnets": self.subnet_ids, "nodeRole": self.node_role, "scalingConfig": sizes}
        request |= settings
        eks = self.session.client("eks")
        return eks.create_nodegroup(clusterName=cluster, nodegroupName=name, **request)["nodegroup"]


def trust(*services: str, actions: tuple[str, ...] = ("sts:AssumeRole",)) -> str:
    """A trust policy for AWS services."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": list(actions)}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(session: Session, name: str, service: str) -> str:
    """The ARN of a new role that `service` may assume."""
    created = session.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
    return created["Role"]["Arn"]


def world(session: Session, cidr: str = "10.11.0.0/16") -> World:
    """Network and roles in the account of `session`."""
    ec2 = session.client("ec2")
    vpc_id = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    zones = [zone["ZoneId"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]][:3]
    base = cidr.rsplit(".", 2)[0]
    subnets = [
        ec2.create_subnet(VpcId=vpc_id, AvailabilityZoneId=zone, CidrBlock=f"{base}.{8 * i}.0/21")["Subnet"]["SubnetId"]
        for i, zone in enumerate(zones)
    ]
    return World(
        session=session,
        vpc_id=vpc_id,
        subnet_ids=subnets,
        cluster_role=role(session, "cluster", "eks.amazonaws.com"),
        node_role=role(session, "node", "ec2.amazonaws.com"),
    )
