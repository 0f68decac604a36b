"""Settings of a `bootstrap` stack: state bucket, key, and the roles that deploy into one account."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.settings.backends import POSITIONS
from privatelink_ingress.settings.edge import SLOTS, BucketName
from privatelink_ingress.settings.fields import (
    PARTITION,
    UNIQUE,
    AccountId,
    ConnectionName,
    EndpointServiceName,
    Environment,
    ExternalId,
    HostedZoneId,
    InvalidSetting,
    Owner,
    ParameterReference,
    RoleArn,
    Settings,
    StackNameSetting,
    Tags,
    matching,
)
from privatelink_ingress.settings.workload.existing import AutoscalingGroupName, ClusterName, SecurityGroupId, VpcId
from privatelink_ingress.settings.workload.publication import ParameterPrefix
from privatelink_ingress.settings.workload.registry import RepositoryName

PROJECT = "bootstrap"
"""Name of the Pulumi project of these stacks."""


def _trusted(arn: str) -> str:
    if arn == "*" or arn.endswith((":*", "/*")):
        raise InvalidSetting(f"is {arn!r}, which trusts everyone", "Name each role, user or account.")
    if ":assumed-role/" in arn:
        role = arn.split("/")[1]
        raise InvalidSetting(
            f"is {arn!r}, a session: the next session has another name and would not be trusted",
            f"Write the role behind it: arn:aws:iam::<account>:role/<path>/{role}.",
        )
    return arn


TrustedArn = Annotated[
    str,
    AfterValidator(_trusted),
    matching(
        rf"arn:{PARTITION}:iam::\d{{12}}:(root|(role|user)/[\w+=,.@/-]+)",
        "the ARN of a role or user, or arn:aws:iam::<account>:root",
    ),
]
"""Who may assume a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"""

OidcProviderArn = Annotated[
    str,
    matching(
        rf"arn:{PARTITION}:iam::\d{{12}}:oidc-provider/token\.actions\.githubusercontent\.com",
        "arn:aws:iam::<account>:oidc-provider/token.actions.githubusercontent.com",
    ),
]

Repository = Annotated[
    str,
    matching(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}/[\w.-]{1,100}", "<owner>/<repository>, such as example/ingress"),
]

Branch = Annotated[str, matching(r"[\w.][\w./+@-]*", "the name of a branch, without wildcards and without refs/heads/")]

GitHubEnvironment = Annotated[str, matching(r"[\w.-]{1,255}", "the name of an environment, without wildcards")]

RolePrefix = Annotated[
    str, matching(r"[a-z](-?[a-z0-9]){0,29}", "1-30 lower-case letters, digits and single hyphens, a letter first")
]

EdgeStack = Annotated[str, matching(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "the name of a central-ingress stack")]


MOST_SERVICES = len(SLOTS) * POSITIONS
"""Endpoint services that the connections of a shard can name."""


class GitHub(Settings):
    """Workflows of one GitHub repository, by OpenID Connect, without stored keys."""

    repository: Repository
    branches: Annotated[tuple[Branch, ...], UNIQUE] = ()
    """Branches whose workflows may deploy."""
    environments: Annotated[tuple[GitHubEnvironment, ...], UNIQUE] = ()
    """Environments whose jobs may deploy."""
    provider_arn: OidcProviderArn | None = None
    """GitHub's identity provider in the account, which can have only one; created here when not set."""

    @model_validator(mode="after")
    def _some_of_it(self) -> Self:
        if not self.branches and not self.environments:
            raise InvalidSetting(
                "names neither branches nor environments, so every pull request could deploy",
                "Write branches: [main], or environments: [production].",
            )
        return self


class Trust(Settings):
    """Who may deploy."""

    principals: Annotated[tuple[TrustedArn, ...], UNIQUE] = ()
    external_id: ExternalId | None = None
    """The external id that principals must send when they assume a role."""
    github: GitHub | None = None

    @model_validator(mode="after")
    def _trusts_someone(self) -> Self:
        if not self.principals and self.github is None:
            raise InvalidSetting("names no one to trust", "Write principals, github, or both.")
        if self.external_id is not None and not self.principals:
            raise InvalidSetting(
                "has no effect without principals", "Remove it: GitHub does not send one.", at=("externalId",)
            )
        return self


class Accepter(Settings):
    """A role for an edge account that accepts its endpoints at this account's services, and does nothing else."""

    principals: Annotated[tuple[TrustedArn, ...], Field(min_length=1), UNIQUE]
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
    """The edge account's role that writes their contracts there; GitHub's workflows may then assume it."""
    adopted: Adopted = Adopted()
    accepters: Annotated[dict[RolePrefix, Accepter], Field(default_factory=dict)]
    """By a name of your own, such as the edge's: for services with `publication.acceptanceRequired`."""


