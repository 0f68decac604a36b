"""Existing certificates on an emulated AWS: what the program and `trace` find, and what a listener refuses."""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Sequence
from typing import Any

import pulumi
import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.acm.models import acm_backends

from privatelink_ingress.aws import existing_certificates
from privatelink_ingress.aws.topology import live
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.trace.topology import Topology
from privatelink_ingress.trace.trace import Hop, trace
from tests.support.programs import REPOSITORY

EDGE, REGION = "222222222222", "eu-west-1"
LEFT = datetime.timedelta(days=90)
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def imported(session: Session, names: Sequence[str], *, key: Any = None) -> str:
    """The ARN of a certificate that its owner brought."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - datetime.timedelta(days=1))
        .not_valid_after(NOW + LEFT)
        .add_extension(alternative, critical=False)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return session.client("acm").import_certificate(
        Certificate=certificate.public_bytes(serialization.Encoding.PEM),
        PrivateKey=key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()),
    )["CertificateArn"]


def prod(arn: str) -> deploy.Stack:
    """The sample shard with one existing certificate and no connections of other stacks' contracts."""
    (stack,) = [one for one in deploy.find(REPOSITORY) if one.label == "central-ingress/prod"]
    settings = stack.settings
    assert isinstance(settings, EdgeSettings)
    keys = {"certificates": [{"arn": arn}]}
    config = {**stack.file.config, **{f"central-ingress:{key}": json.dumps(value) for key, value in keys.items()}}
    certificates = tuple(type(settings.certificates[0]).model_validate(one) for one in keys["certificates"])
    return dataclasses.replace(
        stack,
        file=dataclasses.replace(stack.file, config=config),
        settings=settings.model_copy(update={"certificates": certificates}),
    )


def certificate_hop(topology: Topology, host: str) -> Hop:
    return next(hop for hop in trace(f"https://{host}/", topology).hops if hop.name == "Certificate")


def found(edge: Session, arn: str) -> Any:
    asked = {"account_id": EDGE, "region": REGION, "role_arn": None, "external_id": None}
    return existing_certificates.find({"certificates[0].arn": arn}, **asked).by_arn[arn]


def test_a_certificate_has_its_names_its_key_and_its_last_day(edge: Session, ambient: Any) -> None:
    ambient(edge)
    one = found(edge, imported(edge, ["Example.com", "*.example.com"]))
    assert (one.domains, one.status, one.key_algorithm) == (("*.example.com", "example.com"), "ISSUED", "EC_prime256v1")
    assert one.not_after == NOW + LEFT


def test_a_certificate_that_has_expired_says_so(edge: Session, ambient: Any) -> None:
    ambient(edge)
    arn = imported(edge, ["example.com"])
    acm_backends[EDGE][REGION]._certificates[arn].status = "EXPIRED"  # nobody can import such a certificate
    assert found(edge, arn).status == "EXPIRED"


def test_credentials_of_another_account_and_a_missing_certificate_are_told_with_the_key(
    edge: Session, workload: Session, ambient: Any
) -> None:
    ambient(edge)
    arn = f"arn:aws:acm:{REGION}:{EDGE}:certificate/0123"
    with pytest.raises(UserError, match=r"certificates\[0\].arn: is .*0123, which cannot be looked up: .*NotFound"):
        found(edge, arn)
    ambient(workload)
    with pytest.raises(UserError, match=r"certificates\[0\].arn: .* are of account 111111111111, not of 222222222222"):
        found(edge, arn)


@pytest.mark.parametrize("bits", [1024, 4096])
def test_a_listener_takes_rsa_keys_from_2048_bits(edge: Session, bits: int) -> None:
    arn = imported(edge, ["example.com"], key=rsa.generate_private_key(65537, bits))
    elbv2, ec2 = edge.client("elbv2"), edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.12.{index}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]
        for index, zone in enumerate("ab")
    ]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    balancer = elbv2.create_load_balancer(Name="a", Subnets=[one["SubnetId"] for one in subnets])["LoadBalancers"][0]
    listener = {
        "LoadBalancerArn": balancer["LoadBalancerArn"],
        "Protocol": "HTTPS",
        "Port": 443,
        "Certificates": [{"CertificateArn": arn}],
        "SslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
        "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
    }
    if bits >= 2048:
        assert elbv2.create_listener(**listener)["Listeners"]
        return
    with pytest.raises(ClientError, match=r"UnsupportedCertificate.*a supported key size"):
        elbv2.create_listener(**listener)


def test_the_edge_is_deployed_with_one_that_covers_its_hosts_and_refused_with_one_that_does_not() -> None:
    with Cloud() as cloud:
        session = cloud.session(EDGE, REGION)
        stacks = {stack.label: stack for stack in deploy.find(REPOSITORY)}
        deployment = deploy.Deployment(cloud)
        deployment.up(stacks["eks-service/shop"])
        other = imported(session, ["blog.example.com"])
        with pytest.raises(
            pulumi.RunError, match=r"no certificate covers shop\.example\.com: the existing ones are for blog"
        ):
            deployment.up(prod(other))
        assert session.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
        right = imported(session, ["example.com", "*.example.com"])
        assert deployment.up(prod(right)).exports["adopted_certificate_domains"] == ["*.example.com", "example.com"]
        elbv2 = session.client("elbv2")
        (balancer,) = elbv2.describe_load_balancers()["LoadBalancers"]
        listeners = elbv2.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
        assert [one["CertificateArn"] for one in listeners[0]["Certificates"]] == [right]
        topology = live.load([session], [])
        assert certificate_hop(topology, "shop.example.com").verdict == "passes"
        stopped = certificate_hop(topology, "shop.example.org")
        assert stopped.evidence == "the listener's certificates cover example.com, *.example.com"


def test_a_demo_gives_a_certificate_that_only_aws_has_the_names_of_the_hosts() -> None:
    with Cloud() as cloud:
        deployment = deploy.Deployment(cloud)
        deployment.up(next(stack for stack in deploy.find(REPOSITORY) if stack.label == "eks-service/shop"))
        arn = f"arn:aws:acm:{REGION}:{EDGE}:certificate/0123"
        published = deployment.up(prod(arn)).exports
        assert {"shop.example.com", "*.example.com"} <= set(published["adopted_certificate_domains"])
