"""Flow logs of a VPC, a subnet or an interface."""

from __future__ import annotations

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.ec2_network import arn

WATCHED = {"vpcId": "VPC", "subnetId": "Subnet", "eniId": "NetworkInterface"}


def _create(aws: Aws, inputs: Properties) -> Created:
    rest = {"logDestinationType": "cloud-watch-logs", "maxAggregationInterval": 600} | inputs
    given = {name: rest.pop(name) for name in WATCHED if rest.get(name)}
    if len(given) != 1:
        raise AdapterError(f"{t.FLOW_LOG}: exactly one of {', '.join(WATCHED)} is needed, not {list(given) or 'none'}")
    (name,) = given
    extra = {"ResourceIds": [given[name]], "ResourceType": WATCHED[name]}
    names = {"iamRoleArn": "DeliverLogsPermissionArn"}
    (flow_log_id,) = call(aws, "ec2", "CreateFlowLogs", rest, type_=t.FLOW_LOG, rename=names, extra=extra)["FlowLogIds"]
    described = call(aws, "ec2", "DescribeFlowLogs", {}, type_=t.FLOW_LOG, extra={"FlowLogIds": [flow_log_id]})
    (flow_log,) = described["FlowLogs"]
    if flow_log.get("DeliverLogsStatus") == "FAILED":
        _delete(aws, flow_log_id, {})
        destination = inputs.get("logDestination")
        raise AdapterError(
            f"{t.FLOW_LOG}: delivery to {destination} fails ({flow_log['DeliverLogsErrorMessage']}): no such log group"
        )
    return Created(
        flow_log_id,
        {
            "arn": arn(aws, "vpc-flow-log", flow_log_id),
            "logDestinationType": flow_log["LogDestinationType"],
            "logFormat": flow_log["LogFormat"],
            "maxAggregationInterval": flow_log["MaxAggregationInterval"],
            "tagsAll": inputs.get("tags", {}),
        },
    )


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    call(aws, "ec2", "DeleteFlowLogs", {}, type_=t.FLOW_LOG, extra={"FlowLogIds": [id_]})


ADAPTERS: dict[str, Adapter] = {t.FLOW_LOG: Adapter(_create, _delete)}
