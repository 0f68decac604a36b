"""Services for the edge to connect to: what two workload stacks would export."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import Registration, StackRun

ZONES = ["euw1-az1", "euw1-az2", "euw1-az3"]


def exports(name: str, number: int, **changes: Any) -> dict[str, Any]:
    return {
        "contract_version": 1,
        "connection_name": name,
        "owner": f"team-{name}",
        "account_id": "111111111111",
        "region": "eu-west-1",
        "endpoint_service_name": f"com.amazonaws.vpce.eu-west-1.vpce-svc-{number:017x}",
        "endpoint_service_id": f"vpce-svc-{number:017x}",
        "zone_ids": ZONES,
        "port": 80,
        "protocol": "HTTP",
        "health_path": "/nginx-health",
        **changes,
    }


def services(*names: str) -> dict[str, StackOutputs]:
    """By the name that a StackReference uses."""
    return {
        f"organization/eks-service/{name}": StackOutputs(exports(name, number))
        for number, name in enumerate(names or ("shop", "blog"), start=1)
    }


def connection(name: str, slot: int, **changes: Any) -> dict[str, Any]:
    return {
        "slot": slot,
        "owner": f"team-{name}",
        "backends": [{"stack": name}],
        "routes": [{"hosts": [f"{name}.example.com"]}],
        **changes,
    }


def named(run: StackRun, type_: str, name: str) -> Registration:
    (found,) = [registration for registration in run.of_type(type_) if registration.name == name]
    return found


def inputs(run: StackRun, type_: str) -> dict[str, dict[str, Any]]:
    """Inputs without tags, by resource name."""
    return {
        registration.name: {key: value for key, value in registration.inputs.items() if key != "tags"}
        for registration in run.of_type(type_)
    }


def id_of(run: StackRun, type_: str, name: str) -> str:
    return named(run, type_, name).id
