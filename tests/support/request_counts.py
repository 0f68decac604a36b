"""What CloudWatch would have counted: the emulated AWS carries no requests."""

from __future__ import annotations

import datetime

from privatelink_ingress.local.cloud.session import Session


def count_requests(session: Session, group: str, balancer: str, count: float, *, at: datetime.datetime) -> None:
    """`RequestCount` of a target group behind a load balancer, both by ARN."""
    dimensions = [
        {"Name": "LoadBalancer", "Value": balancer.partition(":loadbalancer/")[2]},
        {"Name": "TargetGroup", "Value": group.rpartition(":")[2]},
    ]
    point = {"MetricName": "RequestCount", "Dimensions": dimensions, "Timestamp": at, "Value": count}
    session.client("cloudwatch").put_metric_data(Namespace="AWS/ApplicationELB", MetricData=[point])
