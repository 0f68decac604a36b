"""Settings of an `eks-service` stack: one private EKS cluster and its published service."""

from __future__ import annotations

from privatelink_ingress.settings.fields import AccountId, ConnectionName, Environment, Owner, Settings, Tags
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
    session_manager: bool = False
    """True lets AWS Systems Manager open sessions on the nodes, which is a way to the Kubernetes API from outside."""
    roles: Roles = Roles()
