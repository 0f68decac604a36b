"""Tags are found by the id of their resource, by every other filter, and by several filters together."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from privatelink_ingress.local.cloud.session import Session

Found = set[tuple[str, str, str]]


@pytest.fixture
def ids(edge: Session) -> list[str]:
    """Two networks: the first with the tags Name and Owner, the second with Name."""
    ec2 = edge.client("ec2")
    first, second = (ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"] for cidr in ("10.0.0.0/16", "10.1.0.0/16"))
    ec2.create_tags(Resources=[first, second], Tags=[{"Key": "Name", "Value": "net"}])
    ec2.create_tags(Resources=[first], Tags=[{"Key": "Owner", "Value": "team-a"}])
    return [first, second]


def found(edge: Session, **filters: Iterable[str]) -> Found:
    given = [{"Name": name.replace("_", "-"), "Values": list(values)} for name, values in filters.items()]
    tags = edge.client("ec2").describe_tags(Filters=given)["Tags"]
    return {(tag["ResourceId"], tag["Key"], tag["Value"]) for tag in tags}


def test_the_tags_of_one_resource_are_its_own(edge: Session, ids: list[str]) -> None:
    first, second = ids
    assert found(edge, resource_id=[first]) == {(first, "Name", "net"), (first, "Owner", "team-a")}
    assert found(edge, resource_id=[second]) == {(second, "Name", "net")}
    assert found(edge, resource_id=["vpc-00000000000000000"]) == set()


def test_the_id_may_be_one_of_several_or_have_a_wildcard(edge: Session, ids: list[str]) -> None:
    first, second = ids
    both = {(first, "Name", "net"), (first, "Owner", "team-a"), (second, "Name", "net")}
    assert found(edge, resource_id=ids) == both
    assert found(edge, resource_id=[f"{first[:-1]}?"]) >= {(first, "Owner", "team-a")}
    assert found(edge, resource_id=["vpc-*"]) >= both


def test_filters_hold_together(edge: Session, ids: list[str]) -> None:
    first, second = ids
    assert found(edge, resource_id=[first], key=["Owner"]) == {(first, "Owner", "team-a")}
    assert found(edge, resource_id=[second], key=["Owner"]) == set()
    assert found(edge, key=["Owner"], value=["team-a"]) == {(first, "Owner", "team-a")}
    assert found(edge, resource_id=[first], resource_type=["subnet"]) == set()


def test_a_description_shows_the_tags_of_each_resource(edge: Session, ids: list[str]) -> None:
    vpcs = edge.client("ec2").describe_vpcs(VpcIds=ids)["Vpcs"]
    assert {vpc["VpcId"]: {tag["Key"]: tag["Value"] for tag in vpc["Tags"]} for vpc in vpcs} == {
        ids[0]: {"Name": "net", "Owner": "team-a"},
        ids[1]: {"Name": "net"},
    }
