"""Other zones of a live endpoint: refused within a generation, because providers differ in what they do then.

An endpoint gives both `subnetIds` and `subnetConfigurations`. Some versions of the provider then plan both as computed
and call nothing, so a new target would have an address without an interface, and every preview would show the change
(https://github.com/hashicorp/terraform-provider-aws/issues/44824). A new generation is a new endpoint in any version.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from privatelink_ingress.problems import Problem, UserError

HOOK = "zones-unchanged"
"""The hook's name. Every stack's state holds it, so it must never change."""


def check(endpoint: str, old: Collection[Any] | None, new: Any) -> None:
    """Compare the subnets of an endpoint's update.

    Args:
        endpoint: Its name in the program, `<connection>-<position>-<generation>`.
        old: Subnet ids of the state.
        new: Those of the program. In a preview, the id of a subnet that does not exist yet is unknown.

    Raises:
        UserError: when the endpoint would get or lose a zone.
    """
    ids = [each for each in new if isinstance(each, str)] if isinstance(new, list | tuple) else []
    if old and isinstance(new, list | tuple) and len(ids) == len(new) and set(ids) == set(old):
        return
    backend, _, generation = endpoint.rpartition("-")
    connection, _, position = backend.rpartition("-")
    raise UserError(
        "A live endpoint keeps its zones within a generation",
        [
            Problem(
                f"connections.{connection}, backend at position {position}",
                "the zones that its service and this edge have in common have changed, and not every version of the "
                "AWS provider can change them in a live endpoint",
                f"Write generation: {1 - int(generation)} for this backend and run `pulumi up`: the new endpoint "
                "serves in the new zones before the old one is deleted.",
            )
        ],
    )
