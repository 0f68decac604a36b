"""Settings of an `eks-service` stack: one private EKS cluster and its published service."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from privatelink_ingress.settings.fields import AccountId, ConnectionName, Environment, InvalidSetting, Owner, Settings
from privatelink_ingress.settings.tags import Tags
from privatelink_ingress.settings.workload.alarms import WorkloadAlarms
from privatelink_ingress.settings.workload.cluster import Cluster
from privatelink_ingress.settings.workload.controller import Controller
from privatelink_ingress.settings.workload.features import Metrics, PodLogs
from privatelink_ingress.settings.workload.network import Endpoints, Network
from privatelink_ingress.settings.workload.nodes import Nodes
from privatelink_ingress.settings.workload.publication import Publication
from privatelink_ingress.settings.workload.registry import Registry
from privatelink_ingress.settings.workload.roles import Roles
from privatelink_ingress.settings.workload.sample import Sample


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
    sample: Sample = Sample()
    pod_logs: PodLogs = PodLogs()
    metrics: Metrics = Metrics()
    alarms: WorkloadAlarms = WorkloadAlarms()
    session_manager: bool = False
    """True lets AWS Systems Manager open sessions on the nodes, which is a way to the Kubernetes API from outside."""
    roles: Roles = Roles()

    @model_validator(mode="after")
    def _the_controller_answers_health_checks(self) -> Self:
        for key in ("grpcHealthPath", "grpcHealthCodes"):
            if self.controller.install and self.publication.model_dump(by_alias=True)[key] is not None:
                raise InvalidSetting(
                    "is set, but the controller of this stack answers these health checks itself",
                    "Remove it, or write controller.install: false for a controller of your own.",
                    at=("publication", key),
                )
        return self

    @model_validator(mode="after")
    def _alarms_have_something_to_watch(self) -> Self:
        pods = ("metrics.install and controller.install", self.metrics.install and self.controller.install)
        thresholds = {
            "replicaMinutes": ("replica_minutes", *pods),
            "restarts": ("restarts", *pods),
            "silentHours": ("silent_hours", "log groups of its own", self.cluster.existing is None),
        }
        for key, (field, takes, met) in thresholds.items():
            if not met and field in self.alarms.model_fields_set:
                raise InvalidSetting(
                    f"is set in a stack without {takes}, so no alarm has this threshold",
                    "Remove it." if self.cluster.existing else f"Remove it, or switch on {takes}.",
                    at=("alarms", key),
                )
        return self

    @model_validator(mode="after")
    def _a_token_without_an_external_id(self) -> Self:
        # Options of the command: https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html
        if self.roles.eks and self.roles.external_id and self.controller.install:
            raise InvalidSetting(
                "is set beside roles.eks, and the controller is deployed with a token of `aws eks get-token`, which "
                "cannot send an external id",
                "Assume the role yourself before you deploy (a profile of the AWS CLI can send the external id) and "
                "remove roles.eks, or remove the external id here and from the role's trust policy. With "
                "controller.install: false, nothing needs a token.",
                at=("roles", "externalId"),
            )
        return self
