"""What the controller may do in each variant: these rules, and no others."""

from __future__ import annotations

import json
from typing import Any

import kubernetes_validate
import pytest

from privatelink_ingress.plan.workload.controller import ControllerPlan, plan_controller
from privatelink_ingress.plan.workload.protocols import HTTP, HTTPS, Protocol
from privatelink_ingress.plan.workload.sample import plan_sample
from privatelink_ingress.problems import UserError
from privatelink_ingress.settings.load import SettingsError, load
from privatelink_ingress.settings.workload import WorkloadSettings
from privatelink_ingress.settings.workload.controller import Controller

IMAGE = {"digest": f"sha256:{'ab' * 32}"}

CORE = {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["list", "watch"]}
SECRETS = {"apiGroups": [""], "resources": ["secrets"], "verbs": ["list", "watch"]}
EVENTS = {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]}
SLICES = {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]}
INGRESSES = {"apiGroups": ["networking.k8s.io"], "resources": ["ingresses"], "verbs": ["list", "watch"]}
ITS_CLASS = {
    "apiGroups": ["networking.k8s.io"],
    "resources": ["ingressclasses"],
    "resourceNames": ["nginx"],
    "verbs": ["get"],
}
CONFIG = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch"]}
ITS_POD = {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}
ITS_SECRET = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["edge-tls"], "verbs": ["get"]}

ALL: dict[str, Any] = {}
SHOP: dict[str, Any] = {"watch": {"namespaces": ["shop"]}}
TLS: dict[str, Any] = {"ingressTls": True}
OWN: dict[str, Any] = {"tlsSecret": "edge-tls"}


def planned(values: dict[str, Any], protocol: Protocol = HTTP) -> ControllerPlan:
    return plan_controller(
        settings=Controller.model_validate({"image": IMAGE, **values}, strict=False),
        trusted_cidrs=("10.11.0.0/21",),
        api_cidrs=("172.20.0.1/32",),
        health_path="/nginx-health",
        protocol=protocol,
    )


def objects(plan: ControllerPlan) -> list[dict[str, Any]]:
    return [item.manifest for stage in plan.stages("image") for item in stage]


def rules(plan: ControllerPlan) -> dict[str, Any]:
    """Rules of all roles, by namespace; those of the whole cluster under `*`."""
    roles = [one for one in objects(plan) if one["kind"] in ("Role", "ClusterRole")]
    return {one["metadata"].get("namespace", "*"): one["rules"] for one in roles}


def flags(plan: ControllerPlan) -> list[str]:
    [deployment] = [one for one in objects(plan) if one["kind"] == "Deployment"]
    args = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    return [arg for arg in args if arg.startswith(("-watch", "-default-server", "-wildcard"))]


NO_SECRETS = "-watch-secret-namespace=nginx-ingress"
CERTIFICATES = ["-default-server-tls-secret=nginx-ingress/edge-tls", "-wildcard-tls-secret=nginx-ingress/edge-tls"]
EVERYWHERE = [CORE, EVENTS, SLICES, INGRESSES, ITS_CLASS]
EVERYWHERE_TLS = [CORE, SECRETS, EVENTS, SLICES, INGRESSES, ITS_CLASS]
IN_SHOP, IN_SHOP_TLS = [CORE, EVENTS, SLICES, INGRESSES], [CORE, SECRETS, EVENTS, SLICES, INGRESSES]

VARIANTS: list[tuple[str, dict[str, Any], dict[str, Any], list[str]]] = [
    ("all", ALL, {"*": EVERYWHERE, "nginx-ingress": [CONFIG, ITS_POD]}, [NO_SECRETS]),
    ("all, certificates of Ingresses", TLS, {"*": EVERYWHERE_TLS, "nginx-ingress": [CONFIG, ITS_POD]}, []),
    (
        "one namespace",
        SHOP,
        {"*": [ITS_CLASS], "nginx-ingress": [CONFIG, ITS_POD, EVENTS], "shop": IN_SHOP},
        ["-watch-namespace=shop", NO_SECRETS],
    ),
    (
        "one namespace, certificates of Ingresses",
        SHOP | TLS,
        {"*": [ITS_CLASS], "nginx-ingress": [CONFIG, ITS_POD, EVENTS], "shop": IN_SHOP_TLS},
        ["-watch-namespace=shop"],
    ),
    (
        "all, a certificate",
        OWN,
        {"*": EVERYWHERE, "nginx-ingress": [CONFIG, ITS_POD, ITS_SECRET]},
        [NO_SECRETS, *CERTIFICATES],
    ),
    (
        "all, a certificate, certificates of Ingresses",
        OWN | TLS,
        {"*": EVERYWHERE_TLS, "nginx-ingress": [CONFIG, ITS_POD, ITS_SECRET]},
        CERTIFICATES,
    ),
    (
        "one namespace, a certificate",
        OWN | SHOP,
        {"*": [ITS_CLASS], "nginx-ingress": [CONFIG, ITS_POD, ITS_SECRET, EVENTS], "shop": IN_SHOP},
        ["-watch-namespace=shop", NO_SECRETS, *CERTIFICATES],
    ),
    (
        "one namespace, a certificate, certificates of Ingresses",
        OWN | SHOP | TLS,
        {"*": [ITS_CLASS], "nginx-ingress": [CONFIG, ITS_POD, ITS_SECRET, EVENTS], "shop": IN_SHOP_TLS},
        ["-watch-namespace=shop", *CERTIFICATES],
    ),
]


