"""Paths that the controller rejects, that nginx does not load, and that no request has."""

from __future__ import annotations

import pytest

from tests.support.ingresses import at, ingress, said, with_paths

WHERE = "spec.rules[0].http.paths[0].path"
REGEX, TARGET, REWRITES = "nginx.org/path-regex", "nginx.org/rewrite-target", "nginx.org/rewrites"


def reasons(path: str, kind: str = "ImplementationSpecific", **annotations: str) -> list[str]:
    given = {f"nginx.org/{key.replace('_', '-')}": value for key, value in annotations.items()}
    return [reason for where, reason, _ in said(with_paths(at(path, kind), annotations=given)) if where == WHERE]


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/my files/", "with a blank or a semicolon"),
        ("/a\tb", "with a blank or a semicolon"),
        ("/a;b", "with a blank or a semicolon"),
        ("//a", "which starts with //"),
        ("/a/..", "which has a part .."),
        ("/a\\..\\b", "which has a part .."),
        ("/[0-9+", "no valid expression (unterminated character set), which it must be even as plain text"),
        ("/(a", "no valid expression (missing ), unterminated subpattern), which it must be even as plain text"),
        ("/a)", "no valid expression (unbalanced parenthesis), which it must be even as plain text"),
        ("/a**", "no valid expression (multiple repeat), which it must be even as plain text"),
        ("/c++", "no valid expression (multiple repeat), which it must be even as plain text"),
        ("/a*+", "no valid expression (multiple repeat), which it must be even as plain text"),
        ("/[z-a]", "no valid expression (bad character range z-a), which it must be even as plain text"),
        ("/a{2,1}", "no valid expression (min repeat greater than max repeat), which it must be even as plain text"),
        ('/a"b', 'with a bare " or a \\ at the end'),
        ("/users/{id}", "with letters in braces"),
        ("/a{1}{b2}", "with letters in braces"),
        ("/etc/passwd", "which the controller takes for a directory of its own, or a line end"),
        ("/root", "which the controller takes for a directory of its own, or a line end"),
        ("/root/a", "which the controller takes for a directory of its own, or a line end"),
        ("/var", "which the controller takes for a directory of its own, or a line end"),
        ("/var/reports", "which the controller takes for a directory of its own, or a line end"),
        ("/a\\nb", "which the controller takes for a directory of its own, or a line end"),
    ],
)
@pytest.mark.parametrize("regex", [{}, {"path_regex": "case_sensitive"}])
def test_the_controller_rejects(path: str, end: str, regex: dict[str, str]):
    found = [one for one in reasons(path, **regex) if one.endswith("the controller rejects the Ingress")]
    assert len(found) == 1
    assert found[0].endswith(f", {end}: the controller rejects the Ingress")


@pytest.mark.parametrize(
    "path",
    ["/", "/etc", "/variable", "/rooted", "/Orders('1')", "/a(b)", "/a.b", "/~user", "/a,b", "/grün", "/a@b:c",
     "/a&b=c", "/$metadata", "/a$b", "/%zz", "/a%", "/a-b_c!", "/a#b"],
)  # fmt: skip
def test_plain_paths_are_right(path: str):
    assert reasons(path) == []
    assert reasons(path, "Prefix") == []


@pytest.mark.parametrize(
    "path",
    ["/*", "/api/*", "/*.php", "/users(/|$)(.*)", "/users/(.+)", "/items/[0-9]+", "/a?", "/a$", "/(v1|v2)/", "/^a",
     "/\\d+", "/a\\.b", "/c\\+\\+", "/v1|/v2", "/(abc)?"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["ImplementationSpecific", "Prefix", "Exact"])
def test_an_expression_without_path_regex_is_plain_text(path: str, kind: str):
    [reason] = reasons(path, kind)
    assert reason.endswith(", which is plain text to nginx: no request has it")


@pytest.mark.parametrize("path", ["/users(/|$)(.*)", "/items/[0-9]+", "/a$", "/\\d+", "/x{2}", "/a(?<id>b)", "/(?i)a"])
def test_an_expression_with_path_regex_is_right(path: str):
    assert reasons(path, path_regex="case_sensitive") == []
    assert reasons(path, "Prefix", path_regex="case_insensitive") == []


def test_a_prefix_with_a_star_is_answered_with_the_prefix():
    [(_, _, remedy)] = said(with_paths(at("/api/*")))
    assert remedy == "Write /api/ with pathType: Prefix, which takes all below it."
    assert said(with_paths(at("/api/", "Prefix"))) == []


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/a%20b", "and nginx compares the decoded path: no request has it"),
        ("/a//b", "and nginx merges slashes and resolves dots before it compares: no request has it"),
        ("/a/./b", "and nginx merges slashes and resolves dots before it compares: no request has it"),
    ],
)
def test_what_nginx_decodes_and_merges_is_never_asked_for(path: str, end: str):
    [reason] = reasons(path)
    assert reason.endswith(end)


