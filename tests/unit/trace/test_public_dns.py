"""Where public DNS leads a client, compared with the load balancer that Route 53 names."""

from __future__ import annotations

import dataclasses
import datetime
from typing import Any

import pytest

from privatelink_ingress.trace.delegations import fault
from privatelink_ingress.trace.diagnosis import SYSTEM, Followed, diagnose
from privatelink_ingress.trace.expected import Expected
from privatelink_ingress.trace.hops import Hop, Path
from privatelink_ingress.trace.public_names import Answer, Delegation, PublicNames
from privatelink_ingress.trace.request import Request
from privatelink_ingress.trace.surroundings import Surroundings
from privatelink_ingress.trace.topology import HostedZone, Topology
from privatelink_ingress.trace.trace import Trace, follow
from tests.support.topologies import ALB, whole

HOST, RESOLVER, DNS_NAME = "shop.example.com", "10.0.0.2", "alb.example.com"
OURS = ("ns-1.awsdns-01.com", "ns-2.awsdns-02.net")
ZONE = HostedZone(id="Z0123456789EXAMPLE", name="example.com", servers=OURS)
DELEGATED = Delegation(servers=OURS, source="a.registry.example", parent="com")


def addresses(*values: str, **fields: Any) -> Answer:
    return Answer(outcome="addresses", addresses=frozenset(values), ttl=60, **fields)


BALANCER = addresses("203.0.113.1", "203.0.113.2")


def system(answer: Answer | None, *, delegation: Delegation = DELEGATED, own: Answer = BALANCER) -> Topology:
    """The whole system, with what public DNS answers for the host."""
    answers = {(DNS_NAME, "A"): own, **({(HOST, "A"): answer} if answer else {})}
    names = PublicNames(resolver=RESOLVER, answers=answers, delegations={ZONE.name: delegation})
    return dataclasses.replace(whole(), public_names=names, hosted_zones=(ZONE,))


def traced(topology: Topology) -> Trace:
    return follow(f"https://{HOST}/", Path(request=Request.parse(f"https://{HOST}/"), topology=topology))


def hop(topology: Topology) -> Hop:
    [found] = [one for one in traced(topology).hops if one.name == "Public DNS"]
    return found


def test_it_is_no_hop_where_dns_was_not_asked():
    assert "Public DNS" not in [one.name for one in traced(whole()).hops]


@pytest.mark.parametrize(
    "answer",
    [
        addresses("203.0.113.2"),
        addresses("203.0.113.2", "203.0.113.9"),
        addresses("203.0.113.9", chain=("www.example.com", DNS_NAME)),
        addresses("203.0.113.9", chain=(f"dualstack.{DNS_NAME}",)),
    ],
    ids=["same", "one of them", "by its name", "by its dual-stack name"],
)
def test_addresses_of_the_load_balancer_pass(answer: Answer):
    topology = system(answer)
    assert (hop(topology).verdict, traced(topology).outcome) == ("passes", "reached")


def test_addresses_of_nobody_known_warn_and_the_trace_goes_on():
    topology = system(addresses("198.51.100.7"))
    found = hop(topology)
    assert (found.verdict, found.reason) == (
        "warns",
        "clients are led elsewhere: none of these addresses is one of alb",
    )
    assert found.evidence == f"{HOST} A → 198.51.100.7, asked of {RESOLVER}"
    assert found.remedy == (
        f"Correct the record of {HOST} where its domain is served: `dig +trace {HOST}`. If a CDN or proxy is there, "
        f"see that its origin is {DNS_NAME}. Resolvers keep the old answer for up to 60 seconds after a change."
    )
    assert traced(topology).outcome == "reached"


