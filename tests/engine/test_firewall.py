"""Changes of the firewall are updates in place of the one web ACL: the load balancer is never without it.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress.aws.topology import live
from privatelink_ingress.plan.edge.firewall.web_acl import of_shard
from privatelink_ingress.settings.attached import load_edge
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.web_acl import Judgement, judge
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connect, connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

COMMON, BOTS = "AWSManagedRulesCommonRuleSet", "AWSManagedRulesBotControlRuleSet"
URL = "https://shop.example.com/upload/photo"


@pytest.fixture(scope="module")
def service(world: World) -> dict[str, Any]:
    return publish(world, "shop")


@pytest.fixture(scope="module")
def stack(world: World, service) -> Stack:
    made = edge(world, shop=connection("shop", 0, {"service": service}))
    made.config["central-ingress:firewall"] = "{}"
    made.up()
    return made


def changed(world: World, stack: Stack) -> list[str]:
    """The steps of an update as its preview shows them, while the host is served; a second one has none."""
    with uninterrupted(world, "shop.example.com"):
        steps = [str(step) for step in stack.up_as_previewed().steps]
    assert stack.up().shown() == []
    return steps


def decided(world: World, **request: Any) -> Judgement:
    """What the web ACL on AWS does with an upload of 20,000 bytes."""
    session = world.cloud.session(EDGE_ACCOUNT, REGION)
    [balancer] = [one for one in live.load([session], ()).load_balancers.values() if one.web_acl]
    assert balancer.web_acl
    return judge(balancer.web_acl, Request.parse(URL, method="POST", body_size=20_000, **request))


def test_a_connection_that_takes_large_bodies_updates_the_web_acl_alone(world, stack, service):
    assert (decided(world).action, decided(world).by) == ("block", "body-size")
    firewall = {"largeBodies": "allow", "largeBodyPaths": ["/upload/*"]}
    connect(stack, shop=connection("shop", 0, {"service": service}, firewall=firewall))
    assert changed(world, stack) == ["update WebAcl edge"]
    assert decided(world).action == "allow"


def test_one_more_managed_group_updates_the_web_acl_alone(world, stack):
    stack.set("firewall", groups={"AWSManagedRulesLinuxRuleSet": "block", COMMON: {"version": "Version_1.23"}})
    assert changed(world, stack) == ["update WebAcl edge"]
    assert "linux" in decided(world).unknown


def test_from_count_to_block_and_back_updates_the_web_acl_alone(world, stack, service):
    connect(stack, shop=connection("shop", 0, {"service": service}))
    stack.set("firewall", stage="count")
    assert changed(world, stack) == ["update WebAcl edge"]
    assert (decided(world).action, decided(world).counted) == ("allow", ("body-size",))
    stack.set("firewall", stage="block")
    assert changed(world, stack) == ["update WebAcl edge"]
    assert decided(world).by == "body-size"


def test_another_log_updates_the_logging_and_the_web_acl(world, stack):
    stack.set("firewall", logs={"keep": "findings", "hide": {"headers": ["x-api-key"], "path": True}})
    assert changed(world, stack) == ["update WebAcl edge", "update WebAclLoggingConfiguration edge"]


def test_every_setting_together_is_taken_and_costs_what_the_plan_says(world, stack, service):
    login = {"path": "/login", "username": "user", "password": "word"}
    registration = {"page": "/new", "path": "/accounts", "email": "mail", "addresses": ["street", "town"]}
    stack.set(
        "firewall",
        groups={
            BOTS: {"inspection": "targeted", "count": ["CategoryAI"]},
            "AWSManagedRulesATPRuleSet": {"login": login},
            "AWSManagedRulesACFPRuleSet": {"registration": registration},
            "AWSManagedRulesAntiDDoSRuleSet": {"challengeExempt": ["^/api/"]},
        },
        countries={"allow": ["DE", "AT"]},
        allow=["198.51.100.0/24"],
        deny=["203.0.113.0/24"],
        rateWindow=60,
        blockPage={"html": "<h1>No</h1>"},
        rateLimitPage={"text": "Later", "status": 429},
        tokenSeconds=600,
        hosts={"*.blog.example.com": {"rateLimit": 99, "captcha": ["/signup"]}},
    )
    exempt = [{"group": COMMON, "rules": ["GenericRFI_BODY"], "paths": ["/editor/*"]}, {"group": BOTS}]
    firewall = {"rateLimit": 500, "challenge": ["/"], "exempt": exempt}
    connect(stack, shop=connection("shop", 0, {"service": service}, firewall=firewall))
    stack.set("limits", firewallCapacity=1600)
    steps = changed(world, stack)
    assert sorted(steps) == ["create IpSet edge-allow", "create IpSet edge-deny", "update WebAcl edge"]
    assert stack.refresh().shown() == []
    waf = world.cloud.session(EDGE_ACCOUNT, REGION).client("wafv2")
    [summary] = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    web_acl = waf.get_web_acl(Name=summary["Name"], Scope="REGIONAL", Id=summary["Id"])["WebACL"]
    planned = of_shard(settings(stack), name="x")
    assert [rule["Name"] for rule in web_acl["Rules"]] == [rule.key for rule in planned.rules]
    assert web_acl["Capacity"] == planned.capacity, "two computations that know nothing of each other"
    assert decided(world, source="203.0.113.9").by == "deny"


def settings(stack: Stack) -> EdgeSettings:
    texts = {key.partition(":")[2]: text for key, text in stack.config.items() if key.startswith("central-ingress:")}
    loaded = load_edge(texts, project="central-ingress", stack="prod")
    assert isinstance(loaded, EdgeSettings)
    return loaded


def test_settings_that_are_removed_leave_the_default_web_acl(world, stack, service):
    connect(stack, shop=connection("shop", 0, {"service": service}))
    stack.config["central-ingress:firewall"] = json.dumps({})
    steps = changed(world, stack)
    assert sorted(steps) == [
        *("delete IpSet edge-allow", "delete IpSet edge-deny"),
        *("update WebAcl edge", "update WebAclLoggingConfiguration edge"),
    ]


def test_too_much_for_one_web_acl_is_refused_before_anything_changes(world, stack):
    before = dict(stack.config)
    groups = ("AWSManagedRulesLinuxRuleSet", "AWSManagedRulesWindowsRuleSet")
    stack.set("firewall", groups=dict.fromkeys(groups, "block"))
    stack.set("limits", firewallCapacity=1500)
    errors = stack.failing("up").errors
    stack.config = before
    assert [each for each in errors if "needs 1584 capacity units, more than 1500" in each]
    assert stack.up().shown() == []
