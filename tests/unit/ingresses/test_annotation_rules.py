"""Annotations: those that the pinned controller reads, where, and with which values."""

from __future__ import annotations

import pytest

from privatelink_ingress.ingresses.annotations import ANNOTATIONS, EVERY, OF_HOST, OF_PATHS
from privatelink_ingress.ingresses.model import Conventions
from tests.support.ingresses import annotated, said

SECRETS = Conventions(ingress_tls=True)
NEEDED = {"nginx.org/limit-req-rate": "10r/s", "nginx.org/hsts": "true", "nginx.org/basic-auth-secret": "users",
          "nginx.org/proxy-redirect-from": "http://a/"}  # fmt: skip
VALUES: dict[str, tuple[list[str], list[str]]] = {
    "nginx.org/add-header": (["X-A:b", "X-A:b:always, X-B:c:ALWAYS", "X-A"], ["X A:b", "X-A:$b", 'X-A:"', "X-A:b:never",
                             "X-A:https://a:always", "", ","]),
    "nginx.org/add-header-inherit": (["on", " Merge "], ["yes", ""]),
    "nginx.org/basic-auth-realm": (["Admin", 'a \\" b'], ["$a", '"', "a\\"]),
    "nginx.org/basic-auth-secret": (["users", "a.b"], ["shop/users", "Users", ""]),
    "nginx.org/client-body-buffer-size": (["16k", "1M", "0", " 8k "], ["1g", "8KB", "8Ki", "-1", "k"]),
    "nginx.org/client-max-body-size": (["8m", "1G", "0"], ["8MB", "8Mi", "8.5m", "8 m", ""]),
    "nginx.org/custom-http-errors": (["404,503", "4XX, 5xx", "300,,599"], ["499", "200", "6xx", "", ",", "404;500"]),
    "nginx.org/fail-timeout": (["10s", "1m30s", "60", "1h 30m", "500ms"], ["10 sec", "30s1m", "1.5s", "", " ", "s"]),
    "nginx.org/hsts-max-age": (["31536000", "-1"], ["1y", "", "1e3"]),
    "nginx.org/http-redirect-code": (["301", "308"], ["303", "200", ""]),
    "nginx.org/keepalive": (["32", "0"], ["32s", "many"]),
    "nginx.org/lb-method": (["least_conn", "hash $request_uri consistent", "hash ${a}", " round_robin "],
                            ["least_time header", "hash", "hash a b", "random three", ""]),
    "nginx.org/limit-req-burst": (["5"], ["5r/s", "x"]),
    "nginx.org/limit-req-delay": (["5"], ["5s"]),
    "nginx.org/limit-req-dry-run": (["true"], ["yes"]),
    "nginx.org/limit-req-key": (["${binary_remote_addr}", "$a$b"], ["binary_remote_addr", "$a;", ""]),
    "nginx.org/limit-req-log-level": (["warn"], ["warning", ""]),
    "nginx.org/limit-req-no-delay": (["1"], ["on"]),
    "nginx.org/limit-req-rate": (["10r/s", "60r/m"], ["10", "0r/s", "10 r/s", "10r/h", "10rps", ""]),
    "nginx.org/limit-req-reject-code": (["429", "503"], ["200", "600", "x"]),
    "nginx.org/limit-req-scale": (["T"], ["2"]),
    "nginx.org/limit-req-zone-size": (["10m"], ["10g", "10MB"]),
    "nginx.org/listen-ports": (["80", "80,8080"], ["80, 8080", "0", "http", "80;81"]),
    "nginx.org/max-conns": (["0", "10"], ["-1", "+1", "ten"]),
    "nginx.org/max-fails": (["3"], ["3s", ""]),
    "nginx.org/path-regex": (["case_sensitive", "exact"], ["true", "case-sensitive", ""]),
    "nginx.org/proxy-buffering": (["False"], ["off"]),
    "nginx.org/proxy-buffers": (["8 16k", "8 16"], ["8", "8 16kb", "8  16k", "16k 8"]),
    "nginx.org/proxy-busy-buffers-size": (["16k"], ["16g"]),
    "nginx.org/proxy-connect-timeout": (["5s"], ["5 s ec"]),
    "nginx.org/proxy-hide-headers": (["X-A, X-B"], ["X_A", "X-A,,X-B", ""]),
    "nginx.org/proxy-max-temp-file-size": (["0", "1024m"], ["1g"]),
    "nginx.org/proxy-next-upstream": (["error timeout", "off"], ["error,timeout", "error error", "http_501", "denied"]),
    "nginx.org/proxy-next-upstream-timeout": (["5s"], ["5sec"]),
    "nginx.org/proxy-next-upstream-tries": (["3"], ["-3"]),
    "nginx.org/proxy-pass-headers": (["Server"], ["a b"]),
    "nginx.org/proxy-read-timeout": (["60s"], ["60sec"]),
    "nginx.org/proxy-send-timeout": (["60s"], ["60 seconds"]),
    "nginx.org/proxy-set-headers": (["X-A: b, X-C", "X-A: b:c"], ["X-A: $http_b", "", "X-A:b,,"]),
    "nginx.org/rewrite-target": (["/$2", "/a"], ["a", "//a", "/../a", "https://a/", "/a b", "/[a]", "/a|b", "/~a"]),
    "nginx.org/server-tokens": (["false"], ["build"]),
    "nginx.org/sticky-cookie-services": (["serviceName=web id expires=1h path=/", "a=web x;b=web y"],
                                         ["web id", "serviceName=web", "serviceName=web id; serviceName=web id"]),
    "nginx.org/upstream-zone-size": (["256k", "0"], ["256KB"]),
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, (right, _) in VALUES.items() for value in right])
def test_a_value_is_right(key: str, value: str):
    needs = {one: VALUE for one, VALUE in NEEDED.items() if ANNOTATIONS[key].needs == one}
    where = f'metadata.annotations["{key}"]'
    found = [one for one in said(annotated({**needs, key: value}), SECRETS) if one[0] == where]
    assert [one for one in found if "is not a valid value" in one[1]] == []


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, (_, wrong) in VALUES.items() for value in wrong])
def test_a_value_is_wrong(key: str, value: str):
    needs = {one: VALUE for one, VALUE in NEEDED.items() if ANNOTATIONS[key].needs == one}
    where = f'metadata.annotations["{key}"]'
    reasons = [reason for place, reason, _ in said(annotated({**needs, key: value}), SECRETS) if place == where]
    assert [f"which is not a valid value: {ANNOTATIONS[key].wrong}" in reason for reason in reasons][:1] == [True]