def test_a_cdn_in_front_warns_and_the_trace_goes_on():
    topology = system(addresses("198.51.100.7", chain=("d111111abcdef8.cloudfront.net",)))
    found = hop(topology)
    assert (found.verdict, found.reason) == (
        "warns",
        "clients are led to Amazon CloudFront, followed as if it forwarded to alb",
    )
    assert found.remedy.startswith(f"See that its origin is {DNS_NAME}, and that it sends the host {HOST}.")
    assert traced(topology).outcome == "reached"


def test_another_load_balancer_of_these_accounts_is_named():
    topology = system(addresses("192.0.2.5"))
    names = topology.public_names
    assert names
    other = dataclasses.replace(topology.load_balancers[ALB], arn="arn:old", name="old", dns_name="old.example.com")
    answers = {**names.answers, ("old.example.com", "A"): addresses("192.0.2.5")}
    topology = dataclasses.replace(
        topology,
        load_balancers={**topology.load_balancers, other.arn: other},
        public_names=dataclasses.replace(names, answers=answers),
    )
    assert hop(topology).reason == "clients are led to old, not to alb"


def test_private_addresses_are_those_of_a_network_of_its_own():
    found = hop(system(addresses("10.1.2.3")))
    assert "private addresses" in found.reason
    assert found.remedy.startswith("Ask a public resolver too, with --resolver.")


def test_of_many_addresses_an_answer_has_only_some():
    many = [addresses(*(f"{network}.{n}" for n in range(8))) for network in ("203.0.113", "198.51.100")]
    assert hop(system(many[0], own=many[1])).verdict == "not seen"
    seven = addresses(*(f"203.0.113.{n}" for n in range(7)))
    assert hop(system(seven, own=many[1])).verdict == "warns"


@pytest.mark.parametrize(
    ("answer", "reason", "remedy"),
    [
        (
            Answer(outcome="no such name", ttl=900),
            f"clients get no address: {HOST} does not exist (NXDOMAIN)",
            f"See which name servers answer: `dig +trace {HOST}`. Resolvers keep this answer for up to 900 seconds "
            "after the record is there.",
        ),
        (
            Answer(outcome="no such name", chain=("gone.example.com",), ttl=900),
            "clients get no address: gone.example.com does not exist (NXDOMAIN)",
            f"Correct the CNAME record that leads {HOST} to gone.example.com. Resolvers keep this answer for up to 900 "
            "seconds after the record is there.",
        ),
        (
            Answer(outcome="no address", ttl=0),
            f"clients get no address: {HOST} has no A record",
            f"See which name servers answer: `dig +trace {HOST}`.",
        ),
        (
            Answer(outcome="failure", detail="SERVFAIL"),
            "clients get no address: the resolver answers SERVFAIL, so no name server of the domain answers right",
            f"`dig +trace {HOST}` shows where it fails: name servers of another provider, or a DS record.",
        ),
    ],
    ids=["NXDOMAIN", "CNAME to nothing", "no address", "SERVFAIL"],
)
def test_a_client_without_an_address_stops(answer: Answer, reason: str, remedy: str):
    topology = system(answer)
    found = hop(topology)
    assert (found.verdict, found.reason, found.remedy) == ("stops", reason, remedy)
    assert traced(topology).outcome == "stopped"


@pytest.mark.parametrize(
    "answer",
    [Answer(outcome="silence", detail="no answer within 5 seconds"), Answer(outcome="failure", detail="REFUSED")],
    ids=lambda one: one.outcome,
)
def test_a_resolver_that_does_not_answer_proves_nothing_and_the_trace_goes_on(answer: Answer):
    topology = system(answer)
    found = hop(topology)
    assert (found.verdict, found.reason) == ("not seen", f"{answer.detail}: not compared")
    assert traced(topology).outcome == "reached"


def test_without_addresses_of_the_load_balancer_nothing_is_compared():
    found = hop(system(addresses("198.51.100.7"), own=Answer(outcome="no such name")))
    assert (found.verdict, found.reason) == (
        "not seen",
        f"{RESOLVER} knows no address of {DNS_NAME}, so nothing can be compared",
    )