def test_braces_of_a_path_must_be_quoted():
    refuses = ['is "/x{2}", whose braces nginx reads as its own: it refuses the Ingress']
    assert reasons("/x{2}") == refuses
    assert reasons("/x{2}", path_regex="case_sensitive", rewrite_target="/") == refuses


@pytest.mark.parametrize(
    ("annotations", "reason"),
    [
        (
            {"path_regex": "case_sensitive"},
            "is of type Exact, whose sign = nginx.org/path-regex puts into the expression: no request matches it",
        ),
        (
            {"rewrite_target": "/"},
            "is of type Exact, whose sign = nginx.org/rewrite-target puts into the rewrite: nginx refuses the Ingress",
        ),
    ],
)
def test_an_exact_path_goes_with_neither_regex_nor_target(annotations: dict[str, str], reason: str):
    assert reasons("/a", "Exact", **annotations) == [reason]
    assert reasons("/a", "Prefix", **annotations) == []


def test_a_target_names_groups_that_the_path_has():
    regex = {"path_regex": "case_sensitive"}
    assert reasons("/a/(.*)", rewrite_target="/$1", **regex) == []
    [reason] = reasons("/a/(.*)", rewrite_target="/$2", **regex)
    assert reason == "has 1 group, and nginx.org/rewrite-target names $2, which is then empty"


def test_rewrites_stand_alone():
    rewrites = "serviceName=web rewrite=/"
    both = said(with_paths(at("/a/", "Prefix"), annotations={REWRITES: rewrites, TARGET: "/"}))
    assert [one[:2] for one in both] == [
        (f'metadata.annotations["{TARGET}"]', f"is ignored: {REWRITES} is there as well, and counts")
    ]
    [problem] = said(with_paths(at("/a/", "Prefix"), annotations={REWRITES: rewrites, REGEX: "case_sensitive"}))
    assert problem[2] == f"Write {TARGET} in its place."
    assert said(with_paths(at("/a/", "Prefix"), annotations={REWRITES: rewrites})) == []


@pytest.mark.parametrize(
    ("first", "second", "wrong"),
    [
        (("/a", "Prefix"), ("/a", "Prefix"), True),
        (("/a", "Prefix"), ("/a", "ImplementationSpecific"), True),
        (("/a", "Exact"), ("/a", "Exact"), True),
        (("/a", "Prefix"), ("/a", "Exact"), False),
        (("/a", "Prefix"), ("/a/", "Prefix"), False),
        (("", "ImplementationSpecific"), ("/", "Prefix"), True),
    ],
)
def test_a_path_stands_once(first: tuple[str, str], second: tuple[str, str], wrong: bool):
    found = said(with_paths(at(*first), at(*second)))
    reason = f'is "{second[0]}", as at spec.rules[0].http.paths[0]: nginx refuses the Ingress'
    expected = [("spec.rules[0].http.paths[1].path", reason, "Remove one of the two.")] if wrong else []
    assert found == expected


def test_a_host_stands_once_in_an_ingress():
    rule = {"host": "shop.example.com", "http": {"paths": [at("/a")]}}
    [problem] = said(ingress(spec__rules=[rule, {**rule, "http": {"paths": [at("/b")]}}]))
    assert problem == (
        "spec.rules[1].host",
        "is shop.example.com, as at spec.rules[0]: the controller rejects the Ingress",
        "Move the paths to spec.rules[0].",
    )
