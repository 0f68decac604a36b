"""Target groups of Auto Scaling groups: `aws:autoscaling/attachment:Attachment`."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call

NAMES = {"autoscalingGroupName": "AutoScalingGroupName", "lbTargetGroupArn": "TargetGroupARNs"}


def _create(aws: Aws, inputs: Properties) -> Created:
    call(aws, "autoscaling", "AttachLoadBalancerTargetGroups", inputs, type_=t.AUTOSCALING_ATTACHMENT, rename=NAMES)
    return Created(f"{inputs['autoscalingGroupName']}-{inputs['lbTargetGroupArn'].split('/')[-1]}", {})


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    named = {name: outputs[name] for name in NAMES}
    call(aws, "autoscaling", "DetachLoadBalancerTargetGroups", named, type_=t.AUTOSCALING_ATTACHMENT, rename=NAMES)


ADAPTERS: dict[str, Adapter] = {t.AUTOSCALING_ATTACHMENT: Adapter(_create, _delete)}
