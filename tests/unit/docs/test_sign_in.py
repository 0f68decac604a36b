"""What docs/sign-in.md shows is what a stack file takes."""

from __future__ import annotations

import json

from privatelink_ingress.plan.routing.routes import check, plan_all
from privatelink_ingress.settings.edge import Connection, LoadBalancer
from tests.support.documents import yaml


def test_its_connections_are_valid_once_their_secrets_are_decrypted() -> None:
    blocks = yaml("sign-in.md", "connections")
    assert [next(iter(block["shop"]["signIn"])) for block in blocks] == ["oidc", "jwt"]  # ty: ignore[not-subscriptable]
    for block in blocks:
        text = json.dumps(block)
        decrypted = json.loads(text, object_hook=lambda one: one["secure"] if [*one] == ["secure"] else one)
        entries = {name: Connection.model_validate_json(json.dumps(entry)) for name, entry in decrypted.items()}
        assert check(plan_all(entries)) == []


def test_its_line_for_the_shard_is_valid() -> None:
    [block] = yaml("sign-in.md", "loadBalancer")
    assert LoadBalancer.model_validate_json(json.dumps(block)).issuer_cidrs == ("0.0.0.0/0",)
