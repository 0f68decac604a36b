"""Reads AWS's price list: https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from privatelink_ingress.aws.pages import read as pages
from privatelink_ingress.plan.capacity.cost import node_item
from privatelink_ingress.plan.capacity.prices import CURRENCY, Price
from privatelink_ingress.problems import Problem

ACTION = "pricing:GetProducts"
"""What the caller must be allowed."""

HOME = "us-east-1"
"""A Region whose endpoint has the list of all Regions of the partition:
https://docs.aws.amazon.com/general/latest/gr/billing.html"""

Found = tuple[str, str, Price]
"""Item, Region and price."""

_PREFIX = r"(?:EU-|[A-Z]{3,4}\d-)?"
"""Of a Region in a usage type. It keeps products apart that end alike, such as `USE1-TS-LoadBalancerUsage`, a trust
store's, and `Outposts-LoadBalancerUsage`."""

_HOURS, _GB, _MONTHS = ("Hrs", "Hours", "hours"), ("GB", "GigaBytes"), ("Month", "Months")


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Product:
    """How an item is found in the list."""

    service: str
    filters: Mapping[str, str]
    """Attributes that a product must have, beside its Region."""
    usage: str
    """Its usage type behind the Region's prefix."""
    operation: str | None = None
    unit: str
    """Of our price."""
    units: tuple[str, ...]
    """The list's words for the unit."""
    times: float = 1
    """Units of the list in one of ours."""


def _vpc(usage: str, unit: str, units: tuple[str, ...], operation: str | None = None) -> _Product:
    return _Product(service="AmazonVPC", filters={}, usage=usage, unit=unit, units=units, operation=operation)


def _balancer(kind: str, usage: str, unit: str, units: tuple[str, ...]) -> _Product:
    family = {"productFamily": f"Load Balancer-{kind}"}
    return _Product(service="AWSELB", filters=family, usage=usage, unit=unit, units=units)


def _waf(usage: str, unit: str, units: tuple[str, ...], times: float = 1) -> _Product:
    return _Product(service="awswaf", filters={}, usage=usage, unit=unit, units=units, times=times)


_LCU = ("LCU-Hrs", "LCU-hours", *_HOURS)
_PRODUCTS: Mapping[str, _Product] = {
    "endpoint": _vpc("VpcEndpoint-Hours", "zone-hour", _HOURS),
    "endpoint-data": _vpc("VpcEndpoint-Bytes", "GB", _GB),
    "ipv4": _vpc("PublicIPv4:InUseAddress", "address-hour", _HOURS),
    "transit-gateway": _vpc("TransitGateway-Hours", "attachment-hour", _HOURS, "TransitGatewayVPC"),
    "transit-gateway-data": _vpc("TransitGateway-Bytes", "GB", _GB, "TransitGatewayVPC"),
    "alb": _balancer("Application", "LoadBalancerUsage", "hour", _HOURS),
    "trust-store": _balancer("Application", "TS-LoadBalancerUsage", "hour", _HOURS),
    "alb-units": _balancer("Application", "LCUUsage", "LCU-hour", _LCU),
    "nlb": _balancer("Network", "LoadBalancerUsage", "hour", _HOURS),
    "nlb-units": _balancer("Network", "LCUUsage", "NLCU-hour", _LCU),
    "web-acl": _waf("WebACLV2", "month", _MONTHS),
    "firewall-rule": _waf("RuleV2", "rule-month", _MONTHS),
    "firewall-requests": _waf("RequestV2-Tier1", "million requests", ("Request", "Requests"), 1e6),
    "eks": _Product(
        service="AmazonEKS", filters={}, usage="AmazonEKS-Hours:perCluster", unit="cluster-hour", units=_HOURS
    ),
    "logs": _Product(
        service="AmazonCloudWatch",
        filters={"productFamily": "Data Payload"},
        usage="DataProcessing-Bytes",
        operation="PutLogEvents",
        unit="GB",
        units=_GB,
    ),
    "alarm": _Product(
        service="AmazonCloudWatch",
        # Alarms with periods below a minute, on Metrics Insights and on several alarms have prices of their own.
        filters={"productFamily": "Alarm", "alarmType": "Standard"},
        usage="CW:AlarmMonitorUsage",
        unit="metric-month",
        units=("Alarms", "Alarm", "Count"),
    ),
    "disk": _Product(
        service="AmazonEC2",
        filters={"productFamily": "Storage", "volumeApiName": "gp3"},
        usage="EBS:VolumeUsage.gp3",
        unit="GB-month",
        units=("GB-Mo", "GB-month"),
    ),
}

