"""An adapter's API call: converts and checks the inputs, sends the call, and reports a failure as `AdapterError`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore import xform_name
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from privatelink_ingress.local.adapters.base import AdapterError, Aws, Properties
from privatelink_ingress.local.adapters.convert import convert
from privatelink_ingress.local.adapters.violations import problems

TAGGED_AS = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateManagedPrefixList": "prefix-list",
    "CreateNatGateway": "natgateway",
    "CreateVpcEndpointServiceConfiguration": "vpc-endpoint-service",
}
"""EC2 resource type of an operation's tags, where it differs from the operation's noun."""


def call(
    aws: Aws,
    service: str,
    operation: str,
    inputs: Properties,
    *,
    type_: str,
    rename: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Call `operation` (its API name, `CreateVpc`) of `service` (its boto3 name) with the inputs of a resource.

    Args:
        aws: the account and region.
        service: boto3's name of the service.
        operation: the API's name of the operation.
        inputs: Pulumi inputs. Those that the operation does not take must be used elsewhere and left out here.
        type_: the Pulumi type, for messages.
        rename: API member by input path (see `convert`).
        extra: parameters by their API names, sent as they are.

    Returns:
        The response without its metadata.

    Raises:
        AdapterError: an input has no place, a value is not valid, the local cloud lacks the operation, or AWS refuses.
            A refusal keeps AWS's `code` and `message`.
    """
    client = aws.client(service)
    shape = client.meta.service_model.operation_model(operation).input_shape
    parameters, leftover = convert(shape, inputs, rename=rename, tagged_as=_tagged_as(operation))
    if leftover:
        raise AdapterError(
            "\n".join(f"{type_}: input `{path}` has no place in {service} {operation}" for path in leftover)
        )
    if twice := sorted(parameters.keys() & (extra or {}).keys()):
        raise AdapterError(f"{type_}: {', '.join(twice)} of {service} {operation} is given twice")
    parameters |= extra or {}
    if wrong := problems(shape, parameters):
        raise AdapterError("\n".join(f"{type_}: {service} {operation}: {problem}" for problem in wrong))
    return _send(client, service, operation, parameters, type_)


def _send(client: Any, service: str, operation: str, parameters: Mapping[str, Any], type_: str) -> dict[str, Any]:
    not_emulated = f"{type_}: {service} {operation} is not emulated by the local cloud"
    try:
        response = getattr(client, xform_name(operation))(**parameters)
    except ResponseParserError:
        # The EC2, ELB and Auto Scaling emulations answer an unknown operation with an HTML page.
        raise AdapterError(not_emulated) from None
    except ClientError as refusal:
        error = refusal.response.get("Error", {})
        code, message = str(error.get("Code", "")), str(error.get("Message", ""))
        # JSON and REST services answer an unknown operation with a bare 500 or 404. So does HEAD, rightly.
        if code in ("500", "404") and not operation.startswith("Head"):
            raise AdapterError(not_emulated) from None
        raise _refused(type_, service, operation, code, message) from None
    except BotoCoreError as error:
        raise AdapterError(f"{type_}: {service} {operation}: {error}") from None
    response.pop("ResponseMetadata", None)
    for item in response.get("Unsuccessful", ()):
        # Some EC2 operations refuse with HTTP 200.
        error = item.get("Error", {})
        raise _refused(type_, service, operation, str(error.get("Code", "")), str(error.get("Message", "")))
    return response


def _refused(type_: str, service: str, operation: str, code: str, message: str) -> AdapterError:
    text = f"{type_}: {service} {operation} was refused: {code}: {message}"
    return AdapterError(text, code=code, message=message)


def _tagged_as(operation: str) -> str:
    noun = re.sub(r"^(Create|Request|Run|Import)", "", operation)
    return TAGGED_AS.get(operation, re.sub(r"(?<!^)(?=[A-Z])", "-", noun).lower())
