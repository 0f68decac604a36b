"""Metrics that AWS reports of a workload, and the values of their dimensions.

https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-cloudwatch-metrics.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-enhanced-EKS.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
"""

from __future__ import annotations

from privatelink_ingress.plan.alarms import HOUR, MINUTE, QUARTER, Deployed, Metric

LOAD_BALANCER, TARGET_GROUP = Deployed("load balancer"), Deployed("target group")
SERVICE, FLOW_LOGS = Deployed("endpoint service"), Deployed("flow logs")


def zone(zone_id: str) -> Deployed:
    """The zone's name in the workload's account, by which metrics call it."""
    return Deployed(f"zone {zone_id}")


def autoscaling_group(key: str) -> Deployed:
    """The name of the autoscaling group of a node group."""
    return Deployed(f"autoscaling group {key}")


def unhealthy(zone_id: str) -> Metric:
    """The nodes in a zone that fail their health checks."""
    dimensions = {"AvailabilityZone": zone(zone_id), "LoadBalancer": LOAD_BALANCER, "TargetGroup": TARGET_GROUP}
    return Metric(
        namespace="AWS/NetworkELB",
        name="UnHealthyHostCount",
        dimensions=dimensions,
        statistic="Maximum",
        period=MINUTE,
    )


def balancer(name: str) -> Metric:
    """A count of the network load balancer."""
    return Metric(namespace="AWS/NetworkELB", name=name, dimensions={"LoadBalancer": LOAD_BALANCER}, statistic="Sum")


def service(name: str, statistic: str = "Sum") -> Metric:
    """A count of the endpoint service. AWS counts dropped packets at the endpoints alone, in the edge's account."""
    dimensions = {"Service Id": SERVICE}
    return Metric(namespace="AWS/PrivateLinkServices", name=name, dimensions=dimensions, statistic=statistic)


def instances(key: str) -> Metric:
    """Whether an instance of a node group fails a status check of EC2: 1 or 0."""
    return Metric(
        namespace="AWS/EC2",
        name="StatusCheckFailed",
        dimensions={"AutoScalingGroupName": autoscaling_group(key)},
        statistic="Maximum",
        period=MINUTE,
    )


def failed_nodes(cluster: str) -> Metric:
    """Nodes with a condition that is wrong, such as not ready."""
    return _insights("cluster_failed_node_count", "Maximum", cluster)


def available_pods(cluster: str, namespace: str, deployment: str) -> Metric:
    """Available pods of a Deployment, which the metric calls `PodName`."""
    return _insights("status_replicas_available", "Minimum", cluster, namespace=namespace, pods=deployment)


def restarts(cluster: str, namespace: str, deployment: str) -> Metric:
    """Restarts of containers of a Deployment's pods since the agent last looked."""
    name = "pod_number_of_container_restarts"
    return _insights(name, "Sum", cluster, namespace=namespace, pods=deployment, period=QUARTER)


def log_events(group: str | Deployed) -> Metric:
    """Events that a log group gets in an hour."""
    dimensions = {"LogGroupName": group}
    return Metric(namespace="AWS/Logs", name="IncomingLogEvents", dimensions=dimensions, statistic="Sum", period=HOUR)


def _insights(
    name: str, statistic: str, cluster: str, *, namespace: str = "", pods: str = "", period: int = MINUTE
) -> Metric:
    """Of Container Insights with enhanced observability, for which the feature `metrics` installs the agent."""
    return Metric(
        namespace="ContainerInsights",
        name=name,
        dimensions={"ClusterName": cluster, **({"Namespace": namespace, "PodName": pods} if pods else {})},
        statistic=statistic,
        period=period,
    )