@pytest.mark.parametrize(("values", "expected", "arguments"), [pytest.param(*one[1:], id=one[0]) for one in VARIANTS])
def test_rules_and_arguments_are_exactly_these(
    values: dict[str, Any], expected: dict[str, Any], arguments: list[str]
) -> None:
    plan = planned(values, HTTPS if "tlsSecret" in values else HTTP)
    assert rules(plan) == expected
    assert flags(plan) == arguments


@pytest.mark.parametrize("values", [one[1] for one in VARIANTS], ids=[one[0] for one in VARIANTS])
def test_the_controller_may_write_nothing_but_events(values: dict[str, Any]) -> None:
    """Not even its own pods: who can change a pod's image runs code with the account of the pod."""
    plan = planned(values, HTTPS if "tlsSecret" in values else HTTP)
    writing = [
        (rule["resources"], verb)
        for given in rules(plan).values()
        for rule in given
        for verb in rule["verbs"]
        if verb not in ("get", "list", "watch")
    ]
    assert {(tuple(resources), verb) for resources, verb in writing} == {
        (("events",), "create"),
        (("events",), "patch"),
    }


@pytest.mark.parametrize("values", [ALL, SHOP], ids=["all", "one namespace"])
def test_no_role_may_read_secrets_unless_the_stack_file_says_so(values: dict[str, Any]) -> None:
    assert not any("secrets" in rule["resources"] for given in rules(planned(values)).values() for rule in given)


