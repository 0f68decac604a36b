"""Flow logs: their role must be assumable, and their delivery status shows a missing log group."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend
from moto.ec2.responses import EC2Response

from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

SERVICES = {"cloud-watch-logs": "logs", "s3": "s3", "kinesis-data-firehose": "firehose"}
"""The service in a destination's ARN, by type."""


@before(EC2Response, "create_flow_logs")
def the_role_can_be_assumed(response: Any, params: Params) -> None:
    """AWS: InvalidParameter, "Unable to assume given IAM role", when the role does not exist or distrusts flow logs."""
    arn = params.get("DeliverLogsPermissionArn")
    if arn is None:
        return
    roles = get_backend("iam")[response.current_account][response.partition].roles.values()
    role = next((role for role in roles if role.arn == arn), None)
    if role is None or "vpc-flow-logs.amazonaws.com" not in str(role.assume_role_policy_document):
        refuse(
            "InvalidParameter",
            f"Unable to assume given IAM role {arn}: it must exist and trust vpc-flow-logs.amazonaws.com.",
        )


@undo(EC2Response, "create_flow_logs")
def no_flow_log(response: Any, params: Params, answer: Any) -> None:
    """After a failed effect."""
    response.ec2_backend.delete_flow_logs(answer.result["FlowLogIds"])


@before(EC2Response, "create_flow_logs")
def the_destination_is_of_its_type(response: Any, params: Params) -> None:
    """The destination is the ARN of a log group, a bucket or a delivery stream (EC2 CreateFlowLogs, LogDestination)."""
    destination = params.get("LogDestination")
    kind = params.get("LogDestinationType") or "cloud-watch-logs"
    if destination is not None and not destination.startswith(f"arn:{response.partition}:{SERVICES.get(kind, '')}:"):
        refuse("InvalidParameter", f"LogDestination: {destination} is not the ARN of a destination of type {kind}.")


@after(EC2Response, "create_flow_logs")
def delivery_follows_the_log_group(response: Any, params: Params, answer: Any) -> Any:
    """AWS: a missing log group shows as DeliverLogsStatus FAILED, "Access error" (EC2 FlowLog).

    moto looks for the group by name only; a group given by its ARN (LogDestination) is looked up here.
    """
    groups = get_backend("logs")[response.current_account][response.region].groups
    for flow_log in response.ec2_backend.flow_logs.values():
        destination = flow_log.log_destination or ""
        if flow_log.log_destination_type == "cloud-watch-logs" and ":log-group:" in destination:
            flow_log.log_group_name = destination.split(":log-group:", 1)[1].removesuffix(":*")
            found = flow_log.log_group_name in groups
            flow_log.deliver_logs_status = "SUCCESS" if found else "FAILED"
            flow_log.deliver_logs_error_message = None if found else "Access error"
    return answer
