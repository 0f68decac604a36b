"""The state that a run is exported as, against what Pulumi's engine writes."""

from __future__ import annotations

import json

import pulumi
import pulumi_aws as aws

from privatelink_ingress.local.engine import runner, state
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.recorded_backend import RecordedBackend

PREFIX = "urn:pulumi:shop::eks-service::"
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"


class Network(pulumi.ComponentResource):
    def __init__(self, provider: aws.Provider) -> None:
        super().__init__("plink:workload:Network", "net", None, pulumi.ResourceOptions(providers={"aws": provider}))
        opts = pulumi.ResourceOptions(parent=self, protect=True, custom_timeouts=pulumi.CustomTimeouts(create="1h7m"))
        self.vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", opts=opts)
        self.register_outputs({"vpcId": self.vpc.id})


def program() -> None:
    network = Network(aws.Provider("network", region="eu-west-1"))
    aws.ec2.Subnet("a", vpc_id=network.vpc.id, cidr_block="10.0.0.0/24", map_public_ip_on_launch=False)
    aws.ssm.Parameter("token", type="SecureString", value=pulumi.Output.secret("hush"))
    pulumi.export("vpc_id", network.vpc.id)
    pulumi.export("token", pulumi.Output.secret("hush"))


def run() -> StackRun:
    backend = RecordedBackend({"aws:ec2/vpc:Vpc": {"arn": "arn:aws:ec2:eu-west-1:111111111111:vpc/main-id"}})
    return runner.run(program, project="eks-service", stack="shop", config={}, backend=backend, timeout=60)


def by_urn(document: dict) -> dict[str, dict]:
    return {resource["urn"].removeprefix(PREFIX): resource for resource in document["deployment"]["resources"]}


def test_the_stack_comes_first_with_the_exports_as_its_outputs():
    document = state.export(run(), show_secrets=True)
    assert document["version"] == 3
    assert document["deployment"]["resources"][0] == {
        "urn": f"{PREFIX}pulumi:pulumi:Stack::eks-service-shop",
        "custom": False,
        "type": "pulumi:pulumi:Stack",
        "outputs": {"token": {SIGNATURE: SECRET, "plaintext": '"hush"'}, "vpc_id": "main-id"},
    }


def test_a_resource_has_the_engine_s_keys_and_no_empty_ones():
    resources = by_urn(state.export(run()))
    network = f"{PREFIX}plink:workload:Network::net"
    vpc = f"{PREFIX}plink:workload:Network$aws:ec2/vpc:Vpc::main"
    stack = f"{PREFIX}pulumi:pulumi:Stack::eks-service-shop"
    assert resources["plink:workload:Network$aws:ec2/vpc:Vpc::main"] == {
        "urn": vpc,
        "custom": True,
        "type": "aws:ec2/vpc:Vpc",
        "id": "main-id",
        "inputs": {"cidrBlock": "10.0.0.0/16"},
        "outputs": {"arn": "arn:aws:ec2:eu-west-1:111111111111:vpc/main-id", "cidrBlock": "10.0.0.0/16"},
        "parent": network,
        "protect": True,
        "provider": f"{PREFIX}pulumi:providers:aws::network::network-id",
        "customTimeouts": {"create": 4020.0},
    }
    assert resources["aws:ec2/subnet:Subnet::a"] == {
        "urn": f"{PREFIX}aws:ec2/subnet:Subnet::a",
        "custom": True,
        "type": "aws:ec2/subnet:Subnet",
        "id": "a-id",
        "inputs": {"cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": False, "vpcId": "main-id"},
        "outputs": {"cidrBlock": "10.0.0.0/24", "mapPublicIpOnLaunch": False, "vpcId": "main-id"},
        "parent": stack,
        "dependencies": [vpc],
        "propertyDependencies": {"vpcId": [vpc]},
    }
    assert resources["plink:workload:Network::net"]["outputs"] == {"vpcId": "main-id"}


def test_providers_are_resources_with_an_id():
    provider = by_urn(state.export(run()))["pulumi:providers:aws::network"]
    assert (provider["id"], provider["custom"], provider["inputs"]["region"]) == ("network-id", True, "eu-west-1")


def test_secrets_are_enveloped_and_shown_only_when_asked_for():
    shown, redacted = state.export(run(), show_secrets=True), state.export(run())
    parameter = by_urn(redacted)["aws:ssm/parameter:Parameter::token"]
    assert parameter["inputs"]["value"] == {SIGNATURE: SECRET, "plaintext": '"[secret]"'}
    assert parameter["outputs"]["value"] == {SIGNATURE: SECRET, "plaintext": '"[secret]"'}
    assert "value" in parameter["additionalSecretOutputs"]
    assert "hush" not in json.dumps(redacted)
    assert by_urn(shown)["aws:ssm/parameter:Parameter::token"]["inputs"]["value"]["plaintext"] == '"hush"'


def test_a_run_is_exported_as_the_same_text_every_time():
    assert json.dumps(state.export(run())) == json.dumps(state.export(run()))


def test_what_is_exported_is_read_back_as_it_was_recorded():
    recorded = run()
    resources = json.loads(json.dumps(state.export(recorded, show_secrets=True)))["deployment"]["resources"]

    def opened(value):
        if isinstance(value, dict):
            if value.get(SIGNATURE) == SECRET:
                return json.loads(value["plaintext"])
            return {key: opened(item) for key, item in value.items()}
        return [opened(item) for item in value] if isinstance(value, list) else value

    assert [(r["urn"], r["type"], r.get("id", ""), r.get("parent", "")) for r in resources] == [
        (r.urn, r.type, r.id, r.parent) for r in recorded.registrations
    ]
    assert [opened(r.get("inputs", {})) for r in resources] == [r.inputs for r in recorded.registrations]
    assert [opened(r.get("outputs", {})) for r in resources] == [r.outputs for r in recorded.registrations]


def test_every_resource_stands_after_what_it_needs():
    seen: set[str] = set()
    for resource in state.export(run())["deployment"]["resources"]:
        needs = {resource.get("parent"), resource.get("provider", "").rpartition("::")[0]} - {None, ""}
        assert needs | set(resource.get("dependencies", ())) <= seen
        seen.add(resource["urn"])
