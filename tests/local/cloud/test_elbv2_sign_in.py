"""Sign-in of the emulated AWS's listener rules."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.readings.elbv2 import READINGS
from privatelink_ingress.local.adapters.table import adapter_for
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import NOT_FOUND, balancer, certificate, listener, network, refused, target_group

HOST = {"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}}
OIDC: dict[str, Any] = {
    "Issuer": "https://login.example.com",
    "AuthorizationEndpoint": "https://login.example.com/authorize",
    "TokenEndpoint": "https://login.example.com/token",
    "UserInfoEndpoint": "https://login.example.com/userinfo",
    "ClientId": "shop",
    "ClientSecret": "correct horse",
}
JWT: dict[str, Any] = {"Issuer": "https://login.example.com", "JwksEndpoint": "https://login.example.com/keys"}
ANSWER = [{**NOT_FOUND[0], "Order": 2}]


def oidc(**over: Any) -> dict[str, Any]:
    return {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {**OIDC, **over}}


def jwt(**over: Any) -> dict[str, Any]:
    return {"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": {**JWT, **over}}


@pytest.fixture
def https(edge: Session) -> str:
    place = network(edge)
    target_group(edge, place)
    arn = certificate(edge)
    front = balancer(edge, place)["LoadBalancerArn"]
    return listener(edge, front, 443, Protocol="HTTPS", Certificates=[{"CertificateArn": arn}])


def rule(session: Session, on: str, *actions: dict[str, Any], **over: Any) -> dict[str, Any]:
    parameters = {"Priority": 1, "Conditions": [HOST], "Actions": list(actions)} | over
    return session.client("elbv2").create_rule(ListenerArn=on, **parameters)["Rules"][0]


def test_a_client_secret_is_taken_and_never_described(edge: Session, https: str) -> None:
    made = rule(edge, https, oidc(), *ANSWER)
    elbv2 = edge.client("elbv2")
    [found] = elbv2.describe_rules(RuleArns=[made["RuleArn"]])["Rules"]
    changed = elbv2.modify_rule(RuleArn=made["RuleArn"], Actions=[oidc(ClientSecret="another"), *ANSWER])["Rules"][0]
    for each in (made, found, changed):
        [asked] = [action for action in each["Actions"] if action["Type"] == "authenticate-oidc"]
        assert asked["AuthenticateOidcConfig"] == {key: OIDC[key] for key in OIDC if key != "ClientSecret"}


def test_tokens_are_validated_by_an_action_that_is_described(edge: Session, https: str) -> None:
    claims = [{"Name": "scope", "Format": "string-array", "Values": ["a", "b"]}]
    made = rule(edge, https, jwt(AdditionalClaims=claims), *ANSWER)
    [found] = edge.client("elbv2").describe_rules(RuleArns=[made["RuleArn"]])["Rules"]
    assert found["Actions"][0]["JwtValidationConfig"] == {**JWT, "AdditionalClaims": claims}


def test_a_secret_may_stay_as_it_is_in_a_change_alone(edge: Session, https: str) -> None:
    kept = oidc(UseExistingClientSecret=True)
    del kept["AuthenticateOidcConfig"]["ClientSecret"]
    with refused("InvalidLoadBalancerAction", "A client secret must be specified"):
        rule(edge, https, kept, *ANSWER)
    made = rule(edge, https, oidc(), *ANSWER)
    assert edge.client("elbv2").modify_rule(RuleArn=made["RuleArn"], Actions=[kept, *ANSWER])["Rules"]


def test_clients_sign_in_on_https_alone(edge: Session) -> None:
    plain = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    with refused("InvalidLoadBalancerAction", "'authenticate-oidc' are supported only on HTTPS listeners"):
        rule(edge, plain, oidc(), *ANSWER)
    with refused("InvalidLoadBalancerAction", "'jwt-validation' are supported only on HTTPS listeners"):
        rule(edge, plain, jwt(), *ANSWER)


@pytest.mark.parametrize(
    ("actions", "said"),
    [
        ([oidc()], "exactly one forward, redirect or fixed-response action, which is performed last"),
        ([{**oidc(), "Order": 3}, *ANSWER], "which is performed last"),
        ([oidc(), {**jwt(), "Order": 2}, {**ANSWER[0], "Order": 3}], "only one authenticate or jwt-validation action"),
        ([oidc(), {key: value for key, value in ANSWER[0].items() if key != "Order"}], "which is performed last"),
        ([oidc(TokenEndpoint="http://login.example.com/token"), *ANSWER], "The TokenEndpoint"),
        ([jwt(JwksEndpoint="http://login.example.com/keys"), *ANSWER], "must be an HTTPS URL"),
        ([oidc(ClientSecret=""), *ANSWER], "A client secret must be specified"),
    ],
)
def test_what_aws_refuses_is_refused(edge: Session, https: str, actions: list[dict[str, Any]], said: str) -> None:
    with refused("InvalidLoadBalancerAction", said):
        rule(edge, https, *actions)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (oidc(SessionTimeout=604_801), "'604801' must be at most 604800"),
        (jwt(AdditionalClaims=[{"Name": "exp", "Format": "single-string", "Values": ["a"]}]), "validated by default"),
        (jwt(AdditionalClaims=[{"Name": "a", "Format": "single-string", "Values": ["a", "b"]}]), "at most '1' values"),
        (
            jwt(AdditionalClaims=[{"Name": f"a{i}", "Format": "single-string", "Values": ["a"]} for i in range(11)]),
            "'11' additional claims",
        ),
    ],
)
def test_limits_of_sessions_and_claims_are_kept(edge: Session, https: str, action: dict[str, Any], said: str) -> None:
    with refused("ValidationError", said):
        rule(edge, https, action, *ANSWER)


def test_a_refresh_keeps_the_client_secret_and_sees_what_was_changed_by_hand(edge: Session, https: str) -> None:
    oidc_inputs = {key[0].lower() + key[1:]: value for key, value in OIDC.items()}
    inputs = {
        "listenerArn": https,
        "priority": 1,
        "conditions": [{"hostHeader": {"values": ["shop.example.com"]}}],
        "actions": [
            {"type": "authenticate-oidc", "order": 1, "authenticateOidc": oidc_inputs},
            {"type": "fixed-response", "order": 2, "fixedResponse": {"statusCode": "404", "contentType": "text/plain"}},
        ],
    }
    made = adapter_for(t.LISTENER_RULE).create(edge, inputs)
    reading = READINGS[t.LISTENER_RULE]

    def read() -> dict[str, Any]:
        found = reading.read(edge, t.LISTENER_RULE, made.id, inputs)
        assert found is not None
        return found["actions"][0]["authenticateOidc"]

    assert read()["clientSecret"] == "correct horse"
    edge.client("elbv2").modify_rule(RuleArn=made.id, Actions=[oidc(ClientId="another"), *ANSWER])
    assert (read()["clientId"], read()["clientSecret"]) == ("another", "correct horse")
