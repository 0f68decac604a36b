"""Target groups of HTTP/2 and gRPC in the emulated AWS: versions, health checks, listeners and rules."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import NOT_FOUND, balancer, certificate, listener, network, refused, target_group


def described(session: Session, arn: str) -> dict[str, Any]:
    [group] = session.client("elbv2").describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    return group


def grpc(session: Session, place: Any, **over: Any) -> str:
    given: dict[str, Any] = {"Protocol": "HTTPS", "Port": 443, "ProtocolVersion": "GRPC"} | over
    return target_group(session, place, **given)


def https(session: Session, arn: str) -> str:
    certificates = [{"CertificateArn": certificate(session)}]
    return listener(session, arn, 443, Protocol="HTTPS", Certificates=certificates)


def rule(session: Session, listener_arn: str, *actions: dict[str, Any]) -> None:
    conditions = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["shop.example.com"]}}]
    session.client("elbv2").create_rule(
        ListenerArn=listener_arn, Priority=1, Conditions=conditions, Actions=list(actions)
    )


def test_a_group_of_grpc_has_a_health_check_of_its_own(edge: Session) -> None:
    place = network(edge)
    found = described(edge, grpc(edge, place))
    assert (found["ProtocolVersion"], found["HealthCheckPath"], found["Matcher"]) == (
        "GRPC",
        "/AWS.ALB/healthcheck",
        {"GrpcCode": "12"},
    )
    own = grpc(edge, place, name="own", HealthCheckPath="/grpc.health.v1.Health/Check", Matcher={"GrpcCode": "0,12"})
    assert (described(edge, own)["HealthCheckPath"], described(edge, own)["Matcher"]) == (
        "/grpc.health.v1.Health/Check",
        {"GrpcCode": "0,12"},
    )
    edge.client("elbv2").modify_target_group(TargetGroupArn=own, Matcher={"GrpcCode": "0-99"})
    assert described(edge, own)["Matcher"] == {"GrpcCode": "0-99"}


def test_a_group_without_a_version_is_of_http_1(edge: Session) -> None:
    assert described(edge, target_group(edge, network(edge)))["ProtocolVersion"] == "HTTP1"


@pytest.mark.parametrize(
    ("over", "saying"),
    [
        ({"ProtocolVersion": "HTTP3"}, "'HTTP3'"),
        ({"ProtocolVersion": "GRPC", "Protocol": "TCP"}, "'TCP'"),
        ({"ProtocolVersion": "GRPC", "Matcher": {"HttpCode": "200"}}, "GRPC code '200' must be within '0-99'"),
        ({"ProtocolVersion": "HTTP2", "Matcher": {"GrpcCode": "0"}}, "requires protocol version 'GRPC'"),
    ],
    ids=["version", "protocol", "code", "code of grpc"],
)
def test_versions_and_codes_are_checked(edge: Session, over: dict[str, Any], saying: str) -> None:
    with refused("ValidationError", saying):
        target_group(edge, network(edge), **over)


@pytest.mark.parametrize("version", ["HTTP2", "GRPC"])
def test_only_https_forwards_to_the_newer_versions(edge: Session, version: str) -> None:
    place = network(edge)
    arn = balancer(edge, place)["LoadBalancerArn"]
    forward = {"Type": "forward", "TargetGroupArn": grpc(edge, place, ProtocolVersion=version)}
    with refused("InvalidConfigurationRequest", f"'HTTP' does not support version '{version}'"):
        listener(edge, arn, DefaultActions=[forward])
    plain = listener(edge, arn, DefaultActions=NOT_FOUND)
    with refused("InvalidConfigurationRequest", f"'HTTP' does not support version '{version}'"):
        rule(edge, plain, forward)
    rule(edge, https(edge, arn), forward)


def test_a_rule_for_grpc_only_forwards(edge: Session) -> None:
    place = network(edge)
    secure = https(edge, balancer(edge, place)["LoadBalancerArn"])
    login = {
        "Type": "authenticate-oidc",
        "Order": 1,
        "AuthenticateOidcConfig": {
            "Issuer": "https://login.example.com",
            "AuthorizationEndpoint": "https://login.example.com/a",
            "TokenEndpoint": "https://login.example.com/t",
            "UserInfoEndpoint": "https://login.example.com/u",
            "ClientId": "id",
            "ClientSecret": "secret",
        },
    }
    with refused("InvalidLoadBalancerAction", "authenticate-oidc"):
        rule(edge, secure, login, {"Type": "forward", "Order": 2, "TargetGroupArn": grpc(edge, place)})
