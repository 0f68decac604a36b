"""The controller's component: what reaches the provider, and in which order. No Kubernetes API takes part."""

from __future__ import annotations

import kubernetes_validate
import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from privatelink_ingress.components.workload.controller import Controller, ControllerArgs
from privatelink_ingress.local.engine import runner
from privatelink_ingress.local.engine.runner import StackRun
from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller
from privatelink_ingress.settings.workload.controller import Controller as Settings
from privatelink_ingress.settings.workload.controller import Image
from tests.support.recorded_backend import RecordedBackend

DIGEST = f"sha256:{'ab' * 32}"
REPOSITORY = "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/nginx-ingress"
COMPONENT = "privatelink-ingress:index:Controller"
NAMESPACE = "kubernetes:core/v1:Namespace"
CONFIG = "kubernetes:core/v1:ConfigMap"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


def plan(**overrides: str) -> ControllerPlan:
    return plan_controller(
        settings=Settings(image=Image(digest=DIGEST)),
        trusted_cidrs=("10.11.0.0/21", "10.11.8.0/21"),
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        overrides={key.replace("_", "-"): value for key, value in overrides.items()},
    )


def deploy(planned: ControllerPlan, *, preview: bool = False) -> StackRun:
    def program() -> None:
        cluster = kubernetes.Provider("cluster", kubeconfig="{}")
        controller = Controller(
            "shop-controller",
            ControllerArgs(plan=planned, repository_url=pulumi.Output.from_input(REPOSITORY)),
            pulumi.ResourceOptions(provider=cluster),
        )
        pulumi.export("node_port", controller.node_port)
        pulumi.export("namespace", controller.namespace)

    return runner.run(
        program,
        project="eks-service",
        stack="shop",
        config={},
        backend=RecordedBackend(),
        preview=preview,
        timeout=120,
    )


@pytest.fixture(scope="module")
def deployed() -> StackRun:
    return deploy(plan())


def objects(run: StackRun) -> list:
    return [one for one in run.registrations if one.type.startswith("kubernetes:")]


def test_the_provider_gets_the_planned_objects_key_for_key(deployed):
    planned = [item.manifest for stage in plan().stages(f"{REPOSITORY}@{DIGEST}") for item in stage]

    def order(manifest: dict) -> tuple[str, str]:
        return manifest["kind"], manifest["metadata"]["name"]

    assert sorted((one.inputs for one in objects(deployed)), key=order) == sorted(planned, key=order)


def test_what_reaches_the_provider_fits_the_schema(deployed):
    for one in objects(deployed):
        kubernetes_validate.validate(one.inputs, "1.36", strict=True)


def test_every_object_is_the_components_child_and_goes_to_the_callers_cluster(deployed):
    component = deployed.only(COMPONENT).urn
    cluster = deployed.only("pulumi:providers:kubernetes").urn
    assert len(objects(deployed)) == 14
    assert {(one.parent, one.provider) for one in objects(deployed)} == {(component, cluster)}


def test_names_of_resources_say_what_they_are(deployed):
    assert sorted(one.name for one in objects(deployed)) == sorted(
        f"shop-controller-{key}"
        for key in (
            "namespace service-account cluster-role cluster-role-binding role role-binding ingress-class "
            f"network-policy default-deny deployment service disruption-budget autoscaler config-{plan().config_hash}"
        ).split()
    )


def test_pods_wait_for_rights_and_configuration_and_those_for_the_namespace(deployed):
    by_urn = {one.urn: one for one in objects(deployed)}

    def awaited(one) -> set[str]:
        return {by_urn[urn].name.removeprefix("shop-controller-") for urn in one.depends_on if urn in by_urn}

    assert awaited(deployed.only(NAMESPACE)) == set()
    assert awaited(deployed.only(CONFIG)) == {"namespace"}
    assert awaited(deployed.only(DEPLOYMENT)) == {
        "service-account",
        "cluster-role",
        "cluster-role-binding",
        "role",
        "role-binding",
        f"config-{plan().config_hash}",
        "ingress-class",
        "network-policy",
    }
    assert awaited(deployed.only("kubernetes:core/v1:Service")) == {"deployment", "default-deny"}


def test_a_changed_configuration_is_a_new_resource_and_an_update_of_the_deployment_alone(deployed):
    changed = deploy(plan(client_max_body_size="20m"))
    before, after = ({one.urn: one.inputs for one in objects(run)} for run in (deployed, changed))
    assert before.keys() - after.keys() == {deployed.only(CONFIG).urn}
    assert after.keys() - before.keys() == {changed.only(CONFIG).urn}
    assert [urn for urn in before.keys() & after.keys() if before[urn] != after[urn]] == [changed.only(DEPLOYMENT).urn]


def test_the_outputs_are_the_plans_plain_values_also_in_a_preview(deployed):
    assert deployed.exports == {"node_port": 30080, "namespace": "nginx-ingress"}
    assert deploy(plan(), preview=True).exports == {"node_port": 30080, "namespace": "nginx-ingress"}


def test_a_preview_shows_the_same_objects(deployed):
    assert [one.urn for one in objects(deploy(plan(), preview=True))] == [one.urn for one in objects(deployed)]


def test_the_gateway_is_the_maintained_controller_of_f5(deployed):
    assert Image(digest=DIGEST).source == "public.ecr.aws/nginx/nginx-ingress"
    ingress_class = deployed.only("kubernetes:networking.k8s.io/v1:IngressClass")
    assert ingress_class.inputs["spec"] == {"controller": "nginx.org/ingress-controller"}
    [container] = deployed.only(DEPLOYMENT).inputs["spec"]["template"]["spec"]["containers"]
    assert container["command"][-2].endswith('exec /nginx-ingress "$@"')
    assert container["image"] == f"{REPOSITORY}@{DIGEST}"