ITEMS = frozenset(_PRODUCTS)
"""Items whose price the list has, beside those of nodes."""


def read(
    client: Any, region: str, types: Collection[str], *, today: datetime.date
) -> tuple[list[Found], list[Problem]]:
    """The prices of a Region, and the items that the list does not have, or not in a form that is known here.

    Args:
        client: Of boto3's service `pricing`.
        region: Where the stacks are.
        types: Instance types of nodes.
        today: The day of the prices.

    Raises:
        ClientError, BotoCoreError: AWS cannot be asked.
    """
    wanted = {**_PRODUCTS, **{node_item(one): _node(one) for one in sorted(types)}}
    listed: dict[str, list[Mapping[str, Any]]] = {}
    found, problems = list[Found](), list[Problem]()
    for item, product in wanted.items():
        filters = {"regionCode": region, **product.filters}
        if (key := repr((product.service, filters))) not in listed:
            listed[key] = list(_products(client, product.service, filters))
        prices = {price.usd: price for price in _prices(product, listed[key], today)}
        if len(prices) == 1:
            found.append((item, region, next(iter(prices.values()))))
        else:
            has = f"has {len(prices)} prices" if prices else "has no price in a form that is known here"
            reason = f"AWS's price list {has} for {product.usage} of {product.service}"
            problems.append(Problem(f"{item} in {region}", reason, "Compare with AWS's page of prices."))
    return found, problems


def _node(instance_type: str) -> _Product:
    """An instance type on demand, with Linux alone, on shared hardware."""
    return _Product(
        service="AmazonEC2",
        filters={
            "instanceType": instance_type,
            "operatingSystem": "Linux",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        },
        usage=f"BoxUsage:{instance_type}",
        operation="RunInstances",
        unit="hour",
        units=_HOURS,
    )


def _products(client: Any, service: str, filters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    terms = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in filters.items()]
    for text in pages(client, "get_products", "PriceList", ServiceCode=service, Filters=terms):
        with contextlib.suppress(ValueError):  # a document that is none has no price in a form that is known here
            yield json.loads(text)


def _prices(wanted: _Product, products: Iterable[Mapping[str, Any]], today: datetime.date) -> Iterator[Price]:
    """The on-demand prices of what is wanted, in the forms that are known here."""
    for entry in products:
        with contextlib.suppress(LookupError, TypeError, ValueError, AttributeError):
            yield from list(_prices_of(wanted, entry, today))


def _prices_of(wanted: _Product, entry: Mapping[str, Any], today: datetime.date) -> Iterator[Price]:
    """Of one product, if it is wanted: of each term, the first tier that is not free."""
    attributes = entry["product"]["attributes"]
    if not re.fullmatch(_PREFIX + re.escape(wanted.usage), attributes.get("usagetype", "")):
        return
    if wanted.operation and attributes.get("operation") != wanted.operation:
        return
    for term in entry["terms"].get("OnDemand", {}).values():
        tiers = sorted(term["priceDimensions"].values(), key=lambda tier: float(tier.get("beginRange") or 0))
        prices = [float(tier["pricePerUnit"].get(CURRENCY, 0)) for tier in tiers]
        if not all(math.isfinite(price) and price >= 0 for price in prices):
            continue
        paid = next((number for number, price in enumerate(prices) if price > 0), None)
        if paid is not None and tiers[paid]["unit"] in wanted.units:
            yield Price(
                usd=round(prices[paid] * wanted.times, 10),
                unit=wanted.unit,
                source=f"AWS price list: {wanted.service}, SKU {term['sku']}, since {term['effectiveDate'][:10]}",
                confidence="aws",
                read=today.isoformat(),
                about=tiers[paid]["description"],
            )
