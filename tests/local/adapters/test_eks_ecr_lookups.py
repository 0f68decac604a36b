"""What the workload side's programs look up."""

from __future__ import annotations

import pytest

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.adapters.workload_lookups import FUNCTIONS, GET_ADDON_VERSION, GET_REPOSITORY
from privatelink_ingress.local.cloud.server import Session


def test_the_version_of_an_add_on_follows_the_kubernetes_version(workload: Session) -> None:
    def version(kubernetes_version: str) -> str:
        args = {"addonName": "kube-proxy", "kubernetesVersion": kubernetes_version, "mostRecent": False}
        return FUNCTIONS[GET_ADDON_VERSION](workload, args)["version"]

    assert version("1.35").startswith("v1.35.")
    assert version("1.36").startswith("v1.36.")


def test_an_add_on_without_a_version_is_named(workload: Session) -> None:
    with pytest.raises(AdapterError, match=r"no version of coredns on Kubernetes 1\.19"):
        FUNCTIONS[GET_ADDON_VERSION](workload, {"addonName": "coredns", "kubernetesVersion": "1.19"})


def test_a_repository_is_found_by_its_name(workload: Session) -> None:
    workload.client("ecr").create_repository(repositoryName="shop/nginx-ingress")
    found = FUNCTIONS[GET_REPOSITORY](workload, {"name": "shop/nginx-ingress"})
    assert found["repositoryUrl"] == "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop/nginx-ingress"
    with pytest.raises(AdapterError, match="RepositoryNotFoundException"):
        FUNCTIONS[GET_REPOSITORY](workload, {"name": "blog/nginx-ingress"})
