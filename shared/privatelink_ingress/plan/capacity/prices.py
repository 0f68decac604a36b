"""AWS's list prices in US dollars, each with its source and a confidence. Data only; `cost.py` computes with them.

They include no taxes, discounts, credits or free tiers. Read in November 2026: check the source before a decision.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Literal

CURRENCY = "USD"

HOURS = 730
"""Hours in a month, as AWS's own calculator counts them: 365 x 24 / 12."""

Confidence = Literal["aws", "third-party", "unverified"]
"""Where the price was read: on AWS's own page, with a third party that repeats it, or nowhere."""

EVERYWHERE = "every region"


@dataclasses.dataclass(frozen=True, kw_only=True)
class Price:
    """One price in one region, or in every region."""

    usd: float
    unit: str
    source: str
    """AWS's page to compare with. Only an `aws` price was read on that page."""
    confidence: Confidence


_PRIVATELINK = "https://aws.amazon.com/privatelink/pricing/"
_ELB = "https://aws.amazon.com/elasticloadbalancing/pricing/"
_VPC = "https://aws.amazon.com/vpc/pricing/"
_WAF = "https://aws.amazon.com/waf/pricing/"
_EKS = "https://aws.amazon.com/blogs/containers/amazon-eks-extended-support-for-kubernetes-versions-pricing/"
_PARAMETERS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-shared-parameters.html"

PRICES: Mapping[str, Mapping[str, Price]] = {
    "endpoint": {
        "us-east-1": Price(usd=0.01, unit="zone-hour", source=_PRIVATELINK, confidence="third-party"),
        "eu-central-1": Price(usd=0.012, unit="zone-hour", source=_PRIVATELINK, confidence="third-party"),
    },
    # The first 1 PB a month of all endpoints of a region; the next is cheaper.
    "endpoint-data": {EVERYWHERE: Price(usd=0.01, unit="GB", source=_PRIVATELINK, confidence="third-party")},
    "alb": {
        "us-east-1": Price(usd=0.0225, unit="hour", source=_ELB, confidence="third-party"),
        "eu-central-1": Price(usd=0.027, unit="hour", source=_ELB, confidence="unverified"),
    },
    # A unit's hour takes 1 GB, 25 new connections a second, 3,000 open ones, or 1,000 rule evaluations a second.
    "alb-units": {
        "us-east-1": Price(usd=0.008, unit="LCU-hour", source=_ELB, confidence="third-party"),
        "eu-central-1": Price(usd=0.008, unit="LCU-hour", source=_ELB, confidence="unverified"),
    },
    "nlb": {
        "us-east-1": Price(usd=0.0225, unit="hour", source=_ELB, confidence="third-party"),
        "eu-central-1": Price(usd=0.027, unit="hour", source=_ELB, confidence="unverified"),
    },
    "nlb-units": {
        "us-east-1": Price(usd=0.006, unit="NLCU-hour", source=_ELB, confidence="third-party"),
        "eu-central-1": Price(usd=0.006, unit="NLCU-hour", source=_ELB, confidence="unverified"),
    },
    "ipv4": {EVERYWHERE: Price(usd=0.005, unit="address-hour", source=_VPC, confidence="third-party")},
    "web-acl": {EVERYWHERE: Price(usd=5.0, unit="month", source=_WAF, confidence="third-party")},
    "firewall-rule": {EVERYWHERE: Price(usd=1.0, unit="rule-month", source=_WAF, confidence="third-party")},
    "firewall-requests": {EVERYWHERE: Price(usd=0.60, unit="million requests", source=_WAF, confidence="third-party")},
    # Managed groups with a price of their own. Account takeover prevention also costs by the number of log-ins.
    "bot-control": {EVERYWHERE: Price(usd=10.0, unit="month", source=_WAF, confidence="third-party")},
    "bot-control-requests": {
        EVERYWHERE: Price(usd=1.0, unit="million requests", source=_WAF, confidence="third-party")
    },
    "account-takeover": {EVERYWHERE: Price(usd=10.0, unit="month", source=_WAF, confidence="unverified")},
    "anti-ddos": {EVERYWHERE: Price(usd=20.0, unit="month", source=_WAF, confidence="unverified")},
    "anti-ddos-requests": {EVERYWHERE: Price(usd=0.15, unit="million requests", source=_WAF, confidence="unverified")},
    # For each 500 capacity units, or a part of them, above 1,500.
    "firewall-capacity": {EVERYWHERE: Price(usd=0.20, unit="million requests", source=_WAF, confidence="unverified")},
    # A version in standard support; the page compares it with 0.60 in extended support.
    "eks": {EVERYWHERE: Price(usd=0.10, unit="cluster-hour", source=_EKS, confidence="aws")},
    "advanced-parameter": {EVERYWHERE: Price(usd=0.05, unit="parameter-month", source=_PARAMETERS, confidence="aws")},
}

NOT_COUNTED = (
    "nodes and their disks",
    "logs, metrics and alarms",
    "data transfer to the internet and between zones",
    "hosted zone, images, keys and the state bucket",
    "puzzles of the firewall, log-ins that it checks, and targeted inspection of bots",
)
"""Other items of a bill, which depend on use or belong to the account."""


def region_of(item: str, region: str) -> str:
    """`region`, or the region whose price stands in for an unknown one: Frankfurt for Europe, else Virginia.

    The result is an estimate, and shown as one.
    """
    known = PRICES[item]
    if EVERYWHERE in known:
        return EVERYWHERE
    if region in known:
        return region
    return "eu-central-1" if region.startswith("eu-") else "us-east-1"


def price(item: str, region: str) -> Price:
    """The price of an item in a region, or in the region that stands in for it."""
    return PRICES[item][region_of(item, region)]
