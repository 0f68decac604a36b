"""docs/controller.md against the code: its examples load, and its tables say what is decided."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from privatelink_ingress.plan.workload.controller import nginx, plan_controller
from privatelink_ingress.plan.workload.controller.disk import SHARE, largest_file_mib, pod_disk
from privatelink_ingress.plan.workload.controller.objects import NAMESPACE, SELECTOR
from privatelink_ingress.plan.workload.controller.pod import START_SECONDS, STOP
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, Protocol
from privatelink_ingress.settings.workload.controller import Controller
from privatelink_ingress.settings.workload.publication import Publication
from tests.support import documents

TEXT = (Path(__file__).parents[3] / "docs" / "controller.md").read_text(encoding="utf-8")
IMAGE = {"digest": f"sha256:{'ab' * 32}"}


def examples() -> list[dict[str, Any]]:
    """The YAML blocks, with what they leave out filled in."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    return [YAML(typ="safe").load(block) for block in blocks]


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading, by its first column."""
    section = TEXT.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return {cells[0].strip(): [cell.strip() for cell in cells[1:]] for cells in lines[2:]}


def test_the_examples_are_settings() -> None:
    large, reach, https, http2 = examples()
    controller = large["eks-service:controller"] | {"image": IMAGE}
    plan_controller(
        settings=(settings := Controller.model_validate_json(json.dumps(controller))),
        trusted_cidrs=("10.11.0.0/21",),
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        overrides=settings.config,
    )
    controller = reach["eks-service:controller"] | {"image": IMAGE}
    assert Controller.model_validate_json(json.dumps(controller)).watch.namespaces == ("shop", "checkout")
    publication = https["eks-service:publication"] | {"consumers": [{"accountId": "222222222222"}]}
    assert Publication.model_validate_json(json.dumps(publication)).protocol == "https"
    publication = http2["eks-service:publication"] | {"consumers": [{"accountId": "222222222222"}]}
    assert Publication.model_validate_json(json.dumps(publication)).http2
    controller = https["eks-service:controller"] | {"image": IMAGE}
    assert Controller.model_validate_json(json.dumps(controller)).tls_secret == "edge-tls"


def test_the_table_of_values_has_every_key_that_a_stack_file_may_set_with_its_default() -> None:
    table = rows("Values of its configuration")
    keys = [key for row in table for key in re.findall(r"`([a-z-]+)`", row)]
    assert sorted(keys) == sorted(nginx.FREE)
    data = nginx.config_map(trusted_cidrs=("10.11.0.0/21",), drain_seconds=30, disk_gib=2)
    for key, shown in (("client-max-body-size", "`8m`"), ("http-redirect-code", "`308`"), ("worker-processes", "`4`")):
        assert table[f"`{key}`"][1] == shown == f"`{data[key]}`"


def test_the_policy_for_other_addresses_is_valid_and_selects_the_controllers_pods() -> None:
    policy: Any = documents.yaml("controller.md", "network-policy")[0]
    kubernetes_validate.validate(policy, "1.36", strict=True)
    assert policy["metadata"]["namespace"] == NAMESPACE
    assert policy["spec"]["podSelector"] == {"matchLabels": SELECTOR}


def test_the_header_to_trust_is_the_client_as_the_private_subnets_name_it() -> None:
    """F8: applications that read another one believe what the client wrote."""
    data = nginx.config_map(trusted_cidrs=("10.11.0.0/21",), drain_seconds=30, disk_gib=2)
    assert (data["real-ip-header"], data["set-real-ip-from"], data["real-ip-recursive"]) == (
        "X-Forwarded-For",
        "10.11.0.0/21",
        "True",
    )
    assert not nginx.FREE & {"real-ip-header", "set-real-ip-from", "real-ip-recursive"}
    connections = (Path(__file__).parents[3] / "docs" / "connections.md").read_text(encoding="utf-8")
    for text in (TEXT, connections):
        told = [line for line in text.split("\n- ") if "X-Forwarded-For" in line and "last" in line]
        assert told, "each document that describes the headers says which one to trust"
        assert all("X-Real-IP" in line and "never the first" in line for line in told)


def test_the_disk_of_a_pod_is_as_it_is_said() -> None:
    text = TEXT.split("\n## Disk of a pod\n")[1].split("\n## ")[0]
    gib = Controller(install=False).disk_gib
    assert f"`controller.diskGib` ({gib})" in text
    assert f"{pod_disk(gib, in_memory=False).total_mib - gib * 1024} MiB for configuration, sockets and logs" in text
    assert (SHARE, largest_file_mib(16)) == (16, 1024), "a sixteenth, and the bodies of the example"


def test_the_seconds_of_start_and_stop_are_the_pods() -> None:
    seconds = {key: cells[0] for key, cells in rows("Start and stop").items()}
    assert seconds == {
        "start": f"up to {START_SECONDS}",
        "sleep before SIGTERM": str(STOP.sleep),
        "drain": str(STOP.drain),
        "grace": str(STOP.grace),
    }
    assert f"{STOP.grace - STOP.sleep - STOP.drain} s are left over" in TEXT


@pytest.mark.parametrize(("column", "protocol"), [(0, HTTP), (1, HTTPS)])
def test_the_ports_of_both_protocols_are_the_decided_ones(column: int, protocol: Protocol) -> None:
    table = {key: cells[column] for key, cells in rows("HTTPS to the controller").items()}
    secret = {"tlsSecret": "edge-tls"} if protocol == HTTPS else {}
    plan = plan_controller(
        settings=Controller.model_validate({"image": IMAGE, **secret}),
        trusted_cidrs=("10.11.0.0/21",),
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        protocol=protocol,
    )
    policy = next(item.manifest for stage in plan.stages("x") for item in stage if item.key == "network-policy")
    assert table == {
        "target group of the edge, with its health check": f"{protocol.name} {protocol.port}, `/nginx-health`",
        "contract": f"{protocol.name}, {protocol.port}",
        "listener of the network load balancer": f"TCP {protocol.port}",
        "its target group": f"TCP {protocol.node_port}",
        "its health check": f"HTTP {protocol.health_node_port}",
        "node ports open to it": ", ".join(map(str, protocol.node_ports)),
        "open ports of the pods": ", ".join(str(port["port"]) for port in policy["spec"]["ingress"][0]["ports"]),
    }
