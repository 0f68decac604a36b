"""Query logs of the hosted zone: what a shard registers, what it refuses, and the rights that this needs."""

from __future__ import annotations

import json
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Policies, Request
from privatelink_ingress.plan.edge import query_logs
from privatelink_ingress.rules import judge
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.explain import keys
from tests.program.test_hosted_zones import ZONE, answering
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, REGION, account, policies
from tests.support.programs import run_attached, run_edge, stack_file
from tests.support.recordings import recorded
from tests.support.strict_backend import StrictBackend

GROUP = "/aws/route53/central-ingress-prod"
GROUP_ARN = f"arn:aws:logs:us-east-1:{EDGE}:log-group:{GROUP}"
KEY = f"arn:aws:kms:us-east-1:{EDGE}:key/0a1b2c3d-0000-4000-8000-123456789012"
REGIONAL_KEY = KEY.replace("us-east-1", REGION)
ROLE = "arn:aws:iam::333333333333:role/records"


def dns(**more: Any) -> dict[str, Any]:
    return {"zoneId": ZONE, "queryLogs": {"enabled": True, **more}}


def of_query_logs(run: StackRun) -> dict[str, Registration]:
    """What a run registers below the component, by type."""
    return {one.type: one for one in run.registrations if "index:QueryLogs$" in one.urn and one.type.startswith("aws:")}


def refused(run: Any = run_edge, **settings: Any) -> list[str]:
    """Every line of the message but its title."""
    with pytest.raises(pulumi.RunError) as caught:
        run(preview=True, **settings)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.fixture(scope="module")
def edge() -> StackRun:
    return run_edge(dns=dns())


def test_a_shard_without_the_setting_registers_nothing_of_it():
    assert of_query_logs(run_edge()) == {}
    assert "query-logs" not in {one.name for one in run_edge().of_type("pulumi:providers:aws")}


def test_log_group_policy_and_configuration_are_in_us_east_1_and_in_the_edges_account(edge: StackRun):
    found = of_query_logs(edge)
    assert sorted(found) == sorted([t.LOG_GROUP, t.LOG_RESOURCE_POLICY, t.QUERY_LOG])
    [provider] = [one for one in edge.of_type("pulumi:providers:aws") if one.name == "query-logs"]
    assert {one.provider for one in found.values()} == {provider.urn}
    assert provider.inputs["region"] == "us-east-1"
    assert json.loads(provider.inputs["allowedAccountIds"]) == [EDGE]


def test_the_setting_adds_these_three_their_component_and_their_provider_alone(edge: StackRun):
    before = {one.urn for one in run_edge().registrations}
    added = {one.urn for one in edge.registrations} - before
    assert before < {one.urn for one in edge.registrations}
    assert sorted(urn.rpartition("$")[2].rpartition("::")[2] for urn in added) == [
        *["edge-query-logs"] * 4,
        "query-logs",
    ]


def test_the_provider_assumes_the_edges_role():
    run = run_edge(dns=dns(), roles={"network": f"arn:aws:iam::{EDGE}:role/network", "externalId": "edge-2c81"})
    network, logs = (
        next(one for one in run.of_type("pulumi:providers:aws") if one.name == name).inputs["assumeRoles"]
        for name in ("network", "query-logs")
    )
    assert logs == network


def test_the_log_group_is_kept_and_encrypted_as_the_others_are(edge: StackRun):
    group = of_query_logs(edge)[t.LOG_GROUP]
    assert (group.inputs["name"], group.inputs["retentionInDays"]) == (GROUP, 365)
    assert group.retain_on_delete is True
    assert "kmsKeyId" not in group.inputs
    assert group.inputs["tags"]["Name"] == "edge-query-logs"
    other = of_query_logs(run_edge(dns=dns(keyArn=KEY), logs={"retentionDays": 30, "retainOnDelete": False}))
    assert (other[t.LOG_GROUP].inputs["retentionInDays"], other[t.LOG_GROUP].inputs["kmsKeyId"]) == (30, KEY)
    assert other[t.LOG_GROUP].retain_on_delete is False


def test_the_policy_admits_route_53_for_this_zone_and_this_log_group_alone(edge: StackRun):
    policy = of_query_logs(edge)[t.LOG_RESOURCE_POLICY].inputs
    assert policy["policyName"] == "central-ingress-prod-query-logs"
    assert json.loads(policy["policyDocument"])["Statement"] == [
        {
            "Sid": "QueryLogs",
            "Effect": "Allow",
            "Principal": {"Service": "route53.amazonaws.com"},
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"{GROUP_ARN}:*",
            "Condition": {
                "ArnEquals": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{ZONE}"},
                "StringEquals": {"aws:SourceAccount": EDGE},
            },
        }
    ]


