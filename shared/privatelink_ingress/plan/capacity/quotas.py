"""How much fits one shard: every quota that connections use, in one table, and its raise in a stack file's `limits`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

from privatelink_ingress.plan.routing import packing
from privatelink_ingress.settings.edge import SLOTS
from privatelink_ingress.settings.limits import FIREWALL_CAPACITY, SECURITY_GROUP_RULES, Limits

ALARM_SHARE = 0.8
"""Share of a limit from which `doctor` and `report` warn: time to request a raise, or to add a shard."""

_ALB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"
_PRIVATELINK = "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html"
_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
_WAF = "https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html"

_DEFAULTS: Mapping[str, int] = Limits().model_dump(by_alias=True)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota."""

    key: str
    """As in `limits` of a stack file, and in every mapping of numbers by quota."""
    name: str
    """What is counted, in the plural."""
    holder: str
    """The resource that the quota is for."""
    default: int
    adjustable: bool
    """False for a hard quota."""
    per: Literal["shard", "part"] = "shard"
    """`shard`: every connection adds to it. `part`: it applies to one rule or group, whose own plan checks it."""
    service: str | None = None
    code: str | None = None
    """Service and quota code in Service Quotas; None where it does not list the quota."""
    source: str
    why_hard: str = ""
    most: int | None = None
    """The most that AWS raises an adjustable quota to."""

    @property
    def label(self) -> str:
        """Name and code, for messages."""
        return f"quota {self.code}" if self.code else self.source

    def increase(self, value: int, region: str) -> str:
        """The command that requests a value of a quota that Service Quotas lists."""
        return (
            f"aws service-quotas request-service-quota-increase --service-code {self.service} "
            f"--quota-code {self.code} --desired-value {value} --region {region}"
        )


QUOTAS: Mapping[str, Quota] = {
    quota.key: quota
    for quota in (
        Quota(
            key="endpoints",
            name="interface endpoints",
            holder="the VPC",
            default=_DEFAULTS["endpoints"],
            adjustable=True,
            service="vpc",
            code="L-29B6F2EB",
            source=_PRIVATELINK,
        ),
        Quota(
            key="targetGroups",
            name="target groups",
            holder="the load balancer",
            default=100,
            adjustable=False,
            service="elasticloadbalancing",
            code="L-822D1B1B",
            source=_ALB,
            why_hard="AWS does not raise it",
        ),
        Quota(
            key="rules",
            name="listener rules",
            holder="the load balancer",
            default=_DEFAULTS["rules"],
            adjustable=True,
            service="elasticloadbalancing",
            code="L-7EED9B64",
            source=_ALB,
        ),
        Quota(
            key="certificates",
            name="certificates beside the default",
            holder="the load balancer",
            default=_DEFAULTS["certificates"],
            adjustable=True,
            service="elasticloadbalancing",
            code="L-9365A611",
            source=_ALB,
        ),
        Quota(
            key="targets",
            name="targets",
            holder="the load balancer",
            default=_DEFAULTS["targets"],
            adjustable=True,
            service="elasticloadbalancing",
            code="L-7E6692B2",
            source=_ALB,
        ),
        Quota(
            key="slots",
            name="slots",
            holder="the shard",
            default=len(SLOTS),
            adjustable=False,
            source="this system",
            why_hard="addresses and rule priorities follow from the slot",
        ),
        Quota(
            key="securityGroupRules",
            name="inbound rules for clients",
            holder="the security group",
            default=_DEFAULTS["securityGroupRules"],
            adjustable=True,
            per="part",
            service="vpc",
            code="L-0EA8095F",
            source=_VPC,
            most=SECURITY_GROUP_RULES,
        ),
        # Not a quota that AWS raises, but what the base price covers; every web ACL can have up to 5,000.
        Quota(
            key="firewallCapacity",
            name="firewall capacity units",
            holder="the web ACL",
            default=_DEFAULTS["firewallCapacity"],
            adjustable=True,
            per="part",
            source=_WAF,
            most=FIREWALL_CAPACITY,
        ),
        Quota(
            key="targetGroupsPerAction",
            name="backends of one connection",
            holder="a rule's action",
            default=5,
            adjustable=False,
            per="part",
            source=_ALB,
            why_hard="AWS does not raise it",
        ),
        Quota(
            key="conditionValues",
            name="condition values",
            holder="a rule",
            default=packing.VALUES,
            adjustable=False,
            per="part",
            source=_ALB,
            why_hard="AWS does not raise it",
        ),
        Quota(
            key="wildcards",
            name="wildcards",
            holder="a rule",
            default=packing.WILDCARDS,
            adjustable=False,
            per="part",
            source=_ALB,
            why_hard="AWS does not raise it",
        ),
    )
}


def effective(limits: Limits) -> dict[str, int]:
    """The limit of every quota: the raised number of `limits`, or the default."""
    raised = limits.model_dump(by_alias=True)
    return {key: raised.get(key, quota.default) for key, quota in QUOTAS.items()}


def raise_command(key: str, *, needed: int, region: str) -> str:
    """The command that requests a raise: to twice the default, or to `needed` where that is not enough.

    Raises:
        ValueError: when the quota is hard, or Service Quotas does not list it.
    """
    quota = QUOTAS[key]
    if not quota.adjustable or quota.code is None:
        raise ValueError(f"{key} cannot be raised by a request")
    return quota.increase(desired(key, needed), region)


def desired(key: str, needed: int) -> int:
    """The number to request, and then to write in `limits`."""
    return max(2 * QUOTAS[key].default, needed)
