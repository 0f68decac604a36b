"""The nodes of the cluster."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.fields import ONCE, Misfit, Settings, matching

InstanceType = Annotated[str, matching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as m7i.large")]


class Nodes(Settings):
    """The managed node group."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1), ONCE] = ("m7i.large",)
    ami_type: Literal[
        "AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"
    ] = "AL2023_x86_64_STANDARD"
    min: Annotated[int, Field(ge=1)] = 3
    max: Annotated[int, Field(ge=1)] = 6
    disk_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Root volume of a node, in GiB."""

    @model_validator(mode="after")
    def _min_up_to_max(self) -> Self:
        if self.min > self.max:
            raise Misfit(f"is {self.min}, more than nodes.max ({self.max})", "Lower it, or raise max.", at=("min",))
        return self
