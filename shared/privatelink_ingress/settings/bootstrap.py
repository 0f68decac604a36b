"""Settings of a `bootstrap` stack: state bucket, key, and the roles that deploy into one account."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.arns import UNIQUE_ARNS, CertificateArn, RoleArn
from privatelink_ingress.settings.attached_roles import MOST_SERVICES, AttachedRole, ContractSources
from privatelink_ingress.settings.edge import BucketName
from privatelink_ingress.settings.existing import VpcId
from privatelink_ingress.settings.existing_web_acl import WebAclArn
from privatelink_ingress.settings.fields import (
    UNIQUE,
    AccountId,
    ConnectionName,
    EndpointServiceName,
    Environment,
    ExternalId,
    HostedZoneId,
    InvalidSetting,
    Owner,
    Settings,
    matching,
)
from privatelink_ingress.settings.parameters import ParameterPrefix
from privatelink_ingress.settings.sign_in import UserPoolArn
from privatelink_ingress.settings.state import AccessLogs, Keys
from privatelink_ingress.settings.tags import Tags
from privatelink_ingress.settings.trust import Trust, TrustedArn
from privatelink_ingress.settings.workload.existing import AutoscalingGroupName, ClusterName, SecurityGroupId
from privatelink_ingress.settings.workload.registry import RepositoryName

PROJECT = "bootstrap"
"""Name of the Pulumi project of these stacks."""


RolePrefix = Annotated[
    str, matching(r"[a-z](-?[a-z0-9]){0,29}", "1-30 lower-case letters, digits and single hyphens, a letter first")
]

EdgeStack = Annotated[str, matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "the name of a central-ingress stack")]


class Accepter(Settings):
    """A role for an edge account that accepts its endpoints at this account's services, and does nothing else."""

    principals: Annotated[tuple[TrustedArn, ...], Field(min_length=1), UNIQUE_ARNS]
    external_id: ExternalId | None = None


class Adopted(Settings):
    """Existing VPCs and clusters that stacks of these roles use: `existing` in their stack files."""

    clusters: Annotated[tuple[ClusterName, ...], Field(max_length=10), UNIQUE] = ()
    """Names of the EKS clusters."""
    vpc_ids: Annotated[tuple[VpcId, ...], Field(max_length=10), UNIQUE] = ()
    """VPCs of the clusters, and of `network.existing`."""
    autoscaling_groups: Annotated[tuple[AutoscalingGroupName, ...], Field(max_length=10), UNIQUE] = ()
    """Autoscaling groups of self-managed nodes."""
    node_security_group_ids: Annotated[tuple[SecurityGroupId, ...], Field(max_length=10), UNIQUE] = ()
    """Security groups of nodes other than the cluster's own."""


class WorkloadRoles(Settings):
    """The four duties of the workload side: network, IAM, registry, cluster."""

    connections: Annotated[tuple[ConnectionName, ...], Field(min_length=1, max_length=10), UNIQUE]
    """Connections that are deployed into the account: names of their resources begin with it."""
    stacks: Annotated[tuple[EdgeStack, ...], Field(min_length=1, max_length=10), UNIQUE] | None = None
    """Names of their `eks-service` stacks, where not those of the connections."""
    repositories: Annotated[tuple[RepositoryName, ...], Field(min_length=1), UNIQUE] | None = None
    """Their ECR repositories, where not all whose names begin with `<connection>/`."""
    parameter_prefix: ParameterPrefix = "/central-ingress/connections"
    cross_region: bool = False
    """True lets their endpoint services be offered to other regions (`publication.supportedRegions`)."""
    writer_role_arn: RoleArn | None = None
    """The edge account's role that writes their contracts there; the deployer's role may then assume it."""
    adopted: Adopted = Adopted()
    log_deletion: bool = False
    """True lets them delete their log groups: for `cluster.logRetainOnDelete: false`."""
    tunnel: bool = False
    """True lets the deployer's role forward ports through the clusters' nodes, to their private Kubernetes API."""
    accepters: Annotated[dict[RolePrefix, Accepter], Field(default_factory=dict)]
    """By a name of your own, such as the edge's: for `publication.acceptanceRequired`."""


class ParameterWriter(Settings):
    """A role for workload accounts that writes their contracts into this account's Parameter Store."""

    connections: Annotated[tuple[ConnectionName, ...], Field(min_length=1, max_length=50), UNIQUE]
    """Names that it may write, and no others."""
    principals: Annotated[tuple[TrustedArn, ...], Field(min_length=1), UNIQUE_ARNS]
    external_id: ExternalId | None = None
    parameter_prefix: ParameterPrefix = "/central-ingress/connections"