@pytest.mark.parametrize(
    ("key", "value", "guess"),
    [
        ("nginx.org/proxy-read-timeout", "60 seconds", "60s"),
        ("nginx.org/proxy-read-timeout", "5min", "5m"),
        ("nginx.org/client-max-body-size", "8MB", "8m"),
        ("nginx.org/client-max-body-size", "8Mi", "8m"),
        ("nginx.org/client-body-buffer-size", "1G", "1024m"),
        ("nginx.org/hsts", "yes", "true"),
        ("nginx.org/proxy-buffering", "off", "false"),
        ("nginx.org/limit-req-rate", "10", "10r/s"),
        ("nginx.org/limit-req-rate", "60 r/minute", "60r/m"),
        ("nginx.org/websocket-services", "web , web", "web,web"),
        ("nginx.org/proxy-next-upstream", "error,timeout", "error timeout"),
        ("nginx.org/basic-auth-secret", "shop/users", "users"),
        ("nginx.org/mergeable-ingress-type", "Master", "master"),
        ("nginx.org/path-regex", "case-insensitive", "case_insensitive"),
    ],
)
def test_a_wrong_unit_is_answered_with_the_right_one(key: str, value: str, guess: str):
    where = f'metadata.annotations["{key}"]'
    remedies = [remedy for place, _, remedy in said(annotated({key: value})) if place == where]
    assert [remedy for remedy in remedies if remedy.startswith(f'Write "{guess}".')]


