"""A shard with an existing web ACL: what the stack registers, what it refuses, and the rights that this needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from privatelink_ingress.rules import judge
from tests.support.aws_requests import Account
from tests.support.deployers import CI, EDGE, REGION, ZONE, account, policies
from tests.support.programs import run_edge, sample_connections
from tests.support.recordings import Recording, recorded
from tests.support.strict_backend import StrictBackend

ID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
ARN = f"arn:aws:wafv2:{REGION}:{EDGE}:regional/webacl/company/{ID}"
OTHER = f"arn:aws:wafv2:{REGION}:{EDGE}:regional/webacl/other/{ID}"
TAGS = {"Stack": "central-ingress/prod"}
PAGE = {"html": "<h1>Blocked</h1>", "status": 403}


def backend(
    *,
    arn: str | None = ARN,
    tied: str | None = None,
    protected: bool | None = None,
    balancer: bool = False,
    rule_groups: Sequence[str] = (),
) -> StrictBackend:
    """Answers to the look-ups: of the web ACL, and of the load balancer that a former deployment created."""

    def web_acl(args: dict[str, Any], _: Any) -> dict[str, Any]:
        found = tied if "resourceArn" in args else arn
        if found is None:
            raise LookupError("no matching WAFv2 WebACL found")
        return {**args, "id": ID, "arn": found, "description": ""}

    def load_balancer(args: dict[str, Any], _: Any) -> dict[str, Any]:
        if not balancer:
            raise LookupError(f"no load balancer {args['name']} found")
        of = {"vpcId": "vpc-1", "subnets": [], "dnsName": "edge", "ipAddressType": "ipv4", "tags": TAGS}
        return {**args, "id": "arn", "arn": "arn", "enableDeletionProtection": protected, **of}

    def vpc(args: dict[str, Any], _: Any) -> dict[str, Any]:
        return {**args, "tags": TAGS}

    answers = {t.GET_WEB_ACL: web_acl, t.GET_LOAD_BALANCER: load_balancer, t.GET_VPC: vpc}
    return StrictBackend(answers=answers, rule_groups=rule_groups)


def firewall(*, tied: bool = True, capacity: int | None = None, arn: str = ARN, **more: Any) -> dict[str, Any]:
    existing: dict[str, Any] = {"arn": arn, "tied": tied}
    return {"existing": existing | ({"capacity": capacity} if capacity else {}), **more}


def refused(found: StrictBackend | None = None, **settings: Any) -> list[str]:
    """Every line of the message but the remedies, without its title."""
    with pytest.raises(pulumi.RunError) as caught:
        run_edge(backend=found or backend(), **settings)
    return [line.strip() for line in str(caught.value).splitlines()[1:] if not line.startswith("    ")]


def group_arn(name: str) -> str:
    return f"arn:aws:wafv2:{REGION}:{EDGE}:regional/rulegroup/{name}/{ID}"


@pytest.fixture(scope="module")
def edge() -> StackRun:
    return run_edge(firewall=firewall(deny=["203.0.113.0/24"]), backend=backend())


def test_the_stack_registers_no_web_acl_no_log_and_no_saved_query_of_it(edge: StackRun):
    usual = run_edge(firewall={"deny": ["203.0.113.0/24"]})
    made, own = ({one.urn: one.type for one in run.registrations} for run in (edge, usual))
    assert [urn.partition("$")[2].rpartition("$")[2] for urn in made.keys() - own.keys()] == [
        "aws:wafv2/ruleGroup:RuleGroup::edge-rules"
    ]
    gone = sorted(own[urn].partition(":")[2] for urn in own.keys() - made.keys() if own[urn] != t.METRIC_ALARM)
    assert gone == [
        "cloudwatch/logGroup:LogGroup",
        "cloudwatch/queryDefinition:QueryDefinition",
        "wafv2/webAcl:WebAcl",
        "wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    ]
    alarms = {urn.rpartition("::")[2] for urn in own.keys() - made.keys() if own[urn] == t.METRIC_ALARM}
    assert alarms == {"edge-blocked"}


def test_no_dashboard_asks_for_metrics_of_a_web_acl_that_the_stack_does_not_have(edge: StackRun):
    bodies = [one.inputs["dashboardBody"] for one in edge.of_type("aws:cloudwatch/dashboard:Dashboard")]
    assert bodies != []
    assert ["AWS/WAFV2" in body for body in bodies] == [False] * len(bodies)
    usual = [one.inputs["dashboardBody"] for one in run_edge().of_type("aws:cloudwatch/dashboard:Dashboard")]
    assert any("AWS/WAFV2" in body for body in usual)


def test_no_rule_is_broken_and_the_group_must_have_metrics_too(edge: StackRun):
    recording = Recording(recorded(edge))
    assert list(judge(recording.resources)) == []
    recording.get(t.RULE_GROUP, "edge-rules").inputs["rules"][0]["visibilityConfig"]["cloudwatchMetricsEnabled"] = False
    [(rule, (group, said))] = judge(recording.resources)
    assert (rule.name, group.name) == ("firewall-metrics-are-on", "edge-rules")
    assert said == "has metrics or samples switched off for forged-certificates"


def test_the_load_balancer_has_the_owners_web_acl_and_the_group_is_an_output(edge: StackRun):
    assert edge.only(t.WEB_ACL_ASSOCIATION).inputs["webAclArn"] == ARN
    assert edge.exports["web_acl_arn"] == ARN
    assert edge.exports["rule_group_arn"] == edge.only(t.RULE_GROUP).outputs["arn"]
    assert "rule_group_arn" not in run_edge().exports


def test_the_group_has_all_own_rules_and_the_capacity_that_they_need_rounded_up(edge: StackRun):
    group = edge.only(t.RULE_GROUP).inputs
    assert [(rule["name"], rule["priority"], [*rule["action"]]) for rule in group["rules"]] == [
        ("forged-certificates", 0, ["block"]),
        ("deny", 1, ["block"]),
        ("rate-limit", 2, ["block"]),
    ]
    assert (group["name"], group["capacity"]) == ("central-ingress-prod-rules-50", 50)


def test_a_page_of_the_stack_answers_what_its_own_rules_block():
    run = run_edge(firewall=firewall(deny=["203.0.113.0/24"], blockPage=PAGE), backend=backend())
    group = run.only(t.RULE_GROUP).inputs
    assert [one["key"] for one in group["customResponseBodies"]] == ["blocked"]
    answer = {"responseCode": 403, "customResponseBodyKey": "blocked"}
    assert group["rules"][1]["action"] == {"block": {"customResponse": answer}}


def test_until_it_is_tied_the_stack_keeps_its_own_web_acl_and_adds_the_group():
    settings: dict[str, Any] = {"deny": ["203.0.113.0/24"], "groups": {"AWSManagedRulesLinuxRuleSet": "block"}}
    run = run_edge(firewall=firewall(tied=False, **settings), backend=backend())
    usual = run_edge(firewall=settings)
    known = {one.urn for one in usual.registrations}
    assert [one.name for one in run.registrations if one.urn not in known] == ["edge-rules"]
    assert run.only(t.WEB_ACL).inputs == usual.only(t.WEB_ACL).inputs
    names = ["forged-certificates", "deny", "rate-limit"]
    assert [rule["name"] for rule in run.only(t.RULE_GROUP).inputs["rules"]] == names


def test_what_only_the_web_acl_itself_has_is_refused_in_one_message():
    connections = sample_connections()
    connections["shop"]["firewall"] = {
        "largeBodies": "allow",
        "largeBodyPaths": ["/upload/*"],
        "exempt": [{"group": "AWSManagedRulesSQLiRuleSet"}],
    }
    settings = firewall(groups={"AWSManagedRulesLinuxRuleSet": "block"}, tokenSeconds=600, logs={"keep": "findings"})
    own = "has no effect beside firewall.existing: only the web ACL itself has it, and its owner decides"
    managed = "changes managed groups, but those of firewall.existing are its owner's"
    assert refused(firewall=settings, connections=connections) == [
        f"connections.shop.firewall.exempt: {managed}",
        f"connections.shop.firewall.largeBodies: {managed}",
        f"connections.shop.firewall.largeBodyPaths: {managed}",
        f"firewall.groups: {own}",
        f"firewall.logs: {own}",
        f"firewall.tokenSeconds: {own}",
    ]


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (ARN.replace(REGION, "us-east-1"), "is of Region us-east-1, but the load balancer is in eu-west-1"),
        (ARN.replace(EDGE, "333333333333"), "is of account 333333333333, but the load balancer is in 222222222222"),
        (
            ARN.replace("regional", "global"),
            f"is '{ARN.replace('regional', 'global')}', a web ACL of CloudFront, which no load balancer can have",
        ),
        ("company", "is 'company'"),
    ],
)
def test_a_web_acl_of_another_place_or_scope_is_refused(arn: str, said: str):
    (line,) = refused(backend(arn=arn), firewall=firewall(arn=arn))
    assert line.startswith(f"firewall.existing.arn: {said}")


def test_a_web_acl_that_does_not_exist_or_has_another_id_is_refused():
    (line,) = refused(backend(arn=None), firewall=firewall())
    assert line.startswith(f"firewall.existing.arn: is {ARN}, which cannot be looked up")
    other = ARN.replace("0a1b2c3d-", "ffffffff-")
    assert refused(backend(arn=other), firewall=firewall()) == [
        f"firewall.existing.arn: is {ARN}, but the web ACL of that name is {other}"
    ]


def test_a_capacity_that_is_too_small_is_refused_with_what_each_rule_needs():
    assert refused(firewall=firewall(capacity=2, deny=["203.0.113.0/24"])) == [
        "firewall.existing.capacity: is 2, but the rules need 9 capacity units (forged-certificates 6, deny 1, "
        "rate-limit 2)"
    ]


def test_a_rule_group_has_four_rate_limits_at_most():
    connections = {
        name: {**sample_connections()["shop"], "slot": slot, "firewall": {"rateLimit": 100 * (slot + 1)}}
        for slot, name in enumerate(("a", "b", "c", "d"))
    }
    for name, one in connections.items():
        one["routes"] = [{"hosts": [f"{name}.example.com"]}]
    said = "firewall.rateLimit: needs 5 rate-based rules, more than 4: a general one, and one for each of the limits "
    assert f"{said}100, 200, 300, 400" in refused(firewall=firewall(), connections=connections)


def test_the_web_acl_of_an_unprotected_load_balancer_is_not_exchanged():
    live: dict[str, Any] = {"balancer": True, "tied": OTHER}
    assert refused(backend(protected=False, **live), firewall=firewall()) == [
        f"firewall.existing.tied: would take the place of {OTHER} while the load balancer has no deletion protection"
    ]
    for found in (
        backend(protected=True, **live),
        backend(protected=False, balancer=True, tied=ARN),
        backend(protected=False, balancer=True),
    ):
        assert run_edge(backend=found, firewall=firewall()).only(t.WEB_ACL_ASSOCIATION).retain_on_delete


WAF = f"arn:aws:wafv2:{REGION}:{EDGE}"


def test_the_role_ties_the_named_web_acl_and_changes_nothing_of_it(edge: StackRun):
    asking = Account(EDGE, REGION, stack="central-ingress/prod", boundary="")
    requests = [one for made in edge.of_type(t.RULE_GROUP) for one in asking.of(made)]
    tie = [
        Request(action, resource, {"aws:RequestedRegion": REGION})
        for action, resource in (
            ("wafv2:AssociateWebACL", ARN),
            ("wafv2:GetWebACL", ARN),
            ("wafv2:GetWebACLForResource", ARN),
            ("wafv2:ListWebACLs", "*"),
        )
    ]

    def role(**more: Any) -> Any:
        settings = {"stacks": ["prod"], "hostedZoneIds": [ZONE], **more}
        return policies(account({"trust": {"principals": [CI]}, "edge": settings}, EDGE), "edge-network")

    assert role(existingWebAcls=[ARN]).refused([*requests, *tie]) == []
    assert role().allowed([*requests[:1], *tie[:3]]) == []
    changes = [
        Request(f"wafv2:{action}", resource)
        for action, resource in (
            ("UpdateWebACL", ARN),
            ("DeleteWebACL", ARN),
            ("TagResource", ARN),
            ("PutLoggingConfiguration", ARN),
            ("UpdateRuleGroup", f"{WAF}:regional/rulegroup/company-rules-50/1"),
            ("DeleteRuleGroup", f"{WAF}:regional/rulegroup/company-rules-50/1"),
        )
    ]
    assert role(existingWebAcls=[ARN]).allowed(changes) == []


def test_rules_of_another_capacity_are_announced_with_the_owners_part_before_the_deployment_stops():
    live = backend(balancer=True, rule_groups=[group_arn("central-ingress-prod-rules-100"), group_arn("company")])
    [said] = run_edge(firewall=firewall(capacity=200), backend=live, preview=True).messages
    assert said == (
        "firewall.existing: refers to the rule group central-ingress-prod-rules-100, but the rules are now in "
        "central-ingress-prod-rules-200, as AWS never changes a capacity: `pulumi up` creates "
        "central-ingress-prod-rules-200 and stops, since AWS deletes no rule group in use\n"
        "    After that, have the web ACL's owner replace the reference by one to central-ingress-prod-rules-200 "
        "(output rule_group_arn), and run `pulumi up` again: it deletes central-ingress-prod-rules-100."
    )


@pytest.mark.parametrize("name", ["central-ingress-prod-rules-200", "central-ingress-prod-2-rules-100", "company"])
def test_a_reference_to_the_group_itself_or_to_anothers_is_no_news(name: str):
    live = backend(balancer=True, rule_groups=[group_arn(name)])
    assert run_edge(firewall=firewall(capacity=200), backend=live).messages == ()