class EdgeRoles(Settings):
    """The one duty of the edge side, the attached stacks, and the writers of contracts."""

    stacks: Annotated[tuple[EdgeStack, ...], Field(min_length=1, max_length=10), UNIQUE]
    """Names of the `central-ingress` stacks."""
    endpoint_services: Annotated[tuple[EndpointServiceName, ...], Field(max_length=MOST_SERVICES), UNIQUE] = ()
    """The endpoint services that they may connect to: `endpoint_service_name` of their connections' contracts."""
    hosted_zone_ids: Annotated[tuple[HostedZoneId, ...], UNIQUE] = ()
    """Zones of this account in which they write records."""
    hosted_zone_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE_ARNS] = ()
    """`hostedZoneRoles` of their stack files, for zones of other accounts; the deployer's role may then assume them."""
    log_buckets: Annotated[tuple[BucketName, ...], Field(min_length=1), UNIQUE] | None = None
    """Their log buckets, where `logs.bucket` is set."""
    existing_log_buckets: Annotated[tuple[BucketName, ...], UNIQUE] = ()
    """`logs.existingBucket` of their stack files, which they look up and do not change."""
    existing_certificates: Annotated[tuple[CertificateArn, ...], UNIQUE] = ()
    """Certificates that their stack files name by `arn`, which they look up and do not change."""
    existing_web_acls: Annotated[tuple[WebAclArn, ...], Field(max_length=10), UNIQUE_ARNS] = ()
    """`firewall.existing.arn` of their stack files, which they tie to their load balancers and do not change."""
    existing_vpc_ids: Annotated[tuple[VpcId, ...], Field(max_length=10), UNIQUE] = ()
    """`network.existing.vpcId` of their stack files, in which they create security groups and endpoints."""
    log_deletion: bool = False
    """True lets them delete their log groups, and their log buckets with all logs: for `logs.retainOnDelete: false`."""
    cross_region: bool = False
    """True lets them connect to endpoint services of other regions."""
    query_logs: bool = False
    """True lets them log the queries of `hostedZoneIds`: for `dns.queryLogs`. The log groups are in us-east-1."""
    user_pools: Annotated[tuple[UserPoolArn, ...], UNIQUE] = ()
    """User pools of Amazon Cognito that their connections sign clients in with: AWS reads the app client, and the
    client's secret with it, in the deployer's name."""
    contracts: ContractSources = ContractSources()
    """Beside those of `parameterWriters`, which they may read in any case."""
    attached: Annotated[dict[EdgeStack, AttachedRole], Field(default_factory=dict)]
    """By the name of the attached `central-ingress` stack."""
    shard_prefix: ParameterPrefix = "/central-ingress/shards"
    """`contractPrefix` of their stack files: they may write `<prefix>/<stack>`."""
    parameter_writers: Annotated[dict[RolePrefix, ParameterWriter], Field(default_factory=dict)]
    """By a name of your own, such as the workload account's."""

    @model_validator(mode="after")
    def _writes_records_somewhere(self) -> Self:
        if not self.hosted_zone_ids and not self.hosted_zone_role_arns:
            raise InvalidSetting(
                "is missing, so the stacks could write no record",
                "Write the hosted zones of this account, or hostedZoneRoleArns for zones of other accounts.",
                at=("hostedZoneIds",),
            )
        if self.query_logs and not self.hosted_zone_ids:
            raise InvalidSetting(
                "is true, but hostedZoneIds is empty: Route 53 logs the queries of a zone in the zone's own account",
                "Write the hosted zones of this account under hostedZoneIds, or remove queryLogs.",
                at=("queryLogs",),
            )
        return self

    @model_validator(mode="after")
    def _attached_stacks_have_no_load_balancer(self) -> Self:
        for stack in self.attached:
            if stack in self.stacks:
                raise InvalidSetting(
                    f"is in stacks too, whose role may change everything in {stack}",
                    "Remove it there: stacks are those with a load balancer.",
                    at=("attached", stack),
                )
        return self


class Roles(Settings):
    """Roles that deploy, each with the rights of its duty alone."""

    prefix: RolePrefix = "ingress"
    """First part of all names, so that several systems fit one account."""
    trust: Trust | None = None
    """Who may assume them. Required beside a side."""
    workload: WorkloadRoles | None = None
    edge: EdgeRoles | None = None

    @model_validator(mode="after")
    def _trust_and_a_side(self) -> Self:
        sides = (self.workload, self.edge)
        if self.trust is None and any(sides):
            raise InvalidSetting("is missing", "Say who may deploy: principals, github, or both.", at=("trust",))
        if self.trust is not None and not any(sides):
            raise InvalidSetting(
                "has neither workload nor edge", "Write the side that is deployed into the account, or both."
            )
        return self

    @model_validator(mode="after")
    def _only_the_edge_writes_contracts_of_shards(self) -> Self:
        prefixes: dict[tuple[str, ...], str] = {}
        if self.workload:
            prefixes["workload", "parameterPrefix"] = self.workload.parameter_prefix
        for name, writer in self.edge.parameter_writers.items() if self.edge else ():
            prefixes["edge", "parameterWriters", name, "parameterPrefix"] = writer.parameter_prefix
        if found := next(
            (at for at, prefix in prefixes.items() if self.edge and prefix == self.edge.shard_prefix), None
        ):
            raise InvalidSetting(
                f"is {prefixes[found]}, the edge's shardPrefix: a connection with a shard's name would write what "
                "attached stacks take for the shard's contract",
                "Write another prefix, such as /central-ingress/connections.",
                at=found,
            )
        return self


class BootstrapSettings(Settings):
    """All keys of a `bootstrap` stack file."""

    account_id: AccountId
    """The only account that this stack may touch; the provider refuses any other."""
    owner: Owner
    environment: Environment = "production"
    tags: Tags
    bucket: BucketName | None = None
    """Name of the state bucket; built from account and Region when not set."""
    keys: Keys = Keys()
    access_logs: AccessLogs = AccessLogs()
    roles: Roles = Roles()
    """Roles to deploy with; none are created without `workload` or `edge`."""

    @model_validator(mode="after")
    def _administrators_are_of_the_account(self) -> Self:
        for index, arn in enumerate(self.keys.administrators):
            if f":{self.account_id}:" not in arn:
                raise InvalidSetting(
                    f"has {arn}, of another account",
                    f"Name roles and users of {self.account_id}: other accounts assume one of its roles.",
                    at=("keys", "administrators", index),
                )
        return self
