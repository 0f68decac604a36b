"""Answers of AWS's price list, in the shape of GetProducts: one JSON document for each product."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import boto3
from botocore.stub import Stubber

Tiers = Sequence[tuple[str, str]]
"""Where each tier begins, and its price."""


def product(
    usage: str,
    price: str | Tiers,
    unit: str,
    *,
    family: str = "",
    operation: str = "",
    region: str = "eu-west-1",
    **attributes: str,
) -> str:
    """A product with its on-demand term."""
    sku = f"SKU{re.sub('[^A-Z0-9]', '', f'{usage}{operation}'.upper())}"
    tiers = [("0", price)] if isinstance(price, str) else price
    dimensions = {
        f"{sku}.JRTCKXETXF.{number}": {
            "unit": unit,
            "endRange": "Inf",
            "description": f"${usd} per {unit} of {usage}",
            "appliesTo": [],
            "rateCode": f"{sku}.JRTCKXETXF.{number}",
            "beginRange": begin,
            "pricePerUnit": {"USD": usd},
        }
        for number, (begin, usd) in enumerate(tiers)
    }
    return json.dumps(
        {
            "product": {
                "productFamily": family,
                "attributes": {
                    "regionCode": region,
                    "location": "EU (Ireland)",
                    "locationType": "AWS Region",
                    "usagetype": usage,
                    "operation": operation,
                    **attributes,
                },
                "sku": sku,
            },
            "serviceCode": "AmazonVPC",
            "terms": {
                "OnDemand": {
                    f"{sku}.JRTCKXETXF": {
                        "priceDimensions": dimensions,
                        "sku": sku,
                        "effectiveDate": "2026-11-01T00:00:00Z",
                        "offerTermCode": "JRTCKXETXF",
                        "termAttributes": {},
                    }
                }
            },
            "version": "20261120000000",
            "publicationDate": "2026-11-20T00:00:00Z",
        }
    )


VPC = (
    product("EU-VpcEndpoint-Hours", "0.0110000000", "Hrs", operation="VpcEndpoint"),
    product("EU-VpcEndpoint-GWLBE-Hours", "0.0140000000", "Hrs"),
    product("EU-VpcEndpoint-Bytes", [("1048576", "0.0060000000"), ("0", "0.0100000000")], "GB"),
    product("EU-PublicIPv4:IdleAddress", "0.0090000000", "Hrs"),
    product("EU-PublicIPv4:InUseAddress", "0.0050000000", "Hrs"),
    product("EU-TransitGateway-Hours", "0.0500000000", "hour", operation="TransitGatewayVPN"),
    product("EU-TransitGateway-Hours", "0.0530000000", "Hrs", operation="TransitGatewayVPC"),
    product("EU-TransitGateway-Bytes", "0.0200000000", "GigaBytes", operation="TransitGatewayVPC"),
)
APPLICATION = (
    product("EU-LoadBalancerUsage", "0.0252000000", "Hrs"),
    product("EU-TS-LoadBalancerUsage", "0.0056000000", "Hrs"),
    product("EU-Outposts-LoadBalancerUsage", "0.0299000000", "Hrs"),
    product("EU-LCUUsage", "0.0080000000", "LCU-Hrs"),
    product("EU-ReservedLCUUsage", "0.0090000000", "LCU-Hrs"),
)
NETWORK = (
    product("EU-LoadBalancerUsage", "0.0252000000", "Hrs"),
    product("EU-LCUUsage", "0.0060000000", "LCU-Hrs"),
)
WAF = (
    product("EU-WebACLV2", "5.0000000000", "Month"),
    product("EU-ShieldProtected-WebACLV2", "0.0000000000", "Month"),
    product("EU-RuleV2", "1.0000000000", "Month"),
    product("EU-RequestV2-Tier1", "0.0000006000", "Request"),
)
EKS = (
    product("EU-AmazonEKS-Hours:perCluster", "0.1000000000", "Hours"),
    product("EU-AmazonEKS-Hours:extendedSupport", "0.5000000000", "Hours"),
)
LOGS = (
    product("EU-DataProcessing-Bytes", [("0", "0.0000000000"), ("5", "0.5700000000")], "GB", operation="PutLogEvents"),
    product("EU-DataProcessing-Bytes", "0.2850000000", "GB", operation="PutLogEventsIA"),
)
ALARMS = (
    product("EU-CW:AlarmMonitorUsage", "0.1000000000", "Alarms"),
    product("EU-CW:CompositeAlarmMonitorUsage", "0.5000000000", "Alarms"),
    product("EU-CW:HighResAlarmMonitorUsage", "0.3000000000", "Alarms"),
)
DISK = (product("EU-EBS:VolumeUsage.gp3", "0.0880000000", "GB-Mo", family="Storage"),)
NODE = (product("EU-BoxUsage:m7i.large", "0.1123000000", "Hrs", operation="RunInstances"),)

ANSWERS: Sequence[tuple[str, Mapping[str, str], Sequence[str]]] = (
    ("AmazonVPC", {}, VPC),
    ("AWSELB", {"productFamily": "Load Balancer-Application"}, APPLICATION),
    ("AWSELB", {"productFamily": "Load Balancer-Network"}, NETWORK),
    ("awswaf", {}, WAF),
    ("AmazonEKS", {}, EKS),
    ("AmazonCloudWatch", {"productFamily": "Data Payload"}, LOGS),
    ("AmazonCloudWatch", {"productFamily": "Alarm", "alarmType": "Standard"}, ALARMS),
    ("AmazonEC2", {"productFamily": "Storage", "volumeApiName": "gp3"}, DISK),
    (
        "AmazonEC2",
        {
            "instanceType": "m7i.large",
            "operatingSystem": "Linux",
            "tenancy": "Shared",
            "preInstalledSw": "NA",
            "capacitystatus": "Used",
        },
        NODE,
    ),
)
"""By service and filters beside the Region, in the order of the requests."""


def client(answers: Sequence[tuple[str, Mapping[str, str], Sequence[str]]] = ANSWERS) -> tuple[Any, Stubber]:
    """A client that gets these answers, the first in two pages. Requests and shapes are checked."""
    made = boto3.client("pricing", region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    stubber = Stubber(made)
    for number, (service, filters, products) in enumerate(answers):
        terms = [
            {"Type": "TERM_MATCH", "Field": field, "Value": value}
            for field, value in {"regionCode": "eu-west-1", **filters}.items()
        ]
        asked = {"ServiceCode": service, "Filters": terms}
        pages = [products[:1], products[1:]] if number == 0 else [products]
        for page, items in enumerate(pages):
            more = {"NextToken": "next"} if page + 1 < len(pages) else {}
            after = {"NextToken": "next"} if page else {}
            answer = {"FormatVersion": "aws_v1", "PriceList": list(items), **more}
            stubber.add_response("get_products", answer, {**asked, **after})
    stubber.activate()
    return made, stubber