@pytest.mark.parametrize(
    ("key", "remedy"),
    [
        ("nginx.org/rewrite", "Did you mean nginx.org/rewrites?"),
        ("nginx.org/client-max-body-sise", "Did you mean nginx.org/client-max-body-size?"),
        ("nginx.org/Rewrites", "Write nginx.org/rewrites."),
        ("Nginx.org/hsts", "Write nginx.org/hsts."),
        ("nginx.com/rewrites", "Write nginx.org/rewrites."),
        ("nginx.org/slow-start", "Remove it."),
        ("nginx.org/proxy-body-size", 'Write nginx.org/client-max-body-size: "x".'),
        ("nginx.org/entirely-else", "Remove it. docs/ingresses.md lists what this controller reads."),
        ("ngnix.org/hsts", "Did you mean nginx.org/hsts?"),
        ("nginx.ingress.kuberentes.io/app-root", "Did you mean nginx.ingress.kubernetes.io/app-root?"),
        ("hsts", "Did you mean nginx.org/hsts?"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(key: str, remedy: str):
    [problem] = said(annotated({key: "x"}))
    assert (problem[0], problem[2]) == (f'metadata.annotations["{key}"]', remedy)


@pytest.mark.parametrize("key", ["example.com/team", "app.kubernetes.io/name", "argocd.argoproj.io/sync-wave", "note"])
def test_annotations_of_other_tools_are_not_judged(key: str):
    assert said(annotated({key: "x"})) == []


@pytest.mark.parametrize("key", [key for key, one in ANNOTATIONS.items() if one.unsupported])
def test_what_has_no_use_here_says_why(key: str):
    found = said(annotated({key: "web"}))
    assert (f'metadata.annotations["{key}"]', ANNOTATIONS[key].unsupported, ANNOTATIONS[key].instead) in found


def test_plus_app_protect_and_snippets_are_the_ones_that_the_controller_rejects():
    rejected = {key for key, one in ANNOTATIONS.items() if "rejects the Ingress" in one.unsupported}
    assert rejected == {key for key in ANNOTATIONS if key.startswith(("nginx.com/", "appprotect"))}
    assert {key for key, one in ANNOTATIONS.items() if "snippet" in one.unsupported} == {
        "nginx.org/location-snippets",
        "nginx.org/server-snippets",
    }


@pytest.mark.parametrize("kind", ["master", "minion"])
def test_an_annotation_acts_on_the_ingresses_that_it_is_for(kind: str):
    for key, known in ANNOTATIONS.items():
        if known.unsupported or key == "nginx.org/mergeable-ingress-type":
            continue
        found = said(annotated({key: "x", "nginx.org/mergeable-ingress-type": kind}))
        ignored = f"has no effect on a {kind}: the controller ignores it there"
        where = f'metadata.annotations["{key}"]'
        assert ((where, ignored) in [one[:2] for one in found]) is (kind not in known.on), key


def test_the_places_are_those_of_the_controllers_lists():
    assert {key for key, one in ANNOTATIONS.items() if one.on == OF_HOST} >= {
        "nginx.org/proxy-hide-headers", "nginx.org/proxy-pass-headers", "nginx.org/redirect-to-https", "nginx.org/hsts",
        "nginx.org/ssl-redirect", "nginx.org/server-tokens", "nginx.org/listen-ports", "nginx.org/app-root",
    }  # fmt: skip
    assert {key for key, one in ANNOTATIONS.items() if one.on == OF_PATHS} >= {
        "nginx.org/rewrites", "nginx.org/ssl-services", "nginx.org/grpc-services", "nginx.org/websocket-services",
        "nginx.org/sticky-cookie-services", "nginx.org/use-cluster-ip",
    }  # fmt: skip
    inherited = ("proxy-read-timeout", "client-max-body-size", "lb-method", "limit-req-rate", "max-fails")
    assert all(ANNOTATIONS[f"nginx.org/{name}"].on == EVERY for name in inherited)


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("nginx.org/hsts-max-age", "60", "is rejected without nginx.org/hsts"),
        ("nginx.org/basic-auth-realm", "Admin", "is rejected without nginx.org/basic-auth-secret"),
        ("nginx.org/proxy-redirect-to", "/", "is rejected without nginx.org/proxy-redirect-from"),
        ("nginx.org/limit-req-burst", "5", "does nothing without nginx.org/limit-req-rate"),
        ("nginx.org/limit-req-key", "$a", "does nothing without nginx.org/limit-req-rate"),
    ],
)
def test_an_annotation_that_needs_another_says_so(key: str, value: str, reason: str):
    assert (f'metadata.annotations["{key}"]', reason) in [one[:2] for one in said(annotated({key: value}))]