@pytest.mark.parametrize(
    "answer", [Answer(outcome="no such name", ttl=900), addresses("198.51.100.7")], ids=["NXDOMAIN", "elsewhere"]
)
def test_a_domain_that_is_delegated_to_others_is_told_as_the_cause(answer: Answer):
    elsewhere = Delegation(servers=("ns1.old.example",), source="a.registry.example", parent="com", ttl=172_800)
    found = hop(system(answer, delegation=elsewhere))
    assert found.reason.endswith(
        "; example.com is delegated to other name servers, not to zone Z0123456789EXAMPLE: clients and ACM do not "
        "see its records"
    )
    assert found.remedy == (
        "Write an NS record set for example.com in its parent zone com, with ns-1.awsdns-01.com, ns-2.awsdns-02.net. "
        "Resolvers keep the old answer for up to 172800 seconds."
    )


def test_a_host_without_an_alias_is_followed_to_where_dns_leads():
    topology = dataclasses.replace(system(addresses("203.0.113.1")), aliases=(), hosted_zones=())
    first = traced(topology).hops[0]
    assert (first.name, first.verdict, first.evidence) == (
        "Route 53",
        "passes",
        f"the records of {HOST} are in no hosted zone of these accounts: public DNS leads to alb",
    )
    unread = dataclasses.replace(topology, hosted_zones=(ZONE,), unread=frozenset({"records"}))
    assert traced(unread).hops[0].evidence == f"the records of {HOST} cannot be read: public DNS leads to alb"


def test_a_deleted_alias_is_told_although_resolvers_still_keep_its_answer():
    topology = dataclasses.replace(system(addresses("203.0.113.1")), aliases=())
    first, second, *_ = traced(topology).hops
    assert (first.verdict, first.evidence) == ("warns", f"no alias record answers for {HOST}")
    assert (second.name, second.verdict) == ("Public DNS", "passes")


def test_a_host_that_is_not_published_yet_is_followed_all_the_same():
    topology = dataclasses.replace(system(Answer(outcome="no such name", ttl=900)), aliases=())
    assert (hop(topology).verdict, traced(topology).outcome) == ("warns", "reached")


def test_an_alias_of_a_cdn_warns_and_the_trace_goes_on():
    topology = system(addresses("198.51.100.7"))
    alias = dataclasses.replace(topology.aliases[0], target="d111111abcdef8.cloudfront.net")
    found = traced(dataclasses.replace(topology, aliases=(alias,)))
    assert [(one.name, one.verdict) for one in found.hops[:2]] == [
        ("Amazon CloudFront", "warns"),
        ("Public DNS", "passes"),
    ]
    assert found.outcome == "reached"


def test_an_ipv6_client_asks_for_ipv6_addresses():
    topology = system(addresses("203.0.113.1"))
    alias, names = topology.aliases[0], topology.public_names
    assert names
    answers = {**names.answers, (HOST, "AAAA"): Answer(outcome="no address"), (DNS_NAME, "AAAA"): BALANCER}
    topology = dataclasses.replace(
        topology,
        aliases=(alias, dataclasses.replace(alias, type="AAAA")),
        public_names=dataclasses.replace(names, answers=answers),
    )
    request = Request.parse(f"https://{HOST}/", source="2001:db8::1")
    found = follow(f"https://{HOST}/", Path(request=request, topology=topology))
    assert found.hops[-1].reason == f"clients get no address: {HOST} has no AAAA record"


