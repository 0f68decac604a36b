"""Which updates of a live endpoint are refused."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.plan.edge.endpoint_zones import check
from privatelink_ingress.problems import UserError

A, B, C = "subnet-a", "subnet-b", "subnet-c"


@pytest.mark.parametrize("new", [[A, B], [B, A]], ids=["the same", "in another order"])
def test_an_update_that_keeps_the_zones_is_allowed(new: list[str]):
    check("shop-0-0", [A, B], new)


@pytest.mark.parametrize(
    "new",
    [[A, B, C], [A], [A, C], [A, B, object()], object(), None],
    ids=["one more", "one less", "another", "one that does not exist yet", "all unknown", "none"],
)
def test_other_zones_are_refused(new: Any):
    with pytest.raises(UserError, match="A live endpoint keeps its zones within a generation"):
        check("shop-0-0", [A, B], new)


@pytest.mark.parametrize(("endpoint", "other"), [("my-shop-1-0", 1), ("my-shop-1-1", 0)])
def test_the_remedy_is_the_other_generation_of_the_same_backend(endpoint: str, other: int):
    with pytest.raises(UserError) as error:
        check(endpoint, [A, B], [A])
    assert "connections.my-shop, backend at position 1: the zones" in str(error.value)
    assert f"Write generation: {other} for this backend and run `pulumi up`" in str(error.value)
