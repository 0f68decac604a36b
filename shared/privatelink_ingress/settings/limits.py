"""Quotas that AWS has raised for the edge's account. A key that is not set has the default of every account."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, model_validator

from privatelink_ingress.settings.fields import InvalidSetting, Settings

HARD = ("targetGroups", "targetGroupsPerAction", "conditionValues", "wildcards", "slots")
"""Quotas that AWS does not raise; `plan/capacity/quotas.py` gives the reason for each."""

FIREWALL_BASE_CAPACITY = 1_500
"""Capacity units that the base price of a web ACL covers:
https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html"""

FIREWALL_CAPACITY = 5_000
"""The most capacity units of a web ACL: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""

IP_SET = 10_000
"""The most networks of an IP set: https://docs.aws.amazon.com/waf/latest/developerguide/limits.html"""

SECURITY_GROUP_RULES = 1_000
"""The most rules, times security groups, of one network interface: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""

PRIORITIES = 50_000
"""Priorities of a listener's rules: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html"""
_PRIORITIES = f"a listener has priorities for {PRIORITIES} rules at most"

ADDRESSES = 65_536
"""Of a VPC's block of /16, the largest: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"""


def _at_least(default: int) -> AfterValidator:
    def check(value: int) -> int:
        if value < default:
            remedy = f"Write the number after the raise, or remove the key for {default}."
            raise InvalidSetting(f"is {value}, less than the {default} that every account has", remedy)
        return value

    return AfterValidator(check)


def _at_most(most: int, why: str) -> AfterValidator:
    def check(value: int) -> int:
        if value > most:
            raise InvalidSetting(f"is {value}, but {why}", f"Write {most} or less.")
        return value

    return AfterValidator(check)


class Limits(Settings):
    """The raised quotas. Sources and codes of all of them: `plan/capacity/quotas.py`."""

    endpoints: Annotated[int, _at_least(50), _at_most(ADDRESSES, f"a VPC has {ADDRESSES} addresses at most")] = 50
    """Interface endpoints of the internet VPC (L-29B6F2EB)."""
    rules: Annotated[int, _at_least(100), _at_most(PRIORITIES, _PRIORITIES)] = 100
    """Rules of the load balancer, default rules not counted (L-7EED9B64)."""
    certificates: Annotated[int, _at_least(25), _at_most(PRIORITIES, _PRIORITIES)] = 25
    """Certificates of the load balancer beside the default one (L-9365A611)."""
    targets: Annotated[int, _at_least(1_000), _at_most(ADDRESSES, f"a VPC has {ADDRESSES} addresses at most")] = 1_000
    """Targets of the load balancer (L-7E6692B2)."""
    security_group_rules: Annotated[
        int, _at_least(60), _at_most(SECURITY_GROUP_RULES, f"a network interface has {SECURITY_GROUP_RULES} at most")
    ] = 60
    """Inbound rules of a security group (L-0EA8095F)."""
    firewall_capacity: Annotated[
        int,
        _at_least(FIREWALL_BASE_CAPACITY),
        _at_most(FIREWALL_CAPACITY, f"a web ACL holds {FIREWALL_CAPACITY} units at most"),
    ] = FIREWALL_BASE_CAPACITY
    """Capacity units that the web ACL may use. The base price covers 1,500; above that, each request costs more."""

    @model_validator(mode="before")
    @classmethod
    def _none_is_hard(cls, values: Any) -> Any:
        for key in HARD:
            if isinstance(values, dict) and key in values:
                raise InvalidSetting(
                    "is a hard quota, which AWS does not raise", "Remove it, and add a shard for more room.", at=(key,)
                )
        return values
