"""What holds of every request to every service: its values are within the service's model, its tags are the user's."""

from __future__ import annotations

import inspect
import pkgutil
import re
from importlib import import_module
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from privatelink_ingress.local import adapters
from privatelink_ingress.local.cloud.requests import READS, SERVICES
from privatelink_ingress.local.cloud.service_models import compiled, violations
from privatelink_ingress.local.cloud.session import Session

MODELS = botocore.session.get_session()
BY_NAME = {service.name: service for service in SERVICES.values()}
LONG = "é ;" * 3000


def _called() -> set[tuple[str, str]]:
    """Service and operation of every call in the adapters' code."""
    modules = [import_module(one.name) for one in pkgutil.walk_packages(adapters.__path__, f"{adapters.__name__}.")]
    source = "\n".join(inspect.getsource(module) for module in modules)
    known = MODELS.get_available_services()
    return {pair for pair in re.findall(r'"([a-z0-9]+)", "([A-Z][A-Za-z0-9]+)"', source) if pair[0] in known}


def _wrong(shape: Any, depth: int = 0) -> Any:
    """A value of the right type with a wrong one at every place that the model bounds."""
    match shape.type_name:
        case "structure":
            # A union has one member, which botocore checks.
            members = [name for name in shape.members if depth < 3 or name in shape.required_members]
            kept = members[:1] if getattr(shape, "is_tagged_union", False) else members
            return {name: _wrong(shape.members[name], depth + 1) for name in kept}
        case "list":
            return [_wrong(shape.member, depth + 1)] * max(1, shape.metadata.get("min", 1))
        case "map":
            return {"key": _wrong(shape.value, depth + 1)}
        case "string" if shape.serialization.get("location") == "uri":
            return shape.enum[0] if shape.enum else "x"  # what is in the path decides which operation it is
        case "string":
            return LONG
        case "boolean":
            return True
        case "blob":
            return b"x"
        case "timestamp":
            return 0
        case _:
            return 10**9


CALLS = sorted(
    (service, operation)
    for service, operation in _called()
    if service in BY_NAME and not xform_name(operation).startswith(READS)
)


def test_every_service_that_the_stacks_call_is_checked_by_its_model() -> None:
    assert {service for service, _ in _called()} - {"s3", "sts"} <= set(BY_NAME)
    assert len(CALLS) > 60


@pytest.mark.parametrize(("service", "operation"), CALLS, ids=lambda text: text)
def test_a_call_with_values_outside_its_model_is_refused(workload: Session, service: str, operation: str) -> None:
    shape = MODELS.get_service_model(service).operation_model(operation).input_shape
    parameters = _wrong(shape)
    if not list(violations(shape, parameters)):
        return  # the model bounds nothing: what AWS refuses is in the hardenings of the operation
    with pytest.raises(ClientError) as caught:
        getattr(workload.client(service), xform_name(operation))(**parameters)
    assert caught.value.response["Error"]["Code"] == BY_NAME[service].value
    assert "failed to satisfy constraint: Member must" in caught.value.response["Error"]["Message"]


def test_all_wrong_values_are_in_one_answer_each_with_its_place(workload: Session, refused: Any) -> None:
    create = workload.client("wafv2").create_ip_set
    message = refused(
        "ValidationException", create, Name="a b", Scope="LOCAL", IPAddressVersion="IPV4", Addresses=["10.0.0.0/8"]
    )
    assert message == (
        "2 validation errors detected: Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular "
        "expression pattern: ^[\\w\\-]+$; Value 'LOCAL' at 'scope' failed to satisfy constraint: Member must satisfy "
        "enum value set: [CLOUDFRONT, REGIONAL]"
    )


