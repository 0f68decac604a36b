"""What an edge registers for mutual TLS. Run against a strict fake: it does not prove that AWS accepts it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.lookups import trust_files
from privatelink_ingress.plan.edge.mutual_tls import HEADERS
from privatelink_ingress.rules import judge
from tests.support.authorities import certificate, revocation_list
from tests.support.deployers import EDGE, asker, of_duty
from tests.support.edge_services import inputs, named, services
from tests.support.recordings import recorded

BUCKET = "central-ingress-prod-trust-222222222222-eu-west-1"
FILES = {"ca.pem": certificate(), "revoked.pem": revocation_list()}
VERIFY = {"mode": "verify", "caBundle": "ca.pem", "revocationLists": {"clients": "revoked.pem"}}

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(trust_files, "read", lambda folder, settings: FILES)
    return lambda **mutual: edge_run(stacks=services(), loadBalancer={"mutualTls": mutual} if mutual else {})


def listener(run: StackRun) -> dict[str, Any]:
    (found,) = (one for one in inputs(run, t.LISTENER).values() if one["port"] == 443)
    return found["mutualAuthentication"]


def test_a_listener_says_that_it_asks_for_no_certificate(run: Run) -> None:
    """The provider would leave mutual TLS on in AWS if the program said nothing."""
    made = run()
    assert listener(made) == {"mode": "off"}
    assert [inputs(made, type_) for type_ in (t.TRUST_STORE, t.TRUST_STORE_REVOCATION, t.BUCKET_OBJECT)] == [{}] * 3


def test_passthrough_has_no_trust_store(run: Run) -> None:
    made = run(mode="passthrough")
    assert listener(made) == {"mode": "passthrough"}
    assert inputs(made, t.TRUST_STORE) == {}


def test_verify_has_a_trust_store_of_the_files_in_a_private_bucket(run: Run) -> None:
    made = run(**VERIFY, advertiseTrustStoreCaNames=True)
    store = named(made, t.TRUST_STORE, "edge-trust").inputs
    objects = inputs(made, t.BUCKET_OBJECT)
    assert {name: one["content"] for name, one in objects.items()} == {
        "edge-trust-ca": FILES["ca.pem"],
        "edge-trust-clients": FILES["revoked.pem"],
    }
    assert (store["name"], store["caCertificatesBundleS3Bucket"]) == ("central-ingress-prod", BUCKET)
    assert store["caCertificatesBundleS3Key"] == objects["edge-trust-ca"]["key"]
    assert store["tags"]["Name"] == "edge-trust"
    revoked = named(made, t.TRUST_STORE_REVOCATION, "edge-trust-clients").inputs
    assert revoked["revocationsS3Key"] == objects["edge-trust-clients"]["key"]
    asked = listener(made)
    assert asked.pop("trustStoreArn") == revoked["trustStoreArn"]
    assert asked == {"mode": "verify", "advertiseTrustStoreCaNames": "on", "ignoreClientCertificateExpiry": False}
    policy = json.loads(named(made, t.BUCKET_POLICY, "edge-trust").inputs["policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["OnlyTls"]
    assert named(made, t.BUCKET_PUBLIC_ACCESS, "edge-trust").inputs["restrictPublicBuckets"] is True


def test_no_listener_verifies_before_the_store_knows_who_is_revoked(run: Run) -> None:
    made = run(**VERIFY)
    by_type = {
        type_: next(one for one in made.registrations if one.type == type_)
        for type_ in (t.LISTENER, t.TRUST_STORE_REVOCATION, t.TRUST_STORE)
    }
    assert by_type[t.TRUST_STORE_REVOCATION].urn in by_type[t.LISTENER].depends_on
    assert by_type[t.TRUST_STORE].urn in by_type[t.LISTENER].depends_on


def test_the_deployers_role_may_do_all_that_a_trust_store_needs_and_reads_no_log(run: Run) -> None:
    made, asking = run(**VERIFY), asker(EDGE, "central-ingress/prod", "edge")
    types = (t.TRUST_STORE, t.TRUST_STORE_REVOCATION, t.BUCKET_OBJECT, t.BUCKET, t.BUCKET_POLICY, t.BUCKET_VERSIONING)
    requests = [
        request
        for type_ in types
        for one in made.of_type(type_)
        if one.name.startswith("edge-trust")
        for request in asking.of(one)
    ]
    assert {"elasticloadbalancing:ModifyTrustStore", "s3:DeleteBucket"} <= {request.action for request in requests}
    role = of_duty("edge-network")
    assert role.refused(requests) == []
    others = [
        dataclasses.replace(request, resource=request.resource.replace("central-ingress-prod", "central-ingress-other"))
        for request in requests
        if "central-ingress-prod" in request.resource
    ]
    assert others != []
    assert role.allowed(others) == []


def test_headers_about_certificates_are_blocked_first_where_the_load_balancer_adds_none(edge_run: Run) -> None:
    def rules(**over: Any) -> list[dict[str, Any]]:
        found = edge_run(stacks=services(), **over).only(t.WEB_ACL).inputs["rules"]
        return sorted(found, key=lambda rule: rule["priority"])

    for stage in ("block", "count"):
        first = rules(firewall={"stage": stage, "allow": ["198.51.100.0/24"]})[0]
        assert (first["name"], first["action"]) == ("forged-certificates", {"block": {}})
        sizes = [one["sizeConstraintStatement"] for one in first["statement"]["orStatement"]["statements"]]
        assert [one["fieldToMatch"]["singleHeader"]["name"] for one in sizes] == list(HEADERS)
        assert {(one["comparisonOperator"], one["size"]) for one in sizes} == {("GT", 0)}
    asking = rules(loadBalancer={"mutualTls": {"mode": "passthrough"}})
    assert [rule for rule in asking if rule["name"] == "forged-certificates"] == []


@pytest.mark.parametrize(
    "mutual", [{"mode": "passthrough"}, VERIFY, {**VERIFY, "ignoreClientCertificateExpiry": True}], ids=str
)
def test_what_a_stack_file_asks_of_clients_breaks_no_rule(run: Run, mutual: dict[str, Any]) -> None:
    assert [f"{rule.name}: {one.name} {message}" for rule, (one, message) in judge(recorded(run(**mutual)))] == []


def test_a_listener_that_accepts_expired_certificates_says_so_in_a_tag(run: Run) -> None:
    def tags(**mutual: Any) -> dict[str, str]:
        return named(run(**mutual), t.LISTENER, "edge-https").inputs["tags"]

    accepting = tags(**VERIFY, ignoreClientCertificateExpiry=True)
    assert accepting == {**tags(**VERIFY), "ExpiredClientCertificates": "accepted"}
