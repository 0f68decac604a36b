"""What a connection registers whose clients sign in at the load balancer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.monitor import ProgramFailed, StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.rules import judge
from privatelink_ingress.settings.sign_in import ISSUERS
from tests.support.edge_services import named
from tests.support.recordings import recorded
from tests.support.sign_in import COGNITO, JWT, OIDC, SECRET

SECRETS = ("central-ingress:connections",)

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run, connections: dict[str, Any]) -> Run:
    def shop(sign_in: dict[str, Any] | None, **over: Any) -> StackRun:
        entry = connections["shop"] | {key: over.pop(key) for key in ("state", "routes") if key in over}
        if sign_in is not None:
            entry["signIn"] = sign_in
        return edge_run(connections={"shop": entry}, **{"secret_keys": SECRETS, **over})

    return shop


def actions(run: StackRun, rule: str = "shop-exact-host-any-path-0") -> list[dict[str, Any]]:
    return named(run, t.LISTENER_RULE, rule).inputs["actions"]


def ways_to_issuers(run: StackRun) -> dict[str, str]:
    rules = [one.inputs for one in run.of_type(t.EGRESS_RULE) if "cidrIpv4" in one.inputs]
    return {rule["cidrIpv4"]: f"{rule['ipProtocol']} {rule['fromPort']}-{rule['toPort']}" for rule in rules}


def test_clients_sign_in_before_a_request_is_forwarded(run: Run) -> None:
    sign_in, forward = actions(run({"oidc": OIDC}))
    assert (sign_in["order"], forward["order"], forward["type"]) == (1, 2, "forward")
    assert sign_in == {
        "type": "authenticate-oidc",
        "order": 1,
        "authenticateOidc": {
            "issuer": "https://login.example.com",
            "authorizationEndpoint": "https://login.example.com/authorize",
            "tokenEndpoint": "https://login.example.com/token",
            "userInfoEndpoint": "https://login.example.com/userinfo",
            "clientId": "shop",
            "clientSecret": SECRET,
            "scope": "openid",
            "sessionCookieName": "AWSELBAuthSessionCookie",
            "sessionTimeout": 28_800,
            "onUnauthenticatedRequest": "authenticate",
        },
    }


def test_a_user_pool_and_tokens_are_actions_of_their_own(run: Run) -> None:
    cognito, _ = actions(run({"cognito": {**COGNITO, "extraParameters": {"prompt": "login"}}}))
    assert cognito["type"] == "authenticate-cognito"
    assert cognito["authenticateCognito"]["userPoolArn"] == COGNITO["userPoolArn"]
    assert cognito["authenticateCognito"]["authenticationRequestExtraParams"] == {"prompt": "login"}
    jwt, _ = actions(run({"jwt": JWT}))
    assert jwt == {
        "type": "jwt-validation",
        "order": 1,
        "jwtValidation": {
            "issuer": "https://login.example.com",
            "jwksEndpoint": "https://login.example.com/keys",
            "additionalClaims": JWT["claims"],
        },
    }


def test_the_client_secret_is_secret_in_the_rule_and_nowhere_else(run: Run) -> None:
    edge = run({"oidc": OIDC})
    rule = named(edge, t.LISTENER_RULE, "shop-exact-host-any-path-0")
    assert ("actions", 0, "authenticateOidc", "clientSecret") in rule.secret_inputs
    assert SECRET not in repr(edge.exports)
    others = [one.name for one in edge.registrations if one is not rule and SECRET in repr((one.inputs, one.outputs))]
    assert others == []
    assert [message for message in edge.messages if SECRET in message] == []


@pytest.mark.parametrize("sign_in", [{"oidc": OIDC, "openPaths": ["/health"]}, {"cognito": COGNITO}, {"jwt": JWT}])
def test_a_shard_that_signs_clients_in_keeps_every_rule(run: Run, sign_in: dict[str, Any]) -> None:
    found = judge(recorded(run(sign_in)))
    assert [(rule.name, resource.name, message) for rule, (resource, message) in found] == []


def test_an_open_path_only_forwards(run: Run) -> None:
    edge = run({"oidc": OIDC, "openPaths": ["/health"]})
    assert [action["type"] for action in actions(edge, "shop-exact-host-exact-path-0")] == ["forward"]
    assert [action["type"] for action in actions(edge)] == ["authenticate-oidc", "forward"]


def test_in_maintenance_nobody_is_asked_to_sign_in(run: Run) -> None:
    edge = run({"oidc": OIDC, "openPaths": ["/health"]}, state="maintenance")
    kinds = [[action["type"] for action in rule.inputs["actions"]] for rule in edge.of_type(t.LISTENER_RULE)]
    assert kinds == [["fixed-response"], ["fixed-response"]]


def test_the_load_balancer_reaches_identity_providers_only_where_clients_sign_in(run: Run) -> None:
    assert ways_to_issuers(run(None)) == {}
    assert ways_to_issuers(run({"jwt": JWT})) == {"0.0.0.0/0": "tcp 443-443"}
    narrowed = {"issuerCidrs": ["203.0.113.0/24", "198.51.100.7/32"]}
    expected = {"203.0.113.0/24": "tcp 443-443", "198.51.100.7/32": "tcp 443-443"}
    assert ways_to_issuers(run({"jwt": JWT}, loadBalancer=narrowed)) == expected
    assert ways_to_issuers(run(None, loadBalancer=narrowed)) == expected


def test_listeners_and_their_rules_wait_for_the_way_to_identity_providers(run: Run) -> None:
    edge = run({"jwt": JWT})
    (way,) = [one.urn for one in edge.of_type(t.EGRESS_RULE) if one.inputs["description"] == ISSUERS]
    assert way in edge.only(t.LISTENER).depends_on


def test_paths_with_dot_segments_are_blocked_first_where_clients_sign_in(run: Run) -> None:
    def first_rule(edge: StackRun) -> dict[str, Any]:
        return min(edge.only(t.WEB_ACL).inputs["rules"], key=lambda rule: rule["priority"])

    assert first_rule(run(None))["name"] != "dot-segments"
    for stage in ("block", "count"):
        rule = first_rule(run({"jwt": JWT}, firewall={"stage": stage, "allow": ["198.51.100.0/24"]}))
        assert rule["name"] == "dot-segments"
        assert rule["action"] == {"block": {}}
        assert rule["statement"]["regexMatchStatement"] == {
            "fieldToMatch": {"uriPath": {}},
            "regexString": r"(^|/)\.\.?(/|$)",
            "textTransformations": [{"priority": 0, "type": "URL_DECODE"}],
        }


def test_a_client_secret_that_is_not_encrypted_stops_the_program(run: Run) -> None:
    with pytest.raises(pulumi.RunError) as error:
        run({"oidc": OIDC}, secret_keys=())
    told = str(error.value)
    assert "connections.shop.signIn.oidc.clientSecret: is plain text" in told
    assert SECRET not in told


def test_more_networks_than_the_security_group_has_rules_for_are_refused(run: Run) -> None:
    networks = [f"203.0.113.{number}/32" for number in range(59)]
    with pytest.raises(pulumi.RunError, match="need 61 outbound rules with those to the endpoints, but a security gro"):
        run({"jwt": JWT}, loadBalancer={"issuerCidrs": networks})


@pytest.fixture
def blog(attached_run: Run, connections: dict[str, Any], published: dict[str, StackOutputs]) -> Run:
    def attached(shard: StackOutputs) -> StackRun:
        entry = connections["blog"] | {"signIn": {"jwt": JWT}}
        stacks = published | {"organization/central-ingress/prod": shard}
        return attached_run(connections={"blog": entry}, stacks=stacks, secret_keys=SECRETS)

    return attached


def test_an_attached_stack_signs_clients_in_where_its_shard_reaches_identity_providers(
    blog: Run, edge_run: Run, shard: StackOutputs
) -> None:
    with pytest.raises((pulumi.RunError, ProgramFailed)) as error:
        blog(shard)
    told = str(error.value)
    assert "connections.blog.signIn: needs a load balancer that reaches identity providers, and that of stack prod" in (
        told
    )
    assert "Write in central-ingress/Pulumi.prod.yaml, under loadBalancer: issuerCidrs: [0.0.0.0/0]" in told
    older = StackOutputs({key: value for key, value in shard.values.items() if key != "sign_in"})
    with pytest.raises((pulumi.RunError, ProgramFailed), match=r"connections\.blog\.signIn"):
        blog(older)
    open_shard = StackOutputs({**shard.values, "sign_in": True})
    kinds = [one["type"] for rule in blog(open_shard).of_type(t.LISTENER_RULE) for one in rule.inputs["actions"]]
    assert set(kinds) == {"jwt-validation", "forward"}


def test_a_shard_tells_attached_stacks_what_its_file_says_and_not_what_its_own_connections_open(run: Run) -> None:
    assert run({"jwt": JWT}).exports["sign_in"] is False
    assert run(None, loadBalancer={"issuerCidrs": ["203.0.113.0/24"]}).exports["sign_in"] is True
