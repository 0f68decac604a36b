"""The zones of a region."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws


async def ids_by_name(provider: aws.Provider) -> dict[str, str]:
    """The ids of the region's zones that hold load balancers and control planes, by this account's names for them."""
    zones = aws.get_availability_zones_output(
        state="available",
        # Local and Wavelength Zones are opt-in, and hold neither.
        filters=[aws.GetAvailabilityZonesFilterArgs(name="opt-in-status", values=["opt-in-not-required"])],
        opts=pulumi.InvokeOutputOptions(provider=provider),
    )
    # The provider lists both in one order.
    return dict(zip(await zones.names.future() or (), await zones.zone_ids.future() or (), strict=True))
