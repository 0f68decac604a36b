"""What a shard (a `central-ingress` stack with a load balancer) publishes and attached stacks read. None is secret."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from privatelink_ingress.arns import Arn
from privatelink_ingress.contracts.service import ContractError, decode, decode_json
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.arns import CertificateArn, TopicArn
from privatelink_ingress.settings.fields import AccountId, HostedZoneId, ZoneId
from privatelink_ingress.settings.ipv6 import Ipv6Stage
from privatelink_ingress.settings.mutual_tls import MutualTlsMode
from privatelink_ingress.settings.networks import Cidr

VERSION = 1
PROJECT = "central-ingress"
"""Name of the Pulumi project whose stacks are shards, or are attached to one."""

ATTACHED_TO = "edge_stack"
"""Output that only attached stacks have: the full name of their shard."""


class ShardContract(BaseModel):
    """Flat stack outputs; the same fields as JSON in the Parameter Store record.

    The ids become resources of the attached stack's policy, so none may contain a wildcard.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    shard_contract_version: Literal[1]
    account_id: AccountId
    region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]+$")]
    endpoint_subnet_ids: Annotated[
        dict[ZoneId, Annotated[str, Field(pattern=r"^subnet-[0-9a-f]+$")]], Field(min_length=2)
    ]
    """By zone id."""
    endpoint_subnet_cidrs: Annotated[dict[ZoneId, Cidr], Field(min_length=2)]
    """By zone id: the endpoints' addresses are planned in them."""
    endpoint_security_group_id: Annotated[str, Field(pattern=r"^sg-[0-9a-f]+$")]
    listener_arn: Annotated[
        str,
        Field(
            pattern=r"^arn:aws[a-z-]*:elasticloadbalancing:[a-z0-9-]+:\d{12}:listener/app/[A-Za-z0-9-]+(/[0-9a-f]+){2}$"
        ),
    ]
    alb_dns_name: Annotated[str, Field(min_length=1)]
    alb_zone_id: Annotated[str, Field(min_length=1)]
    """Hosted zone of `alb_dns_name`, for alias records."""
    hosted_zone_id: HostedZoneId
    """Where names of connections and validation records go."""
    certificate_domains: tuple[str, ...]
    """Names in the load balancer's certificates that the shard had issued."""
    adopted_certificate_arns: tuple[CertificateArn, ...]
    """Existing certificates of the load balancer."""
    adopted_certificate_domains: tuple[str, ...] | None = None
    """Names in those; None for a shard of an older release, which does not look them up."""
    sign_in: bool = False
    """Whether the load balancer reaches identity providers. Shards of an older release do not say so, and do not."""
    mutual_tls: MutualTlsMode = "off"
    """What the load balancer asks of clients. Shards of an older release do not say so, and ask nothing."""
    ipv6: Ipv6Stage = "none"
    """How far IPv6 reaches. Shards of an older release do not say so, and have none."""
    alarm_topic_arn: TopicArn | None = None
    """The topic that alarms notify; None for a shard without alarms."""
    zone_names: Annotated[dict[ZoneId, str], Field(default_factory=dict)]
    """By zone id: metrics call a zone by its name in the shard's account. Empty for a shard of an older release."""

    idle_timeout: Annotated[int, Field(ge=1)] | None = None
    """Seconds, of the load balancer. Shards of an earlier release do not publish it."""

    @model_validator(mode="after")
    def _a_network_for_each_subnet(self) -> Self:
        if self.endpoint_subnet_ids.keys() != self.endpoint_subnet_cidrs.keys():
            raise ValueError("endpoint_subnet_ids and endpoint_subnet_cidrs are of different zones")
        return self

    @model_validator(mode="after")
    def _a_listener_of_its_own(self) -> Self:
        listener = Arn.parse(self.listener_arn)
        if (listener.account_id, listener.region) != (self.account_id, self.region):
            raise ValueError("listener_arn is of another account or Region than account_id and region")
        return self

    @classmethod
    def read(cls, outputs: Mapping[str, Any], stack: str) -> Self:
        """Decode the outputs of `stack`, a full name.

        Raises:
            ContractError: names every missing or misfit field and what to run; or the stack to name instead, when this
                one is attached itself.
        """
        title = f"Stack {stack} cannot be attached to: it exports no shard contract"
        if further := outputs.get(ATTACHED_TO):
            reason = f"is {further}: stack {stack} has no load balancer, but is attached to that one itself"
            raise ContractError(title, [Problem(ATTACHED_TO, reason, f"Write edgeStack: {further}.")])
        return decode(cls, outputs, title, stack=stack, project=PROJECT)

    @classmethod
    def read_json(cls, text: str, parameter: str) -> Self:
        """Decode the value of a `parameter`.

        Raises:
            ContractError: as `read`, or when the value is not a JSON object.
        """
        return decode_json(cls, text, parameter, project=PROJECT)
