"""What must hold of both programs together: what joins them, what a change touches, and what is never there."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from typing import Any

import pytest

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.local.engine.monitor import ProgramFailed, Registration, StackOutputs
from privatelink_ingress.local.engine.runner import StackRun

STACK = "organization/eks-service/"


@pytest.fixture(params=["workload", "edge"])
def either(request: pytest.FixtureRequest) -> Any:
    """Each program in turn, as a function that runs it."""
    return request.getfixturevalue(f"{request.param}_run")


@pytest.fixture
def three(connections: dict[str, Any], published: dict[str, StackOutputs]) -> dict[str, Any]:
    """An edge with a connection between the two of the sample, by name and by slot."""
    news = dict(published[f"{STACK}blog"].values) | {"connection_name": "news", "owner": "team-news"}
    connections["shop"]["slot"], slot = 2, 1
    connections["blog"]["slot"] = 0
    connections["news"] = {
        "slot": slot,
        "owner": "team-news",
        "backends": [{"stack": "news"}],
        "routes": [{"hosts": ["news.example.com"]}],
    }
    return {"connections": connections, "stacks": published | {f"{STACK}news": StackOutputs(news)}}


def own(run: StackRun, connection: str, *hosts: str) -> set[str]:
    """The URNs that belong to a connection: its component, what is in it, and the records of its hosts."""
    component = next(r for r in run.of_type("privatelink-ingress:index:Connection") if r.name == connection)
    children = {r.urn for r in run.registrations if r.parent == component.urn}
    inside = children | {r.urn for r in run.registrations if r.parent in children}
    records = {r.urn for r in run.of_type("aws:route53/record:Record") if r.inputs.get("name") in hosts}
    references = {r.urn for r in run.of_type("pulumi:pulumi:StackReference") if r.name == f"{STACK}{connection}"}
    assert len(inside) >= 6
    assert len(records) == len(hosts)
    return {component.urn} | inside | records | references


def touched(before: StackRun, after: StackRun) -> set[str]:
    """URNs that are new, gone, or have other inputs or options."""
    return {
        urn
        for urn in _identity(before).keys() | _identity(after)
        if _identity(before).get(urn) != _identity(after).get(urn)
    }


def _identity(run: StackRun) -> dict[str, tuple[Any, ...]]:
    return {
        r.urn: (r.inputs, r.parent, r.provider, r.protect, r.aliases, r.ignore_changes, r.delete_before_replace)
        for r in run.registrations
    }


def _takes_tags(registration: Registration) -> bool:
    _, module, kind = registration.type.split(":")
    resource = getattr(importlib.import_module(f"pulumi_aws.{module.split('/')[0]}"), kind)
    return "tags" in inspect.signature(resource._internal_init).parameters


def test_a_first_preview_shows_every_resource_that_the_deployment_makes(either: Any):
    shown, made = ({r.urn for r in either(preview=preview).registrations} for preview in (True, False))
    assert shown == made
    assert len(made) > 60


def test_the_order_of_a_run_changes_nothing(either: Any):
    assert touched(either(), either()) == set()


def test_only_components_providers_and_references_are_the_stacks_own_children(either: Any):
    run = either()
    root = run.registrations[0]
    assert root.type == "pulumi:pulumi:Stack"
    loose = [
        r.urn
        for r in run.registrations
        if r.parent in ("", root.urn)
        and not r.type.startswith(("privatelink-ingress:", "pulumi:providers:", "pulumi:pulumi:"))
    ]
    assert loose == []


def test_nothing_uses_a_default_provider(either: Any):
    run = either()
    providers = {r.urn for r in run.registrations if r.type.startswith("pulumi:providers:")}
    resources = [r for r in run.registrations if r.custom and not r.type.startswith("pulumi:")]
    assert {r.provider for r in resources} <= providers
    assert {invoke.provider for invoke in run.invokes} <= providers
    assert [r.urn for r in run.registrations if r.remote and not set(r.providers.values()) <= providers] == []
    assert len(providers) >= 1


def test_every_provider_may_touch_one_account_alone(either: Any):
    for provider in either().of_type("pulumi:providers:aws"):
        assert provider.inputs["allowedAccountIds"] in ('["111111111111"]', '["222222222222"]')
        assert provider.inputs["region"] == "eu-west-1"


def test_everything_that_takes_tags_says_where_it_comes_from(either: Any):
    run = either()
    expected = f"{run.project}/{run.stack}"
    tagged = [r for r in run.registrations if r.type.startswith("aws:") and _takes_tags(r)]
    assert [r.urn for r in tagged if r.inputs.get("tags", {}).get("Stack") != expected] == []
    assert len(tagged) > 20


def test_the_private_side_has_no_way_out(workload_run: Any):
    run = workload_run()
    for gate in ("internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip", "route:Route"):
        assert run.of_type(f"aws:ec2/{gate}") == (), "nothing in the VPC may reach the internet, or be reached from it"
    everywhere = {"0.0.0.0/0", "::/0"}
    rules = [r for r in run.registrations if "securityGroup" in r.type and r.type.endswith("Rule")]
    assert [r.urn for r in rules if everywhere & {r.inputs.get("cidrIpv4"), r.inputs.get("cidrIpv6")}] == []
    assert [r.urn for r in run.of_type("aws:ec2/subnet:Subnet") if r.inputs.get("mapPublicIpOnLaunch")] == []
    assert [r.inputs["internal"] for r in run.of_type("aws:lb/loadBalancer:LoadBalancer")] == [True]
    cluster = run.only("eks:index:Cluster").inputs
    assert (cluster["endpointPrivateAccess"], cluster["endpointPublicAccess"]) == (True, False)
    assert run.of_type("aws:ec2/vpcPeeringConnection:VpcPeeringConnection") == ()


def test_a_workload_exports_the_contract_and_nothing_else_and_nothing_secret(workload_run: Any):
    run = workload_run()
    assert set(run.exports) == set(Contract.model_fields)
    assert run.secret_exports == frozenset()
    assert Contract.read(run.exports, "shop").connection_name == "shop"


def test_the_edge_connects_to_what_the_workloads_publish(edge_run: Any, published: dict[str, StackOutputs]):
    endpoints = {r.name: r.inputs for r in edge_run().of_type("aws:ec2/vpcEndpoint:VpcEndpoint")}
    assert set(endpoints) == {"shop-0-0", "blog-0-0"}
    for name, inputs in endpoints.items():
        assert inputs["serviceName"] == published[f"{STACK}{name.removesuffix('-0-0')}"].values["endpoint_service_name"]
        assert len(inputs["subnetConfigurations"]) == 3


def test_adding_a_connection_touches_only_its_own_resources(edge_run: Any, three: dict[str, Any]):
    connections = three["connections"]
    without = {name: entry for name, entry in connections.items() if name != "news"}
    before = edge_run(stacks=three["stacks"], connections=without)
    after = edge_run(stacks=three["stacks"], connections=connections)
    assert touched(before, after) == own(after, "news", "news.example.com")


def test_removing_the_middle_connection_touches_only_its_own_resources(edge_run: Any, three: dict[str, Any]):
    before = edge_run(**three)
    del three["connections"]["news"]
    after = edge_run(**three)
    assert touched(before, after) == own(before, "news", "news.example.com")


def test_changing_a_connections_routes_touches_only_its_own_resources(edge_run: Any, three: dict[str, Any]):
    before = edge_run(**three)
    three["connections"]["news"]["routes"] = [{"hosts": ["news.example.com"], "paths": ["/today/*", "/archive"]}]
    after = edge_run(**three)
    changed = touched(before, after)
    assert changed
    assert changed <= own(before, "news", "news.example.com") | own(after, "news", "news.example.com")
    assert {urn.split("::")[2].rpartition("$")[2] for urn in changed} == {"aws:lb/listenerRule:ListenerRule"}


def test_a_service_that_was_replaced_changes_only_its_own_connection(edge_run: Any, three: dict[str, Any]):
    before = edge_run(**three)
    news = dict(three["stacks"][f"{STACK}news"].values)
    three["stacks"][f"{STACK}news"] = StackOutputs(
        news
        | {
            "endpoint_service_id": "vpce-svc-0abc",
            "endpoint_service_name": "com.amazonaws.vpce.eu-west-1.vpce-svc-0abc",
        }
    )
    changed = touched(before, edge_run(**three))
    assert changed
    assert changed <= own(before, "news", "news.example.com")


@pytest.mark.parametrize("field", [name for name, field in Contract.model_fields.items() if field.is_required()])
def test_a_missing_field_of_the_contract_stops_the_edge_and_names_the_command_to_run(
    edge_run: Any, published: dict[str, StackOutputs], field: str
):
    values = {name: value for name, value in published[f"{STACK}shop"].values.items() if name != field}
    broken = published | {f"{STACK}shop": StackOutputs(values)}
    with pytest.raises(
        Exception, match=rf"organization/eks-service/shop, {field}: is missing\n.*pulumi up --stack shop"
    ):
        edge_run(stacks=broken)


def test_a_contract_of_another_version_names_both_versions(edge_run: Any, published: dict[str, StackOutputs]):
    outputs = published[f"{STACK}shop"]
    newer = published | {f"{STACK}shop": dataclasses.replace(outputs, values={**outputs.values, "contract_version": 3})}
    with pytest.raises(
        Exception, match=r"contract_version: is 3, but this program reads versions 1 and 2\n.*same release"
    ):
        edge_run(stacks=newer)


def test_a_contract_field_that_became_secret_is_refused(edge_run: Any, published: dict[str, StackOutputs]):
    outputs = published[f"{STACK}shop"]
    hidden = published | {f"{STACK}shop": dataclasses.replace(outputs, secret=frozenset({"port"}))}
    with pytest.raises(Exception, match="port: is a secret"):
        edge_run(stacks=hidden)


def test_a_stack_that_was_never_deployed_is_named(edge_run: Any, published: dict[str, StackOutputs]):
    del published[f"{STACK}blog"]
    with pytest.raises(ProgramFailed, match="unknown stack 'organization/eks-service/blog'"):
        edge_run(stacks=published)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"nodes": {"min": "3"}}, r"nodes\.min: is '3', but must be a whole number"),
        ({"owner": None}, "owner: is missing"),
    ],
)
def test_a_mistake_in_a_stack_file_stops_the_program_with_the_list(
    workload_run: Any, overrides: dict[str, Any], message: str
):
    with pytest.raises(Exception, match=rf"eks-service/Pulumi\.shop\.yaml has mistakes:\n(.*\n)*?  {message}"):
        workload_run(**overrides)
