"""Web ACLs of the emulated AWS: consistent rules, references that exist, nothing deleted while in use."""

from __future__ import annotations

import re
from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import VISIBILITY, balancer, bucket, network, refused

COUNTRY = {"GeoMatchStatement": {"CountryCodes": ["DE"]}}
COMMON = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}}


def rule(name: str = "own", priority: int = 1, **over: Any) -> dict[str, Any]:
    parts = {"Statement": COUNTRY, "Action": {"Block": {}}, **over}
    kept = {key: value for key, value in parts.items() if value is not None}
    return {"Name": name, "Priority": priority, "VisibilityConfig": VISIBILITY} | kept


def managed(name: str, priority: int) -> dict[str, Any]:
    group = {"ManagedRuleGroupStatement": {"VendorName": "AWS", "Name": name}}
    return rule(name, priority, Statement=group, Action=None, OverrideAction={"None": {}})


def web_acl(session: Session, *rules: dict[str, Any], name: str = "edge") -> dict[str, Any]:
    made = session.client("wafv2").create_web_acl(
        Name=name, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=VISIBILITY, Rules=list(rules)
    )
    return made["Summary"]


def ip_set(session: Session, *addresses: str, name: str = "deny") -> dict[str, Any]:
    made = session.client("wafv2").create_ip_set(
        Name=name, Scope="REGIONAL", IPAddressVersion="IPV4", Addresses=list(addresses)
    )
    return made["Summary"]


def delete(session: Session, kind: str, summary: dict[str, Any]) -> None:
    key = {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"], "LockToken": summary["LockToken"]}
    getattr(session.client("wafv2"), f"delete_{kind}")(**key)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([rule("a", 1), rule("b", 1)], "priority 1"),
        ([rule("a", 1), rule("a", 2)], "name a"),
        ([rule(Statement=COMMON)], "OverrideAction and no Action"),
        ([rule(Action=None, OverrideAction={"None": {}})], "Action and no OverrideAction"),
        ([rule(Action={"Block": {}, "Allow": {}})], "exactly one action"),
    ],
    ids=["priority twice", "name twice", "group with Action", "own with OverrideAction", "two actions"],
)
def test_inconsistent_rules_are_refused(edge: Session, rules: list[dict[str, Any]], said: str) -> None:
    with refused("WAFInvalidParameterException", said):
        web_acl(edge, *rules)


def test_the_same_holds_for_an_update(edge: Session) -> None:
    made = web_acl(edge, rule())
    with refused("WAFInvalidParameterException", "priority 1"):
        edge.client("wafv2").update_web_acl(
            Name="edge",
            Scope="REGIONAL",
            Id=made["Id"],
            LockToken=made["LockToken"],
            DefaultAction={"Allow": {}},
            VisibilityConfig=VISIBILITY,
            Rules=[rule("a", 1), rule("b", 1)],
        )


def test_references_must_exist_at_any_depth(edge: Session) -> None:
    missing = "arn:aws:wafv2:eu-west-1:222222222222:regional/ipset/none/00000000-0000-0000-0000-000000000000"
    nested = {"NotStatement": {"Statement": {"IPSetReferenceStatement": {"ARN": missing}}}}
    with refused("WAFNonexistentItemException", missing):
        web_acl(edge, rule(Statement=nested))
    with refused("WAFNonexistentItemException", "AWSManagedRulesNonsense"):
        web_acl(edge, managed("AWSManagedRulesNonsense", 1))


def test_masking_and_ddos_protection_are_kept(edge: Session) -> None:
    waf = edge.client("wafv2")
    field = {"FieldType": "SINGLE_HEADER", "FieldKeys": ["authorization"]}
    kept = {
        "DataProtectionConfig": {"DataProtections": [{"Field": field, "Action": "SUBSTITUTION"}]},
        "OnSourceDDoSProtectionConfig": {"ALBLowReputationMode": "ACTIVE_UNDER_DDOS"},
    }
    made = waf.create_web_acl(
        Name="edge", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=VISIBILITY, **kept
    )
    held = waf.get_web_acl(Name="edge", Scope="REGIONAL", Id=made["Summary"]["Id"])["WebACL"]
    assert {key: held.get(key) for key in kept} == kept


@pytest.mark.parametrize("action", [{}, {"Allow": {}, "Block": {}}], ids=["none", "both"])
def test_the_default_action_is_allow_or_block(edge: Session, action: dict[str, Any]) -> None:
    with refused("WAFInvalidParameterException", "exactly one of Allow and Block"):
        edge.client("wafv2").create_web_acl(
            Name="edge", Scope="REGIONAL", DefaultAction=action, VisibilityConfig=VISIBILITY
        )


