"""What stands beside the path of a request, broken one at a time, and what `doctor` says: rules, contracts, logs, …"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.ecr.models import ecr_backends
from moto.eks.models import eks_backends

from privatelink_ingress.local.cloud import service_quotas
from tests.support.breakages import BY_HAND, FIRED, HOST, OFFERED, QUOTAS, REGISTRIES, ZONE, Breakage, Sides

WORKLOAD, EDGE, REGION = "111111111111", "222222222222", "eu-west-1"
PARAMETER = "/central-ingress/connections/shop"
BUCKET = f"central-ingress-prod-logs-{EDGE}-{REGION}"
ALL = "all connections"


def blogs_group(sides: Sides) -> str:
    [rule, *_] = [one for one in sides.rules if "blog.example.com" in str(one["Conditions"])]
    return rule["Actions"][0]["ForwardConfig"]["TargetGroups"][0]["TargetGroupArn"]


def forwards_to(sides: Sides, *groups: tuple[str, int]) -> None:
    shares = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in groups]
    sides.modify_rule(Actions=[{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}])


def without_rule(sides: Sides) -> None:
    sides.elbv2.delete_rule(RuleArn=sides.rule["RuleArn"])


def moved_rule(sides: Sides) -> None:
    sides.elbv2.set_rule_priorities(RulePriorities=[{"RuleArn": sides.rule["RuleArn"], "Priority": 49_000}])


def another_path(sides: Sides) -> None:
    conditions = [*sides.rule["Conditions"]]
    hosts = [one for one in conditions if one["Field"] == "host-header"]
    hosts = [{"Field": "host-header", "HostHeaderConfig": one["HostHeaderConfig"]} for one in hosts]
    paths = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/", "/shop/*"]}}
    sides.modify_rule(Conditions=[*hosts, paths])


def a_rule_of_ours(sides: Sides) -> None:
    sides.elbv2.create_rule(
        ListenerArn=sides.listener["ListenerArn"],
        Priority=48_000,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": [HOST]}}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "410"}}],
    )


def blogs_target(sides: Sides) -> None:
    held = sides.elbv2.describe_target_health(TargetGroupArn=blogs_group(sides))["TargetHealthDescriptions"]
    sides.elbv2.register_targets(TargetGroupArn=sides.group, Targets=[{"Id": held[0]["Target"]["Id"], "Port": 80}])


def another_target_port(sides: Sides) -> None:
    targets = [{"Id": one["Target"]["Id"], "Port": 80} for one in sides.targets]
    sides.elbv2.deregister_targets(TargetGroupArn=sides.group, Targets=targets)
    sides.elbv2.register_targets(TargetGroupArn=sides.group, Targets=[{**one, "Port": 8080} for one in targets])


def ssm(sides: Sides) -> Any:
    return sides.workload.client("ssm")


def parameter(**changes: Any) -> Callable[[Sides], None]:
    """The parameter with other fields; a field of None is missing."""

    def do(sides: Sides) -> None:
        fields = json.loads(ssm(sides).get_parameter(Name=PARAMETER)["Parameter"]["Value"]) | changes
        kept = {key: value for key, value in fields.items() if value is not None}
        ssm(sides).put_parameter(Name=PARAMETER, Value=json.dumps(kept), Type="String", Overwrite=True)

    return do


def principals(add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        sides.inner_ec2.modify_vpc_endpoint_service_permissions(
            ServiceId=sides.service["ServiceId"],
            AddAllowedPrincipals=list(add),
            RemoveAllowedPrincipals=list(remove),
        )

    return do


def accepts_first(sides: Sides) -> None:
    sides.inner_ec2.modify_vpc_endpoint_service_configuration(
        ServiceId=sides.service["ServiceId"], AcceptanceRequired=True
    )


def attribute(key: str, value: str) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        sides.elbv2.modify_load_balancer_attributes(
            LoadBalancerArn=sides.balancer["LoadBalancerArn"], Attributes=[{"Key": key, "Value": value}]
        )

    return do


def other_tls_policy(sides: Sides) -> None:
    sides.elbv2.modify_listener(
        ListenerArn=sides.listener["ListenerArn"], SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06"
    )


def asks_for_certificates(sides: Sides) -> None:
    sides.elbv2.modify_listener(ListenerArn=sides.listener["ListenerArn"], MutualAuthentication={"Mode": "passthrough"})


def no_bucket_policy(sides: Sides) -> None:
    sides.edge.client("s3").delete_bucket_policy(Bucket=BUCKET)


def bucket_policy_of_another(sides: Sides) -> None:
    s3 = sides.edge.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    for one in policy["Statement"]:
        if one["Effect"] == "Allow":
            one["Resource"] = f"arn:aws:s3:::{BUCKET}/other/*"
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))


def no_delivery(sides: Sides) -> None:
    logs = sides.edge.client("logs")
    for one in logs.describe_deliveries()["deliveries"]:
        if one["deliverySourceName"].endswith("-access"):
            logs.delete_delivery(id=one["id"])


def no_log_group(name: str) -> Callable[[Sides], None]:
    return lambda sides: sides.edge.client("logs").delete_log_group(logGroupName=name)


def acl_of(sides: Sides) -> dict[str, Any]:
    return sides.wafv2.get_web_acl_for_resource(ResourceArn=sides.balancer["LoadBalancerArn"])["WebACL"]


def no_firewall_log(sides: Sides) -> None:
    sides.wafv2.delete_logging_configuration(ResourceArn=acl_of(sides)["ARN"])


def no_flow_logs(sides: Sides) -> None:
    found = sides.ec2.describe_flow_logs()["FlowLogs"]
    sides.ec2.delete_flow_logs(FlowLogIds=[one["FlowLogId"] for one in found])


def no_validation_record(sides: Sides) -> None:
    records = sides.route53.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
    changes = [{"Action": "DELETE", "ResourceRecordSet": one} for one in records if one["Type"] == "CNAME"]
    sides.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": changes})


def quota(code: str, value: int) -> Callable[[Sides], None]:
    return lambda sides: service_quotas.apply(EDGE, REGION, code, value)


def cluster_of(sides: Sides) -> Any:
    return eks_backends[WORKLOAD][REGION].clusters["shop"]


def kubernetes(version: str) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        cluster_of(sides).version = version

    return do


def failed_cluster(sides: Sides) -> None:
    cluster_of(sides).status = "FAILED"


def addon(**changes: str) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        held = vars(cluster_of(sides))["addons"]["coredns"]
        if isinstance(held, dict):
            held.update(changes)
        else:
            vars(held).update(changes)

    return do


def degraded_nodes(sides: Sides) -> None:
    [group] = cluster_of(sides).nodegroups.values()
    group.status = "DEGRADED"


def no_image(sides: Sides) -> None:
    repository = ecr_backends[WORKLOAD][REGION].repositories["shop/nginx-ingress"]
    repository.images.clear()


def no_repository(sides: Sides) -> None:
    sides.workload.client("ecr").delete_repository(repositoryName="shop/nginx-ingress", force=True)


def alarm(dimensions: Callable[[Sides], dict[str, str]]) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        cloudwatch = sides.edge.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName="shop-unhealthy",
            Namespace="AWS/ApplicationELB",
            MetricName="UnHealthyHostCount",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions(sides).items()],
            Statistic="Maximum",
            Period=60,
            EvaluationPeriods=3,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName="shop-unhealthy", StateValue="ALARM", StateReason="3 of 3 datapoints")
        assert cloudwatch_backends[EDGE][REGION].alarms

    return do


def alarm_of_workload(dimensions: Callable[[Sides], dict[str, str]]) -> Callable[[Sides], None]:
    def do(sides: Sides) -> None:
        cloudwatch = sides.workload.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName="shop-silent",
            Namespace="AWS/PrivateLinkServices",
            MetricName="NewConnections",
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions(sides).items()],
            Statistic="Sum",
            Period=300,
            EvaluationPeriods=3,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
        )
        cloudwatch.set_alarm_state(AlarmName="shop-silent", StateValue="ALARM", StateReason="3 of 3 datapoints")

    return do


def shops_service(sides: Sides) -> dict[str, Any]:
    services = sides.workload.client("ec2").describe_vpc_endpoint_service_configurations()["ServiceConfigurations"]
    (found,) = (one for one in services if {"Key": "Name", "Value": "shop-service"} in one["Tags"])
    return found


def service_id(sides: Sides) -> dict[str, str]:
    return {"Service Id": shops_service(sides)["ServiceId"]}


def network_balancer_end(sides: Sides) -> dict[str, str]:
    arn = shops_service(sides)["NetworkLoadBalancerArns"][0]
    return {"LoadBalancer": arn.partition(":loadbalancer/")[2]}


def balancer_end(sides: Sides) -> dict[str, str]:
    return {"LoadBalancer": sides.balancer["LoadBalancerArn"].partition(":loadbalancer/")[2]}


def group_end(sides: Sides) -> dict[str, str]:
    return {"TargetGroup": sides.group.rpartition(":")[2], **balancer_end(sides)}


def one(
    what: str,
    do: Callable[[Sides], object],
    where: str,
    reason: str,
    severity: str = "warning",
    of: str = "shop",
    unheld: str = "",
    half: str = "",
):
    return Breakage(
        what=what, do=do, where=where, reason=reason, severity=severity, connection=of, unheld=unheld, half=half
    )


BESIDE = (
    one(
        "the rule forwards to another connection's target group",
        lambda sides: forwards_to(sides, (blogs_group(sides), 1)),
        "Listener rule",
        "the rule with priority 20001 forwards to targets of blog",
        "error",
    ),
    one(
        "the rule also forwards to another connection's target group",
        lambda sides: forwards_to(sides, (sides.group, 9), (blogs_group(sides), 1)),
        "Listener rule",
        "the rule with priority 20001 forwards to targets of blog",
        "error",
    ),
    one("the rule is deleted", without_rule, "Listener rule", f"GET https://{HOST}/ is answered 404", "error"),
    one("the rule has another priority", moved_rule, "Listener rule", "the rule with priority 20001, for", "error"),
    one(
        "the rule is for some paths alone",
        another_path,
        "Listener rule",
        "the rule with priority 20001 has other conditions than its file",
    ),
    one(
        "a rule for the host that is in no stack file",
        a_rule_of_ours,
        "Listener rule",
        f"the rule with priority 48000, for {HOST}, is in no stack file",
        unheld=BY_HAND,
    ),
    one(
        "a target of another connection is registered",
        blogs_target,
        "Listener rule",
        "the rule with priority 20001 forwards to targets of blog",
        "error",
        unheld=BY_HAND,
    ),
    one(
        "the targets are registered at another port",
        another_target_port,
        "Interface endpoint",
        "security groups keep the load balancer from port",
        "error",
        half="that the target group is empty, because no state has targets that no stack registered",
    ),
    one(
        "the contract's parameter is deleted",
        lambda sides: ssm(sides).delete_parameter(Name=PARAMETER),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD} does not exist",
        "error",
    ),
    one(
        "the parameter names an endpoint service that is gone",
        parameter(
            endpoint_service_name=f"com.amazonaws.vpce.{REGION}.vpce-svc-0bad", endpoint_service_id="vpce-svc-0bad"
        ),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD} names com.amazonaws.vpce.{REGION}.vpce-svc-0bad, which",
        "error",
    ),
    one(
        "the parameter names other zones",
        parameter(zone_ids=["euw1-az1", "euw1-az2"]),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD} says zones euw1-az1, euw1-az2, but",
    ),
    one(
        "the parameter names another port",
        parameter(port=443),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD} says port 443, but",
        "error",
    ),
    one(
        "the parameter names another owner",
        parameter(owner="team-else"),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD} does not say what the stack file says: owner",
    ),
    one(
        "the parameter has a contract without a field",
        parameter(health_path=None),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD}: health_path",
        "error",
    ),
    one(
        "the parameter has a contract of a later version",
        parameter(contract_version=99),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD}: contract_version",
        "error",
    ),
    one(
        "the parameter holds no contract",
        lambda sides: ssm(sides).put_parameter(Name=PARAMETER, Value="none", Type="String", Overwrite=True),
        "Contract",
        f"parameter {PARAMETER} of account {WORKLOAD}: ",
        "error",
    ),
    one(
        "another account may connect too",
        principals(add=("arn:aws:iam::333333333333:root",)),
        "PrivateLink",
        "arn:aws:iam::333333333333:root may connect to it as well",
    ),
    one("everyone may connect", principals(add=("*",)), "PrivateLink", "any AWS account may connect to it", "error"),
    one(
        "the edge may not connect again",
        principals(remove=(f"arn:aws:iam::{EDGE}:root",)),
        "PrivateLink",
        f"arn:aws:iam::{EDGE}:root may not connect again",
    ),
    one(
        "the service accepts each endpoint first", accepts_first, "PrivateLink", "each new endpoint has to be accepted"
    ),
    one(
        "the listener asks for client certificates",
        asks_for_certificates,
        "Client certificate",
        "mutual TLS is passthrough, not off",
        of=ALL,
    ),
    one("the TLS policy is another", other_tls_policy, "Load balancer", "its TLS policy is ELBSecurityPolicy", of=ALL),
    one(
        "deletion protection is off",
        attribute("deletion_protection.enabled", "false"),
        "Load balancer",
        "nothing protects it from deletion",
        of=ALL,
    ),
    one(
        "the host header is rewritten",
        attribute("routing.http.preserve_host_header.enabled", "false"),
        "Load balancer",
        "routing.http.preserve_host_header.enabled is false",
        of=ALL,
    ),
    one(
        "requests pass without the firewall's answer",
        attribute("waf.fail_open.enabled", "true"),
        "Load balancer",
        "waf.fail_open.enabled is true",
        of=ALL,
    ),
    one(
        "the idle timeout is another",
        attribute("idle_timeout.timeout_seconds", "300"),
        "Load balancer",
        "its idle timeout is 300 s, not 60 s",
        of=ALL,
    ),
    one("access logs are off", attribute("access_logs.s3.enabled", "false"), "Logs", "access logs are off", of=ALL),
    one(
        "connection logs are off",
        attribute("connection_logs.s3.enabled", "false"),
        "Logs",
        "connection logs are off",
        of=ALL,
    ),
    one("the log bucket's policy is deleted", no_bucket_policy, "Logs", f"the policy of {BUCKET} does not let", of=ALL),
    one(
        "the log bucket's policy is for another prefix",
        bucket_policy_of_another,
        "Logs",
        f"the policy of {BUCKET} does not let",
        of=ALL,
    ),
    one("a delivery of logs is deleted", no_delivery, "Logs", "access logs are not delivered to", of=ALL),
    one(
        "a log group of the load balancer is deleted",
        no_log_group("/aws/vendedlogs/central-ingress-prod/access"),
        "Logs",
        "the log group /aws/vendedlogs/central-ingress-prod/access does not exist",
        of=ALL,
    ),
    one("the web ACL logs nothing", no_firewall_log, "Logs", "the web ACL logs nothing", of=ALL),
    one(
        "the web ACL's log group is deleted",
        no_log_group("aws-waf-logs-central-ingress-prod"),
        "Logs",
        "the log group aws-waf-logs-central-ingress-prod does not exist",
        of=ALL,
    ),
    one("the flow logs are deleted", no_flow_logs, "Logs", "the VPC has no flow logs", of=ALL),
    one(
        "a certificate's validation record is deleted",
        no_validation_record,
        "Certificate",
        "its validation record is in no hosted zone",
        of=ALL,
    ),
    one(
        "a quota is almost used up",
        quota("L-29B6F2EB", 2),
        "Quota",
        "interface endpoints: there is no room",
        "error",
        ALL,
        unheld=QUOTAS,
    ),
    one(
        "a quota is below what the file counts on",
        quota("L-7EED9B64", 50),
        "Quota",
        "limits.rules of prod",
        of=ALL,
        unheld=QUOTAS,
    ),
    one(
        "Kubernetes is too old",
        kubernetes("1.33"),
        "Cluster",
        "standard support of Kubernetes 1.33 ended",
        "error",
    ),
    one("the cluster has failed", failed_cluster, "Cluster", "shop is FAILED", "error"),
    one(
        "an add-on does not fit the Kubernetes version",
        addon(addonVersion="v1.0.0-eksbuild.1", version="v1.0.0-eksbuild.1", addon_version="v1.0.0-eksbuild.1"),
        "Add-on",
        "EKS does not offer coredns v1.0.0-eksbuild.1 for Kubernetes 1.36",
        unheld=OFFERED,
    ),
    one("a node group is degraded", degraded_nodes, "Node group", "shop-nodes-"),
    one(
        "the controller's image is gone",
        no_image,
        "Image",
        "controller: shop/nginx-ingress@",
        "error",
        unheld=REGISTRIES,
    ),
    one("the controller's repository is gone", no_repository, "Image", "controller: shop/nginx-ingress@", "error"),
    one(
        "an alarm of a target group has fired",
        alarm(group_end),
        "Alarm",
        "shop-unhealthy is in ALARM",
        unheld=FIRED,
    ),
    one(
        "an alarm of the load balancer has fired",
        alarm(balancer_end),
        "Alarm",
        "shop-unhealthy is in ALARM",
        of=ALL,
        unheld=FIRED,
    ),
    one(
        "an alarm of the endpoint service has fired",
        alarm_of_workload(service_id),
        "Alarm",
        "shop-silent is in ALARM",
        unheld=FIRED,
    ),
    one(
        "an alarm of the network load balancer has fired",
        alarm_of_workload(network_balancer_end),
        "Alarm",
        "shop-silent is in ALARM",
        unheld=FIRED,
    ),
    one(
        "an alarm of the cluster has fired",
        alarm_of_workload(lambda _: {"ClusterName": "shop"}),
        "Alarm",
        "shop-silent is in ALARM",
        unheld=FIRED,
    ),
)
