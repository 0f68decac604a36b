"""The checks of values that the AWS provider makes before any call to AWS, with its kind of message.

A validator gets the Terraform name of an argument and a known value, and yields what is wrong. Sources:
terraform-plugin-sdk v2.40, helper/validation, and the file of terraform-provider-aws that each one names.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import botocore.session

from privatelink_ingress.arns import Arn

Validator = Callable[[str, Any], Iterator[str]]


def every(*validators: Validator) -> Validator:
    """All of them."""

    def check(name: str, value: Any) -> Iterator[str]:
        for each in validators:
            yield from each(name, value)

    return check


def length(least: int, most: int) -> Validator:
    """`StringLenBetween`, in characters."""

    def check(name: str, value: Any) -> Iterator[str]:
        if not least <= len(str(value)) <= most:
            yield f"expected length of {name} to be in the range ({least} - {most}), got {value}"

    return check


def matches(pattern: str, message: str) -> Validator:
    """`StringMatch`, the whole text."""

    def check(name: str, value: Any) -> Iterator[str]:
        if not re.fullmatch(pattern, str(value)):
            yield f"invalid value for {name} ({message})"

    return check


def between(least: int, most: int) -> Validator:
    """`IntBetween`, for numbers and for numbers as text."""

    def check(name: str, value: Any) -> Iterator[str]:
        if not least <= int(value) <= most:
            yield f"expected {name} to be in the range ({least} - {most}), got {value}"

    return check


def at_least(least: int) -> Validator:
    """`IntAtLeast`."""

    def check(name: str, value: Any) -> Iterator[str]:
        if int(value) < least:
            yield f"expected {name} to be at least ({least}), got {value}"

    return check


def one_of(*allowed: Any) -> Validator:
    """`StringInSlice` or `IntInSlice`."""

    def check(name: str, value: Any) -> Iterator[str]:
        if value not in allowed:
            shown = " ".join(json.dumps(each) for each in allowed)
            yield f"expected {name} to be one of [{shown}], got {value}"

    return check


def enum(service: str, shape: str) -> Validator:
    """`enum.Validate`: the values in the AWS SDK's model, which botocore has too."""
    return lambda name, value: one_of(*_values(service, shape))(name, value)


@functools.cache
def _values(service: str, shape: str) -> tuple[str, ...]:
    return tuple(_session().get_service_model(service).shape_for(shape).enum)


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()


def arn(name: str, value: Any) -> Iterator[str]:
    """`ValidARN`: internal/verify/validate.go."""
    try:
        Arn.parse(str(value))
    except ValueError:
        yield f'"{name}" ({value}) is an invalid ARN: arn: invalid prefix'


def ipv4_network(name: str, value: Any) -> Iterator[str]:
    """`ValidIPv4CIDRNetworkAddress`: internal/verify/validate.go."""
    try:
        network = ipaddress.ip_network(str(value), strict=False)
    except ValueError:
        yield f'"{value}" is not a valid CIDR block: invalid CIDR address: {value}'
        return
    if network.version != 4:
        yield f'"{value}" is not a valid IPv4 CIDR block'
    elif str(network) != value:
        yield f'"{value}" is not a valid IPv4 CIDR block; did you mean "{network}"?'


def prefix(least: int, most: int) -> Validator:
    """`IsCIDRNetwork`: the length of a block's prefix."""

    def check(name: str, value: Any) -> Iterator[str]:
        _, _, bits = str(value).partition("/")
        if bits.isdigit() and not least <= int(bits) <= most:
            yield f'expected "{name}" to contain a network Value with between {least} and {most} significant bits'

    return check


def policy(name: str, value: Any) -> Iterator[str]:
    """`ValidIAMPolicyJSON`: internal/verify/validate.go."""
    if not isinstance(value, str):
        return
    if not value:
        yield f'"{name}" is an empty string, which is not a valid JSON value'
    elif not value.startswith("{"):
        yield f'"{name}" contains an invalid JSON policy: not a JSON object'
    else:
        try:
            json.loads(value)
        except ValueError as error:
            yield f'"{name}" contains an invalid JSON policy: {error}'


def port(name: str, value: Any) -> Iterator[str]:
    """`IsPortNumber`."""
    if not 1 <= int(value) <= 65535:
        yield f'expected "{name}" to be a valid port number, got: {value}'


def balancing_name(*, quotes: bool) -> Validator:
    """Names of load balancers, whose messages quote the value, and of target groups: elbv2/validate.go."""

    def check(name: str, value: Any) -> Iterator[str]:
        text = str(value)
        shown = f': "{text}"' if quotes else ""
        if len(text) > 32:
            yield f'"{name}" cannot be longer than 32 characters{shown}'
        if not re.fullmatch(r"[0-9A-Za-z-]+", text):
            yield f'only alphanumeric characters and hyphens allowed in "{name}"{shown}'
        if text.startswith("-"):
            yield f'"{name}" cannot begin with a hyphen{shown}'
        if text.endswith("-"):
            yield f'"{name}" cannot end with a hyphen{shown}'
        if quotes and text.startswith("internal-"):
            yield f'"{name}" cannot begin with "internal-"{shown}'

    return check


def rule_priority(name: str, value: Any) -> Iterator[str]:
    """Of a listener's rule: elbv2/listener_rule.go."""
    if not 1 <= int(value) <= 50000 and int(value) != 99999:
        yield f'"{name}" must be in the range 1-50000 for normal rule or 99999 for the default rule'
