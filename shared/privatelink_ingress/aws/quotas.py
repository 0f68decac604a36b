"""Reads applied quotas from Service Quotas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.plan.capacity.quotas import Quota


def applied(account: Account, wanted: Iterable[Quota]) -> Mapping[str, int]:
    """The applied values by quota code, of those quotas that Service Quotas lists, at the level of the account."""
    wanted = tuple(wanted)
    client = account.client("service-quotas")
    services = sorted({one.service for one in wanted if one.service})
    codes = {one.code for one in wanted}
    return {
        one["QuotaCode"]: int(one["Value"])
        for service in services
        for one in read(client, "list_service_quotas", "Quotas", ServiceCode=service)
        if one["QuotaCode"] in codes
    }
