"""Flow logs of a VPC, in a log group with retention."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.plan.log_groups import LogStorage


@dataclasses.dataclass(frozen=True, kw_only=True)
class FlowLogsArgs:
    """What to log."""

    vpc_id: Input[str]
    storage: LogStorage
    tags: Mapping[str, str]
    trust_policy: str
    """Who may assume the role, as JSON."""
    permissions_boundary: str | None = None
    """ARN of the policy that limits the role."""
    iam: aws.Provider | None = None
    """Provider of the role; the component's own when not set."""


class FlowLogs(Component):
    """Accepted and rejected traffic of a VPC."""

    log_group_name: Output[str]

    def __init__(self, name: str, args: FlowLogsArgs, opts: ResourceOptions | None = None) -> None:
        """Log group, role that may write to it alone, flow log."""
        super().__init__(name, opts)
        group = log_group(self, name, args.storage, tags=self.named("", args.tags))
        iam = {"provider": args.iam} if args.iam else {}
        role = aws.iam.Role(
            name,
            assume_role_policy=args.trust_policy,
            permissions_boundary=args.permissions_boundary,
            tags=self.named("", args.tags),
            opts=self.child(**iam),
        )
        policy = aws.iam.RolePolicy(
            name,
            role=role.name,
            # https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html, without the right to make groups
            policy=Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                            "Resource": Output.concat(group.arn, ":*"),
                        }
                    ],
                }
            ),
            opts=self.child(**iam),
        )
        aws.ec2.FlowLog(
            name,
            vpc_id=args.vpc_id,
            traffic_type="ALL",
            log_destination_type="cloud-watch-logs",
            log_destination=group.arn,
            iam_role_arn=role.arn,
            tags=self.named("", args.tags),
            opts=self.child(depends_on=[policy]),
        )
        self.log_group_name = group.name
        self.publish()
