"""Settings of a `central-ingress` stack: the internet VPC, its load balancer, and the connections it publishes."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.arns import Arn
from privatelink_ingress.settings.alarms import Alarms, ShardAlarms, Thresholds
from privatelink_ingress.settings.arns import KeyArn
from privatelink_ingress.settings.assumed_roles import AssumedRoles
from privatelink_ingress.settings.backends import Backends
from privatelink_ingress.settings.certificates import Certificate
from privatelink_ingress.settings.existing import ExistingEdgeNetwork
from privatelink_ingress.settings.fields import (
    AccountId,
    ConnectionName,
    Environment,
    HostedZoneId,
    InvalidSetting,
    Owner,
    ParameterReference,
    RetentionDays,
    Settings,
    StackNameSetting,
    Zones,
    matching,
)
from privatelink_ingress.settings.firewall import Firewall, HostFirewall
from privatelink_ingress.settings.hosted_zones import HostedZoneRole
from privatelink_ingress.settings.limits import Limits
from privatelink_ingress.settings.load_balancer import LoadBalancer
from privatelink_ingress.settings.networks import VpcCidr
from privatelink_ingress.settings.pages import MAINTENANCE, FixedPage
from privatelink_ingress.settings.parameters import ParameterPrefix
from privatelink_ingress.settings.query_logs import QueryLogs
from privatelink_ingress.settings.route_protocols import check_protocols
from privatelink_ingress.settings.routes import Route
from privatelink_ingress.settings.sign_in import SignIn
from privatelink_ingress.settings.tags import Tags

SLOTS = range(120)
"""Slots of a shard: a /23 endpoint subnet has addresses for this many (`plan/edge/addresses.py`)."""

Slot = Annotated[int, Field(ge=SLOTS[0], le=SLOTS[-1])]

BucketName = Annotated[
    str,
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    matching(
        r"(?!\d+\.\d+\.\d+\.\d+\Z)(?!xn--|sthree-|amzn-s3-demo-)(?!.*(\.\.|\.-|-\.|-s3alias\Z|--ol-s3\Z|\.mrap\Z|--x-s3\Z|--table-s3\Z))"
        r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]",
        "a bucket's name: 3-63 lower-case letters, digits, hyphens and single dots, no hyphen beside a dot, not an "
        "address, without the prefixes and suffixes that S3 reserves",
    ),
]


class Network(Zones):
    """The internet VPC."""

    cidr: VpcCidr = "10.12.0.0/16"
    public_prefix: int = 23
    """Prefix length of each load balancer subnet; AWS requires /27 or larger. `plan/subnets.py` has the range: it
    depends on `cidr` and the zones."""
    endpoint_prefix: int = 23
    """Prefix length of each endpoint subnet; /23 holds the addresses of all 120 slots."""
    existing: ExistingEdgeNetwork | None = None
    """An existing VPC. The stack then creates neither VPC nor subnets nor routes, and refuses the other keys."""


class Dns(Settings):
    """The Route 53 zone of the connections' names."""

    zone_id: HostedZoneId
    query_logs: QueryLogs = QueryLogs()


class Logs(Settings):
    """Access logs, firewall logs and flow logs."""

    bucket: BucketName | None = None
    """Name of the log bucket; by default derived from account, region and stack."""
    existing_bucket: BucketName | None = None
    """An existing bucket instead, of this account or another, which the stack does not change: docs/logs.md."""
    retention_days: RetentionDays = 90
    key_arn: KeyArn | None = None
    """A KMS key of your own for every log group of the stack. Its policy has to admit CloudWatch Logs: docs/logs.md."""
    cloudwatch: bool = True
    """Also deliver the load balancer's logs to CloudWatch Logs."""
    retain_on_delete: bool = True
    """False deletes log groups and the bucket, with all logs in it, when they leave the stack. The deployer's role must
    be allowed to: `logDeletion` of the bootstrap stack."""
    object_lock: Literal["GOVERNANCE", "COMPLIANCE"] | None = None
    """Nobody deletes or overwrites a log of the bucket for `retentionDays`; in COMPLIANCE mode not even the root user.
    A bucket keeps Object Lock for ever."""

    @model_validator(mode="after")
    def _existing_buckets_are_their_owners(self) -> Self:
        for key, value in (("bucket", self.bucket), ("objectLock", self.object_lock)):
            if value is not None and self.existing_bucket is not None:
                raise InvalidSetting(
                    f"has no effect beside existingBucket: {self.existing_bucket}, which its owner configures",
                    f"Keep one of {key} and existingBucket.",
                    at=(key,),
                )
        return self

    @model_validator(mode="after")
    def _locked_logs_stay(self) -> Self:
        if self.object_lock and not self.retain_on_delete:
            raise InvalidSetting(
                f"is {self.object_lock}, so S3 would refuse to delete the bucket's logs when the stack is removed",
                "Remove retainOnDelete: false, or objectLock if the bucket does not have it yet.",
                at=("objectLock",),
            )
        return self


