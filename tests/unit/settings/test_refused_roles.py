"""Roles, boundaries, external ids and principals that AWS would refuse late are refused at their key."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import privatelink_ingress.settings
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.fields import Settings
from privatelink_ingress.settings.load import SettingsError, load
from tests.unit.settings.test_ownership import refused

ROLES = "arn:aws:iam::111111111111:role/privatelink-ingress"
EDGE_ROLES = "arn:aws:iam::222222222222:role/privatelink-ingress"
WORKLOAD_LIMIT = "arn:aws:iam::111111111111:policy/privatelink-ingress/ingress-workload-boundary"
EDGE_LIMIT = "arn:aws:iam::222222222222:policy/privatelink-ingress/ingress-edge-boundary"

# Boundaries


def test_bootstraps_role_for_iam_without_the_boundary_is_refused_with_the_one_to_write():
    assert refused({"roles": {"iam": f"{ROLES}/ingress-workload-iam-access"}}) == [
        (
            "roles.permissionsBoundary",
            "is not set, but roles.iam is bootstrap's and creates roles only with one",
            f"Write {WORKLOAD_LIMIT}, which is permissions_boundaries.workload of the bootstrap stack.",
        )
    ]


def test_bootstraps_role_of_an_edge_without_the_boundary_is_refused_with_the_one_to_write():
    assert refused({"roles": {"network": f"{EDGE_ROLES}/ingress-edge-network-role"}}, "edge") == [
        (
            "roles.permissionsBoundary",
            "is not set, but roles.network is bootstrap's and creates roles only with one",
            f"Write {EDGE_LIMIT}, which is permissions_boundaries.edge of the bootstrap stack.",
        )
    ]


def test_a_second_system_of_an_account_has_the_boundary_of_its_prefix():
    ((_, _, remedy),) = refused({"roles": {"iam": f"{ROLES}/team-b-workload-iam-access"}})
    assert remedy.startswith(f"Write {WORKLOAD_LIMIT.replace('/ingress-workload', '/team-b-workload')}, ")


@pytest.mark.parametrize("name", ["ingress-edge-boundary", "team-b-workload-boundary"])
def test_a_boundary_of_another_side_or_system_is_refused(name: str):
    other = WORKLOAD_LIMIT.replace("ingress-workload-boundary", name)
    roles = {"iam": f"{ROLES}/ingress-workload-iam-access", "permissionsBoundary": other}
    assert refused({"roles": roles}) == [
        (
            "roles.permissionsBoundary",
            f"is {other}, but roles.iam creates roles only with its own side's",
            f"Write {WORKLOAD_LIMIT}, which is permissions_boundaries.workload of the bootstrap stack.",
        )
    ]


# External ids


@pytest.mark.parametrize("side", ["workload", "edge"])
def test_an_external_id_without_a_role_to_assume_is_refused(side: str):
    assert refused({"roles": {"externalId": "edge-2c81"}}, side) == [
        (
            "roles.externalId",
            "has no effect, since no role is assumed",
            "Remove it, or write the roles that require it.",
        )
    ]


def test_an_external_id_of_a_writer_without_the_writer_is_refused():
    publication = {"consumers": [{"accountId": "222222222222"}], "parameter": {"writerExternalId": "edge-2c81"}}
    assert refused({"publication": publication}) == [
        ("publication.parameter.writerExternalId", "has no effect without writerRoleArn", "Remove it.")
    ]


@pytest.mark.parametrize("controller", [{"image": {"digest": f"sha256:{'1' * 64}"}}])
def test_an_external_id_that_the_clusters_token_cannot_send_is_refused(controller: dict[str, Any]):
    roles = {"eks": "arn:aws:iam::111111111111:role/eks", "externalId": "edge-2c81"}
    ((where, reason, remedy),) = refused({"roles": roles, "controller": controller})
    assert where == "roles.externalId"
    assert "a token of `aws eks get-token`, which cannot send an external id" in reason
    assert remedy.startswith("Assume the role yourself before you deploy")


def backend(**values: Any) -> dict[str, Any]:
    shop = {"slot": 0, "owner": "team-shop", "backends": [values], "routes": [{"hosts": ["shop.example.com"]}]}
    return {"connections": {"shop": shop}}


def test_an_external_id_of_an_accepter_without_the_accepter_is_refused():
    assert refused(backend(stack="shop", accepterExternalId="edge-2c81"), "edge") == [
        ("connections.shop.backends[0].accepterExternalId", "has no effect without accepterRoleArn", "Remove it.")
    ]


GITHUB = {"repository": "example/ingress", "branches": ["main"]}
SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"


def test_an_external_id_that_github_would_have_to_send_is_refused():
    assert bootstrap(trust={"github": GITHUB, "externalId": "edge-2c81"}, workload={"connections": ["shop"]}) == [
        ("roles.trust.externalId", "has no effect without principals", "Remove it: GitHub does not send one.")
    ]


def test_an_external_id_of_an_attached_stack_without_principals_is_refused():
    attached = {"edgeStack": "prod", "endpointServices": [SERVICE], "externalId": "team-2c81"}
    edge = {"stacks": ["prod"], "hostedZoneIds": ["Z0123456789ABC"], "attached": {"prod-blog": attached}}
    assert bootstrap(trust={"principals": [f"{ROLES}/ci"]}, edge=edge) == [
        (
            "roles.edge.attached.prod-blog.externalId",
            "has no effect without principals",
            "Remove it: trust has an external id of its own.",
        )
    ]


# Accounts and principals


@pytest.mark.parametrize(
    "reader",
    ["arn:aws:iam::333333333333:role/reader", "arn:aws:iam::222222222222:role/privatelink-ingress/reader"],
)
def test_a_reader_of_another_account_than_the_parameters_is_refused(reader: str):
    parameter = "arn:aws:ssm:eu-west-1:111111111111:parameter/central-ingress/connections/shop"
    account = reader.split(":")[4]
    assert refused(backend(parameter=parameter, readerRoleArn=reader), "edge") == [
        (
            "connections.shop.backends[0].readerRoleArn",
            f"is of account {account}, but the parameter is of 111111111111",
            "Write a role of account 111111111111, or remove it when the parameter is shared.",
        )
    ]


@pytest.mark.parametrize("principal", ["role/edge", "user/alice", "root"])
def test_a_consumer_whose_principal_is_of_another_account_is_refused(principal: str):
    arn = f"arn:aws:iam::333333333333:{principal}"
    assert refused({"publication": {"consumers": [{"accountId": "222222222222", "principalArn": arn}]}}) == [
        (
            "publication.consumers[0].principalArn",
            f"is {arn!r}, of another account than accountId (222222222222)",
            "Write a principal of that account, or correct accountId.",
        )
    ]


def bootstrap(**roles: Any) -> list[tuple[str, str, str]]:
    values = {"accountId": "111111111111", "owner": "team-platform", "roles": json.dumps(roles)}
    with pytest.raises(SettingsError) as caught:
        load(BootstrapSettings, values, project="bootstrap", stack="workload", region="eu-west-1")
    return [(problem.where, problem.reason, problem.remedy) for problem in caught.value.problems]


def test_an_identity_provider_of_another_account_is_refused():
    provider = "arn:aws:iam::333333333333:oidc-provider/token.actions.githubusercontent.com"
    github = {"repository": "example/ingress", "branches": ["main"], "providerArn": provider}
    assert bootstrap(trust={"github": github}, workload={"connections": ["shop"]}) == [
        (
            "roles.trust.github.providerArn",
            "is of account 333333333333, but accountId is 111111111111",
            "Write one of account 111111111111, or correct accountId.",
        )
    ]


@pytest.mark.parametrize("arn", ["arn:aws:iam::111111111111:role/ci-*", "arn:aws:iam::*:role/ci"])
def test_a_principal_with_a_wildcard_is_refused_with_what_to_write(arn: str):
    assert bootstrap(trust={"principals": [arn]}, workload={"connections": ["shop"]}) == [
        (
            "roles.trust.principals[0]",
            f"is {arn!r}, which has a wildcard",
            "Write the ARN of a role or user, or arn:aws:iam::<account>:root.",
        )
    ]


def test_a_consumer_with_a_wildcard_is_refused_with_what_to_write():
    arn = "arn:aws:iam::222222222222:role/*"
    assert refused({"publication": {"consumers": [{"accountId": "222222222222", "principalArn": arn}]}}) == [
        (
            "publication.consumers[0].principalArn",
            f"is {arn!r}, which has a wildcard",
            "Write arn:aws:iam::<account>:root, or the ARN of a role or user without a path.",
        )
    ]


ARNS = (
    "arn:aws:iam::111111111111:role/team/ci",
    "arn:aws:iam::111111111111:role/ci",
    "arn:aws:iam::111111111111:user/alice",
    "arn:aws:iam::111111111111:root",
    "arn:aws:iam::111111111111:policy/limit",
    "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com",
    "arn:aws:kms:eu-west-1:111111111111:key/1a2b",
    "arn:aws:sns:eu-west-1:111111111111:topic",
    "arn:aws:acm:eu-west-1:111111111111:certificate/1a2b",
    "arn:aws:ssm:eu-west-1:111111111111:parameter/contracts/shop",
)
"""One of each kind that some setting takes."""


def fields() -> Iterator[tuple[str, TypeAdapter[Any]]]:
    """Every field of every settings model, by `<model>.<field>`."""
    package = privatelink_ingress.settings
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    models = list(Settings.__subclasses__())
    while models:
        model = models.pop()
        models += model.__subclasses__()
        for name, field in model.model_fields.items():
            yield f"{model.__name__}.{name}", TypeAdapter(field.rebuild_annotation())


def takes(field: TypeAdapter[Any], text: str) -> bool:
    """Whether a field takes the text, or a list of it."""
    for value in (text, [text]):
        try:
            field.validate_json(json.dumps(value))
        except ValidationError:
            continue
        return True
    return False


TAKE_ARNS = {
    name: (field, arn) for name, field in fields() for arn in ARNS if takes(field, arn) and not takes(field, "x")
}


def test_the_settings_with_principals_and_roles_are_among_those_that_take_arns():
    assert {"Trust.principals", "Accepter.principals", "Consumer.principal_arn", "Roles.iam"} <= set(TAKE_ARNS)


@pytest.mark.parametrize("name", TAKE_ARNS)
def test_no_setting_takes_an_arn_with_a_wildcard(name: str):
    field, arn = TAKE_ARNS[name]
    parts = arn.split(":")
    wild = [
        "*",
        f"{arn}*",
        f"{arn[:-1]}?",
        *(":".join([*parts[:index], sign, *parts[index + 1 :]]) for index in range(len(parts)) for sign in ("*", "?*")),
    ]
    assert [text for text in wild if takes(field, text)] == []


NAMES = (
    "abc", "prod", "sg-0123456789abcdef0", "vpc-0123456789abcdef0", "/central-ingress/shards", "Z0123456789ABC",
    SERVICE, "111111111111", "shop/nginx-ingress", "edge-logs", "example/ingress",
)  # fmt: skip
"""One of each kind that some setting of a bootstrap stack takes, and that gets into a policy."""

MODELS = (
    "Accepter", "Adopted", "AttachedRole", "BootstrapSettings", "ContractSources", "EdgeRoles", "GitHub",
    "ParameterWriter", "Roles", "Trust", "WorkloadRoles",
)  # fmt: skip

TAKE_NAMES = {
    name: (field, texts)
    for name, field in fields()
    if name.partition(".")[0] in MODELS and (texts := [text for text in NAMES if takes(field, text)])
}


def test_the_settings_that_name_resources_are_among_those_that_take_names():
    named = {"Adopted.autoscaling_groups", "Adopted.clusters", "WorkloadRoles.repositories", "EdgeRoles.log_buckets"}
    assert named <= set(TAKE_NAMES)


@pytest.mark.parametrize("name", TAKE_NAMES)
def test_no_name_of_a_bootstrap_stack_widens_the_policy_that_it_gets_into(name: str):
    """In the resources and conditions of a policy, * and ? are wildcards, and ${ begins a variable."""
    field, texts = TAKE_NAMES[name]
    wild = [one for text in texts for one in ("*", f"{text}*", f"*{text}", f"{text[:-1]}?", f"{text}${{aws:username}}")]
    assert [text for text in wild if takes(field, text)] == []
