"""What a cluster does beside serving. Each feature brings the endpoints, rights and log groups that it needs."""

from __future__ import annotations

from privatelink_ingress.settings.fields import RetentionDays, Settings


class PodLogs(Settings):
    """What the pods write to their output, in CloudWatch Logs."""

    install: bool = False
    """True installs Fluent Bit, an add-on that the community maintains and EKS installs."""
    retention_days: RetentionDays = 90


class Metrics(Settings):
    """CloudWatch Container Insights: load and health of nodes, pods and containers."""

    install: bool = False
    """True installs the CloudWatch agent, an add-on of AWS. It is billed per observation:
    https://aws.amazon.com/cloudwatch/pricing/"""
    retention_days: RetentionDays = 90
    """Of the log group that the agent writes its measurements to; CloudWatch keeps the metrics itself for 15 months:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html"""
