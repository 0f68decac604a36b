"""`ingress check`: what it says of manifests, and how it ends."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner, Result

from privatelink_ingress.cli.app import app
from privatelink_ingress.ingresses.model import CLASS
from privatelink_ingress.plan.workload.controller import objects
from privatelink_ingress.plan.workload.sample import SamplePlan
from tests.support.ingresses import GONE, RIGHT, annotated, ingress

ROOT = Path(__file__).parents[3]


def check(folder: Path, *manifests: dict[str, Any], options: tuple[str, ...] = ()) -> Result:
    with (folder / "manifest.yaml").open("w") as file:
        YAML().dump_all(manifests, file)
    return run("ingress", "check", str(folder / "manifest.yaml"), *options)


def run(*words: str, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(app, list(words), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def found(folder: Path, *manifests: dict[str, Any], options: tuple[str, ...] = ()) -> list[tuple[str, str, str]]:
    result = check(folder, *manifests, options=("--json", *options))
    problems = [problem for one in json.loads(result.stdout)["ingresses"] for problem in one["problems"]]
    assert result.exit_code == (1 if problems else 0)
    return [(problem["where"], problem["reason"], problem["remedy"]) for problem in problems]


def stack(folder: Path, **keys: Any) -> tuple[str, ...]:
    """Options that name the sample stack shop, with keys of its file changed."""
    yaml = YAML()
    for file in (
        "Pulumi.yaml",
        "eks-service/Pulumi.yaml",
        "eks-service/Pulumi.shop.yaml",
        "central-ingress/Pulumi.yaml",
    ):
        (folder / file).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / file, folder / file)
    shutil.copy(ROOT / "central-ingress/Pulumi.prod.yaml", folder / "central-ingress/Pulumi.prod.yaml")
    path = folder / "eks-service/Pulumi.shop.yaml"
    document = yaml.load(path)
    for key, changes in keys.items():
        document["config"].setdefault(f"eks-service:{key}", {}).update(changes)
    yaml.dump(document, path)
    return "--stack", "shop", "--root", str(folder)


def test_an_ingress_as_the_sample_application_has_it_is_right(tmp_path: Path):
    sample = SamplePlan(digest="sha256:1", hosts=("shop.example.com",), tls=False)
    [made] = [item.manifest for stage in sample.stages("image") for item in stage if item.manifest["kind"] == "Ingress"]
    for manifest in (made, RIGHT):
        result = check(tmp_path, manifest)
        assert result.exit_code == 0
        name = "/".join((manifest["metadata"]["namespace"], manifest["metadata"]["name"]))
        assert result.stdout.splitlines()[0] == f"{tmp_path}/manifest.yaml: Ingress {name} is right"
        assert "to know" not in result.stdout


def test_the_check_and_the_controller_speak_of_the_same_class():
    assert CLASS == objects.INGRESS_CLASS


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (
            ingress(apiVersion="extensions/v1beta1"),
            (
                "apiVersion",
                'is "extensions/v1beta1"',
                "Write networking.k8s.io/v1; no other has been served since Kubernetes 1.22.",
            ),
        ),
        (
            ingress(spec__rules={}),
            ("spec.rules", "is a mapping, not a list: the API server refuses it", "Write a list."),
        ),
        (
            ingress(spec__ingresClassName="nginx"),
            (
                "spec.ingresClassName",
                "is a field that the API server does not know",
                "Did you mean ingressClassName?",
            ),
        ),
        (
            ingress(spec__rules__0__http__paths__0__pathType=GONE),
            (
                "spec.rules[0].http.paths[0].pathType",
                "is missing: the API server refuses it",
                "Write Prefix, Exact or ImplementationSpecific.",
            ),
        ),
        (
            ingress(spec__rules__0__http__paths__0__backend__service__port__number="80"),
            (
                "spec.rules[0].http.paths[0].backend.service.port.number",
                'is "80", not a whole number: the API server refuses it',
                "Write a whole number.",
            ),
        ),
        (
            annotated({"nginx.org/hsts": True}),
            (
                'metadata.annotations["nginx.org/hsts"]',
                "is true, not text: the API server refuses it",
                'Write it in quotes: "true".',
            ),
        ),
        (
            ingress(
                spec__rules__0__host=GONE,
                spec__rules__0__http__paths__0__path="/nginx-health",
                spec__rules__0__http__paths__0__pathType="Exact",
            ),
            (
                "spec.rules[0].http.paths[0].path",
                "is /nginx-health, which the controller answers itself where no host is named: nginx refuses the "
                "Ingress",
                "Write another path, or name the host.",
            ),
        ),
        (
            ingress(spec__ingressClassName=GONE),
            (
                "spec.ingressClassName",
                "is missing, so the controller ignores the Ingress, without an event",
                "Write ingressClassName: nginx.",
            ),
        ),
        (
            ingress(spec__tls=[{"hosts": ["shop.example.com"], "secretName": "cert"}]),
            (
                "spec.tls",
                "has no use: TLS ends at the edge, and the controller may read no Secret",
                "Remove it, unless the service is about to be published by HTTPS: then it must be there first.",
            ),
        ),
        (
            ingress(spec__rules=[{"host": "shop.example.com"}]),
            (
                "spec.rules[0].http.paths",
                "is empty, so the host serves nothing",
                "Write paths: [{path: /, pathType: Prefix, backend: …}].",
            ),
        ),
        (
            ingress(spec__rules=[]),
            (
                "spec.rules",
                "is empty: the API server refuses it",
                "Write rules with a host, and http.paths that lead to a Service.",
            ),
        ),
    ],
)
def test_each_mistake_is_named_with_its_field_and_its_remedy(
    tmp_path: Path, manifest: dict[str, Any], problem: tuple[str, str, str]
):
    assert found(tmp_path, manifest) == [problem]


def test_fields_of_the_versions_before_v1_are_answered_with_those_of_v1(tmp_path: Path):
    backend = {"serviceName": "web", "servicePort": 80}
    old = annotated({"nginx.org/hsts": "enabled"}, spec__backend=backend)
    old["spec"]["rules"][0]["http"]["paths"][0] = {"path": "/", "backend": backend}
    assert found(tmp_path, old) == [
        ("spec.backend", "is a field that the API server does not know", "Write defaultBackend."),
        (
            "spec.rules[0].http.paths[0].pathType",
            "is missing: the API server refuses it",
            "Write Prefix, Exact or ImplementationSpecific.",
        ),
        *(
            (
                f"spec.rules[0].http.paths[0].backend.{key}",
                "is a field that the API server does not know",
                "Write service: {name: …, port: {number: …}}.",
            )
            for key in ("serviceName", "servicePort")
        ),
        (
            'metadata.annotations["nginx.org/hsts"]',
            'is "enabled", which is not a valid value: the controller rejects the Ingress',
            'Write "true".',
        ),
    ]


def test_several_mistakes_come_together(tmp_path: Path):
    wrong = ingress(spec__ingressClassName="alb", spec__tls=[{"hosts": ["shop.example.com"]}], spec__rules=[])
    assert [where for where, _, _ in found(tmp_path, wrong)] == ["spec.rules", "spec.ingressClassName", "spec.tls"]


def test_a_host_in_two_ingresses_is_told_of_the_second_with_the_file_of_the_first(tmp_path: Path):
    [problem] = found(tmp_path, ingress("first"), ingress("second"))
    assert problem == (
        "spec.rules[0].host",
        "is shop.example.com, as in Ingress shop/first: the older one gets the host as a whole, and the newer one is "
        f"not served ({tmp_path}/manifest.yaml)",
        "Write all paths of the host in one Ingress: add them to shop/first.",
    )


def test_one_ingress_without_a_host_is_allowed_and_a_second_one_is_not(tmp_path: Path):
    bare = {"spec__rules__0__host": GONE}
    assert found(tmp_path, ingress("first", **bare)) == []
    [problem] = found(tmp_path, ingress("first", **bare), ingress("second", **bare))
    assert problem[1].startswith("is missing, as in Ingress shop/first: the older one gets all other hosts")


def test_an_ingress_of_another_class_takes_no_host(tmp_path: Path):
    other = ingress("other", spec__ingressClassName="alb")
    assert [where for where, _, _ in found(tmp_path, ingress(), other)] == ["spec.ingressClassName"]


def test_what_may_be_meant_is_said_and_is_no_mistake(tmp_path: Path):
    manifest = ingress(metadata__annotations={}, spec__rules__0__http__paths__0__path="/v1")
    result = check(tmp_path, manifest)
    assert result.exit_code == 0
    assert 'to know: metadata.annotations["pulumi.com/skipAwait"] is not set' in result.stdout
    assert "is a prefix of plain text: /v1 also takes /v1beta" in result.stdout
    assert "→ If that is wrong, write /v1/ as Prefix, and /v1 as Exact beside it." in result.stdout
    bare = check(tmp_path, ingress(spec__rules__0__host=GONE))
    assert "to know: spec.rules[0].host is missing, so the Ingress takes every host" in bare.stdout


def test_with_a_stack_its_hosts_count(tmp_path: Path):
    options = stack(tmp_path)
    assert found(tmp_path, ingress(), options=options) == []
    [problem] = found(tmp_path, ingress(spec__rules__0__host="other.example.com"), options=options)
    assert problem == (
        "spec.rules[0].host",
        "is other.example.com, which no edge routes to this connection",
        "Write one that is: shop.example.com. Or add other.example.com to a route of the connection.",
    )


def test_with_a_stack_that_is_published_by_https_each_host_stands_in_tls(tmp_path: Path):
    options = stack(tmp_path, publication={"protocol": "https"}, controller={"tlsSecret": "edge-certificate"})
    assert found(tmp_path, ingress(), options=options) == [
        (
            "spec.tls",
            "lacks shop.example.com, so a request for it by HTTPS, as the edge sends it, is answered 404",
            "Write tls: [{hosts: [shop.example.com]}].",
        )
    ]
    assert found(tmp_path, ingress(spec__tls=[{"hosts": ["shop.example.com"]}]), options=options) == []
    named = ingress(spec__tls=[{"hosts": ["shop.example.com"], "secretName": "cert"}])
    [problem] = found(tmp_path, named, options=options)
    assert (problem[0], problem[2][:18]) == ("spec.tls[0].secretName", "Remove secretName ")


def test_with_a_stack_whose_controller_reads_secrets_an_ingress_may_name_one(tmp_path: Path):
    options = stack(tmp_path, controller={"ingressTls": True})
    named = ingress(spec__tls=[{"hosts": ["shop.example.com"], "secretName": "cert"}])
    assert found(tmp_path, named, options=options) == []


def test_with_a_stack_the_bound_of_files_is_that_of_its_pods(tmp_path: Path):
    large = annotated({"nginx.org/client-max-body-size": "200m"})
    [(where, reason, _)] = found(tmp_path, large, options=stack(tmp_path))
    assert where == 'metadata.annotations["nginx.org/client-max-body-size"]'
    assert reason.startswith("is 200m, more than the 128m ")
    assert found(tmp_path, large, options=stack(tmp_path, controller={"diskGib": 4})) == []


def test_with_a_stack_that_watches_some_namespaces_others_are_not_served(tmp_path: Path):
    options = stack(tmp_path, controller={"watch": {"namespaces": ["checkout"]}}, sample={"install": False})
    [problem] = found(tmp_path, ingress(), options=options)
    assert problem[:2] == ("metadata.namespace", "is shop, which the controller does not watch")


def test_an_unknown_stack_is_answered_with_the_nearest(tmp_path: Path):
    stack(tmp_path)
    result = check(tmp_path, RIGHT, options=("--stack", "shp", "--root", str(tmp_path)))
    assert (result.exit_code, "Did you mean shop?" in result.stderr) == (2, True)


def test_standard_input_directories_lists_and_other_kinds_are_read(tmp_path: Path):
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}
    text = json.dumps({"apiVersion": "v1", "kind": "List", "items": [service, RIGHT]})
    piped = run("ingress", "check", "-", stdin=text)
    assert (piped.exit_code, piped.stdout.splitlines()[0]) == (0, "standard input: Ingress shop/web is right")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep/list.json").write_text(text)
    (tmp_path / "notes.txt").write_text("kind: Ingress")
    assert run("ingress", "check", str(tmp_path)).stdout.startswith(f"{tmp_path}/deep/list.json: Ingress shop/web")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("kind: Service\n", "holds no object of kind Ingress"),
        ("kind: {{ .Values.kind }}\n", "is not YAML"),
        ("", "holds no object of kind Ingress"),
    ],
)
def test_what_cannot_be_checked_is_wrong_use_and_no_traceback(tmp_path: Path, text: str, reason: str):
    (tmp_path / "file.yaml").write_text(text)
    result = run("ingress", "check", str(tmp_path / "file.yaml"))
    assert (result.exit_code, "Traceback" in result.output) == (2, False)
    assert reason in " ".join(result.stderr.split())


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    result = run("ingress", "check", str(tmp_path / "none.yaml"))
    assert result.exit_code == 2
    assert "none.yaml: cannot be read: No such file or directory" in result.stderr


GRPC = 'metadata.annotations["nginx.org/grpc-services"]'
OVER_TLS = {"publication": {"protocol": "https", "http2": True}, "controller": {"tlsSecret": "edge-tls"}}


def calls() -> dict[str, Any]:
    return annotated({"nginx.org/grpc-services": "web"}, spec__tls=[{"hosts": ["shop.example.com"]}])


def test_grpc_to_a_service_is_refused_while_the_stack_does_not_offer_it(tmp_path: Path):
    options = stack(tmp_path, **{**OVER_TLS, "publication": {"protocol": "https"}})
    [(where, reason, remedy)] = found(tmp_path, calls(), options=options)
    assert where == GRPC
    assert reason.startswith("asks for gRPC, and the stack's publication.http2 is false")
    assert remedy.startswith("Ask the platform team for publication.http2: true")


def test_grpc_to_a_service_is_refused_while_no_route_forwards_it(tmp_path: Path):
    options = stack(tmp_path, **OVER_TLS)
    assert found(tmp_path, calls(), options=options) == [
        (
            GRPC,
            "is for gRPC, and no route of the edge forwards gRPC to shop.example.com: the load balancer answers calls "
            "with 464",
            "Write protocol: grpc in the route of these calls, in the connection's file.",
        )
    ]


def test_grpc_is_right_where_controller_and_route_both_speak_it(tmp_path: Path):
    options = stack(tmp_path, **OVER_TLS)
    path = tmp_path / "central-ingress/Pulumi.prod.yaml"
    yaml = YAML()
    document = yaml.load(path)
    document["config"]["central-ingress:connections"]["shop"]["routes"][0]["protocol"] = "grpc"
    yaml.dump(document, path)
    assert found(tmp_path, calls(), options=options) == []
