"""What the workload side's programs look up."""

from __future__ import annotations

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.workload_lookups import FUNCTIONS
from privatelink_ingress.local.cloud.ecr import put_stand_in
from privatelink_ingress.local.cloud.session import Session

DIGEST = f"sha256:{'d' * 64}"


def test_the_version_of_an_add_on_follows_the_kubernetes_version(workload: Session) -> None:
    def version(kubernetes_version: str) -> str:
        args = {"addonName": "kube-proxy", "kubernetesVersion": kubernetes_version, "mostRecent": False}
        return FUNCTIONS[t.GET_ADDON_VERSION](workload, args)["version"]

    assert version("1.35").startswith("v1.35.")
    assert version("1.36").startswith("v1.36.")


def test_an_add_on_without_a_version_is_named(workload: Session) -> None:
    with pytest.raises(AdapterError, match=r"no version of coredns on Kubernetes 1\.19"):
        FUNCTIONS[t.GET_ADDON_VERSION](workload, {"addonName": "coredns", "kubernetesVersion": "1.19"})


def test_repositories_images_and_clusters_are_listed_and_nothing_fails_for_what_is_not_there(workload: Session) -> None:
    assert FUNCTIONS[t.GET_REPOSITORIES](workload, {})["names"] == []
    assert FUNCTIONS[t.GET_CLUSTERS](workload, {})["names"] == []
    workload.client("ecr").create_repository(repositoryName="shop/nginx-ingress")
    assert FUNCTIONS[t.GET_REPOSITORIES](workload, {})["names"] == ["shop/nginx-ingress"]
    asked = {"repositoryName": "shop/nginx-ingress"}
    assert FUNCTIONS[t.GET_IMAGES](workload, asked)["imageIds"] == []
    put_stand_in(
        "111111111111", "eu-west-1", "shop/nginx-ingress", digest=DIGEST, tag="5.6.3", platforms=["linux/arm64"]
    )
    assert FUNCTIONS[t.GET_IMAGES](workload, asked)["imageIds"] == [{"imageDigest": DIGEST, "imageTag": "5.6.3"}]
    with pytest.raises(AdapterError, match="RepositoryNotFoundException"):
        FUNCTIONS[t.GET_IMAGES](workload, {"repositoryName": "blog/nginx-ingress"})
