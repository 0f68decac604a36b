"""Where a trace ends because the load balancer asks who the client is."""

from __future__ import annotations

import dataclasses

import pytest

from privatelink_ingress.trace import listeners
from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.hops import Hop
from privatelink_ingress.trace.trace import Trace, trace
from tests.support.topologies import ALB, EDGE_GROUP, changed, forward, group, permission, rule, whole

URL = "https://shop.example.com/cart"
OIDC = listeners.SignIn(
    type="authenticate-oidc", provider="https://login.example.com", unauthenticated="authenticate", cookie="Session"
)
JWT = listeners.SignIn(type="jwt-validation", provider="https://login.example.com")


def asking(sign_in: listeners.SignIn, *, way_out: bool = True) -> model.Topology:
    topology = whole()
    (https,) = topology.load_balancers[ALB].listeners
    asks = dataclasses.replace(forward(EDGE_GROUP), sign_in=sign_in)
    rules = (rule(1, asks, host_header=("shop.example.com",)), https.rules[-1])
    topology = changed(topology, "load_balancers", ALB, listeners=(dataclasses.replace(https, rules=rules),))
    egress = [permission(80, groups=("sg-endpoint",)), *([permission(443, cidrs=("0.0.0.0/0",))] if way_out else [])]
    alb = topology.security_groups["sg-alb"]
    groups = {**topology.security_groups, "sg-alb": group("sg-alb", alb.ingress, tuple(egress))}
    return dataclasses.replace(topology, security_groups=groups)


def sign_in(result: Trace) -> Hop:
    (hop,) = [hop for hop in result.hops if hop.name == "Sign-in"]
    return hop


@pytest.mark.parametrize(
    ("unauthenticated", "status", "reason"),
    [
        ("authenticate", 302, "the client has no session, and is sent to the identity provider"),
        ("deny", 401, "the client has no session"),
    ],
)
def test_a_client_without_a_session_is_stopped(unauthenticated: str, status: int, reason: str) -> None:
    result = trace(URL, asking(dataclasses.replace(OIDC, unauthenticated=unauthenticated)))
    assert (result.outcome, result.status, result.hops[-1].name) == ("answered", status, "Sign-in")
    assert result.hops[-1].evidence == "authenticate-oidc: https://login.example.com"
    assert result.hops[-1].reason == reason
    remedy = 'Add --header "Cookie=Session-0=<value>", or write the path under signIn.openPaths.'
    assert result.hops[-1].remedy == remedy


def test_a_client_without_a_token_is_stopped() -> None:
    for headers in ([], ["Authorization=Basic abc"], ["Cookie=Session-0=abc"]):
        result = trace(URL, asking(JWT), headers=headers)
        assert (result.outcome, result.status, result.hops[-1].name) == ("answered", 401, "Sign-in")


@pytest.mark.parametrize(
    ("asked", "header", "shown"),
    [(OIDC, "Cookie=a=b; Session-0=abc", "cookie Session"), (JWT, "Authorization=Bearer abc", "token")],
)
def test_only_the_load_balancer_can_validate_what_a_client_shows(
    asked: listeners.SignIn, header: str, shown: str
) -> None:
    result = trace(URL, asking(asked), headers=[header])
    assert result.outcome == "reached"
    assert sign_in(result).verdict == "not seen"
    assert sign_in(result).reason == f"only the load balancer can validate the {shown}; followed as if it were valid"


def test_a_rule_may_let_clients_without_a_session_through() -> None:
    result = trace(URL, asking(dataclasses.replace(OIDC, unauthenticated="allow")))
    assert result.outcome == "reached"
    assert sign_in(result).verdict == "passes"


def test_without_a_way_to_the_identity_provider_nobody_signs_in() -> None:
    result = trace(URL, asking(OIDC, way_out=False), headers=["Cookie=Session-0=abc"])
    assert (result.outcome, result.status) == ("answered", 500)
    reason = "the load balancer's security groups let it reach no identity provider on port 443"
    assert (sign_in(result).reason, sign_in(result).remedy) == (
        reason,
        "Write loadBalancer.issuerCidrs and run `pulumi up` in central-ingress/.",
    )
    assert trace(URL, asking(JWT, way_out=False), headers=["Authorization=Bearer abc"]).outcome == "stopped"


def test_a_request_can_be_followed_as_that_of_a_client_that_has_signed_in() -> None:
    result = trace(URL, asking(OIDC), signed_in=True)
    assert result.outcome == "reached"
    assert sign_in(result).verdict == "passes"