def test_an_ip_set_is_changed_and_deleted_by_its_lock_token(edge: Session) -> None:
    waf, summary = edge.client("wafv2"), ip_set(edge, "10.0.0.0/16")
    pattern = waf.meta.service_model.shape_for("LockToken").metadata["pattern"]
    assert re.fullmatch(pattern, summary["LockToken"])
    key = {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}
    waf.update_ip_set(**key, Addresses=["10.1.0.0/16"], LockToken=summary["LockToken"])
    held = waf.get_ip_set(**key)
    assert re.fullmatch(pattern, held["LockToken"])
    assert held["LockToken"] != summary["LockToken"]
    delete(edge, "ip_set", {**summary, "LockToken": held["LockToken"]})
    assert waf.list_ip_sets(Scope="REGIONAL")["IPSets"] == []


def test_names_are_unique(edge: Session) -> None:
    web_acl(edge)
    ip_set(edge)
    with refused("WAFDuplicateItemException"):
        web_acl(edge)
    with refused("WAFDuplicateItemException"):
        ip_set(edge)


@pytest.mark.parametrize("address", ["10.0.0.1", "10.0.0.7/16", "0.0.0.0/0", "2001:db8::/32", "nonsense"])
def test_an_ip_set_holds_ranges_of_its_version(edge: Session, address: str) -> None:
    with refused("WAFInvalidParameterException", address):
        ip_set(edge, address)


def test_the_base_set_of_groups_has_the_capacity_that_aws_states(edge: Session) -> None:
    base = ["AmazonIpReputationList", "AnonymousIpList", "CommonRuleSet", "KnownBadInputsRuleSet", "SQLiRuleSet"]
    rules = [managed(f"AWSManagedRules{name}", number) for number, name in enumerate(base)]
    wafv2 = edge.client("wafv2")
    assert wafv2.check_capacity(Scope="REGIONAL", Rules=rules)["Capacity"] == 25 + 50 + 700 + 200 + 200
    made = web_acl(edge, *rules)
    found = wafv2.get_web_acl(Name="edge", Scope="REGIONAL", Id=made["Id"])["WebACL"]
    assert found["Capacity"] == 1175


def test_own_statements_have_the_capacity_that_aws_states(edge: Session) -> None:
    host = {
        "ByteMatchStatement": {
            "FieldToMatch": {"SingleHeader": {"Name": "host"}},
            "PositionalConstraint": "EXACTLY",
            "SearchString": b"shop.example.com",
            "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
        }
    }
    rate = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": host}}
    both = {"AndStatement": {"Statements": [COUNTRY, {"NotStatement": {"Statement": COUNTRY}}]}}
    capacity = edge.client("wafv2").check_capacity
    assert capacity(Scope="REGIONAL", Rules=[rule(Statement=host)])["Capacity"] == 12
    assert capacity(Scope="REGIONAL", Rules=[rule(Statement=rate)])["Capacity"] == 14
    assert capacity(Scope="REGIONAL", Rules=[rule(Statement=both)])["Capacity"] == 2


def test_a_web_acl_holds_5000_units(edge: Session) -> None:
    rules = [rule(f"r{n}", n, Statement=COMMON, Action=None, OverrideAction={"None": {}}) for n in range(8)]
    with refused("WAFLimitsExceededException", "5600"):
        web_acl(edge, *rules)


def test_a_web_acl_has_ten_rate_rules(edge: Session) -> None:
    statement = {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP"}}
    rules = [rule(f"r{number}", number, Statement=statement) for number in range(11)]
    web_acl(edge, *rules[:10])
    with refused("WAFLimitsExceededException", "10 rate-based rules"):
        web_acl(edge, *rules, name="more")


def test_an_associated_web_acl_stays_until_its_balancer_goes(edge: Session) -> None:
    wafv2, made = edge.client("wafv2"), web_acl(edge)
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("WAFNonexistentItemException"):
        wafv2.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=f"{arn}0")
    wafv2.associate_web_acl(WebACLArn=made["ARN"], ResourceArn=arn)
    assert wafv2.list_resources_for_web_acl(WebACLArn=made["ARN"])["ResourceArns"] == [arn]
    with refused("WAFAssociatedItemException"):
        delete(edge, "web_acl", made)
    edge.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)
    delete(edge, "web_acl", made)
    assert wafv2.list_web_acls(Scope="REGIONAL")["WebACLs"] == []


def test_a_second_association_replaces_the_first(edge: Session) -> None:
    wafv2, one, two = edge.client("wafv2"), web_acl(edge), web_acl(edge, name="two")
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    wafv2.associate_web_acl(WebACLArn=one["ARN"], ResourceArn=arn)
    wafv2.associate_web_acl(WebACLArn=two["ARN"], ResourceArn=arn)
    assert wafv2.get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["Name"] == "two"
    assert wafv2.list_resources_for_web_acl(WebACLArn=one["ARN"])["ResourceArns"] == []


def test_an_ip_set_in_use_stays(edge: Session) -> None:
    held = ip_set(edge, "192.0.2.0/24")
    made = web_acl(edge, rule(Statement={"IPSetReferenceStatement": {"ARN": held["ARN"]}}))
    with refused("WAFAssociatedItemException"):
        delete(edge, "ip_set", held)
    delete(edge, "web_acl", made)
    delete(edge, "ip_set", held)
    assert edge.client("wafv2").list_ip_sets(Scope="REGIONAL")["IPSets"] == []


