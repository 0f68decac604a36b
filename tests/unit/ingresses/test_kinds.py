"""Kinds of mistakes beyond those of the cases: each is told with its field, and a remedy that the next check takes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from privatelink_ingress.ingresses import check, objects
from privatelink_ingress.ingresses.annotations import ANNOTATIONS, CONFIG_MAP
from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.ingresses.other_controllers import OBJECTS
from privatelink_ingress.plan.workload.controller.objects import CONTROLLER_CLASS
from tests.support.ingresses import GONE, annotated, at, ingress, said, with_paths

SECRETS = Conventions(ingress_tls=True)
OPEN = "leaves the application open to every address"
LOGIN = "leaves the application open: no client has to log in"


def service(name: str = "web", namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"ports": [{"port": 80}], **spec}}


@pytest.mark.parametrize(
    ("key", "lost"),
    [
        ("nginx.org/access-control-allow", OPEN),
        ("nginx.org/allowlist", OPEN),
        ("traefik.ingress.kubernetes.io/whitelist-source-range", OPEN),
        ("haproxy-ingress.github.io/allowlist-source-range", OPEN),
        ("haproxy.org/allow-list", OPEN),
        ("someone.ingress.kubernetes.io/allow-list", OPEN),
        ("haproxy.org/deny-list", "keeps nobody out: the denied networks reach the application"),
        ("nginx.org/auth-url", LOGIN),
        ("haproxy-ingress.github.io/auth-type", LOGIN),
        ("projectcontour.io/jwt-provider", LOGIN),
        ("traefik.frontend.auth.basic", LOGIN),
        ("nginx.org/rate-limit", "limits nothing"),
        ("zalando.org/ratelimit", "limits nothing"),
        ("appgw.ingress.kubernetes.io/waf-policy-for-path", "inspects nothing"),
        ("haproxy.org/cors-enable", "sets no CORS headers, so pages of other origins cannot call the application"),
        ("nginx.org/cors-allow-origin", "sets no CORS headers, so pages of other origins cannot call the application"),
    ],
)
def test_what_an_annotation_protected_by_its_name_is_said_first(key: str, lost: str):
    [(_, reason, remedy)] = said(annotated({key: "x"}))
    assert reason.startswith(f"{lost}; it ")
    assert remedy


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("nginx.org.proxy-read-timeout", "Did you mean nginx.org/proxy-read-timeout?"),
        ("nginx.org-hsts", "Did you mean nginx.org/hsts?"),
        ("hsts", "Did you mean nginx.org/hsts?"),
        ("nginx.ingress.kubernets.io/proxy-read-timeout", "nginx.ingress.kubernetes.io/proxy-read-timeout"),
        ("ngnix.ingress.kubernetes.io/rewrite-target", "nginx.ingress.kubernetes.io/rewrite-target"),
        ("nginx.org/proxy-ssl-verify", "docs/ingresses.md lists what this controller reads."),
        ("nginx.org/ssl-certificate", "docs/ingresses.md lists what this controller reads."),
    ],
)
def test_a_misspelt_key_is_answered_with_the_nearest_and_a_strange_one_with_the_table(key: str, remedy: str):
    assert remedy in said(annotated({key: "60s"}))[-1][2]


@pytest.mark.parametrize("key", ["caddy.ingress.kubernetes.io/x", "any.ingress.kubernetes.io/x", "traefik.http.x"])
def test_a_controller_that_shares_the_family_of_prefixes_is_not_a_misspelling(key: str):
    [(_, reason, _)] = said(annotated({key: "x"}))
    assert re.search("belongs to .*, and this controller ignores it", reason)


@pytest.mark.parametrize("key", sorted(CONFIG_MAP))
def test_a_key_of_the_config_map_is_not_mistaken_for_an_annotation(key: str):
    assert f"nginx.org/{key}" not in ANNOTATIONS
    [(_, reason, remedy)] = said(annotated({f"nginx.org/{key}": "x"}))
    assert reason == "is a key of the controller's ConfigMap, not an annotation: the controller ignores it"
    assert "controller.config" in remedy


SPELLINGS = (
    "yes", "no", "on", "off", "True ", "60 s", "60sec", "5 min", "8 MB", "8Gi", "1 gb", "8 m", "16KiB", "10", "10 r/s",
    "600rpm", "Master", "MINION", "case-sensitive", "web, api", "web ,", "web;web", "error, timeout", "shop/web", "app",
    "", "  ", "1m 30", "30 days", "$1", "serviceName=web rewrite=/;",
)  # fmt: skip


@pytest.mark.parametrize("key", sorted(ANNOTATIONS))
def test_a_value_that_a_remedy_names_is_not_refused_in_its_turn(key: str):
    for value in SPELLINGS:
        found = said(annotated({key: value}))
        told = {(where, remedy) for where, _, remedy in found}
        for where, _, remedy in found:
            if write := re.match(r'Write "([^"]*)"\.', remedy):
                after = {(place, write) for place, _, write in said(annotated({key: write[1]})) if place == where}
                assert [one for one in after - told if "as well" not in one[1]] == [], (value, remedy)


@pytest.mark.parametrize(
    ("given", "where", "reason"),
    [
        ({"ports": [{"port": 80, "protocol": "UDP"}]}, ".port", "is 80, which is UDP in Service shop/web"),
        ({"ports": []}, ".port", "is 80, which Service shop/web does not have"),
        ({"ports": [{"port": 8080, "targetPort": 80}]}, ".port", "is 80, which Service shop/web does not have"),
        ({"type": "ExternalName", "externalName": "x.example.com"}, ".name", "is web, of type ExternalName"),
    ],
)
def test_a_service_of_the_files_that_cannot_be_reached_is_told(given: dict[str, Any], where: str, reason: str):
    [(place, found, _)] = said(ingress(), others=[service(**given)])
    assert place == f"spec.rules[0].http.paths[0].backend.service{where}"
    assert found.startswith(reason)


@pytest.mark.parametrize(
    ("spoken", "remedies"),
    [
        (None, []),
        ("http", []),
        ("https", ["Write nginx.org/ssl-services: web."]),
        ("kubernetes.io/ws", ["Write nginx.org/websocket-services: web."]),
        ("kubernetes.io/wss", ["Write nginx.org/ssl-services: web.", "Write nginx.org/websocket-services: web."]),
    ],
)
def test_what_a_port_says_that_it_speaks_needs_the_annotation_that_the_controller_reads(
    spoken: str | None, remedies: list[str]
):
    others = [service(ports=[{"port": 80, "name": "web", "appProtocol": spoken}])]
    found = said(ingress(), others=others)
    assert [remedy for _, _, remedy in found] == remedies
    assert {place for place, _, _ in found} <= {"spec.rules[0].http.paths[0].backend.service.port"}
    followed = dict(remedy.removeprefix("Write ").removesuffix(".").split(": ") for remedy in remedies)
    assert said(annotated(followed), others=others) == []


@pytest.mark.parametrize("spoken", ["kubernetes.io/h2c", "grpc"])
def test_a_port_that_speaks_http_2_is_spoken_to_in_http_1(spoken: str):
    others = [service(ports=[{"port": 80, "appProtocol": spoken}])]
    assert said(ingress(), others=others) == []
    [advice] = check.advice(ingress(), others=others)
    assert advice.reason == f"is a port of appProtocol {spoken}, which the controller does not read: it speaks HTTP/1.1"


def test_a_service_of_another_namespace_alone_is_pointed_out():
    [found] = [one for one in check.advice(ingress(), others=[service(namespace="blog")]) if "service" in one.where]
    assert found.reason == "is web, which these files have in namespace blog, not in the Ingress's own"
    assert [one for one in check.advice(ingress(), others=[service()]) if "service" in one.where] == []


def test_a_secret_without_users_answers_403():
    auth = annotated({"nginx.org/basic-auth-secret": "users"})
    secret = {
        "kind": "Secret",
        "type": "nginx.org/htpasswd",
        "metadata": {"name": "users", "namespace": "shop"},
        "data": {"htpasswd": ""},
    }
    [(_, reason, _)] = said(auth, SECRETS, [secret])
    assert reason.startswith("is a Secret without users in its key htpasswd")
    assert said(auth, SECRETS, [{**secret, "stringData": {"htpasswd": "ann:x"}}]) == []


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"metadata__labels": {"team": "x" * 64}}, 'metadata.labels["team"]'),
        ({"metadata__labels": {"team": "shop team"}}, 'metadata.labels["team"]'),
        ({"metadata__labels": {"team": "-x"}}, 'metadata.labels["team"]'),
        ({"metadata__labels": {"a/b/c": "x"}}, 'metadata.labels["a/b/c"]'),
        ({"metadata__labels": {"Team.example.com/x": "x"}}, 'metadata.labels["Team.example.com/x"]'),
        ({"metadata__name": GONE, "metadata__generateName": "Web_"}, "metadata.generateName"),
        ({"metadata__name": "a" * 254}, "metadata.name"),
        ({"spec__tls": [{"hosts": ["shop.example.com"], "secretName": "shop/cert"}]}, "spec.tls[0].secretName"),
    ],
)
def test_what_the_api_server_refuses_of_names_and_labels_is_refused(changes: dict[str, Any], where: str):
    [(place, reason, remedy)] = said(ingress(**changes), SECRETS)
    assert (place, reason.endswith(": the API server refuses it")) == (where, True)
    assert remedy.startswith("Write ")


@pytest.mark.parametrize(
    "labels", [{}, {"a": ""}, {"app.kubernetes.io/name": "web_1.2"}, {"a": "x" * 63}, {"a" * 63: "x"}]
)
def test_labels_that_the_api_server_takes_are_right(labels: dict[str, str]):
    assert said(ingress(metadata__labels=labels)) == []
    assert said(ingress(metadata__name=GONE, metadata__generateName="web-")) == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (f"/{'a' * 4000}", "longer than 4000 bytes, which nginx does not read: it refuses the Ingress"),
        (f"/{'é' * 2000}", "longer than 4000 bytes, which nginx does not read: it refuses the Ingress"),
        ("/a\x00b", "with a control character, which no client sends: no request has it"),
        ("/a\x7f", "with a control character, which no client sends: no request has it"),
    ],
)
def test_a_path_that_nginx_cannot_hold_or_no_client_sends_is_told(path: str, reason: str):
    [(_, found, _)] = said(with_paths(at(path, "Prefix")))
    assert found.endswith(reason)
    assert len(found) < 250


def test_a_path_at_the_limit_is_right():
    assert said(with_paths(at(f"/{'a' * 3999}", "Prefix"))) == []


@pytest.mark.parametrize("group", sorted(OBJECTS))
def test_routes_of_other_controllers_are_pointed_out(group: str):
    note = objects.passed_over({"apiVersion": f"{group}v1", "kind": "Route", "metadata": {"name": "web"}})
    assert note is not None
    assert note.where == "Route web"
    assert note.reason == f"is an object of {OBJECTS[group]}: no request from the edge uses it"
    for other in ("v1", "apps/v1", "cert-manager.io/v1", "networking.k8s.io/v1"):
        assert objects.passed_over({"apiVersion": other, "kind": "Route"}) is None


@pytest.mark.parametrize(
    ("kind", "written"),
    [("ingress", "Ingress"), ("Ingresses", "Ingress"), ("Ingres", "Ingress"), ("Ingressclass", "IngressClass")],
)
def test_a_kind_that_is_misspelt_is_not_passed_over(kind: str, written: str):
    [problem] = objects.refused({"apiVersion": "networking.k8s.io/v1", "kind": kind})
    assert (problem.where, problem.remedy) == ("kind", f"Write {written}.")


@pytest.mark.parametrize("kind", ["Ingress", "NetworkPolicy", "IngressClass", "IngressList", "ServiceCIDR", "Other"])
def test_kinds_of_the_api_group_are_known(kind: str):
    assert list(objects.refused({"apiVersion": "networking.k8s.io/v1", "kind": kind})) == []


def test_the_class_of_the_platform_keeps_its_controller():
    given = {"apiVersion": "networking.k8s.io/v1", "kind": "IngressClass", "metadata": {"name": "nginx"}}
    assert list(objects.refused({**given, "spec": {"controller": CONTROLLER_CLASS}})) == []
    [problem] = objects.refused({**given, "spec": {"controller": "k8s.io/ingress-nginx"}})
    assert (problem.where, problem.remedy) == ("spec.controller", "Remove the object; the stack creates the class.")
    assert list(objects.refused({**given, "metadata": {"name": "alb"}, "spec": {"controller": "x"}})) == []
