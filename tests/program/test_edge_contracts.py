"""The contracts that an edge reads, and that nothing is registered when one does not fit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from privatelink_ingress.contracts.service import Contract
from privatelink_ingress.local.engine.monitor import StackOutputs
from privatelink_ingress.local.engine.runner import StackRun
from tests.support.edge_services import connection, exports, services

Run = Callable[..., StackRun]
REFERENCE = "pulumi:pulumi:StackReference"


@pytest.fixture
def refused(edge_run: Run) -> Callable[..., str]:
    def run(stacks: dict[str, StackOutputs], **changes: Any) -> str:
        with pytest.raises(pulumi.RunError) as error:
            edge_run(stacks=stacks, **changes)
        return str(error.value)

    return run


def published(*, without: str = "", secret: str = "", **changes: Any) -> dict[str, StackOutputs]:
    shop = {key: value for key, value in exports("shop", 1, **changes).items() if key != without}
    return {**services(), "organization/eks-service/shop": StackOutputs(shop, frozenset({secret}))}


def test_a_short_name_is_a_stack_of_eks_service_in_this_organization(edge_run: Run) -> None:
    edge = edge_run(stacks=services())
    assert {one.name for one in edge.of_type(REFERENCE)} == {
        "organization/eks-service/shop",
        "organization/eks-service/blog",
    }


def test_a_full_name_is_taken_as_it_is(edge_run: Run) -> None:
    shop = connection("shop", 0, backends=[{"stack": "acme/clusters/shop"}])
    edge = edge_run(
        stacks={"acme/clusters/shop": services()["organization/eks-service/shop"]}, connections={"shop": shop}
    )
    assert [one.name for one in edge.of_type(REFERENCE)] == ["acme/clusters/shop"]


@pytest.mark.parametrize("field", [name for name, field in Contract.model_fields.items() if field.is_required()])
def test_a_missing_output_is_named_with_its_stack_and_what_to_run(refused: Callable[..., str], field: str) -> None:
    message = refused(published(without=field))
    assert f"stack organization/eks-service/shop, {field}: is missing" in message
    assert "Run `pulumi up --stack shop` in eks-service/" in message


def test_everything_that_does_not_fit_is_in_one_message(refused: Callable[..., str]) -> None:
    blog = StackOutputs(exports("blog", 2, protocol="GRPC"))
    message = refused({**published(port=0), "organization/eks-service/blog": blog})
    assert "stack organization/eks-service/shop, port: is 0" in message
    assert "stack organization/eks-service/blog, protocol: is 'GRPC'" in message


def test_a_contract_of_another_version_names_both_versions(refused: Callable[..., str]) -> None:
    message = refused(published(contract_version=3))
    assert "contract_version: is 3, but this program reads versions 1 and 2" in message


def test_a_secret_output_is_refused(refused: Callable[..., str]) -> None:
    message = refused(published(secret="owner"))
    assert "stack organization/eks-service/shop, owner: is a secret" in message


def test_two_connections_with_one_backend_are_refused_by_name(refused: Callable[..., str]) -> None:
    """D18."""
    connections = {"shop": connection("shop", 0), "blog": connection("blog", 1, backends=[{"stack": "shop"}])}
    message = refused(services(), connections=connections)
    assert "connections.blog.backends[0].stack: stack shop publishes shop, which is another connection" in message
    assert "Name the stack that publishes blog, or remove this entry." in message


def test_a_mistake_in_the_stack_file_is_a_message_without_a_traceback(refused: Callable[..., str]) -> None:
    message = refused(services(), connections={"shop": connection("shop", 120)})
    assert "central-ingress/Pulumi.prod.yaml has mistakes" in message
    assert "connections.shop.slot" in message
