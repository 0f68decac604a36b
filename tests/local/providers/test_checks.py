"""What the provider plugin refuses in a preview, before any call to AWS: with the real provider's kind of message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.table import ADAPTERS
from privatelink_ingress.local.engine import schema, wire
from privatelink_ingress.local.engine.schema import Kind, Property
from privatelink_ingress.local.providers import checks
from privatelink_ingress.local.providers.constraints import CONFLICTS, EXACTLY_ONE, VALUES

TYPES = sorted(type_ for type_ in ADAPTERS if type_ != t.CLUSTER_COMPONENT)
GROUP = {"name": "shop", "port": 80, "protocol": "HTTP"}


def failures(type_: str, inputs: dict[str, Any], **secrets: Any) -> list[str]:
    return checks.failures(type_, "it", inputs, **secrets)


def required(type_: str) -> dict[str, Any]:
    """The least that a type needs, not known yet."""
    needed = {name: wire.UNKNOWN for name, each in schema.inputs_of(type_).items() if each.required}
    return needed | dict.fromkeys(EXACTLY_ONE.get(type_, ())[:1], wire.UNKNOWN)


def wrong(kind: Kind) -> tuple[Any, str]:
    """A value that is not of a kind, and what the provider says."""
    return {
        "array": ({"a": "b"}, "Attribute must be a list"),
        "map": (["a"], "Attribute must be a map"),
        "block": ("a", "Expected Object Type. Expected object, got string"),
        "boolean": ("maybe", "'' cannot parse value as 'bool': strconv.ParseBool: invalid syntax"),
        "integer": ("many", "'' cannot parse value as 'int': invalid syntax"),
        "number": ("many", "'' cannot parse value as 'float64': invalid syntax"),
        "string": (["a"], "Attribute must be a single value, not a list"),
    }[kind.name]


@pytest.mark.parametrize("type_", TYPES)
def test_the_least_that_a_type_needs_is_accepted_although_unknown(type_: str) -> None:
    assert failures(type_, required(type_)) == []


@pytest.mark.parametrize("type_", TYPES)
def test_an_input_that_the_type_does_not_have_is_refused(type_: str) -> None:
    inputs = required(type_) | {"colour": "blue"}
    assert failures(type_, inputs) == ["Invalid or unknown key. Examine values at 'it.colour'."]


@pytest.mark.parametrize("type_", TYPES)
def test_each_required_input_is_missed(type_: str) -> None:
    for name, each in schema.inputs_of(type_).items():
        if each.required:
            inputs = {key: value for key, value in required(type_).items() if key != name}
            assert failures(type_, inputs) == [
                f'Missing required argument. The argument "{each.argument}" is required, but no definition was found.. '
                f"Examine values at 'it.{name}'."
            ]


@pytest.mark.parametrize("type_", TYPES)
def test_each_input_of_another_kind_is_refused(type_: str) -> None:
    excluded = {name for pair in CONFLICTS.get(type_, ()) for name in pair} | {*EXACTLY_ONE.get(type_, ())}
    for name, each in schema.inputs_of(type_).items():
        if each.kind.name != "any" and name not in excluded:
            value, reason = wrong(each.kind)
            assert failures(type_, required(type_) | {name: value}) == [f"{reason}. Examine values at 'it.{name}'."]


def test_blocks_are_checked_at_every_depth() -> None:
    inputs = required(t.LISTENER) | {"defaultActions": [{"type": "forward"}, {"redirect": {"statusCod": "HTTP_301"}}]}
    assert sorted(failures(t.LISTENER, inputs)) == [
        "Invalid or unknown key. Examine values at 'it.defaultActions[1].redirect.statusCod'.",
        'Missing required argument. The argument "default_actions.1.0.redirect.0.status_code" is required, but no '
        "definition was found.. Examine values at 'it.defaultActions[1].redirect.statusCode'.",
        'Missing required argument. The argument "default_actions.1.0.type" is required, but no definition was found.. '
        "Examine values at 'it.defaultActions[1].type'.",
    ]


def test_numbers_and_booleans_may_be_text_and_the_other_way_round() -> None:
    assert failures(t.TARGET_GROUP, GROUP | {"port": "80", "deregistrationDelay": 30, "preserveClientIp": True}) == []
    assert failures(t.TARGET_GROUP, GROUP | {"proxyProtocolV2": "true"}) == []


@pytest.mark.parametrize(
    ("type_", "inputs", "reason"),
    [
        (
            t.TARGET_GROUP,
            GROUP | {"name": "a" * 33},
            "\"name\" cannot be longer than 32 characters. Examine values at 'it.name'.",
        ),
        (
            t.LOAD_BALANCER,
            {"name": "internal-shop"},
            '"name" cannot begin with "internal-": "internal-shop". Examine values at \'it.name\'.',
        ),
        (
            t.TARGET_GROUP,
            GROUP | {"port": 70000},
            "expected \"port\" to be a valid port number, got: 70000. Examine values at 'it.port'.",
        ),
        (
            t.TARGET_GROUP,
            GROUP | {"targetType": "pod"},
            'expected target_type to be one of ["instance" "ip" "lambda" "alb"], got pod. '
            "Examine values at 'it.targetType'.",
        ),
        (
            t.TARGET_GROUP,
            GROUP | {"healthCheck": {"interval": 1}},
            "expected health_check.0.interval to be in the range (5 - 300), got 1. "
            "Examine values at 'it.healthCheck.interval'.",
        ),
        (
            t.VPC,
            {"cidrBlock": "10.0.0.1/16"},
            '"10.0.0.1/16" is not a valid IPv4 CIDR block; did you mean "10.0.0.0/16"?. '
            "Examine values at 'it.cidrBlock'.",
        ),
        (
            t.VPC,
            {"cidrBlock": "10.0.0.0/8"},
            'expected "cidr_block" to contain a network Value with between 16 and 28 significant bits. '
            "Examine values at 'it.cidrBlock'.",
        ),
        (
            t.ROLE,
            {"name": "a" * 65, "assumeRolePolicy": "{}"},
            f"expected length of name to be in the range (1 - 64), got {'a' * 65}. Examine values at 'it.name'.",
        ),
        (
            t.ROLE_POLICY,
            {"role": "r", "policy": "[]"},
            "\"policy\" contains an invalid JSON policy: not a JSON object. Examine values at 'it.policy'.",
        ),
        (
            t.LOG_GROUP,
            {"name": "shop", "namePrefix": "shop-"},
            "Conflicting configuration arguments. \"name\": conflicts with name_prefix. Examine values at 'it.name'.",
        ),
        (
            t.PARAMETER,
            {"type": "String", "value": "a", "insecureValue": "b"},
            'Invalid combination of arguments. "value": only one of `value,insecure_value,value_wo` can be specified. '
            "Examine values at 'it.value'.",
        ),
        (
            t.PARAMETER,
            {"type": "String"},
            'Invalid combination of arguments. "value": one of `value,insecure_value,value_wo` must be specified. '
            "Examine values at 'it.value'.",
        ),
    ],
)
def test_a_value_that_the_provider_refuses_is_refused_in_its_words(
    type_: str, inputs: dict[str, Any], reason: str
) -> None:
    assert failures(type_, inputs) == [reason]


def test_every_row_of_the_table_is_an_input_and_refuses_something() -> None:
    accepted = []
    for type_, rows in VALUES.items():
        for path, validator in rows.items():
            found = at(schema.inputs_of(type_), path)
            value: Any = -1 if found.kind.name == "integer" else "?" * 3000
            if not list(validator("argument", value)) and path not in ("domainName",):
                accepted.append((type_, path))
    assert accepted == []


def at(known: Mapping[str, Property], path: str) -> Property:
    """The property at a dotted path."""
    name, _, rest = path.partition(".")
    if not rest:
        found = known[name]
        return found if not found.kind.items else Property(found.kind.items, found.required, found.argument)
    kind = known[name].kind
    return at((kind.items or kind).properties, rest)


def test_no_message_shows_a_secret() -> None:
    inputs = {"role": "r", "name": "hush hush", "policy": "{}"}
    [reason] = failures(t.ROLE_POLICY, inputs | {"name": "h" * 129}, secrets=[("name",)])
    assert reason == "expected length of name to be in the range (1 - 128), got [secret]. Examine values at 'it.name'."


def test_an_object_of_kubernetes_is_left_to_its_api_server() -> None:
    assert failures("kubernetes:core/v1:ConfigMap", {"colour": "blue"}) == []
