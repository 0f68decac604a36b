"""Mutual TLS of a live load balancer goes on, changes and goes off without a replacement, and in AWS's order.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support import deployments
from tests.support.authorities import certificate, revocation_list
from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connection, edge_in, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

WEB_ACL_AND_LISTENER = ["update WebAcl edge", "update Listener edge-https"]
"""Where the load balancer asks for no certificates, the web ACL blocks headers about one."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose stack file has files beside it."""
    return deployments.copy_of_samples(tmp_path_factory.mktemp("repository"))


@pytest.fixture(scope="module")
def stack(world: World, root: Path) -> Stack:
    made = edge_in(world, root, shop=connection("shop", 0, {"service": publish(world, "shop")}))
    made.up()
    return made


def write(root: Path, name: str, text: str) -> None:
    (root / "central-ingress" / name).write_text(text)


def verify(stack: Stack, **more: Any) -> None:
    stack.set("loadBalancer", mutualTls={"mode": "verify", "caBundle": "ca.pem", **more})


def changed(world: World, stack: Stack) -> list[str]:
    """The steps of an update as its preview shows them, while the host is served; a second one has none."""
    with uninterrupted(world, "shop.example.com"):
        steps = [str(step) for step in stack.up_as_previewed().steps]
    assert stack.up().shown() == []
    return steps


def in_aws(world: World) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the HTTPS listener asks of clients, and all trust stores."""
    elb = world.cloud.session(EDGE_ACCOUNT, REGION).client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    return listener["MutualAuthentication"], elb.describe_trust_stores()["TrustStores"]


def test_it_goes_on_by_an_update_of_the_listener_once_the_trust_store_is_there(world, stack, root):
    assert in_aws(world) == ({"Mode": "off"}, [])
    write(root, "ca.pem", certificate("a"))
    verify(stack)
    steps = changed(world, stack)
    assert [step for step in steps if not step.startswith("create ")] == WEB_ACL_AND_LISTENER
    assert steps.index("create TrustStore edge-trust") < steps.index("update Listener edge-https")
    asked, (store,) = in_aws(world)
    assert (asked["Mode"], asked["TrustStoreArn"]) == ("verify", store["TrustStoreArn"])
    assert store["NumberOfCaCertificates"] == 1


def test_another_bundle_changes_the_trust_store_in_place_before_the_old_file_goes(world, stack, root):
    write(root, "ca.pem", certificate("a") + certificate("b"))
    assert changed(world, stack) == [
        "create-replacement BucketObjectv2 edge-trust-ca",
        "replace BucketObjectv2 edge-trust-ca",
        "update TrustStore edge-trust",
        "delete-replaced BucketObjectv2 edge-trust-ca",
    ]
    _, (store,) = in_aws(world)
    assert store["NumberOfCaCertificates"] == 2


def test_a_changed_revocation_list_is_added_before_the_old_one_goes(world, stack, root):
    write(root, "crl.pem", revocation_list("a", serials=(7,)))
    verify(stack, revocationLists={"clients": "crl.pem"})
    assert changed(world, stack) == [
        "create BucketObjectv2 edge-trust-clients",
        "create TrustStoreRevocation edge-trust-clients",
    ]
    write(root, "crl.pem", revocation_list("a", serials=(7, 8)))
    assert changed(world, stack) == [
        "create-replacement BucketObjectv2 edge-trust-clients",
        "replace BucketObjectv2 edge-trust-clients",
        "create-replacement TrustStoreRevocation edge-trust-clients",
        "replace TrustStoreRevocation edge-trust-clients",
        "delete-replaced TrustStoreRevocation edge-trust-clients",
        "delete-replaced BucketObjectv2 edge-trust-clients",
    ]
    _, (store,) = in_aws(world)
    assert store["TotalRevokedEntries"] == 2


def test_what_somebody_switched_off_in_aws_is_drift_and_comes_back(world, stack):
    elb = world.cloud.session(EDGE_ACCOUNT, REGION).client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    (listener,) = elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    elb.modify_listener(ListenerArn=listener["ListenerArn"], MutualAuthentication={"Mode": "off"})
    stack.refresh()
    assert changed(world, stack) == ["update Listener edge-https"]
    assert in_aws(world)[0]["Mode"] == "verify"


def test_a_bundle_that_lets_nobody_in_changes_nothing(world, stack, root):
    write(root, "ca.pem", certificate("leaf", authority=False))
    failed = stack.failing("up")
    assert "caBundle: is ca.pem, certificate 1 (CN=leaf), which is not one of an authority" in str(failed)
    assert in_aws(world)[1][0]["NumberOfCaCertificates"] == 2
    write(root, "ca.pem", certificate("a") + certificate("b"))


def test_it_goes_off_by_an_update_of_the_listener_before_the_trust_store_is_deleted(world, stack):
    stack.set("loadBalancer", mutualTls={"mode": "off"})
    steps = changed(world, stack)
    assert steps[:2] == WEB_ACL_AND_LISTENER
    assert {step.split()[0] for step in steps[2:]} == {"delete"}
    assert in_aws(world) == ({"Mode": "off"}, [])
    s3 = world.cloud.session(EDGE_ACCOUNT, REGION).client("s3")
    assert [one["Name"] for one in s3.list_buckets()["Buckets"] if "-trust-" in one["Name"]] == []


def test_passthrough_has_no_trust_store(world, stack):
    stack.set("loadBalancer", mutualTls={"mode": "passthrough"})
    assert changed(world, stack) == WEB_ACL_AND_LISTENER
    assert in_aws(world) == ({"Mode": "passthrough"}, [])


def test_a_stack_that_verifies_can_be_removed(world, stack):
    verify(stack)
    stack.set("loadBalancer", deletionProtection=False)
    stack.config["central-ingress:removal"] = "unguarded"
    stack.up()
    stack.config["central-ingress:connections"] = "{}"
    stack.up()
    steps = [str(step) for step in stack.destroy().steps]
    assert steps.index("delete Listener edge-https") < steps.index("delete TrustStore edge-trust")
