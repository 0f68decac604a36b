"""Where a trace ends because the load balancer asks for a client certificate, and what doctor says about it."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from privatelink_ingress.plan.edge.mutual_tls import MutualTlsPlan, plan_mutual_tls
from privatelink_ingress.settings.mutual_tls import MutualTls
from privatelink_ingress.trace import topology as model
from privatelink_ingress.trace.hops import Hop
from privatelink_ingress.trace.judgements import client_certificates
from privatelink_ingress.trace.trace import Trace, trace
from tests.support.authorities import NOW, YEAR, certificate
from tests.support.topologies import ALB, changed, whole

URL = "https://shop.example.com/cart"


def asking(mode: str) -> model.Topology:
    topology = whole()
    (https,) = topology.load_balancers[ALB].listeners
    return changed(topology, "load_balancers", ALB, listeners=(dataclasses.replace(https, client_certificates=mode),))


def hops(result: Trace) -> list[Hop]:
    return [hop for hop in result.hops if hop.name == "Client certificate"]


def test_without_mutual_tls_nobody_is_asked() -> None:
    assert hops(trace(URL, whole())) == []


def test_verify_ends_the_handshake_of_a_client_without_a_certificate() -> None:
    result = trace(URL, asking("verify"))
    assert (result.outcome, result.status) == ("stopped", None)
    assert result.hops[-1] == Hop(
        name="Client certificate",
        verdict="stops",
        evidence="mutual TLS: verify",
        reason="the client shows no certificate, so the load balancer ends the TLS handshake",
        remedy="Add --client-certificate to follow a client that has one.",
    )


def test_a_certificate_is_followed_as_if_it_were_valid_and_said_so() -> None:
    result = trace(URL, asking("verify"), client_certificate=True)
    (hop,) = hops(result)
    assert (result.outcome, hop.verdict) == ("reached", "not seen")
    assert hop.reason == "only the load balancer can verify the certificate; followed as if it were valid"


def test_passthrough_lets_everybody_pass_and_nothing_verifies() -> None:
    for shown in (False, True):
        result = trace(URL, asking("passthrough"), client_certificate=shown)
        (hop,) = hops(result)
        assert (result.outcome, hop.verdict) == ("reached", "warns")
        assert hop.reason.startswith("nothing verifies the certificate, or that there is one")


@pytest.mark.parametrize("mode", ["verify", "passthrough"])
def test_a_client_that_the_shard_lets_in_is_followed_without_a_warning(mode: str) -> None:
    (hop,) = hops(trace(URL, asking(mode), signed_in=True))
    assert hop.verdict == "passes"


@pytest.mark.parametrize(("mode", "warned"), [("off", True), ("passthrough", True), ("verify", False)])
def test_a_header_that_a_client_forges_is_said_where_nothing_proves_that_it_is_removed(mode: str, warned: bool) -> None:
    headers = ["x-amzn-mtls-clientcert-subject=CN=admin", "X-Other=1"]
    found = hops(trace(URL, asking(mode), headers=headers, client_certificate=True))
    forged = (
        "the client sends x-amzn-mtls-clientcert-subject, and AWS does not document that the load balancer removes it"
    )
    assert (forged in [hop.reason for hop in found]) == warned


def judged(planned: MutualTlsPlan, mode: str, now: datetime.datetime = NOW) -> list[tuple[str, str]]:
    balancer = asking(mode).load_balancers[ALB]
    shard: Any = type("Shard", (), {"plan": type("Plan", (), {"mutual_tls": planned})})
    return [(one.severity, one.problem.reason) for one in client_certificates.judge(shard, balancer, now)]


def test_doctor_compares_the_mode_with_the_stack_file() -> None:
    assert judged(MutualTlsPlan(mode="off"), "off") == []
    assert judged(MutualTlsPlan(mode="off"), "verify") == [("warning", "mutual TLS is verify, not off")]
    assert judged(MutualTlsPlan(mode="verify"), "off") == [
        ("error", "mutual TLS is off, not verify, so clients without a certificate get in")
    ]


def test_doctor_warns_before_an_authority_expires() -> None:
    settings = MutualTls.model_validate({"mode": "verify", "caBundle": "ca.pem"})
    place: dict[str, Any] = {"name": "edge", "account_id": "222222222222", "region": "eu-west-1", "tags": {}}
    bundle = certificate("old", until=NOW + YEAR / 2) + certificate("new")
    planned = plan_mutual_tls(settings, {"ca.pem": bundle}, now=NOW, **place)
    expires = NOW + YEAR / 2
    assert judged(planned, "verify", expires - datetime.timedelta(days=60)) == []
    reason = "a certificate of loadBalancer.mutualTls.caBundle expires in 59 days"
    assert judged(planned, "verify", expires - datetime.timedelta(days=59)) == [("warning", reason)]