def test_the_configuration_comes_after_the_policy_and_is_replaced_by_deleting_it_first(edge: StackRun):
    found = of_query_logs(edge)
    config = found[t.QUERY_LOG]
    assert config.inputs == {"zoneId": ZONE, "cloudwatchLogGroupArn": GROUP_ARN}
    assert {found[t.LOG_GROUP].urn, found[t.LOG_RESOURCE_POLICY].urn} <= set(config.depends_on)
    assert config.delete_before_replace is True


def test_a_log_group_that_the_stack_left_is_imported():
    asked = []

    def groups(args: dict[str, Any], at: Any) -> dict[str, Any]:
        asked.append((at.region, args["logGroupNamePrefix"]))
        names = [GROUP] if (at.region, args["logGroupNamePrefix"]) == ("us-east-1", GROUP) else []
        return {**args, "id": at.region, "arns": [], "logGroupNames": names}

    def group(args: dict[str, Any], _: Any) -> dict[str, Any]:
        return {**args, "id": args["name"], "arn": GROUP_ARN, "tags": {"Stack": "central-ingress/prod"}}

    backend = StrictBackend(answers={t.GET_LOG_GROUPS: groups, t.GET_LOG_GROUP: group})
    run = run_edge(dns=dns(), backend=backend)
    assert of_query_logs(run)[t.LOG_GROUP].import_id == GROUP
    assert [name for region, name in asked if region == "us-east-1"] == [GROUP]


def test_every_rule_holds(edge: StackRun):
    assert list(judge(recorded(edge))) == []


# What is refused


def test_a_hosted_zone_of_another_account_is_refused_with_its_account():
    lines = refused(dns=dns(), hostedZoneRoles={ZONE: {"roleArn": ROLE}})
    assert lines == [
        f"dns.queryLogs.enabled: is true, but hosted zone {ZONE} is of account 333333333333, and Route 53 writes query "
        "logs to a log group of the zone's own account only",
        "Remove dns.queryLogs, and let the zone's owner configure them.",
    ]


def test_a_zone_that_has_query_logs_already_is_refused_before_anything_is_registered():
    other = f"arn:aws:logs:us-east-1:{EDGE}:log-group:/aws/route53/other"
    assert refused(dns=dns(), backend=StrictBackend(query_logs={ZONE: other})) == [
        f"dns.queryLogs.enabled: is true, but hosted zone {ZONE} has query logs already, in {other}, and Route 53 "
        "keeps one configuration for each zone",
        "Remove dns.queryLogs, or agree with their owner to delete the configuration: aws route53 "
        "delete-query-logging-config --id 1a-2b",
    ]


@pytest.mark.parametrize("arn", [GROUP_ARN, f"{GROUP_ARN}:*"])
def test_the_stacks_own_configuration_is_no_obstacle(arn: str, edge: StackRun):
    run = run_edge(dns=dns(), backend=StrictBackend(query_logs={ZONE: arn}))
    assert of_query_logs(run).keys() == of_query_logs(edge).keys()


def test_without_the_setting_route_53_is_not_asked():
    other = f"arn:aws:logs:us-east-1:{EDGE}:log-group:/aws/route53/other"
    assert of_query_logs(run_edge(backend=StrictBackend(query_logs={ZONE: other}))) == {}


def test_a_private_hosted_zone_is_refused():
    [reason, remedy] = refused(dns=dns(), backend=answering(**{ZONE: {"privateZone": True}}))
    assert reason.startswith(f"dns.zoneId: is {ZONE}, the private hosted zone of example.com")
    assert remedy == "Write the id of the public hosted zone of example.com."


def test_a_stack_whose_key_is_of_another_region_needs_a_key_of_us_east_1():
    lines = refused(dns=dns(), logs={"keyArn": REGIONAL_KEY})
    assert lines == [
        f"dns.queryLogs.keyArn: is missing: logs.keyArn is a key of {REGION}, and the log group of the query logs is "
        "in us-east-1",
        "Write a key of us-east-1 whose policy admits logs.us-east-1.amazonaws.com.",
    ]
    both = of_query_logs(run_edge(dns=dns(keyArn=KEY), logs={"keyArn": REGIONAL_KEY}))
    assert both[t.LOG_GROUP].inputs["kmsKeyId"] == KEY


@pytest.mark.parametrize(
    ("written", "reason", "remedy"),
    [
        (
            {"enabled": True, "keyArn": REGIONAL_KEY},
            f"is a key of {REGION}, but Route 53 writes query logs to us-east-1 only",
            "Write a key of us-east-1.",
        ),
        ({"keyArn": KEY}, "has no effect while enabled is false", "Write enabled: true, or remove keyArn."),
    ],
)
def test_a_key_that_cannot_encrypt_the_query_logs_is_refused(written: dict[str, Any], reason: str, remedy: str):
    assert refused(dns={"zoneId": ZONE, "queryLogs": written}) == [f"dns.queryLogs.keyArn: {reason}", remedy]