class ParameterWriter(Settings):
    """A role for workload accounts that writes their contracts into this account's Parameter Store."""

    connections: Annotated[tuple[ConnectionName, ...], Field(min_length=1, max_length=50), UNIQUE]
    """Names that it may write, and no others."""
    principals: Annotated[tuple[TrustedArn, ...], Field(min_length=1), UNIQUE]
    external_id: ExternalId | None = None
    parameter_prefix: ParameterPrefix = "/central-ingress/connections"


class ContractSources(Settings):
    """Where backends of an edge stack have their contracts, when it is not in stacks, and who accepts for them."""

    parameters: Annotated[tuple[ParameterReference, ...], UNIQUE] = ()
    """Parameters that it reads: names of its own account, or ARNs of ones that other accounts share with it."""
    reader_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE] = ()
    """Backends' `readerRoleArn`; GitHub's workflows may then assume them."""
    accepter_role_arns: Annotated[tuple[RoleArn, ...], UNIQUE] = ()
    """Backends' `accepterRoleArn`; the same."""


class AttachedRole(Settings):
    """The role of one attached stack, which may use its shard and change nothing of it."""

    edge_stack: StackNameSetting
    """Its shard, which must be deployed: the role's policy names the shard's resources one by one."""
    endpoint_services: Annotated[tuple[EndpointServiceName, ...], Field(max_length=MOST_SERVICES), UNIQUE] = ()
    """The endpoint services that it may connect to: `endpoint_service_name` of its connections' contracts."""
    principals: Annotated[tuple[TrustedArn, ...], UNIQUE] = ()
    """Who may assume it, instead of those of `trust`."""
    external_id: ExternalId | None = None
    """The external id that `principals` must send."""
    github: GitHub | None = None
    """Workflows of the team's own repository, instead of the one of `trust`."""
    contracts: ContractSources = ContractSources()
    cross_region: bool = False
    """True lets the stack connect to endpoint services of other regions."""

    @model_validator(mode="after")
    def _connects_to_something(self) -> Self:
        if not self.endpoint_services:
            raise InvalidSetting(
                "is empty, so the role could create no endpoint",
                "Write the service name of each backend: `pulumi stack output endpoint_service_name` in eks-service/.",
                at=("endpointServices",),
            )
        return self

    @model_validator(mode="after")
    def _external_id_has_principals(self) -> Self:
        if self.external_id is not None and not self.principals:
            raise InvalidSetting(
                "has no effect without principals",
                "Remove it: trust has an external id of its own.",
                at=("externalId",),
            )
        return self

    @property
    def has_own_trust(self) -> bool:
        """Whether others than those of `trust` deploy it: they get a secrets key of their own."""
        return bool(self.principals) or self.github is not None


class EdgeRoles(Settings):
    """The one duty of the edge side, the attached stacks, and the writers of contracts."""

    stacks: Annotated[tuple[EdgeStack, ...], Field(min_length=1, max_length=10), UNIQUE]
    """Names of the `central-ingress` stacks."""
    endpoint_services: Annotated[tuple[EndpointServiceName, ...], Field(max_length=MOST_SERVICES), UNIQUE] = ()
    """The endpoint services that they may connect to: `endpoint_service_name` of their connections' contracts."""
    hosted_zone_ids: Annotated[tuple[HostedZoneId, ...], Field(min_length=1), UNIQUE]
    """Zones in which they write records."""
    log_buckets: Annotated[tuple[BucketName, ...], Field(min_length=1), UNIQUE] | None = None
    """Their log buckets, where `logs.bucket` is set."""
    cross_region: bool = False
    """True lets them connect to endpoint services of other regions."""
    contracts: ContractSources = ContractSources()
    """Beside those of `parameterWriters`, which they may read in any case."""
    attached: Annotated[dict[EdgeStack, AttachedRole], Field(default_factory=dict)]
    """By the name of the attached `central-ingress` stack."""
    parameter_writers: Annotated[dict[RolePrefix, ParameterWriter], Field(default_factory=dict)]
    """By a name of your own, such as the workload account's."""

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


class BootstrapSettings(Settings):
    """All keys of a `bootstrap` stack file."""

    account_id: AccountId
    """The only account that this stack may touch; the provider refuses any other."""
    owner: Owner
    environment: Environment = "production"
    tags: Tags
    bucket: BucketName | None = None
    """Name of the state bucket; built from account and Region when not set."""
    roles: Roles = Roles()
    """Roles to deploy with; none are created without `workload` or `edge`."""
