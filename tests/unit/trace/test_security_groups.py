"""Security groups let through what their permissions hold together; what the reader cannot see is taken as open."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privatelink_ingress.trace.security_groups import (
    Permission,
    SecurityGroup,
    admits_any_network,
    admits_group,
    admits_network,
    releases_a_network,
    releases_group,
)
from privatelink_ingress.trace.trace import trace
from tests.support.examples import examples
from tests.support.topologies import changed, permission, whole

SMALL = ipaddress.IPv4Network("10.12.0.0/28")
NETWORKS = st.integers(28, 32).flatmap(lambda prefix: st.sampled_from(sorted(SMALL.subnets(new_prefix=prefix))))
OTHERS = st.sampled_from(["2001:db8::/32", "::/0", "198.51.100.0/24"])


def inward(*permissions: Permission) -> dict[str, SecurityGroup]:
    return {"sg": SecurityGroup(id="sg", ingress=permissions, egress=())}


@examples(quick=100, whole=1_000)
@given(
    permitted=st.lists(st.tuples(NETWORKS, st.sampled_from([80, 443])), max_size=8),
    other=OTHERS,
    asked=NETWORKS,
    apart=st.booleans(),
)
def test_a_network_is_admitted_when_each_of_its_addresses_is(permitted, other, asked, apart: bool):
    held = [permission(port, cidrs=(str(network), other)) for network, port in permitted]
    some = {
        "a": SecurityGroup(id="a", ingress=tuple(held[::2] if apart else held), egress=()),
        "b": SecurityGroup(id="b", ingress=tuple(held[1::2] if apart else ()), egress=()),
    }
    admitted = {address for network, port in permitted if port == 80 for address in network}
    assert admits_network(some, ("a", "b"), str(asked), 80) == (set(asked) <= admitted)


def test_two_halves_are_the_whole_and_the_edges_subnets_may_be_split():
    halves = inward(permission(443, cidrs=("0.0.0.0/1",)), permission(443, cidrs=("128.0.0.0/1",)))
    assert admits_network(halves, ("sg",), "0.0.0.0/0", 443)
    assert admits_group(halves, ("sg",), ("other",), 443)
    parts = ("10.12.0.0/24", "10.12.1.0/24", "10.12.2.0/24", "10.12.3.0/24")
    split = changed(whole(), "security_groups", "sg-nlb", ingress=(permission(80, cidrs=parts),))
    [hop] = [one for one in trace("https://shop.example.com/", split).hops if one.name == "Network load balancer"]
    assert (hop.verdict, hop.reason) == ("passes", "")


@pytest.mark.parametrize(
    "groups", [{}, inward(Permission(protocol="tcp", from_port=80, to_port=80, prefix_list_ids=("pl",)))]
)
def test_what_the_reader_does_not_see_is_open(groups: dict[str, SecurityGroup]):
    assert admits_network(groups, ("sg",), "0.0.0.0/0", 80)
    assert admits_any_network(groups, ("sg",), 80)
    assert admits_group(groups, ("sg",), ("other",), 80)
    outward = {id_: SecurityGroup(id=id_, ingress=(), egress=one.ingress) for id_, one in groups.items()}
    assert releases_group(outward, ("sg",), ("other",), 80)
    assert releases_a_network(outward, ("sg",), 80)


def test_a_prefix_list_is_about_its_own_port():
    assert not admits_any_network(
        inward(Permission(protocol="tcp", from_port=80, to_port=80, prefix_list_ids=("pl",))), ("sg",), 443
    )
