"""Where connections are planned: on the edge of their own stack, or on that of the stack they are attached to."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from privatelink_ingress.contracts.shard import ShardContract
from privatelink_ingress.plan.edge import alarms, certificates
from privatelink_ingress.plan.edge.certificates import Coverage
from privatelink_ingress.plan.edge.existing_certificates import FoundCertificates
from privatelink_ingress.plan.edge.network import NetworkPlan
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.ipv6 import Ipv6Stage
from privatelink_ingress.settings.mutual_tls import MutualTlsMode


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeSite:
    """What every connection's plan may use of the edge. `plan_connection` and `plan_backend` get it whole.

    To give connections one more value of the edge: a field here, and where it comes from in `of_settings`,
    `of_contract` and `exports` (an attached stack reads it from the contract). A value that AWS decides, such as an id,
    belongs to `components.edge.site.SiteArgs` instead.
    """

    account_id: str
    region: str
    endpoint_subnets: tuple[SubnetPlan, ...]
    """One in each zone."""
    hosted_zone_id: str
    """Route 53 hosted zone of the connections' names and of validation records."""
    certificates: Coverage
    """The names in the load balancer's certificates."""
    sign_in: bool
    """Whether the stack file has `loadBalancer.issuerCidrs`, so that attached stacks may sign clients in."""
    mutual_tls: MutualTlsMode = "off"
    """What the load balancer asks of clients."""
    idle_timeout: int | None = None
    """Seconds, of the load balancer. None when the shard is of a release that does not publish it."""
    alarm_topic_arn: str | None = None
    """The topic that alarms notify; None for a shard without alarms."""
    ipv6: Ipv6Stage = "none"
    """How far IPv6 reaches: `loadBalancer.ipv6` of the shard."""
    zones_named: bool = True
    """Whether the names of its zones are known once it is deployed; not of a shard of an older release."""

    @classmethod
    def of_settings(
        cls,
        settings: EdgeSettings,
        network: NetworkPlan,
        *,
        stack: str,
        region: str,
        found: FoundCertificates | None = None,
    ) -> Self:
        """The edge of the stack itself; `found` are its existing certificates, if AWS was asked for them."""
        return cls(
            account_id=settings.account_id,
            region=region,
            endpoint_subnets=network.endpoint,
            hosted_zone_id=settings.dns.zone_id,
            certificates=certificates.coverage(settings.certificates, found),
            sign_in=bool(settings.load_balancer.issuer_cidrs),
            mutual_tls=settings.load_balancer.mutual_tls.mode,
            idle_timeout=settings.load_balancer.idle_timeout,
            ipv6=settings.load_balancer.ipv6,
            alarm_topic_arn=alarms.shard_topic(
                settings.alarms, stack=stack, account_id=settings.account_id, region=region
            ),
        )

    @classmethod
    def of_contract(cls, contract: ShardContract) -> Self:
        """The edge of another stack, to which this one is attached."""
        return cls(
            account_id=contract.account_id,
            region=contract.region,
            endpoint_subnets=tuple(
                SubnetPlan(zone_id=zone_id, cidr=cidr)
                for zone_id, cidr in sorted(contract.endpoint_subnet_cidrs.items())
            ),
            hosted_zone_id=contract.hosted_zone_id,
            certificates=Coverage(
                domains=contract.certificate_domains,
                adopted=contract.adopted_certificate_arns,
                adopted_domains=contract.adopted_certificate_domains,
            ),
            sign_in=contract.sign_in,
            mutual_tls=contract.mutual_tls,
            idle_timeout=contract.idle_timeout,
            ipv6=contract.ipv6,
            alarm_topic_arn=contract.alarm_topic_arn,
            zones_named=bool(contract.zone_names),
        )

    def exports(self) -> dict[str, Any]:
        """The planned part of the contract (`contracts.shard.ShardContract`) for attached stacks."""
        adopted = self.certificates.adopted_domains
        return {
            "account_id": self.account_id,
            "region": self.region,
            "endpoint_subnet_cidrs": {subnet.zone_id: subnet.cidr for subnet in self.endpoint_subnets},
            "hosted_zone_id": self.hosted_zone_id,
            "certificate_domains": list(self.certificates.domains),
            "adopted_certificate_arns": list(self.certificates.adopted),
            **({} if adopted is None else {"adopted_certificate_domains": list(adopted)}),
            "sign_in": self.sign_in,
            "mutual_tls": self.mutual_tls,
            "idle_timeout": self.idle_timeout,
            **({"ipv6": self.ipv6} if self.ipv6 != "none" else {}),
            **({"alarm_topic_arn": self.alarm_topic_arn} if self.alarm_topic_arn else {}),
        }
