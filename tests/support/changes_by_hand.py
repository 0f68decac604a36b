"""Changes that somebody makes in AWS beside the program's, on resources of the sample stacks: one for each kind.

What has to exist for one is created for the purpose.
"""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.wafv2 import key_of
from tests.support.plugin import Resource

Change = Callable[[Resource, Any], Any]
"""The change of a resource, with a function that returns the boto3 client of a service."""


@dataclasses.dataclass(frozen=True)
class ByHand:
    """One change in AWS."""

    kind: str
    type: str
    seen: frozenset[str]
    """The inputs in which the provider sees it; empty where the real provider does not look."""
    change: Change
    fits: Callable[[Resource], bool] = lambda resource: True


def _in(*names: str) -> frozenset[str]:
    return frozenset(names)


def _attribute(noun: str, key: str, value: str) -> Change:
    def change(resource: Resource, client: Any) -> None:
        modify = getattr(client("elbv2"), f"modify_{noun}_attributes")
        parameter = {"load_balancer": "LoadBalancerArn", "target_group": "TargetGroupArn"}[noun]
        modify(**{parameter: resource.id, "Attributes": [{"Key": key, "Value": value}]})

    return change


def _access_log(resource: Resource, client: Any) -> None:
    name = f"by-hand-{resource.aws.account_id}"
    client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": resource.aws.region})
    enabled = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": name}
    attributes = [{"Key": key, "Value": value} for key, value in enabled.items()]
    delivery = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": delivery,
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    client("s3").put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    client("elbv2").modify_load_balancer_attributes(LoadBalancerArn=resource.id, Attributes=attributes)


def _rule(edit: Callable[[Any], None]) -> Change:
    def change(resource: Resource, client: Any) -> None:
        (rule,) = client("elbv2").describe_rules(RuleArns=[resource.id])["Rules"]
        actions = [
            {key: each[key] for key in ("Type", "Order", "ForwardConfig") if key in each} for each in rule["Actions"]
        ]
        edit(actions)
        client("elbv2").modify_rule(RuleArn=resource.id, Actions=actions)

    return change


def _sticky(actions: Any) -> None:
    actions[-1]["ForwardConfig"]["TargetGroupStickinessConfig"] = {"Enabled": True, "DurationSeconds": 60}


def _lifecycle(edit: Callable[[list[Any]], None]) -> Change:
    def change(resource: Resource, client: Any) -> None:
        bucket = {"Bucket": resource.inputs["bucket"]}
        rules = client("s3").get_bucket_lifecycle_configuration(**bucket)["Rules"]
        edit(rules)
        client("s3").put_bucket_lifecycle_configuration(**bucket, LifecycleConfiguration={"Rules": rules})

    return change


def _tiered(rules: list[Any]) -> None:
    rules[0]["Transitions"] = [{"Days": 30, "StorageClass": "GLACIER"}]


def _one_more_lifecycle_rule(rules: list[Any]) -> None:
    rules.append({"ID": "by-hand", "Status": "Enabled", "Filter": {"Prefix": "by-hand/"}, "Expiration": {"Days": 1}})


def _acl(edit: Callable[[dict[str, Any]], None]) -> Change:
    def change(resource: Resource, client: Any) -> None:
        key = key_of(resource.state["arn"])
        found = client("wafv2").get_web_acl(**key)
        fixed = (
            "ARN",
            "Capacity",
            "Id",
            "LabelNamespace",
            "ManagedByFirewallManager",
            "Name",
            "RetrofittedByFirewallManager",
        )
        acl = {name: value for name, value in found["WebACL"].items() if value and name not in fixed}
        edit(acl)
        client("wafv2").update_web_acl(**key, LockToken=found["LockToken"], **acl)

    return change


def _labelled(acl: dict[str, Any]) -> None:
    acl["Rules"][0]["RuleLabels"] = [{"Name": "by-hand"}]


def _one_more_firewall_rule(acl: dict[str, Any]) -> None:
    rule = copy.deepcopy(acl["Rules"][0])
    acl["Rules"].append(rule | {"Name": "by-hand", "Priority": 99})


