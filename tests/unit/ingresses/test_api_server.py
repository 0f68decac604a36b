"""What kube-apiserver 1.36.3 refused and accepted of an Ingress with `--dry-run=server`, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.ingresses import api_server
from tests.support.ingresses import GONE, annotated, at, ingress, with_paths

LONG = ".".join(["a" * 60] * 5)
HOST, PATH = "spec__rules__0__host", "spec__rules__0__http__paths__0__path"
SERVICE = "spec__rules__0__http__paths__0__backend__service"


def refused(manifest: dict[str, Any]) -> list[str]:
    return [one.where for one in api_server.problems(manifest)]


@pytest.mark.parametrize(
    "host",
    ["*", "*.*.example.com", "a.*.example.com", "*example.com", "Shop.example.com", "shop.example.com.",
     "a_b.example.com", "shop.example.com:443", "https://shop.example.com", "bücher.example.com", "10.0.0.7",
     "010.0.0.7", "::1", "[::1]", "2001:db8::1", LONG, "-a.example.com", "a-.example.com", " shop.example.com"],
)  # fmt: skip
def test_a_host_is_refused(host: str):
    assert refused(ingress(**{HOST: host})) == ["spec.rules[0].host"]


@pytest.mark.parametrize("host", ["*.com", "", "localhost", "1.2.3", "999.1.1.1", "*.10.0.0.7", "*.a.com", "1a.b"])
def test_a_host_is_accepted(host: str):
    assert refused(ingress(**{HOST: host})) == []


def test_a_label_of_64_characters_passes_the_api_server_and_no_request_names_it():
    [problem] = api_server.problems(ingress(**{HOST: f"{'a' * 64}.example.com"}))
    assert (
        problem.reason
        == "has a label over 63 characters, which the API server accepts and DNS does not: no request names it"
    )
    assert refused(ingress(**{HOST: f"{'a' * 63}.example.com"})) == []


@pytest.mark.parametrize(
    ("host", "remedy"),
    [
        ("Shop.example.com:443", "Write shop.example.com."),
        ("https://Shop.example.com/cart", "Write shop.example.com."),
        ("bücher.example.com", "Write xn--bcher-kva.example.com."),
        ("shop.example.com.", "Write shop.example.com."),
        ("a_b", "Write lower-case letters, digits, hyphens and dots, without scheme, port and path."),
        ("[::1]", "Write lower-case letters, digits, hyphens and dots, without scheme, port and path."),
    ],
)
def test_the_remedy_of_a_host_is_one_that_is_accepted(host: str, remedy: str):
    [problem] = api_server.problems(ingress(**{HOST: host}))
    assert problem.remedy == remedy


@pytest.mark.parametrize("kind", ["Prefix", "Exact"])
@pytest.mark.parametrize(
    "path", ["", "api", "//", "/a//b", "/a/./b", "/a/../b", "/a/..", "/a/.", "/a%2fb", "/a%2Fb", "*", "./a"]
)
def test_a_path_of_type_prefix_or_exact_is_refused(kind: str, path: str):
    assert set(refused(with_paths(at(path, kind)))) == {"spec.rules[0].http.paths[0].path"}


@pytest.mark.parametrize("kind", ["Prefix", "Exact"])
@pytest.mark.parametrize("path", ["/", "/a b", "/{}", "/;", '/"', "/$", "/#", "/\\", "/[", "/]", "/*", "/a..b", "/%20"])
def test_a_path_of_type_prefix_or_exact_is_accepted(kind: str, path: str):
    assert refused(with_paths(at(path, kind))) == []


def test_a_path_of_type_implementation_specific_needs_a_slash_at_most():
    accepted = [with_paths(at(path)) for path in ("", "/a//b", "/a/../b", "/a%2fb")]
    assert [refused(one) for one in accepted] == [[]] * 4
    assert refused(ingress(**{PATH: GONE, "spec__rules__0__http__paths__0__pathType": "ImplementationSpecific"})) == []
    assert refused(with_paths(at("api"))) == ["spec.rules[0].http.paths[0].path"]


@pytest.mark.parametrize("kind", ["prefix", "PREFIX", "Regex"])
def test_a_type_is_one_of_three_exact_names(kind: str):
    assert refused(with_paths(at("/", kind))) == ["spec.rules[0].http.paths[0].pathType"]


@pytest.mark.parametrize(
    ("port", "place"),
    [
        ({"number": 65536}, ".number"),
        ({"number": -1}, ".number"),
        ({"number": 0}, ".number"),
        ({"number": 80, "name": "http"}, ""),
        ({}, ""),
        *(({"name": name}, ".name") for name in ("80", "HTTP", "http_port", "http--a", "-http", "a" * 16)),
    ],
)
def test_a_port_is_refused(port: dict[str, Any], place: str):
    where = "spec.rules[0].http.paths[0].backend.service.port"
    assert refused(ingress(**{f"{SERVICE}__port": port})) == [f"{where}{place}"]


@pytest.mark.parametrize("port", [{"number": 1}, {"number": 65535}, {"name": "http"}, {"name": "8a"}, {"name": "a-b"}])
def test_a_port_is_accepted(port: dict[str, Any]):
    assert refused(ingress(**{f"{SERVICE}__port": port})) == []


@pytest.mark.parametrize(
    ("name", "right"),
    [("Web", False), ("web.shop", False), ("web_1", False), ("web-", False), ("a" * 64, False), ("", False),
     ("1app", True), ("a" * 63, True)],
)  # fmt: skip
def test_the_name_of_a_service(name: str, right: bool):
    where = "spec.rules[0].http.paths[0].backend.service.name"
    assert refused(ingress(**{f"{SERVICE}__name": name})) == ([] if right else [where])


def test_a_backend_is_a_service_or_a_resource():
    resource = {"apiGroup": "k8s.example.com", "kind": "Bucket", "name": "static"}
    backend = "spec__rules__0__http__paths__0__backend"
    where = "spec.rules[0].http.paths[0].backend"
    assert refused(ingress(**{backend: {}})) == [where]
    assert refused(ingress(**{f"{backend}__resource": resource})) == [where]
    assert refused(ingress(**{backend: {"resource": resource}})) == []


@pytest.mark.parametrize(
    ("rules", "right"),
    [
        ([], False),
        ([{"host": "a.example.com", "http": {"paths": []}}], False),
        ([{"host": "a.example.com", "http": {}}], False),
        ([{"host": "a.example.com"}], True),
        ([{}], True),
        ([{"host": "a.example.com"}, {"host": "a.example.com"}], True),
        ([{}, {}], True),
    ],
)
def test_rules(rules: list[Any], right: bool):
    assert (refused(ingress(spec__rules=rules)) == []) is right


@pytest.mark.parametrize(
    ("tls", "right"),
    [
        ([{"hosts": ["Shop.example.com"]}], False),
        ([{"hosts": ["*"]}], False),
        ([{"hosts": ["shop.example.com:443"]}], False),
        ([{"hosts": ["10.0.0.7"]}], True),
        ([{"hosts": ["*.example.com"]}], True),
        ([{"hosts": ["a.example.com", "a.example.com"]}], True),
        ([{}], True),
    ],
)
def test_the_hosts_of_tls(tls: list[Any], right: bool):
    assert refused(ingress(spec__tls=tls)) == ([] if right else ["spec.tls[0].hosts[0]"])


@pytest.mark.parametrize(
    ("field", "annotation", "place"),
    [
        ("", None, "spec.ingressClassName"),
        ("Nginx", None, "spec.ingressClassName"),
        ("a_b", None, "spec.ingressClassName"),
        ("a.b", None, None),
        ("unknown", None, None),
        ("nginx", "nginx", None),
        ("nginx", "", 'metadata.annotations["kubernetes.io/ingress.class"]'),
        ("nginx", "alb", 'metadata.annotations["kubernetes.io/ingress.class"]'),
        (GONE, "nginx", None),
    ],
)
def test_the_class(field: Any, annotation: str | None, place: str | None):
    given = {} if annotation is None else {"kubernetes.io/ingress.class": annotation}
    assert refused(annotated(given, spec__ingressClassName=field)) == ([] if place is None else [place])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"metadata__name": "Web"}, "metadata.name"),
        ({"metadata__name": GONE}, "metadata.name"),
        ({"metadata__name": "web.v1"}, None),
        ({"metadata__namespace": "a.b"}, "metadata.namespace"),
        ({"metadata__annotations": {"a/b/c": "x"}}, 'metadata.annotations["a/b/c"]'),
        ({"metadata__annotations": {"": "x"}}, 'metadata.annotations[""]'),
        ({"metadata__annotations": {"a" * 64: "x"}}, f'metadata.annotations["{"a" * 64}"]'),
        ({"metadata__annotations": {"Example.COM/x": "x"}}, None),
        ({"metadata__annotations": {"x": "a" * 262_144}}, "metadata.annotations"),
    ],
)
def test_the_metadata(changes: dict[str, Any], place: str | None):
    assert refused(ingress(**changes)) == ([] if place is None else [place])
