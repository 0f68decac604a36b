"""Rules for resources and stacks: pure functions of type and inputs."""

from privatelink_ingress.rules import (
    alarms,
    cluster,
    firewall,
    identity,
    ingress,
    load_balancers,
    logs,
    mutual_tls,
    network,
    publication,
    sign_in,
    targets,
    ways_out,
)
from privatelink_ingress.rules.accepted import ACCEPTED
from privatelink_ingress.rules.model import RULES, Finding, Resource, Rule, Stack, judge

__all__ = [
    "ACCEPTED",
    "RULES",
    "Finding",
    "Resource",
    "Rule",
    "Stack",
    "alarms",
    "cluster",
    "firewall",
    "identity",
    "ingress",
    "judge",
    "load_balancers",
    "logs",
    "mutual_tls",
    "network",
    "publication",
    "sign_in",
    "targets",
    "ways_out",
]
