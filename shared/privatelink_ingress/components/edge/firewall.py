"""The web ACL of the load balancer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.edge.firewall_statements import rendered
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.plan.edge.firewall.existing import RuleGroupPlan
from privatelink_ingress.plan.edge.firewall.log import FirewallLogPlan
from privatelink_ingress.plan.edge.firewall.rules import FirewallRule, PagePlan
from privatelink_ingress.plan.edge.firewall.statements import AddressList, ManagedRules
from privatelink_ingress.plan.edge.firewall.web_acl import BLOCK_PAGE, FirewallPlan
from privatelink_ingress.plan.log_groups import LogStorage

IpSets = Mapping[str, Mapping[AddressList, Output[str]]]
"""ARNs of IP sets, by the key of their rule and by what they hold."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """What to build."""

    plan: FirewallPlan
    load_balancer_arn: Input[str]
    protected: bool
    """Whether the load balancer has deletion protection: then the web ACL never leaves it, and only another takes its
    place."""
    log_storage: LogStorage
    tags: Mapping[str, str]


class Firewall(Component):
    """Web ACL, its tie to the load balancer, and its log; or an existing web ACL's tie, and a rule group for it."""

    web_acl_arn: Output[str]
    rule_group_arn: Output[str] | None
    """None without an existing web ACL."""

    def __init__(self, name: str, args: FirewallArgs, opts: ResourceOptions | None = None) -> None:
        """IP sets, the web ACL with all rules inline, association, logging."""
        super().__init__(name, opts)
        plan = args.plan
        self._tags = args.tags
        rules = {rule.key: rule for rule in (*plan.rules, *(plan.group.rules if plan.group else ()))}
        ip_sets = {
            key: {
                addresses: aws.wafv2.IpSet(
                    f"{name}-{set_key}",
                    name=f"{plan.name}-{set_key}",
                    scope="REGIONAL",
                    ip_address_version=addresses.version,
                    addresses=addresses.cidrs,
                    tags=self.named(set_key, args.tags),
                    opts=self.child(),
                ).arn
                for set_key, addresses in lists.items()
            }
            for key, lists in ((rule.key, rule.address_lists) for rule in rules.values())
        }
        self.rule_group_arn = self._rule_group(plan.group, ip_sets).arn if plan.group else None
        if plan.existing_arn:
            self.web_acl_arn = Output.from_input(plan.existing_arn)
        else:
            self.web_acl_arn = self._web_acl(plan, ip_sets, args.log_storage)
        own_and_unprotected = not (plan.existing_arn or args.protected)
        # It is deleted by the ARN of the load balancer, so deleting an old one after the new one would leave no web ACL
        # at all. Where nothing ends the protection, the new one replaces the old one at AWS in one call, and the old
        # one is only forgotten. Without deletion protection the shard may be removed, and its web ACL with it, which
        # AWS refuses while a load balancer has it.
        aws.wafv2.WebAclAssociation(
            name,
            resource_arn=args.load_balancer_arn,
            web_acl_arn=self.web_acl_arn,
            opts=self.child(delete_before_replace=own_and_unprotected, retain_on_delete=not own_and_unprotected),
        )
        self.publish()

    def _rule_group(self, plan: RuleGroupPlan, ip_sets: IpSets) -> aws.wafv2.RuleGroup:
        pages = _answers(plan.pages)
        return aws.wafv2.RuleGroup(
            f"{self._name}-rules",
            name=plan.name,
            scope="REGIONAL",
            capacity=plan.capacity,
            description="Rules of a load balancer, for the web ACL that its owner shares with others",
            rules=[
                aws.wafv2.RuleGroupRuleArgs(
                    name=rule.key,
                    priority=rule.priority,
                    action=aws.wafv2.RuleGroupRuleActionArgs(**_effect(rule, pages)["action"]),
                    statement=aws.wafv2.RuleGroupRuleStatementArgs(
                        **rendered(rule.statement, ip_sets=ip_sets[rule.key])
                    ),
                    visibility_config=aws.wafv2.RuleGroupRuleVisibilityConfigArgs(**_metrics(rule.metric)),
                )
                for rule in plan.rules
            ],
            visibility_config=aws.wafv2.RuleGroupVisibilityConfigArgs(**_metrics(plan.metric)),
            custom_response_bodies=_bodies(aws.wafv2.RuleGroupCustomResponseBodyArgs, plan.pages),
            tags=self.named("rules", self._tags),
            # Another capacity is another group. The old one cannot go while the owner's web ACL refers to it.
            opts=self.child(delete_before_replace=False),
        )

    def _web_acl(self, plan: FirewallPlan, ip_sets: IpSets, log_storage: LogStorage) -> Output[str]:
        name, tags, pages = self._name, self._tags, _answers(plan.pages)
        immunity: dict[str, Any] = {"immunity_time_property": {"immunity_time": plan.token_seconds}}
        web_acl = aws.wafv2.WebAcl(
            name,
            name=plan.name,
            scope="REGIONAL",
            description=plan.description,
            default_action={"allow": {}},
            rules=[
                aws.wafv2.WebAclRuleArgs(
                    name=rule.key,
                    priority=rule.priority,
                    statement=aws.wafv2.WebAclRuleStatementArgs(
                        **rendered(rule.statement, ip_sets=ip_sets[rule.key], page=pages.get(BLOCK_PAGE))
                    ),
                    visibility_config=aws.wafv2.WebAclRuleVisibilityConfigArgs(**_metrics(rule.metric)),
                    **_effect(rule, pages),
                )
                for rule in plan.rules
            ],
            visibility_config=aws.wafv2.WebAclVisibilityConfigArgs(**_metrics(plan.metric)),
            custom_response_bodies=_bodies(aws.wafv2.WebAclCustomResponseBodyArgs, plan.pages),
            captcha_config=aws.wafv2.WebAclCaptchaConfigArgs(**immunity),
            challenge_config=aws.wafv2.WebAclChallengeConfigArgs(**immunity),
            # Redaction in the logs leaves the samples of requests as they are:
            # https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
            data_protection_config=aws.wafv2.WebAclDataProtectionConfigArgs(
                data_protections=[
                    aws.wafv2.WebAclDataProtectionConfigDataProtectionArgs(
                        action=protection.action,
                        field=aws.wafv2.WebAclDataProtectionConfigDataProtectionFieldArgs(
                            field_type=protection.field, field_keys=list(protection.keys) or None
                        ),
                    )
                    for protection in plan.log.protections
                ]
            ),
            tags=self.named("", tags),
            opts=self.child(),
        )
        # It is deleted by the web ACL's ARN, so deleting an old one last would undo the new one.
        replaced = self.child(delete_before_replace=True)
        group = log_group(self, name, log_storage, tags=self.named("", tags), group=plan.log.group)
        aws.wafv2.WebAclLoggingConfiguration(
            name,
            resource_arn=web_acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=_redacted(plan.log),
            logging_filter=_kept(plan.log),
            opts=replaced,
        )
        aws.cloudwatch.QueryDefinition(
            f"{name}-firewall-would-block",
            name=plan.log.query_name,
            log_group_names=[group.name],
            query_string=plan.log.query,
            opts=self.child(),
        )
        return web_acl.arn


