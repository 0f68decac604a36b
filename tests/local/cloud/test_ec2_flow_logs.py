"""Flow logs of the emulated AWS: the role must be assumable, and a missing log group shows."""

from __future__ import annotations

import json


def test_a_role_that_is_missing_or_trusts_another_service_is_refused(edge, refused):
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    statement = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    wrong = edge.client("iam").create_role(RoleName="wrong", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    for role in ("arn:aws:iam::222222222222:role/missing", wrong):
        message = refused(
            "InvalidParameter",
            ec2.create_flow_logs,
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogGroupName="/vpc/flow",
            DeliverLogsPermissionArn=role,
        )
        assert role in message


def test_delivery_to_a_log_group_given_by_arn_fails_only_when_it_is_missing(edge):
    ec2 = edge.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    statement = {"Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = edge.client("iam").create_role(RoleName="flow", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    edge.client("logs").create_log_group(logGroupName="/there")
    for name in ("/there", "/missing"):
        ec2.create_flow_logs(
            ResourceIds=[vpc],
            ResourceType="VPC",
            TrafficType="ALL",
            LogDestination=f"arn:aws:logs:eu-west-1:222222222222:log-group:{name}",
            DeliverLogsPermissionArn=role,
        )
    found = {log["LogGroupName"]: log for log in ec2.describe_flow_logs()["FlowLogs"]}
    assert found["/there"]["DeliverLogsStatus"] == "SUCCESS"
    assert found["/missing"]["DeliverLogsStatus"] == "FAILED"
    assert found["/missing"]["DeliverLogsErrorMessage"] == "Access error"