def judged(topology: Topology) -> list[tuple[str, str, str]]:
    """By `doctor`, of DNS; alarms of a web ACL would need the whole ARN of its load balancer."""
    balancers = {
        arn: dataclasses.replace(one, web_acl=None, arn=f"arn:aws:elasticloadbalancing:eu-west-1:222222222222:{arn}")
        for arn, one in topology.load_balancers.items()
    }
    topology = dataclasses.replace(topology, load_balancers=balancers)
    path = Path(request=Request.parse(f"https://{HOST}/"), topology=topology)
    followed = Followed(connection="shop", active=True, trace=follow(f"https://{HOST}/", path), path=path)
    now = datetime.datetime.now(datetime.UTC)
    found = diagnose([followed], topology, Expected(hosts=frozenset({HOST})), Surroundings(), now=now)
    wanted = ("Public DNS", "Delegation")
    return [(one.connection, one.severity, one.problem.where) for one in found if one.problem.where in wanted]


def test_doctor_tells_both_and_the_delegation_once():
    elsewhere = Delegation(servers=("ns1.old.example",), source="a.registry.example")
    assert judged(system(addresses("198.51.100.7"), delegation=elsewhere)) == [
        (SYSTEM, "error", "Delegation"),
        ("shop", "warning", "Public DNS"),
    ]
    assert judged(system(Answer(outcome="no such name"))) == [("shop", "error", "Public DNS")]
    assert judged(system(addresses("203.0.113.1"))) == []


def test_doctor_says_that_public_dns_was_not_asked():
    assert judged(whole()) == [(SYSTEM, "not seen", "Public DNS")]


OTHER = HostedZone(id="Z0OTHER", name="example.com", servers=("ns-9.awsdns-09.com",))


@pytest.mark.parametrize(
    ("seen", "severity", "reason"),
    [
        (DELEGATED, None, ""),
        (None, "not seen", "whether example.com is delegated to zone Z0123456789EXAMPLE was not asked in public DNS"),
        (
            Delegation(servers=(), source="a.registry.example", parent="com"),
            "error",
            "example.com is not delegated: clients and ACM do not see the records of zone Z0123456789EXAMPLE",
        ),
        (
            Delegation(servers=(), source="a.registry.example", parent="com", cname="parked.example"),
            "error",
            "example.com is not delegated (a CNAME record to parked.example is in its place): clients and ACM do not "
            "see the records of zone Z0123456789EXAMPLE",
        ),
        (
            Delegation(servers=OURS[:1], source="a.registry.example", parent="com"),
            "warning",
            "example.com is delegated to 1 of the 2 name servers of zone Z0123456789EXAMPLE",
        ),
        (
            Delegation(servers=(*OURS, "ns1.old.example"), source="a.registry.example", parent="com"),
            "error",
            "example.com is also delegated to ns1.old.example, which zone Z0123456789EXAMPLE does not have",
        ),
        (
            Delegation(servers=OTHER.servers, source="a.registry.example", parent="com"),
            "error",
            "example.com is delegated to hosted zone Z0OTHER, not to zone Z0123456789EXAMPLE: clients and ACM do not "
            "see its records",
        ),
        (
            Delegation(servers=None, source="resolver 10.0.0.2", why="SERVFAIL", broken=True),
            "error",
            "no name server that resolver 10.0.0.2 is sent to answers for example.com (SERVFAIL)",
        ),
        (
            Delegation(servers=None, source="resolver 10.0.0.2", why="no answer within 5 seconds"),
            "not seen",
            "whether example.com is delegated to zone Z0123456789EXAMPLE is not known: resolver 10.0.0.2 gave no "
            "answer within 5 seconds",
        ),
    ],
    ids=["same", "not asked", "none", "CNAME", "fewer", "more", "another zone", "SERVFAIL", "silence"],
)
def test_a_delegation_is_judged(seen: Delegation | None, severity: str | None, reason: str):
    found = fault(ZONE, seen, (ZONE, OTHER))
    assert (found and (found.severity, found.reason)) == (severity and (severity, reason))
    assert found is None or "ns-1.awsdns-01.com, ns-2.awsdns-02.net" in found.remedy


def test_a_hosted_zone_without_known_name_servers_is_not_judged():
    assert judged(dataclasses.replace(system(BALANCER), hosted_zones=(dataclasses.replace(ZONE, servers=()),))) == []
