"""Backends as planned: addresses, target groups, weights, other Regions, and contracts that do not fit."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from privatelink_ingress.contracts.service import Contract, ContractError
from privatelink_ingress.plan.edge import backends, connections
from privatelink_ingress.plan.edge.certificates import Coverage
from privatelink_ingress.plan.edge.connections import ConnectionPlan
from privatelink_ingress.plan.edge.site import EdgeSite
from privatelink_ingress.plan.routing.routes import plan_all, plan_routes
from privatelink_ingress.plan.subnets import SubnetPlan
from privatelink_ingress.problems import Problems
from privatelink_ingress.settings.edge import Connection

ZONES = ("euw1-az1", "euw1-az2", "euw1-az3")
FIELDS: dict[str, Any] = {
    "contract_version": 1,
    "connection_name": "shop",
    "owner": "team-shop",
    "account_id": "111111111111",
    "region": "eu-west-1",
    "endpoint_service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
    "endpoint_service_id": "vpce-svc-0a",
    "zone_ids": ZONES,
    "port": 80,
    "protocol": "HTTP",
    "health_path": "/nginx-health",
}
FRANKFURT: dict[str, Any] = {"region": "eu-central-1", "zone_ids": ("euc1-az1", "euc1-az2")}
BLUE: dict[str, Any] = {"stack": "shop"}
GREEN: dict[str, Any] = {"stack": "shop-green", "position": 1, "connectionName": "shop-green"}
CONTRACTS = {
    "shop": Contract.model_validate(FIELDS),
    "shop-green": Contract.model_validate({**FIELDS, "connection_name": "shop-green"}),
}


def entry(*written: dict[str, Any], slot: int = 0, **changes: Any) -> Connection:
    values = {"slot": slot, "owner": "team-shop", "routes": [{"hosts": ["shop.example.com"]}], "backends": written}
    return Connection.model_validate_json(json.dumps({**values, **changes}))


def site(region: str, zone_ids: tuple[str, ...]) -> EdgeSite:
    return EdgeSite(
        account_id="222222222222",
        region=region,
        endpoint_subnets=tuple(
            SubnetPlan(zone_id=zone_id, cidr=f"10.12.{128 + 2 * number}.0/23")
            for number, zone_id in enumerate(zone_ids)
        ),
        hosted_zone_id="Z0123456789EXAMPLE",
        certificates=Coverage(domains=("*.example.com",), adopted=()),
        sign_in=False,
    )


def plan(
    *written: dict[str, Any], edge: str = "eu-west-1", edge_zones: tuple[str, ...] = ZONES, **changes: Any
) -> ConnectionPlan:
    contracts = {**CONTRACTS, "shop": Contract.model_validate({**FIELDS, **changes})}
    routes = plan_routes("shop", entry(*written))
    return connections.plan_connection(routes, contracts, site(edge, edge_zones), stack="prod")


def addresses(planned: ConnectionPlan) -> list[str]:
    return [target.address for backend in planned.backends for target in backend.targets]


def refused(connection: Connection, **changes: Any) -> list[str]:
    region, zone_ids = changes.pop("edge", "eu-west-1"), changes.pop("edge_zones", ZONES)
    others = changes.pop("others", {})
    contracts = {**CONTRACTS, "shop": Contract.model_validate({**FIELDS, **changes})}
    problems = Problems()
    with problems.collect():
        published = plan_all({"shop": connection, **others})
        connections.plan_connections(published, contracts, site(region, zone_ids), stack="prod")
    return [f"{problem.where}: {problem.reason}" for problem in problems]


def test_addresses_follow_position_and_generation() -> None:
    assert addresses(plan(BLUE))[0] == "10.12.128.16"
    assert addresses(plan({**BLUE, "generation": 1}))[0] == "10.12.128.17"
    assert [backend.targets[0].address for backend in plan(BLUE, GREEN).backends] == ["10.12.128.16", "10.12.128.18"]
    every = [
        set(addresses(plan({**BLUE, "position": position, "generation": generation})))
        for position, generation in itertools.product((0, 1), (0, 1))
    ]
    assert len(set().union(*every)) == 4 * len(ZONES)


def test_the_order_of_backends_does_not_matter() -> None:
    assert plan(BLUE, GREEN) == plan(GREEN, BLUE)


def test_a_backend_keeps_its_addresses_and_group_when_the_other_leaves() -> None:
    """Blue/green ends with green alone: nothing of it moves."""
    both, alone = plan({**BLUE, "weight": 0}, {**GREEN, "weight": 1}), plan({**GREEN, "weight": 1})
    assert alone.backends == (both.backends[1],)


def test_a_new_generation_has_other_addresses_in_the_same_target_group() -> None:
    (old,), (new,) = plan(BLUE).backends, plan({**BLUE, "generation": 1}).backends
    assert new.groups[0].name == old.groups[0].name
    assert not {target.address for target in new.targets} & {target.address for target in old.targets}


def test_two_backends_have_a_target_group_each() -> None:
    assert [backend.groups[0].name for backend in plan(BLUE, GREEN).backends] == [
        "prod-shop-0-http-80",
        "prod-shop-1-http-80",
    ]


def test_a_second_cluster_publishes_a_name_of_its_own_that_the_entry_states() -> None:
    assert refused(entry(BLUE, GREEN)) == []
    unnamed = {key: value for key, value in GREEN.items() if key != "connectionName"}
    assert refused(entry(BLUE, unnamed)) == [
        "connections.shop.backends[1].stack: stack shop-green publishes shop-green, but this edge has no connection of "
        "that name"
    ]
    assert refused(entry({**BLUE, "connectionName": "store"}), connection_name="stop") == [
        "connections.shop.backends[0].stack: stack shop publishes stop, not store as connectionName says"
    ]


def test_a_backend_cannot_take_another_connections_requests_even_if_the_entry_states_its_name() -> None:
    """D18."""
    others = {"shop-green": entry({"stack": "shop-green"}, slot=1, routes=[{"hosts": ["green.example.com"]}])}
    assert refused(entry(BLUE, GREEN), others=others) == [
        "connections.shop.backends[1].stack: stack shop-green publishes shop-green, which is another connection of "
        "this edge"
    ]


def test_a_connection_name_that_another_owner_holds_is_refused() -> None:
    assert refused(entry(BLUE), owner="team-store") == [
        "connections.shop.owner: is team-shop, but stack shop says that its owner is team-store"
    ]


def test_a_service_of_another_region_is_reached_from_every_zone_of_the_edge() -> None:
    (backend,) = plan(BLUE, **FRANKFURT, supported_regions=("eu-west-1",)).backends
    assert backend.service_region == "eu-central-1"
    assert [target.zone_id for target in backend.targets] == list(ZONES)
    assert plan(BLUE).backends[0].service_region is None


def test_a_service_that_does_not_support_the_edges_region_is_refused_before_aws_does() -> None:
    assert refused(entry(BLUE), **FRANKFURT) == [
        "connections.shop.backends[0].stack: stack shop is in eu-central-1 and supports no connections from "
        "eu-west-1, where this edge is"
    ]
    assert refused(entry(BLUE), **FRANKFURT, supported_regions=("eu-west-1",)) == []


def test_zones_that_privatelink_does_not_support_between_regions_are_left_out() -> None:
    edge = ("use1-az1", "use1-az2", "use1-az3")
    (backend,) = plan(BLUE, edge="us-east-1", edge_zones=edge, supported_regions=("us-east-1",)).backends
    assert [target.zone_id for target in backend.targets] == ["use1-az1", "use1-az2"]
    assert refused(entry(BLUE), edge="us-east-1", edge_zones=edge[1:], supported_regions=("us-east-1",)) == [
        "connections.shop: the service is in eu-west-1, and PrivateLink supports no connections between Regions in "
        "use1-az3: 1 zones of the edge are left, 2 needed"
    ]


def test_a_literal_service_is_a_contract_for_its_connection() -> None:
    service = {
        "endpointServiceName": "com.amazonaws.vpce.eu-central-1.vpce-svc-0a",
        "accountId": "111111111111",
        "zoneIds": ["euc1-az1", "euc1-az2"],
        "port": 443,
        "protocol": "HTTPS",
        "supportedRegions": ["eu-west-1"],
    }
    connection = entry({"service": service})
    (backend,) = connection.backends
    assert backend.service is not None
    contract = backends.literal_contract("shop", connection, backend, backend.service)
    assert contract == Contract.model_validate(
        {
            **FIELDS,
            **FRANKFURT,
            "contract_version": 2,
            "endpoint_service_name": "com.amazonaws.vpce.eu-central-1.vpce-svc-0a",
            "port": 443,
            "protocol": "HTTPS",
            "protocol_versions": ["HTTP1"],
            "supported_regions": ["eu-west-1"],
        }
    )


def test_a_literal_service_may_offer_http2_and_grpc_over_tls() -> None:
    service = {
        "endpointServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0a",
        "accountId": "111111111111",
        "zoneIds": ["euw1-az1", "euw1-az2"],
        "port": 443,
        "protocol": "HTTPS",
        "http2": True,
        "grpcHealthPath": "/AWS.ALB/healthcheck",
        "grpcHealthCodes": "12",
    }
    connection = entry({"service": service})
    (backend,) = connection.backends
    assert backend.service is not None
    contract = backends.literal_contract("shop", connection, backend, backend.service)
    assert contract.protocol_versions == ("HTTP1", "HTTP2", "GRPC")
    assert (contract.grpc_health_path, contract.grpc_health_codes) == ("/AWS.ALB/healthcheck", "12")


def test_each_reader_role_has_one_provider_named_by_account_and_role() -> None:
    arn = "arn:aws:iam::111111111111:role/ingress/reads-contracts"
    parameter = {"parameter": "/a/shop", "readerRoleArn": arn}
    published = {"shop": entry(parameter), "blog": entry({**parameter, "parameter": "/a/blog"}, slot=1)}
    assert backends.reader_roles(published) == {arn: "reader-111111111111-reads-contracts"}
    assert backends.reader_roles({"shop": entry(BLUE)}) == {}


def contract_refused(text: str) -> list[tuple[str, str, str]]:
    with pytest.raises(ContractError) as error:
        Contract.read_json(text, "/a/shop")
    assert error.value.title == "The contract in parameter /a/shop does not fit"
    return [(problem.where, problem.reason, problem.remedy) for problem in error.value.problems]


PUBLISH = "Run `pulumi up` in eks-service/ for the stack that publishes it: the stack writes the parameter."


def test_a_parameter_holds_the_contract_as_json() -> None:
    assert Contract.read_json(json.dumps({**FIELDS, "later_field": 1}), "/a/shop") == CONTRACTS["shop"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "is not valid JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ("", "is not valid JSON: Expecting value at line 1, column 1"),
        ("[]", "is a list, but must be a mapping"),
        ('"shop"', "is 'shop', but must be a mapping"),
    ],
)
def test_a_parameter_that_is_not_a_json_object_is_explained(text: str, reason: str) -> None:
    assert contract_refused(text) == [("value", reason, PUBLISH)]


def test_a_contract_of_a_newer_version_names_both_versions_and_nothing_else() -> None:
    assert contract_refused('{"contract_version": 3}') == [
        (
            "contract_version",
            "is 3, but this program reads versions 1 and 2",
            "Deploy both projects from the same release of this repository.",
        )
    ]


def test_a_contract_with_a_missing_and_an_invalid_field_names_both() -> None:
    fields = {key: value for key, value in FIELDS.items() if key != "owner"} | {"region": "Ireland"}
    assert contract_refused(json.dumps(fields)) == [
        ("owner", "is missing", PUBLISH),
        ("region", "is 'Ireland', not the name of a Region, such as eu-west-1", PUBLISH),
    ]
