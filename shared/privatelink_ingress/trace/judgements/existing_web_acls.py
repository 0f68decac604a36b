"""Whether an existing web ACL is tied, and holds the rule group of the stack."""

from __future__ import annotations

from collections.abc import Iterator

from privatelink_ingress.trace.judgements.findings import SYSTEM, UP_EDGE, Diagnosis, found
from privatelink_ingress.trace.topology import LoadBalancer, WebAcl

HOP = "Web ACL"


def judge(acl: WebAcl, arn: str, group: str, balancer: LoadBalancer) -> Iterator[Diagnosis]:
    """What is wrong with the web ACL of a load balancer.

    Args:
        acl: The one that it has.
        arn: Of the one that the stack file names.
        group: Name of the stack's rule group.
        balancer: The load balancer.
    """
    if acl.arn != arn:
        reason = f"the load balancer's web ACL is {acl.arn or acl.name}, not {arn}"
        yield found(SYSTEM, "warning", HOP, reason, UP_EDGE, balancer.name)
        return
    if not acl.known:
        return  # the trace tells it
    references = [rule for rule in acl.rules if rule.group_arn and rule.group_arn.split("/")[-2] == group]
    if not references:
        reason = f"{acl.name} lacks the rule group {group}, so no firewall rule of the stack file applies"
        remedy = "Ask the web ACL's owner to add it: `pulumi stack output rule_group_arn` is its ARN."
        yield found(SYSTEM, "error", HOP, reason, remedy, acl.name)
    elif all(rule.action == "count" for rule in references):
        reason = f"{acl.name} only counts what the rule group {group} finds"
        yield found(SYSTEM, "warning", HOP, reason, "Ask the web ACL's owner to end the override.", acl.name)
