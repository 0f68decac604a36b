"""Auto Scaling: instances spread over the zones, and target groups that must exist."""

from __future__ import annotations

import collections
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse


@before(AutoScalingResponse, "attach_load_balancer_target_groups", "detach_load_balancer_target_groups")
def auto_scaling_group_exists(request: Any, params: Params) -> None:
    """An unknown group is ValidationError (API reference, "CommonErrors"); moto fails with an internal error."""
    name = params["AutoScalingGroupName"]
    if name not in request.autoscaling_backend.autoscaling_groups:
        refuse("ValidationError", f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found")


@before(AutoScalingResponse, "attach_load_balancer_target_groups")
def target_group_exists(request: Any, params: Params) -> None:
    """An unknown target group is refused before any is attached (API reference, AttachLoadBalancerTargetGroups)."""
    known = request.autoscaling_backend.elbv2_backend.target_groups
    for arn in params["TargetGroupARNs"]:
        if arn not in known:
            refuse("ValidationError", f"Provided Target Groups may not be valid: {arn} is not found")
        if known[arn].target_type != "instance":
            refuse("ValidationError", f"Provided Target Groups may not be valid: {arn} has no target type instance")


@before(AutoScalingResponse, "detach_load_balancer_target_groups")
def target_group_is_attached(request: Any, params: Params) -> None:
    """Only an attached target group can be detached (API reference, DetachLoadBalancerTargetGroups)."""
    group = request.autoscaling_backend.autoscaling_groups[params["AutoScalingGroupName"]]
    for arn in params["TargetGroupARNs"]:
        if arn not in group.target_group_arns:
            refuse("ValidationError", f"Trying to remove Target Groups that are not part of the group: {arn}")


@around(FakeAutoScalingGroup, "replace_autoscaling_group_instances")
def instances_are_spread_over_subnets(
    original: Any, self: FakeAutoScalingGroup, count_needed: int, propagated_tags: dict[str, str]
) -> None:
    """Each new instance starts in the subnet that has the fewest (user guide, "auto-scaling-benefits").

    moto starts all in the first subnet.
    """
    if not self.vpc_zone_identifier:
        original(self, count_needed, propagated_tags)
        return
    all_subnets, all_zones = self.vpc_zone_identifier, self.availability_zones
    subnets = all_subnets.split(",")
    zones = {subnet.id: subnet.availability_zone for subnet in self.ec2_backend.describe_subnets(subnet_ids=subnets)}
    try:
        for _ in range(count_needed):
            used = collections.Counter(state.instance.subnet_id for state in self.active_instances())
            chosen = min(subnets, key=lambda subnet: used[subnet])
            self.vpc_zone_identifier, self.availability_zones = chosen, [zones[chosen]]
            original(self, 1, dict(propagated_tags))
    finally:
        self.vpc_zone_identifier, self.availability_zones = all_subnets, all_zones
        for state in self.active_instances():
            # An interface created with its instance goes with it (EC2 user guide, "preserve data on termination").
            for interface in state.instance.nics.values():
                interface.delete_on_termination = True
