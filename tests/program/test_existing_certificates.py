"""Existing certificates: their names are looked up before anything is registered."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.local.iam_policies import Request
from tests.support.deployers import CI, EDGE, REGION, ZONE, account, policies
from tests.support.programs import published_outputs, run_attached, run_edge, sample_connections, shard_outputs
from tests.support.strict_backend import StrictBackend

ARN = f"arn:aws:acm:{REGION}:{EDGE}:certificate/11111111-2222-3333-4444-555555555555"
OWN = f"arn:aws:acm:{REGION}:{EDGE}:certificate/66666666-7777-8888-9999-000000000000"


def refused(run: Any = run_edge, **settings: Any) -> str:
    with pytest.raises(pulumi.RunError) as caught:
        run(preview=True, **settings)
    return str(caught.value)


def test_its_names_are_published_for_attached_stacks_and_it_is_the_listeners() -> None:
    existing = StrictBackend(certificates={ARN: ["example.com", "*.EXAMPLE.com"]})
    run = run_edge(certificates=[{"arn": ARN}], backend=existing)
    assert run.only(t.LISTENER).inputs["certificateArn"] == ARN
    assert not run.of_type(t.CERTIFICATE)
    published = {key: run.exports[key] for key in run.exports if "certificate" in key}
    assert published == {
        "certificate_domains": [],
        "adopted_certificate_arns": [ARN],
        "adopted_certificate_domains": ["*.example.com", "example.com"],
    }


def test_a_host_that_it_does_not_cover_is_refused_before_anything_is_registered() -> None:
    existing = StrictBackend(certificates={ARN: ["shop.example.com"]})
    assert refused(certificates=[{"arn": ARN}], backend=existing) == (
        "The edge of stack prod cannot be built:\n"
        "  connections.blog.routes[0].hosts[0]: no certificate covers blog.example.com: the existing ones are for "
        "shop.example.com\n"
        "    Add blog.example.com to the domains of an entry of certificates, or to connections.blog.certificate."
    )


def test_one_that_cannot_be_looked_up_is_refused_with_the_right_that_this_needs() -> None:
    assert refused(certificates=[{"arn": ARN}]) == (
        "The existing certificates cannot be looked up:\n"
        f"  certificates[0].arn: is {ARN}, which cannot be looked up: An error occurred (ResourceNotFoundException) "
        f"when calling the DescribeCertificate operation: Could not find certificate {ARN}.\n"
        "    Write the ARN of an existing certificate, and allow the deploying role acm:DescribeCertificate on it: "
        "existingCertificates of the bootstrap stack, under roles.edge or the attached stack's entry there."
    )


def test_every_one_that_cannot_be_looked_up_is_named() -> None:
    blog = sample_connections()["blog"] | {"certificate": {"arn": OWN}}
    text = refused(certificates=[{"arn": ARN}], connections={"blog": blog})
    assert "  certificates[0].arn: is " in text
    assert "  connections.blog.certificate.arn: is " in text


@pytest.mark.parametrize(
    ("elsewhere", "reason"),
    [
        (ARN.replace(REGION, "us-east-1"), f"is of Region us-east-1, but the stack is in {REGION}"),
        (ARN.replace(EDGE, "333333333333"), f"is a certificate of account 333333333333 in {REGION}"),
    ],
)
def test_one_of_another_account_or_region_is_refused_and_not_looked_up(elsewhere: str, reason: str) -> None:
    text = refused(certificates=[{"arn": elsewhere}])
    assert f"certificates[0].arn: {reason}" in text
    assert "cannot be looked up" not in text


def test_an_attached_stack_knows_the_names_of_its_shard_and_looks_up_its_own() -> None:
    existing = StrictBackend(certificates={ARN: ["shop.example.com"]})
    shop = {"shop": sample_connections()["shop"]}
    shard = run_edge(certificates=[{"arn": ARN}], connections=shop, backend=existing).outputs
    stacks = published_outputs() | {SHARD_STACK: shard}
    text = refused(run_attached, stacks=stacks)
    assert "no certificate covers blog.example.com: the existing ones are for shop.example.com\n" in text
    blog = sample_connections()["blog"] | {"certificate": {"arn": OWN}}
    own = StrictBackend(certificates={OWN: ["*.example.com"]})
    assert run_attached(stacks=stacks, connections={"blog": blog}, backend=own).exports


SHARD_STACK = "organization/central-ingress/prod"
EDGES = {"stacks": ["prod"], "hostedZoneIds": [ZONE]}


def role(**more: Any) -> StackRun:
    return account({"trust": {"principals": [CI]}, "edge": {**EDGES, **more}}, EDGE)


def test_the_role_looks_up_the_named_certificates_and_changes_nothing_of_them() -> None:
    named, others = role(existingCertificates=[ARN]), role()
    look_up = [Request("acm:DescribeCertificate", ARN)]
    assert policies(named, "edge-network").refused(look_up) == []
    assert policies(others, "edge-network").allowed(look_up) == []
    assert policies(named, "edge-network").allowed([Request("acm:DescribeCertificate", OWN)]) == []
    roles = {"edgeStack": "prod", "endpointServices": ["com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"]}
    attached = {"prod-blog": roles | {"existingCertificates": [OWN]}}
    team = account(
        {"trust": {"principals": [CI]}, "edge": {**EDGES, "attached": attached}},
        EDGE,
        stacks={SHARD_STACK: shard_outputs()},
    )
    assert policies(team, "attached-prod-blog").refused([Request("acm:DescribeCertificate", OWN)]) == []
    assert policies(team, "attached-prod-blog").allowed(look_up) == []
    changes = [Request(f"acm:{action}Certificate", ARN) for action in ("Delete", "Export", "Get", "Import", "Renew")]
    assert policies(named, "edge-network").allowed(changes) == []
