"""Names of parameters in Parameter Store, which hold contracts."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from privatelink_ingress.settings.fields import InvalidSetting, matching


def _not_reserved(prefix: str) -> str:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    if prefix.lower().startswith(("/aws", "/ssm")):
        raise InvalidSetting(
            f"is {prefix}, but names that start with aws or ssm are reserved for AWS",
            "Start it with another word, such as /central-ingress.",
        )
    return prefix


ParameterPrefix = Annotated[
    str,
    AfterValidator(_not_reserved),
    # A parameter's name has at most 15 levels; the connection's name is the last one:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    matching(r"(/[A-Za-z0-9_.-]+){1,14}", "a path of at most 14 parts that begins with / and does not end with it"),
]
