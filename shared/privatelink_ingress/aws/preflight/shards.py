"""The ids of a deployed shard, which are outputs of another stack: found by the names and addresses of its plan."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wanted:
    """What tells a shard's resources from others."""

    label: str
    """Value of their tag `Stack`."""
    load_balancer: str
    """Name of its load balancer."""
    subnets: tuple[str, ...]
    """Its endpoint subnets: their ids, or their address ranges where it creates them."""


def outputs(account: Account, wanted: Wanted) -> Mapping[str, Any]:
    """What the shard's resources have, by the field of `ShardContract`; nothing before the shard is deployed.

    Raises:
        ClientError: AWS refuses one of the calls.
    """
    elbv2, ec2 = account.client("elbv2"), account.client("ec2")
    try:
        [balancer] = elbv2.describe_load_balancers(Names=[wanted.load_balancer])["LoadBalancers"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "LoadBalancerNotFound":
            return {}
        raise
    inside = {"Name": "vpc-id", "Values": [balancer["VpcId"]]}
    own = {"Name": "tag:Stack", "Values": [wanted.label]}
    key = "subnet-id" if wanted.subnets[0].startswith("subnet-") else "cidr-block"
    named = {"Name": key, "Values": list(wanted.subnets)}
    listeners = read(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=balancer["LoadBalancerArn"])
    groups = read(ec2, "describe_security_groups", "SecurityGroups", Filters=[inside, own])
    subnets = list(read(ec2, "describe_subnets", "Subnets", Filters=[inside, named]))
    of_stack = [one["GroupId"] for one in groups if one["GroupName"] != "default"]
    found = {
        "vpc_id": balancer["VpcId"],
        "listener_arn": next((one["ListenerArn"] for one in listeners if one["Protocol"] == "HTTPS"), None),
        # A shard has three: the load balancer's, the endpoints', and its VPC's default one.
        "endpoint_security_group_id": next((id_ for id_ in of_stack if id_ not in balancer["SecurityGroups"]), None),
    }
    if len(subnets) == len(wanted.subnets):
        found["endpoint_subnet_ids"] = {one["AvailabilityZoneId"]: one["SubnetId"] for one in subnets}
        found["endpoint_subnet_cidrs"] = {one["AvailabilityZoneId"]: one["CidrBlock"] for one in subnets}
    return {field: value for field, value in found.items() if value}