def in_region(region: str, logs: dict[str, Any]) -> EdgeSettings:
    """Settings of a shard in another Region, with query logs."""
    config = stack_file("central-ingress", "prod").config
    values = {key.removeprefix("central-ingress:"): text for key, text in config.items() if ":" in key}
    values |= {"dns": json.dumps(dns()), "logs": json.dumps(logs), "network": "{}", "alarms": "{}"}
    known = {key: text for key, text in values.items() if key in keys(EdgeSettings)}
    settings = load_edge(known, project="central-ingress", stack="prod", region=region)
    assert isinstance(settings, EdgeSettings)
    return settings


def test_a_stack_in_another_partition_is_refused():
    [problem] = query_logs.check_query_logs(in_region("cn-north-1", {}), region="cn-north-1")
    assert (problem.where, problem.reason, problem.remedy) == (
        "dns.queryLogs.enabled",
        "is true, but the stack is in partition aws-cn, and Route 53 writes query logs to us-east-1 only",
        "Remove dns.queryLogs.",
    )
    assert not query_logs.wanted(in_region("cn-north-1", {}), region="cn-north-1")


def test_a_stack_in_us_east_1_encrypts_them_with_the_key_of_its_other_logs():
    settings = in_region("us-east-1", {"keyArn": KEY})
    assert list(query_logs.check_query_logs(settings, region="us-east-1")) == []
    plan = query_logs.plan_query_logs(settings, name="central-ingress-prod")
    assert plan
    assert plan.storage.key_arn == KEY


def test_an_attached_stack_is_refused_with_the_line_for_the_shards_file():
    reason, *remedy = refused(run_attached, dns={"queryLogs": {"enabled": True}})
    assert reason == (
        "dns: belongs to the load balancer, which stack prod holds: this stack only adds connections to it"
    )
    assert remedy == [
        "Move it to central-ingress/Pulumi.prod.yaml, under central-ingress:dns:",
        'queryLogs: {"enabled": true}',
    ]


# Rights


def deployer(**edge: Any) -> Policies:
    roles = {"trust": {"principals": [CI]}, "edge": {"stacks": ["prod"], "hostedZoneIds": [ZONE], **edge}}
    return policies(account(roles, EDGE), "edge-network")


def requests(run: StackRun) -> list[Request]:
    """All that AWS asks of whoever creates, reads, changes and deletes the three, and looks for the log group."""
    there = Account(EDGE, "us-east-1", stack="central-ingress/prod", boundary="")
    looked_up = [one for one in run.invokes if GROUP in one.args.values()]
    return [
        *(request for one in of_query_logs(run).values() for request in there.of(one)),
        *(request for one in looked_up for request in there.of_look_up(one)),
    ]


def test_the_deployers_role_may_do_all_of_it_with_queryLogs_and_none_of_it_without(edge: StackRun):  # noqa: N802
    needed = requests(edge)
    assert {one.action for one in needed} > {"route53:CreateQueryLoggingConfig", "logs:PutResourcePolicy"}
    assert deployer(queryLogs=True).refused(needed) == []
    assert deployer().allowed(needed) == []


def test_the_role_reaches_no_other_zone_no_other_log_group_and_no_other_region():
    found = deployer(queryLogs=True)
    there, elsewhere = ({"aws:RequestedRegion": region} for region in ("us-east-1", "us-east-2"))
    for action, resource, context in (
        ("route53:CreateQueryLoggingConfig", "arn:aws:route53:::hostedzone/Z9876543210EXAMPLE", there),
        ("logs:CreateLogGroup", f"arn:aws:logs:us-east-1:{EDGE}:log-group:/aws/route53/other", there),
        ("logs:DeleteLogGroup", GROUP_ARN, there),
        ("logs:PutResourcePolicy", "*", elsewhere),
        ("logs:CreateLogGroup", GROUP_ARN.replace("us-east-1", "us-east-2"), elsewhere),
    ):
        assert not found.allow(Request(action, resource, context)), action


def test_the_role_deletes_the_log_group_with_logDeletion_alone():  # noqa: N802
    deletion = Request("logs:DeleteLogGroup", GROUP_ARN, {"aws:RequestedRegion": "us-east-1"})
    assert deployer(queryLogs=True, logDeletion=True).allow(deletion)
    assert not deployer(logDeletion=True).allow(deletion)


def test_query_logs_without_a_zone_of_the_account_are_refused():
    with pytest.raises(pulumi.RunError) as caught:
        deployer(queryLogs=True, hostedZoneIds=[], hostedZoneRoleArns=[ROLE])
    assert "roles.edge.queryLogs: is true, but hostedZoneIds is empty" in str(caught.value)
    assert "Write the hosted zones of this account under hostedZoneIds, or remove queryLogs." in str(caught.value)
