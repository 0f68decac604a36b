"""Calls of adapters and look-ups of programs, on the emulated AWS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import invokes
from privatelink_ingress.local.adapters.base import Adapter, AdapterError
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.table import adapter_for

VPC = "aws:ec2/vpc:Vpc"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def test_a_call_converts_checks_tags_and_answers(workload):
    vpc = call(workload, "ec2", "CreateVpc", {"cidrBlock": "10.0.0.0/16", "tags": {"Name": "main"}}, type_=VPC)["Vpc"]
    extra = {"AvailabilityZoneId": "euw1-az1"}
    subnet = call(
        workload,
        "ec2",
        "CreateSubnet",
        {"vpc": vpc["VpcId"], "cidr": "10.0.0.0/24"},
        type_="aws:ec2/subnet:Subnet",
        rename={"cidr": "CidrBlock"},
        extra=extra,
    )["Subnet"]
    assert vpc["Tags"] == [{"Key": "Name", "Value": "main"}]
    assert (subnet["VpcId"], subnet["AvailabilityZoneId"]) == (vpc["VpcId"], "euw1-az1")
    assert extra == {"AvailabilityZoneId": "euw1-az1"}


def test_what_never_reaches_aws_is_named_with_type_and_operation(workload):
    with pytest.raises(AdapterError) as leftover:
        call(workload, "ec2", "CreateVpc", {"cidrBlok": "10.0.0.0/16"}, type_=VPC)
    assert str(leftover.value) == f"{VPC}: input `cidrBlok` has no place in ec2 CreateVpc"
    with pytest.raises(AdapterError, match="Scope: 'PLANET' is not one of CLOUDFRONT, REGIONAL"):
        call(workload, "wafv2", "ListWebACLs", {"scope": "PLANET"}, type_="x")
    with pytest.raises(AdapterError, match="CidrBlock of ec2 CreateVpc is given twice"):
        call(workload, "ec2", "CreateVpc", {"cidrBlock": "10.0.0.0/16"}, type_=VPC, extra={"CidrBlock": "10.1.0.0/16"})
    assert (leftover.value.code, leftover.value.message) == ("", "")


def test_a_refusal_keeps_the_code_and_message_of_aws(workload):
    with pytest.raises(AdapterError) as refused:
        call(workload, "ec2", "DeleteVpc", {"vpcId": "vpc-0123456789abcdef0"}, type_=VPC)
    assert refused.value.code == "InvalidVpcID.NotFound"
    assert "vpc-0123456789abcdef0" in refused.value.message
    assert str(refused.value) == (f"{VPC}: ec2 DeleteVpc was refused: InvalidVpcID.NotFound: {refused.value.message}")


class Answering:
    """Every operation of a real client's model answers the same."""

    account_id, region = "111111111111", "eu-west-1"

    def __init__(self, real: Any, answer: Any) -> None:
        self.meta, self._answer = real.meta, answer

    def client(self, service: str) -> Answering:
        return self

    def __getattr__(self, operation: str) -> Any:
        def method(**parameters: Any) -> Any:
            if isinstance(self._answer, Exception):
                raise self._answer
            return dict(self._answer)

        return method


def unknown(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "<html>"}}, "x")


@pytest.mark.parametrize("answer", [ResponseParserError("<html>"), unknown("500"), unknown("404")])
def test_the_three_ways_of_the_emulator_to_lack_an_operation_read_alike(workload, answer):
    aws = Answering(workload.client("sts"), answer)
    with pytest.raises(AdapterError, match=r"^t: sts GetCallerIdentity is not emulated by the local cloud$"):
        call(aws, "sts", "GetCallerIdentity", {}, type_="t")


def test_a_404_of_a_head_request_is_aws_s_own(workload):
    with pytest.raises(AdapterError, match="was refused: 404"):
        call(workload, "s3", "HeadBucket", {"bucket": "not-there.example.com"}, type_="t")


def test_a_refusal_inside_a_successful_answer_is_a_refusal(workload):
    aws = Answering(workload.client("ec2"), {"Unsuccessful": [{"Error": {"Code": "Nope", "Message": "no bucket"}}]})
    with pytest.raises(AdapterError, match="ec2 DescribeVpcs was refused: Nope: no bucket") as refused:
        call(aws, "ec2", "DescribeVpcs", {}, type_="t")
    assert refused.value.code == "Nope"


def test_an_unknown_type_has_no_adapter():
    with pytest.raises(AdapterError, match=r"^the local cloud has no adapter for aws:sqs/queue:Queue$"):
        adapter_for("aws:sqs/queue:Queue")
    assert isinstance(adapter_for(VPC), Adapter)


def test_look_ups_find_zones_and_services(workload):
    zone = workload.client("route53").create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]
    found = invokes.invoke(workload, t.GET_HOSTED_ZONE, {"name": "example.com"})
    assert (found["name"], f"/hostedzone/{found['zoneId']}") == ("example.com", zone["Id"])
    assert invokes.invoke(workload, t.GET_HOSTED_ZONE, {"zoneId": found["zoneId"]}) == found

    service = invokes.invoke(workload, t.GET_ENDPOINT_SERVICE, {"service": "s3", "serviceType": "Gateway"})
    assert (service["serviceName"], service["serviceType"]) == ("com.amazonaws.eu-west-1.s3", "Gateway")


def test_look_ups_that_find_nothing_or_take_no_such_argument_say_so(workload):
    for token, args, message in (
        (t.GET_HOSTED_ZONE, {"name": "nope.example.com"}, "hosted zone nope.example.com.: none found"),
        (
            t.GET_AVAILABILITY_ZONES,
            {"stat": "available"},
            "input `stat` has no place in ec2 DescribeAvailability",
        ),
        ("aws:index/getPartition:getPartition", {}, "does not answer aws:index/getPartition:getPartition"),
    ):
        with pytest.raises(AdapterError, match=message):
            invokes.invoke(workload, token, args)
