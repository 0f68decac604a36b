"""What backends register: two of them, new generations, maintenance, and contracts that are in no stack."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_parameters import GET_PARAMETER, GET_SERVICE, NAME, READER, SERVICE, SHARED, Account
from tests.support.edge_services import ZONES, connection, exports, inputs, named, services

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
GROUP = "aws:lb/targetGroup:TargetGroup"
TARGET = "aws:lb/targetGroupAttachment:TargetGroupAttachment"
RULE = "aws:lb/listenerRule:ListenerRule"

BLUE: dict[str, Any] = {"stack": "shop"}
GREEN: dict[str, Any] = {"stack": "shop-green", "position": 1, "connectionName": "shop-green"}

Run = Callable[..., StackRun]


@pytest.fixture
def run(edge_run: Run) -> Run:
    def shop(*backends: dict[str, Any], account: Account | None = None, **changes: Any) -> StackRun:
        stacks = changes.pop("stacks", None) or services("shop", "shop-green") | _green()
        entry = connection("shop", 0, backends=list(backends), **changes)
        return edge_run(stacks=stacks, connections={"shop": entry}, backend=(account or Account()).backend())

    return shop


def _green() -> dict[str, StackOutputs]:
    return {"organization/eks-service/shop-green": StackOutputs(exports("shop-green", 2, owner="team-shop"))}


@pytest.fixture
def refused(run: Run) -> Callable[..., str]:
    def message(*backends: dict[str, Any], **changes: Any) -> str:
        with pytest.raises(pulumi.RunError) as error:
            run(*backends, **changes)
        return str(error.value)

    return message


def action(edge: StackRun) -> dict[str, Any]:
    (found,) = edge.only(RULE).inputs["actions"]
    return found


def arn(edge: StackRun, group: str) -> str:
    return named(edge, GROUP, group).outputs["arn"]


def test_one_backend_has_all_requests_at_either_position(run: Run) -> None:
    for backend, group in ((BLUE, "shop-0-http-80"), (GREEN, "shop-1-http-80")):
        edge = run(backend)
        assert action(edge) == {
            "type": "forward",
            "forward": {"targetGroups": [{"arn": arn(edge, group), "weight": 1}]},
        }


def test_two_backends_share_requests_by_weight(run: Run) -> None:
    edge = run({**BLUE, "weight": 90}, {**GREEN, "weight": 10}, stickinessSeconds=600)
    assert action(edge) == {
        "type": "forward",
        "forward": {
            "targetGroups": [
                {"arn": arn(edge, "shop-0-http-80"), "weight": 90},
                {"arn": arn(edge, "shop-1-http-80"), "weight": 10},
            ],
            "stickiness": {"enabled": True, "duration": 600},
        },
    }


def test_a_backend_that_stands_by_has_its_endpoint_and_targets_and_no_requests(run: Run) -> None:
    edge = run(BLUE, GREEN)
    assert [group["weight"] for group in action(edge)["forward"]["targetGroups"]] == [1, 0]
    assert "stickiness" not in action(edge)["forward"]
    assert named(edge, ENDPOINT, "shop-1-0").inputs["serviceName"].endswith("vpce-svc-00000000000000002")
    assert sorted(target["targetId"] for target in inputs(edge, TARGET).values()) == [
        "10.12.128.16",
        "10.12.128.18",
        "10.12.130.16",
        "10.12.130.18",
        "10.12.132.16",
        "10.12.132.18",
    ]
    assert {target.urn for target in edge.of_type(TARGET)} <= set(edge.only(RULE).depends_on)


def test_moving_requests_changes_the_rule_alone(run: Run) -> None:
    before, after = run(BLUE, GREEN), run({**BLUE, "weight": 0}, {**GREEN, "weight": 1})
    assert changed(before, after) == {f"{RULE}::shop-exact-host-any-path-0"}


def test_the_order_of_backends_moves_nothing(run: Run) -> None:
    assert changed(run(BLUE, GREEN), run(GREEN, BLUE)) == set()


def test_adding_and_ending_the_second_backend_leaves_the_other_as_it_is(run: Run) -> None:
    green, both = run(GREEN), run({**BLUE, "weight": 0}, {**GREEN, "weight": 1})
    assert {urn for urn in changed(green, both) if "shop-1" in urn or "green" in urn} == set()


def test_a_new_generation_lives_beside_the_old_one_until_the_rules_wait_for_it(run: Run) -> None:
    """The engine creates what is new, updates what waits for it, and deletes what is gone at the very end."""
    old, new = run(BLUE), run({**BLUE, "generation": 1})
    assert inputs(old, ENDPOINT).keys().isdisjoint(inputs(new, ENDPOINT))
    assert inputs(old, TARGET).keys().isdisjoint(inputs(new, TARGET))
    addresses = [{target["targetId"] for target in inputs(edge, TARGET).values()} for edge in (old, new)]
    assert addresses[0].isdisjoint(addresses[1])
    (endpoint,) = new.of_type(ENDPOINT)
    assert all(endpoint.urn in target.depends_on for target in new.of_type(TARGET))
    assert {target.urn for target in new.of_type(TARGET)} <= set(new.only(RULE).depends_on)


def test_a_new_generation_joins_the_target_group_and_leaves_group_and_rules_as_they_are(run: Run) -> None:
    old, new = run(BLUE), run({**BLUE, "generation": 1})
    assert named(old, GROUP, "shop-0-http-80").inputs == named(new, GROUP, "shop-0-http-80").inputs
    assert old.only(RULE).inputs == new.only(RULE).inputs
    assert {target["targetGroupArn"] for target in inputs(new, TARGET).values()} == {arn(old, "shop-0-http-80")}


def test_in_maintenance_rules_answer_503_and_the_rest_stays(run: Run) -> None:
    active, closed = run(BLUE), run(BLUE, state="maintenance")
    assert action(closed) == {
        "type": "fixed-response",
        "fixedResponse": {
            "statusCode": "503",
            "contentType": "text/plain",
            "messageBody": "Down for maintenance. Please try again later.",
        },
    }
    assert changed(active, closed) == {f"{RULE}::shop-exact-host-any-path-0"}


def test_a_connection_has_a_page_of_its_own_in_maintenance(run: Run) -> None:
    page = "<!doctype html><title>Back soon</title>"
    closed = run(BLUE, state="maintenance", maintenancePage={"html": page})
    assert action(closed)["fixedResponse"] == {"statusCode": "503", "contentType": "text/html", "messageBody": page}
    assert run(BLUE, maintenancePage={"html": page}).only(RULE).inputs == run(BLUE).only(RULE).inputs


def test_an_endpoint_names_the_region_of_a_service_elsewhere(run: Run) -> None:
    contract = exports("shop", 1, region="eu-central-1", zone_ids=["euc1-az1", "euc1-az2"])
    stacks = {"organization/eks-service/shop": StackOutputs({**contract, "supported_regions": ["eu-west-1"]})}
    edge = run(BLUE, stacks=stacks)
    assert edge.only(ENDPOINT).inputs["serviceRegion"] == "eu-central-1"
    assert len(edge.only(ENDPOINT).inputs["subnetIds"]) == 3
    assert "serviceRegion" not in run(BLUE).only(ENDPOINT).inputs


def test_exports_tell_of_each_backend(run: Run) -> None:
    shop = run({**BLUE, "generation": 1}, GREEN).exports["connections"]["shop"]
    assert shop["state"] == "active"
    assert [
        (one["position"], one["generation"], one["weight"], one["addresses"]["euw1-az1"]) for one in shop["backends"]
    ] == [(0, 1, 1, "10.12.128.17"), (1, 0, 0, "10.12.128.18")]


def test_a_parameter_is_read_by_name_in_the_edges_account_and_its_service_looked_up(run: Run) -> None:
    account = Account({NAME: json.dumps(exports("shop", 1))})
    edge = run({"parameter": NAME}, account=account)
    service = "com.amazonaws.vpce.eu-west-1.vpce-svc-00000000000000001"
    assert edge.only(ENDPOINT).inputs["serviceName"] == service
    assert account.asked == [
        (GET_PARAMETER, "222222222222", {"name": NAME, "withDecryption": False}),
        (GET_SERVICE, "222222222222", {"serviceName": service}),
    ]
    assert edge.of_type("pulumi:pulumi:StackReference") == ()


def test_a_shared_parameter_is_read_by_its_whole_arn_and_in_its_own_region(run: Run) -> None:
    account = Account({SHARED: json.dumps(exports("shop", 1))})
    run({"parameter": SHARED}, account=account)
    assert account.asked[0] == (GET_PARAMETER, "222222222222", {"name": SHARED, "withDecryption": False})
    elsewhere = SHARED.replace("eu-west-1", "eu-central-1")
    account = Account({elsewhere: json.dumps(exports("shop", 1))})
    run({"parameter": elsewhere}, account=account)
    asked = {"name": elsewhere, "region": "eu-central-1", "withDecryption": False}
    assert account.asked[0] == (GET_PARAMETER, "222222222222", asked)


@pytest.mark.parametrize("reference", [NAME, SHARED])
def test_a_role_reads_a_parameter_in_its_own_account_by_name(run: Run, reference: str) -> None:
    account = Account({NAME: json.dumps(exports("shop", 1))})
    edge = run({"parameter": reference, "readerRoleArn": READER}, account=account)
    assert account.asked[0] == (GET_PARAMETER, "111111111111", {"name": NAME, "withDecryption": False})
    assert account.asked[1][:2] == (GET_SERVICE, "222222222222")
    reader = named(edge, "pulumi:providers:aws", "reader-111111111111-reads-contracts")
    assert json.loads(reader.inputs["assumeRoles"])[0]["roleArn"] == READER
    assert json.loads(reader.inputs["allowedAccountIds"]) == ["111111111111"]


def test_a_literal_service_needs_no_stack_and_no_parameter(run: Run) -> None:
    account = Account()
    edge = run({"service": SERVICE}, account=account)
    assert edge.only(ENDPOINT).inputs["serviceName"] == SERVICE["endpointServiceName"]
    assert [token for token, _, _ in account.asked] == [GET_SERVICE]
    assert len(inputs(edge, TARGET)) == 2


def test_a_service_of_another_region_is_looked_up_there(run: Run) -> None:
    account = Account()
    name = "com.amazonaws.vpce.eu-central-1.vpce-svc-0a"
    run({"service": {**SERVICE, "endpointServiceName": name, "supportedRegions": ["eu-west-1"]}}, account=account)
    assert account.asked[0][2] == {"serviceName": name, "serviceRegions": ["eu-central-1"]}


@pytest.mark.parametrize(
    "told",
    [
        "InvalidServiceName: The Vpc Endpoint Service 'vpce-svc-1' does not exist",
        # The provider's own words for that answer, and for an empty one.
        "reading EC2 VPC Endpoint Services: couldn't find resource",
        "no matching EC2 VPC Endpoint Service found",
    ],
)
def test_f16_a_stale_parameter_is_told_before_anything_is_built(refused: Callable[..., str], told: str) -> None:
    account = Account({NAME: json.dumps(exports("shop", 1))}, gone=told)
    message = refused({"parameter": NAME}, account=account)
    assert (
        f"parameter {NAME}, service: names the service com.amazonaws.vpce.eu-west-1.vpce-svc-00000000000000001, which "
        "does not exist or does not allow this account"
    ) in message
    assert "Run `pulumi up` in eks-service/ for the stack that publishes shop" in message
    assert "ec2:DescribeVpcEndpointServices" not in message


def test_f16_a_service_that_may_not_be_looked_up_gets_another_remedy(refused: Callable[..., str]) -> None:
    denied = "UnauthorizedOperation: You are not authorized to perform this operation"
    message = refused({"parameter": NAME}, account=Account({NAME: json.dumps(exports("shop", 1))}, gone=denied))
    assert "which could not be looked up: " in message
    assert denied in message
    assert "Allow the deploying role ec2:DescribeVpcEndpointServices, then run this again." in message
    assert "Run `pulumi up` in eks-service/" not in message


def test_a_missing_parameter_names_account_and_command(refused: Callable[..., str]) -> None:
    message = refused({"parameter": NAME}, account=Account())
    assert f"parameter {NAME}, {NAME}: does not exist in account 222222222222" in message
    assert "Run `pulumi up` in eks-service/" in message


def test_a_parameter_that_is_not_shared_says_both_ways_in(refused: Callable[..., str]) -> None:
    message = refused({"parameter": SHARED}, account=Account({SHARED: "AccessDeniedException: "}))
    assert "account 111111111111 does not let this account read it" in message
    assert "readerRoleArn" in message
    assert "AWS RAM" in message


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("{", "value: is not valid JSON: "),
        ('{"contract_version": 3}', "contract_version: is 3, but this program reads versions 1 and 2"),
        (json.dumps({"contract_version": 1}), "owner: is missing"),
    ],
)
def test_a_parameter_that_holds_no_contract_is_explained(refused: Callable[..., str], value: str, reason: str) -> None:
    assert f"parameter {NAME}, {reason}" in refused({"parameter": NAME}, account=Account({NAME: value}))


def test_a_contract_in_a_secret_string_is_refused(refused: Callable[..., str]) -> None:
    account = Account({NAME: json.dumps(exports("shop", 1))}, type_="SecureString")
    assert "type: is of type SecureString, but a contract holds no secrets" in refused(
        {"parameter": NAME}, account=account
    )


def test_an_unknown_stack_is_named(edge_run: Run) -> None:
    entry = connection("shop", 0, backends=[{"stack": "shopp"}])
    with pytest.raises(Exception, match="unknown stack 'organization/eks-service/shopp'"):
        edge_run(stacks=services(), connections={"shop": entry})


def changed(before: StackRun, after: StackRun) -> set[str]:
    """Type and name of what is new, gone or other; the stack's exports and stack references apart."""

    def state(edge: StackRun) -> dict[str, Any]:
        return {
            one.urn.rpartition("$")[2]: (one.inputs, one.depends_on, one.parent)
            for one in edge.registrations
            if "::Stack" not in one.urn and "StackReference" not in one.urn and one.type != "pulumi:pulumi:Stack"
        }

    one, other = state(before), state(after)
    return {urn for urn in one.keys() | other.keys() if one.get(urn) != other.get(urn)}


