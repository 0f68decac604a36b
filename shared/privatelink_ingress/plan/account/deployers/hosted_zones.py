"""Rights on hosted zones, of this account or of another."""

from __future__ import annotations

from collections.abc import Sequence

from privatelink_ingress import tokens as t
from privatelink_ingress.plan.account.deployers.grants import Grant, Grants, document


def records(partition: str, zone_ids: Sequence[str]) -> Grants:
    """Rights to look up hosted zones and to write records in them. `zone_ids` has at least one."""
    zones = tuple(f"arn:{partition}:route53:::hostedzone/{zone}" for zone in zone_ids)
    # The look-up of a zone reads its tags, and of a private one the records.
    read = ("route53:GetHostedZone", "route53:ListResourceRecordSets")
    return {
        t.DNS_RECORD: (
            Grant(actions=("route53:ChangeResourceRecordSets", *read), resources=zones),
            Grant(actions=("route53:GetChange",), resources=(f"arn:{partition}:route53:::change/*",)),
        ),
        t.GET_HOSTED_ZONE: (Grant(actions=(*read, "route53:ListTagsForResource"), resources=zones),),
    }


def policy(partition: str, zone_ids: Sequence[str]) -> str:
    """All of `records` as one IAM policy, in JSON: for the role that the owner of the zones creates."""
    return document(grant for some in records(partition, zone_ids).values() for grant in some)
