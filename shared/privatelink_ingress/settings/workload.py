"""Settings of an `eks-service` stack: one private EKS cluster and its published service."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import (
    ONCE,
    AccountId,
    Cidr,
    ConnectionName,
    Digest,
    Environment,
    ExternalId,
    HealthPath,
    KeyArn,
    Misfit,
    Owner,
    PolicyArn,
    PrincipalArn,
    Region,
    RoleArn,
    Settings,
    Tags,
    VpcCidr,
    Zones,
    matching,
)

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]

# What CloudWatch Logs accepts: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]

EndpointService = Annotated[
    str,
    matching(
        r"[a-z0-9]+([.-][a-z0-9]+)*", "the last part of a service's name, such as sts for com.amazonaws.<region>.sts"
    ),
]

RepositoryName = Annotated[
    str,
    # repositoryName of CreateRepository, ECR API: 2 to 256 characters.
    matching(
        r"(?=.{2,256}\Z)[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*",
        "2-256 lower-case letters and digits, parted by single . _ - or /",
    ),
]

SourceRepository = Annotated[
    str,
    # A registry's host is told from a path by its dot or port: https://distribution.github.io/distribution/spec/api/
    matching(
        r"[a-z0-9-]+((\.[a-z0-9-]+)+(:\d+)?|:\d+)(/[a-z0-9]+([._-]+[a-z0-9]+)*)+",
        "a repository with its registry, without tag and digest, such as public.ecr.aws/nginx/nginx-ingress",
    ),
]

ImageTag = Annotated[
    str,
    matching(
        r"(?!latest\Z)[A-Za-z0-9_][A-Za-z0-9._-]{0,127}",
        "1-128 letters, digits and . _ - such as 5.6.3, but not latest: a tag of the registry never moves",
    ),
]

Platform = Literal["linux/amd64", "linux/arm64"]

InstanceType = Annotated[str, matching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as m7i.large")]

ParameterPrefix = Annotated[
    str,
    # A parameter's name has at most 15 levels; the connection's name is the last one:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
    matching(r"(/[A-Za-z0-9_.-]+){1,14}", "a path of at most 14 parts that begins with / and does not end with it"),
]


class Network(Zones):
    """The private VPC."""

    cidr: VpcCidr = "10.11.0.0/16"
    """The VPC's IPv4 range. It may equal other workloads' ranges: PrivateLink never routes between them."""
    subnet_prefix: Annotated[int, Field(ge=17, le=28)] = 21
    """Prefix length of each private subnet; pods take their addresses from it."""


class Endpoints(Settings):
    """VPC endpoints beyond the core set."""

    extra: Annotated[tuple[EndpointService, ...], ONCE] = ()
    """More interface endpoints by short service name, such as `sts` or `logs`."""


class Registry(Settings):
    """The ECR repository of the controller's image."""

    repository: RepositoryName | None = None
    """Repository name; `<connection>/nginx-ingress` when not set."""
    create: bool = True
    """False when another stack owns the repository."""


class Cluster(Settings):
    """The EKS control plane."""

    version: Literal["1.35", "1.36", "1.37"] = "1.36"
    """Kubernetes minor version, in quotes."""
    public_access_cidrs: Annotated[tuple[Cidr, ...], ONCE] = ()
    """Networks that may reach the API from outside the VPC; empty means the API is private only."""
    admins: Annotated[tuple[RoleArn, ...], ONCE] = ()
    """Roles that administer the cluster (EKS access entries with AmazonEKSClusterAdminPolicy)."""
    log_types: Annotated[tuple[LogType, ...], ONCE] = (
        "api",
        "audit",
        "authenticator",
        "controllerManager",
        "scheduler",
    )
    log_retention_days: RetentionDays = 90
    secrets_key_arn: KeyArn | None = None
    """A KMS key of your own for Kubernetes API data; it can never be removed again."""
    deletion_protection: bool = True


class Nodes(Settings):
    """The managed node group."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1), ONCE] = ("m7i.large",)
    ami_type: Literal[
        "AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"
    ] = "AL2023_x86_64_STANDARD"
    min: Annotated[int, Field(ge=1)] = 3
    max: Annotated[int, Field(ge=1)] = 6
    disk_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Root volume of a node, in GiB."""

    @model_validator(mode="after")
    def _min_up_to_max(self) -> Self:
        if self.min > self.max:
            raise Misfit(f"is {self.min}, more than nodes.max ({self.max})", "Lower it, or raise max.", at=("min",))
        return self


