"""Service Quotas: the applied quotas of an account and Region. Moto has the defaults of VPC, one call at a time."""

from __future__ import annotations

from typing import Any

from moto.servicequotas.models import servicequotas_backends
from moto.servicequotas.responses import ServiceQuotasResponse

from privatelink_ingress.local.cloud.hardening import Params, operation, refuse
from privatelink_ingress.plan.capacity.quotas import QUOTAS
from privatelink_ingress.plan.capacity.region_quotas import REGION_QUOTAS

SERVICES = {
    "acm": "AWS Certificate Manager (ACM)",
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "eks": "Amazon Elastic Kubernetes Service (Amazon EKS)",
    "elasticloadbalancing": "Elastic Load Balancing",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
    "wafv2": "AWS WAF",
}
"""Name by service code, as ListServices of the Service Quotas API returns them."""


_RAISED = {"L-1216C47A": 64}
"""vCPUs, by quota code: AWS raises the default of 5 by itself once an account has run instances.
https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html"""


@operation(ServiceQuotasResponse, "list_service_quotas")
def the_applied_quotas_of_a_service(request: Any, params: Params) -> dict[str, Any]:
    """The quotas with the values that apply to the account (API reference, ListServiceQuotas).

    Of each service, those that this system counts.
    """
    code = params["ServiceCode"]
    if code not in SERVICES:
        refuse("NoSuchResourceException", "The request failed because the specified service does not exist.")
    applied = _RAISED | vars(request.backend).get("applied", {})
    return {
        "Quotas": [
            {
                "ServiceCode": code,
                "ServiceName": SERVICES[code],
                "QuotaCode": quota.code,
                "QuotaName": quota.name,
                "Value": float(applied.get(quota.code, quota.default)),
                "Adjustable": quota.adjustable,
                "GlobalQuota": False,
            }
            for quota in (*QUOTAS.values(), *REGION_QUOTAS.values())
            if quota.service == code
        ]
    }


def limit(account_id: str, region: str, key: str) -> int:
    """What applies of a quota of `QUOTAS`, for the checks of other services."""
    quota = QUOTAS[key]
    backend = servicequotas_backends[account_id][region]
    return vars(backend).get("applied", {}).get(quota.code, quota.default)


def apply(account_id: str, region: str, code: str, value: int) -> None:
    """Give an account another value of a quota, by its code, as AWS Support does after a request."""
    vars(servicequotas_backends[account_id][region]).setdefault("applied", {})[code] = value
