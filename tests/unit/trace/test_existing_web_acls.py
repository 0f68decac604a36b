"""`doctor` says whether an existing web ACL is tied, and whether it applies the stack's rule group."""

from __future__ import annotations

import dataclasses

import pytest

from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.judgements.existing_web_acls import judge
from privatelink_ingress.trace.trace import trace
from tests.support.topologies import ALB, changed, whole

ARN = "arn:aws:wafv2:eu-west-1:222222222222:regional/webacl/company/1"
GROUP = "central-ingress-prod-rules-50"


def reference(name: str, action: str = "none") -> model.WebAclRule:
    arn = f"arn:aws:wafv2:eu-west-1:222222222222:regional/rulegroup/{name}/1"
    return model.WebAclRule(name=name, action=action, statement={"RuleGroupReferenceStatement": {"ARN": arn}})


def test_a_trace_claims_nothing_of_a_web_acl_whose_rules_are_in_no_state():
    unknown = model.WebAcl(name=ARN, arn=ARN, default_allows=True, rules=(), known=False)
    result = trace("https://shop.example.com/", changed(whole(), "load_balancers", ALB, web_acl=unknown))
    [hop] = [one for one in result.hops if one.name == "Web ACL"]
    assert (hop.verdict, hop.evidence, result.outcome) == ("not seen", ARN, "reached")
    assert hop.reason == "no state has the rules of an existing web ACL, so whether it blocks the request is not known"


@pytest.mark.parametrize(
    ("acl", "said"),
    [
        ({"rules": (reference(GROUP),)}, []),
        ({"rules": (reference(GROUP, "count"), reference(GROUP))}, []),
        (
            {"rules": (reference(GROUP, "count"),)},
            [("warning", f"company only counts what the rule group {GROUP} finds")],
        ),
        (
            # The group of another capacity, before the owner has exchanged them.
            {"rules": (reference("central-ingress-prod-rules-100"),)},
            [("error", f"company lacks the rule group {GROUP}, so no firewall rule of the stack file applies")],
        ),
        ({"known": False}, []),
        ({"arn": f"{ARN}2"}, [("warning", f"the load balancer's web ACL is {ARN}2, not {ARN}")]),
    ],
)
def test_the_web_acl_must_be_tied_and_apply_the_rule_group(acl: dict, said: list[tuple[str, str]]):
    held = dataclasses.replace(model.WebAcl(name="company", arn=ARN, default_allows=True, rules=()), **acl)
    found = judge(held, ARN, GROUP, whole().load_balancers[ALB])
    assert [(one.severity, one.problem.reason) for one in found] == said
