"""Random repositories of stack files: some workloads, one edge, and some stacks attached to it, all of them right."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.support import authorities, sign_in
from tests.support.programs import REPOSITORY

Values = dict[str, Any]
ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
NAMES = ("shop", "blog", "news", "cart")


def write(root: Path, seed: int) -> Path:
    """A repository that follows from the seed."""
    rng = random.Random(seed)
    for project in ("", "eks-service", "central-ingress"):
        (root / project).mkdir(parents=True, exist_ok=True)
        for name in ("Pulumi.yaml", "__main__.py"):
            if (REPOSITORY / project / name).exists():
                shutil.copyfile(REPOSITORY / project / name, root / project / name)
    names = rng.sample(NAMES, rng.randint(1, 3))
    edge_zones = sorted(rng.sample(ZONES, rng.choice((2, 3, 3))))
    subnets = [f"10.12.{2 * ZONES.index(zone)}.0/23" for zone in edge_zones]
    stacks = {name: [name] for name in names}
    if rng.random() < 0.5:
        stacks[names[0]].append(f"{names[0]}-green")
    for clusters in stacks.values():
        for cluster in clusters:
            _save(root / f"eks-service/Pulumi.{cluster}.yaml", _workload(rng, cluster, edge_zones, subnets))
    slots = rng.sample(range(120), len(names))
    connections = {name: _connection(rng, name, slot, stacks[name]) for name, slot in zip(names, slots, strict=True)}
    attached = {name for name in names[1:] if rng.random() < 0.5}
    own = {name: one for name, one in connections.items() if name not in attached}
    _save(root / "central-ingress/Pulumi.prod.yaml", _edge(rng, edge_zones, own))
    _add_newer(random.Random(f"newer than {seed}"), root, own, {name: connections[name] for name in attached})
    for name in sorted(attached):
        content = _sample("central-ingress/Pulumi.prod-blog.yaml")
        content["central-ingress:owner"] = f"team-{name}"
        content["central-ingress:connections"] = {name: connections[name]}
        _save(root / f"central-ingress/Pulumi.prod-{name}.yaml", content)
    return root


def _add_newer(rng: random.Random, root: Path, own: Values, attached: Values) -> None:
    """IPv6, client certificates, sign-in, dashboards, and routes over HTTP/2 and gRPC, of the shard and its stacks."""
    file = root / "central-ingress/Pulumi.prod.yaml"
    content = yaml.safe_load(file.read_text())["config"]
    balancer = content["central-ingress:loadBalancer"]
    if rng.random() < 0.5:
        balancer["ipv6"] = rng.choice(("addresses", "published"))
        balancer["allowedCidrs"] = [*balancer["allowedCidrs"], "2001:db8::/32"]
    mode = rng.choice(("off", "verify", "passthrough"))
    if mode != "off":
        balancer["mutualTls"] = {"mode": mode} | ({"caBundle": "client-ca.pem"} if mode == "verify" else {})
        (file.parent / "client-ca.pem").write_text(authorities.certificate())
    content["central-ingress:dashboards"] = rng.random() < 0.5
    for name, connection in sorted((own | attached).items()):
        if rng.random() < 0.4:
            connection["signIn"] = dict(rng.choice(({"jwt": sign_in.JWT}, {"cognito": sign_in.COGNITO})))
            if rng.random() < 0.5 and connection["routes"][0]["paths"] == ["/*"]:
                connection["signIn"]["openPaths"] = ["/health", "/public/*"]
            balancer["issuerCidrs"] = ["0.0.0.0/0"]
        elif (
            connection["state"] == "active"
            and "stickinessSeconds" not in connection
            and _offers_http2(root, connection)
        ):
            protocol = rng.choice(("http2", "grpc"))
            host = {"hosts": [f"api-{name}.example.com"], "paths": ["/orders.Orders/*"]}
            connection["routes"] = [*connection["routes"], host | {"protocol": protocol}]
    content["central-ingress:connections"] = own
    _save(file, content)


def _offers_http2(root: Path, connection: Values) -> bool:
    """Whether its backends have TLS; then they offer HTTP/2 as well."""
    files = [root / f"eks-service/Pulumi.{backend['stack']}.yaml" for backend in connection["backends"]]
    contents = [yaml.safe_load(file.read_text())["config"] for file in files]
    publications = [content["eks-service:publication"] for content in contents]
    if any(one.get("protocol") != "https" for one in publications):
        return False
    for file, content in zip(files, contents, strict=True):
        content["eks-service:publication"]["http2"] = True
        _save(file, content)
    return True


def _sample(path: str) -> Values:
    return yaml.safe_load((REPOSITORY / path).read_text())["config"]


def _save(file: Path, config: Values) -> None:
    # Through JSON, so that YAML writes no aliases.
    file.write_text(yaml.safe_dump({"config": json.loads(json.dumps(config))}))


def _workload(rng: random.Random, name: str, edge_zones: list[str], subnets: list[str]) -> Values:
    content = _sample("eks-service/Pulumi.blog.yaml")
    content["eks-service:owner"] = f"team-{name.removesuffix('-green')}"
    content["eks-service:network"] = {"cidr": rng.choice(("10.11.0.0/16", "10.80.0.0/16")), "zoneIds": edge_zones}
    if rng.random() < 0.5:
        content["eks-service:network"]["zoneIds"] = list(ZONES)
    content.pop("eks-service:sample")
    consumer: Values = {"accountId": "222222222222"}
    if rng.random() < 0.6:
        consumer["albSubnetCidrs"] = subnets
    publication: Values = {
        "consumers": [consumer],
        "acceptanceRequired": rng.random() < 0.3,
        "healthPath": rng.choice(("/nginx-health", "/healthz")),
    }
    if rng.random() < 0.3:
        publication["protocol"] = "https"
        content["eks-service:controller"] |= {"tlsSecret": "edge-tls", "ingressTls": True}
    content["eks-service:publication"] = publication
    if rng.random() < 0.4:
        group = {"min": 3, "max": 6}
        content["eks-service:nodes"] = {"groups": {"default": group, "burst": group | {"capacityType": "SPOT"}}}
    return content


def _connection(rng: random.Random, name: str, slot: int, stacks: list[str]) -> Values:
    backends: list[Values] = []
    for position, stack in enumerate(stacks):
        backend: Values = {"stack": stack, "position": position, "generation": rng.randint(0, 1)}
        if stack != name:
            backend |= {"connectionName": stack}
        if len(stacks) > 1:
            backend["weight"] = rng.choice((1, 10, 90)) if position == 0 else rng.choice((0, 10, 90))
        backends.append(backend)
    connection: Values = {
        "slot": slot,
        "owner": f"team-{name}",
        "backends": backends,
        "routes": [_route(rng, f"{name}.example.com", place) for place in range(rng.randint(1, 3))],
        "dns": rng.random() < 0.8,
        "state": "maintenance" if rng.random() < 0.15 else "active",
    }
    if len(stacks) > 1 and rng.random() < 0.5:
        connection["stickinessSeconds"] = 600
    if rng.random() < 0.3:
        connection["certificate"] = {"domains": [f"{name}.example.com"], "validationRecords": "own"}
    return connection


def _route(rng: random.Random, host: str, place: int) -> Values:
    """Routes of a connection differ by their paths."""
    paths = [f"/{place}/*", f"/exact-{place}"] if place else rng.choice((["/*"], ["/", "/posts/*", "/feed?.xml"]))
    route: Values = {"hosts": [host, f"www-{host}"] if rng.random() < 0.3 else [host], "paths": paths}
    if rng.random() < 0.3:
        route["methods"] = ["GET", "POST"]
    if rng.random() < 0.3:
        route["headers"] = {"X-Tenant": ["a*", "b"]}
    elif rng.random() < 0.3:
        route["query"] = [{"key": "version", "value": "2*"}, {"value": "any"}]
    if rng.random() < 0.3:
        route["sources"] = ["198.51.100.0/24"]
    if rng.random() < 0.3:
        rewrite: Values = {"path": {"regex": "^/(.*)$", "replace": "/app/$1"}}
        if rng.random() < 0.5:
            rewrite["host"] = {"regex": "^.*$", "replace": "inner.example.com"}
        route["rewrite"] = rewrite
    return route


def _edge(rng: random.Random, zones: list[str], connections: Values) -> Values:
    content = _sample("central-ingress/Pulumi.prod.yaml")
    content["central-ingress:network"]["zoneIds"] = zones
    content["central-ingress:connections"] = connections
    content["central-ingress:loadBalancer"] = {
        "redirectHttp": rng.random() < 0.5,
        "allowedCidrs": rng.choice((["0.0.0.0/0"], ["198.51.100.0/24", "203.0.113.0/24"])),
    }
    if rng.random() < 0.5:
        certificates = [
            *content["central-ingress:certificates"],
            {"domains": ["example.org"], "zoneId": "Z0987654321EXAMPLE"},
        ]
        content["central-ingress:certificates"] = certificates
    firewall = content["central-ingress:firewall"]
    firewall["rateLimit"] = rng.choice((100, 2000))
    if rng.random() < 0.5:
        firewall["deny"] = ["198.51.100.7/32"]
    if rng.random() < 0.5:
        firewall["allow"] = ["203.0.113.9/32"]
    if rng.random() < 0.5:
        firewall["countries"] = {"block": ["KP"]}
    if rng.random() < 0.5:
        firewall["blockPage"] = {"status": 404, "text": "Blocked."}
    if rng.random() < 0.3:
        firewall["stage"] = "count"
    if rng.random() < 0.5:
        # Only the stack with the web ACL may change it.
        for one in connections.values():
            one["firewall"] = {"largeBodies": "allow", "largeBodyPaths": ["/upload/*"]}
            break
    return content