def _statement(resource: Resource, client: Any) -> None:
    document = json.loads(resource.inputs["policy"])
    document["Statement"].append(document["Statement"][-1] | {"Sid": "ByHand"})
    client("s3").put_bucket_policy(Bucket=resource.inputs["bucket"], Policy=json.dumps(document))


def _template(data: dict[str, Any]) -> Change:
    def change(resource: Resource, client: Any) -> None:
        named = {"LaunchTemplateId": resource.id}
        (latest,) = client("ec2").describe_launch_template_versions(**named, Versions=["$Latest"])[
            "LaunchTemplateVersions"
        ]
        whole = latest["LaunchTemplateData"] | data
        client("ec2").create_launch_template_version(**named, LaunchTemplateData=whole)

    return change


def _key(resource: Resource, client: Any) -> None:
    admits = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    service, account = f"logs.{resource.aws.region}.amazonaws.com", f"arn:aws:iam::{resource.aws.account_id}:root"
    statements = [admits | {"Principal": {"Service": service}}, admits | {"Principal": {"AWS": account}}]
    policy = {"Version": "2012-10-17", "Statement": statements}
    key = client("kms").create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]
    client("logs").associate_kms_key(logGroupName=resource.id, kmsKeyId=key)


def _boundary(resource: Resource, client: Any) -> None:
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    client("iam").put_role_permissions_boundary(RoleName=resource.id, PermissionsBoundary=arn)


def _taint(resource: Resource, client: Any) -> None:
    taints = {"addOrUpdateTaints": [{"key": "by-hand", "value": "yes", "effect": "NO_SCHEDULE"}]}
    names = {"clusterName": resource.inputs["clusterName"], "nodegroupName": resource.id.partition(":")[2]}
    client("eks").update_nodegroup_config(**names, taints=taints)


def _redacted(resource: Resource, client: Any) -> None:
    logging = client("wafv2").get_logging_configuration(ResourceArn=resource.inputs["resourceArn"])
    configuration = logging["LoggingConfiguration"] | {"RedactedFields": [{"QueryString": {}}]}
    client("wafv2").put_logging_configuration(LoggingConfiguration=configuration)


def _health_check(resource: Resource, client: Any) -> None:
    checked = {"Type": "TCP", "IPAddress": "192.0.2.1", "Port": 443}
    created = client("route53").create_health_check(CallerReference="by-hand", HealthCheckConfig=checked)
    name = resource.state["fqdn"] + "."
    listed = client("route53").list_resource_record_sets(HostedZoneId=resource.inputs["zoneId"])["ResourceRecordSets"]
    record = next(each for each in listed if (each["Name"], each["Type"]) == (name, resource.inputs["type"]))
    change = {"Action": "UPSERT", "ResourceRecordSet": record | {"HealthCheckId": created["HealthCheck"]["Id"]}}
    client("route53").change_resource_record_sets(
        HostedZoneId=resource.inputs["zoneId"], ChangeBatch={"Changes": [change]}
    )


def _opened(port: int) -> Change:
    def change(resource: Resource, client: Any) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIp": "0.0.0.0/0"}
        group = resource.inputs.get("securityGroupId", resource.id)
        client("ec2").authorize_security_group_ingress(GroupId=group, **rule)

    return change


