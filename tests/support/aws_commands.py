"""Runs a printed command of the AWS CLI through boto3, so that a claim does what its reader would."""

from __future__ import annotations

import shlex
from typing import Any

from botocore import xform_name


def run(commands: str, account: Any) -> None:
    """Run `aws <service> <operation> --option value …`, or several joined by `&&`, with the clients of an account.

    Raises:
        KeyError: the operation has no such option.
    """
    for command in commands.split(" && "):
        answer(command, account)


def answer(command: str, account: Any) -> Any:
    """What one command answers; with `--query`, that member of it."""
    aws, service, operation, *rest = shlex.split(command)
    assert aws == "aws"
    client = account.client({"s3api": "s3"}.get(service, service))
    if operation == "wait":
        waited, option, value, *_ = rest
        return client.get_waiter(waited.replace("-", "_")).wait(**{option.removeprefix("--"): value})
    method = operation.replace("-", "_")
    shape = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method]).input_shape
    members = {f"--{xform_name(name, '-')}": name for name in shape.members}
    words = [word for word in rest if not word.startswith("--no-")]
    options = dict(zip(words[::2], words[1::2], strict=True))
    assert options.pop("--region") == client.meta.region_name
    query, _ = options.pop("--query", ""), options.pop("--output", "")
    parameters: dict[str, Any] = {members[f"--{word[5:]}"]: False for word in rest if word.startswith("--no-")}
    for option, text in options.items():
        member = shape.members[members[option]]
        parameters[members[option]] = _value(member, answer(text[2:-1], account) if text.startswith("$(") else text)
    found = getattr(client, method)(**parameters)
    return found[query] if query else found


def _value(member: Any, text: str) -> Any:
    """A value in the CLI's shorthand syntax: `Key=a,Value=b` is a structure."""
    if member.type_name == "list":
        return [_value(member.member, text)]
    if member.type_name == "structure":
        return dict(pair.split("=", 1) for pair in text.split(","))
    return int(text) if member.type_name == "integer" else text
