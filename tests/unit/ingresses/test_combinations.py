"""Annotations against the rest of the Ingress and the way from the edge, and objects of the same files."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.ingresses import check, objects
from privatelink_ingress.ingresses.model import Conventions
from tests.support.ingresses import GONE, annotated, at, ingress, places, said, with_paths

HTTPS, SECRETS = Conventions(protocol="https"), Conventions(ingress_tls=True)


def of(key: str) -> str:
    return f'metadata.annotations["nginx.org/{key}"]'


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("websocket-services", "api"),
        ("ssl-services", "web,api"),
        ("rewrites", "serviceName=api rewrite=/"),
        ("sticky-cookie-services", "serviceName=api id path=/"),
    ],
)
def test_a_list_names_services_of_the_ingress(key: str, value: str):
    [problem] = said(annotated({f"nginx.org/{key}": value}))
    assert problem[0] == of(key)
    assert problem[1].startswith('names "api", which is not a Service of this Ingress: ')
    assert problem[2] == "Write one of web."
    assert said(annotated({f"nginx.org/{key}": value.replace("web,", "").replace("api", "web")})) == []


@pytest.mark.parametrize(
    ("given", "http", "https"),
    [
        ({"ssl-redirect": "true"}, ["ssl-redirect"], []),
        ({"ssl-redirect": "false"}, [], []),
        ({"redirect-to-https": "false"}, ["redirect-to-https"], []),
        ({"redirect-to-https": "true"}, [], []),
        ({"listen-ports": "8080"}, ["listen-ports"], []),
        ({"listen-ports": "80,8080"}, [], []),
        ({"listen-ports-ssl": "8443"}, [], ["listen-ports-ssl"]),
        ({"hsts": "true"}, ["hsts"], []),
        ({"hsts": "true", "hsts-behind-proxy": "true"}, [], []),
        ({"app-root": "/app"}, ["app-root"], []),
        ({"proxy-redirect-from": "http://a/"}, ["proxy-redirect-from"], ["proxy-redirect-from"]),
        ({"proxy-redirect-from": "off", "proxy-redirect-to": "/"}, ["proxy-redirect-to"], ["proxy-redirect-to"]),
        ({"proxy-redirect-from": "default"}, [], []),
        ({"custom-http-errors": "404"}, ["custom-http-errors"], ["custom-http-errors"]),
        ({"use-cluster-ip": "True"}, ["use-cluster-ip"], ["use-cluster-ip"]),
        ({"use-cluster-ip": "true"}, [], []),
        ({"proxy-buffer-size": "16k"}, ["proxy-buffer-size"], ["proxy-buffer-size"]),
        ({"proxy-buffer-size": "16k", "proxy-buffers": "8 16k"}, [], []),
        ({"proxy-busy-buffers-size": "1k"}, ["proxy-busy-buffers-size"], ["proxy-busy-buffers-size"]),
        ({"upstream-zone-size": "16k"}, ["upstream-zone-size"], ["upstream-zone-size"]),
        ({"upstream-zone-size": "0"}, [], []),
        ({"upstream-zone-size": "32k"}, [], []),
        ({"proxy-buffers": "1 8k"}, ["proxy-buffers"], ["proxy-buffers"]),
    ],
)
def test_what_breaks_the_way_from_the_edge(given: dict[str, str], http: list[str], https: list[str]):
    full = {f"nginx.org/{key}": value for key, value in given.items()}
    assert places(annotated(full)) == [of(key) for key in http]
    tls = annotated(full, spec__tls=[{"hosts": ["shop.example.com"]}])
    assert places(tls, conventions=HTTPS) == [of(key) for key in https]


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"client-max-body-size": "128m"}, []),
        ({"client-max-body-size": "129m"}, ["client-max-body-size"]),
        ({"client-max-body-size": "1G"}, ["client-max-body-size"]),
        ({"client-max-body-size": "0"}, ["client-max-body-size"]),
        ({"proxy-max-temp-file-size": "0"}, []),
        ({"proxy-max-temp-file-size": " 128m "}, []),
        ({"proxy-max-temp-file-size": "1024m"}, ["proxy-max-temp-file-size"]),
        ({"proxy-max-temp-file-size": "2k"}, ["proxy-max-temp-file-size"]),
        ({"proxy-max-temp-file-size": "8k", "proxy-buffers": "8 16k", "proxy-busy-buffers-size": "32k"},
         ["proxy-max-temp-file-size"]),
        ({"proxy-max-temp-file-size": "16k", "proxy-buffers": "8 16k"}, []),
    ],
)  # fmt: skip
def test_no_ingress_lets_few_clients_fill_the_disk_of_the_controller(given: dict[str, str], wrong: list[str]):
    assert places(annotated({f"nginx.org/{key}": value for key, value in given.items()})) == [of(key) for key in wrong]


@pytest.mark.parametrize("value", ["X-Real-IP", "X-Team: shop, x-real-ip: 10.0.0.1", "X-Forwarded-For", "Host: a"])
def test_no_ingress_passes_on_a_forged_address_or_host(value: str):
    [(where, reason, remedy)] = said(annotated({"nginx.org/proxy-set-headers": value}))
    assert where == of("proxy-set-headers")
    assert reason.endswith("which the controller sets: the application gets two, and one may be the client's")
    assert remedy.endswith("applications trust the controller's value.")
    assert said(annotated({"nginx.org/proxy-set-headers": "X-Team: shop, X-Real-Team"})) == []


def test_the_bound_of_files_is_that_of_the_stack():
    size = {"nginx.org/client-max-body-size": "1g"}
    assert said(annotated(size), Conventions(largest_file_mib=1024)) == []
    assert said(annotated(size), Conventions(largest_file_mib=512)) == [
        (
            of("client-max-body-size"),
            "is 1g, more than the 512m that one file may have on the disk of the controller: few clients fill it, and "
            "Kubernetes then evicts the pod, for every team",
            "Write 512m or less, or ask the platform team for a larger controller.diskGib.",
        )
    ]


def test_a_hostless_ingress_has_no_ports_of_its_own():
    hostless = annotated({"nginx.org/listen-ports": "80"}, spec__rules__0__host=GONE)
    assert said(hostless) == [
        (of("listen-ports"), "is not for an Ingress without a host: the controller rejects it", "Remove it.")
    ]


def test_an_app_root_works_where_the_edge_redirects_http():
    assert said(annotated({"nginx.org/app-root": "/app"}), Conventions(redirect_http=True)) == []


def test_errors_have_a_backend():
    backend = {"service": {"name": "errors", "port": {"number": 80}}}
    assert said(annotated({"nginx.org/custom-http-errors": "404"}, spec__defaultBackend=backend)) == []


def test_a_timeout_above_the_edges_is_something_to_know():
    def known(value: str) -> list[str]:
        return [one.reason for one in check.advice(annotated({"nginx.org/proxy-read-timeout": value}))]

    assert known("300s") == ["is 300s, and the edge ends a request after 60 s of silence with 504"]
    assert known("1m") == []


SERVICE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {"ports": [{"name": "http", "port": 80}, {"port": 8080}]},
}


def test_a_port_is_one_of_the_service():
    port = "spec__rules__0__http__paths__0__backend__service__port"
    where = "spec.rules[0].http.paths[0].backend.service.port"
    assert said(ingress(), others=[SERVICE]) == []
    assert said(ingress(**{port: {"name": "http"}}), others=[SERVICE]) == []
    assert said(ingress(**{port: {"number": 81}}), others=[SERVICE]) == [
        (where, "is 81, which Service shop/web does not have: the controller answers 502", "Write one of 80, 8080.")
    ]
    assert places(ingress(**{port: {"name": "https"}}), others=[SERVICE]) == [where]
    elsewhere = {**SERVICE, "metadata": {"name": "web", "namespace": "other"}}
    assert said(ingress(**{port: {"number": 81}}), others=[elsewhere]) == []


def test_a_service_of_type_external_name_is_answered_502():
    external = {**SERVICE, "spec": {"type": "ExternalName", "externalName": "example.com"}}
    assert places(ingress(), others=[external]) == ["spec.rules[0].http.paths[0].backend.service.name"]


def test_a_service_of_nearly_the_same_name_is_named():
    manifest = with_paths(at("/", service="webb"))
    assert [(one.where, one.remedy) for one in check.advice(manifest, others=[SERVICE])] == [
        ("spec.rules[0].http.paths[0].backend.service.name", "Did you mean web?")
    ]


def test_a_secret_of_passwords_is_of_its_type_and_readable():
    manifest = annotated({"nginx.org/basic-auth-secret": "users"})
    assert places(manifest) == [of("basic-auth-secret")]
    assert said(manifest, SECRETS) == []
    secret = {"kind": "Secret", "metadata": {"name": "users", "namespace": "shop"}, "data": {"auth": "eA=="}}
    assert [remedy for _, _, remedy in said(manifest, SECRETS, [secret])] == [
        "Write type: nginx.org/htpasswd in the Secret.",
        "Write the users under the key htpasswd (htpasswd -n NAME).",
    ]
    right = {**secret, "type": "nginx.org/htpasswd", "data": {"htpasswd": "eA=="}}
    assert said(manifest, SECRETS, [right]) == []


def test_a_secret_of_a_certificate_is_of_its_type():
    manifest = ingress(spec__tls=[{"hosts": ["shop.example.com"], "secretName": "cert"}])
    secret = {"kind": "Secret", "type": "Opaque", "metadata": {"name": "cert", "namespace": "shop"}}
    assert places(manifest, conventions=SECRETS, others=[secret]) == ["spec.tls[0].secretName"]
    right = {**secret, "type": "kubernetes.io/tls", "data": {"tls.crt": "eA==", "tls.key": "eA=="}}
    assert said(manifest, SECRETS, [right]) == []
    [(where, reason, _)] = said(manifest, SECRETS, [{**right, "data": {"tls.crt": "eA==", "tls.key": ""}}])
    assert (where, reason.split(":")[0]) == ("spec.tls[0].secretName", "is a Secret without tls.key")


@pytest.mark.parametrize("kind", ["Policy", "VirtualServer", "TransportServer"])
def test_custom_resources_of_the_controller_cannot_be_applied(kind: str):
    [problem] = objects.refused({"apiVersion": "k8s.nginx.org/v1", "kind": kind})
    assert problem.reason.startswith(f'cannot be applied (no matches for kind "{kind}")')
    assert list(objects.refused({"apiVersion": "cert-manager.io/v1", "kind": kind})) == []


def test_a_resource_backend_is_rejected():
    resource = {"resource": {"apiGroup": "k8s.example.com", "kind": "Bucket", "name": "static"}}
    assert places(ingress(spec__rules__0__http__paths__0__backend=resource)) == [
        "spec.rules[0].http.paths[0].backend.resource"
    ]
    assert places(ingress(spec__defaultBackend=resource)) == ["spec.defaultBackend.resource"]
