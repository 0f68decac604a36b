"""Runs a printed command of the AWS CLI through boto3, so that a claim does what its reader would."""

from __future__ import annotations

import shlex
from typing import Any

from botocore import xform_name


def run(command: str, account: Any) -> None:
    """Run `aws <service> <operation> --option value …` with the clients of an account.

    Raises:
        KeyError: the operation has no such option.
    """
    aws, service, operation, *rest = shlex.split(command)
    assert aws == "aws"
    client = account.client({"s3api": "s3"}.get(service, service))
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    options = dict(zip(rest[::2], rest[1::2], strict=True))
    assert options.pop("--region") == client.meta.region_name
    parameters: dict[str, Any] = {}
    for option, text in options.items():
        name = members[option]
        kind = shape.members[name].type_name
        parameters[name] = [text] if kind == "list" else int(text) if kind == "integer" else text
    getattr(client, method)(**parameters)
