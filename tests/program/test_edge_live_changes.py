"""Changes of a live shard that would lose requests or stop half way: refused before anything is registered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest

from privatelink_ingress import tokens as t
from tests.support.programs import run_edge
from tests.support.strict_backend import StrictBackend

DNS_NAME = "central-ingress-prod-1.eu-west-1.elb.amazonaws.com"
OWN, OTHER = "central-ingress/prod", "network/shared"


def live(
    *,
    type_: str = "dualstack",
    names: Sequence[str] = (),
    others: Sequence[str] = (),
    vpc: dict[str, str] | None = None,
    records: bool = True,
    owner: str = OWN,
) -> StrictBackend:
    """A live shard: AAAA records of `names` lead to its load balancer, those of `others` elsewhere."""

    def balancer(args: dict[str, Any], _: Any) -> dict[str, Any]:
        known = {"tags": {"Stack": owner}, "dnsName": DNS_NAME, "vpcId": "vpc-1", "subnets": [], "ipAddressType": type_}
        return {**args, "id": "arn", "arn": "arn", "enableDeletionProtection": True, **known}

    def record(name: str, target: str, type_: str = "AAAA") -> dict[str, Any]:
        return {"name": f"{name}.", "type": type_, "aliasTarget": {"dnsName": target, "hostedZoneId": "Z"}}

    def listed(args: dict[str, Any], _: Any) -> dict[str, Any]:
        if not records:
            raise PermissionError("AccessDenied")
        found = [record(name, f"dualstack.{DNS_NAME.upper()}.") for name in names]
        found += [record(name, "cdn.example.net.") for name in others]
        found += [record("shop.example.com", f"{DNS_NAME}.", "A"), {"name": "example.com.", "type": "NS"}]
        return {**args, "id": args["zoneId"], "resourceRecordSets": found}

    def found_vpc(args: dict[str, Any], _: Any) -> dict[str, Any]:
        return {**args, "tags": {"Stack": OWN} if vpc is None else vpc}

    return StrictBackend(answers={t.GET_LOAD_BALANCER: balancer, t.GET_DNS_RECORDS: listed, t.GET_VPC: found_vpc})


def refused(backend: StrictBackend, **settings: Any) -> list[str]:
    """Every line of the message but its title."""
    with pytest.raises(pulumi.RunError) as caught:
        run_edge(preview=True, backend=backend, **settings)
    return [line.strip() for line in str(caught.value).splitlines()[1:]]


@pytest.mark.parametrize("stage", ["none", "network"])
def test_addresses_do_not_leave_while_names_lead_to_them(stage: str):
    names = ["shop.example.com", r"\052.apps.example.com"]
    assert refused(live(names=names, others=["cdn.example.com"]), loadBalancer={"ipv6": stage}) == [
        f"loadBalancer.ipv6: is {stage}, but AAAA records still lead clients to IPv6 addresses: *.apps.example.com, "
        "shop.example.com",
        "Write addresses, deploy it, and then the attached stacks; a minute later, go on: docs/ipv6.md.",
    ]


def test_ranges_do_not_leave_while_the_load_balancer_has_addresses_of_them():
    assert refused(live(others=["cdn.example.com"]), loadBalancer={"ipv6": "none"}) == [
        "loadBalancer.ipv6: is none, but the load balancer still has IPv6 addresses, whose ranges AWS does not take "
        "away",
        "Write network and deploy it first: docs/ipv6.md.",
    ]


@pytest.mark.parametrize(
    ("stage", "type_", "names"),
    [
        ("addresses", "dualstack", ["shop.example.com"]),
        ("network", "dualstack", []),
        ("none", "ipv4", []),
        ("published", "ipv4", []),
        ("published", "dualstack", ["shop.example.com"]),
    ],
)
def test_a_stage_that_skips_none_is_deployed(stage: str, type_: str, names: list[str]):
    run = run_edge(backend=live(type_=type_, names=names), loadBalancer={"ipv6": stage})
    wanted = "dualstack" if stage in ("addresses", "published") else "ipv4"
    assert run.only(t.LOAD_BALANCER).inputs["ipAddressType"] == wanted


def test_records_that_may_not_be_looked_up_are_said_with_the_right_for_it():
    where, remedy = refused(live(records=False), loadBalancer={"ipv6": "network"})
    assert where.startswith("dns.zoneId: is Z0123456789EXAMPLE, whose records cannot be looked up: ")
    assert "route53:ListResourceRecordSets on the hosted zone" in remedy


@pytest.mark.parametrize("tags", [{}, {"Stack": OTHER}])
def test_a_live_shard_does_not_lose_its_existing_vpc(tags: dict[str, str]):
    assert refused(live(type_="ipv4", vpc=tags)) == [
        "network.existing: is not set, but the stack's load balancer is in vpc-1, which the stack did not create: "
        "without the key it would be replaced, with everything behind it",
        "Write network.existing with vpcId: vpc-1 again. For a VPC of its own, add a shard and move the connections to "
        "it.",
    ]


def test_a_live_shard_in_a_vpc_of_its_own_is_deployed():
    assert len(run_edge(backend=live(type_="ipv4")).of_type(t.LOAD_BALANCER)) == 1


def test_a_load_balancer_of_another_owner_that_has_its_name_is_not_taken_for_the_stacks():
    """AWS refuses the name when the load balancer is created; `preflight` names its owner."""
    other = live(owner=OTHER, vpc={"Stack": OTHER})
    assert len(run_edge(backend=other, preview=True).of_type(t.LOAD_BALANCER)) == 1