def test_each_watched_namespace_has_its_role_and_its_binding_to_the_controllers_account() -> None:
    plan = planned({"watch": {"namespaces": ["shop", "blog"]}})
    bindings = [one for one in objects(plan) if one["kind"] == "RoleBinding"]
    assert [one["metadata"]["namespace"] for one in bindings] == ["nginx-ingress", "blog", "shop"]
    for one in bindings:
        assert one["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "nginx-ingress"}
        account = {"kind": "ServiceAccount", "name": "nginx-ingress", "namespace": "nginx-ingress"}
        assert one["subjects"] == [account]
    assert flags(plan)[0] == "-watch-namespace=blog,shop"


def test_pods_wait_for_the_rights_in_every_watched_namespace() -> None:
    stages = planned({"watch": {"namespaces": ["shop"]}}).stages("image")
    keys = [[item.key for item in stage] for stage in stages]
    assert {"role-in-shop", "role-binding-in-shop"} <= set(keys[1])
    assert keys[2] == ["default-deny", "deployment"]


def test_taking_a_namespace_out_touches_only_its_own_objects() -> None:
    both, one = (
        {
            item.key: item.manifest
            for stage in planned({"watch": {"namespaces": names}}).stages("image")
            for item in stage
        }
        for names in (["shop", "blog"], ["shop"])
    )
    assert both.keys() - one.keys() == {"role-in-blog", "role-binding-in-blog"}
    assert [key for key in one if one[key] != both[key]] == ["network-policy", "deployment"]


@pytest.mark.parametrize("values", [one[1] for one in VARIANTS], ids=[one[0] for one in VARIANTS])
def test_where_certificates_come_into_the_pod_they_stay_off_the_nodes_disk(values: dict[str, Any]) -> None:
    plan = planned(values, HTTPS if "tlsSecret" in values else HTTP)
    [deployment] = [one for one in objects(plan) if one["kind"] == "Deployment"]
    volumes = {one["name"]: one["emptyDir"] for one in deployment["spec"]["template"]["spec"]["volumes"]}
    in_memory = {name for name, volume in volumes.items() if volume.get("medium") == "Memory"}
    assert in_memory == ({"etc"} if "tlsSecret" in values or "ingressTls" in values else set())


@pytest.mark.parametrize("values", [one[1] for one in VARIANTS], ids=[one[0] for one in VARIANTS])
def test_every_variant_fits_the_schema(values: dict[str, Any]) -> None:
    for one in objects(planned(values, HTTPS if "tlsSecret" in values else HTTP)):
        kubernetes_validate.validate(one, "1.36", strict=True)


# -- settings that do not go together ----------------------------------------------------------------------------------


def problems(values: dict[str, Any], protocol: Protocol) -> list[str]:
    with pytest.raises(UserError) as caught:
        planned(values, protocol)
    return [str(one) for one in caught.value.problems]


def test_https_without_a_secret_is_refused_with_a_remedy() -> None:
    assert problems({}, HTTPS) == [
        "controller.tlsSecret: is missing, and publication.protocol is https: the controller refuses TLS without a "
        "certificate\n    Write the name of a Secret of type kubernetes.io/tls in namespace nginx-ingress."
    ]


def test_a_secret_that_nothing_would_use_is_refused() -> None:
    assert problems(OWN, HTTP) == [
        "controller.tlsSecret: is set, but publication.protocol is http, so nothing sends TLS to the controller\n"
        "    Set publication.protocol to https, or remove the key."
    ]


def test_the_controllers_own_namespace_is_not_served() -> None:
    assert problems({"watch": {"namespaces": ["nginx-ingress", "shop"]}}, HTTP) == [
        "controller.watch.namespaces: has nginx-ingress, the controller's own namespace\n"
        "    Remove it: it holds nothing to serve."
    ]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("watch", '{"namespaces": ["Shop"]}', "watch.namespaces[0]: is 'Shop'\n    Write 1-63 lower-case letters"),
        ("watch", '{"namespaces": []}', "watch.namespaces: has 0 entries, but needs at least 1"),
        ("watch", '{"namespaces": ["shop", "shop"]}', "watch.namespaces[1]: repeats 'shop'\n    Write it once."),
        ("watch", '{"namespace": ["shop"]}', "watch.namespace: is not a known key\n    Did you mean namespaces?"),
        (
            "tlsSecret",
            "nginx-ingress/edge-tls",
            "tlsSecret: is 'nginx-ingress/edge-tls'\n    Write the name of a Secret",
        ),
        ("ingressTls", "yes", "ingressTls: is 'yes', but must be true or false"),
        ("flavour", "nginx-oss", "flavour: is not a known key\n    Write one of config, diskGib, image, ingressTls, "),
    ],
)
def test_a_wrong_value_is_refused_with_a_remedy(key: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(Controller, {"install": "false", key: value}, project="eks-service", stack="shop")
    [problem] = caught.value.problems
    assert str(problem).startswith(message)


def sampled(controller: dict[str, Any], protocol: str = "http") -> WorkloadSettings:
    file = {
        "accountId": "111111111111",
        "owner": "team-shop",
        "controller": json.dumps({"image": IMAGE, **controller}),
        "publication": json.dumps({"consumers": [{"accountId": "222222222222"}], "protocol": protocol}),
        "sample": json.dumps({"install": True, "hosts": ["shop.example.com"], "image": IMAGE}),
    }
    return load(WorkloadSettings, file, project="eks-service", stack="shop")


def test_a_sample_in_a_namespace_that_is_not_served_is_refused() -> None:
    with pytest.raises(UserError) as caught:
        plan_sample(sampled(SHOP))
    assert [str(one) for one in caught.value.problems] == [
        "sample.install: is true, but controller.watch.namespaces leaves out sample, where the sample is\n"
        "    Remove controller.watch, or set sample.install to false."
    ]


@pytest.mark.parametrize(
    ("protocol", "tls"), [("http", None), ("https", [{"hosts": ["shop.example.com"]}])], ids=["http", "https"]
)
def test_the_samples_ingress_asks_for_tls_where_it_is_published_by_https(protocol: str, tls: Any) -> None:
    plan = plan_sample(sampled(OWN if protocol == "https" else {}, protocol))
    assert plan is not None
    [ingress] = [item.manifest for stage in plan.stages("image") for item in stage if item.key == "ingress"]
    assert ingress["spec"].get("tls") == tls
    kubernetes_validate.validate(ingress, "1.36", strict=True)