class Image(Settings):
    """The controller's image in the stack's own registry."""

    digest: Digest
    """Digest of the image index that was copied into the registry; a digest never moves, a tag may."""
    source: SourceRepository = "public.ecr.aws/nginx/nginx-ingress"
    """Where `images copy` takes it from: F5's own repository, which asks for no login."""
    tag: ImageTag | None = None
    """What the copy is tagged with, such as its version. One made from the digest when not set: the registry refuses
    to move a tag, and lets images without one expire."""
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1), ONCE] = ("linux/amd64", "linux/arm64")
    """What the index must hold; the nodes' own is among them."""


class Controller(Settings):
    """The NGINX ingress controller."""

    install: bool = True
    """False leaves out everything that needs a connection to the cluster's Kubernetes API."""
    image: Image | None = None
    """Required when `install` is true."""
    config: dict[str, str] = Field(default_factory=dict)
    """Values of the controller's ConfigMap beside those that this system decides, all as text in quotes."""
    min_replicas: Annotated[int, Field(ge=2)] = 3
    max_replicas: Annotated[int, Field(ge=2)] = 10

    @model_validator(mode="after")
    def _can_be_installed(self) -> Self:
        if self.install and self.image is None:
            raise Misfit(
                "is missing",
                'Write its digest (image: {digest: "sha256:..."}), or install: false to leave the controller out.',
                at=("image",),
            )
        if self.min_replicas > self.max_replicas:
            reason = f"is {self.min_replicas}, more than maxReplicas ({self.max_replicas})"
            raise Misfit(reason, "Lower it, or raise maxReplicas.", at=("minReplicas",))
        return self


class Consumer(Settings):
    """One account that may connect to the endpoint service."""

    account_id: AccountId
    principal_arn: PrincipalArn | None = None
    """A role or user instead of the whole account."""
    alb_subnet_cidrs: Annotated[tuple[Cidr, ...], ONCE] = ()
    """The edge's load balancer subnets. When every consumer has them, the network load balancer admits no others."""

    @model_validator(mode="after")
    def _principal_of_the_account(self) -> Self:
        if self.principal_arn is not None and self.principal_arn.split(":")[4] != self.account_id:
            raise Misfit(
                f"is {self.principal_arn!r}, of another account than accountId ({self.account_id})",
                "Write a principal of that account, or correct accountId.",
                at=("principalArn",),
            )
        return self


class Parameter(Settings):
    """The contract's copy in Parameter Store."""

    prefix: ParameterPrefix = "/central-ingress/connections"
    writer_role_arn: RoleArn | None = None
    """Role in the edge account that writes it there; without it, it is written in the workload account."""
    writer_external_id: ExternalId | None = None
    """What that role asks for when it is assumed."""
    tier: Literal["Standard", "Advanced"] = "Standard"
    """Advanced can be shared with other accounts through AWS RAM."""


class Publication(Settings):
    """How the cluster's service is offered over PrivateLink."""

    consumers: Annotated[tuple[Consumer, ...], Field(min_length=1)]
    acceptance_required: bool = False
    """True makes each new endpoint wait for an acceptance by this account."""
    supported_regions: Annotated[tuple[Region, ...], ONCE] = ()
    """Regions beside its own from which the service can be reached. On both sides that takes the permission
    `vpce:AllowMultiRegion`, which is denied by default:
    https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-share-your-services.html#endpoint-service-cross-region"""
    health_path: HealthPath = "/nginx-health"
    parameter: Parameter = Parameter()

    @model_validator(mode="after")
    def _consumers_differ(self) -> Self:
        seen: set[tuple[str, str | None]] = set()
        for place, consumer in enumerate(self.consumers):
            if (one := (consumer.account_id, consumer.principal_arn)) in seen:
                who = consumer.principal_arn or f"account {consumer.account_id}"
                raise Misfit(f"admits {who} a second time", "Write each consumer once.", at=("consumers", place))
            seen.add(one)
        return self


class Roles(Settings):
    """Roles to assume, one per duty; ambient credentials where not set."""

    network: RoleArn | None = None
    iam: RoleArn | None = None
    ecr: RoleArn | None = None
    eks: RoleArn | None = None
    permissions_boundary: PolicyArn | None = None
    """Boundary of every role that the stack makes; `permissions_boundaries` of the bootstrap stack."""
    external_id: ExternalId | None = None
    """What the roles ask for when they are assumed."""


class WorkloadSettings(Settings):
    """All keys of an `eks-service` stack file."""

    account_id: AccountId
    """Account that this stack may touch; any other is refused by the provider."""
    connection_name: ConnectionName | None = None
    """Name of the published service, unique for the whole edge; the stack's name when not set."""
    owner: Owner
    """Team that answers for the service; a tag on every resource and a field of the contract."""
    environment: Environment = "production"
    tags: Tags
    network: Network = Network()
    endpoints: Endpoints = Endpoints()
    registry: Registry = Registry()
    cluster: Cluster = Cluster()
    nodes: Nodes = Nodes()
    controller: Controller
    publication: Publication
    roles: Roles = Roles()