class Connection(Settings):
    """One published service."""

    slot: Slot
    """Permanent: the endpoint's addresses and the rules' priorities follow from it."""
    owner: Owner
    backends: Backends
    stickiness_seconds: Annotated[int, Field(ge=1, le=604_800)] | None = None
    """Seconds for which a client stays with the backend that first answered it, when the connection has two.

    TargetGroupStickinessConfig of the ELBv2 API."""
    state: Literal["active", "maintenance"] = "active"
    """In maintenance the load balancer itself answers 503; endpoints and targets stay."""
    maintenance_page: FixedPage = MAINTENANCE
    """That answer."""
    routes: Annotated[tuple[Route, ...], Field(min_length=1)]
    dns: bool = True
    """False creates no alias records for its hosts, for example when another connection has the same host."""
    sign_in: SignIn | None = None
    """Clients sign in at the load balancer, before a request reaches the service."""
    client_certificates: Literal["required", "unwanted"] | None = None
    """What it relies on. required: only on a shard that verifies them; unwanted: only on one that asks for none."""
    certificate: Certificate | None = None
    """The connection's own certificate, for hosts that the load balancer's certificates do not cover."""
    firewall: HostFirewall = HostFirewall()
    """For its hosts; in the file of the stack with the load balancer only (`firewall.hosts` has it for others)."""
    alarms: Thresholds = Thresholds()
    """Its own thresholds, in place of the stack's."""

    @model_validator(mode="after")
    def _grpc_and_http2_only_forward(self) -> Self:
        check_protocols(
            [route.protocol for route in self.routes],
            maintenance=self.state == "maintenance",
            sticky=self.stickiness_seconds is not None,
            signs_in=self.sign_in is not None,
        )
        return self


class EdgeStack(Settings):
    """Keys of every `central-ingress` stack file."""

    account_id: AccountId
    """Account that this stack may change; the provider refuses any other."""
    owner: Owner
    environment: Environment = "production"
    tags: Tags
    edge_stack: StackNameSetting | None = None
    """The stack with the load balancer, when this stack only adds connections to it (`settings/attached.py`)."""
    edge_parameter: ParameterReference | None = None
    """The parameter with that stack's contract, instead of a StackReference, which needs the key of its secrets."""
    connections: Annotated[dict[ConnectionName, Connection], Field(default_factory=dict, max_length=len(SLOTS))]
    retired_slots: Annotated[dict[ConnectionName, Slot], Field(default_factory=dict)]
    """Slots of removed connections whose rules and endpoint may still stand, by the connection's name: `offboard`
    writes it, and removes it once the removal is deployed. No other connection gets such a slot."""
    roles: AssumedRoles = AssumedRoles()
    hosted_zone_roles: Annotated[dict[HostedZoneId, HostedZoneRole], Field(default_factory=dict)]
    """By the id of a hosted zone that belongs to another account: the role there that writes this stack's records."""
    alarms: Alarms = Alarms()
    dashboards: bool = False
    """A dashboard for each connection, and one for the load balancer where the stack holds it.

    Off: each costs 3 USD a month, after the account's first three of at most 50 metrics:
    https://aws.amazon.com/cloudwatch/pricing/"""
    removal: Literal["guarded", "unguarded"] = "guarded"
    """guarded: a stack that is in use refuses to be destroyed before anything of it is touched.

    Without the guard, `pulumi destroy` stops at the load balancer's deletion protection when every connection is down.
    The guard makes `pulumi destroy` need `--run-program`. unguarded leaves it to AWS and Pulumi."""

    @model_validator(mode="after")
    def _slots_differ(self) -> Self:
        holders: dict[int, str] = {}
        for name, connection in sorted(self.connections.items()):
            if holder := holders.get(connection.slot):
                free = next(slot for slot in SLOTS if slot not in {c.slot for c in self.connections.values()})
                raise InvalidSetting(
                    f"is {connection.slot}, which connection {holder} of {self.connections[holder].owner} has",
                    f"Give the newer of the two another slot; {free} is free.",
                    at=("connections", name, "slot"),
                )
            holders[connection.slot] = name
        return self

    @model_validator(mode="after")
    def _zone_roles_are_of_other_accounts(self) -> Self:
        for zone_id, role in self.hosted_zone_roles.items():
            if Arn.parse(role.role_arn).account_id == self.account_id:
                raise InvalidSetting(
                    f"is a role of this stack's own account, {self.account_id}, where roles.network writes the records",
                    "Remove the entry, or write the role of the account that owns the hosted zone.",
                    at=("hostedZoneRoles", zone_id, "roleArn"),
                )
        return self


class EdgeSettings(EdgeStack):
    """All keys of a shard, a stack with a load balancer. `settings.attached.load_edge` loads both kinds of stack."""

    network: Network = Network()
    load_balancer: LoadBalancer = LoadBalancer()
    certificates: Annotated[tuple[Certificate, ...], Field(min_length=1)]
    """The first is the listener's default; `plan/capacity/quotas.py` says how many more fit a load balancer."""
    dns: Dns
    firewall: Firewall = Firewall()
    logs: Logs = Logs()
    alarms: ShardAlarms = ShardAlarms()
    limits: Limits = Limits()
    contract_prefix: ParameterPrefix | None = None
    """The shard writes its contract to the parameter `<contractPrefix>/<stack>`, for attached stacks of other teams."""
