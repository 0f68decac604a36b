"""Ingresses that share a host."""

from __future__ import annotations

from typing import Any

from privatelink_ingress.ingresses import mergeable
from privatelink_ingress.ingresses.model import Conventions
from tests.support.ingresses import GONE, annotated, at, ingress, said

TYPE = "nginx.org/mergeable-ingress-type"
RULE = "spec__rules__0__http"


def master(name: str = "master", /, **changes: Any) -> dict[str, Any]:
    return annotated({TYPE: "master"}, name, **{RULE: GONE, **changes})


def minion(name: str = "cart", path: str = "/cart", /, **changes: Any) -> dict[str, Any]:
    return annotated({TYPE: "minion"}, name, **{f"{RULE}__paths": [at(path, "Prefix")], **changes})


def clashes(*ingresses: dict[str, Any]) -> list[tuple[int, int | None, str]]:
    return [(one.index, one.other, one.problem.where) for one in mergeable.clashes(ingresses)]


def test_a_master_without_paths_and_its_minions_are_right():
    given = (master(), minion(), minion("pay", "/pay", metadata__namespace="pay"))
    assert [said(one) for one in given] == [[], [], []]
    assert clashes(*given) == []


def test_a_master_has_one_rule_and_no_paths():
    assert [one[:2] for one in said(master(**{RULE: {"paths": [at("/", "Prefix")]}}))] == [
        (
            "spec.rules[0].http.paths",
            "is there on a master, which has no paths: the controller rejects it, and its minions with it",
        )
    ]
    two = [{"host": "a.example.com"}, {"host": "b.example.com"}]
    assert [one[:2] for one in said(annotated({TYPE: "master"}, spec__rules=two))] == [
        ("spec.rules", "has 2 rules, and a master has exactly one: the controller rejects it")
    ]


def test_a_minion_has_one_rule_with_paths_and_no_tls():
    two = [{"host": host, "http": {"paths": [at("/a")]}} for host in ("a.example.com", "b.example.com")]
    wrong = annotated({TYPE: "minion"}, spec__rules=two, spec__tls=[{"hosts": ["a.example.com"]}])
    assert [one[:2] for one in said(wrong)] == [
        ("spec.tls", "is there on a minion: the controller rejects it"),
        ("spec.rules", "has 2 rules, and a minion has exactly one: the controller rejects it"),
    ]
    assert [one[:2] for one in said(minion(**{RULE: GONE}))] == [
        ("spec.rules[0].http.paths", "is empty on a minion: the controller rejects it")
    ]


def test_a_minion_needs_a_master_of_its_host():
    assert clashes(minion()) == [(0, None, "spec.rules[0].host")]
    other = minion(spec__rules__0__host="other.example.com")
    assert clashes(master(), other) == [(1, None, "spec.rules[0].host")]
    assert clashes(ingress(), minion()) == [(1, None, "spec.rules[0].host")]


def test_a_minion_of_a_rejected_master_is_unused():
    broken = master(**{RULE: {"paths": [at("/")]}})
    [clash] = mergeable.clashes([broken, minion()])
    assert (clash.index, clash.other) == (1, 0)
    assert clash.problem.reason == "is shop.example.com, whose master shop/master is rejected: its minions are unused"


def test_a_path_belongs_to_one_minion_whatever_its_type():
    exact = minion("second", **{f"{RULE}__paths": [at("/cart", "Exact")]})
    assert clashes(master(), minion(), exact) == [(2, 1, "spec.rules[0].http.paths[0].path")]


def test_a_path_twice_in_one_minion_is_dropped():
    twice = minion(**{f"{RULE}__paths": [at("/cart", "Prefix"), at("/cart", "Exact")]})
    [problem] = said(twice)
    assert problem[0] == "spec.rules[0].http.paths[1].path"
    assert problem[1].endswith("whatever the type, and drops both")


def test_a_host_of_a_master_is_no_plain_ingresses_and_no_second_masters():
    assert clashes(master(), ingress("plain")) == [(1, 0, "spec.rules[0].host")]
    assert clashes(master(), master("second")) == [(1, 0, "spec.rules[0].host")]
    [clash] = mergeable.clashes([master(), ingress("plain")])
    assert (
        clash.problem.remedy
        == "Make this one a minion of shop/master: nginx.org/mergeable-ingress-type: minion, without tls."
    )


def test_a_master_without_minions_is_something_to_know():
    [clash] = mergeable.childless([master()])
    assert clash.problem.reason == "is shop.example.com, and no minion of these files has it: the host is answered 404"
    assert list(mergeable.childless([master(), minion()])) == []


def test_tls_of_a_host_is_the_masters_affair():
    https = Conventions(protocol="https")
    assert said(minion(), https) == []
    assert [one[0] for one in said(master(), https)] == ["spec.tls"]
    assert said(master(spec__tls=[{"hosts": ["shop.example.com"]}]), https) == []


def test_ingresses_of_another_class_take_no_part():
    other = minion("other", spec__ingressClassName="alb")
    assert clashes(other) == []