OFFERED = {"contract_version": 2, "protocol_versions": ["HTTP1", "HTTP2", "GRPC"], "protocol": "HTTPS", "port": 443}


def test_a_route_for_grpc_forwards_to_a_group_of_its_own_at_the_same_endpoint(run: Run) -> None:
    calls = {
        "hosts": ["shop.example.com"],
        "headers": {"Content-Type": ["application/grpc*"]},
        "protocol": "grpc",
    }
    stacks = {"organization/eks-service/shop": StackOutputs(exports("shop", 1, **OFFERED))}
    edge = run(BLUE, stacks=stacks, routes=[{"hosts": ["shop.example.com"]}, calls])
    group = named(edge, GROUP, "shop-0-https-443-grpc").inputs
    assert {key: group[key] for key in ("protocol", "protocolVersion", "port", "targetType")} == {
        "protocol": "HTTPS",
        "protocolVersion": "GRPC",
        "port": 443,
        "targetType": "ip",
    }
    check = group["healthCheck"]
    assert (check["path"], check["matcher"], check["protocol"]) == ("/grpc.health.v1.Health/Check", "0", "HTTPS")
    assert "protocolVersion" not in named(edge, GROUP, "shop-0-https-443").inputs
    assert len(edge.of_type(ENDPOINT)) == 1
    targets = inputs(edge, TARGET)
    assert {targets[f"shop-0-https-443-grpc-0-{zone}"]["targetId"] for zone in ZONES} == {
        targets[f"shop-0-https-443-0-{zone}"]["targetId"] for zone in ZONES
    }
    forwards = {
        bool([one for one in rule.inputs["conditions"] if "httpHeader" in one]): rule.inputs["actions"]
        for rule in edge.of_type(RULE)
    }
    for grpc, key in ((True, "shop-0-https-443-grpc"), (False, "shop-0-https-443")):
        assert forwards[grpc] == [
            {"type": "forward", "forward": {"targetGroups": [{"arn": arn(edge, key), "weight": 1}]}}
        ]
