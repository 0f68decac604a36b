"""`trace` and `doctor` of the samples on an emulated AWS, with a DNS server on loopback in place of public DNS."""

from __future__ import annotations

import copy
import json
import socket
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner, Result

from privatelink_ingress.cli import doctor, topologies
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.app import app
from privatelink_ingress.local import deploy
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.public_dns.resolver import Address, Resolver
from privatelink_ingress.trace.diagnosis import Diagnosis
from tests.support.dns_breakages import BREAKAGES, DOMAIN, HOST, Breakage
from tests.support.dns_server import DnsServer, dns_server
from tests.support.programs import REPOSITORY

EDGE, REGION, ZONE = "222222222222", "eu-west-1", "Z0123456789EXAMPLE"
SCOPE = doctor.published(REPOSITORY, ())


class World:
    """The deployed samples, and public DNS as it should be."""

    def __init__(self, cloud: Cloud, server: DnsServer) -> None:
        deployment = deploy.Deployment(cloud)
        for stack in deploy.find(REPOSITORY):
            deployment.up(stack)
        self.cloud, self.server, names = cloud, server, server.names
        self.system = topologies.of_aws(REPOSITORY, Accounts(endpoint_url=cloud.endpoint_url))
        [balancer] = [one for one in self.system.topology.load_balancers.values() if one.scheme == "internet-facing"]
        self.balancer = balancer.dns_name
        names.set(self.balancer, "A", "203.0.113.1", "203.0.113.2")
        for request in doctor.requests(SCOPE):
            names.set(request.host, "A", "203.0.113.2", "203.0.113.3")
        names.zones |= {DOMAIN}
        zone = cloud.session(EDGE, REGION).client("route53").get_hosted_zone(Id=ZONE)
        names.set(DOMAIN, "NS", *zone["DelegationSet"]["NameServers"])
        self._right = copy.deepcopy(vars(names))

    def restore(self) -> None:
        vars(self.server.names).update(copy.deepcopy(self._right))

    def found(self) -> list[Diagnosis]:
        resolver = Resolver(Address.parse(self.server.address), seconds=0.5)
        system = topologies.asked(self.system, doctor.requests(SCOPE), resolver)
        assert system.unread == ()
        return [one for one in doctor.report(SCOPE, system).found if one.problem.where != "Ingress"]

    def run(self, *options: str) -> Result:
        at = ("--live", "--endpoint-url", self.cloud.endpoint_url, "--root", str(REPOSITORY))
        return CliRunner().invoke(app, [*options, *at])


@pytest.fixture(scope="module", name="deployed")
def deployed_once() -> Iterator[World]:
    with Cloud() as cloud, dns_server() as server:
        yield World(cloud, server)


@pytest.fixture
def world(deployed: World) -> Iterator[World]:
    yield deployed
    deployed.restore()


def test_it_finds_nothing_where_clients_are_led_to_the_load_balancer(world: World):
    assert world.found() == []


@pytest.mark.parametrize("breakage", BREAKAGES, ids=lambda one: one.what)
def test_it_finds_what_is_wrong_in_public_dns_and_nothing_else(world: World, breakage: Breakage):
    breakage.do(world.server.names)
    [found] = world.found()
    assert (found.connection, found.severity, found.problem.where) == (
        breakage.connection,
        breakage.severity,
        breakage.where,
    )
    assert found.problem.reason.startswith(breakage.reason)
    assert found.problem.remedy


def test_each_name_is_asked_once(world: World):
    world.server.names.asked.clear()
    world.found()
    addresses = [name for name, type_ in world.server.names.asked if type_ == "A"]
    assert sorted(addresses) == sorted({world.balancer, *(one.host for one in doctor.requests(SCOPE))})


def test_the_commands_ask_the_resolver_that_is_named(world: World):
    url = f"https://{HOST}/"
    result = world.run("trace", url, "--json", "--resolver", world.server.address)
    hops = {hop["name"]: hop for hop in json.loads(result.stdout)["hops"]}
    assert (result.exit_code, hops["Public DNS"]["verdict"]) == (0, "passes")
    assert hops["Public DNS"]["evidence"] == (
        f"{HOST} A → 203.0.113.2, 203.0.113.3, asked of {world.server.address}: central-ingress-prod"
    )
    world.server.names.records.pop((HOST, "A"))
    stopped = world.run("trace", url, "--resolver", world.server.address)
    assert (stopped.exit_code, "stopped at: Public DNS" in stopped.stdout) == (1, True)
    assert "Public DNS was not asked" not in stopped.stdout
    judged = world.run("doctor", "shop", "--json", "--resolver", world.server.address)
    told = [(one["severity"], one["problem"]["where"]) for one in json.loads(judged.stdout)["found"]]
    assert (judged.exit_code, told) == (1, [("error", "Public DNS")])


def test_an_emulated_aws_is_in_no_public_dns_and_the_output_says_that_it_was_not_asked(world: World):
    world.server.names.asked.clear()
    result = world.run("trace", f"https://{HOST}/")
    assert "Public DNS was not asked: an emulated AWS or an exported state has no names there." in result.stdout
    assert "Public DNS: was not asked, so where clients are led is not known" in world.run("doctor", "shop").stdout
    assert world.server.names.asked == []


def test_a_resolver_that_cannot_be_reached_is_told_and_the_rest_goes_on(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("privatelink_ingress.public_dns.resolver.Resolver.__init__.__kwdefaults__", {"seconds": 0.2})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{silent.getsockname()[1]}"
        followed = world.run("trace", f"https://{HOST}/", "--resolver", at)
        judged = world.run("doctor", "shop", "--resolver", at)
    assert (followed.exit_code, "reached" in followed.stdout) == (0, True)
    assert followed.stderr == (
        f"public DNS: was not asked: resolver {at} gave no answer within 0.2 seconds\n"
        "    Run this where the resolver can be reached, or name another one with --resolver.\n"
    )
    assert (judged.exit_code, "0 errors, 0 warnings" in judged.stdout) == (3, True)


@pytest.mark.parametrize("command", [("trace", f"https://{HOST}/"), ("doctor",), ("preflight",), ("report",)])
def test_an_address_that_is_none_is_refused_before_aws_is_asked(command: tuple[str, ...]):
    at = ("--endpoint-url", "http://127.0.0.1:1", "--root", str(REPOSITORY), "--resolver", "dns.example.com")
    live = () if command == ("preflight",) else ("--live",)
    result = CliRunner().invoke(app, [*command, *at, *live])
    assert (result.exit_code, "is not the IP address of a resolver" in result.stderr) == (2, True)


def test_a_resolver_without_live_is_refused():
    result = CliRunner().invoke(app, ["trace", f"https://{HOST}/", "--state", ".demo", "--resolver", "10.0.0.2"])
    assert (result.exit_code, "--resolver: has no effect without --live" in result.stderr) == (2, True)
