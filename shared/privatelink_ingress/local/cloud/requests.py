"""Every request that changes something: its values are within the service's model, and its tags are not AWS's own.

Both hold for all operations alike, so they are checked before each one's own hardenings. S3, whose requests moto reads
by itself, has its checks in `s3`.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any

from moto.acm.responses import AWSCertificateManagerResponse
from moto.autoscaling.responses import AutoScalingResponse
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model
from moto.ec2.responses import EC2Response
from moto.ecr.responses import ECRResponse
from moto.eks.responses import EKSResponse
from moto.elbv2.responses import ELBV2Response
from moto.iam.responses import IamResponse
from moto.kms.responses import KmsResponse
from moto.logs.responses import LogsResponse
from moto.route53.responses import Route53
from moto.sns.responses import SNSResponse
from moto.ssm.responses import SimpleSystemManagerResponse
from moto.wafv2.responses import WAFV2Response

from privatelink_ingress.local.cloud import tags
from privatelink_ingress.local.cloud.hardening import Params, before, refuse
from privatelink_ingress.local.cloud.service_models import Violation, violations


@dataclasses.dataclass(frozen=True, kw_only=True)
class Service:
    """How a service refuses a request."""

    name: str
    """botocore's."""
    value: str = "ValidationException"
    """Error code for a value outside the model."""
    tag: str = ""
    """Error code for a tag; that for a value when empty."""


SERVICES: Mapping[type[BaseResponse], Service] = {
    AWSCertificateManagerResponse: Service(name="acm", tag="InvalidTagException"),
    AutoScalingResponse: Service(name="autoscaling", value="ValidationError"),
    CloudWatchResponse: Service(name="cloudwatch", value="ValidationError"),
    EC2Response: Service(name="ec2", value="InvalidParameterValue"),
    ECRResponse: Service(name="ecr", value="InvalidParameterException", tag="InvalidTagParameterException"),
    EKSResponse: Service(name="eks", value="InvalidParameterException"),
    ELBV2Response: Service(name="elbv2", value="ValidationError"),
    IamResponse: Service(name="iam", value="ValidationError", tag="InvalidInput"),
    KmsResponse: Service(name="kms", tag="TagException"),
    LogsResponse: Service(name="logs", value="InvalidParameterException"),
    Route53: Service(name="route53", value="InvalidInput"),
    SNSResponse: Service(name="sns", value="InvalidParameter"),
    SimpleSystemManagerResponse: Service(name="ssm"),
    WAFV2Response: Service(name="wafv2", tag="WAFTagOperationException"),
}
"""Error codes: the "Errors" sections of each operation's API reference, and "Common Error Types" of the service's."""

READS = ("describe_", "get_", "list_", "search_", "lookup_", "filter_", "simulate_", "start_query")
"""Beginnings of the names of operations that change nothing."""


def _changing(responses: type[BaseResponse], name: str) -> Mapping[str, Any]:
    """The input shape of each operation that moto has, and that changes something, by moto's name for it."""
    model = get_service_model(name)
    named = {camelcase_to_underscores(one): one for one in model.operation_names}
    return {
        method: model.operation_model(one).input_shape
        for method, one in named.items()
        if hasattr(responses, method) and not method.startswith(READS)
    }


def values_are_within_the_model(service: Service, shape: Any, params: Params) -> None:
    """All violations are in one answer, as in those of AWS's services: "2 validation errors detected: …"."""
    found = [_told(one) for one in violations(shape, params)]
    if found:
        errors = "error" if len(found) == 1 else "errors"
        refuse(service.value, f"{len(found)} validation {errors} detected: {'; '.join(found)}")


def tags_are_the_users(service: Service, shape: Any, params: Params) -> None:
    """None is AWS's own, too long, or one too many: `tags`."""
    code = service.tag or service.value
    for found in _tags(shape, params):
        if problem := tags.wrong(found):
            refuse(code, problem)
        if problem := tags.too_many(found):
            refuse("TagLimitExceeded" if service.name == "ec2" else code, problem)


def _tags(shape: Any, value: Any) -> Iterator[list[tuple[str, str]]]:
    """Every list or map of tags in a request."""
    if shape is None or value is None:
        return
    if shape.type_name == "structure":
        for name, item in value.items():
            if name in shape.members:
                yield from _tags(shape.members[name], item)
    elif shape.type_name == "list" and (members := _is_tag(shape.member)):
        key, text = members
        yield [(str(one.get(key) or ""), str(one.get(text) or "")) for one in value]
    elif shape.type_name == "list":
        for item in value:
            yield from _tags(shape.member, item)
    elif shape.type_name == "map" and shape.name.lower() in ("tagmap", "tags", "tagsmap"):
        yield [(str(key), str(text or "")) for key, text in value.items()]


def _is_tag(shape: Any) -> tuple[str, str] | None:
    """The members of a structure that is a tag: its key and its value."""
    members = shape.members if shape.type_name == "structure" and shape.name.lower() == "tag" else ()
    return next((pair for pair in (("Key", "Value"), ("TagKey", "TagValue")) if set(pair) <= set(members)), None)


def _told(one: Violation) -> str:
    shown = "Value" if one.sensitive else f"Value '{one.value}'"
    return f"{shown} at '{_path(one)}' failed to satisfy constraint: Member must {_must(one)}"


def _path(one: Violation) -> str:
    """`rules.1.member.name`, as AWS writes it: positions count from 1."""
    parts = [f"{part + 1}.member" if isinstance(part, int) else part for part in one.path]
    text = ".".join(parts)
    return text[:1].lower() + text[1:]


def _must(one: Violation) -> str:
    match one.constraint:
        case "most":
            return f"have length less than or equal to {one.limit}"
        case "least":
            return f"have length greater than or equal to {one.limit}"
        case "largest":
            return f"have value less than or equal to {one.limit}"
        case "smallest":
            return f"have value greater than or equal to {one.limit}"
        case "enum":
            return f"satisfy enum value set: [{', '.join(one.limit)}]"
        case "pattern":
            return f"satisfy regular expression pattern: {one.limit}"


@functools.cache
def register() -> None:
    """Put both checks before every operation that moto has by now, and before the checks that it has already.

    Once per process; later calls do nothing.
    """
    for responses, service in SERVICES.items():
        for method, shape in _changing(responses, service.name).items():

            def check(_: Any, params: Params, service: Service = service, shape: Any = shape) -> None:
                values_are_within_the_model(service, shape, params)
                tags_are_the_users(service, shape, params)

            before(responses, method)(check)