def _policy_beside(resource: Resource, client: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    client("iam").put_role_policy(RoleName=resource.id, PolicyName="by-hand", PolicyDocument=json.dumps(document))


def _principal_beside(resource: Resource, client: Any) -> None:
    client("ec2").modify_vpc_endpoint_service_permissions(
        ServiceId=resource.inputs["vpcEndpointServiceId"], AddAllowedPrincipals=["arn:aws:iam::999999999999:root"]
    )


def _target_beside(resource: Resource, client: Any) -> None:
    target = {"Id": "10.250.0.9", "Port": 443, "AvailabilityZone": "all"}
    client("elbv2").register_targets(TargetGroupArn=resource.inputs["targetGroupArn"], Targets=[target])


def _tag(resource: Resource, client: Any) -> None:
    client("ec2").create_tags(Resources=[resource.id], Tags=[{"Key": "By", "Value": "hand"}])


def _forwards(resource: Resource) -> bool:
    return "forward" in resource.inputs["actions"][-1]


def _is_application(resource: Resource) -> bool:
    return resource.inputs["loadBalancerType"] == "application"


BY_HAND = [
    ByHand(
        "an attribute of a load balancer",
        t.LOAD_BALANCER,
        _in("enableXffClientPort"),
        _attribute("load_balancer", "routing.http.xff_client_port.enabled", "true"),
        _is_application,
    ),
    ByHand(
        "the access log of a load balancer",
        t.LOAD_BALANCER,
        _in("accessLogs"),
        _access_log,
        _is_application,
    ),
    ByHand(
        "an attribute of a target group",
        t.TARGET_GROUP,
        _in("slowStart"),
        _attribute("target_group", "slow_start.duration_seconds", "30"),
        lambda each: each.inputs["protocol"] == "HTTP",
    ),
    ByHand("a block in a listener rule's action", t.LISTENER_RULE, _in("actions"), _rule(_sticky), _forwards),
    ByHand("a block in a lifecycle rule", t.BUCKET_LIFECYCLE, _in("rules"), _lifecycle(_tiered)),
    ByHand("a lifecycle rule", t.BUCKET_LIFECYCLE, _in("rules"), _lifecycle(_one_more_lifecycle_rule)),
    ByHand("a block in a firewall rule", t.WEB_ACL, _in("rules"), _acl(_labelled)),
    ByHand("a firewall rule", t.WEB_ACL, _in("rules"), _acl(_one_more_firewall_rule)),
    ByHand(
        "a property of a web ACL",
        t.WEB_ACL,
        _in("tokenDomains"),
        _acl(lambda acl: acl.update(TokenDomains=["example.com"])),
    ),
    ByHand("fields redacted in a web ACL's log", t.WEB_ACL_LOGGING, _in("redactedFields"), _redacted),
    ByHand("a statement of a bucket's policy", t.BUCKET_POLICY, _in("policy"), _statement),
    ByHand(
        "a property of a launch template", t.LAUNCH_TEMPLATE, _in("userData"), _template({"UserData": "IyEvYmluL3No"})
    ),
    ByHand(
        "a block in a launch template",
        t.LAUNCH_TEMPLATE,
        _in("monitoring"),
        _template({"Monitoring": {"Enabled": True}}),
    ),
    ByHand("the key of a log group", t.LOG_GROUP, _in("kmsKeyId"), _key, lambda each: "kmsKeyId" not in each.inputs),
    ByHand(
        "a permissions boundary",
        t.ROLE,
        _in("permissionsBoundary"),
        _boundary,
        lambda each: "permissionsBoundary" not in each.inputs,
    ),
    ByHand("a taint of a node group", t.NODE_GROUP, _in("taints"), _taint),
    ByHand(
        "a health check of a DNS record",
        t.DNS_RECORD,
        _in("healthCheckId"),
        _health_check,
        lambda each: "aliases" not in each.inputs,
    ),
    ByHand("a tag", t.VPC, _in("tags"), _tag),
    ByHand("a rule of the default group", t.DEFAULT_SECURITY_GROUP, _in("ingress"), _opened(22)),
    ByHand("a rule of a group whose rules are resources", t.SECURITY_GROUP, _in(), _opened(22)),
    ByHand("a rule beside a rule resource", t.INGRESS_RULE, _in(), _opened(3389)),
    ByHand("an inline policy of a role", t.ROLE, _in(), _policy_beside),
    ByHand("a principal beside an allowed one", t.ALLOWED_PRINCIPAL, _in(), _principal_beside),
    ByHand(
        "a target beside a registered one",
        t.TARGET,
        _in(),
        _target_beside,
        lambda each: each.inputs["targetId"].count(".") == 3,
    ),
]
"""What the provider of each type sees, and what it does not: it reads the whole resource, not those beside it."""
