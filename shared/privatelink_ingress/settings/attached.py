"""Settings of an attached `central-ingress` stack: connections of their own file on the load balancer of another."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from privatelink_ingress import stack_names
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings import shard_lines
from privatelink_ingress.settings.alarms import Alarms, ShardAlarms
from privatelink_ingress.settings.edge import SLOTS, Connection, EdgeSettings, EdgeStack, StackNameSetting
from privatelink_ingress.settings.explain import keys
from privatelink_ingress.settings.fields import ConnectionName
from privatelink_ingress.settings.load import SettingsError, load

_NOTHING = ("", "{}", "[]")
"""The engine passes a key that the stack file omits as the default in `Pulumi.yaml`: one of these."""


class AttachedSettings(EdgeStack):
    """All keys of an attached stack."""

    edge_stack: StackNameSetting
    """The stack with the load balancer: `prod`, or `<organization>/<project>/prod`."""
    connections: Annotated[dict[ConnectionName, Connection], Field(min_length=1, max_length=len(SLOTS))]


SHARD_KEYS = tuple(key for key in keys(EdgeSettings) if key not in keys(AttachedSettings))
"""Keys of a stack with a load balancer that an attached stack does not have."""


def load_edge(
    values: Mapping[str, str], *, project: str, stack: str, region: str | None = None
) -> EdgeSettings | AttachedSettings:
    """The settings of a `central-ingress` stack, attached when it names an `edgeStack`. Arguments as of `load`.

    Raises:
        SettingsError: with every mistake.
    """
    written = {key: text for key, text in values.items() if text not in _NOTHING or key not in keys(EdgeSettings)}
    if "edgeStack" not in written:
        if "edgeParameter" in written:
            remedy = "Write edgeStack too, or contractPrefix if this stack is to write its contract."
            problem = Problem("edgeParameter", "has no effect without edgeStack", remedy)
            raise SettingsError(f"{project}/Pulumi.{stack}.yaml has mistakes", [problem])
        return _load_shard(written, project=project, stack=stack, region=region)
    shard = stack_names.short(written["edgeStack"])
    misplaced = [_misplaced(key, written[key], shard, project) for key in SHARD_KEYS if key in written]
    own = {key: text for key, text in written.items() if key not in SHARD_KEYS}
    if "alarms" in own:
        own["alarms"], found = _without_shard_alarms(own["alarms"], shard, project)
        misplaced += found
    if "connections" in own:
        own["connections"], found = _without_firewall(own["connections"], shard, project)
        misplaced += found
        own["connections"], found = _without_mutual_tls(own["connections"], shard, project)
        misplaced += found
    try:
        settings = load(AttachedSettings, own, project=project, stack=stack, region=region)
    except SettingsError as error:
        # Without the shard's name, nobody knows where a misplaced key belongs.
        unnamed = any(problem.where == "edgeStack" for problem in error.problems)
        raise SettingsError(error.title, [*([] if unnamed else misplaced), *error.problems]) from None
    if misplaced:
        raise SettingsError(f"{project}/Pulumi.{stack}.yaml has mistakes", misplaced)
    return settings


def _load_shard(written: Mapping[str, str], *, project: str, stack: str, region: str | None) -> EdgeSettings:
    connections, misplaced = _without_mutual_tls(written.get("connections", ""), stack, project)
    values = {**written, "connections": connections} if misplaced else written
    try:
        settings = load(EdgeSettings, values, project=project, stack=stack, region=region)
    except SettingsError as error:
        raise SettingsError(error.title, [*misplaced, *error.problems]) from None
    if misplaced:
        raise SettingsError(f"{project}/Pulumi.{stack}.yaml has mistakes", misplaced)
    return settings


def _misplaced(key: str, text: str, shard: str, project: str) -> Problem:
    reason = f"belongs to the load balancer, which stack {shard} holds: this stack only adds connections to it"
    remedy = shard_lines.moved(project, shard, key, text)
    if key == "certificates":
        remedy = f"For a connection's own certificate, write connections.<name>.certificate. Any other:\n    {remedy}"
    return Problem(key, reason, remedy)


def _without_shard_alarms(text: str, shard: str, project: str) -> tuple[str, list[Problem]]:
    """The alarms without what only a shard has, and the line for each such key in the shard's file."""
    try:
        alarms = json.loads(text)
    except ValueError:
        return text, []
    if not isinstance(alarms, dict):
        return text, []
    others = [key for key in keys(ShardAlarms) if key not in keys(Alarms) and key in alarms]
    problems = [
        Problem(
            f"alarms.{key}",
            f"belongs to the alarms of stack {shard}, and this stack only adds connections to it",
            shard_lines.below(project, shard, "alarms", {key: alarms.pop(key)}),
        )
        for key in others
    ]
    return (json.dumps(alarms), problems) if problems else (text, [])


def _without_firewall(text: str, shard: str, project: str) -> tuple[str, list[Problem]]:
    """The connections without what the web ACL holds, and the line for each that belongs in the shard's file."""
    try:
        connections = json.loads(text)
    except ValueError:
        return text, []
    problems = []
    for name, connection in connections.items() if isinstance(connections, dict) else ():
        if isinstance(connection, dict) and "firewall" in connection:
            # An entry without hosts has a problem of its own, with the place of the missing key.
            lines = dict.fromkeys(_hosts(connection) or ["<host>"], connection["firewall"])
            problems.append(
                Problem(
                    f"connections.{name}.firewall",
                    f"belongs to the web ACL of stack {shard}, and this stack only adds connections to it",
                    shard_lines.below(project, shard, "firewall.hosts", lines),
                )
            )
            del connection["firewall"]
    return (json.dumps(connections), problems) if problems else (text, [])


def _without_mutual_tls(text: str, shard: str, project: str) -> tuple[str, list[Problem]]:
    """The connections without `mutualTls`, and the line for each that has it in the shard's file."""
    try:
        connections = json.loads(text)
    except ValueError:
        return text, []
    problems = [
        Problem(
            f"connections.{name}.mutualTls",
            "belongs to the HTTPS listener, which asks the clients of every connection on the load balancer alike",
            "Connections that must not ask for certificates need another shard. "
            + shard_lines.below(project, shard, "loadBalancer", {"mutualTls": connection.pop("mutualTls")}),
        )
        for name, connection in (connections.items() if isinstance(connections, dict) else ())
        if isinstance(connection, dict) and "mutualTls" in connection
    ]
    return (json.dumps(connections), problems) if problems else (text, [])


def _hosts(connection: Mapping[str, Any]) -> list[str]:
    """Every host of an entry that is not validated yet."""
    routes = connection.get("routes")
    routes = [route for route in routes if isinstance(route, dict)] if isinstance(routes, list) else []
    lists = [route["hosts"] for route in routes if isinstance(route.get("hosts"), list)]
    return list(dict.fromkeys(str(host) for hosts in lists for host in hosts))
