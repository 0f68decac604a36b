"""The table of managed groups in docs/firewall.md, from the plan of a web ACL with each of them."""

from __future__ import annotations

from privatelink_ingress.plan.edge.firewall.web_acl import FirewallPlan, plan_firewall
from privatelink_ingress.settings.firewall import Firewall, GroupSettings
from privatelink_ingress.settings.limits import FIREWALL_BASE_CAPACITY
from privatelink_ingress.settings.managed_rules import GROUPS, ManagedGroup


def web_acl(*groups: ManagedGroup) -> FirewallPlan:
    """The default web ACL with more groups."""
    firewall = Firewall(groups=dict.fromkeys(groups, GroupSettings()))
    return plan_firewall(firewall, {}, name="", asks_for_no_certificates=True)


def table() -> str:
    """Each group with its units and those of the web ACL that has it beside the default."""
    rows = [
        "",
        "| group | in the web ACL | units | web ACL with it | newest version read | rules |",
        "|---|---|---|---|---|---|",
    ]
    for name, group in GROUPS.items():
        total = web_acl(name).capacity
        above = " (above 1,500)" if total > FIREWALL_BASE_CAPACITY else ""
        used = "always" if group.baseline else "paid, by name" if group.fee else "by name"
        rules = ", ".join(
            f"`{rule}`" + (f" ({action})" if action != "block" else "") for rule, action in group.rules.items()
        )
        rows.append(
            f"| `{name}` | {used} | {group.capacity} | {total:,}{above} | {group.newest or 'not read'} | {rules} |"
        )
    default, every = web_acl().capacity, web_acl(*GROUPS).capacity
    rows += ["", f"The default web ACL takes {default:,} units; one with every group takes {every:,}."]
    return "\n".join([*rows, ""])