def test_logs_go_to_a_destination_with_the_right_name_that_exists(edge: Session) -> None:
    wafv2, acl = edge.client("wafv2"), web_acl(edge)["ARN"]

    def log_to(arn: str) -> None:
        wafv2.put_logging_configuration(LoggingConfiguration={"ResourceArn": acl, "LogDestinationConfigs": [arn]})

    group = "arn:aws:logs:eu-west-1:222222222222:log-group:"
    with refused("WAFInvalidParameterException", "must start with aws-waf-logs-"):
        log_to(f"{group}edge")
    with refused("WAFInvalidParameterException", "doesn't exist"):
        log_to(f"{group}aws-waf-logs-edge")
    edge.client("logs").create_log_group(logGroupName="aws-waf-logs-edge")
    log_to(f"{group}aws-waf-logs-edge")
    log_to(f"arn:aws:s3:::{bucket(edge, 'aws-waf-logs-bucket')}")
    found = wafv2.get_logging_configuration(ResourceArn=acl)["LoggingConfiguration"]
    assert found["LogDestinationConfigs"] == ["arn:aws:s3:::aws-waf-logs-bucket"]


def test_a_deleted_web_acl_leaves_no_logging(edge: Session) -> None:
    waf, logs, summary = edge.client("wafv2"), edge.client("logs"), web_acl(edge)
    logs.create_log_group(logGroupName="aws-waf-logs-edge")
    group = "arn:aws:logs:eu-west-1:222222222222:log-group:aws-waf-logs-edge"
    configuration = {"ResourceArn": summary["ARN"], "LogDestinationConfigs": [group]}
    waf.put_logging_configuration(LoggingConfiguration=configuration)
    delete(edge, "web_acl", summary)
    assert waf.list_logging_configurations(Scope="REGIONAL").get("LoggingConfigurations", []) == []


def regex(pattern: str) -> dict[str, Any]:
    field = {"SingleHeader": {"Name": "host"}}
    steps = [{"Priority": 0, "Type": "NONE"}]
    return {"RegexMatchStatement": {"RegexString": pattern, "FieldToMatch": field, "TextTransformations": steps}}


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (regex("a" * 201), "at most 200 characters"),
        ({"AndStatement": {"Statements": [COUNTRY]}}, "at least two statements"),
        ({"OrStatement": {"Statements": [COUNTRY]}}, "at least two statements"),
        ({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "CUSTOM_KEYS"}}, "CUSTOM_KEYS"),
        ({"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "CustomKeys": [{"IP": {}}]}}, "CUSTOM_KEYS"),
    ],
    ids=["long expression", "and of one", "or of one", "no custom keys", "custom keys by address"],
)
def test_statements_that_waf_does_not_take_are_refused(edge: Session, statement: dict[str, Any], said: str) -> None:
    with refused("WAFInvalidParameterException", said):
        web_acl(edge, rule(Statement={"NotStatement": {"Statement": statement}}))


@pytest.mark.parametrize("name", ["BotControlRuleSet", "ATPRuleSet", "ACFPRuleSet", "AntiDDoSRuleSet"])
def test_some_groups_need_a_configuration(edge: Session, name: str) -> None:
    with refused("WAFInvalidParameterException", "the group needs a configuration"):
        web_acl(edge, managed(f"AWSManagedRules{name}", 1))


def test_a_custom_response_names_a_body_of_the_web_acl_that_is_not_too_large(edge: Session) -> None:
    def create(content: str, key: str) -> None:
        block = {"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": key}}}
        edge.client("wafv2").create_web_acl(
            Name="edge",
            Scope="REGIONAL",
            DefaultAction={"Allow": {}},
            VisibilityConfig=VISIBILITY,
            Rules=[rule(Action=block)],
            CustomResponseBodies={"page": {"ContentType": "TEXT_PLAIN", "Content": content}},
        )

    with refused("WAFInvalidParameterException", "no custom response body has this key"):
        create("no", "other")
    with refused("WAFLimitsExceededException", "more than 4 KB"):
        create("a" * 4097, "page")
    create("a" * 4096, "page")


def test_an_update_replaces_rules_and_token_domains_by_none(edge: Session) -> None:
    client, summary = edge.client("wafv2"), web_acl(edge, rule())
    key = {"Name": summary["Name"], "Scope": "REGIONAL", "Id": summary["Id"]}
    whole = {**key, "DefaultAction": {"Block": {}}, "VisibilityConfig": VISIBILITY}
    token = client.update_web_acl(**whole, LockToken=summary["LockToken"], TokenDomains=["example.com"])
    client.update_web_acl(**whole, LockToken=token["NextLockToken"])
    acl = client.get_web_acl(**key)["WebACL"]
    assert (acl["Rules"], acl.get("TokenDomains")) == ([], None)
