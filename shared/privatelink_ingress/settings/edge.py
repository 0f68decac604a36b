"""Settings of a `central-ingress` stack: the internet VPC, its load balancer, and the connections it publishes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from privatelink_ingress.settings.fields import (
    AccountId,
    CertificateArn,
    Cidr,
    ConnectionName,
    Host,
    HostedZoneId,
    Owner,
    PathPattern,
    RoleArn,
    Settings,
    Tags,
    VpcCidr,
    ZoneId,
)
from privatelink_ingress.settings.workload import RetentionDays

# What Security Hub control ELB.17 accepts: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html
TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
]

ManagedGroup = Literal[
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
]


class Network(Settings):
    """The internet VPC."""

    cidr: VpcCidr = "10.12.0.0/16"
    zones: Annotated[int, Field(ge=2, le=6)] | None = None
    """How many Availability Zones to use; 3 when neither this nor `zoneIds` is set."""
    zone_ids: Annotated[tuple[ZoneId, ...], Field(min_length=2, max_length=6, strict=False)] | None = None
    """Exactly these zones, by id."""
    public_prefix: Annotated[int, Field(ge=17, le=27)] = 23
    """Prefix length of each load balancer subnet; AWS asks for /27 at least."""
    endpoint_prefix: Annotated[int, Field(ge=17, le=23)] = 23
    """Prefix length of each endpoint subnet; /23 holds the addresses of all 120 slots."""


class LoadBalancer(Settings):
    """The Application Load Balancer."""

    tls_policy: TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
    allowed_cidrs: Annotated[tuple[Cidr, ...], Field(min_length=1, max_length=60, strict=False)] = ("0.0.0.0/0",)
    """Client networks that may reach port 443; at most 60, the rules of a security group (quota L-0EA8095F)."""
    redirect_http: bool = False
    """True adds a port-80 listener that redirects to HTTPS (and fails Security Hub control ELB.18)."""
    deletion_protection: bool = True
    idle_timeout: Annotated[int, Field(ge=1, le=349)] = 60
    """Seconds; below the 350 s after which the network load balancer drops an idle flow."""


class Certificate(Settings):
    """A certificate of the HTTPS listener: issued here (`domains` and `zoneId`), or an existing one (`arn`)."""

    domains: Annotated[tuple[Host, ...], Field(min_length=1, max_length=10, strict=False)] | None = None
    """The certificate's names, the first as its common name; ACM allows 10 by default (quota L-FB94F0B0)."""
    zone_id: HostedZoneId | None = None
    """Hosted zone that gets the validation records; `dns.zoneId` when not set."""
    arn: CertificateArn | None = None


class Dns(Settings):
    """Where the connections' names live."""

    zone_id: HostedZoneId


class Firewall(Settings):
    """The web ACL."""

    groups: Annotated[dict[ManagedGroup, Literal["block", "count"]], Field(default_factory=dict)]
    """Managed rule groups to change from their default, `block`."""
    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000
    """Requests from one client address in 5 minutes; more are blocked. RateBasedStatement.Limit of the WAFv2 API."""
    allow: Annotated[tuple[Cidr, ...], Field(strict=False)] = ()
    """Client networks that skip every other rule."""
    deny: Annotated[tuple[Cidr, ...], Field(strict=False)] = ()
    """Client networks that are always blocked."""


class Logs(Settings):
    """Access logs, firewall logs and flow logs."""

    bucket: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")] | None = None
    """Name of the log bucket; built from account, region and stack when not set."""
    retention_days: RetentionDays = 90
    cloudwatch: bool = True
    """Also deliver the load balancer's logs to CloudWatch Logs."""


class Route(Settings):
    """What a connection answers to."""

    hosts: Annotated[tuple[Host, ...], Field(min_length=1, strict=False)]
    paths: Annotated[tuple[PathPattern, ...], Field(min_length=1, strict=False)] = ("/*",)


class Backend(Settings):
    """The workload stack that serves a connection."""

    stack: Annotated[str, Field(pattern=r"^([\w.-]+/[\w.-]+/)?[\w.-]+$")]
    """An `eks-service` stack: `shop`, or `<organization>/<project>/shop`."""


class Connection(Settings):
    """One published service."""

    slot: Annotated[int, Field(ge=0, le=119)]
    """Kept for life: the endpoint's addresses and the rules' priorities follow from it."""
    owner: Owner
    backends: Annotated[tuple[Backend, ...], Field(min_length=1, max_length=1, strict=False)]
    routes: Annotated[tuple[Route, ...], Field(min_length=1, strict=False)]


class Roles(Settings):
    """Roles to assume; ambient credentials where not set."""

    network: RoleArn | None = None


class EdgeSettings(Settings):
    """All keys of a `central-ingress` stack file."""

    account_id: AccountId
    """Account that this stack may touch; any other is refused by the provider."""
    owner: Owner
    environment: Annotated[str, Field(min_length=1, max_length=64)] = "production"
    tags: Tags
    network: Network = Network()
    load_balancer: LoadBalancer = LoadBalancer()
    certificates: Annotated[tuple[Certificate, ...], Field(min_length=1, max_length=26, strict=False)]
    """The first is the listener's default; 25 more fit a load balancer (quota L-9365A611)."""
    dns: Dns
    firewall: Firewall = Firewall()
    logs: Logs = Logs()
    connections: Annotated[dict[ConnectionName, Connection], Field(default_factory=dict)]
    roles: Roles = Roles()
