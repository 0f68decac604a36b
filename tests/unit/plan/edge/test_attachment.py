"""Attached stacks: what their files may say, what they read of their shard, and what they plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from privatelink_ingress.contracts.service import Contract, ContractError
from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.edge.attachment import AttachmentPlan, plan_attachment
from privatelink_ingress.plan.edge.shard import plan_edge
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.problems import Problem, UserError
from privatelink_ingress.settings.attached import SHARD_KEYS, AttachedSettings, load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.load import SettingsError

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:222222222222:listener/app/central-ingress-prod/0a/1b"

SHARD: dict[str, Any] = {
    "shard_contract_version": 1.0,  # the engine hands every number over as a float
    "account_id": "222222222222",
    "region": "eu-west-1",
    "vpc_id": "vpc-0a",
    "endpoint_subnet_ids": {zone: f"subnet-0{number}" for number, zone in enumerate(ZONES)},
    "endpoint_subnet_cidrs": dict(zip(ZONES, ("10.12.128.0/23", "10.12.130.0/23", "10.12.132.0/23"), strict=True)),
    "endpoint_security_group_id": "sg-0a",
    "listener_arn": LISTENER,
    "alb_dns_name": "central-ingress-prod-1.eu-west-1.elb.amazonaws.com",
    "alb_zone_id": "Z32O12XQLNTSW2",
    "hosted_zone_id": "Z0123456789EXAMPLE",
    "certificate_domains": ["*.example.com"],
    "adopted_certificate_arns": [],
    "connections": {"shop": {}},
}

BLOG: dict[str, Any] = {
    "slot": 1,
    "owner": "team-blog",
    "backends": [{"stack": "blog"}],
    "routes": [{"hosts": ["blog.example.com"]}],
}

FILE: dict[str, Any] = {
    "accountId": "222222222222",
    "owner": "team-blog",
    "edgeStack": "prod",
    "connections": {"blog": BLOG},
}

# What the engine adds to a file that does not write them: the defaults of Pulumi.yaml.
DEFAULTS = {key: {} for key in SHARD_KEYS} | {"certificates": [], "tags": {}, "roles": {}}


def load(**changes: Any) -> EdgeSettings | AttachedSettings:
    values = DEFAULTS | FILE | changes
    text = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    return load_edge(text, project="central-ingress", stack="prod-blog")


def mistakes(**changes: Any) -> tuple[Problem, ...]:
    with pytest.raises(SettingsError) as caught:
        load(**changes)
    return caught.value.problems


def contract(**changes: Any) -> Contract:
    return Contract.model_validate(
        {
            "contract_version": 1,
            "connection_name": "blog",
            "owner": "team-blog",
            "account_id": "111111111111",
            "region": "eu-west-1",
            "endpoint_service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
            "endpoint_service_id": "vpce-svc-0a",
            "zone_ids": ZONES,
            "port": 80,
            "protocol": "HTTP",
            "health_path": "/nginx-health",
            **changes,
        }
    )


def plan(*, region: str = "eu-west-1", shard: dict[str, Any] | None = None, **changes: Any) -> AttachmentPlan:
    settings = load(**changes)
    assert isinstance(settings, AttachedSettings)
    return plan_attachment(
        settings,
        stack="prod-blog",
        region=region,
        site=EdgeSite.of_contract(ShardContract.read(SHARD | (shard or {}), "organization/central-ingress/prod")),
        contracts={"blog": contract()},
    )


def refused(**changes: Any) -> list[str]:
    with pytest.raises(UserError) as caught:
        plan(**changes)
    return [str(problem) for problem in caught.value.problems]


def test_edge_stack_makes_a_stack_attached_and_its_absence_a_shard():
    assert isinstance(load(), AttachedSettings)
    shard = load(edgeStack="", certificates=[{"domains": ["*.example.com"]}], dns={"zoneId": "Z0123456789EXAMPLE"})
    assert isinstance(shard, EdgeSettings)


def test_a_stack_without_edge_stack_still_needs_the_keys_of_a_load_balancer():
    assert [(problem.where, problem.reason) for problem in mistakes(edgeStack="")] == [
        ("certificates", "is missing"),
        ("dns", "is missing"),
    ]


@pytest.mark.parametrize("key", SHARD_KEYS)
def test_a_key_of_the_load_balancer_is_refused_with_its_owner(key: str):
    (problem,) = mistakes(**{key: {"any": "thing"}})
    assert (problem.where, problem.reason) == (
        key,
        "belongs to the load balancer, which stack prod holds: this stack only adds connections to it",
    )


def test_certificates_are_refused_with_the_key_for_a_connections_own():
    (problem,) = mistakes(certificates=[{"domains": ["*.example.com"]}])
    assert problem.remedy.startswith(
        "For a connection's own certificate, write connections.<name>.certificate. Any other:\n"
    )


def test_a_misplaced_key_comes_together_with_all_other_mistakes():
    found = mistakes(owner="", dns={"zoneId": "Z1"}, conections={}, edgeStack="org/central-ingress/prod")
    assert [problem.where for problem in found] == ["conections", "dns", "owner"]
    assert (
        found[1].remedy == 'Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:dns:\n      zoneId: "Z1"'
    )


def test_a_mistyped_edge_stack_gets_the_right_key():
    problems = mistakes(edgeStack="", edgestack="prod")
    assert Problem("edgestack", "is not a known key", "Did you mean edgeStack?") in problems


def test_an_attached_stack_without_connections_is_refused():
    (problem,) = mistakes(connections={})
    assert (problem.where, problem.reason) == ("connections", "is missing")


def test_two_connections_of_an_attached_stack_need_two_slots():
    (problem,) = mistakes(connections={"blog": BLOG, "news": BLOG})
    assert problem.where == "connections.news.slot"


def test_an_attached_connection_is_planned_as_it_would_be_in_the_shards_own_file():
    settings = load(edgeStack="", certificates=[{"domains": ["*.example.com"]}], dns={"zoneId": "Z0123456789EXAMPLE"})
    assert isinstance(settings, EdgeSettings)
    edge = plan_edge(
        settings, stack="prod-blog", region="eu-west-1", available_zones=ZONES, contracts={"blog": contract()}
    )
    attached = plan()
    assert attached.connections == edge.connections
    assert attached.tags == edge.tags


def test_another_account_or_region_than_the_shards_is_refused_with_both():
    assert refused(accountId="333333333333", region="eu-west-2", shard={"region": "eu-west-1"})[:2] == [
        "accountId: is 333333333333, but edge stack prod is in account 222222222222\n"
        '    Write "222222222222", or attach to another stack.',
        "aws:region: is eu-west-2, but edge stack prod is in eu-west-1\n"
        "    Write eu-west-1, or attach to another stack.",
    ]


def test_a_host_needs_the_shards_certificate_or_its_connections_own():
    entry = BLOG | {"routes": [{"hosts": ["blog.example.org"]}]}
    assert refused(connections={"blog": entry})[0].startswith(
        "connections.blog.routes[0].hosts[0]: no certificate covers blog.example.org"
    )
    own = plan(connections={"blog": entry | {"certificate": {"domains": ["blog.example.org"]}}}).connections[0]
    assert own.certificate is not None
    (validation,) = own.certificate.validations
    assert (validation.domain, validation.zone_id) == ("blog.example.org", "Z0123456789EXAMPLE")
    adopted = {"adopted_certificate_arns": ["arn:aws:acm:eu-west-1:222222222222:certificate/1"]}
    assert plan(connections={"blog": entry}, shard=adopted).connections[0].certificate is None


@pytest.mark.parametrize("field", [name for name, one in ShardContract.model_fields.items() if one.is_required()])
def test_a_missing_field_names_the_stack_and_the_command_to_run(field: str):
    outputs = {key: None if key == field else value for key, value in SHARD.items()}
    with pytest.raises(ContractError, match="Stack organization/central-ingress/prod cannot be attached to") as caught:
        ShardContract.read(outputs, "organization/central-ingress/prod")
    (problem,) = caught.value.problems
    assert (problem.where, problem.reason) == (field, "is missing")
    assert problem.remedy == "Run `pulumi up --stack prod` in central-ingress/, then this again."


def test_a_shard_of_an_older_release_is_read_without_alarms():
    contract = ShardContract.read(SHARD, "organization/central-ingress/prod")
    assert (contract.alarm_topic_arn, contract.zone_names) == (None, {})


@pytest.mark.parametrize("key", ["key", "balancerErrorPercent", "blockedPercent", "quotaPercent"])
def test_an_alarm_of_the_load_balancer_is_refused_with_the_line_for_the_shards_file(key: str):
    (problem,) = mistakes(alarms={key: 7})
    assert problem.where == f"alarms.{key}"
    assert problem.remedy == (
        f"Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:alarms:\n      {key}: 7"
    )


def test_a_newer_shard_names_both_versions():
    with pytest.raises(ContractError, match="shard_contract_version: is 2, but this program reads version 1"):
        ShardContract.read(SHARD | {"shard_contract_version": 2.0}, "prod")


def test_a_stack_that_is_attached_itself_names_the_one_to_attach_to():
    outputs = {"edge_stack": "organization/central-ingress/prod", "connections": {}}
    with pytest.raises(ContractError, match="Write edgeStack: organization/central-ingress/prod"):
        ShardContract.read(outputs, "organization/central-ingress/prod-blog")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("endpoint_subnet_cidrs", dict.fromkeys(ZONES[:2], "10.12.128.0/23")),
        ("endpoint_subnet_cidrs", dict.fromkeys(ZONES, "10.12.128.1/23")),
        ("endpoint_subnet_ids", {"eu-west-1a": "subnet-0", "eu-west-1b": "subnet-1"}),
        ("listener_arn", LISTENER.replace("app", "net")),
        ("listener_arn", LISTENER.replace("central-ingress-prod", "*")),
        ("listener_arn", f"{LISTENER}*"),
        ("listener_arn", LISTENER.replace("eu-west-1", "*")),
        ("listener_arn", LISTENER.replace("222222222222", "333333333333")),
        ("endpoint_subnet_ids", dict.fromkeys(ZONES, "*")),
        ("vpc_id", "vpc-*"),
        ("endpoint_security_group_id", "*"),
        ("hosted_zone_id", "*"),
        ("certificate_domains", "*.example.com"),
        ("account_id", "2222"),
    ],
)
def test_an_invalid_field_is_refused(field: str, value: Any):
    with pytest.raises(ContractError):
        ShardContract.read(SHARD | {field: value}, "prod")


def test_the_file_in_the_document_is_right():
    text = (Path(__file__).parents[4] / "docs" / "attached-stacks.md").read_text(encoding="utf-8")
    config = YAML(typ="safe", pure=True).load(text.split("```yaml\n")[1].partition("```")[0])["config"]
    values = {key.partition(":")[2]: value for key, value in config.items() if key.startswith("central-ingress:")}
    text_values = {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}
    settings = load_edge(text_values, project="central-ingress", stack="prod-blog")
    assert isinstance(settings, AttachedSettings)
    certificate = settings.connections["blog"].certificate
    assert certificate is not None
    assert certificate.domains == ("blog.team.example.com",)


def test_a_parameter_without_a_shard_to_attach_to_is_refused():
    shard = {"accountId": "222222222222", "owner": "team-platform", "edgeParameter": "/shards/prod"}
    with pytest.raises(SettingsError, match="edgeParameter: has no effect without edgeStack"):
        load_edge({key: str(value) for key, value in shard.items()}, project="central-ingress", stack="prod")
