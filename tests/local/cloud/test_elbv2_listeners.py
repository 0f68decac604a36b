"""Listeners of the emulated AWS: ports, certificates, policies, and target groups that fit."""

from __future__ import annotations

import pytest

from privatelink_ingress.local.cloud import service_quotas
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import NOT_FOUND, balancer, certificate, listener, network, refused, target_group

POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"


def https(session: Session, arn: str, certificates: list[str], policy: str = POLICY) -> str:
    held = [{"CertificateArn": certificate} for certificate in certificates]
    return listener(session, arn, 443, Protocol="HTTPS", Certificates=held, SslPolicy=policy)


def forward(arn: str) -> list[dict[str, str]]:
    return [{"Type": "forward", "TargetGroupArn": arn}]


def test_a_port_has_one_listener(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    listener(edge, arn)
    with refused("DuplicateListener"):
        listener(edge, arn)


def test_https_needs_a_certificate(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("ValidationError", "certificate must be specified"):
        https(edge, arn, [])


def test_a_certificate_is_issued_and_of_the_same_account_and_region(edge: Session, workload: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("CertificateNotFound"):
        https(edge, arn, [certificate(workload)])
    with refused("UnsupportedCertificate"):
        https(edge, arn, [certificate(edge, "blog.example.com", validated=False)])
    made = https(edge, arn, [certificate(edge, "blue.example.com")])
    found = edge.client("elbv2").describe_listeners(ListenerArns=[made])["Listeners"][0]
    assert (found["Protocol"], found["SslPolicy"]) == ("HTTPS", POLICY)


def test_a_policy_must_be_known(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("SSLPolicyNotFound", "ELBSecurityPolicy-Nonsense"):
        https(edge, arn, [certificate(edge)], "ELBSecurityPolicy-Nonsense")


def test_a_listener_without_tls_shows_no_policy(edge: Session) -> None:
    made = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    assert "SslPolicy" not in edge.client("elbv2").describe_listeners(ListenerArns=[made])["Listeners"][0]


def test_certificates_for_sni_are_issued_and_at_most_25_until_the_quota_is_raised(edge: Session) -> None:
    made = https(edge, balancer(edge, network(edge))["LoadBalancerArn"], [certificate(edge)])
    add = edge.client("elbv2").add_listener_certificates
    with refused("UnsupportedCertificate"):
        add(ListenerArn=made, Certificates=[{"CertificateArn": certificate(edge, "x.example.com", validated=False)}])
    for number in range(25):
        add(ListenerArn=made, Certificates=[{"CertificateArn": certificate(edge, f"c{number}.example.com")}])
    another = [{"CertificateArn": certificate(edge, "c25.example.com")}]
    with refused("TooManyCertificates"):
        add(ListenerArn=made, Certificates=another)
    service_quotas.apply(edge.account_id, edge.region, "L-9365A611", 26)
    add(ListenerArn=made, Certificates=another)


def test_the_default_certificate_cannot_be_removed(edge: Session) -> None:
    held = certificate(edge)
    made = https(edge, balancer(edge, network(edge))["LoadBalancerArn"], [held])
    with refused("OperationNotPermitted"):
        edge.client("elbv2").remove_listener_certificates(ListenerArn=made, Certificates=[{"CertificateArn": held}])


def test_a_target_group_has_a_protocol_of_the_balancers_type(edge: Session) -> None:
    place = network(edge)
    group = target_group(edge, place, Protocol="TCP")
    with refused("IncompatibleProtocols", "'TCP'"):
        listener(edge, balancer(edge, place)["LoadBalancerArn"], DefaultActions=forward(group))


def test_a_target_group_is_of_the_balancers_vpc(edge: Session) -> None:
    group = target_group(edge, network(edge, second_octet=13))
    with refused("InvalidConfigurationRequest", "must be in the VPC"):
        listener(edge, balancer(edge, network(edge))["LoadBalancerArn"], DefaultActions=forward(group))


def test_a_target_group_serves_one_balancer_at_a_time(edge: Session) -> None:
    place, elb = network(edge), edge.client("elbv2")
    group = target_group(edge, place)
    first, second = (balancer(edge, place, name)["LoadBalancerArn"] for name in ("one", "two"))
    listener(edge, first, DefaultActions=forward(group))
    with refused("TargetGroupAssociationLimit", group):
        listener(edge, second, DefaultActions=forward(group))
    elb.delete_load_balancer(LoadBalancerArn=first)
    listener(edge, second, DefaultActions=forward(group))
    assert elb.describe_target_groups(TargetGroupArns=[group])["TargetGroups"][0]["LoadBalancerArns"] == [second]


def test_a_certificate_in_use_stays_and_names_the_balancer(edge: Session) -> None:
    arn, held, acm = balancer(edge, network(edge))["LoadBalancerArn"], certificate(edge), edge.client("acm")
    made = https(edge, arn, [held])
    assert acm.describe_certificate(CertificateArn=held)["Certificate"]["InUseBy"] == [arn]
    with refused("ResourceInUseException"):
        acm.delete_certificate(CertificateArn=held)
    edge.client("elbv2").delete_listener(ListenerArn=made)
    acm.delete_certificate(CertificateArn=held)
    assert acm.list_certificates()["CertificateSummaryList"] == []


@pytest.mark.parametrize("key", ["foo.bar", "tcp.idle_timeout.seconds"])
def test_a_listener_takes_the_attributes_of_its_balancers_type(edge: Session, key: str) -> None:
    made = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    with refused("InvalidConfigurationRequest", key):
        edge.client("elbv2").modify_listener_attributes(ListenerArn=made, Attributes=[{"Key": key, "Value": "350"}])


def test_a_listener_of_an_unknown_balancer_is_refused(edge: Session) -> None:
    arn = balancer(edge, network(edge))["LoadBalancerArn"]
    with refused("LoadBalancerNotFound"):
        listener(edge, f"{arn}0", DefaultActions=NOT_FOUND)
