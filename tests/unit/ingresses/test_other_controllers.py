"""Annotations of other controllers: what is lost comes first, and the remedy is one that the next check takes."""

from __future__ import annotations

import re

import pytest

from privatelink_ingress.ingresses import check, ingress_nginx
from privatelink_ingress.ingresses.annotations import ANNOTATIONS
from privatelink_ingress.ingresses.model import Conventions
from privatelink_ingress.ingresses.other_controllers import HELPERS, OTHERS
from tests.support.ingresses import annotated, said

PREFIX = ingress_nginx.PREFIX
SAMPLES = {
    "client-body-buffer-size": "16k", "custom-http-errors": "404,503", "limit-rpm": "60", "limit-rps": "5",
    "proxy-body-size": "20m", "proxy-buffer-size": "16k", "proxy-buffering": "off", "proxy-buffers": "8 16k",
    "proxy-buffers-number": "8", "proxy-busy-buffers-size": "8k", "proxy-connect-timeout": "5",
    "proxy-max-temp-file-size": "1024m", "proxy-next-upstream": "error timeout", "proxy-next-upstream-timeout": "10",
    "proxy-next-upstream-tries": "3", "proxy-read-timeout": "60", "proxy-redirect-from": "off",
    "proxy-send-timeout": "30", "rewrite-target": "/", "service-upstream": "true", "upstream-hash-by": "$request_uri",
    "use-regex": "true", "x-forwarded-prefix": "/api", "proxy-redirect-to": "http://a/",
}  # fmt: skip
"""Values as kubernetes/ingress-nginx takes them, of the names whose remedy has the value in it."""


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("proxy-body-size", "0", 'nginx.org/client-max-body-size: "128m"'),
        ("proxy-body-size", "2g", 'nginx.org/client-max-body-size: "128m"'),
        ("proxy-body-size", "20m", 'nginx.org/client-max-body-size: "20m"'),
        ("proxy-max-temp-file-size", "1g", 'nginx.org/proxy-max-temp-file-size: "128m"'),
        ("proxy-max-temp-file-size", "0", 'nginx.org/proxy-max-temp-file-size: "0"'),
    ],
)
def test_a_size_of_files_becomes_one_that_the_controller_has_disk_for(name: str, value: str, written: str):
    assert ingress_nginx.replacement(name, value)[1] == f"Write {written}."
    of_a_stack = Conventions(largest_file_mib=64)
    [(_, _, remedy)] = said(annotated({f"{PREFIX}{name}": value}), of_a_stack)
    assert remedy == f"Write {written.replace('128m', '64m')}."
    key, given = written.split(": ")
    assert said(annotated({key: given.strip('"').replace("128m", "64m")}), of_a_stack) == []


@pytest.mark.parametrize(
    "name",
    ["auth-url", "auth-signin", "auth-type", "auth-secret", "auth-tls-secret", "auth-tls-verify-client", "satisfy",
     "whitelist-source-range", "allowlist-source-range", "denylist-source-range", "limit-rps", "limit-connections",
     "global-rate-limit", "enable-modsecurity", "modsecurity-snippet", "enable-owasp-core-rules", "enable-cors",
     "cors-allow-origin", "configuration-snippet", "server-snippet", "auth-snippet", "proxy-ssl-verify"],
)  # fmt: skip
def test_what_protects_says_first_what_is_lost(name: str):
    [(_, reason, remedy)] = said(annotated({f"{PREFIX}{name}": "x"}))
    lost, rest = reason.split("; ")
    assert lost == ingress_nginx.replacement(name, "")[0] != ""
    assert rest == "it belongs to kubernetes/ingress-nginx, and this controller ignores it"
    assert remedy.startswith(("There is no equivalent here: ", "Write ", "Let "))


@pytest.mark.parametrize("name", sorted(ingress_nginx.REPLACEMENTS))
def test_a_remedy_names_annotations_that_exist_and_work_here(name: str):
    known = {key for key, one in ANNOTATIONS.items() if not one.unsupported}
    assert set(re.findall(r"nginx\.(?:org|com)/[a-z-]+", ingress_nginx.replacement(name, "")[1])) <= (
        known | {"nginx.org/htpasswd"}  # a type of Secrets
    )


def test_every_remedy_with_the_value_in_it_has_a_sample():
    assert {name for name, one in ingress_nginx.REPLACEMENTS.items() if "{value}" in one.write} - set(SAMPLES) == {
        "default-backend"
    }


@pytest.mark.parametrize(("name", "value"), SAMPLES.items())
def test_a_remedy_that_is_followed_is_right(name: str, value: str):
    remedy = ingress_nginx.replacement(name, value)[1]
    written = dict(re.findall(r'(nginx\.org/[a-z-]+): "?([^",]+(?:,[0-9]+)*)"?(?:[ .,]|$)', remedy))
    assert written, remedy
    if name.startswith("proxy-redirect"):
        written = {"nginx.org/proxy-redirect-from": "http://a/", "nginx.org/proxy-redirect-to": "/"} | (
            written if name == "proxy-redirect-to" else {}
        )
    changes = {}
    if name == "custom-http-errors":
        changes["spec__defaultBackend"] = {"service": {"name": "errors", "port": {"number": 80}}}
    assert said(annotated(written, **changes)) == []


@pytest.mark.parametrize("start", sorted(OTHERS))
def test_annotations_of_other_controllers_are_named_with_their_owner(start: str):
    key = f"{start}x" if start.endswith(("/", ".")) else start
    [(where, reason, remedy)] = said(annotated({key: "x"}))
    assert where == f'metadata.annotations["{key}"]'
    assert reason.endswith(f"belongs to {OTHERS[start]}, and this controller ignores it")
    assert remedy


@pytest.mark.parametrize(
    ("key", "lost"),
    [
        ("alb.ingress.kubernetes.io/auth-type", "leaves the application open: no client has to log in"),
        ("alb.ingress.kubernetes.io/inbound-cidrs", "leaves the application open to every address"),
        ("alb.ingress.kubernetes.io/wafv2-acl-arn", "attaches no web ACL"),
        (
            "traefik.ingress.kubernetes.io/router.middlewares",
            "runs no middleware, whether it authenticates, limits or sets headers",
        ),
        ("konghq.com/plugins", "runs no plugin, whether it authenticates, limits or sets headers"),
        ("haproxy.org/allow-list", "leaves the application open to every address"),
        ("haproxy.org/rate-limit-requests", "limits nothing"),
        ("ingress.kubernetes.io/auth-type", "leaves the application open: no client has to log in"),
    ],
)
def test_what_another_controller_protected_comes_first(key: str, lost: str):
    [(_, reason, _)] = said(annotated({key: "x"}))
    assert reason.startswith(f"{lost}; it belongs to ")


@pytest.mark.parametrize("start", sorted(HELPERS))
def test_annotations_of_operators_are_something_to_know(start: str):
    key = f"{start}x" if start.endswith("/") else start
    assert said(annotated({key: "x"})) == []
    assert [(one.where, one.reason) for one in check.advice(annotated({key: "x"}))] == [
        (f'metadata.annotations["{key}"]', HELPERS[start][0])
    ]