@pytest.mark.parametrize(("key", "value"), [("aws:team", "x"), ("AWS:team", "x"), ("k" * 129, "x"), ("k", "v" * 257)])
@pytest.mark.parametrize(
    ("service", "operation", "code", "parameters"),
    [
        ("ec2", "create_vpc", "InvalidParameterValue", {"CidrBlock": "10.0.0.0/16"}),
        ("ec2", "create_tags", "InvalidParameterValue", {"Resources": ["vpc-0"]}),
        ("elbv2", "create_target_group", "ValidationError", {"Name": "x"}),
        ("iam", "create_role", "InvalidInput", {"RoleName": "x", "AssumeRolePolicyDocument": "{}"}),
        ("logs", "create_log_group", "InvalidParameterException", {"logGroupName": "x"}),
        ("eks", "create_addon", "InvalidParameterException", {"clusterName": "shop", "addonName": "vpc-cni"}),
        ("ecr", "create_repository", "InvalidTagParameterException", {"repositoryName": "shop/nginx"}),
        ("acm", "request_certificate", "InvalidTagException", {"DomainName": "example.com"}),
        ("ssm", "put_parameter", "ValidationException", {"Name": "/a", "Value": "x", "Type": "String"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_service_takes_a_tag_that_aws_keeps_or_that_is_too_long(
    workload: Session, service: str, operation: str, code: str, parameters: dict[str, Any], key: str, value: str
) -> None:
    shape = (
        workload.client(service)
        .meta.service_model.operation_model(workload.client(service).meta.method_to_api_mapping[operation])
        .input_shape
    )
    tag, tags = {"Key": key, "Value": value}, {}
    for name, member in shape.members.items():
        if name == "TagSpecifications":
            tags = {name: [{"ResourceType": "vpc", "Tags": [tag]}]}
        elif name.lower() == "tags":
            tags = {name: {key: value} if member.type_name == "map" else [tag]}
    assert tags
    with pytest.raises(ClientError) as caught:
        getattr(workload.client(service), operation)(**parameters, **tags)
    assert caught.value.response["Error"]["Code"] in (code, BY_NAME[service].value)


def test_a_bucket_takes_the_same_tags_as_every_other_resource(workload: Session, refused: Any) -> None:
    s3 = workload.client("s3")
    s3.create_bucket(Bucket="a-bucket", CreateBucketConfiguration={"LocationConstraint": workload.region})
    for key, value in (("aws:team", "x"), ("k" * 129, "x"), ("k", "v" * 257)):
        tags = {"TagSet": [{"Key": key, "Value": value}]}
        refused("InvalidTag", s3.put_bucket_tagging, Bucket="a-bucket", Tagging=tags)
    many = {"TagSet": [{"Key": f"k{number}", "Value": ""} for number in range(51)]}
    refused("InvalidTag", s3.put_bucket_tagging, Bucket="a-bucket", Tagging=many)


def test_a_resource_has_at_most_50_tags(workload: Session, refused: Any) -> None:
    tags = [{"Key": f"k{number}", "Value": ""} for number in range(51)]
    create, specification = workload.client("ec2").create_vpc, {"ResourceType": "vpc", "Tags": tags}
    refused("TagLimitExceeded", create, CidrBlock="10.0.0.0/16", TagSpecifications=[specification])
    assert create(CidrBlock="10.0.0.0/16", TagSpecifications=[{**specification, "Tags": tags[1:]}])["Vpc"]


@pytest.mark.parametrize(
    ("pattern", "taken", "refused"),
    [
        (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]+", "Größe 7\u00a0m_", "a;b"),
        (r"\w+", "abc_1", "ü"),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\r\n\t]*", "a😀", "\x00"),
    ],
)
def test_java_s_patterns_mean_the_same_here(pattern: str, taken: str, refused: str) -> None:
    read = compiled(pattern)
    assert read is not None
    assert (bool(read.fullmatch(taken)), bool(read.fullmatch(refused))) == (True, False)


@pytest.mark.parametrize("pattern", [r"[a-z&&[^x]]+", r"[\p{P}]+", "["])
def test_a_pattern_that_python_cannot_read_bounds_nothing(pattern: str) -> None:
    assert compiled(pattern) is None
