"""Rights on the edge's firewall, by the type of resource that needs them."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers import network
from privatelink_ingress.plan.account.deployers.grants import Grants, System
from privatelink_ingress.plan.edge.logs import balancer_name


def grants(system: System, edges: tuple[str, ...], existing: tuple[str, ...] = ()) -> Grants:
    """Grants by resource type.

    Args:
        system: Account, region and stacks.
        edges: Prefixes of the names of web ACLs and load balancers.
        existing: ARNs of existing web ACLs, which their owner changes.
    """

    def arns(kind: str, suffix: str) -> tuple[str, ...]:
        return tuple(system.arn("wafv2", f"regional/{kind}/{edge}{suffix}/*") for edge in edges)

    def on(*actions: str) -> list[str]:
        return [f"wafv2:{action}" for action in actions]

    acls, sets, groups = arns("webacl", ""), arns("ipset", "-*"), arns("rulegroup", "-rules-*")
    tag = ("ListTagsForResource", "TagResource", "UntagResource")
    balancers = system.arn("elasticloadbalancing", "loadbalancer/app/*")
    named_balancers = tuple(
        system.arn("elasticloadbalancing", f"loadbalancer/app/{balancer_name(edge)}/*") for edge in edges
    )
    return {
        t.IP_SET: (system.on_arn(on("CreateIPSet", "DeleteIPSet", "GetIPSet", "UpdateIPSet", *tag), *sets),),
        t.WEB_ACL: (
            system.on_arn(on("DeleteWebACL", "GetWebACL", *tag), *acls),
            system.on_arn(
                on("CreateWebACL", "UpdateWebACL"), *acls, *sets, system.arn("wafv2", "regional/managedruleset/*")
            ),
        ),
        **(
            {
                t.GET_WEB_ACL: (
                    system.in_region("wafv2:ListWebACLs"),
                    system.on_arn(on("GetWebACL"), *existing),
                ),
                t.RULE_GROUP: (
                    system.on_arn(on("DeleteRuleGroup", "GetRuleGroup", *tag), *groups),
                    # WAF asks for every IP set that a rule names:
                    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html
                    system.on_arn(on("CreateRuleGroup", "UpdateRuleGroup"), *groups, *sets),
                ),
            }
            if existing
            else {}
        ),
        t.WEB_ACL_ASSOCIATION: (
            system.on_arn(on("AssociateWebACL", "GetWebACLForResource"), *acls, *existing),
            # By name: WAF knows no tags of load balancers.
            system.on_arn(on("AssociateWebACL", "DisassociateWebACL", "GetWebACLForResource"), *named_balancers),
            # WAF asks the load balancer's service in the caller's name:
            # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html
            system.on_own(
                [
                    f"elasticloadbalancing:{action}"
                    for action in ("CreateWebACLAssociation", "DeleteWebACLAssociation", "GetLoadBalancerWebACL")
                ],
                balancers,
            ),
            system.in_region("elasticloadbalancing:SetWebACL", "elasticloadbalancing:DescribeWebACLAssociation"),
        ),
        t.QUERY_DEFINITION: (network.saved_queries(system),),
        t.WEB_ACL_LOGGING: (
            system.on_arn(
                on("DeleteLoggingConfiguration", "GetLoggingConfiguration", "PutLoggingConfiguration"), *acls
            ),
            # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
            system.in_region(
                "logs:CreateLogDelivery",
                "logs:DeleteLogDelivery",
                "logs:DescribeLogGroups",
                "logs:DescribeResourcePolicies",
                "logs:PutResourcePolicy",
            ),
            system.service_linked_role("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging"),
        ),
    }