def _answers(pages: Sequence[PagePlan]) -> Mapping[str, Any]:
    """How a rule that blocks names each page."""
    return {
        page.key: {"custom_response": {"response_code": page.status, "custom_response_body_key": page.key}}
        for page in pages
    }


def _bodies(kind: Callable[..., Any], pages: Sequence[PagePlan]) -> list[Any] | None:
    """The pages themselves, as the web ACL or the rule group has them."""
    return [kind(key=page.key, content=page.content, content_type=page.content_type) for page in pages] or None


def _effect(rule: FirewallRule, pages: Mapping[str, Any]) -> dict[str, Any]:
    """A group's rules have actions of their own, which the web ACL leaves alone or turns into counting."""
    if isinstance(rule.statement, ManagedRules):
        return {"override_action": {"count": {}} if rule.action == "count" else {"none": {}}}
    return {"action": {rule.action: pages.get(rule.page or "", {})}}


def _redacted(log: FirewallLogPlan) -> list[aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs]:
    fields: list[dict[str, Any]] = [{"single_header": {"name": header}} for header in log.redacted_headers]
    fields += [{"query_string": {}}] if log.redacts_query else []
    fields += [{"uri_path": {}}] if log.redacts_path else []
    return [aws.wafv2.WebAclLoggingConfigurationRedactedFieldArgs(**field) for field in fields]


def _kept(log: FirewallLogPlan) -> aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs | None:
    if not log.kept:
        return None
    conditions = [{"action_condition": {"action": action}} for action in log.kept]
    kept: dict[str, Any] = {"behavior": "KEEP", "requirement": "MEETS_ANY", "conditions": conditions}
    return aws.wafv2.WebAclLoggingConfigurationLoggingFilterArgs(
        default_behavior="DROP", filters=[aws.wafv2.WebAclLoggingConfigurationLoggingFilterFilterArgs(**kept)]
    )


def _metrics(name: str) -> dict[str, Any]:
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": name}
