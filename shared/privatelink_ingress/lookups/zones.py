"""The zones of a region."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
import pulumi_aws as aws


async def available_zones(provider: aws.Provider) -> Sequence[str]:
    """The ids of the region's zones that hold load balancers and control planes, as plain values."""
    zones = aws.get_availability_zones_output(
        state="available",
        # Local and Wavelength Zones are opt-in, and hold neither.
        filters=[aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])],
        opts=pulumi.InvokeOutputOptions(provider=provider),
    )
    return await zones.zone_ids.future() or ()
