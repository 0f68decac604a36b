"""The three project files and the sample stacks say what the settings models say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.plan.edge.shard import PROJECT as EDGE_PROJECT
from privatelink_ingress.plan.subnets import halves, tier
from privatelink_ingress.plan.workload import plan_workload
from privatelink_ingress.settings.attached import AttachedSettings, load_edge
from privatelink_ingress.settings.bootstrap import BootstrapSettings
from privatelink_ingress.settings.edge import EdgeSettings
from privatelink_ingress.settings.explain import core, kind
from privatelink_ingress.settings.load import load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.stackfiles import reader

ROOT = Path(__file__).parents[3]
MODELS = [(service_contract.PROJECT, WorkloadSettings), (EDGE_PROJECT, EdgeSettings), (".", BootstrapSettings)]
SAMPLES = [
    (service_contract.PROJECT, "shop"),
    (service_contract.PROJECT, "blog"),
    (EDGE_PROJECT, "prod"),
    (EDGE_PROJECT, "prod-blog"),
]
TYPES = {
    "text": "string",
    "true or false": "boolean",
    "a whole number": "integer",
    "a list": "array",
    "a mapping": "object",
}

Model = type[WorkloadSettings] | type[EdgeSettings] | type[BootstrapSettings]


def project_file(directory: Path) -> dict[str, Any]:
    return YAML(typ="safe", pure=True).load(directory / "Pulumi.yaml")


def schema(project: str) -> dict[str, Any]:
    return {key: entry for key, entry in project_file(ROOT / project)["config"].items() if ":" not in key}


def sample(project: str, stack: str) -> Any:
    file = reader.read(ROOT / project, stack)
    if project == EDGE_PROJECT:
        return load_edge(file.settings, project=project, stack=stack)
    return load(dict(MODELS)[project], file.settings, project=project, stack=stack)


def required(model: Model) -> set[str | None]:
    """The keys that every stack file of the model's project must have: an attached stack needs fewer than a shard."""
    kinds = (EdgeSettings, AttachedSettings) if model is EdgeSettings else (model,)
    return set.intersection(*({f.alias for f in kind.model_fields.values() if f.is_required()} for kind in kinds))


@pytest.mark.parametrize(("project", "model"), MODELS)
def test_the_schema_has_the_models_keys_in_the_models_order(project: str, model: Model):
    assert list(schema(project)) == [field.alias for field in model.model_fields.values()]


@pytest.mark.parametrize(("project", "model"), MODELS)
def test_the_schema_has_the_models_types(project: str, model: Model):
    declared = {key: entry["type"] for key, entry in schema(project).items()}
    assert declared == {field.alias: TYPES[kind(field.annotation)] for field in model.model_fields.values()}


@pytest.mark.parametrize(("project", "model"), MODELS)
def test_the_engine_requires_exactly_the_keys_that_the_model_requires(project: str, model: Model):
    # A key without a default must be in every stack file: the engine stops before the program starts.
    assert {key for key, entry in schema(project).items() if "default" not in entry} == required(model)


@pytest.mark.parametrize(("project", "model"), MODELS)
def test_the_schemas_defaults_mean_the_models_defaults(project: str, model: Model):
    for field in model.model_fields.values():
        if field.alias in required(model):
            continue
        written = schema(project)[str(field.alias)]["default"]
        if field.is_required():
            assert written in ([], {}), "it stands for a key that is not written"
            continue
        expected = field.get_default(call_default_factory=True, validated_data={})
        bare = core(field.annotation)
        if written == "":
            assert expected is None, field.alias
        elif hasattr(bare, "model_validate"):
            assert bare.model_validate(written) == expected, field.alias
        else:
            assert written == expected, field.alias


@pytest.mark.parametrize("project", [".", service_contract.PROJECT, EDGE_PROJECT])
def test_every_key_of_the_schema_is_described(project: str):
    assert [key for key, entry in schema(project).items() if not entry["description"].endswith(".")] == []


@pytest.mark.parametrize(
    ("directory", "name", "venv"),
    [
        (".", "bootstrap", ".venv"),
        ("eks-service", service_contract.PROJECT, "../.venv"),
        ("central-ingress", EDGE_PROJECT, "../.venv"),
    ],
)
def test_every_project_runs_in_the_one_virtual_environment_and_without_default_providers(
    directory: str, name: str, venv: str
):
    file = project_file(ROOT / directory)
    assert file["name"] == name
    assert file["runtime"] == {"name": "python", "options": {"toolchain": "pip", "virtualenv": venv}}
    assert file["config"]["pulumi:disable-default-providers"] == {"value": ["aws", "kubernetes"]}
    locks = [place / "uv.lock" for place in (ROOT, ROOT / directory)]
    assert not any(lock.exists() for lock in locks), "a uv.lock at or above a project makes Pulumi ignore `virtualenv`"


def test_the_root_project_is_the_bootstrap_program():
    assert project_file(ROOT)["main"] == "bootstrap/"


@pytest.mark.parametrize(("project", "stack"), SAMPLES)
def test_every_sample_stack_loads(project: str, stack: str):
    assert sample(project, stack).account_id in {"111111111111", "222222222222"}


def test_the_samples_are_all_stack_files():
    found = [(path.name, stack) for path in reader.projects(ROOT) for stack in reader.stacks(path)]
    assert sorted(found) == sorted(SAMPLES)


def test_both_workloads_have_the_same_network_on_purpose():
    assert (
        sample(service_contract.PROJECT, "shop").network.cidr == sample(service_contract.PROJECT, "blog").network.cidr
    )


@pytest.mark.parametrize("stack", ["shop", "blog"])
def test_the_workloads_admit_the_load_balancer_subnets_that_the_edge_plans(stack: str):
    edge = sample(EDGE_PROJECT, "prod")
    lower, _ = halves(edge.network.cidr)
    public = tier(lower, edge.network.public_prefix, edge.network.zone_ids, key="network.publicPrefix")
    (consumer,) = sample(service_contract.PROJECT, stack).publication.consumers
    assert consumer.account_id == edge.account_id
    assert consumer.alb_subnet_cidrs == tuple(subnet.cidr for subnet in public)


@pytest.mark.parametrize("stack", ["shop", "blog"])
def test_a_sample_workload_publishes_the_connection_of_its_stacks_name(stack: str):
    settings = sample(service_contract.PROJECT, stack)
    plan = plan_workload(settings, stack=stack, region="eu-west-1", available_zones=settings.network.zone_ids)
    assert plan.name == stack
    published = {name for edge in ("prod", "prod-blog") for name in sample(EDGE_PROJECT, edge).connections}
    assert stack in published


def test_an_attached_stack_has_no_key_that_a_shard_does_not_have():
    assert AttachedSettings.model_fields.keys() < EdgeSettings.model_fields.keys()


def test_the_samples_show_both_ways_to_add_a_connection():
    assert isinstance(sample(EDGE_PROJECT, "prod"), EdgeSettings)
    attached = sample(EDGE_PROJECT, "prod-blog")
    assert (attached.edge_stack, list(attached.connections)) == ("prod", ["blog"])


@pytest.mark.parametrize(("project", "stack"), SAMPLES)
def test_samples_hold_nothing_encrypted_and_share_one_region(project: str, stack: str):
    file = reader.read(ROOT / project, stack)
    assert (file.secure, file.region) == ((), "eu-west-1")
